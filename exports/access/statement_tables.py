"""The released statement as tables in PostgreSQL: schema `offentlig`, written anew only when another is released."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from exports.access.cursors import IngestingCursor
from exports.access.names import SCOPE_SCHEMA, STATEMENT_SCHEMA
from exports.access.released import Released
from sources.sql_text import literal, quoted

EDITION_TABLE = "udgave"
"""One row: which statement this is."""
_FINGERPRINT = "statement"


def load_released(cursor: IngestingCursor, released: Released | None) -> dict[str, tuple[str, ...]]:
    """Make the tables of schema `offentlig` those of the released statement, in the caller's transaction.

    Args:
        cursor: An ADBC cursor.
        released: The released statement; without one the schema holds no tables.

    Returns:
        The tables with their columns.
    """
    cursor.execute(f"create schema if not exists {STATEMENT_SCHEMA}")
    cursor.execute(f"create schema if not exists {SCOPE_SCHEMA}")
    cursor.execute(
        f"create table if not exists {SCOPE_SCHEMA}.applied (object text primary key, fingerprint text not null)"
    )
    tables = {} if released is None else {**released.files, EDITION_TABLE: None}
    columns = {name: _columns(path) for name, path in tables.items()}
    present = _present(cursor)
    if present == columns and released is not None and _fingerprint(cursor) == released.fingerprint:
        return columns
    for name in present:
        if present[name] != columns.get(name):
            cursor.execute(f"drop table {STATEMENT_SCHEMA}.{quoted(name)}")
        else:
            cursor.execute(f"delete from {STATEMENT_SCHEMA}.{quoted(name)}")
    for name, path in tables.items():
        _load(cursor, name, path, released, is_new=present.get(name) != columns[name])
    cursor.execute(f"delete from {SCOPE_SCHEMA}.applied where object = '{_FINGERPRINT}'")
    if released is not None:
        cursor.execute(f"insert into {SCOPE_SCHEMA}.applied values ('{_FINGERPRINT}', {literal(released.fingerprint)})")
    return columns


def _columns(path: Path | None) -> tuple[str, ...]:
    """List the columns of a table's file; without one, of the table that names the edition."""
    return tuple(_edition_schema().names if path is None else pq.read_schema(path).names)


def _edition_schema() -> pa.Schema:
    """Say what the one row about the edition holds."""
    return pa.schema(
        [
            pa.field("year", pa.int64(), metadata={"description": "The report year."}),
            pa.field("is_final", pa.bool_(), metadata={"description": "Whether it is the final edition."}),
            pa.field("version", pa.int64(), metadata={"description": "The frozen version; empty when not frozen."}),
            pa.field(
                "published_at", pa.timestamp("us", "UTC"), metadata={"description": "When its data were published."}
            ),
            pa.field("run_id", pa.string(), metadata={"description": "The run the figures are from."}),
        ]
    )


def _present(cursor: IngestingCursor) -> dict[str, tuple[str, ...]]:
    """List the tables of the schema with their columns."""
    cursor.execute(
        "select c.relname::text, a.attname::text from pg_catalog.pg_class as c "
        "inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
        f"where c.relkind = 'r' and c.relnamespace = '{STATEMENT_SCHEMA}'::regnamespace order by c.relname, a.attnum"
    )
    found: dict[str, tuple[str, ...]] = {}
    for table, column in cursor.fetchall():
        found[table] = (*found.get(table, ()), column)
    return found


def _fingerprint(cursor: IngestingCursor) -> str | None:
    """Read which statement was loaded last."""
    cursor.execute(f"select fingerprint from {SCOPE_SCHEMA}.applied where object = '{_FINGERPRINT}'")
    rows = cursor.fetchall()
    return str(rows[0][0]) if rows else None


def _load(cursor: IngestingCursor, name: str, path: Path | None, released: Released | None, *, is_new: bool) -> None:
    """Copy one table, with its descriptions."""
    data = pq.read_table(path) if path is not None else _edition_row(released)
    cursor.adbc_ingest(name, data, mode="create" if is_new else "append", db_schema_name=STATEMENT_SCHEMA)
    if not is_new:
        return
    table = f"{STATEMENT_SCHEMA}.{quoted(name)}"
    about = _text(data.schema.metadata, "description")
    cursor.execute(f"comment on table {table} is {literal(about)}")
    for field in data.schema:
        described = _text(field.metadata, "description")
        cursor.execute(f"comment on column {table}.{quoted(field.name)} is {literal(described)}")


def _edition_row(released: Released | None) -> pa.Table:
    """Write the row about the edition."""
    rows = []
    if released is not None:
        edition = released.edition
        rows = [
            {
                "year": edition.year,
                "is_final": edition.final,
                "version": edition.freeze.version if edition.freeze else None,
                "published_at": edition.published_at,
                "run_id": edition.run_id,
            }
        ]
    about = {"description": "The released statement that the other tables of the schema are of. One row."}
    return pa.Table.from_pylist(rows, schema=_edition_schema().with_metadata(about))


def _text(metadata: Mapping[bytes, bytes] | None, name: str) -> str:
    """Read a text of Arrow's metadata."""
    return (metadata or {}).get(name.encode(), b"").decode()
