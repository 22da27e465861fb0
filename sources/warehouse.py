"""The private build file: opening it, its schemas `raw` and `accepted`, and the recount that nothing was lost.

Landing fills what is made here. The file can always be made again from the deliveries, so one that is damaged or
has another layout is thrown away and made anew.
"""

from __future__ import annotations

import logging
import shutil
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import duckdb

from sources import storage
from sources.casting import accepted_view_sql
from sources.contract import WITHDRAWN_COLUMN, Contracts, load_contracts
from sources.sql_text import literal, quoted

LAYOUT: Final = 2
"""The version of the tables below and of how deliveries are read; raise it when either changes."""

MEMORY_LIMIT: Final = "1GB"
"""Memory DuckDB may use while it lands deliveries; beyond it, it writes to the folder beside the file."""

_log = logging.getLogger(__name__)

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS raw.deliveries (
    delivery_id BIGINT NOT NULL, source VARCHAR, entity VARCHAR, delivery VARCHAR NOT NULL, extracted_on DATE,
    delivery_order BIGINT, fingerprint VARCHAR, size_bytes BIGINT, format VARCHAR, encoding VARCHAR,
    separator VARCHAR, status VARCHAR NOT NULL, delivered_rows BIGINT NOT NULL, accepted_rows BIGINT NOT NULL,
    rejected_rows BIGINT NOT NULL, rejected_values BIGINT NOT NULL, unknown_columns VARCHAR[] NOT NULL,
    missing_columns VARCHAR[] NOT NULL, error VARCHAR, landed_at TIMESTAMP NOT NULL,
    expired_rows BIGINT NOT NULL, erased_rows BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS raw.rejected_rows (
    delivery_id BIGINT NOT NULL, source VARCHAR, entity VARCHAR, delivery VARCHAR NOT NULL, line BIGINT,
    "column" VARCHAR, "value" VARCHAR, reason VARCHAR NOT NULL, row_rejected BOOLEAN NOT NULL,
    shown_value VARCHAR
);
CREATE TABLE IF NOT EXISTS raw.run_context (
    run_id VARCHAR NOT NULL, report_year INTEGER, today DATE, computed_at TIMESTAMP NOT NULL,
    code_version VARCHAR NOT NULL
);
"""


# What DuckDB says of a file it cannot use; anything else (no disk space, no access) must not cost us the file.
_SIGNS_OF_DAMAGE: Final = (
    "not a valid duckdb",
    "corrupt",
    "could not read enough bytes",
    "checksum",
    "serialization error",
    "failure while replaying wal",
    "storage version",
    "version number",
)


PATIENCE_SECONDS: Final = 5.0
"""How long a file that another process has open is waited for: what a killed run leaves behind ends by itself."""

_PAUSE_SECONDS: Final = 0.1


class WarehouseBusyError(RuntimeError):
    """Another process has the build file open; two must not build at once."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(
            f"{path} er i brug af et andet program. Vent, til den anden kørsel er færdig, eller luk det program, "
            "der har filen åben."
        )


def open_warehouse(path: Path, contracts: Contracts | None = None) -> duckdb.DuckDBPyConnection:
    """Open the private build file, making it if need be.

    Args:
        path: The file; its folder is made. `<path>.tmp` beside it holds what does not fit in memory.
        contracts: The contracts the schemas follow; by default the project's own.

    Returns:
        A connection with schemas `raw` and `accepted` in place and session time zone UTC.

    Raises:
        WarehouseBusyError: another process has the file open, and kept it.
    """
    contracts = contracts or load_contracts()
    path.parent.mkdir(parents=True, exist_ok=True)
    layout = f"{LAYOUT}:{contracts.digest}"
    con = _connect(path)
    if con is not None:
        # Nobody else has the file open now, so what is left there is of a run that was killed.
        shutil.rmtree(_spilled(path), ignore_errors=True)
    if con is not None and _layout_of(con) not in {layout, None}:
        _log.warning("%s has another layout; it is made anew from the deliveries", path)
        con.close()
        con = None
    if con is not None and _doubt(path).exists() and not _can_be_read(con, path):
        con.close()
        con = None
    if con is None:
        _remove(path)
        con = _connect(path)
    if con is None:
        raise RuntimeError(f"{path} kan ikke oprettes. Kontroller, at disken har plads og virker.")
    _prepare(con, contracts, layout)
    _doubt(path).unlink(missing_ok=True)
    return con


def doubt(path: Path) -> None:
    """Let the next opening of the build file read every landed row first: the last run did not end by itself.

    Args:
        path: The build file.
    """
    if path.exists():
        _doubt(path).touch()


def is_damage(said: str) -> bool:
    """Say whether a message of DuckDB means that a file is damaged.

    Args:
        said: The message.

    Returns:
        True for damage; False for anything else, as no disk space or no access.
    """
    lowered = said.lower()
    return any(sign in lowered for sign in _SIGNS_OF_DAMAGE)


def _doubt(path: Path) -> Path:
    """Name the mark of a file that is to be read whole before it is used."""
    return path.with_name(f"{path.name}.doubtful")


def _spilled(path: Path) -> Path:
    """Name the folder for what does not fit in memory."""
    return path.with_name(f"{path.name}.tmp")


def _can_be_read(con: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Read every block of every table that landing keeps from run to run."""
    try:
        tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'").fetchall()
        for (table,) in tables:
            con.execute(f"SELECT bit_xor(hash(whole)) FROM raw.{quoted(table)} AS whole").fetchall()
    except duckdb.Error as error:
        # A file in doubt that raises anything else is not worth the question what it is: it can be made again.
        if storage.trouble(error) is not None or isinstance(error, duckdb.OutOfMemoryException):
            raise
        _log.warning("%s is damaged and is made anew from the deliveries: %s", path, error)
        return False
    return True


def _connect(path: Path) -> duckdb.DuckDBPyConnection | None:
    """Connect; None when the file is damaged. One that another process has open is tried again for a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            con = duckdb.connect(
                str(path),
                config={
                    "memory_limit": MEMORY_LIMIT,
                    "temp_directory": str(_spilled(path)),
                    "preserve_insertion_order": True,
                },
            )
        except duckdb.Error as error:
            if "could not set lock" in str(error).lower():
                if time.monotonic() > deadline:
                    raise WarehouseBusyError(path) from error
                time.sleep(_PAUSE_SECONDS)
                continue
            if not is_damage(str(error)):
                raise
            _log.warning("%s is damaged and is made anew from the deliveries: %s", path, error)
            return None
        # Timestamps with a time zone must become the same text on every machine.
        con.execute("SET TimeZone = 'UTC'")
        return con


def _remove(path: Path) -> None:
    for stale in (path, path.with_name(path.name + ".wal")):
        stale.unlink(missing_ok=True)


def _layout_of(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return the layout the file was made with; None for a new file."""
    try:
        tables = con.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
        if tables == (0,):
            return None
        found = con.execute("SELECT layout FROM raw._layout").fetchone()
    except duckdb.Error:
        return "unknown"
    return str(found[0]) if found else "unknown"


def _prepare(con: duckdb.DuckDBPyConnection, contracts: Contracts, layout: str) -> None:
    """Make the schemas, tables and views in one transaction."""
    con.execute("BEGIN")
    con.execute("CREATE SCHEMA IF NOT EXISTS raw; CREATE SCHEMA IF NOT EXISTS accepted;")
    con.execute(_TABLES)
    con.execute("CREATE OR REPLACE TABLE raw._layout AS SELECT ?::VARCHAR AS layout", [layout])
    for entity in contracts.entities:
        columns = ", ".join(f"{quoted(name)} VARCHAR" for name in (*entity.column_names, WITHDRAWN_COLUMN))
        con.execute(
            f"CREATE TABLE IF NOT EXISTS raw.{quoted(entity.name)} "
            f"({columns}, _extra VARCHAR, _delivery_id BIGINT NOT NULL, _line BIGINT NOT NULL)"
        )
        con.execute(accepted_view_sql(entity))
    con.execute("COMMIT")


def newest_day(con: duckdb.DuckDBPyConnection) -> date | None:
    """Return "today": the day of the newest accepted CRM delivery, else of the newest accepted delivery at all."""
    row = con.execute(
        "SELECT coalesce(max(extracted_on) FILTER (WHERE source = 'crm'), max(extracted_on)) "
        "FROM raw.deliveries WHERE status = 'accepted'"
    ).fetchone()
    return row[0] if row else None


def last_complete_year(today: date) -> int:
    """Return the last calendar year that has ended by the end of `today`."""
    return (today + timedelta(days=1)).year - 1 if today < date.max else today.year


def record_run(con: duckdb.DuckDBPyConnection, *, run_id: str, report_year: int | None, code_version: str) -> None:
    """Write the one row of `raw.run_context`.

    Args:
        con: The build file.
        run_id: The run's id.
        report_year: The year to report; None for the last complete one by the deliveries.
        code_version: The version of the code that computes.
    """
    today = newest_day(con)
    if report_year is None and today is not None:
        report_year = last_complete_year(today)
    now = datetime.now(UTC).replace(tzinfo=None)
    con.execute("BEGIN")
    con.execute("DELETE FROM raw.run_context")
    con.execute("INSERT INTO raw.run_context VALUES (?, ?, ?, ?, ?)", [run_id, report_year, today, now, code_version])
    con.execute("COMMIT")


def conservation_errors(con: duckdb.DuckDBPyConnection, contracts: Contracts | None = None) -> list[str]:
    """Recount every delivery from the rows themselves and compare with the register.

    Delivered rows are those of `raw.<entity>` and the malformed lines; accepted rows those of `accepted.<entity>`;
    rejected rows the distinct lines of `raw.rejected_rows` whose row was rejected.

    Args:
        con: The build file.
        contracts: The contracts it was made with; by default the project's own.

    Returns:
        One Danish sentence per delivery whose numbers do not agree; empty when nothing was lost.
    """
    contracts = contracts or load_contracts()
    raw, accepted = (
        " UNION ALL ".join(
            f"SELECT {literal(e.name)} AS entity, _delivery_id AS delivery_id, count(*) AS n "
            f"FROM {schema}.{quoted(e.name)} GROUP BY _delivery_id"
            for e in contracts.entities
        )
        for schema in ("raw", "accepted")
    )
    rows = con.execute(
        f"""
        WITH raw_rows AS ({raw}),
        accepted_rows AS ({accepted}),
        rejected AS (
            SELECT delivery_id, count(DISTINCT line) FILTER (WHERE row_rejected) AS n,
                count(*) FILTER (WHERE row_rejected AND "column" IS NULL AND line IS NOT NULL) AS malformed
            FROM raw.rejected_rows GROUP BY delivery_id
        ),
        counted AS (
            SELECT coalesce(raw_rows.delivery_id, deliveries.delivery_id) AS delivery_id,
                coalesce(deliveries.delivery, 'ukendt leverance i raw.' || raw_rows.entity) AS delivery,
                coalesce(raw_rows.n, 0) + coalesce(rejected.malformed, 0) AS delivered,
                coalesce(accepted_rows.n, 0) AS accepted, coalesce(rejected.n, 0) AS rejected,
                coalesce(deliveries.delivered_rows, 0) AS said_delivered,
                coalesce(deliveries.accepted_rows, 0) AS said_accepted,
                coalesce(deliveries.rejected_rows, 0) AS said_rejected
            FROM raw.deliveries AS deliveries
            FULL JOIN raw_rows ON raw_rows.delivery_id = deliveries.delivery_id AND raw_rows.entity = deliveries.entity
            LEFT JOIN accepted_rows ON accepted_rows.delivery_id = deliveries.delivery_id
            LEFT JOIN rejected ON rejected.delivery_id = deliveries.delivery_id
        )
        SELECT delivery, delivered, accepted, rejected, said_delivered, said_accepted, said_rejected FROM counted
        WHERE delivered <> accepted + rejected OR delivered <> said_delivered OR accepted <> said_accepted
            OR rejected <> said_rejected
        ORDER BY delivery, delivered
        """
    ).fetchall()
    return [
        f"{delivery}: {delivered} rækker er leveret, {accepted} godtaget og {rejected} afvist ved optælling, men "
        f"registeret siger {said_delivered}, {said_accepted} og {said_rejected}."
        for delivery, delivered, accepted, rejected, said_delivered, said_accepted, said_rejected in rows
    ]
