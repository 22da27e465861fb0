"""Checks of our own beside dbt's data tests: rows conserved on the way in, and every check of the suites."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
    asset_check,
    multi_asset_check,
)

from expectations.suite import Check, Suite
from orchestration.assets.expectations import EXPECTATIONS
from orchestration.assets.landing import POOL
from orchestration.dbt import RAW
from orchestration.retries import retried
from orchestration.settings import RunSettings
from sources.landing import conservation_errors, open_warehouse

if TYPE_CHECKING:
    from dagster._core.definitions.metadata import RawMetadataValue

    from expectations.results import CheckResult

ROWS_CONSERVED = "rows_conserved"
FORM_IS_SOUND = "form_is_sound"
EXPECTATION_CHECKS = "expectation_checks"


@asset_check(
    asset=AssetKey([RAW, "deliveries"]),
    name=ROWS_CONSERVED,
    blocking=True,
    pool=POOL,
    description="For every delivery: rows delivered = rows accepted + rows rejected, counted again from the tables.",
)
def rows_conserved(context: AssetCheckExecutionContext, settings: RunSettings) -> AssetCheckResult:
    """Count the landed rows again and compare with the register of deliveries.

    Args:
        context: Dagster's.
        settings: Where the build file is.

    Returns:
        Failed, with one line per delivery whose rows do not add up; nothing is built then.
    """
    with retried(context, settings), closing(open_warehouse(settings.warehouse)) as con:
        errors = conservation_errors(con)
    return AssetCheckResult(passed=not errors, metadata={"errors": errors})


def build_expectation_checks(suites: Iterable[Suite], known: Iterable[AssetKey]) -> AssetChecksDefinition:
    """Make the checks of the suites: one per check on the asset it says something of, and the gate before publication.

    The suites run once, in the asset `expectations`; here their results become asset checks. Only the gate,
    `form_is_sound` on that asset, blocks: blocking checks on the marts themselves would have to run before the
    marts that build on them, which the same dbt command makes.

    Args:
        suites: The suites.
        known: The keys of the assets there are; a check of any other asset is shown on `expectations`.

    Returns:
        The checks, as one step after the suites have run.
    """
    shown_on = {
        (suite.name, check.name): check_asset(check, frozenset(known)) for suite in suites for check in suite.checks
    }
    specs = [
        AssetCheckSpec(
            name=check.name,
            asset=shown_on[suite.name, check.name],
            additional_deps=[] if shown_on[suite.name, check.name] == AssetKey(EXPECTATIONS) else [EXPECTATIONS],
            description=f"{check.label_da}. {check.reason_da}",
            metadata={"suite": suite.name, "severity": check.severity, "since": check.since.isoformat()},
        )
        for suite in suites
        for check in suite.checks
    ]
    gate = AssetCheckSpec(
        name=FORM_IS_SOUND,
        asset=EXPECTATIONS,
        blocking=True,
        description="No critical finding on form: otherwise nothing is published, and yesterday's publication stands.",
    )

    @multi_asset_check(name=EXPECTATION_CHECKS, specs=[*specs, gate], pool=POOL)
    def expectation_checks(context: AssetCheckExecutionContext, settings: RunSettings) -> Iterator[AssetCheckResult]:
        """Report what the suites came to.

        Args:
            context: Dagster's.
            settings: Where the history is.

        Yields:
            One result per check, and the gate last.
        """
        from expectations.result_history import results_of, run_facts  # noqa: PLC0415

        with retried(context, settings):
            # The run that built the file: when a person lets Dagster go on from a failed step, this run is another.
            results = results_of(settings.history, run_facts(settings.warehouse).run_id)
        yield from _reported(results, shown_on)
        stopping = [result for result in results if result.stops_publication]
        yield AssetCheckResult(
            check_name=FORM_IS_SOUND,
            asset_key=EXPECTATIONS,
            passed=bool(results) and not stopping,
            severity=AssetCheckSeverity.ERROR,
            metadata={"checks": len(results), "stopping": [f"{each.label_da}: {each.message_da}" for each in stopping]},
        )

    return expectation_checks


def check_asset(check: Check, known: frozenset[AssetKey]) -> AssetKey:
    """Find the asset a check is shown on.

    Args:
        check: The check.
        known: The keys of the assets there are.

    Returns:
        The asset the check names, or `expectations` when there is no such asset in this project.
    """
    key = AssetKey(check.asset.split("/"))
    return key if key in known else AssetKey(EXPECTATIONS)


def _reported(
    results: Iterable["CheckResult"], shown_on: Mapping[tuple[str, str], AssetKey]
) -> Iterator[AssetCheckResult]:
    """Turn results into asset checks with their numbers; a broken check is an error of ours and says so."""
    for result in results:
        critical = result.severity == "critical"
        metadata: dict[str, RawMetadataValue] = {
            "status": result.status,
            "label": result.label_da,
            "message": result.message_da,
            "severity": result.severity,
            "concerns": result.concerns,
            "checked": result.checked,
            "unexpected": result.unexpected,
            "remedy": result.remedy_da,
            "tolerance": f"{result.reason} ({result.since})",
        }
        if result.observed is not None:
            metadata["observed"] = result.observed
        if result.error is not None:
            metadata["error"] = result.error
        metadata["offenders"] = MetadataValue.json([{"row": o.name, "found": o.observed} for o in result.offenders])
        yield AssetCheckResult(
            check_name=result.check,
            asset_key=shown_on[result.suite, result.check],
            passed=result.status == "passed",
            severity=AssetCheckSeverity.ERROR if critical else AssetCheckSeverity.WARN,
            metadata=metadata,
        )
