"""What the guide to BI and its dashboard ask for is there: views, columns and SQL that a reader would copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from adbc_driver_postgresql import dbapi

from exports.postgres.load import load
from exports.views.record import read_record
from orchestration.manifest import prepare_manifest
from orchestration.paths import PROJECT_ROOT

DOCS = PROJECT_ROOT / "docs"
GUIDE = DOCS / "bi.md"
DASHBOARD = DOCS / "superset" / "erhvervshusene"


def assets(kind: str) -> list[dict[str, Any]]:
    """Read the parts of the dashboard of one kind."""
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((DASHBOARD / kind).rglob("*.yaml"))]


@pytest.fixture(scope="module")
def loaded(small_run: Path, postgres_server: Any) -> Iterator[str]:  # noqa: ANN401
    """A database that holds the publication of the small run."""
    with postgres_server.fresh_database() as url:
        load((small_run / "current.duckdb").resolve(), url, Path(prepare_manifest()))
        yield url


def test_every_view_that_is_named_is_promised() -> None:
    """Without it the guide would go on naming a view that has been replaced and is gone."""
    promised = {f"{mart}_v{version}" for mart, version in read_record()}
    texts = [path.read_text(encoding="utf-8") for path in (GUIDE, *DASHBOARD.rglob("*.yaml"))]
    named = {name for text in texts for name in re.findall(r"\b([a-z_]+_v\d+)\b", text)} - {"heatmap_v2", "bubble_v2"}
    assert len(named) > 5
    assert named - promised == set()


def test_the_sql_of_the_guide_runs_in_the_file(small_run: Path) -> None:
    """Without it the first thing a reader copies could fail."""
    text = GUIDE.read_text(encoding="utf-8")
    queries = re.findall(r"(?is)\bselect\b[^\"`;]*?\bfrom bi\.[^\"`;]*", text)
    assert len(queries) >= 4
    with duckdb.connect(str(small_run / "current.duckdb"), read_only=True) as con:
        for query in queries:
            assert con.execute(query).fetchall(), query


def test_the_data_of_the_dashboard_are_there(loaded: str) -> None:
    """Without it a chart of the dashboard would be an error for everybody who imports it."""
    datasets = assets("datasets")
    assert len(datasets) == 5
    with closing(dbapi.connect(loaded)) as con:
        for dataset in datasets:
            with closing(con.cursor()) as cursor:
                cursor.execute(dataset["sql"])
                rows = cursor.fetchall()
                found = {column[0] for column in cursor.description or ()}
            assert rows, dataset["table_name"]
            assert {column["column_name"] for column in dataset["columns"]} == found


def test_the_parts_of_the_dashboard_fit_together() -> None:
    """Without it an import would stop at a part that names another which is not there."""
    databases = {database["uuid"] for database in assets("databases")}
    datasets = {dataset["uuid"]: dataset for dataset in assets("datasets")}
    charts = assets("charts")
    assert {dataset["database_uuid"] for dataset in datasets.values()} == databases
    assert {chart["dataset_uuid"] for chart in charts} == set(datasets)
    for chart in charts:
        known = {column["column_name"] for column in datasets[chart["dataset_uuid"]]["columns"]}
        filtered = {each["subject"] for each in chart["params"].get("adhoc_filters", ())}
        assert filtered <= known, chart["slice_name"]
    (dashboard,) = assets("dashboards")
    shown = {part["meta"]["uuid"] for name, part in dashboard["position"].items() if name.startswith("CHART-")}
    assert shown == {chart["uuid"] for chart in charts}
    (database,) = assets("databases")
    assert database["sqlalchemy_uri"] == "postgresql+psycopg2://superset:XXXXXXXXXX@localhost:5432/bi"
