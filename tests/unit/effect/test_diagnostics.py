"""What a reader is warned of."""

from __future__ import annotations

import pandas as pd
import pytest

from dbt_project.effect.diagnostics import check_balance, check_placebo, check_reuse
from dbt_project.effect.errors import EffectInputError
from dbt_project.effect.settings import project_settings

SETTINGS = project_settings()


def _balance(smd: float, n_treated: int = 40) -> pd.DataFrame:
    row = ("vaekst", "fyn", 2025, "cohort", "Alder", n_treated, smd)
    names = ["match_group", "house", "goal_year", "scope", "covariate_da", "n_treated", "smd_after"]
    return pd.DataFrame([row], columns=names)


def test_a_difference_over_the_limit_is_a_finding_unless_the_figure_is_too_small_anyway() -> None:
    """Without it a figure could compare unlike companies and nobody would be told."""
    assert check_balance(_balance(-0.25), SETTINGS).passed
    found = check_balance(_balance(-0.31), SETTINGS)
    assert not found.passed
    assert "0,31 standardafvigelser (grænsen er 0,25). 1 egenskab over grænsen." in found.message_da
    assert found.rows == ("vaekst, fyn, 2025, cohort, Alder, -0.31",)
    assert check_balance(_balance(-0.31, n_treated=29), SETTINGS).passed


def _placebo(*, holds_zero: bool, house: str = "danmark") -> pd.DataFrame:
    row = ("excess_revenue_growth", house, 2025, "cohort", -3.0, -6.0, -0.1, holds_zero)
    names = ["measure", "house", "goal_year", "scope", "att", "ci_low", "ci_high", "holds_zero"]
    return pd.DataFrame([row], columns=names)


def test_growth_that_differed_before_the_guidance_is_a_finding() -> None:
    """Without it selection would be read as effect."""
    assert check_placebo(_placebo(holds_zero=True)).passed
    found = check_placebo(_placebo(holds_zero=False))
    assert not found.passed
    assert "1 landstal" in found.message_da
    # Houses are many: one in twenty misses 0 by chance.
    single = check_placebo(_placebo(holds_zero=False, house="fyn"))
    assert single.passed
    assert "kan ikke laves" in single.message_da


def test_a_control_that_stands_in_for_many_is_a_finding() -> None:
    """Without it a national figure could rest on one company."""
    names = ["measure", "house", "goal_year", "scope", "n_treated", "n_controls", "max_reuse"]
    rows = [("excess_revenue_growth", "danmark", 2025, "cohort", 100, 300, 5)]
    assert check_reuse(pd.DataFrame(rows, columns=names), SETTINGS).passed
    heavy = check_reuse(pd.DataFrame([(*rows[0][:6], 6)], columns=names), SETTINGS)
    assert not heavy.passed
    assert "6,00 pct." in heavy.message_da
    assert check_reuse(pd.DataFrame([], columns=names), SETTINGS).passed


def test_a_mart_without_its_columns_is_refused() -> None:
    """Without it a renamed column would let every check pass."""
    with pytest.raises(EffectInputError, match="column max_reuse is missing"):
        check_reuse(
            pd.DataFrame({"measure": [], "house": [], "goal_year": [], "scope": [], "n_treated": [], "n_controls": []}),
            SETTINGS,
        )
