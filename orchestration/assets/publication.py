"""The publication: the marts as a read-only file and as Parquet, switched over in one step."""

from datetime import datetime
from pathlib import Path

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    asset,
)

from exports.processing_record.write import write_processing_record
from exports.publish import PUBLISHED_SCHEMAS, RunInfo, publish
from orchestration.assets.expectations import EXPECTATIONS
from orchestration.assets.landing import POOL
from orchestration.configuration import load_configuration
from orchestration.dbt import WarehouseTranslator
from orchestration.manifest import read_manifest
from orchestration.nightlog.facts import TABLES, published_rows, table_rows
from orchestration.progress import Progress
from orchestration.retries import retried
from orchestration.settings import COPENHAGEN, RunSettings
from orchestration.version import code_version

PUBLICATION = "publication"


def published_marts(manifest: Path) -> list[AssetKey]:
    """List what is published.

    Args:
        manifest: dbt's manifest.

    Returns:
        The keys of the marts.
    """
    translator = WarehouseTranslator()
    return [
        translator.get_asset_key(node)
        for node in read_manifest(manifest)["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS
    ]


def build_publication(manifest: Path) -> AssetsDefinition:
    """Make the publication asset, downstream of every mart and of the gate.

    Args:
        manifest: dbt's manifest, which names the marts, their descriptions and the Parquet files.

    Returns:
        The asset.
    """

    @asset(
        key=PUBLICATION,
        deps=[*published_marts(manifest), EXPECTATIONS],
        group_name=PUBLICATION,
        kinds={"duckdb", "parquet"},
        pool=POOL,
        description="The read-only warehouse, the Parquet files and manifest.json in the output folder.",
    )
    def publication(
        context: AssetExecutionContext, settings: RunSettings, progress: ResourceParam[Progress]
    ) -> MaterializeResult[None]:
        """Publish the marts.

        Args:
            context: Dagster's.
            settings: Where the build file is and where the publication goes.
            progress: Told of each table.

        Returns:
            The published file and its row counts, as metadata.

        Raises:
            PublicationError: Nothing was published; the publication before still stands.
        """
        progress.stage("publication")
        run = RunInfo(run_id=context.run.run_id, code_version=code_version(), manifest=manifest)
        with retried(context, settings):
            before = published_rows(settings.output_folder)
            published = publish(
                settings.warehouse,
                settings.output_folder,
                run,
                keep=settings.keep,
                progress=progress.advance,
            )
            retention = Path(settings.retention) if settings.retention else None
            today, facts = datetime.now(tz=COPENHAGEN).date(), load_configuration().processing_facts
            _, record = write_processing_record(settings.output_folder, today, retention, facts)
        return MaterializeResult(
            metadata={
                "warehouse": MetadataValue.path(published.warehouse),
                "processing_record": MetadataValue.path(record),
                "report_year": published.report_year,
                "tables": len(published.tables),
                "rows": sum(table.rows for table in published.tables),
                TABLES: MetadataValue.json(
                    [each.model_dump() for each in table_rows(before, published.tables)],
                ),
            },
        )

    return publication
