"""Matching one cohort as the settings say: strata with their widening, calipers, and the grid around the headline."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from dbt_project.effect.errors import EffectInputError
from dbt_project.effect.matching import Matcher
from dbt_project.effect.settings import EffectSettings

_ALWAYS_EQUAL: Final = ("baseline_year", "size_class", "is_startup", "is_growth_unknown")

EXACT_LEVELS: Final = (
    (*_ALWAYS_EQUAL, "industry_group", "region"),
    (*_ALWAYS_EQUAL, "industry_group"),
    _ALWAYS_EQUAL,
)
"""What must be equal within a pair, by stratum level: widening gives up first region, then industry, never size."""

UNIT_COLUMNS: Final = (
    "unit_id", "lot", "is_treated", "stratum_level", "industry_group", "region", *_ALWAYS_EQUAL,
)  # fmt: skip
"""Columns of a unit that matching needs, besides the covariates."""


def cohort_pairs(units: pd.DataFrame, settings: EffectSettings, caliper_factors: Sequence[float]) -> pd.DataFrame:
    """Match one cohort of one group, with every caliper of the grid and the largest number of neighbours of it.

    Fewer neighbours are the first ranks of more, so one search per caliper serves the whole grid.

    Args:
        units: One row per unit with `UNIT_COLUMNS` and the covariates of the settings: all guided companies of one
            group and end year, and their whole pool.
        settings: The method.
        caliper_factors: What the calipers are multiplied by, one search each; 0 for none.

    Returns:
        One row per caliper factor and pair: `caliper_factor`, `treated_id`, `control_id`, `rank`, `distance`, and
        `neighbour_id`, the control's nearest other control in its stratum (empty when it is alone).

    Raises:
        EffectInputError: As `match_nearest`.
    """
    missing = sorted({*UNIT_COLUMNS, *settings.matching.covariates} - set(units.columns))
    if missing:
        raise EffectInputError(f"units: column {', '.join(missing)} is missing. Read them from int_effect_units.")
    matcher = Matcher(
        units,
        id="unit_id",
        treated="is_treated",
        exact_levels=EXACT_LEVELS,
        covariates=settings.matching.covariates,
        level="stratum_level",
        lot="lot",
    )
    known = ~units["is_growth_unknown"].to_numpy(dtype=np.bool_)
    growth_sd = float(units["prior_growth"].to_numpy(dtype=np.float64)[known].std(ddof=1)) if known.sum() > 1 else 0.0
    neighbours = max(settings.sensitivity.neighbours)
    searches = [
        matcher.match(neighbours, settings.calipers(factor, growth_sd)).assign(caliper_factor=factor)
        for factor in caliper_factors
    ]
    pairs = pd.concat(searches, ignore_index=True)
    controls = pd.Index(pairs["control_id"].unique())
    beside = matcher.neighbours(controls) if controls.size else pd.Series(dtype="str")
    pairs["neighbour_id"] = pairs["control_id"].map(beside).astype("str")
    return pairs[["caliper_factor", "treated_id", "control_id", "rank", "distance", "neighbour_id"]]
