"""Checks of the effect in companies: balance, placebo and reuse of controls, with their figures as metadata."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    multi_asset_check,
)

from orchestration.assets.landing import POOL
from orchestration.retries import retried
from orchestration.settings import RunSettings
from sources.landing import open_warehouse

if TYPE_CHECKING:
    from dbt_project.effect.diagnostics import Finding

EFFECT_CHECKS = "effect_checks"
BALANCE = AssetKey(["effect", "effect_balance"])
PLACEBO = AssetKey(["effect", "effect_placebo"])
ESTIMATE = AssetKey(["effect", "effect_estimate"])
_SPECS = {
    "like_is_compared_with_like": (
        BALANCE,
        "No figure compares companies that differ by more than the limit.",
        "Virksomhederne, der sammenlignes, ligner hinanden",
    ),
    "placebo_holds_nothing": (
        PLACEBO,
        "Before the guidance the national figures find nothing.",
        "Før vejledningen er der ingen forskel",
    ),
    "no_control_carries_a_figure": (
        ESTIMATE,
        "No national figure rests on a few controls used over and over.",
        "Intet tal hviler på få sammenlignelige virksomheder",
    ),
}


def build_effect_checks(known: frozenset[AssetKey]) -> list[AssetChecksDefinition]:
    """Make the checks of the effect marts.

    None of them blocks: a figure that must not be published says so itself (`effect_estimate.is_publishable`).

    Args:
        known: The keys of the assets there are.

    Returns:
        The checks as one step, or nothing where the project has no effect marts.
    """
    if not {BALANCE, PLACEBO, ESTIMATE} <= known:
        return []

    @multi_asset_check(
        name=EFFECT_CHECKS,
        specs=[AssetCheckSpec(name, asset=key, description=said) for name, (key, said, _) in _SPECS.items()],
        pool=POOL,
    )
    def effect_checks(context: AssetCheckExecutionContext, settings: RunSettings) -> Iterator[AssetCheckResult]:
        """Judge the effect marts by the published method.

        Args:
            context: Dagster's.
            settings: Where the build file is.

        Yields:
            One warning or pass per check, with its figures and the offending rows.
        """
        from dbt_project.effect.diagnostics import check_balance, check_placebo, check_reuse  # noqa: PLC0415
        from dbt_project.effect.settings import project_settings  # noqa: PLC0415

        with retried(context, settings), closing(open_warehouse(settings.warehouse)) as con:
            balance, placebo, estimates = (
                con.execute(f"select * from effect.{key.path[-1]}").df() for key in (BALANCE, PLACEBO, ESTIMATE)
            )
        method = project_settings()
        found = (check_balance(balance, method), check_placebo(placebo), check_reuse(estimates, method))
        for (name, (key, _, label)), finding in zip(_SPECS.items(), found, strict=True):
            yield _result(name, key, label, finding)

    return [effect_checks]


def _result(name: str, key: AssetKey, label: str, finding: "Finding") -> AssetCheckResult:
    """Report a finding to Dagster."""
    return AssetCheckResult(
        check_name=name,
        asset_key=key,
        passed=finding.passed,
        severity=AssetCheckSeverity.WARN,
        metadata={"label": label, "message": finding.message_da, **finding.figures, "rows": list(finding.rows)},
    )
