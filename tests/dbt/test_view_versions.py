"""The promise to readers of the views: no breaking change of a mart without a new version beside the old one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.publish import PUBLICATION_TABLE, PUBLISHED_SCHEMAS
from exports.views.record import RECORD, Record, breaches, read_record, write_record
from exports.views.specification import VIEW_SCHEMA, View, ViewsError, read_views
from orchestration.manifest import prepare_manifest
from sources.sql_text import quoted

Table = dict[str, str]


def described(tables: dict[str, Table], views: tuple[View, ...]) -> Record:
    """Make tables of these columns and types, the views over them, and read the views' columns and types."""
    with duckdb.connect() as con:
        con.execute(f"create schema {VIEW_SCHEMA}")
        for name, columns in tables.items():
            listed = ", ".join(f"{quoted(column)} {data_type}" for column, data_type in columns.items())
            con.execute(f"create table main.{quoted(name)} ({listed})")
        found = {}
        for view in views:
            con.execute(f"create view {VIEW_SCHEMA}.{view.name} as {view.query('main')}")
            rows = con.execute(f"describe {VIEW_SCHEMA}.{view.name}").fetchall()
            found[view.mart, view.version] = {row[0]: str(row[1]).lower() for row in rows}
        return found


def test_no_mart_breaks_a_promise() -> None:
    """Without it a renamed column would break every dashboard on the morning after.

    After a change that breaks nothing (a new mart, a new column, a new version beside the old): UPDATE_SNAPSHOTS=1.
    """
    manifest = Path(prepare_manifest())
    nodes: list[dict[str, Any]] = list(json.loads(manifest.read_bytes())["nodes"].values())
    tables = {
        node["alias"]: {column["name"]: column["data_type"] for column in node["columns"].values()}
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS
    }
    tables[PUBLICATION_TABLE] = {
        "run_id": "varchar",
        "published_at": "timestamp",
        "code_version": "varchar",
        "report_year": "integer",
        "today": "date",
    }
    record = read_record()
    views = read_views(manifest, tables, record, PUBLICATION_TABLE)
    made = described(tables, views)
    retiring = [view.mart for view in views if view.retiring]
    assert "\n".join(breaches(record, made, retiring)) == ""
    promised = {key: columns for key, columns in made.items() if key[0] not in retiring}
    if os.environ.get("UPDATE_SNAPSHOTS"):
        write_record(promised)
    assert read_record() == promised, "Run it again with UPDATE_SNAPSHOTS=1: a view is new, or has a new column."
    ordered = [list(columns) for columns in read_record().values()]
    assert ordered == [list(columns) for _, columns in sorted(promised.items())], "Columns are only added at the end."


HOUSES = {"house": "varchar", "name_da": "varchar", "sort_order": "integer"}


@pytest.fixture
def record() -> Record:
    """What readers of the first version were promised."""
    return {("dim_house", 1): HOUSES}


def views_of(tmp_path: Path, columns: Table, record: Record, view: dict[str, Any] | None = None) -> tuple[View, ...]:
    """Read the views of one mart with these columns and this declaration."""
    path = tmp_path / "manifest.json"
    node = {"resource_type": "model", "alias": "dim_house", "columns": {}, "config": {"meta": {"view": view or {}}}}
    path.write_text(json.dumps({"nodes": {"dim_house": node}}), encoding="utf-8")
    return read_views(path, {"dim_house": list(columns)}, record, PUBLICATION_TABLE)


def found(tmp_path: Path, columns: Table, record: Record, view: dict[str, Any] | None = None) -> tuple[str, ...]:
    """Say what breaks the promise in a mart with these columns and this declaration."""
    views = views_of(tmp_path, columns, record, view)
    return breaches(record, described({"dim_house": columns}, views), [v.mart for v in views if v.retiring])


RENAMED = {"house": "varchar", "name": "varchar", "sort_order": "integer"}
RETYPED = {**HOUSES, "sort_order": "bigint"}
KEPT = {"version": 2, "previous": {"columns": {"house": "house", "name_da": "name", "sort_order": "sort_order"}}}


@pytest.mark.parametrize(
    ("columns", "said"),
    [(RENAMED, "the column name_da is gone"), (RETYPED, "sort_order was promised as integer and is bigint")],
)
def test_a_breaking_change_is_told_with_its_remedy(columns: Table, said: str, record: Record, tmp_path: Path) -> None:
    """Without it the person who renames a column would not learn how to keep the old view."""
    (message,) = found(tmp_path, columns, record)
    assert said in message
    assert "raise the version: meta.view: {version: 2, previous" in message


def test_a_new_column_breaks_nothing_and_comes_last(record: Record, tmp_path: Path) -> None:
    """Without it a column in the middle of a mart would move the columns of those who read by position."""
    columns = {"house": "varchar", "kkr": "varchar", **HOUSES}
    assert found(tmp_path, columns, record) == ()
    (view,) = views_of(tmp_path, columns, record)
    assert [column.name for column in view.columns] == ["house", "name_da", "sort_order", "kkr"]


def test_the_version_before_is_kept(record: Record, tmp_path: Path) -> None:
    """Without it a breaking change could not be made at all, or would leave the old readers with nothing."""
    assert found(tmp_path, RENAMED, record, KEPT) == ()
    assert [view.name for view in views_of(tmp_path, RENAMED, record, KEPT)] == ["dim_house_v1", "dim_house_v2"]


def test_a_version_before_of_another_type_breaks_the_promise(record: Record, tmp_path: Path) -> None:
    """Without it the old view could hand out texts where numbers were promised."""
    cast = {"house": "house", "name_da": "name", "sort_order": "cast(sort_order as varchar)"}
    (message,) = found(tmp_path, RENAMED, record, {"version": 2, "previous": {"columns": cast}})
    assert "dim_house_v1: the column sort_order was promised as integer and is varchar" in message


def test_the_version_before_goes_only_when_a_third_is_made(record: Record, tmp_path: Path) -> None:
    """Without it the old view could be dropped the day after it was replaced."""
    both = {**record, ("dim_house", 2): RENAMED}
    (message,) = found(tmp_path, RENAMED, both, {"version": 2})
    assert message.startswith("dim_house_v1: the view is still promised.")
    third = {"version": 3, "previous": {"columns": {"house": "house", "name": "title", "sort_order": "sort_order"}}}
    assert found(tmp_path, {"house": "varchar", "title": "varchar", "sort_order": "integer"}, both, third) == ()


@pytest.mark.parametrize("version", [1, 4])
def test_versions_go_up_by_one(version: int, record: Record, tmp_path: Path) -> None:
    """Without it a version could be skipped, and with it the view that readers move from."""
    both = {**record, ("dim_house", 2): HOUSES}
    declared = {"version": version, "previous": {"columns": {name: name for name in HOUSES}}} if version > 1 else None
    assert any("it is raised by one at a time" in message for message in found(tmp_path, HOUSES, both, declared))


def test_a_mart_goes_only_after_a_warning(record: Record, tmp_path: Path) -> None:
    """Without it a mart that readers use could be deleted like any other file."""
    (message,) = breaches(record, {})
    assert "the mart is gone, and dim_house_v1 is still read" in message
    assert found(tmp_path, {"house": "varchar"}, record, {"retiring": True}) == ()


def test_a_declaration_that_cannot_be_used_names_the_mart(record: Record, tmp_path: Path) -> None:
    """Without it a slip in YAML would be a stack trace."""
    with pytest.raises(ViewsError, match=r"dim_house: meta\.view cannot be used"):
        views_of(tmp_path, HOUSES, record, {"versions": 2})


def test_the_record_is_read_as_written(tmp_path: Path) -> None:
    """Without it a promise could be lost on the way to the file and back."""
    views = {("a", 1): {"x": "integer", "y": "varchar[]"}, ("a", 2): {"x": "bigint"}, ("b_v", 10): {"q": "date"}}
    write_record(views, tmp_path / "record.csv")
    assert read_record(tmp_path / "record.csv") == views
    assert read_record(tmp_path / "none.csv") == {}
    assert RECORD.exists()
