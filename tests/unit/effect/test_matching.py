"""Matching: the same pairs as R's MatchIt and as a search through every pair."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_project.effect import EffectInputError, match_nearest
from dbt_project.effect.matching import Matcher, tie_breaker

sys.path.insert(0, str(Path(__file__).parent))
import lalonde


@pytest.mark.parametrize("case", lalonde.SPECIFICATIONS, ids=lambda case: case.key)
def test_distances_are_those_that_matchit_finds(case: lalonde.Specification) -> None:
    """Without it our distance could differ from the one the methods literature means."""
    pairs = match_nearest(
        lalonde.units(),
        id="id",
        treated="treat",
        exact=case.exact,
        covariates=lalonde.COVARIATES,
        k=case.k,
        calipers=case.calipers,
    )
    found = pairs.groupby("treated_id")["distance"].apply(lambda one: sorted(one.tolist())).to_dict()
    expected = lalonde.reference_distances(case.key)
    assert found.keys() == expected.keys()
    assert len(found) == lalonde.matchit(case.key)["n_matched"]
    for unit, distances in expected.items():
        np.testing.assert_allclose(found[unit], distances, rtol=0, atol=1e-9, err_msg=unit)


def brute_force(
    units: pd.DataFrame, exact: list[str], covariates: list[str], k: int, calipers: dict[str, float]
) -> list[tuple[object, object, int]]:
    """Every pair measured, kept when equal and inside the calipers, sorted by distance and hash; the first k taken."""
    values = units[covariates].to_numpy(dtype=float)
    treated = units["treated"].to_numpy(dtype=bool)
    centred = values.copy()
    for group in (treated, ~treated):
        centred[group] -= values[group].mean(axis=0)
    inverse = np.linalg.pinv(centred.T @ centred / (len(units) - 2), rcond=1e-9, hermitian=True)
    pairs = []
    for i in np.flatnonzero(treated):
        candidates = []
        for j in np.flatnonzero(~treated):
            same = all(units[column].iloc[i] == units[column].iloc[j] for column in exact)
            near = all(
                abs(units[column].iloc[i] - units[column].iloc[j]) <= width for column, width in calipers.items()
            )
            if same and near:
                gap = values[i] - values[j]
                distance = round(float(np.sqrt(max(0.0, gap @ inverse @ gap))), 8)
                candidates.append((distance, tie_breaker(units["id"].iloc[j]), units["id"].iloc[j]))
        pairs += [
            (units["id"].iloc[i], control, rank + 1) for rank, (_, _, control) in enumerate(sorted(candidates)[:k])
        ]
    return pairs


@st.composite
def small_worlds(draw: st.DrawFn) -> pd.DataFrame:
    """Units with whole-number covariates, so that many distances are equal."""
    count = draw(st.integers(6, 40))
    numbers = st.integers(0, draw(st.sampled_from([2, 5, 50])))
    column = st.lists(numbers, min_size=count, max_size=count)
    treated = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    treated[0], treated[1] = True, False
    return pd.DataFrame(
        {
            "id": [f"company {number}" for number in range(count)],
            "treated": treated,
            "stratum": [value % 2 for value in draw(column)],
            "a": [float(value) for value in draw(column)],
            "b": [float(value) for value in draw(column)],
        }
    )


@settings(max_examples=60, deadline=None)
@given(units=small_worlds(), k=st.integers(1, 6), width=st.sampled_from([None, 0.0, 1.0, 3.0]))
def test_pairs_are_those_of_a_search_through_every_pair(units: pd.DataFrame, k: int, width: float | None) -> None:
    """Without it the tree could miss a tie or a control that is near but behind nearer ones outside the caliper."""
    calipers = {} if width is None else {"a": width}
    found = match_nearest(
        units, id="id", treated="treated", exact=["stratum"], covariates=["a", "b"], k=k, calipers=calipers
    )
    expected = brute_force(units, ["stratum"], ["a", "b"], k, calipers)
    assert list(zip(found["treated_id"], found["control_id"], found["rank"], strict=True)) == expected


@pytest.mark.parametrize("calipers", [{}, {"x0": 0.05}, {"x0": 0.4, "x1": 0.3}])
@pytest.mark.parametrize("rounded", [False, True])
def test_the_tree_finds_what_a_search_through_every_pair_finds(
    calipers: dict[str, float], monkeypatch: pytest.MonkeyPatch, *, rounded: bool
) -> None:
    """Without it large strata, where the tree is used, would only ever be tried on benchmarks."""
    rng = np.random.default_rng(7)
    values = rng.normal(size=(1_500, 3))
    if rounded:
        values = np.round(values, 1)
    units = pd.DataFrame(values, columns=["x0", "x1", "x2"])
    units["id"], units["treated"], units["stratum"] = np.arange(1_500), np.arange(1_500) < 60, rng.integers(0, 2, 1_500)
    columns = {"id": "id", "treated": "treated", "exact": ["stratum"], "covariates": ["x0", "x1", "x2"]}
    with_tree = match_nearest(units, **columns, k=5, calipers=calipers)  # type: ignore[arg-type]
    monkeypatch.setattr("dbt_project.effect.matching._SMALL_STRATUM", 10_000)
    without_tree = match_nearest(units, **columns, k=5, calipers=calipers)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(with_tree, without_tree)


def _plane() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ["t", "near", "far", "other", "other stratum"],
            "treated": [True, False, False, False, False],
            "stratum": [1, 1, 1, 1, 2],
            "x": [0.0, 1.0, 3.0, -2.0, 0.0],
        }
    )


def test_the_order_of_rows_does_not_matter() -> None:
    """Without it a rerun on the same data in another order would compare other companies."""
    rng = np.random.default_rng(3)
    units = pd.DataFrame({"id": np.arange(300), "treated": np.arange(300) < 40, "x": rng.integers(0, 4, 300) * 1.0})
    straight = match_nearest(units, id="id", treated="treated", exact=[], covariates=["x"], k=3)
    mixed = match_nearest(
        units.sample(frac=1, random_state=1), id="id", treated="treated", exact=[], covariates=["x"], k=3
    )
    order = ["treated_id", "rank"]
    pd.testing.assert_frame_equal(
        straight.sort_values(order, ignore_index=True), mixed.sort_values(order, ignore_index=True)
    )


def test_fewer_controls_than_wanted_are_all_taken() -> None:
    """Without it a small stratum would lose its companies, or fail."""
    pairs = match_nearest(_plane(), id="id", treated="treated", exact=["stratum"], covariates=["x"], k=9)
    assert pairs["control_id"].tolist() == ["near", "other", "far"]
    assert pairs["rank"].tolist() == [1, 2, 3]


def test_a_caliper_is_in_the_covariates_own_unit_and_includes_its_limit() -> None:
    """Without it a caliper of 2 could mean two standard deviations, or lose the company exactly at it."""
    pairs = match_nearest(
        _plane(), id="id", treated="treated", exact=["stratum"], covariates=["x"], k=9, calipers={"x": 2.0}
    )
    assert pairs["control_id"].tolist() == ["near", "other"]


def test_a_unit_without_a_control_is_in_no_pair() -> None:
    """Without it a company would be compared with one that is unlike it."""
    units = _plane().assign(stratum=[9, 1, 1, 1, 2])
    assert match_nearest(units, id="id", treated="treated", exact=["stratum"], covariates=["x"], k=1).empty
    nobody = units.assign(treated=True)
    assert match_nearest(nobody, id="id", treated="treated", exact=[], covariates=["x"], k=1).empty


def test_covariates_without_variance_or_depending_on_each_other_count_for_nothing() -> None:
    """Without it a constant column, or the same column in another unit, would change the distance or divide by zero."""
    units = _plane().assign(constant=4.0, again=lambda table: 100 * table["x"] + 7)
    plain = match_nearest(units, id="id", treated="treated", exact=["stratum"], covariates=["x"], k=3)
    padded = match_nearest(
        units, id="id", treated="treated", exact=["stratum"], covariates=["x", "constant", "again"], k=3
    )
    assert padded["control_id"].tolist() == plain["control_id"].tolist()
    np.testing.assert_allclose(padded["distance"], plain["distance"])
    only_constant = match_nearest(units, id="id", treated="treated", exact=["stratum"], covariates=["constant"], k=3)
    assert only_constant["distance"].tolist() == [0.0, 0.0, 0.0]


def test_a_unit_is_matched_in_the_stratum_of_its_own_level() -> None:
    """Without it widening a thin stratum for one company would widen it for all."""
    units = pd.DataFrame(
        {
            "id": ["t0", "t1", "a", "b"],
            "treated": [True, True, False, False],
            "level": [0, 1, 0, 0],
            "size": [5, 5, 5, 5],
            "region": ["east", "east", "east", "west"],
            "x": [0.0, 0.0, 3.0, 1.0],
        }
    )
    levels = [["size", "region"], ["size"]]
    matcher = Matcher(units, id="id", treated="treated", exact_levels=levels, covariates=["x"], level="level")
    pairs = matcher.match(1)
    assert list(zip(pairs["treated_id"], pairs["control_id"], strict=True)) == [("t0", "a"), ("t1", "b")]


def test_a_controls_neighbour_is_another_control_of_its_stratum() -> None:
    """Without it the variance of a control would be measured against itself, or against another kind of company."""
    units = _plane()
    matcher = Matcher(units, id="id", treated="treated", exact_levels=[["stratum"]], covariates=["x"])
    neighbours = matcher.neighbours(pd.Index(["near", "far", "other stratum"]))
    assert neighbours.to_dict() == {"near": "far", "far": "near"}


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"x": [0.0, np.nan, 3.0, -2.0, 0.0]}, {}, "column x is missing or infinite on row 1"),
        ({"x": [0.0, np.inf, 3.0, -2.0, 0.0]}, {}, "column x is missing or infinite on row 1"),
        ({"x": ["a", "b", "c", "d", "e"]}, {}, "column x is not numeric"),
        ({"stratum": [1, None, 1, 1, 2]}, {}, "column stratum is empty on row 1"),
        ({"id": ["t", "near", "near", "other", "z"]}, {}, "id 'near' in column id stands on more than one row"),
        ({"id": ["t", None, "far", "other", "z"]}, {}, "column id has empty ids"),
        ({"treated": [2, 0, 0, 0, 0]}, {}, "column treated must be true or false"),
        ({}, {"k": 0}, "k is 0"),
        ({}, {"calipers": {"x": -1.0}}, "caliper of x is -1.0"),
        ({}, {"calipers": {"y": 1.0}}, "column y is missing"),
        ({}, {"covariates": ["y"]}, "column y is missing"),
        ({}, {"covariates": []}, "no covariates were named"),
        ({}, {"exact": ["region"]}, "column region is missing"),
    ],
)
def test_what_cannot_be_matched_is_refused_by_name(
    change: dict[str, object], options: dict[str, object], message: str
) -> None:
    """Without it a gap in the data would move every distance without a word."""
    wanted: dict[str, object] = {"id": "id", "treated": "treated", "exact": ["stratum"], "covariates": ["x"], "k": 1}
    with pytest.raises(EffectInputError, match=message):
        match_nearest(_plane().assign(**change), **{**wanted, **options})  # type: ignore[arg-type]


def test_no_covariance_is_an_error_that_says_so() -> None:
    """Without it two units would be at a distance of nothing over nothing."""
    units = pd.DataFrame({"id": ["t", "c"], "treated": [True, False], "x": [1.0, 2.0]})
    with pytest.raises(EffectInputError, match="have no covariance"):
        match_nearest(units, id="id", treated="treated", exact=[], covariates=["x"], k=1)


def test_a_level_that_does_not_exist_is_refused() -> None:
    """Without it a company of an unknown level would silently be in no pair."""
    units = _plane().assign(level=[3, 0, 0, 0, 0])
    with pytest.raises(EffectInputError, match="column level must hold a level from 0 to 0"):
        Matcher(units, id="id", treated="treated", exact_levels=[[]], covariates=["x"], level="level")
