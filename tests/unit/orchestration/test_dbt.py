"""How dbt is run: where it works, what it is spared, and how its nodes become assets."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from dagster import AssetKey

from orchestration.dbt import WarehouseTranslator, built_nodes, prepare_workspace, warehouse_dbt
from orchestration.manifest import PARTIAL_PARSE
from orchestration.paths import DBT_PROJECT


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A manifest with a partial parse beside it."""
    folder = tmp_path / "target"
    folder.mkdir()
    (folder / PARTIAL_PARSE).write_bytes(b"first")
    return folder / "manifest.json"


def test_workspace_links_the_project_and_keeps_its_own_target(manifest: Path, tmp_path: Path) -> None:
    """Without it, two outputs would share one target, or a read-only project could not be built."""
    workspace = prepare_workspace(DBT_PROJECT, manifest, tmp_path / ".build")
    assert (workspace / "dbt_project.yml").readlink() == DBT_PROJECT / "dbt_project.yml"
    assert (workspace / "models").resolve() == (DBT_PROJECT / "models").resolve()
    assert not (workspace / "target").is_symlink()
    assert (workspace / "target" / PARTIAL_PARSE).read_bytes() == b"first"


def test_newer_parse_replaces_and_older_does_not(manifest: Path, tmp_path: Path) -> None:
    """Without it, a new output would parse everything, or a run would go back to an older parse."""
    build = tmp_path / ".build"
    own = prepare_workspace(DBT_PROJECT, manifest, build) / "target" / PARTIAL_PARSE
    shared = manifest.with_name(PARTIAL_PARSE)
    own.write_bytes(b"own")
    os.utime(own, (shared.stat().st_atime, shared.stat().st_mtime + 10))
    prepare_workspace(DBT_PROJECT, manifest, build)
    assert own.read_bytes() == b"own"
    shared.write_bytes(b"second")
    os.utime(shared, (shared.stat().st_atime, own.stat().st_mtime + 10))
    prepare_workspace(DBT_PROJECT, manifest, build)
    assert own.read_bytes() == b"second"


def test_workspace_follows_a_project_that_moved(manifest: Path, tmp_path: Path) -> None:
    """Without it, a moved clone would build from the old place, or fail."""
    build = tmp_path / ".build"
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        (folder / "models").mkdir(parents=True)
        (folder / "dbt_project.yml").touch()
    (old / "seeds").mkdir()
    workspace = prepare_workspace(old, manifest, build)
    assert (workspace / "seeds").is_symlink()
    workspace = prepare_workspace(new, manifest, build)
    assert (workspace / "models").readlink() == new / "models"
    assert not (workspace / "seeds").is_symlink()


def test_the_parse_of_a_project_elsewhere_is_dropped(manifest: Path, tmp_path: Path) -> None:
    """Without it, a new version could not run in the output of the old: a parse says where its seeds lie."""
    build = tmp_path / ".build"
    old = tmp_path / "old"
    (old / "models").mkdir(parents=True)
    own = prepare_workspace(old, manifest, build) / "target" / PARTIAL_PARSE
    own.write_bytes(b"of the project elsewhere, and newer")
    made = manifest.with_name(PARTIAL_PARSE).stat().st_mtime
    os.utime(own, (made + 10, made + 10))
    prepare_workspace(DBT_PROJECT, manifest, build)
    assert own.read_bytes() == b"first"


def test_no_probe_and_no_adapter(manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, every run would start `dbt --version`, which asks a package index for newer versions."""
    dbt = warehouse_dbt(prepare_workspace(DBT_PROJECT, manifest, tmp_path / ".build"))
    monkeypatch.setattr(subprocess, "check_output", lambda *_, **__: pytest.fail("dbt was started"))
    assert dbt._cli_version.major == 1
    assert dbt._initialize_dbt_core_adapter([]) is None
    assert Path(dbt.dbt_executable).is_absolute()


def test_sources_are_what_landing_makes() -> None:
    """Without it, the lineage would break between landing and staging."""
    translator = WarehouseTranslator()
    source = {"resource_type": "source", "source_name": "crm", "schema": "accepted", "name": "crm_forloeb"}
    model = {"resource_type": "model", "schema": "goals", "name": "nps"}
    assert translator.get_asset_key(source) == AssetKey(["raw", "crm_forloeb"])
    assert translator.get_asset_key(model) == AssetKey(["goals", "nps"])
    assert translator.get_group_name(model) == "goals"


def test_progress_counts_what_dbt_builds() -> None:
    """Without it, the progress bar would never end, or end early."""
    nodes = {
        kind: {"resource_type": kind, "config": {"materialized": materialized}}
        for kind, materialized in [("model", "table"), ("seed", "seed"), ("test", "test"), ("analysis", "view")]
    }
    nodes["ephemeral"] = {"resource_type": "model", "config": {"materialized": "ephemeral"}}
    assert [node["resource_type"] for node in built_nodes({"nodes": nodes})] == ["model", "seed", "test"]
