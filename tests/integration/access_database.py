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
from adbc_driver_manager import dbapi

from exports.access.port import GuardedLoad
from exports.access.postgres import Applied
from exports.access.rules import Rules, read_rules
from exports.open_data.folder import write_open_data
from exports.postgres.load import load
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


@dataclass(frozen=True)
class Listening(GuardedLoad):
    """Access that tells what it did."""

    applied: list[Applied]

    def apply(self, cursor: dbapi.Cursor, tables: Mapping[str, Sequence[str]]) -> Applied:
        """Give access, and keep what came of it."""
        self.applied.append(super().apply(cursor, tables))
        return self.applied[-1]


def load_and_guard(url: str, output: Path) -> Applied:
    """Load a publication with its access."""
    applied: list[Applied] = []
    manifest = Path(prepare_manifest())
    load(
        (output / "current.duckdb").resolve(),
        url,
        manifest,
        access=Listening(output, manifest, applied),
    )
    return applied[0]


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
