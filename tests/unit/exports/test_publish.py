"""The publication: whole or not at all, readable by old clients, and undisturbing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports import publish as publishing
from exports import switch as switching
from exports.publish import Manifest, PublicationError, RunInfo, publish

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DESCRIPTION = "One row per house; the house's \"name\" isn't a key.\nNuance: 'danmark' is no house."


def node(schema: str, name: str, *, parquet: bool = False) -> dict[str, Any]:
    """Make a model as dbt's manifest holds it."""
    return {
        "resource_type": "model",
        "schema": schema,
        "alias": name,
        "name": name,
        "description": DESCRIPTION,
        "columns": {
            "house": {"name": "house", "description": "Husets kode, fx 'fyn'; ikke navn."},
            "gone": {"name": "gone", "description": "A column that was dropped."},
        },
        "config": {"meta": {"publish": {"parquet": True}} if parquet else {}},
    }


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A manifest with one mart that is a file too, one that is not, and a staging model."""
    path = tmp_path / "manifest.json"
    nodes = [
        node("goals", "goal_attainment", parquet=True),
        node("core", "dim_house"),
        node("staging", "stg_x"),
    ]
    path.write_text(json.dumps({"nodes": {n["name"]: n for n in nodes}}), encoding="utf-8")
    return path


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A private build file with marts, a table left from an earlier build, and the register of deliveries."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema core; create schema goals; create schema staging; create schema raw")
        con.execute("create table core.dim_house as select unnest(['fyn', 'danmark']) as house")
        con.execute("create table core.left_over as select 1 as x")
        con.execute(
            "create table goals.goal_attainment as select h as house, 2025::integer as year, 1.5::double as value "
            "from unnest(['sjaelland', 'fyn']) as t(h)"
        )
        con.execute("create table raw.run_context as select 2025 as report_year, date '2026-10-31' as today")
        con.execute(
            "create table raw.deliveries as select 'crm' as source, 'crm_forloeb' as entity, "
            "'crm/crm_forloeb__2026-10-31.csv' as delivery, date '2026-10-31' as extracted_on, 'abc' as fingerprint, "
            "'accepted' as status, 3 as delivered_rows, 2 as accepted_rows, 1 as rejected_rows, "
            "0 as rejected_values, null::varchar as error"
        )
    return path


def run_info(manifest: Path, day: int = 0) -> RunInfo:
    """Make the information of the run of a day."""
    return RunInfo(f"{day:08d}-run", "0.1.0", manifest, START + timedelta(days=day))


def set_fyn(build: Path, value: float) -> None:
    """Change the figure that tells publications apart."""
    with duckdb.connect(str(build)) as con:
        con.execute("update goals.goal_attainment set value = ? where house = 'fyn'", [value])


def fyn(path: Path) -> float:
    """Read that figure as a reader of the published file does."""
    with duckdb.connect(str(path), read_only=True) as con:
        return float(con.execute("select value from goal_attainment where house = 'fyn'").fetchall()[0][0])


def test_publishes_marts_files_and_manifest(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, a mart, a file or a fingerprint could be missing and nobody would see it before a reader does."""
    output = tmp_path / "output"
    publication = publish(build, output, run_info(manifest))

    assert sorted(path.name for path in output.iterdir()) == [
        ".publications",
        "current.duckdb",
        "goal_attainment.parquet",
        "manifest.json",
        "warehouse-20261121T080000Z-00000000.duckdb",
    ]
    content = Manifest.model_validate_json((output / "manifest.json").read_bytes())
    assert content == publication.manifest
    assert {table.table: table.rows for table in content.tables} == {"dim_house": 2, "goal_attainment": 2}
    assert content.deliveries[0].fingerprint == "abc"
    assert content.deliveries[0].delivered_rows == 3
    for file in content.files:
        found = publishing._fingerprint(output / file.name, file.rows)
        assert found == file, file.name


def test_file_is_read_only_current_and_in_old_storage(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, DuckDB 1.4 drivers could not open the file, or a reader could write in it."""
    output = tmp_path / "output"
    publication = publish(build, output, run_info(manifest))

    assert (output / "current.duckdb").resolve() == publication.warehouse
    assert publication.warehouse.stat().st_mode & 0o777 == 0o444
    with duckdb.connect() as con:
        con.execute(f"attach '{output / 'current.duckdb'}' as p (read_only)")
        tags = con.execute("select tags from duckdb_databases() where database_name = 'p'").fetchall()[0][0]
    assert tags["storage_version"].startswith("v1.4")


def test_comments_survive_quotes_and_line_breaks(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, an apostrophe in a description would break the publication, or run as SQL."""
    publication = publish(build, tmp_path / "output", run_info(manifest))
    with duckdb.connect(str(publication.warehouse), read_only=True) as con:
        tables = dict(con.execute("select table_name, comment from duckdb_tables()").fetchall())
        columns = con.execute(
            "select comment from duckdb_columns() where table_name = 'dim_house' and column_name = 'house'"
        ).fetchall()
    assert tables["dim_house"] == DESCRIPTION
    assert columns == [("Husets kode, fx 'fyn'; ikke navn.",)]


def test_publication_table_names_run_and_inputs(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, a figure in a copied file could not be traced to its run and its deliveries."""
    publication = publish(build, tmp_path / "output", run_info(manifest))
    with duckdb.connect(str(publication.warehouse), read_only=True) as con:
        row = con.execute(
            "select run_id, report_year, published_at, tables[1].rows, deliveries[1].fingerprint from _publication"
        ).fetchall()
    assert row == [("00000000-run", 2025, START.replace(tzinfo=None), 2, "abc")]


def test_parquet_is_sorted_and_the_same_every_time(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, every day's file would look changed although no figure did."""
    first, second = tmp_path / "first", tmp_path / "second"
    publish(build, first, run_info(manifest))
    publish(build, second, run_info(manifest, day=1))
    name = "goal_attainment.parquet"
    assert (first / name).read_bytes() == (second / name).read_bytes()
    with duckdb.connect() as con:
        rows = con.execute(f"select house from '{first / name}'").fetchall()
        types = con.execute(f"select typeof(year), typeof(value) from '{first / name}' limit 1").fetchall()
    assert rows == [("fyn",), ("sjaelland",)]
    assert types == [("INTEGER", "DOUBLE")]


def change_mart(manifest: Path, name: str, meta: dict[str, Any]) -> None:
    """Declare something else of a mart."""
    content = json.loads(manifest.read_bytes())
    content["nodes"][name]["config"]["meta"] |= meta
    manifest.write_text(json.dumps(content), encoding="utf-8")


def test_views_work_under_any_name_of_the_file(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, a view would hold the name its file had while it was written, and fail for every reader."""
    publication = publish(build, tmp_path / "output", run_info(manifest))
    with duckdb.connect(str(publication.warehouse), read_only=True) as con:
        assert con.execute("from bi.dim_house_v1 order by house").fetchall() == [("danmark",), ("fyn",)]
        comments = dict(con.execute("select view_name, comment from duckdb_views() where not internal").fetchall())
        columns = con.execute(
            "select comment from duckdb_columns() where schema_name = 'bi' and table_name = 'dim_house_v1'"
        ).fetchall()
    assert comments["dim_house_v1"] == DESCRIPTION
    assert columns == [("Husets kode, fx 'fyn'; ikke navn.",)]
    with duckdb.connect() as con:
        con.execute("create table dim_house as select 'another table of that name' as house")
        con.execute(f"attach '{publication.warehouse}' as \"warehouse of today\" (read_only)")
        con.execute('use "warehouse of today"')
        assert con.execute("select count(*) from bi.dim_house_v1").fetchall() == [(2,)]
        assert con.execute("select report_year, run_id from bi.publication_v1").fetchall() == [(2025, "00000000-run")]


def test_a_breaking_change_leaves_the_old_view_beside_the_new(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, the dashboards on a mart would break on the morning after it has been improved."""
    output = tmp_path / "output"
    read = "select house, year, value from bi.goal_attainment_v1 order by house"

    def readers_see(query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(output / "current.duckdb"), read_only=True) as con:
            return con.execute(query).fetchall()

    publish(build, output, run_info(manifest))
    before = readers_see(read)
    with duckdb.connect(str(build)) as con:
        con.execute("alter table goals.goal_attainment rename column year to goal_year")
        con.execute("alter table goals.goal_attainment alter column value type decimal(9, 2)")
    kept = {"house": "house", "year": "goal_year", "value": "cast(value as double precision)"}
    change_mart(manifest, "goal_attainment", {"view": {"version": 2, "previous": {"columns": kept}}})
    publish(build, output, run_info(manifest, day=1))

    assert readers_see(read) == before
    assert readers_see("select goal_year, typeof(value) from bi.goal_attainment_v2 limit 1") == [(2025, "DECIMAL(9,2)")]
    about = readers_see("select comment from duckdb_views() where view_name = 'goal_attainment_v1'")[0][0]
    assert about.startswith("Replaced by goal_attainment_v2; it goes when that is replaced.")


def test_a_view_that_cannot_be_read_stops_the_publication(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, an old view over a column that is gone would be published and fail for its readers."""
    change_mart(manifest, "dim_house", {"view": {"version": 2, "previous": {"columns": {"house": "no_such_column"}}}})
    with pytest.raises(PublicationError, match="no_such_column"):
        publish(build, tmp_path / "output", run_info(manifest))


STEPS = [
    "read_marts",
    "_write_warehouse",
    "_comment",
    "_describe",
    "_write_publication_table",
    "_write_views",
    "_close_warehouse",
    "_fingerprint",
    "_write_parquet",
    "_write_manifest",
    "switch",
]


def snapshot(output: Path) -> dict[str, bytes | str]:
    """Read everything in the output folder, links by where they point."""
    return {
        path.relative_to(output).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in output.rglob("*")
        if path.is_symlink() or path.is_file()
    }


@pytest.mark.parametrize("step", STEPS)
def test_failure_at_any_step_leaves_the_old(
    step: str, build: Path, manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, a full disk in the middle of a publication would leave readers with half of it."""
    output = tmp_path / "output"
    publish(build, output, run_info(manifest))
    before = snapshot(output)

    def fail(*_: object, **__: object) -> None:
        msg = "No space left on device"
        raise OSError(msg)

    monkeypatch.setattr(publishing, step, fail)
    with pytest.raises(PublicationError, match="den forrige udgave gælder stadig"):
        publish(build, output, run_info(manifest, day=1))
    assert snapshot(output) == before


@pytest.mark.parametrize("survived", range(3))
def test_failure_within_the_switch_puts_everything_back(
    survived: int, build: Path, manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, the link could point at the new warehouse while the files beside it are still the old."""
    output = tmp_path / "output"
    publish(build, output, run_info(manifest))
    before = snapshot(output)
    set_fyn(build, 99.0)
    replace, calls = os.replace, iter(range(100))

    def fail_after(source: Path, target: Path) -> None:
        if next(calls) == survived:
            msg = "Input/output error"
            raise OSError(msg)
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_after)
    with pytest.raises(PublicationError):
        publish(build, output, run_info(manifest, day=1))
    assert snapshot(output) == before


def test_first_publication_that_fails_leaves_nothing(
    build: Path, manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, a reader could find a first warehouse that was never finished."""
    output = tmp_path / "output"

    def fail(_: Path) -> None:
        msg = "Input/output error"
        raise OSError(msg)

    sync: Callable[[Path], None] = switching.sync
    monkeypatch.setattr(switching, "sync", lambda path: fail(path) if path.name == ".publications" else sync(path))
    with pytest.raises(PublicationError):
        publish(build, output, run_info(manifest))
    assert [path.name for path in output.rglob("*")] == [".publications"]


def test_reader_of_the_old_file_is_undisturbed(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, a dashboard would break each time the warehouse is published."""
    output = tmp_path / "output"
    publish(build, output, run_info(manifest), keep=1)
    with duckdb.connect(str(output / "current.duckdb"), read_only=True) as reader:
        set_fyn(build, 2.5)
        publish(build, output, run_info(manifest, day=1), keep=1)
        publish(build, output, run_info(manifest, day=2), keep=1)
        old = reader.execute("select value from goal_attainment where house = 'fyn'").fetchall()
    assert old == [(1.5,)]
    assert fyn(output / "current.duckdb") == 2.5


HOLD = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
for _ in sys.stdin:
    print(con.execute("select value from bi.goal_attainment_v1 where house = 'fyn'").fetchall()[0][0], flush=True)
"""


def test_several_programs_hold_the_file_while_the_next_is_published(
    build: Path, manifest: Path, tmp_path: Path
) -> None:
    """Without it, a dashboard's server could block the night's publication, or be broken by it."""
    output = tmp_path / "output"
    publish(build, output, run_info(manifest), keep=1)

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLD, str(output / "current.duckdb")]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(reader: subprocess.Popen[str]) -> float:
        assert reader.stdin
        assert reader.stdout
        reader.stdin.write("?\n")
        reader.stdin.flush()
        return float(reader.stdout.readline())

    early = [start(), start()]
    assert [ask(reader) for reader in early] == [1.5, 1.5]
    set_fyn(build, 2.5)
    publish(build, output, run_info(manifest, day=1), keep=1)
    late = start()
    assert [ask(reader) for reader in (*early, late)] == [1.5, 1.5, 2.5]
    for reader in (*early, late):
        reader.communicate()
        assert reader.returncode == 0


def test_keeps_the_newest_and_never_removes_the_current(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, the disk would fill, or the file that readers use would go."""
    output = tmp_path / "output"
    for day in range(4):
        publish(build, output, run_info(manifest, day=day), keep=2)
    assert [path.name for path in sorted(output.glob("warehouse-*"))] == [
        "warehouse-20261123T080000Z-00000002.duckdb",
        "warehouse-20261124T080000Z-00000003.duckdb",
    ]
    # A clock set back: the publication of today sorts before those that exist.
    publication = publish(build, output, run_info(manifest), keep=1)
    assert publication.warehouse.exists()
    assert (output / "current.duckdb").resolve() == publication.warehouse.resolve()


def test_removes_what_a_killed_run_left(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, every killed run would leave a copy of the warehouse for ever."""
    output = tmp_path / "output"
    left = output / ".publish-20260101T000000Z-killed"
    left.mkdir(parents=True)
    (left / "warehouse-x.duckdb").write_bytes(b"half")
    publish(build, output, run_info(manifest))
    assert not left.exists()


def as_before_labels(output: Path) -> dict[str, bytes]:
    """Give a publication the form of an earlier version: files and a link, no folders; return what readers find."""
    found = {name: (output / name).read_bytes() for name in ("goal_attainment.parquet", "manifest.json")}
    warehouse = (output / "current.duckdb").resolve()
    for name, content in found.items():
        (output / name).unlink()
        (output / name).write_bytes(content)
    (output / "current.duckdb").unlink()
    (output / "current.duckdb").symlink_to(warehouse.name)
    shutil.rmtree(output / ".publications")
    return found


def test_takes_over_a_publication_of_an_earlier_version(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, the first run after an upgrade would switch its files one by one, as they used to be."""
    output = tmp_path / "output"
    publish(build, output, run_info(manifest))
    before = as_before_labels(output)
    with switching.staged(output, "next"):
        assert switching.standing(output) == "20261121T080000Z-00000000"
        assert {name: (output / name).read_bytes() for name in before} == before
        assert all((output / name).is_symlink() for name in before)
        assert fyn(output / "current.duckdb") == 1.5
    set_fyn(build, 2.5)
    # The earlier version was used again in between: its publication is the one that stands, whatever the folders say.
    as_before_labels(output)
    publish(build, output, run_info(manifest, day=1), keep=1)
    assert fyn(output / "current.duckdb") == 2.5
    assert sorted(path.name for path in (output / ".publications").iterdir()) == [
        "20261122T080000Z-00000001",
        "current",
    ]


def test_a_file_that_is_no_longer_published_goes(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, a file of last year would lie beside those of today as if it were one of them."""
    output = tmp_path / "output"
    publish(build, output, run_info(manifest))
    (output / "own.txt").write_text("of a person", encoding="utf-8")
    nodes = json.loads(manifest.read_bytes())
    nodes["nodes"]["goal_attainment"]["config"] = {}
    manifest.write_text(json.dumps(nodes), encoding="utf-8")
    publish(build, output, run_info(manifest, day=1))
    assert not (output / "goal_attainment.parquet").is_symlink()
    assert (output / "own.txt").exists()


def test_publishing_twice_in_a_second_gives_two_publications(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, the second would write over the first while readers have it open."""
    output = tmp_path / "output"
    first, second = (publish(build, output, run_info(manifest)).warehouse for _ in range(2))
    assert first != second
    assert (output / "current.duckdb").resolve() == second


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("drop table goals.goal_attainment", "goals.goal_attainment mangler"),
        (
            "create schema geography; create table geography.dim_house as select 1 as house",
            "hedder dim_house",
        ),
        ("delete from raw.run_context", "kunne ikke offentliggøres"),
    ],
)
def test_refuses_what_is_not_whole(change: str, expected: str, build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, a mart that was not built would vanish from the publication in silence."""
    nodes = json.loads(manifest.read_bytes())
    if "geography" in change:
        nodes["nodes"]["twin"] = node("geography", "dim_house")
        manifest.write_text(json.dumps(nodes), encoding="utf-8")
    with duckdb.connect(str(build)) as con:
        con.execute(change)
    with pytest.raises(PublicationError, match=expected):
        publish(build, tmp_path / "output", run_info(manifest))


def test_refuses_a_build_without_marts(build: Path, tmp_path: Path) -> None:
    """Without it, an empty warehouse could replace a full one."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text('{"nodes": {}}', encoding="utf-8")
    with pytest.raises(PublicationError, match="ingen tabeller"):
        publish(build, tmp_path / "output", run_info(manifest))


def test_counts_again_as_a_reader(build: Path, manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, rows lost while copying would be published."""
    count = publishing._count
    monkeypatch.setattr(
        publishing, "_count", lambda con, relation: count(con, relation) + relation.startswith("build.")
    )
    with pytest.raises(PublicationError, match="har 2 rækker"):
        publish(build, tmp_path / "output", run_info(manifest))


def test_tells_of_each_table_and_file(build: Path, manifest: Path, tmp_path: Path) -> None:
    """Without it, a long publication would look like one that hangs."""
    told: list[str] = []
    publish(build, tmp_path / "output", run_info(manifest), progress=told.append)
    assert told == ["dim_house", "goal_attainment", "goal_attainment.parquet"]
