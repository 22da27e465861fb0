"""What a load does inside its one transaction, in the order that is least in the way of readers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from exports.postgres.catalog import (
    SCHEMAS,
    STATE_SCHEMA,
    STATE_TABLE,
    TABLE_SCHEMA,
    Catalog,
    Known,
    qualified,
    read_catalog,
)
from exports.postgres.rows import Moved, exchange, fill, replace, stage
from exports.postgres.session import Session
from exports.postgres.structure import (
    Difference,
    add_columns,
    comment_table,
    comment_view,
    create_table,
    difference,
    drop,
    drop_columns,
    drop_indexes,
    lock_against_readers,
    make_indexes,
    put_view,
    require_columns,
)
from exports.postgres.tables import Table, contents
from exports.views.specification import VIEW_SCHEMA, View
from sources.sql_text import literal

_UNKNOWN = Known(structure="", comments="", contents="", rows=-1)


@dataclass
class Transaction:
    """A load under way.

    Attributes:
        session: The connection, holding the turn.
        source: A connection with the published file attached as `published`.
        tables: What is loaded, by name.
        views: The views over it.
        tell: Told of each table.
        step_aside: Lists what takes policies and views of roles off a table whose columns change or that goes.
        lock_seconds: How long to try for tables that have to be locked.
        catalog: What the database held before.
        contents: Rows and fingerprint of each table of the published file.
        changes: What differs in the columns of each table that the database held before.
        moved: Rows added and removed, of the tables that were not passed over.
    """

    session: Session
    source: duckdb.DuckDBPyConnection
    tables: Mapping[str, Table]
    views: tuple[View, ...]
    tell: Callable[[str], None]
    step_aside: Callable[[str], Sequence[str]]
    lock_seconds: float
    catalog: Catalog = field(init=False)
    contents: Mapping[str, tuple[int, str]] = field(init=False)
    changes: Mapping[str, Difference] = field(init=False)
    moved: dict[str, Moved] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """See what the database holds, and what of it differs."""
        self.catalog = read_catalog(self.session)
        self.contents = {name: contents(self.source, table) for name, table in self.tables.items()}
        self.changes = {
            name: difference(table, self.catalog.tables[name])
            for name, table in self.tables.items()
            if name in self.catalog.tables
        }

    @property
    def reshaped(self) -> tuple[str, ...]:
        """The tables whose columns, key or indexes change: their readers are held up while it happens."""
        return tuple(
            name
            for name, change in self.changes.items()
            if not change.is_none or self._known_table(name).structure != self.tables[name].structure
        )

    def run(self) -> None:
        """Bring everything up to date; what locks readers out comes last, and mostly not at all."""
        self._make_schemas()
        reshaped = self.reshaped
        for name, table in self.tables.items():
            if name not in self.catalog.tables:
                self._create(table)
            elif name in reshaped:
                stage(self.session, self.source, table)
            elif not self._is_loaded(name):
                stage(self.session, self.source, table)
                self.moved[name] = exchange(self.session, table)
            self.tell(name)
        self._reshape([self.tables[name] for name in reshaped])
        self._comment()

    def remember(self) -> None:
        """Write down what tables and views are made of, for the next load."""
        state = self._state()
        target = f"{STATE_SCHEMA}.{STATE_TABLE}"
        for name in sorted(set(self.catalog.known) - set(state)):
            self.session.execute(f"delete from {target} where relation = {literal(name)}")
        values = ", ".join(
            f"({', '.join(map(literal, (name, row.structure, row.comments, row.contents)))}, {row.rows})"
            for name, row in state.items()
            if self.catalog.known.get(name) != row
        )
        if values:
            self.session.execute(
                f"insert into {target} (relation, structure, comments, contents, rows) values {values} "
                "on conflict (relation) do update set structure = excluded.structure, comments = excluded.comments, "
                "contents = excluded.contents, rows = excluded.rows, loaded_at = now()"
            )

    def _make_schemas(self) -> None:
        """Make what is missing of our schemas; once they exist, the right to make schemas can be taken back."""
        for schema, about in SCHEMAS.items():
            if schema not in self.catalog.schemas:
                self.session.execute(f"create schema {schema}")
                self.session.execute(f"comment on schema {schema} is {literal(about)}")
        if not self.catalog.known:
            self.session.execute(
                f"create table if not exists {STATE_SCHEMA}.{STATE_TABLE} (relation text primary key, "
                "structure text not null, comments text not null, contents text not null, rows bigint not null, "
                "loaded_at timestamp with time zone not null default now())"
            )

    def _create(self, table: Table) -> None:
        """Make a table that is new; nobody can read it before the transaction ends."""
        create_table(self.session, table)
        self.moved[table.name] = fill(self.session, self.source, table)
        make_indexes(self.session, table)

    def _reshape(self, tables: list[Table]) -> None:
        """Do all that readers have to be locked out for: change columns, keys and views, and drop what is gone."""
        views = [view for view in self.views if self._is_due(view, {table.name for table in tables})]
        gone = self._gone()
        locked = [qualified(TABLE_SCHEMA, table.name) for table in tables]
        locked += [qualified(VIEW_SCHEMA, view.name) for view in views if view.name in self.catalog.views]
        locked += [relation for _, relation in gone]
        changing = [*(table.name for table in tables), *sorted(self.catalog.tables.keys() - self.tables.keys())]
        # Tried together with the locks: a reader that waits for a table may hold a view of it.
        aside = [statement for name in changing for statement in self.step_aside(name)]
        lock_against_readers(self.session, locked, self.lock_seconds, aside)
        for table in tables:
            drop_indexes(self.session, table)
            add_columns(self.session, table, self.changes[table.name])
        for view in views:
            put_view(self.session, view)
        for kind, relation in gone:
            drop(self.session, kind, relation)
        for table in tables:
            drop_columns(self.session, table, self.changes[table.name])
            self.moved[table.name] = replace(self.session, table)
            require_columns(self.session, table, self.changes[table.name])
            make_indexes(self.session, table)

    def _comment(self) -> None:
        """Write the comments that have changed; readers are not in the way of it."""
        known, state = self.catalog.known, self._state()
        changed = {name for name, row in state.items() if known.get(name, _UNKNOWN).comments != row.comments}
        for table in self.tables.values():
            if qualified(TABLE_SCHEMA, table.name) in changed:
                comment_table(self.session, table)
        for view in self.views:
            if qualified(VIEW_SCHEMA, view.name) in changed:
                comment_view(self.session, view)

    def _state(self) -> dict[str, Known]:
        """Describe tables and views as they shall be, by qualified name."""
        state = {}
        for name, table in self.tables.items():
            rows, fingerprint = self.contents[name]
            state[qualified(TABLE_SCHEMA, name)] = Known(table.structure, table.comments, fingerprint, rows)
        for view in self.views:
            said = "\n".join([view.description, *(column.description for column in view.columns)])
            state[qualified(VIEW_SCHEMA, view.name)] = Known(_digest(view.query(TABLE_SCHEMA)), _digest(said), "", 0)
        return state

    def _known_table(self, name: str) -> Known:
        """Say what is known of a table."""
        return self.catalog.known.get(qualified(TABLE_SCHEMA, name), _UNKNOWN)

    def _is_loaded(self, name: str) -> bool:
        """Whether the database holds these very rows already, and nobody has taken any away."""
        rows, fingerprint = self.contents[name]
        if self._known_table(name).contents != fingerprint:
            return False
        return bool(self.session.rows(f"select count(*) from {qualified(TABLE_SCHEMA, name)}")[0][0] == rows)

    def _is_due(self, view: View, reshaped: set[str]) -> bool:
        """Whether a view has to be made: it is new, made otherwise, or its table has got other columns."""
        known = self.catalog.known.get(qualified(VIEW_SCHEMA, view.name), _UNKNOWN)
        is_made = known.structure == _digest(view.query(TABLE_SCHEMA)) and view.name in self.catalog.views
        return not is_made or view.table in reshaped

    def _gone(self) -> list[tuple[str, str]]:
        """List what earlier loads made and is published no more, with its kind: views first, which read the tables."""
        views = {qualified(VIEW_SCHEMA, name) for name in self.catalog.views - {view.name for view in self.views}}
        tables = {qualified(TABLE_SCHEMA, name) for name in self.catalog.tables.keys() - self.tables.keys()}
        return [
            *(("view", name) for name in sorted(views & self.catalog.known.keys())),
            *(("table", name) for name in sorted(tables & self.catalog.known.keys())),
        ]


def _digest(text: str) -> str:
    """Fingerprint a text."""
    return hashlib.sha256(text.encode()).hexdigest()
