"""The versions of the history file, and the steps from each to the next; a step that was released is never changed.

To change the tables: add a step to `MIGRATIONS`. A file is brought up to date when it is opened, in one transaction.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb

from expectations.errors import HistoryVersionError
from sources import storage
from sources.sql_text import literal

VERSIONS: Final = "schema_versions"
"""The table that says which steps a file has been through, and when."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Migration:
    """A step: the version that a file has after it, what it does, and the SQL that does it."""

    version: int
    name: str
    sql: str


# The first three are written so that they can follow any file without a version: those were made by several states of
# the program, which had some of the tables each.
MIGRATIONS: Final = (
    Migration(
        1,
        "results of checks, score cards and alerts",
        """
        create table if not exists expectation_results (
            run_id varchar not null, run_at timestamp not null, day date not null, suite varchar not null,
            check_name varchar not null, label_da varchar not null, concerns varchar not null,
            severity varchar not null, asset varchar not null, status varchar not null, checked bigint not null,
            unexpected bigint not null, observed double, message_da varchar not null, remedy_da varchar not null,
            reason varchar not null, since date not null, offenders varchar not null, expectation varchar not null,
            error varchar
        );
        create table if not exists score_cards (
            day date not null, house varchar not null, dimension varchar not null, checked bigint, passed bigint,
            share_pct double, share_last_month double, share_last_year double
        );
        create table if not exists alert_states (
            owner varchar not null, rule varchar not null, record_id varchar, kind varchar not null, until date,
            who varchar not null, note varchar not null, said_at timestamp not null, day date not null
        );
        create table if not exists alert_told (
            owner varchar not null, rule varchar not null, record_id varchar not null, weight integer not null,
            told_on date not null
        );
        create table if not exists alert_outbox (
            message_id varchar not null, owner varchar not null, channel varchar not null, day date not null,
            subject varchar not null, body varchar not null, attachment_name varchar not null,
            attachment varchar not null, status varchar not null, attempts integer not null, last_error varchar,
            created_at timestamp not null, sent_at timestamp
        );
        """,
    ),
    Migration(
        2,
        "the day on which a finding that was told of was last open",
        "alter table alert_told add column if not exists last_open date;",
    ),
    Migration(
        3,
        "findings and the runs that found them",
        """
        create table if not exists findings (
            house varchar not null, rule varchar not null, entity varchar not null, record_id varchar not null,
            found_value varchar, first_seen date not null, last_seen date not null, closed_on date,
            recorded_at timestamp not null
        );
        create table if not exists finding_runs (
            run_id varchar not null, today date not null, recorded_at timestamp not null,
            code_version varchar not null, open_findings bigint not null, closed_findings bigint not null
        );
        """,
    ),
)


def version_of(con: duckdb.DuckDBPyConnection) -> int:
    """Read which version a history file has.

    Args:
        con: The history.

    Returns:
        The version; 0 for a new file, and for one made before there were versions.
    """
    there = con.execute("select 1 from duckdb_tables() where table_name = ? and not temporary", [VERSIONS]).fetchall()
    return int(con.execute(f"select coalesce(max(version), 0) from {VERSIONS}").fetchall()[0][0]) if there else 0


def migrate(con: duckdb.DuckDBPyConnection, path: Path, steps: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Bring a history up to date; a copy of what it was lies beside it until that has succeeded.

    Args:
        con: The history, open for writing and with no transaction begun.
        path: Its file.
        steps: The steps, in order.

    Raises:
        HistoryVersionError: The file is of a newer version, or a step failed. It is as it was.
    """
    found, newest = version_of(con), steps[-1].version
    copy = path.with_name(f"{path.stem}.before-{newest}{path.suffix}")
    if found > newest:
        msg = (
            f"{path}: historikken er skrevet af en nyere version af programmet (format {found}; denne version kender "
            f"til og med {newest}) og er ikke ændret. Opdater programmet, eller gendan historikken fra en "
            "sikkerhedskopi, der er taget med denne version."
        )
        raise HistoryVersionError(msg)
    if found < newest:
        _step_by_step(con, path, copy, [step for step in steps if step.version > found])
    # Also one of a run that was killed between the last step and here.
    for left in (copy, copy.with_name(f"{copy.name}.wal")):
        left.unlink(missing_ok=True)


def _step_by_step(con: duckdb.DuckDBPyConnection, path: Path, copy: Path, steps: list[Migration]) -> None:
    """Take the steps in one transaction."""
    name = "en kopi af filen"
    try:
        if con.execute("select 1 from duckdb_tables() limit 1").fetchall():
            copy_database(con, copy)
            _log.info("%s is brought to version %s; as it was it lies in %s meanwhile", path, steps[-1].version, copy)
        con.begin()
        con.execute(
            f"create table if not exists {VERSIONS} "
            "(version integer not null, name varchar not null, applied_at timestamp not null)"
        )
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        for step in steps:
            name = step.name
            con.execute(step.sql)
            con.execute(f"insert into {VERSIONS} values (?, ?, ?)", [step.version, step.name, now])
        con.commit()
    except duckdb.Error as error:
        with suppress(duckdb.Error):
            con.rollback()
        msg = (
            f"{path}: historikken kunne ikke bringes op til format {steps[-1].version} (trinnet »{name}«) og er som "
            f"før. {storage.cause(error, path)}"
        )
        raise HistoryVersionError(msg) from error


def copy_database(con: duckdb.DuckDBPyConnection, copy: Path) -> None:
    """Copy every table into a file of its own: the file itself may have rows in its log that are not in it yet.

    Args:
        con: The database.
        copy: The file; one that is there is replaced.
    """
    for stale in (copy, copy.with_name(f"{copy.name}.wal")):
        stale.unlink(missing_ok=True)
    here = con.execute("select current_database()").fetchall()[0][0]
    con.execute(f"attach {literal(copy)} as copy_of_it")
    try:
        con.execute(f'copy from database "{here}" to copy_of_it')
    finally:
        con.execute("detach copy_of_it")
