"""One load: the newest publication into PostgreSQL, in one transaction that readers never wait for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import duckdb

from exports.postgres.address import Address, read_address
from exports.postgres.catalog import TABLE_SCHEMA, check_server, qualified
from exports.postgres.errors import BUSY, BusyError, PostgresError
from exports.postgres.rows import Moved
from exports.postgres.session import Session, connect
from exports.postgres.tables import read_tables
from exports.postgres.transaction import Transaction
from exports.publish import PUBLICATION_TABLE, table_columns
from exports.views.record import read_record
from exports.views.specification import ViewsError, read_views
from sources.sql_text import literal

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Cursor

_log = logging.getLogger(__name__)

TURN = 7_462_906_151_420_260
"""The number of the advisory lock that lets one load in at a time; any number that nobody else uses."""
TURN_SECONDS = 60.0
LOCK_SECONDS = 60.0
_PAUSE_SECONDS = 0.25


class Access(Protocol):
    """Who may read what: it acts inside the transaction of a load, so that no row is seen without its policies."""

    def step_aside(self, cursor: Cursor, table: str) -> Sequence[str]:
        """List what takes policies and views off a table whose columns change or that goes.

        Args:
            cursor: A cursor of the load's transaction; nothing is locked yet, so it is only to read.
            table: The table in schema `marts`.

        Returns:
            SQL statements, which are run when the table is locked.
        """

    def apply(self, cursor: Cursor, tables: Mapping[str, Sequence[str]]) -> object:
        """Set grants and policies, when all tables are as they shall be.

        Args:
            cursor: A cursor of the load's transaction.
            tables: The columns of each table in schema `marts`.
        """


class OwnerOnly:
    """What new tables have by themselves: nobody but their owner may read them, and what others granted stays."""

    def step_aside(self, cursor: Cursor, table: str) -> Sequence[str]:  # noqa: ARG002
        """List nothing: there is nothing of ours on the table."""
        return ()

    def apply(self, cursor: Cursor, tables: Mapping[str, Sequence[str]]) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class LoadedTable:
    """A table that PostgreSQL now holds: its rows, and how many of them this load added and removed."""

    name: str
    rows: int
    added: int
    removed: int


@dataclass(frozen=True)
class Loaded:
    """What a load came to.

    Attributes:
        database: The database, named without its password.
        run_id: The run whose publication it holds.
        tables: Its tables.
        views: How many views there are over them.
        reshaped: The tables whose columns changed.
        seconds: How long it took, tidying up included.
    """

    database: str
    run_id: str
    tables: tuple[LoadedTable, ...]
    views: int
    reshaped: tuple[str, ...]
    seconds: float

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(table.rows for table in self.tables)

    @property
    def changed(self) -> tuple[LoadedTable, ...]:
        """The tables that had rows added or removed."""
        return tuple(table for table in self.tables if table.added or table.removed)


def load(
    warehouse: Path,
    url: str,
    manifest: Path,
    *,
    access: Access = OwnerOnly(),  # noqa: B008 - it has no state
    progress: Callable[[str], None] | None = None,
    turn_seconds: float = TURN_SECONDS,
    lock_seconds: float = LOCK_SECONDS,
) -> Loaded:
    """Load a published file into PostgreSQL.

    Everything happens in one transaction: readers see the old publication or the new. Tables are kept and only rows
    that differ are touched, so grants, policies and views of others survive, and readers do not wait. Only when the
    columns of a table change are its readers held up, while it is brought into shape.

    Args:
        warehouse: The published file.
        url: The address of the database, as `postgresql://user:password@host/database`.
        manifest: dbt's manifest, for keys, comments and views.
        access: Who may read what; without it new tables are readable by nobody but their owner.
        progress: Told of each table.
        turn_seconds: How long to wait for another load.
        lock_seconds: How long to try for tables whose columns change.

    Returns:
        What was loaded.

    Raises:
        PostgresError: Nothing was loaded; what the database held still stands. No message holds the password or a row.
    """
    started = time.monotonic()
    address = read_address(url)
    try:
        with closing(duckdb.connect()) as source:
            source.execute(f"attach {literal(warehouse)} as published (read_only)")
            tables = read_tables(source, manifest)
            columns = table_columns(source, "published")
            views = read_views(manifest, columns, read_record(), PUBLICATION_TABLE)
            run_id = source.execute(f"select run_id from published.main.{PUBLICATION_TABLE}").fetchall()[0][0]
            with connect(address) as session:
                check_server(session)
                _take_turn(session, turn_seconds)
                under_way = Transaction(
                    session=session,
                    source=source,
                    tables={table.name: table for table in tables},
                    views=views,
                    tell=progress or (lambda _: None),
                    step_aside=lambda table: session.run(lambda cursor: access.step_aside(cursor, table)),
                    lock_seconds=lock_seconds,
                )
                under_way.run()
                session.run(lambda cursor: access.apply(cursor, columns))
                under_way.remember()
                session.commit()
    except (OSError, duckdb.Error, ViewsError) as error:
        msg = f"{warehouse}: udgaven kunne ikke læses, så PostgreSQL beholder den forrige. Årsag: {error}"
        raise PostgresError(msg) from error
    _tidy(address, [name for name, moved in under_way.moved.items() if moved.added or moved.removed])
    return Loaded(
        database=str(address),
        run_id=str(run_id),
        tables=_loaded_tables(under_way),
        views=len(views),
        reshaped=under_way.reshaped,
        seconds=time.monotonic() - started,
    )


def _loaded_tables(done: Transaction) -> tuple[LoadedTable, ...]:
    """List the tables with the rows they hold now and those that were moved; a table passed over moved none."""
    moved = {name: done.moved.get(name, Moved(0, 0)) for name in done.tables}
    return tuple(
        LoadedTable(name, done.contents[name][0], moved[name].added, moved[name].removed) for name in done.tables
    )


def _take_turn(session: Session, seconds: float) -> None:
    """Wait until no other load is under way; the turn goes with the transaction."""
    deadline = time.monotonic() + seconds
    while not session.rows(f"select pg_try_advisory_xact_lock({TURN})")[0][0]:
        if time.monotonic() > deadline:
            msg = f"PostgreSQL, {session.address}: en anden indlæsning er i gang. Vent, til den er færdig, og kør igen."
            raise BusyError(msg).with_state(BUSY)
        time.sleep(_PAUSE_SECONDS)


def _tidy(address: Address, tables: Sequence[str]) -> None:
    """Free the space of the rows that went, and count anew for the planner; readers are not in the way of it."""
    if not tables:
        return
    listed = ", ".join(qualified(TABLE_SCHEMA, name) for name in tables)
    try:
        with connect(address, autocommit=True) as session:
            # Cutting a table off at its end would lock readers out.
            session.execute(f"vacuum (analyze, truncate false) {listed}")
    except PostgresError:
        _log.warning("The tables are loaded but could not be vacuumed; autovacuum will", exc_info=True)
