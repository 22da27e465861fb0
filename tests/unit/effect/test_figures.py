"""From one cohort's units to the table of figures: houses, pooling, the grid, and what is too little to estimate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dbt_project.effect.cohorts import cohort_pairs
from dbt_project.effect.errors import EffectInputError
from dbt_project.effect.estimation import estimate_att
from dbt_project.effect.figures import FIGURE_COLUMNS, MatchedGroup, caliper_factors, group_balance, group_figures
from dbt_project.effect.settings import project_settings

SETTINGS = project_settings()
EFFECT = 15.0
KEY = ["measure", "house", "goal_year", "scope", "definition", "neighbours", "caliper_factor"]


def _units(end_year: int, treated: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = treated + 600
    is_treated = np.arange(count) < treated
    growth = 10 * rng.standard_t(5, count) + EFFECT * is_treated
    table = pd.DataFrame(
        {
            "end_year": end_year,
            "goal_year": end_year + 2,
            "unit_id": [f"{number}-{end_year - 1}" for number in range(seed * 10_000, seed * 10_000 + count)],
            "cvr": [str(number) for number in range(count)],
            "is_treated": is_treated,
            "stratum_level": 0,
            "industry_group": rng.integers(1, 3, count),
            "region": "Region Sjælland",
            "baseline_year": end_year - 1,
            "size_class": 5,
            "is_startup": False,
            "is_growth_unknown": False,
            "survival": np.where(rng.random(count) < 0.03, 0.0, 100.0),
        }
    )
    for name in SETTINGS.matching.covariates:
        table[name] = rng.normal(size=count)
    for kind in ("revenue", "employment", "productivity"):
        for definition in SETTINGS.sensitivity.definitions:
            table[f"{kind}_{definition}"] = growth
        table[f"{kind}_placebo"] = rng.normal(size=count)
        table.loc[table["survival"] == 0, f"{kind}_log_survivors"] = np.nan
    return table


@pytest.fixture(scope="module")
def group() -> MatchedGroup:
    """Two cohorts of the growth segment; one house has 12 of the second cohort's companies, one has 4."""
    units, pairs = [], []
    for end_year, treated, seed in ((2021, 40, 3), (2022, 50, 4)):
        cohort = _units(end_year, treated, seed)
        units.append(cohort)
        pairs.append(cohort_pairs(cohort, SETTINGS, caliper_factors("vaekst", SETTINGS)).assign(end_year=end_year))
    everything = pd.concat(units, ignore_index=True)
    guided = everything.loc[everything["is_treated"], ["unit_id", "cvr", "end_year"]]
    second = guided[guided["end_year"] == 2022]
    houses = pd.concat(
        [guided.assign(house="danmark"), second[:12].assign(house="fyn"), second[12:16].assign(house="sjaelland")]
    )
    return MatchedGroup("vaekst", everything, pd.concat(pairs, ignore_index=True), houses, SETTINGS.matching.covariates)


@pytest.fixture(scope="module")
def figures(group: MatchedGroup) -> pd.DataFrame:
    """The table of figures of the group."""
    return group_figures(group, SETTINGS)


def _headline(figures: pd.DataFrame, house: str, goal_year: int, scope: str) -> pd.Series:
    chosen = figures[
        (figures["measure"] == "excess_revenue_growth")
        & (figures["definition"] == "winsorised_5_95")
        & (figures["house"] == house)
        & (figures["goal_year"] == goal_year)
        & (figures["scope"] == scope)
        & (figures["neighbours"] == 5)
        & (figures["caliper_factor"] == 1.0)
    ]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_every_figure_stands_once_with_the_settings_it_was_made_by(figures: pd.DataFrame) -> None:
    """Without it a figure could be counted twice, or be published without its method."""
    assert list(figures.columns) == list(FIGURE_COLUMNS)
    assert not figures.duplicated(KEY).any()
    assert set(figures["settings_fingerprint"]) == {SETTINGS.fingerprint}


def test_a_planted_effect_is_found(figures: pd.DataFrame) -> None:
    """Without it the step could return anything with the right columns."""
    pooled = _headline(figures, "danmark", 2024, "pooled")
    assert abs(pooled["att"] - EFFECT) < 4 * pooled["se"] < EFFECT
    placebo = figures[
        (figures["definition"] == "placebo") & (figures["scope"] == "pooled") & (figures["house"] == "danmark")
    ]
    assert len(placebo) == 4
    assert (placebo["att"].abs() < 4 * placebo["se"]).all()


def test_pooling_adds_up_the_cohorts(figures: pd.DataFrame) -> None:
    """Without it a pooled figure could leave out a cohort, or reach into the future."""
    assert _headline(figures, "danmark", 2023, "pooled")["n_eligible"] == 40
    assert _headline(figures, "danmark", 2024, "cohort")["n_eligible"] == 50
    assert _headline(figures, "danmark", 2024, "pooled")["n_eligible"] == 90


def test_a_cohort_figure_is_the_estimate_of_the_published_function(group: MatchedGroup, figures: pd.DataFrame) -> None:
    """Without it the table's own route to a figure could differ from the verified one."""
    cohort = group.units[group.units["end_year"] == 2022]
    pairs = group.pairs[
        (group.pairs["end_year"] == 2022) & (group.pairs["caliper_factor"] == 1.0) & (group.pairs["rank"] <= 5)
    ]
    direct = estimate_att(
        cohort,
        pairs,
        id="unit_id",
        outcome="revenue_winsorised_5_95",
        covariates=list(SETTINGS.matching.covariates),
        treated="is_treated",
    )
    found = _headline(figures, "danmark", 2024, "cohort")
    assert found["att"] == pytest.approx(direct.att, abs=1e-9)
    assert found["se"] == pytest.approx(direct.se, rel=0.1)  # Neighbours are sought within the stratum here.
    assert (found["n_treated"], found["n_controls"], found["max_reuse"]) == (
        direct.n_treated,
        direct.n_controls,
        direct.max_reuse,
    )


def test_too_few_companies_are_a_row_without_an_estimate(figures: pd.DataFrame) -> None:
    """Without it a figure could rest on four companies, or the house be missing without a word."""
    small = _headline(figures, "sjaelland", 2024, "cohort")
    assert small["n_eligible"] == 4
    assert np.isnan(small["att"])
    assert np.isfinite(_headline(figures, "fyn", 2024, "cohort")["att"])


def test_the_grid_is_whole_for_the_newest_year(figures: pd.DataFrame) -> None:
    """Without it the range of the sensitivity analysis could leave out the method that changes the verdict."""
    newest = figures[
        (figures["goal_year"] == 2024)
        & (figures["house"] == "danmark")
        & (figures["scope"] == "cohort")
        & (figures["measure"] == "excess_revenue_growth")
        & (figures["definition"] != "placebo")
    ]
    grid = SETTINGS.sensitivity
    assert len(newest) == len(grid.neighbours) * len(grid.caliper_factors) * len(grid.definitions)


def test_closed_companies_leave_the_definitions_of_survivors_only(figures: pd.DataFrame) -> None:
    """Without it a closed company would be a missing number in the mean of all."""
    rows = figures[(figures["house"] == "danmark") & (figures["scope"] == "pooled") & (figures["goal_year"] == 2024)]
    rows = rows[
        (rows["neighbours"] == 5) & (rows["caliper_factor"] == 1.0) & (rows["measure"] == "excess_revenue_growth")
    ]
    by_definition = rows.set_index("definition")
    assert by_definition.loc["log_survivors", "n_eligible"] < by_definition.loc["symmetric", "n_eligible"]
    assert np.isfinite(by_definition.loc["log_survivors", "att"])


def test_balance_stands_for_every_figure(group: MatchedGroup) -> None:
    """Without it a figure could be published that nobody looked at."""
    names = list(SETTINGS.matching.covariates)
    pool = group.units[~group.units["is_treated"]]
    means = pool.groupby("goal_year")[names].mean().reset_index().assign(controls=600)
    table = group_balance(group, means, SETTINGS)
    assert not table.duplicated(["house", "goal_year", "scope", "covariate"]).any()
    national = table[(table["house"] == "danmark") & (table["scope"] == "pooled") & (table["goal_year"] == 2024)]
    assert set(national["covariate"]) == set(names)
    assert (national["smd_after"].abs() < 0.25).all()


def test_units_without_a_needed_column_are_refused() -> None:
    """Without it the error would come from deep inside the search."""
    with pytest.raises(EffectInputError, match="column log_age is missing"):
        cohort_pairs(_units(2021, 5, 1).drop(columns="log_age"), SETTINGS, (1.0,))
