"""Rows into tables: copied straight where nobody reads yet, else only what differs, so that readers never wait."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from exports.postgres.catalog import TABLE_SCHEMA, qualified
from exports.postgres.session import Session
from exports.postgres.tables import Table
from sources.sql_text import quoted

BATCH_ROWS = 100_000
_STAGED = "staged "


@dataclass(frozen=True)
class Moved:
    """How many rows of a table were added and removed; a changed row is both."""

    added: int
    removed: int


def stage(session: Session, source: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Copy the rows of a table into a temporary one, which goes with the transaction.

    Args:
        session: A connection.
        source: A connection with the published file attached as `published`.
        table: The table.
    """
    name = _staged(table)
    columns = ", ".join(f"{quoted(column.name)} {column.transfer.carried}" for column in table.columns)
    session.execute(f"create temporary table {quoted(name)} ({columns}) on commit drop")
    session.copy(source.sql(table.query()).to_arrow_reader(BATCH_ROWS), name, None)
    for column in table.columns:
        if column.transfer.parsed:
            target = f"{quoted(column.name)} type {column.transfer.postgres}"
            read = f"{quoted(column.name)}::{column.transfer.postgres}"
            session.execute(f"alter table pg_temp.{quoted(name)} alter column {target} using {read}")
    session.execute(f"analyze pg_temp.{quoted(name)}")


def fill(session: Session, source: duckdb.DuckDBPyConnection, table: Table) -> Moved:
    """Fill a table that is empty.

    Args:
        session: A connection.
        source: A connection with the published file attached as `published`.
        table: The table.

    Returns:
        How many rows were added.
    """
    if not table.parsed:
        session.copy(source.sql(table.query()).to_arrow_reader(BATCH_ROWS), table.name, TABLE_SCHEMA)
        count = session.rows(f"select count(*) from {qualified(TABLE_SCHEMA, table.name)}")
        return Moved(int(count[0][0]), 0)
    stage(session, source, table)
    return Moved(_insert(session, table, "true"), 0)


def replace(session: Session, table: Table) -> Moved:
    """Replace all rows of a table by the staged ones.

    Args:
        session: A connection.
        table: The table, staged.

    Returns:
        How many rows were added and removed.
    """
    removed = session.execute(f"delete from {qualified(TABLE_SCHEMA, table.name)}")
    return Moved(_insert(session, table, "true"), removed)


def exchange(session: Session, table: Table) -> Moved:
    """Make the rows of a table those that are staged, and touch no row that is the same.

    Deletes and inserts, not TRUNCATE: that locks readers out, and empties the table for transactions begun before.

    Args:
        session: A connection.
        table: The table, staged.

    Returns:
        How many rows were added and removed.
    """
    if not table.has_primary_key:
        # Empty parts of a key cannot be joined by hash; the few tables of the kind are small.
        return replace(session, table)
    target, staged = qualified(TABLE_SCHEMA, table.name), f"pg_temp.{quoted(_staged(table))}"
    same_key = " and ".join(f"new.{quoted(name)} = old.{quoted(name)}" for name in table.key)
    rest = [column.name for column in table.columns if column.name not in table.key]
    same_row = same_key
    if rest:
        new, old = (", ".join(f"{side}.{quoted(name)}" for name in rest) for side in ("new", "old"))
        same_row += f" and row({new}) is not distinct from row({old})"
    removed = session.execute(
        f"delete from {target} as old where not exists (select from {staged} as new where {same_row})"
    )
    return Moved(_insert(session, table, f"not exists (select from {target} as old where {same_key})"), removed)


def _insert(session: Session, table: Table, condition: str) -> int:
    """Insert the staged rows that a condition holds for."""
    columns = ", ".join(quoted(column.name) for column in table.columns)
    return session.execute(
        f"insert into {qualified(TABLE_SCHEMA, table.name)} ({columns}) "
        f"select {columns} from pg_temp.{quoted(_staged(table))} as new where {condition}"
    )


def _staged(table: Table) -> str:
    """Name the temporary table of a table."""
    return f"{_STAGED}{table.name}"[:63]
