"""The statement of each report year, as partitions: a backfill writes earlier years again, one after another."""

from pathlib import Path

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    BackfillPolicy,
    MaterializeResult,
    MetadataValue,
    TimeWindowPartitionsDefinition,
    asset,
)

from orchestration.assets.landing import POOL
from orchestration.assets.publication import PUBLICATION
from orchestration.dbt import RAW
from orchestration.jobs import STATEMENTS_BY_YEAR
from orchestration.retries import retried
from orchestration.settings import COPENHAGEN, RunSettings
from orchestration.tags import YEAR

FIRST_YEAR = "2019"
"""The first agreement with goals is of 2019-2020."""

REPORT_YEARS = TimeWindowPartitionsDefinition(
    start=FIRST_YEAR,
    fmt="%Y",
    cron_schedule="0 0 1 1 *",
    timezone=str(COPENHAGEN),
    # The current year too: its statement can be looked at before it is over.
    end_offset=1,
)


def build_statements_by_year(manifest: Path, project: Path) -> AssetsDefinition:
    """Make the asset of the statements by year, outside the daily job.

    Args:
        manifest: dbt's manifest, which says what is published together.
        project: The dbt project.

    Returns:
        The asset, with a partition per report year since 2019.
    """

    @asset(
        key=STATEMENTS_BY_YEAR,
        deps=[AssetKey([RAW, "deliveries"])],
        partitions_def=REPORT_YEARS,
        backfill_policy=BackfillPolicy.multi_run(1),
        group_name=PUBLICATION,
        kinds={"duckdb", "pdf", "html", "excel", "csv", "parquet"},
        pool=POOL,
        description=(
            "The edition of one report year in opgoerelse/<year>, as a draft, from what is landed. It is built beside "
            "the daily publication, which stays the newest year. What a person made final or froze is left as it is."
        ),
    )
    def statements_by_year(context: AssetExecutionContext, settings: RunSettings) -> MaterializeResult[None]:
        """Write the edition of the partition's year.

        Args:
            context: Dagster's; says which year.
            settings: Where the output folder is.

        Returns:
            The edition's folder and size, as metadata.

        Raises:
            ReportsError: Nothing is landed.
            WarehouseBuildError: The warehouse of that year could not be built.
        """
        from exports.statement.edition import edition_folder, size  # noqa: PLC0415
        from orchestration.terminal.reports import heading  # noqa: PLC0415
        from orchestration.year_build import write_year  # noqa: PLC0415

        year = int(context.partition_key)
        output = settings.output_folder
        context.instance.add_run_tags(context.run.run_id, {YEAR: str(year)})
        with retried(context, settings):
            made = write_year(output, year, context.run.run_id, project, manifest, tell=context.log.info)
        if not made.written:
            context.log.info("%s is left as it is", heading(made.edition))
        return MaterializeResult(
            metadata={
                "written": made.written,
                "edition": heading(made.edition),
                "folder": MetadataValue.path(edition_folder(output, year)),
                "files": len(made.edition.files),
                "bytes": size(made.edition),
            },
        )

    return statements_by_year
