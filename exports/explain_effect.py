"""Where an effect comes from: the method, the arithmetic, who was compared with whom, and how alike they were."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from exports.explained import FigureKey, Step, spreadsheet_safe, write_csv

# Which growth a measure is about; the columns of the units begin like this.
_GROWTH = {
    "excess_revenue_growth": "revenue",
    "excess_employment_growth": "employment",
    "excess_productivity_growth": "productivity",
}

# The goal's own figure with the years it rests on; also of a figure that may not be shown.
_FIGURE = """
    select
        checked.match_group, checked.house, checked.segment, checked.goal_year, checked.scope,
        array_agg(cohorts.end_year order by cohorts.end_year) as end_years
    from effect.effect_estimate as estimates
    inner join intermediate.int_effect_checked as checked using (measure, house, goal_year, scope)
    inner join intermediate.int_effect_cohorts as cohorts
        on
            cohorts.goal_year = estimates.goal_year
            or (estimates.scope = 'pooled' and cohorts.goal_year < estimates.goal_year)
    where
        estimates.measure = $measure and estimates.house = $house and estimates.segment = $segment
        and estimates.goal_year = $year and estimates.is_goal_figure
    group by all
"""


@dataclass(frozen=True)
class Method:
    """The settings the effect was computed with.

    Attributes:
        fingerprint: Fingerprint of all settings.
        outcome_offset_years: Years from the end of the guidance to the outcome.
        joined_within_months: Courses less than this many months apart are one guidance.
        revenue_floor_tkr: Least revenue in the baseline year, thousand kr.
        full_time_equivalents_floor: Least full-time equivalents in the baseline year.
        neighbours: Controls per guided company.
        minimum_controls: Controls below which a stratum is widened.
        caliper_log_revenue: Largest difference in log revenue within a pair.
        caliper_prior_growth_sd: Largest difference in prior growth within a pair, in standard deviations.
        minimum_treated: Guided companies a figure must have.
        balance_good: Standardised difference below which two groups are alike.
        balance_blocks: Standardised difference over which a figure is not published.
        matched_share_percent: Least share of eligible companies that must have a control.
    """

    fingerprint: str
    outcome_offset_years: int
    joined_within_months: int
    revenue_floor_tkr: float
    full_time_equivalents_floor: float
    neighbours: int
    minimum_controls: int
    caliper_log_revenue: float
    caliper_prior_growth_sd: float
    minimum_treated: int
    balance_good: float
    balance_blocks: float
    matched_share_percent: float


@dataclass(frozen=True)
class Likeness:
    """How alike the two groups are in one thing they are matched on.

    Attributes:
        label: What it is, in Danish.
        before: Difference before matching, in standard deviations of the guided companies; None when it is not known.
        after: The same after matching.
        assessment: `good`, `acceptable`, `blocks` or None.
    """

    label: str
    before: float | None
    after: float | None
    assessment: str | None


@dataclass(frozen=True)
class EffectExplanation:
    """What can be said of an effect beside the figure itself. Growth is in per cent, differences in percentage points.

    Attributes:
        method: The settings it was computed with.
        scope: `cohort`, or `pooled` when the newest cohort has too few companies.
        end_years: The years the guidance ended.
        n_eligible: Guided companies that could be compared.
        n_treated: Guided companies that were compared.
        n_controls: Different companies they were compared with.
        max_reuse: How many guided companies share the control in most use.
        matched_share: Per cent of the eligible that were compared; None when there are none.
        treated_mean: Mean growth of the guided companies; None when the figure may not be shown.
        control_mean: Mean growth of their controls.
        lowest: Lowest effect under other choices of method.
        highest: Highest effect under other choices of method.
        placebo: Effect on growth before the guidance with its interval, or None without data for it.
        reason: Why the figure may not be shown, in Danish; None when it may.
        likeness: How alike the two groups are; empty when too few to say.
    """

    method: Method
    scope: str
    end_years: tuple[int, ...]
    n_eligible: int
    n_treated: int
    n_controls: int
    max_reuse: int
    matched_share: float | None
    treated_mean: float | None
    control_mean: float | None
    lowest: float | None
    highest: float | None
    placebo: tuple[float, float, float] | None
    reason: str | None
    likeness: tuple[Likeness, ...]


def explain_effect(connection: duckdb.DuckDBPyConnection, key: FigureKey) -> EffectExplanation | None:
    """Say what an effect rests on.

    Args:
        connection: The build file.
        key: The figure.

    Returns:
        The explanation; None where no cohort's outcome is known for the year.
    """
    found = _rows(
        connection,
        f"""
        with figure as ({_FIGURE})
        select
            figure.scope, figure.end_years, figure.match_group, estimates.n_eligible, estimates.n_treated,
            estimates.n_controls, estimates.max_reuse, estimates.matched_share, estimates.treated_mean,
            estimates.control_mean, estimates.lowest_att as lowest, estimates.highest_att as highest,
            estimates.reason_da as reason,
            case when placebo.att is not null then [placebo.att, placebo.ci_low, placebo.ci_high] end as placebo
        from figure
        inner join effect.effect_estimate as estimates using (house, goal_year, scope)
        left join effect.effect_placebo as placebo using (measure, house, goal_year, scope)
        where estimates.measure = $measure
        """,
        key,
    )
    if not found:
        return None
    row = found[0]
    likeness = _rows(
        connection,
        """
        select covariate_da as label, smd_before as before, smd_after as after, assessment
        from effect.effect_balance as balance
        inner join seeds.effect_labels as labels on labels.kind = 'covariate' and balance.covariate = labels.code
        where
            match_group = $match_group and house = $house and goal_year = $year and scope = $scope
            and smd_after is not null
        order by labels.sort_order
        """,
        key,
        match_group=row.pop("match_group"),
        scope=row["scope"],
    )
    return EffectExplanation(
        method=_method(connection),
        end_years=tuple(row.pop("end_years")),
        placebo=tuple(row.pop("placebo") or ()) or None,
        likeness=tuple(Likeness(**one) for one in likeness),
        **row,
    )


def effect_steps(connection: duckdb.DuckDBPyConnection, key: FigureKey) -> tuple[Step, ...]:
    """Count from the courses that ended in the figure's years to the companies that were compared.

    Args:
        connection: The build file.
        key: The figure.

    Returns:
        What remains after each step that something left by, everything delivered first; empty without a figure.
    """
    counted = _rows(
        connection,
        f"""
        with figure as ({_FIGURE})
        select
            labels.remaining_da as label, sum(waterfall.remaining)::integer as remaining,
            any_value(waterfall.label_da) as left_label, sum(waterfall.left_here)::integer as left
        from figure
        inner join effect.effect_waterfall as waterfall
            on
                figure.house = waterfall.house and figure.segment = waterfall.segment
                and list_contains(figure.end_years, waterfall.end_year) and waterfall.arm = 'treated'
        inner join seeds.effect_labels as labels
            on labels.kind = 'treated_step' and waterfall.reason = labels.code
        group by labels.remaining_da, waterfall.step
        order by waterfall.step
        """,
        key,
    )
    if not counted:
        return ()
    first = Step("forløb afsluttet i perioden", counted[0]["remaining"] + counted[0]["left"], None, 0)
    return (first, *(Step(**one) for one in counted if one["left"]))


def write_effect_rows(connection: duckdb.DuckDBPyConnection, key: FigureKey, path: Path) -> int:
    """Write every course that ended in the figure's years as CSV: where it left, or how company and controls grew.

    The mean of `difference` over the rows that are in (`indgaar` is `ja`) is the effect before correction. Growth is
    that of the headline: capped, in per cent, a company that has closed at -100 before capping.

    Args:
        connection: The build file.
        key: The figure.
        path: The file to write; its folder is made.

    Returns:
        The number of rows written; 0 and no file when there is no figure, or when it may not be shown.
    """
    growth = f"{_GROWTH[key.measure]}_winsorised_5_95"
    parameters = _parameters(key)
    publishable = connection.execute(
        f"""
        select estimates.is_publishable
        from ({_FIGURE}) as figure
        inner join effect.effect_estimate as estimates using (house, goal_year, scope)
        where estimates.measure = $measure
        """,
        parameters,
    ).fetchone()
    if publishable is None or not publishable[0]:
        return 0
    rows = connection.execute(
        f"""
        with figure as ({_FIGURE}),

        pairs as (
            select
                pairs.end_year,
                treated.cvr,
                any_value(treated.baseline_year) as baseline_year,
                any_value(treated.goal_year) as goal_year,
                any_value(treated.stratum_level) as stratum_level,
                any_value(treated.{growth}) as growth,
                avg(control.{growth}) as control_growth,
                count(*) as controls,
                min(pairs.distance) as nearest_distance,
                string_agg(control.cvr, ', ' order by pairs.rank) as control_cvrs
            from figure
            inner join intermediate.int_effect_pairs as pairs
                on figure.match_group = pairs.match_group and list_contains(figure.end_years, pairs.end_year)
            inner join intermediate.int_effect_settings as settings on pairs.rank <= settings.neighbours
            inner join intermediate.int_effect_matched_units as treated
                on
                    pairs.match_group = treated.match_group and pairs.end_year = treated.end_year
                    and pairs.treated_id = treated.unit_id
            inner join intermediate.int_effect_matched_units as control
                on
                    pairs.match_group = control.match_group and pairs.end_year = control.end_year
                    and pairs.control_id = control.unit_id
            where pairs.caliper_factor = 1
            group by pairs.end_year, treated.cvr
        )

        select
            case when steps.left_because is null then 'ja' else 'nej' end as indgaar,
            labels.label_da as aarsag,
            {spreadsheet_safe("steps.course_id", "course_id")},
            {spreadsheet_safe("courses.cvr", "cvr")},
            steps.end_year,
            pairs.baseline_year,
            pairs.goal_year,
            pairs.growth,
            pairs.control_growth,
            pairs.growth - pairs.control_growth as difference,
            pairs.controls,
            {spreadsheet_safe("pairs.control_cvrs", "control_cvrs")},
            pairs.nearest_distance,
            pairs.stratum_level
        from figure
        inner join intermediate.int_effect_course_steps as steps
            on
                figure.house = steps.house and figure.segment = steps.segment
                and list_contains(figure.end_years, steps.end_year)
        inner join intermediate.int_effect_courses as courses using (course_id)
        left join seeds.effect_labels as labels
            on labels.kind = 'treated_step' and steps.left_because = labels.code
        left join pairs on steps.left_because is null and steps.end_year = pairs.end_year and courses.cvr = pairs.cvr
        order by steps.left_because is not null, labels.sort_order, steps.end_year, courses.cvr, steps.course_id
        """,
        parameters,
    )
    return write_csv(rows, path)


def _method(connection: duckdb.DuckDBPyConnection) -> Method:
    """Read the settings of the run, which need not be those of the project today."""
    names = [name for name in Method.__dataclass_fields__ if name != "fingerprint"]
    row = connection.execute(
        f"select settings_fingerprint as fingerprint, {', '.join(names)} from intermediate.int_effect_settings"
    ).fetchall()[0]
    return Method(*row)


def _parameters(key: FigureKey) -> dict[str, Any]:
    """Name the figure for a query."""
    return {"measure": key.measure, "house": key.house, "segment": key.segment, "year": key.year}


def _rows(connection: duckdb.DuckDBPyConnection, query: str, key: FigureKey, **more: str | int) -> list[dict[str, Any]]:
    """Run a query about a figure; one dictionary per row."""
    parameters = {name: value for name, value in {**_parameters(key), **more}.items() if f"${name}" in query}
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
