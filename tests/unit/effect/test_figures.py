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
            "lot": np.arange(count, dtype=np.uint64),
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
    """Two cohorts of the growth segment; four houses have 12, 4, 10 and 9 of the second cohort's companies."""
    units, pairs = [], []
    for end_year, treated, seed in ((2021, 40, 3), (2022, 50, 4)):
        cohort = _units(end_year, treated, seed)
        units.append(cohort)
        pairs.append(cohort_pairs(cohort, SETTINGS, caliper_factors("vaekst", SETTINGS)).assign(end_year=end_year))
    everything = pd.concat(units, ignore_index=True)
    guided = everything.loc[everything["is_treated"], ["unit_id", "cvr", "end_year"]]
    second = guided[guided["end_year"] == 2022]
    houses = pd.concat(
        [
            guided.assign(house="danmark"),
            second[:12].assign(house="fyn"),
            second[12:16].assign(house="sjaelland"),
            second[16:26].assign(house="nordjylland"),
            second[26:35].assign(house="sydjylland"),
        ]
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


def _literal_error(group: MatchedGroup, outcome: str) -> tuple[float, float]:
    """Effect and standard error of all cohorts pooled, written out: neighbours from the pairs, sums per company."""
    units = group.units.assign(key=group.units["end_year"].astype("str") + ":" + group.units["unit_id"]).set_index(
        "key"
    )
    pairs = group.pairs[(group.pairs["caliper_factor"] == 1.0) & (group.pairs["rank"] <= SETTINGS.matching.neighbours)]
    points = pd.DataFrame(group.points, index=units.index)
    matches: dict[str, list[str]] = {}
    weight: dict[str, list[float]] = {}
    beside: dict[str, str] = {}
    for year, treated, control, neighbour in pairs[["end_year", "treated_id", "control_id", "neighbour_id"]].to_numpy():
        matches.setdefault(f"{year}:{treated}", []).append(f"{year}:{control}")
        beside[f"{year}:{control}"] = f"{year}:{neighbour}"
    for controls in matches.values():
        for control in controls:
            weight.setdefault(control, []).append(1 / len(controls))
    used = list(weight)
    design = np.column_stack([np.ones(len(used)), points.loc[used].to_numpy()])
    root = np.sqrt([sum(weight[one]) for one in used])
    grown = units.loc[used, outcome].to_numpy()
    slope = np.linalg.lstsq(design * root[:, None], grown * root, rcond=None)[0][1:]
    corrected = units[outcome] - points.to_numpy() @ slope
    differences = np.array([corrected[one] - np.mean([corrected[c] for c in matches[one]]) for one in matches])
    per_company: dict[str, float] = {}
    own = 0.0
    for one in used:
        sd = abs(units.loc[one, outcome] - units.loc[beside[one], outcome]) / np.sqrt(2)
        per_company[units.loc[one, "cvr"]] = per_company.get(units.loc[one, "cvr"], 0.0) + sum(weight[one]) * sd
        own += sum(part**2 for part in weight[one]) * sd**2
    reuse = sum(total**2 for total in per_company.values()) - own
    n = len(differences)
    return differences.mean(), np.sqrt((np.square(differences - differences.mean()).sum() + reuse) / n**2)


def test_the_pooled_error_is_that_of_the_formula_with_one_sum_per_company(
    group: MatchedGroup, figures: pd.DataFrame
) -> None:
    """Without it a control's variance could come from the wrong neighbour, or a company in two cohorts count as two."""
    pooled = _headline(figures, "danmark", 2024, "pooled")
    att, se = _literal_error(group, "revenue_winsorised_5_95")
    assert pooled["att"] == pytest.approx(att, abs=1e-9)
    assert pooled["se"] == pytest.approx(se, abs=1e-9)
    controls = group.units.loc[~group.units["is_treated"], "cvr"]
    assert controls.duplicated().any()


def test_the_caliper_of_prior_growth_is_a_deviation_of_the_known_ones() -> None:
    """Without it every company without earlier accounts, set to 0, would narrow the caliper of the others."""
    units = _units(2021, 30, 8).head(60).assign(industry_group=1, log_revenue=0.0)
    # Of the 30 controls ten are known: no more than the search takes, so the caliper alone decides.
    unknown = np.arange(60) >= 40
    units["is_growth_unknown"] = unknown
    units.loc[unknown, "prior_growth"] = 0.0
    growth = units.set_index("unit_id")["prior_growth"]
    treated, controls = growth.iloc[:30], growth.iloc[30:40]

    def inside(width: float) -> set[tuple[str, str]]:
        return {(t, c) for t in treated.index for c in controls.index if abs(treated[t] - controls[c]) <= width}

    pairs = cohort_pairs(units, SETTINGS, (1.0,))
    found = set(pairs[["treated_id", "control_id"]].itertuples(index=False, name=None))
    known = inside(growth[~unknown].std(ddof=1))
    assert found == known
    assert known != inside(growth.std(ddof=1))


def test_too_few_companies_are_a_row_without_an_estimate(figures: pd.DataFrame) -> None:
    """Without it a figure could rest on four companies, or the house be missing without a word."""
    assert _headline(figures, "nordjylland", 2024, "cohort")["n_treated"] == 10
    assert np.isfinite(_headline(figures, "nordjylland", 2024, "cohort")["att"])
    assert _headline(figures, "sydjylland", 2024, "cohort")["n_treated"] == 9
    assert np.isnan(_headline(figures, "sydjylland", 2024, "cohort")["att"])
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
