"""The rules the dbt project is written by, checked over its manifest; each failure names the offending models."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from exports.publish import PUBLISHED_SCHEMAS
from exports.statement.specification import SCHEMA, read_specifications
from orchestration.manifest import prepare_manifest
from orchestration.paths import DBT_PROJECT, PROJECT_ROOT
from sources.contract import load_contracts

Node = dict[str, Any]
LONGEST_MODEL = 150
LONGEST_SHEET_NAME = 31
# Sources that are not deliveries: what landing knows, and what earlier runs knew.
NOT_DELIVERED = {"landing", "history"}
TESTS_PER_MODEL = 4.0
KEY_TESTS = {"unique", "unique_combination"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """Read the manifest that dbt makes of the project."""
    loaded: dict[str, Any] = json.loads(Path(prepare_manifest()).read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[Node]:
    """List the project's models."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


@pytest.fixture(scope="module")
def tests_of(manifest: dict[str, Any]) -> dict[str, list[Node]]:
    """List the data tests of every model, seed and source."""
    tests: dict[str, list[Node]] = defaultdict(list)
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            tests[node.get("attached_node") or ""].append(node)
    return tests


def _folder(node: Node) -> str:
    return str(Path(node["original_file_path"]).relative_to("models").parent)


def _names(nodes: list[Node]) -> list[str]:
    return sorted(node["name"] for node in nodes)


def test_every_model_and_column_says_what_it_is(models: list[Node]) -> None:
    """Without it a reader meets a table whose grain and columns nobody wrote down."""
    without_grain = [m for m in models if "One row per" not in m["description"] or "Key:" not in m["description"]]
    assert _names(without_grain) == []
    silent = [f"{m['name']}.{c['name']}" for m in models for c in m["columns"].values() if not c["description"]]
    assert silent == []


def test_every_model_has_its_key_tested(models: list[Node], tests_of: dict[str, list[Node]]) -> None:
    """Without it a join that doubles rows would go unseen into a figure; rejected_rows has no key to hold."""

    def is_keyed(model: Node) -> bool:
        kinds = {test["test_metadata"]["name"] for test in tests_of[model["unique_id"]]}
        return bool(kinds & KEY_TESTS)

    assert _names([m for m in models if not is_keyed(m)]) == []


def test_every_published_key_can_be_read_by_programs(models: list[Node], tests_of: dict[str, list[Node]]) -> None:
    """Without it PostgreSQL would get tables without primary keys, or with another key than the tested one."""
    wrong = []
    for model in models:
        if model["schema"] in PUBLISHED_SCHEMAS:
            meta = model["config"]["meta"]
            key = meta.get("key") or meta["statement"]["key"]
            said = " ".join(model["description"].split()).partition("Key: ")[2].split(".")[0].split(", ")
            tests = [t for t in tests_of[model["unique_id"]] if t["test_metadata"]["name"] in KEY_TESTS]
            tested = [sorted(t["test_metadata"]["kwargs"].get("columns") or [t["column_name"]]) for t in tests]
            if key != said or sorted(key) not in tested:
                wrong.append(f"{model['name']}: meta.key {key}, described {said}")
    assert wrong == []


def test_models_are_well_tested(models: list[Node], tests_of: dict[str, list[Node]]) -> None:
    """Without it the project could grow models faster than tests."""
    tests = sum(len(tests_of[m["unique_id"]]) for m in models)
    assert tests / len(models) > TESTS_PER_MODEL


def test_every_test_has_a_name_of_its_own(manifest: dict[str, Any]) -> None:
    """Without it a failed check reads as a hash instead of a sentence."""
    generated = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["test_metadata"] and node["name"] != node.get("alias")
    ]
    assert generated == []


def test_every_mart_has_an_enforced_contract_and_an_owner(models: list[Node]) -> None:
    """Without it a mart could change its columns or types under the readers of yesterday."""
    marts = [m for m in models if _folder(m).startswith("marts")]
    assert _names([m for m in marts if not m["config"]["contract"]["enforced"]]) == []
    assert _names([m for m in marts if "owner" not in m["config"]["meta"]]) == []
    unlabelled = [
        f"{m['name']}.{c['name']}"
        for m in marts
        for c in m["columns"].values()
        if not {"label_da", "personal_data"} <= set(c["config"]["meta"])
    ]
    assert unlabelled == []


def test_every_goal_model_and_its_base_has_a_unit_test(manifest: dict[str, Any], models: list[Node]) -> None:
    """Without it a measure's corner cases would be known to nobody."""
    tested = {node["model"] for node in manifest["unit_tests"].values()}
    goals = [m for m in models if _folder(m) in {"marts/goals", "marts/geography"} or m["name"].endswith("_base")]
    assert len(goals) > 0
    assert sorted(set(_names(goals)) - tested) == []


def test_every_practice_model_has_a_unit_test(manifest: dict[str, Any], models: list[Node]) -> None:
    """Without it a rule's corner cases would be known to nobody; the union of the rules has none of its own."""
    tested = {node["model"] for node in manifest["unit_tests"].values()}
    practice = [m for m in models if _folder(m) in {"intermediate/practice", "marts/practice"}]
    assert len(practice) > 0
    assert sorted(set(_names(practice)) - tested) == ["int_practice_checks"]


def test_every_published_table_is_specified(models: list[Node]) -> None:
    """Without it a table would be published with columns nobody can name, or with counts that nobody protects."""
    tables = {table.name: table for table in read_specifications(Path(prepare_manifest()))}
    assert sorted(tables) == _names([m for m in models if m["schema"] == SCHEMA])
    orders = [table.order for table in tables.values()]
    assert len(set(orders)) == len(orders)
    sheets = [table.sheet for table in tables.values() if table.sheet]
    # Excel takes no longer names.
    assert len(set(sheets)) == len(sheets)
    assert max(len(sheet) for sheet in sheets) <= LONGEST_SHEET_NAME
    silent = [
        f"{table.name}.{column.name}"
        for table in tables.values()
        for column in table.columns
        if not (column.label_da and column.label_en and column.description_da)
    ]
    assert silent == []
    counted = [table.name for table in tables.values() if table.disclosure is not None]
    with_counts = [
        table.name
        for table in tables.values()
        if any(column.name in {"n", "companies", "n_treated", "checked"} for column in table.columns)
    ]
    assert set(with_counts) <= set(counted)


def test_every_statement_model_with_logic_has_a_unit_test(manifest: dict[str, Any], models: list[Node]) -> None:
    """Without it a published table could add up wrongly; those that only choose columns have nothing to try."""
    tested = {node["model"] for node in manifest["unit_tests"].values()}
    statement = [m for m in models if m["schema"] == SCHEMA]
    with_logic = [m for m in statement if any(word in m["raw_code"] for word in ("with ", " join ", "case "))]
    assert sorted(set(_names(with_logic)) - tested) == []


def test_every_rule_has_a_model_and_every_rule_model_a_rule(models: list[Node]) -> None:
    """Without it a rule could be described and never checked, or checked and never explained."""
    seed = (DBT_PROJECT / "seeds" / "registration_rules.csv").read_text(encoding="utf-8").splitlines()
    rules = {line.split(",", 1)[0] for line in seed[1:]}
    checks = next(m for m in models if m["name"] == "int_practice_checks")
    read = {name.rpartition(".")[2].removeprefix("int_practice_") for name in checks["depends_on"]["nodes"]}
    assert read == rules


def test_every_measure_has_a_model_that_goal_attainment_reads(manifest: dict[str, Any], models: list[Node]) -> None:
    """Without it a measure that an agreement asks for could be missing from the statement."""
    seed = (DBT_PROJECT / "seeds" / "measures.csv").read_text(encoding="utf-8").splitlines()
    measures = {line.split(",", 1)[0] for line in seed[1:]}
    built = {m["name"] for m in models if _folder(m) == "marts/goals"}
    assert measures - built == set()
    attainment = next(m for m in models if m["name"] == "goal_attainment")
    read = {manifest["nodes"][n]["name"] for n in attainment["depends_on"]["nodes"] if n.startswith("model.")}
    assert (measures & built) - read == set()


def test_data_flows_one_way(manifest: dict[str, Any], models: list[Node]) -> None:
    """Without it a staging view could read a mart, and nobody could say what comes first."""
    order = {"staging": 0, "intermediate": 1, "marts": 2}
    nodes = manifest["nodes"]
    wrong = []
    for model in models:
        layer = _folder(model).split("/")[0]
        for parent in model["depends_on"]["nodes"]:
            if parent.startswith("model.") and order[_folder(nodes[parent]).split("/")[0]] > order[layer]:
                wrong.append(f"{model['name']} reads {nodes[parent]['name']}")
            if parent.startswith("source.") and layer != "staging" and ".landing." not in parent:
                wrong.append(f"{model['name']} reads {parent}")
    assert wrong == []


def test_names_say_the_layer(models: list[Node]) -> None:
    """Without it a name would not tell where a model lies."""
    prefixes = {"staging": ("stg_",), "intermediate": ("int_",), "marts/core": ("dim_", "fct_", "bridge_")}
    wrong = [
        m["name"]
        for m in models
        for folder, prefix in prefixes.items()
        if _folder(m).startswith(folder) and not m["name"].startswith(prefix)
    ]
    assert wrong == []


def test_everything_published_belongs_to_an_exposure(manifest: dict[str, Any], models: list[Node]) -> None:
    """Without it nobody could say who reads a mart, and who answers for what is made of it."""
    read_by = defaultdict(set)
    for exposure in manifest["exposures"].values():
        for node in exposure["depends_on"]["nodes"]:
            read_by[node].add(exposure["name"])

    def unread(exposure: str, wanted: list[Node]) -> list[str]:
        assert wanted, exposure
        return _names([m for m in wanted if exposure not in read_by[m["unique_id"]]])

    statement = [m for m in models if m["schema"] == SCHEMA]
    published = [m for m in models if m["schema"] in PUBLISHED_SCHEMAS]
    files = [m for m in published if (m["config"]["meta"].get("publish") or {}).get("parquet")]
    assert unread("national_report", statement) == []
    assert unread("workbook", [m for m in statement if m["config"]["meta"]["statement"]["sheet"]]) == []
    assert unread("open_data", [m for m in statement if m["config"]["meta"]["statement"]["open_data"]]) == []
    assert unread("result_files", files) == []
    assert unread("warehouse_file", published) == []


def test_every_exposure_says_what_it_is_and_who_answers_for_it(manifest: dict[str, Any]) -> None:
    """Without it a published thing could have no owner, or name an address that only one workplace has."""
    exposures = list(manifest["exposures"].values())
    assert len(exposures) > 0
    said = {e["name"]: (e["label"], e["description"], e["owner"]["name"], e["maturity"]) for e in exposures}
    assert [name for name, words in said.items() if not all(words)] == []
    assert _names([e for e in exposures if e["url"]]) == []
    from_outside_the_marts = [
        f"{e['name']} reads {node}"
        for e in exposures
        for node in e["depends_on"]["nodes"]
        if not _folder(manifest["nodes"][node]).startswith("marts")
    ]
    assert from_outside_the_marts == []


def test_models_are_short(models: list[Node]) -> None:
    """Without it one model would come to hold many ideas."""
    lengths = {m["name"]: sum(1 for line in m["raw_code"].splitlines() if line.strip()) for m in models}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODEL} == {}


def test_every_source_is_described_and_fresh_by_its_contract(manifest: dict[str, Any]) -> None:
    """Without it a delivery that stopped coming would be noticed by its readers first."""
    sources = [s for s in manifest["sources"].values() if s["source_name"] != "landing"]
    assert [s["name"] for s in sources if not s["description"] or not s["freshness"]] == []


def test_contracts_sources_and_staging_name_the_same_columns(manifest: dict[str, Any]) -> None:
    """Without it a column could be added to the contract and never reach a model, or be dropped and still be read."""
    contracts = {entity.name: {column.name for column in entity.columns} for entity in load_contracts().entities}
    declared = {
        source["name"]: set(source["columns"])
        for source in manifest["sources"].values()
        if source["source_name"] not in NOT_DELIVERED
    }
    assert declared == contracts
    staged: dict[str, str] = defaultdict(str)
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["name"].startswith("stg_"):
            for parent in node["depends_on"]["nodes"]:
                # An entity may be read by more than one model: a column is read when one of them does.
                if parent.startswith("source.") and manifest["sources"][parent]["source_name"] not in NOT_DELIVERED:
                    staged[manifest["sources"][parent]["name"]] += node["raw_code"]
    unread = [
        f"{entity}.{column}"
        for entity, columns in contracts.items()
        for column in columns
        if not re.search(rf"\b{column}\b", staged[entity])
    ]
    assert unread == []


def test_codes_of_the_contract_are_the_codes_of_the_seeds() -> None:
    """Without it a theme could be accepted on the way in and unknown to the dimension."""
    crm = yaml.safe_load((PROJECT_ROOT / "sources" / "contracts" / "crm.yml").read_text(encoding="utf-8"))
    codes = {
        column["name"]: set(column["codes"])
        for entity in crm["entities"]
        for column in entity["columns"]
        if "codes" in column
    }
    for column, seed in (("tema", "themes"), ("aktoertype", "referral_actors"), ("erhvervshus", "houses")):
        rows = (DBT_PROJECT / "seeds" / f"{seed}.csv").read_text(encoding="utf-8").splitlines()[1:]
        assert {row.split(",", 1)[0] for row in rows} == codes[column], seed
