"""Tables and views brought into shape inside the transaction, and kept: grants, policies and views upon them stay."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from exports.postgres.catalog import TABLE_SCHEMA, old_name, qualified, refuse_dependents
from exports.postgres.errors import BUSY, BusyError
from exports.postgres.session import INVALID_DEFINITION, LOCK_NOT_AVAILABLE, Session
from exports.postgres.tables import OWN_PREFIX, Column, Table
from exports.views.specification import VIEW_SCHEMA, View
from sources.sql_text import quoted

_log = logging.getLogger(__name__)

READERS_WAIT_MS = 30
"""How long readers are held up by one attempt to lock a table that must change."""
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Difference:
    """What tells a table in the database from what it shall be.

    Attributes:
        added: Columns to make, among them those of another type.
        gone: Columns to drop.
        retyped: Columns that are made anew under their own name.
        loosened: Columns that may be empty from now on.
        tightened: Columns that must be filled from now on.
    """

    added: tuple[Column, ...]
    gone: tuple[str, ...]
    retyped: tuple[str, ...]
    loosened: tuple[str, ...]
    tightened: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        """Whether the table is as it shall be."""
        return not (self.added or self.gone or self.retyped or self.loosened or self.tightened)


def difference(table: Table, found: Mapping[str, tuple[str, bool]]) -> Difference:
    """Compare a table with what the database holds.

    Args:
        table: As it shall be.
        found: Its columns in the database, each with its type and whether it must be filled.

    Returns:
        What differs.
    """
    wanted = {column.name: column for column in table.columns}
    retyped = tuple(
        name for name, column in wanted.items() if name in found and found[name][0] != column.transfer.postgres
    )
    kept = [column for name, column in wanted.items() if name in found and name not in retyped]
    return Difference(
        added=tuple(column for name, column in wanted.items() if name not in found or name in retyped),
        gone=tuple(name for name in found if name not in wanted),
        retyped=retyped,
        loosened=tuple(c.name for c in kept if found[c.name][1] and not c.required),
        tightened=tuple(c.name for c in kept if c.required and not found[c.name][1]),
    )


def lock_against_readers(
    session: Session, relations: Collection[str], seconds: float, then: Sequence[str] = ()
) -> None:
    """Lock what must change, without making readers queue: a short try, a pause, a try again.

    Args:
        session: A connection.
        relations: The tables and views, quoted.
        seconds: How long to go on trying.
        then: Statements that are run while they are locked, and undone with the locks: a reader that waits for one of
            the tables may hold a view of it.

    Raises:
        BusyError: A reader held one of them all that time.
    """
    if not relations:
        return
    deadline = time.monotonic() + seconds
    listed = ", ".join(sorted(relations))
    attempt = (
        f"set local lock_timeout = {READERS_WAIT_MS}",
        f"lock table {listed} in access exclusive mode",
        *then,
        "set local lock_timeout = 0",
    )
    while not session.succeeds(attempt, LOCK_NOT_AVAILABLE):
        if time.monotonic() > deadline:
            msg = (
                f"PostgreSQL, {session.address}: kolonner er ændret, men en læser har holdt tabellerne i "
                f"{seconds:.0f} sekunder. Afslut lange forespørgsler (pg_stat_activity), og kør igen."
            )
            raise BusyError(msg).with_state(BUSY)
        time.sleep(_PAUSE_SECONDS)


def create_table(session: Session, table: Table) -> None:
    """Make a table, without key and indexes: those are made when it is full.

    Args:
        session: A connection.
        table: The table.
    """
    columns = ", ".join(_definition(column) for column in table.columns)
    session.execute(f"create table {qualified(TABLE_SCHEMA, table.name)} ({columns})")


def add_columns(session: Session, table: Table, change: Difference) -> None:
    """Make the new columns of a table; those of another type under their own name, beside the old.

    Args:
        session: A connection.
        table: The table.
        change: What differs.
    """
    target = qualified(TABLE_SCHEMA, table.name)
    for name in change.retyped:
        # Rewriting the column would empty the table for readers whose transaction is older than this one.
        session.execute(f"alter table {target} rename column {quoted(name)} to {quoted(old_name(name))}")
    for column in change.added:
        # Not yet required: the rows that are there have no value for it.
        session.execute(f"alter table {target} add column {quoted(column.name)} {column.transfer.postgres}")
    for name in change.loosened:
        session.execute(f"alter table {target} alter column {quoted(name)} drop not null")


def drop_columns(session: Session, table: Table, change: Difference) -> None:
    """Drop the columns that go; our views have left them already.

    Args:
        session: A connection.
        table: The table.
        change: What differs.

    Raises:
        DependencyError: Something others made reads one of them.
    """
    target = qualified(TABLE_SCHEMA, table.name)
    going = [*change.gone, *(old_name(name) for name in change.retyped)]
    if going:
        named = ", ".join([*change.gone, *change.retyped])
        reason = f"tabellen {TABLE_SCHEMA}.{table.name} skal af med eller ændre kolonnerne {named}"
        refuse_dependents(session, target, going, reason)
        session.execute(f"alter table {target} " + ", ".join(f"drop column {quoted(name)}" for name in going))


def require_columns(session: Session, table: Table, change: Difference) -> None:
    """Make the columns required that are, now that they are filled.

    Args:
        session: A connection.
        table: The table.
        change: What differs.
    """
    names = [*change.tightened, *(column.name for column in change.added if column.required)]
    if names:
        listed = ", ".join(f"alter column {quoted(name)} set not null" for name in names)
        session.execute(f"alter table {qualified(TABLE_SCHEMA, table.name)} {listed}")


def drop_indexes(session: Session, table: Table) -> None:
    """Drop the key and the indexes that a load made; those of others are theirs.

    Args:
        session: A connection.
        table: The table.
    """
    target = qualified(TABLE_SCHEMA, table.name)
    for name, constraint in _own_indexes(session, table):
        if constraint:
            session.execute(f"alter table {target} drop constraint {quoted(name)}")
        else:
            session.execute(f"drop index {qualified(TABLE_SCHEMA, name)}")


def make_indexes(session: Session, table: Table) -> None:
    """Make the key and the indexes of a table.

    Args:
        session: A connection.
        table: The table, full.
    """
    target = qualified(TABLE_SCHEMA, table.name)
    if table.key:
        listed = ", ".join(quoted(name) for name in table.key)
        name = quoted(table.index_name((), "pkey"))
        if table.has_primary_key:
            session.execute(f"alter table {target} add constraint {name} primary key ({listed})")
        else:
            session.execute(f"create unique index {name} on {target} ({listed}) nulls not distinct")
    for columns in table.indexes:
        listed = ", ".join(quoted(name) for name in columns)
        session.execute(f"create index {quoted(table.index_name(columns, 'idx'))} on {target} ({listed})")


def comment_table(session: Session, table: Table) -> None:
    """Write the comments of a table.

    Args:
        session: A connection.
        table: The table.
    """
    target = qualified(TABLE_SCHEMA, table.name)
    _comment(session, "table", target, table.comment, [(column.name, column.comment) for column in table.columns])


def put_view(session: Session, view: View) -> None:
    """Make a view, or make it anew of the same name; grants on it and views upon it stay.

    Args:
        session: A connection.
        view: The view.

    Raises:
        DependencyError: Its columns change, and something others made reads it.
    """
    target = qualified(VIEW_SCHEMA, view.name)
    made = f"view {target} with (security_invoker = true) as {view.query(TABLE_SCHEMA)}"
    if session.succeeds([f"create or replace {made}"], INVALID_DEFINITION):
        return
    grants = _grants(session, target)
    refuse_dependents(session, target, None, f"viewet {VIEW_SCHEMA}.{view.name} får andre kolonner")
    session.execute(f"drop view {target}")
    session.execute(f"create {made}")
    for grant in grants:
        session.execute(grant)


def comment_view(session: Session, view: View) -> None:
    """Write the comments of a view.

    Args:
        session: A connection.
        view: The view.
    """
    target = qualified(VIEW_SCHEMA, view.name)
    _comment(session, "view", target, view.description, [(c.name, c.description) for c in view.columns])


def drop(session: Session, kind: str, relation: str) -> None:
    """Drop a table or view that is published no more.

    Args:
        session: A connection.
        kind: `table` or `view`.
        relation: Its full name, quoted.

    Raises:
        DependencyError: Something others made reads it.
    """
    refuse_dependents(session, relation, None, f"{relation} offentliggøres ikke længere")
    session.execute(f"drop {kind} {relation}")


def _definition(column: Column) -> str:
    """Write the definition of a column."""
    return f"{quoted(column.name)} {column.transfer.postgres}{' not null' if column.required else ''}"


def _own_indexes(session: Session, table: Table) -> list[tuple[str, bool]]:
    """List the indexes of a table that a load made, each with whether it is a primary key."""
    rows = session.rows(
        """
        select i.relname::text, exists(select from pg_constraint where conindid = i.oid and contype = 'p')
        from pg_index as x join pg_class as i on i.oid = x.indexrelid
        where x.indrelid = $1::regclass
        """,
        [qualified(TABLE_SCHEMA, table.name)],
    )
    return [(name, constraint) for name, constraint in rows if name.startswith(OWN_PREFIX)]


def _grants(session: Session, relation: str) -> list[str]:
    """Write the statements that give back the rights on a relation."""
    rows = session.rows(
        """
        select a.privilege_type, case a.grantee when 0 then 'public' else quote_ident(r.rolname) end, a.is_grantable
        from pg_class as c, aclexplode(c.relacl) as a left join pg_roles as r on r.oid = a.grantee
        where c.oid = $1::regclass and a.grantee <> c.relowner
        """,
        [relation],
    )
    return [f"grant {right} on {relation} to {who}{' with grant option' if more else ''}" for right, who, more in rows]


def _comment(session: Session, kind: str, target: str, about: str, columns: Sequence[tuple[str, str]]) -> None:
    """Write the comments of a table or view in one statement: a round trip each would take longer than the load."""
    said = [f"comment on {kind} {target} is {_literal(about)}"]
    said += [f"comment on column {target}.{quoted(name)} is {_literal(text)}" for name, text in columns]
    body = ";\n".join(said)
    session.execute(f"do $erhvervshus_comments$begin\n{body};\nend$erhvervshus_comments$")


def _literal(value: str) -> str:
    """Quote a text for SQL, whatever `standard_conforming_strings` says; an empty one is none."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'" if value else "null"
