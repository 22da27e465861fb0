"""The effect and its interval, held against slow transcriptions of the formulas, R's figures and simulation."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dbt_project.effect import EffectInputError, estimate_att, match_nearest
from dbt_project.effect.estimation import att_of, design_of
from dbt_project.effect.matching import tie_breaker

sys.path.insert(0, str(Path(__file__).parent))
import lalonde


def literal_estimate(
    units: pd.DataFrame, pairs: pd.DataFrame, covariates: list[str], k: int, *, bias_adjust: bool
) -> tuple[float, float]:
    """Abadie & Imbens 2006 and 2011, written out unit by unit; all controls of `units` are the control group."""
    table = units.set_index("id")
    treated_ids = list(dict.fromkeys(pairs["treated_id"]))
    matches = {one: pairs.loc[pairs["treated_id"] == one, "control_id"].tolist() for one in treated_ids}
    reuse: dict[object, int] = {}
    for controls in matches.values():
        assert len(controls) == k
        for control in controls:
            reuse[control] = reuse.get(control, 0) + 1
    slope = np.zeros(len(covariates))
    if bias_adjust:
        used = list(reuse)
        design = np.column_stack([np.ones(len(used)), table.loc[used, covariates].to_numpy(dtype=float)])
        root = np.sqrt([reuse[one] for one in used])
        slope = np.linalg.lstsq(design * root[:, None], table.loc[used, "y"].to_numpy() * root, rcond=None)[0][1:]

    def outcome(one: object) -> float:
        return float(table.loc[one, "y"]) - float(table.loc[one, covariates].to_numpy(dtype=float) @ slope)

    differences = {one: outcome(one) - sum(outcome(c) for c in matches[one]) / k for one in treated_ids}
    n = len(treated_ids)
    att = sum(differences.values()) / n
    variance = sum((d - att) ** 2 for d in differences.values()) / n**2
    values = table[covariates].to_numpy(dtype=float)
    is_treated = table["treated"].to_numpy(dtype=bool)
    centred = values.copy()
    for group in (is_treated, ~is_treated):
        centred[group] -= values[group].mean(axis=0)
    inverse = np.linalg.inv(centred.T @ centred / (len(units) - 2))
    controls = [one for one in table.index if not table.loc[one, "treated"]]
    for control, times in reuse.items():
        nearest = min(
            (other for other in controls if other != control),
            key=lambda other: (_gap(table, covariates, inverse, control, other), tie_breaker(other)),
        )
        s_squared = (float(table.loc[control, "y"]) - float(table.loc[nearest, "y"])) ** 2 / 2
        variance += times * (times - 1) / k**2 * s_squared / n**2
    return att, float(np.sqrt(variance))


def _gap(table: pd.DataFrame, covariates: list[str], inverse: np.ndarray, one: object, other: object) -> float:
    difference = (table.loc[one, covariates] - table.loc[other, covariates]).to_numpy(dtype=float)
    return round(float(np.sqrt(difference @ inverse @ difference)), 8)


def _world(seed: int, treated: int, pool: int, effect: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = treated + pool
    x = rng.normal(size=(count, 2))
    is_treated = np.arange(count) < treated
    x[is_treated] += 0.4
    y = x @ [1.0, -0.5] + 0.3 * x[:, 0] ** 2 + rng.normal(size=count) + effect * is_treated
    return pd.DataFrame({"id": np.arange(count), "treated": is_treated, "x0": x[:, 0], "x1": x[:, 1], "y": y})


@pytest.mark.parametrize("bias_adjust", [True, False])
@pytest.mark.parametrize("k", [1, 3])
def test_effect_and_error_equal_a_literal_transcription_of_the_formulas(k: int, *, bias_adjust: bool) -> None:
    """Without it an error in the vectorised arithmetic would be published as a confidence interval."""
    units = _world(seed=k, treated=25, pool=60)
    pairs = match_nearest(units, id="id", treated="treated", exact=[], covariates=["x0", "x1"], k=k)
    found = estimate_att(units, pairs, id="id", outcome="y", covariates=["x0", "x1"], bias_adjust=bias_adjust)
    att, se = literal_estimate(units, pairs, ["x0", "x1"], k, bias_adjust=bias_adjust)
    assert found.att == pytest.approx(att, abs=1e-10)
    assert found.se == pytest.approx(se, abs=1e-10)
    assert found.ci_high - found.att == pytest.approx(2.0638985616280205 * found.se)  # t(24), 97.5 %
    assert (found.n_treated, found.n_controls) == (25, pairs["control_id"].nunique())
    assert found.max_reuse == pairs["control_id"].value_counts().max()


@pytest.mark.parametrize("case", [lalonde.SPECIFICATIONS[0], lalonde.SPECIFICATIONS[2]], ids=lambda case: case.key)
def test_effect_on_lalonde_equals_the_tie_averaged_figure(case: lalonde.Specification) -> None:
    """Without it treated with different numbers of controls could be weighted wrongly."""
    units = lalonde.units()
    everyone = match_nearest(
        units,
        id="id",
        treated="treat",
        exact=case.exact,
        covariates=lalonde.COVARIATES,
        k=len(units),
        calipers=case.calipers,
    )
    nearest = everyone.groupby("treated_id")["distance"].transform("min")
    tied = everyone[everyone["distance"] <= nearest + 1e-9]
    found = estimate_att(
        units, tied, id="id", outcome="re78", covariates=lalonde.COVARIATES, bias_adjust=False, treated="treat"
    )
    assert found.att == pytest.approx(lalonde.matchit(case.key)["tie_averaged_att_re78"], abs=1e-6)


def _coverage(treated: int, pool: int, repetitions: int, first_seed: int) -> float:
    hits = 0
    for seed in range(first_seed, first_seed + repetitions):
        units = _world(seed, treated, pool, effect=2.0)
        pairs = match_nearest(units, id="id", treated="treated", exact=[], covariates=["x0", "x1"], k=5)
        found = estimate_att(units, pairs, id="id", outcome="y", covariates=["x0", "x1"])
        hits += found.ci_low <= 2.0 <= found.ci_high
    return hits / repetitions


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Without it the interval could be far too narrow; the benchmark measures it closely."""
    assert _coverage(treated=60, pool=400, repetitions=150, first_seed=1000) >= 0.9


def test_bias_adjustment_takes_out_what_distance_leaves() -> None:
    """Without it guided companies, larger than every control, would show their size as effect."""
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.uniform(1, 2, 60), rng.uniform(0, 1, 200)])
    units = pd.DataFrame({"id": np.arange(260), "treated": np.arange(260) < 60, "x": x, "y": 10 * x})
    pairs = match_nearest(units, id="id", treated="treated", exact=[], covariates=["x"], k=3)
    plain = estimate_att(units, pairs, id="id", outcome="y", covariates=["x"], bias_adjust=False)
    adjusted = estimate_att(units, pairs, id="id", outcome="y", covariates=["x"])
    assert plain.att > 4
    assert adjusted.att == pytest.approx(0.0, abs=1e-9)


def test_rows_of_one_company_never_make_the_interval_narrower() -> None:
    """Without it a control used in two cohorts would count as two independent companies."""
    rng = np.random.default_rng(2)
    outcomes = rng.normal(size=(60, 1))
    treated_row, control_row = np.arange(20), 20 + rng.integers(0, 40, 20)
    apart = design_of(treated_row, control_row)
    together = design_of(treated_row, control_row, company=np.concatenate([np.arange(20), 20 + np.arange(40) // 2]))
    spread = np.ones((apart.controls.size, 1))
    assert att_of(together, outcomes, None, spread)[0].se > att_of(apart, outcomes, None, spread)[0].se
    assert att_of(together, outcomes, None, spread)[0].att == att_of(apart, outcomes, None, spread)[0].att


def test_one_treated_unit_has_an_effect_and_no_interval() -> None:
    """Without it a single company would be shown with an interval of no width."""
    units = _world(seed=9, treated=1, pool=30)
    pairs = match_nearest(units, id="id", treated="treated", exact=[], covariates=["x0"], k=5)
    found = estimate_att(units, pairs, id="id", outcome="y", covariates=["x0"])
    assert np.isfinite(found.att)
    assert np.isnan([found.se, found.ci_low, found.ci_high]).all()


def test_unmatched_treated_are_no_neighbours_when_they_are_named() -> None:
    """Without it a dropped guided company could lend its outcome to the variance of a control."""
    units = pd.DataFrame(
        {
            "id": ["t1", "t2", "dropped", "c1", "c2"],
            "treated": [True, True, True, False, False],
            "x": [0.0, 0.1, 0.2, 0.25, 3.0],
            "y": [1.0, 2.0, 50.0, 0.0, 4.0],
        }
    )
    pairs = pd.DataFrame({"treated_id": ["t1", "t2"], "control_id": ["c1", "c1"]})
    options = {"id": "id", "outcome": "y", "covariates": ["x"], "bias_adjust": False}
    named = estimate_att(units, pairs, treated="treated", **options)  # type: ignore[arg-type]
    # d = 1, 2; att 1.5; 2 * (2 - 1) / 1 * (4^2 / 2) / 4 of reuse
    assert named.se == pytest.approx(np.sqrt(0.5 / 4 + 2 * 8 / 4))
    unnamed = estimate_att(units, pairs, **options)  # type: ignore[arg-type]
    assert unnamed.se > named.se


@pytest.mark.parametrize(
    ("pairs", "covariates", "message"),
    [
        ({"treated_id": [], "control_id": []}, ["x0"], "there are none"),
        ({"treated_id": [0], "control_id": [999]}, ["x0"], "999 is not in column id"),
        ({"treated_id": [0, 0], "control_id": [5, 5]}, ["x0"], "the same control twice"),
        ({"treated_id": [0, 1], "control_id": [5, 6]}, ["x0", "x1"], "2 different controls cannot carry"),
        ({"treated_id": [0]}, ["x0"], "column control_id is missing"),
        ({"treated_id": [0], "control_id": [5]}, ["z"], "column z is missing"),
    ],
)
def test_what_cannot_be_estimated_is_refused_by_name(
    pairs: dict[str, list[int]], covariates: list[str], message: str
) -> None:
    """Without it a figure could rest on companies that are not there."""
    units = _world(seed=1, treated=5, pool=20)
    with pytest.raises(EffectInputError, match=message):
        estimate_att(units, pd.DataFrame(pairs), id="id", outcome="y", covariates=covariates)


def test_a_missing_outcome_is_refused() -> None:
    """Without it one missing account would make the whole figure missing, or drop the company unseen."""
    units = _world(seed=1, treated=5, pool=20)
    units.loc[3, "y"] = np.nan
    pairs = match_nearest(units, id="id", treated="treated", exact=[], covariates=["x0"], k=2)
    with pytest.raises(EffectInputError, match="column y is missing or infinite on row 3"):
        estimate_att(units, pairs, id="id", outcome="y", covariates=["x0"])


def test_one_control_alone_has_no_known_variance() -> None:
    """Without it a control without a neighbour would count as one without uncertainty."""
    units = pd.DataFrame({"id": [1, 2, 3], "treated": [True, True, False], "x": [0.0, 1.0, 2.0], "y": [1.0, 2.0, 3.0]})
    pairs = pd.DataFrame({"treated_id": [1, 2], "control_id": [3, 3]})
    with pytest.raises(EffectInputError, match="one control only"):
        estimate_att(units, pairs, id="id", outcome="y", covariates=["x"], bias_adjust=False)
