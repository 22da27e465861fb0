"""Balance before and after, by MatchIt's conventions."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dbt_project.effect import EffectInputError, balance, match_nearest

sys.path.insert(0, str(Path(__file__).parent))
import lalonde


def test_differences_are_in_standard_deviations_of_all_treated() -> None:
    """Without it balance could not be compared with what R's summary.matchit prints (age -0.3094 before)."""
    units = lalonde.units()
    pairs = match_nearest(units, id="id", treated="treat", exact=["race"], covariates=lalonde.COVARIATES, k=2)
    table = balance(units, pairs, id="id", treated="treat", covariates=lalonde.COVARIATES)
    np.testing.assert_allclose(table["smd_before"], [-0.3094, 0.0550, -0.7211, -0.2903], atol=5e-5)
    treated = units[units["treat"] == 1]
    weights = pairs["control_id"].value_counts() / 2
    controls = units.set_index("id").loc[weights.index, lalonde.COVARIATES]
    means = np.average(controls, axis=0, weights=weights)
    spread = treated[lalonde.COVARIATES].std(ddof=1)
    np.testing.assert_allclose(table["smd_after"], (treated[lalonde.COVARIATES].mean() - means) / spread)
    w = weights.to_numpy()
    variance = w.sum() / (w.sum() ** 2 - (w**2).sum()) * (w @ np.square(controls.to_numpy() - means))
    np.testing.assert_allclose(table["variance_ratio"], treated[lalonde.COVARIATES].var(ddof=1) / variance)


def test_what_cannot_be_compared_is_not_a_number() -> None:
    """Without it a covariate that nobody differs in would divide by zero, or look balanced by accident."""
    units = pd.DataFrame({"id": [1, 2, 3, 4], "treated": [True, True, False, False], "x": [5.0, 5.0, 1.0, 2.0]})
    pairs = pd.DataFrame({"treated_id": [1, 2], "control_id": [3, 4]})
    constant = balance(units, pairs, id="id", treated="treated", covariates=["x"])
    assert constant[["smd_before", "smd_after"]].isna().all(axis=None)
    unmatched = balance(units.assign(x=[4.0, 5.0, 1.0, 2.0]), pairs[:0], id="id", treated="treated", covariates=["x"])
    assert np.isfinite(unmatched["smd_before"]).all()
    assert unmatched[["smd_after", "variance_ratio"]].isna().all(axis=None)


def test_nobody_treated_is_refused() -> None:
    """Without it a table of nothing would pass for perfect balance."""
    units = pd.DataFrame({"id": [1, 2], "treated": [False, False], "x": [1.0, 2.0]})
    pairs = pd.DataFrame({"treated_id": [], "control_id": []})
    with pytest.raises(EffectInputError, match="nobody is treated in column treated"):
        balance(units, pairs, id="id", treated="treated", covariates=["x"])
