"""How dbt is run from a Dagster asset: where it works, what it is spared, and how its nodes become assets."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster import AssetKey
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource
from packaging.version import Version

from orchestration.dbt_process import command
from orchestration.manifest import (
    PARTIAL_PARSE,
    PROJECT_FILES,
    PROJECT_FOLDERS,
    python_of_dbt,
)

RAW = "raw"
LANDING_SOURCE = "landing"
HISTORY = "history"


class WarehouseTranslator(DagsterDbtTranslator):
    """Names dbt's nodes as assets, so that they attach to what landing makes and sort by schema."""

    def __init__(self) -> None:
        """Make a translator with every data test as an asset check, those on sources included."""
        super().__init__(
            DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_source_tests_as_checks=True),
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """Name an asset: `raw/<entity>` or `history/<table>` for a source, `<schema>/<table>` for what dbt builds.

        Args:
            dbt_resource_props: The node as dbt's manifest holds it.

        Returns:
            The asset key.
        """
        if dbt_resource_props["resource_type"] == "source" and dbt_resource_props["source_name"] != HISTORY:
            return AssetKey([RAW, dbt_resource_props["name"]])
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Group an asset by its schema.

        Args:
            dbt_resource_props: The node as dbt's manifest holds it.

        Returns:
            The schema's name.
        """
        schema: str | None = dbt_resource_props.get("schema")
        return schema


class WarehouseDbt(DbtCliResource):
    """The dbt command line, without two start-up costs that buy nothing here.

    dagster-dbt starts `dbt --version` before every command, which also asks a package index for newer versions,
    and initialises dbt's adapter in Dagster's own process, to fetch row counts and column types, which we do not
    use. The version is known from the installed package, and no adapter means the database file stays closed here.
    """

    @cached_property
    def _cli_version(self) -> Version:
        """The version of the installed dbt, which is the one that is run."""
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        """Leave the adapter to dbt's own process."""


def prepare_workspace(project: Path, manifest: Path, build: Path) -> Path:
    """Make the folder dbt works in for one output: the project by links, its own target beside them.

    dbt parses everything again when a connection changes, and the path of the database is part of the connection.
    Here the path is the same text for every output (`../warehouse.duckdb`), so the shared partial parse holds.
    Runs into different outputs do not share a target, and the project itself may be read-only.

    Args:
        project: The dbt project.
        manifest: The shared manifest; the partial parse lies beside it.
        build: The private build folder, `<output>/.build`.

    Returns:
        The folder to start dbt in.
    """
    workspace = build / "dbt"
    target = workspace / "target"
    target.mkdir(parents=True, exist_ok=True)
    moved = [_link(workspace / name, project / name) for name in (*PROJECT_FILES, *PROJECT_FOLDERS)]
    shared, own = manifest.with_name(PARTIAL_PARSE), target / PARTIAL_PARSE
    if any(moved):
        # A parse keeps the path of its project, and dbt looks for seeds there.
        own.unlink(missing_ok=True)
    if shared.exists() and (not own.exists() or own.stat().st_mtime_ns < shared.stat().st_mtime_ns):
        # Whole or not at all: half a file of a killed run would count as the newest.
        shutil.copy2(shared, own.with_suffix(".new"))
        own.with_suffix(".new").replace(own)
    return workspace


def _link(link: Path, original: Path) -> bool:
    """Make or repair a symbolic link; drop it when the original is gone, and what someone put in its place.

    Returns:
        Whether the link led to another project.
    """
    is_moved = link.is_symlink() and link.readlink() != original
    is_stale = link.is_symlink() and (not original.exists() or link.readlink() != original)
    is_copy = link.is_file() and not link.is_symlink()
    if is_stale or is_copy:
        link.unlink()
    if original.exists() and not link.is_symlink():
        link.symlink_to(original)
    return is_moved


def warehouse_dbt(workspace: Path) -> WarehouseDbt:
    """Make the dbt command line for a workspace.

    Args:
        workspace: The folder from `prepare_workspace`.

    Returns:
        The resource; its working folder is the workspace.
    """
    return WarehouseDbt(
        project_dir=os.fspath(workspace),
        profiles_dir=os.fspath(workspace),
        # Python with our module before dbt's arguments: dbt ends when the run is killed.
        dbt_executable=python_of_dbt(),
        # A log of every statement costs a seventh of the build; errors and times of models are kept at this level.
        global_config_flags=[
            *command(os.getpid()),
            "--no-use-colors",
            "--no-version-check",
            "--log-level-file",
            "info",
            # For the person who is sent there by an error; Dagster's JSON comes by another way.
            "--log-format-file",
            "debug",
            # The manifest that everybody reads lies beside the project; writing another for each run, twice, costs
            # seconds, and nobody reads dbt's own results: Dagster is told of them as they come.
            "--no-write-json",
        ],
    )


def built_nodes(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """List what `dbt build` works on, one after another: models, seeds and data tests.

    Args:
        manifest: dbt's manifest.

    Yields:
        The nodes that are enabled and not ephemeral.
    """
    for node in manifest["nodes"].values():
        if node["resource_type"] in {"model", "seed", "snapshot", "test"} and (
            node["config"].get("materialized") != "ephemeral"
        ):
            yield node
