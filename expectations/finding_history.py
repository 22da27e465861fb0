"""The findings' own history: what outlives the private build file, loaded before dbt and stored after a publication.

The file `<output>/.history/quality.duckdb` is the only thing here that cannot be made again from the deliveries, so it
is changed in one transaction, and one that cannot be read stops the run instead of being replaced.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import duckdb

from expectations.errors import HistoryError, UnknownNameError
from expectations.store import opened_history, tables_in, unusable
from expectations.wording import long_date
from sources.sql_text import literal

_FINDINGS: Final = """
(
    house VARCHAR NOT NULL, rule VARCHAR NOT NULL, entity VARCHAR NOT NULL, record_id VARCHAR NOT NULL,
    found_value VARCHAR, first_seen DATE NOT NULL, last_seen DATE NOT NULL, closed_on DATE,
    recorded_at TIMESTAMP NOT NULL
)
"""
_COLUMNS: Final = "house, rule, entity, record_id, found_value, first_seen, last_seen, closed_on"
_TABLE: Final = "practice_finding_history"
_PUBLICATION: Final = "_publication"

_log = logging.getLogger(__name__)

__all__ = ["HistoryError", "Stored", "catch_up", "load_findings", "newest_run", "store_findings"]


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored.

    Attributes:
        today: The run's day.
        open_findings: Findings that the run found.
        closed_findings: Findings of this run or earlier ones that are corrected.
    """

    today: date
    open_findings: int
    closed_findings: int


def load_findings(build: duckdb.DuckDBPyConnection, history: Path) -> int:
    """Bring the findings of earlier runs into `history.findings` of the build file.

    Args:
        build: The private build file, open for writing.
        history: The history; without it the table is empty, as at the first run.

    Returns:
        The number of findings, open and closed.

    Raises:
        HistoryError: The history is damaged or in use.
    """
    build.execute("CREATE SCHEMA IF NOT EXISTS history")
    build.execute(f"CREATE OR REPLACE TABLE history.findings {_FINDINGS}")
    if not history.exists():
        return 0
    with _named(history):
        # Opened on its own first, so that an old file is brought up to date and a newer one refused.
        with opened_history(history):
            pass
        build.execute(f"ATTACH {literal(history)} AS earlier (READ_ONLY)")
        try:
            build.execute(f"INSERT INTO history.findings SELECT {_COLUMNS}, recorded_at FROM earlier.findings")
        finally:
            build.execute("DETACH earlier")
    counted = build.execute("SELECT count(*) FROM history.findings").fetchall()
    return int(counted[0][0])


def store_findings(build: Path, history: Path, *, run_id: str, code_version: str) -> Stored | None:
    """Keep the findings of a published run for the runs to come.

    A run of an older day than the newest one stored changes nothing: it knows nothing of what was found since.
    Storing the same run again gives the same history.

    Args:
        build: The private build file of the run; not open elsewhere for writing.
        history: The history; made with its folder when missing.
        run_id: The run's id.
        code_version: The code that ran.

    Returns:
        What was stored, or None when the run has no findings table or is older than the history.

    Raises:
        HistoryError: The history is damaged, in use or cannot be written; it is as it was.
    """
    with _named(history), opened_history(history) as con:
        con.execute(f"ATTACH {literal(build)} AS build (READ_ONLY)")
        if not _has_table(con, "build", "practice", _TABLE):
            _log.info("%s has no findings to keep", build)
            return None
        today = con.execute("SELECT today FROM build.raw.run_context").fetchall()[0][0]
        return _store(con, f"build.practice.{_TABLE}", today, run_id, code_version)


def catch_up(published: Path, history: Path) -> Stored | None:
    """Keep the findings of the publication that stands, when its run was killed before it could do so itself.

    Otherwise a finding would be told with one day of discovery today and with a later one tomorrow.

    Args:
        published: The published warehouse; without it there is nothing to do.
        history: The history.

    Returns:
        What was stored, or None when the history knows the run already.

    Raises:
        HistoryError: The history is damaged, in use or cannot be written; it is as it was.
    """
    if not published.exists():
        return None
    with _named(history), opened_history(history) as con:
        con.execute(f"ATTACH {literal(published)} AS build (READ_ONLY)")
        if not all(_has_table(con, "build", "main", name) for name in (_TABLE, _PUBLICATION)):
            return None
        run_id, today, code_version = con.execute(
            f"SELECT run_id, today, code_version FROM build.{_PUBLICATION}"
        ).fetchall()[0]
        if con.execute("SELECT 1 FROM finding_runs WHERE run_id = ?", [run_id]).fetchall():
            return None
        _log.warning("The run %s was ended before its findings were kept; they are taken from %s", run_id, published)
        return _store(con, f"build.{_TABLE}", today, run_id, code_version)


def newest_run(history: Path, as_of: date) -> date:
    """Find the day of the newest stored run of a day or before.

    Args:
        history: The history file.
        as_of: The day.

    Returns:
        The day of the run's data.

    Raises:
        UnknownNameError: There is no run from that day or before; the message names the first there is.
    """
    first = None
    if history.exists():
        with opened_history(history) as con:
            if "finding_runs" in tables_in(con):
                day, first = con.execute(
                    "SELECT max(today) FILTER (today <= ?), min(today) FROM finding_runs", [as_of]
                ).fetchall()[0]
                if day is not None:
                    found: date = day
                    return found
    known = f"Den første er fra {long_date(first)}." if first else "Kør `erhvervshus run` først."
    msg = f"{history}: her er ingen kørsel fra {long_date(as_of)} eller før. {known}"
    raise UnknownNameError(msg)


def _store(con: duckdb.DuckDBPyConnection, source: str, today: date, run_id: str, code_version: str) -> Stored | None:
    """Replace the findings and note the run, in one transaction."""
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    newest = con.execute("SELECT max(today) FROM finding_runs").fetchall()[0][0]
    if newest is not None and today < newest:
        _log.warning("The run is of %s and the history of %s: the history stays as it is", today, newest)
        return None
    con.execute("BEGIN")
    con.execute("DELETE FROM findings")
    con.execute(f"INSERT INTO findings SELECT {_COLUMNS}, ? FROM {source} ORDER BY ALL", [now])
    counts = con.execute("SELECT count(*) FILTER (closed_on IS NULL), count(closed_on) FROM findings").fetchall()[0]
    con.execute("DELETE FROM finding_runs WHERE run_id = ?", [run_id])
    con.execute("INSERT INTO finding_runs VALUES (?, ?, ?, ?, ?, ?)", [run_id, today, now, code_version, *counts])
    con.execute("COMMIT")
    return Stored(today, *counts)


def _has_table(con: duckdb.DuckDBPyConnection, catalog: str, schema: str, table: str) -> bool:
    """Say whether a table is there."""
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? AND table_name = ?",
        [catalog, schema, table],
    ).fetchall()
    return bool(found[0][0])


@contextmanager
def _named(history: Path) -> Iterator[None]:
    """Say in Danish which file it was and what to do."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise unusable(history, error) from error
