"""A database with a whole publication and its access, and people who have been given roles in it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import duckdb
import psycopg2
from adbc_driver_postgresql import dbapi

from exports.access.names import quoted
from exports.access.postgres import Applied, apply_access
from exports.access.released import released_statement
from exports.access.rules import Rules, read_rules
from exports.access.statement_tables import load_released
from exports.open_data.folder import write_open_data
from exports.statement.yearly import freeze
from orchestration.manifest import prepare_manifest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "exports"))
import small_statement as small

PASSWORD = "kun-i-denne-test"  # noqa: S105 - of a server that lives as long as the test


def released_output(run: Path, folder: Path) -> Path:
    """Copy a run's output and freeze its statement, so that there is something the public may see."""
    output = folder / "output"
    shutil.copytree(run, output, symlinks=True, ignore=shutil.ignore_patterns(".build"))
    year = max(int(path.name) for path in (output / "opgoerelse").iterdir() if path.name.isdecimal())
    freeze(output, year, Path(prepare_manifest()), {}, renderers=replace(small.QUICK, open_data=write_open_data))
    return output


def published_rules(output: Path) -> Rules:
    """Read the rules of a publication."""
    with closing(duckdb.connect(str(output / "current.duckdb"), read_only=True)) as con:
        return read_rules(con)


def load_and_guard(url: str, output: Path) -> Applied:
    """Load a publication the plain way: tables made of Arrow, views over them, then access, in one transaction."""
    with (
        closing(duckdb.connect(str(output / "current.duckdb"), read_only=True)) as source,
        closing(dbapi.connect(url)) as con,
        con.cursor() as cursor,
    ):
        tables = _published(source)
        cursor.execute("create schema if not exists marts")
        cursor.execute("create schema if not exists bi")
        for name, columns in tables.items():
            _load(cursor, source, name, columns)
        applied = apply_access(cursor, read_rules(source), tables, load_released(cursor, released_statement(output)))
        con.commit()
        return applied


def _published(source: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """List the published tables with their columns."""
    query = (
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "inner join duckdb_tables() using (database_oid, schema_oid, table_oid, table_name) group by table_name"
    )
    return dict(source.execute(query).fetchall())


def _load(cursor: dbapi.Cursor, source: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str]) -> None:
    """Make a table, or fill it again when it is there."""
    cursor.execute(f"select to_regclass('marts.{quoted(name)}')::text")
    is_new = cursor.fetchall()[0][0] is None
    nested = {"tables", "deliveries"} if name == "_publication" else set()
    listed = ", ".join(f"to_json({quoted(c)}) as {quoted(c)}" if c in nested else quoted(c) for c in columns)
    data = source.sql(f"select {listed} from {quoted(name)}").to_arrow_table()
    if is_new:
        cursor.adbc_ingest(name, data, mode="create", db_schema_name="marts")
        if {"cvr", "house"} <= set(columns):
            cursor.execute(f"create index on marts.{quoted(name)} (cvr)")
            cursor.execute(f"create index on marts.{quoted(name)} (house)")
        view = f"bi.{quoted(f'{name}_v1')} with (security_invoker = true)"
        cursor.execute(f"create view {view} as select * from marts.{quoted(name)}")
    else:
        # Nobody copies into a table that is guarded against its owner too.
        cursor.adbc_ingest(f"new_{name}", data, mode="create", temporary=True)
        cursor.execute(f"delete from marts.{quoted(name)}")
        cursor.execute(f"insert into marts.{quoted(name)} select * from pg_temp.{quoted(f'new_{name}')}")
        cursor.execute(f"drop table pg_temp.{quoted(f'new_{name}')}")


@dataclass(frozen=True)
class Told:
    """What a person was told: rows, errors, notices.

    Attributes:
        rows: The rows of every statement that gave some, in order.
        errors: Every error with its message, detail, hint and context.
        notices: What the server said beside.
    """

    rows: tuple[tuple[Any, ...], ...]
    errors: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def text(self) -> str:
        """Everything as one text."""
        return "\n".join([*(repr(row) for row in self.rows), *self.errors, *self.notices])


@dataclass(frozen=True)
class People:
    """People who can log in, and what they ask."""

    url: str

    def create(self, name: str, roles: Sequence[str], options: str = "") -> None:
        """Make a login as a DBA does, and give it roles."""
        granted = "".join(f"; grant {role} to {name}" for role in roles)
        self.admin(f"create role {name} login password '{PASSWORD}' {options}{granted}")

    def admin(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as the superuser."""
        with closing(psycopg2.connect(self.url)) as con:
            con.autocommit = True
            with con.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []

    def url_of(self, name: str) -> str:
        """Address the database as a person."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{name}:{PASSWORD}@{host}"))

    @contextmanager
    def session(self, name: str) -> Iterator[Any]:
        """Log a person in."""
        with closing(psycopg2.connect(self.url_of(name))) as con:
            con.autocommit = True
            with con.cursor() as cursor:
                yield cursor

    def ask(self, name: str, *statements: str) -> Told:
        """Log a person in, run statements one after the other whether they fail or not, and gather what is told."""
        rows: list[tuple[Any, ...]] = []
        errors: list[str] = []
        with self.session(name) as cursor:
            for statement in statements:
                try:
                    cursor.execute(statement)
                    if cursor.description:
                        rows += cursor.fetchall()
                except psycopg2.Error as error:
                    diagnosis = error.diag
                    said = (diagnosis.message_detail, diagnosis.message_hint, diagnosis.context)
                    errors.append("\n".join([str(error), *(text for text in said if text)]))
            notices = tuple(cursor.connection.notices)
        return Told(tuple(rows), tuple(errors), notices)


def sorted_rows(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Order rows of any types."""
    return sorted((tuple(row) for row in rows), key=repr)


def counted(rows: Sequence[tuple[Any, ...]]) -> Mapping[str, int]:
    """Read rows of a name and a number."""
    return {str(name): int(number) for name, number in rows}
