"""What Dagster knows about: assets, checks and the job, as a snapshot, and that the lineage is whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dagster import AssetKey, Definitions

from expectations.suite import load_suites
from orchestration.assembly import build_defs
from orchestration.assets.expectations import EXPECTATIONS
from orchestration.checks import FORM_IS_SOUND, ROWS_CONSERVED
from orchestration.jobs import JOB, STATEMENTS_BY_YEAR
from orchestration.settings import RunSettings

SNAPSHOT = Path(__file__).parent / "snapshots" / "assets.txt"


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    """The definitions, for an output of no consequence."""
    return build_defs(settings=RunSettings(output="output"))


def test_assets_are_those_of_the_snapshot(definitions: Definitions) -> None:
    """Without it, an asset or its checks could vanish unseen. After a wanted change: UPDATE_SNAPSHOTS=1 pytest …."""
    graph = definitions.resolve_asset_graph()
    checks = [key.asset_key for key in graph.asset_check_keys]
    lines = [f"{key.to_user_string()} checks={checks.count(key)}" for key in sorted(graph.get_all_asset_keys())]
    lines += [f"job {job.name}" for job in definitions.resolve_all_job_defs() if not job.name.startswith("__")]
    lines += [f"schedule {each.name}" for each in definitions.schedules or ()]
    lines += [f"sensor {each.name}" for each in definitions.sensors or ()]
    found = "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(found, encoding="utf-8")
    assert found == SNAPSHOT.read_text(encoding="utf-8")


def test_lineage_is_whole_from_deliveries_to_publication(definitions: Definitions) -> None:
    """Without it, the UI would show islands, and a run could build a model before its deliveries are landed."""
    graph = definitions.resolve_asset_graph()
    roots = {key for key in graph.get_all_asset_keys() if not graph.get(key).parent_keys}
    seeds = {key for key in roots if key.path[0] == "seeds"}
    # The method of the effect is a published setting, read from its YAML.
    settings = {AssetKey(["intermediate", "int_effect_settings"])}
    assert roots - seeds - settings == {AssetKey("deliveries")}
    assert all(graph.get(key).is_materializable for key in graph.get_all_asset_keys()), "an asset nobody makes"

    before, todo = set(), [AssetKey("publication")]
    while todo:
        key = todo.pop()
        for parent in graph.get(key).parent_keys - before:
            before.add(parent)
            todo.append(parent)
    assert AssetKey("deliveries") in before
    assert AssetKey(["raw", "crm_forloeb"]) in before


def test_checks_block(definitions: Definitions) -> None:
    """Without it, a figure could be published although rows were lost."""
    graph = definitions.resolve_asset_graph()
    keys = {key.name: key for key in graph.asset_check_keys}
    assert graph.get_check_spec(keys[ROWS_CONSERVED]).blocking
    assert graph.get_check_spec(keys[FORM_IS_SOUND]).blocking


def test_every_rule_and_suite_is_an_asset_check_where_it_belongs(definitions: Definitions) -> None:
    """Without it, a finding would be in a page nobody opens and not beside the data."""
    keys = definitions.resolve_asset_graph().asset_check_keys
    shown = {(key.asset_key.to_user_string(), key.name) for key in keys}
    for suite in load_suites():
        for check in suite.checks:
            assert (check.asset, check.name) in shown
            if suite.name != "deliveries":
                assert check.asset != EXPECTATIONS


def test_what_opens_the_build_file_shares_a_pool(definitions: Definitions) -> None:
    """Without it, two steps would open the build file at once, and one would fail."""
    graph = definitions.resolve_asset_graph()
    alone = {AssetKey("deliveries"), AssetKey("postgres"), AssetKey("role_exports")}
    assert all(graph.get(key).pools == {"warehouse"} for key in graph.get_all_asset_keys() - alone)


def test_the_job_runs_everything_in_one_process(definitions: Definitions) -> None:
    """Without it, a new asset could be left out of the nightly run."""
    job = definitions.resolve_job_def(JOB)
    every = definitions.resolve_asset_graph().get_all_asset_keys()
    # A statement per year is asked for by a person; the run of the day writes the newest year's.
    assert job.asset_layer.executable_asset_keys == every - {STATEMENTS_BY_YEAR}
    assert job.executor_def.name == "in_process"


def test_the_module_dagster_loads_has_the_definitions() -> None:
    """Without it, `make dev` would start with nothing in it."""
    from orchestration import definitions as module  # noqa: PLC0415

    assert isinstance(module.defs, Definitions)
    Definitions.validate_loadable(module.defs)
