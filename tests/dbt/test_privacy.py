"""Every column has a personal-data class, and no mart tells more of a person than it says."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.publish import PUBLISHED_SCHEMAS
from orchestration.manifest import prepare_manifest
from sources.contract import load_contracts

Node = dict[str, Any]
CLASSES = ("none", "company", "pseudonym", "person")
PRIVATE = "private"
RENAMED = re.compile(r"(?:\b\w+\.)?\b(\w+)\s+as\s+(\w+)\b")


@pytest.fixture(scope="module")
def nodes() -> dict[str, Node]:
    """Read the nodes of dbt's manifest."""
    manifest: dict[str, dict[str, Node]] = json.loads(Path(prepare_manifest()).read_text(encoding="utf-8"))
    return {**manifest["nodes"], **manifest["sources"]}


@pytest.fixture(scope="module")
def models(nodes: dict[str, Node]) -> list[Node]:
    """List the project's models."""
    return [node for node in nodes.values() if node["resource_type"] == "model"]


def _meta(column: Node) -> dict[str, Any]:
    meta: dict[str, Any] = column["config"]["meta"]
    return meta


def _classes(node: Node) -> dict[str, str]:
    """Return the class of each column of a model, or of a delivered entity by its contract."""
    if node["resource_type"] == "source" and node["source_name"] not in {"landing", "history"}:
        return {column.name: column.personal_data for column in load_contracts().entity(node["name"]).columns}
    return {name: _meta(column)["personal_data"] for name, column in node["columns"].items() if _meta(column)}


def test_every_column_of_every_model_has_a_class(models: list[Node], small_run: Path) -> None:
    """Without it a column could reach readers that nobody has asked whether it names a person."""
    unclassed = []
    with closing(duckdb.connect(str(small_run / ".build" / "warehouse.duckdb"), read_only=True)) as con:
        for model in models:
            built = con.execute(f'describe "{model["schema"]}"."{model["alias"]}"').fetchall()
            described = {name: _meta(column).get("personal_data") for name, column in model["columns"].items()}
            unclassed += [f"{model['name']}.{row[0]}" for row in built if described.get(row[0]) not in CLASSES]
    assert unclassed == []


def test_seeds_hold_nobody(nodes: dict[str, Node]) -> None:
    """Without it a list of people could be committed beside the agreements."""
    seeds = [node for node in nodes.values() if node["resource_type"] == "seed"]
    assert len(seeds) > 10
    assert [seed["name"] for seed in seeds if seed["config"]["meta"].get("personal_data") != "none"] == []


def test_no_mart_column_is_of_a_lower_class_than_what_it_is_made_of(models: list[Node], nodes: dict[str, Node]) -> None:
    """Without it a name could be passed on under a class that hides it; a reason must stand where that is meant."""
    found, checked = [], 0
    for model in models:
        if model["schema"] not in PUBLISHED_SCHEMAS:
            continue
        renamed = {(name, name) for name in model["columns"]} | set(RENAMED.findall(model["raw_code"]))
        for parent in model["depends_on"]["nodes"]:
            above = _classes(nodes[parent])
            for source, name in renamed:
                if source not in above or name not in model["columns"]:
                    continue
                checked += 1
                meta = _meta(model["columns"][name])
                is_lower = CLASSES.index(meta["personal_data"]) < CLASSES.index(above[source])
                if is_lower and not meta.get("declassified"):
                    found.append(
                        f"{model['name']}.{name} is {meta['personal_data']}, {parent}.{source} {above[source]}"
                    )
    assert checked > 500
    assert found == []


def test_a_declassified_column_says_why_and_would_else_be_caught(models: list[Node]) -> None:
    """Without it the way out of the rule above could be taken without a word."""
    reasons = [
        _meta(column)["declassified"]
        for m in models
        for column in m["columns"].values()
        if "declassified" in _meta(column)
    ]
    assert reasons
    assert [reason for reason in reasons if len(str(reason).split()) < 5] == []


def test_no_mart_names_a_person(models: list[Node]) -> None:
    """Without it a mart could be of the highest class, and be published all the same."""
    named = [
        f"{m['name']}.{name}"
        for m in models
        if m["schema"] in PUBLISHED_SCHEMAS
        for name, column in m["columns"].items()
        if _meta(column)["personal_data"] == "person"
    ]
    assert named == []


def test_only_staging_reads_what_holds_numbers_beside_pseudonyms(models: list[Node]) -> None:
    """Without it a model could join a pseudonym back to its number."""
    private = {model["unique_id"] for model in models if model["schema"] == PRIVATE}
    assert private
    readers = {model["schema"] for model in models if private.intersection(model["depends_on"]["nodes"])}
    assert readers == {"staging", PRIVATE}
    assert PRIVATE not in PUBLISHED_SCHEMAS


def test_what_makes_pseudonyms_is_a_table(models: list[Node]) -> None:
    """Without it a view would fail for everyone but dbt, who alone has the key."""
    callers = [
        model
        for model in models
        if {"macro.erhvervshus.pseudonym", "macro.erhvervshus.company_key", "macro.erhvervshus.production_unit_key"}
        & set(model["depends_on"]["macros"])
    ]
    assert len(callers) >= 5
    assert [model["name"] for model in callers if model["config"]["materialized"] != "table"] == []
