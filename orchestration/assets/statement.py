"""The yearly statement: the reports, the workbook and the open data of the report year, as drafts after every run."""

from pathlib import Path

from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    asset,
)

from orchestration.assets.history import PUBLISHED_AND_KEPT
from orchestration.assets.landing import POOL
from orchestration.assets.publication import PUBLICATION
from orchestration.nightlog.facts import PASSED_OVER
from orchestration.progress import Progress
from orchestration.retries import retried
from orchestration.settings import RunSettings

STATEMENT = "statement"


def build_statement(manifest: Path) -> AssetsDefinition:
    """Make the asset of the statement, last in the job: whatever happens to it, the publication stands.

    Args:
        manifest: dbt's manifest, which says what is published together.

    Returns:
        The asset.
    """

    @asset(
        key=STATEMENT,
        deps=PUBLISHED_AND_KEPT,
        group_name=PUBLICATION,
        kinds={"pdf", "html", "excel", "csv", "parquet"},
        pool=POOL,
        description=(
            "Reports, workbook and open data of the report year in opgoerelse/<year>, as drafts. What a person made "
            "final or froze is left as it is."
        ),
    )
    def statement(
        context: AssetExecutionContext, settings: RunSettings, progress: ResourceParam[Progress]
    ) -> MaterializeResult[None]:
        """Write the draft of the report year.

        Args:
            context: Dagster's; told when nothing is written.
            settings: Where the publication is, and whether reports are wanted.
            progress: Told of each file.

        Returns:
            The edition's folder, its files, and how many rows it has and hides, as metadata.

        Raises:
            StatementError: The edition could not be written; the one before still stands.
        """
        from exports.statement.edition import edition_folder, is_untouchable, read_edition, size  # noqa: PLC0415
        from exports.statement.specification import read_specifications  # noqa: PLC0415
        from exports.statement.yearly import read_publication, report  # noqa: PLC0415
        from orchestration.terminal.reports import STEPS, heading  # noqa: PLC0415

        if not settings.reports or not read_specifications(manifest):
            context.log.info("No reports: not asked for, or the project publishes no statement")
            return MaterializeResult(metadata={"written": False, PASSED_OVER: True})
        output = settings.output_folder
        with retried(context, settings):
            year = read_publication(output).report_year
            edition = read_edition(output, year)
            written = not is_untouchable(edition)
            if written or edition is None:
                progress.stage(STATEMENT, STEPS)
                edition = report(output, year, lambda: manifest, progress=progress.advance).edition
            else:
                context.log.info("%s is left as it is", heading(edition))
        return MaterializeResult(
            metadata={
                "written": written,
                "edition": heading(edition),
                "folder": MetadataValue.path(edition_folder(output, year)),
                "files": len(edition.files),
                "bytes": size(edition),
                "tables": len(edition.tables),
                "rows": edition.rows,
                "hidden_rows": edition.hidden,
            },
        )

    return statement
