"""The findings' history: brought into the build file before dbt, and kept after a publication."""

from contextlib import closing
from dataclasses import asdict

from dagster import AssetExecutionContext, AssetKey, MaterializeResult, MetadataValue, asset

from expectations.finding_history import catch_up, load_findings, store_findings
from exports.publish import CURRENT
from orchestration.assets.landing import POOL
from orchestration.assets.publication import PUBLICATION
from orchestration.dbt import HISTORY, RAW
from orchestration.retries import retried
from orchestration.settings import RunSettings
from orchestration.version import code_version
from sources.landing import open_warehouse

FINDING_HISTORY = "finding_history"
PUBLISHED_AND_KEPT = (PUBLICATION, FINDING_HISTORY)
"""What the steps after the publication wait for: one that fails ends the run, and the history may not be lost by it."""
LAST_OF_ALL = {"dagster/priority": "-1"}
"""After the statement where both can run: reports are read in the morning, files later, and a network may be down."""


@asset(
    key=AssetKey([HISTORY, "findings"]),
    deps=[AssetKey([RAW, "run_context"])],
    group_name=HISTORY,
    kinds={"duckdb"},
    pool=POOL,
    description="Findings of registration practice as the last publication left them: since when, and what is closed.",
)
def earlier_findings(context: AssetExecutionContext, settings: RunSettings) -> MaterializeResult[None]:
    """Load the history into the build file, after what a killed run published without keeping it.

    Args:
        context: Dagster's.
        settings: Where the build file and the output are.

    Returns:
        The number of findings, as metadata.

    Raises:
        HistoryError: The history is damaged or in use.
    """
    with retried(context, settings):
        catch_up(settings.output_folder / CURRENT, settings.history)
        with closing(open_warehouse(settings.warehouse)) as con:
            findings = load_findings(con, settings.history)
    return MaterializeResult(metadata={"findings": findings})


@asset(
    key=FINDING_HISTORY,
    deps=[PUBLICATION],
    group_name=HISTORY,
    kinds={"duckdb"},
    pool=POOL,
    description="The published run's findings, kept for the runs to come in .history; what is too old is forgotten.",
)
def finding_history(context: AssetExecutionContext, settings: RunSettings) -> MaterializeResult[None]:
    """Store the findings of the published run, and forget what is older than the periods of expectations.

    Args:
        context: Dagster's.
        settings: Where the build file and the output are.

    Returns:
        The open and closed findings and what was forgotten, as metadata.

    Raises:
        HistoryError: The history could not be written; it is as it was, and the publication stands.
    """
    from expectations.result_history import run_facts  # noqa: PLC0415
    from expectations.retention import forget_old  # noqa: PLC0415

    path = settings.history
    with retried(context, settings):
        stored = store_findings(settings.warehouse, path, run_id=context.run.run_id, code_version=code_version())
        facts = run_facts(settings.warehouse)
        forgotten = forget_old(path, facts.day, facts.run_at.date())
    counts = {"open": stored.open_findings, "closed": stored.closed_findings} if stored else {}
    return MaterializeResult(
        metadata={
            "file": MetadataValue.path(path),
            **counts,
            **{f"forgotten_{what}": rows for what, rows in asdict(forgotten).items()},
        }
    )
