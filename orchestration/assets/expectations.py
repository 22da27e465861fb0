"""The expectations: suites run on the built warehouse, results kept and shown, between dbt and publication."""

from datetime import date

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    asset,
)

from orchestration.assets.landing import POOL
from orchestration.progress import Progress
from orchestration.retries import retried
from orchestration.settings import RunSettings

EXPECTATIONS = "expectations"


def build_expectations(marts: list[AssetKey]) -> AssetsDefinition:
    """Make the asset that runs the suites, downstream of every mart.

    Args:
        marts: The keys of the marts.

    Returns:
        The asset. It never fails because of the data: its checks do, see `orchestration.checks`.
    """

    @asset(
        key=EXPECTATIONS,
        deps=[*marts, AssetKey(["raw", "deliveries"])],
        group_name=EXPECTATIONS,
        kinds={"duckdb"},
        pool=POOL,
        description="The suites' results: kept in the history, shown as pages in data-docs and as asset checks.",
    )
    def expectations(
        context: AssetExecutionContext, settings: RunSettings, progress: ResourceParam[Progress]
    ) -> MaterializeResult[None]:
        """Run the suites.

        Args:
            context: Dagster's.
            settings: Where the build file and the output folder are.
            progress: Told of the stage.

        Returns:
            The counts and the page, as metadata.

        Raises:
            SuiteError: A suite cannot be used.
        """
        from expectations.data_docs import write_data_docs  # noqa: PLC0415
        from expectations.gate import tally  # noqa: PLC0415
        from expectations.result_history import (  # noqa: PLC0415
            recent_statuses,
            record,
            record_score_card,
            run_facts,
        )
        from expectations.runner import run_suites  # noqa: PLC0415
        from expectations.suite import load_suites  # noqa: PLC0415

        suites = load_suites()
        progress.stage(EXPECTATIONS, len(suites))
        with retried(context, settings):
            facts = run_facts(settings.warehouse)
            results = run_suites(
                suites, settings.warehouse, reference_day(settings, facts.run_at.date()), progress.advance
            )
            record(settings.history, facts, results)
            record_score_card(settings.history, settings.warehouse, facts.day)
            index = write_data_docs(settings.output_folder, facts, suites, results, recent_statuses(settings.history))
        counts = tally(results)
        context.log.info("%s", counts)
        return MaterializeResult(
            metadata={
                "data_docs": MetadataValue.path(index),
                "checks": counts.checks,
                "warnings": counts.warnings,
                "stopping": counts.stopping,
                "broken": counts.broken,
            },
        )

    return expectations


def reference_day(settings: RunSettings, run_day: date) -> date | None:
    """Say on which day freshness is judged.

    Args:
        settings: The run's settings.
        run_day: The day of the run.

    Returns:
        The day of the run for real deliveries; None, which is the day of the data, for synthetic ones, which are made
        for the end of a month and never grow old.
    """
    return run_day if settings.deliveries is not None else None
