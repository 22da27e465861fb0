"""The warehouse: every dbt model and seed as an asset, every data test as a check, built by one dbt command."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetsDefinition, Output, ResourceParam
from dagster_dbt import dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.assets.landing import POOL
from orchestration.dbt import WarehouseTranslator, built_nodes, prepare_workspace, warehouse_dbt
from orchestration.errors import WarehouseBuildError
from orchestration.manifest import read_manifest
from orchestration.paths import DBT_PROJECT
from orchestration.privacy.pseudonym_key import key_in_environment
from orchestration.progress import Progress
from orchestration.retries import retried
from orchestration.settings import RunSettings
from sources import storage
from sources.warehouse import doubt, is_damage


def build_warehouse(manifest: Path, project: Path = DBT_PROJECT) -> AssetsDefinition:
    """Make the assets of the dbt project.

    Args:
        manifest: dbt's manifest.
        project: The dbt project it was made from.

    Returns:
        One definition with an asset per model and seed and a check per data test.
    """
    content = read_manifest(manifest)
    total = sum(1 for _ in built_nodes(content))

    @dbt_assets(
        manifest=content,
        dagster_dbt_translator=WarehouseTranslator(),
        name="warehouse",
        pool=POOL,
    )
    def warehouse(
        context: AssetExecutionContext, settings: RunSettings, progress: ResourceParam[Progress]
    ) -> Iterator[Any]:
        """Build and test every model, in one dbt command.

        Args:
            context: Dagster's.
            settings: Where the build file is.
            progress: Told of each model and test.

        Yields:
            dbt's events as Dagster's.

        Raises:
            WarehouseBuildError: A model could not be built, or a test failed.
        """
        progress.stage("warehouse", total)
        workspace = prepare_workspace(project, manifest, settings.build_folder)
        with key_in_environment():
            invocation = warehouse_dbt(workspace).cli(
                ["build", "--exclude-resource-type", "unit_test"],
                context=context,
                target_path=workspace / "target",
            )
        with retried(context, settings):
            try:
                for event in invocation.stream():
                    progress.advance(_subject(event))
                    yield event
            except DagsterDbtCliRuntimeError as error:
                if is_damage(str(error)):
                    doubt(settings.warehouse)
                raise WarehouseBuildError(explain(error, workspace)) from error

    return warehouse


def _subject(event: Any) -> str:  # noqa: ANN401
    """Name what an event of dbt is about, as a model or a test."""
    if isinstance(event, Output):
        return str(event.output_name).rpartition("__")[2]
    return str(getattr(event, "check_name", ""))


def explain(error: DagsterDbtCliRuntimeError, workspace: Path) -> str:
    """Say in Danish that nothing was published, with what dbt said and where the whole log is.

    Args:
        error: What dagster-dbt raised.
        workspace: The folder dbt worked in.

    Returns:
        The text of an error.
    """
    said = str(error).partition("Errors parsed from dbt logs:")[2].strip() or str(error)
    refused = storage.trouble(said, workspace.parent)
    remedy = f"{refused}\n" if refused else ""
    if is_damage(said):
        remedy = "Byggefilen er beskadiget. Kør igen: så bliver den lavet forfra af leverancerne.\n"
    return (
        "Datavarehuset kunne ikke bygges, så intet er offentliggjort; den forrige udgave gælder stadig.\n"
        f"{remedy}"
        f"dbt skriver:\n{said}\n"
        f"Hele loggen: {workspace / 'target' / 'dbt.log'}"
    )
