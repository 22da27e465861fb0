"""What the steps of a run tell of themselves for its page: put into Dagster's metadata, read back from there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from exports.publish import MANIFEST, Manifest, PublishedTable
from orchestration.nightlog.record import Arrived, Aside, Landing, Left, Refused, TableRows
from sources.landing import LandingReport

LANDING = "landing"
TABLES = "tables_before_and_now"
PASSED_OVER = "passed_over"
"""True for a step that the settings did not ask for: it is on no page."""
SHOWN_KINDS = 20


def landing_facts(con: duckdb.DuckDBPyConnection, report: LandingReport, since: datetime) -> Landing:
    """Say what came in.

    Args:
        con: The build file after the landing.
        report: What landing found and did.
        since: When the run began, UTC without time zone: what an earlier attempt of the run landed is new too.

    Returns:
        The facts: names of files, counts, and what was wrong. No delivered value is among them.
    """
    new = [each for each in report.accepted if each.landed_at >= since]
    standing = {each.delivery for each in report.accepted}
    aside = [
        Aside(
            delivery=each.delivery,
            error=each.error or "",
            stands=each.delivery in standing,
            is_new=each.landed_at >= since,
        )
        for each in report.set_aside
    ]
    refused = _refused(con, [each.delivery_id for each in new])
    return Landing(
        deliveries=len(report.accepted),
        arrived=tuple(
            Arrived(
                delivery=each.delivery,
                delivered=each.delivered_rows,
                accepted=each.accepted_rows,
                rejected=each.rejected_rows,
                rejected_values=each.rejected_values,
            )
            for each in new
        ),
        aside=tuple(sorted(aside, key=lambda each: not each.is_new)),
        left=tuple(Left(delivery=name, reason=reason, stands=name in standing) for name, reason in report.left.items()),
        refused=tuple(refused[:SHOWN_KINDS]),
        refused_kinds=len(refused),
        removed=report.removed,
    )


def _refused(con: duckdb.DuckDBPyConnection, deliveries: list[int]) -> list[Refused]:
    """Read which kinds of values and rows of some deliveries were refused, rows before values."""
    rows = con.execute(
        """
        select delivery, min(line), "column", reason, count(*) from raw.rejected_rows
        where delivery_id in (select unnest(?::bigint[]))
        group by delivery, "column", reason, row_rejected
        order by row_rejected desc, count(*) desc, delivery, min(line), "column", reason
        """,
        [deliveries],
    ).fetchall()
    fields = ("delivery", "line", "column", "reason", "count")
    return [Refused(**dict(zip(fields, row, strict=True))) for row in rows]


def published_rows(output: Path) -> dict[str, int]:
    """Read how many rows each table of the publication has.

    Args:
        output: The output folder.

    Returns:
        The rows by table; empty when nothing is published, or by another version of the program.
    """
    try:
        content = Manifest.model_validate_json((output / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {table.table: table.rows for table in content.tables}


def table_rows(before: Mapping[str, int], now: tuple[PublishedTable, ...]) -> list[TableRows]:
    """Put the rows of the tables before and after a publication side by side.

    Args:
        before: The rows of the publication before.
        now: The tables of this one.

    Returns:
        One entry per table.
    """
    return [TableRows(table=each.table, before=before.get(each.table), now=each.rows) for each in now]
