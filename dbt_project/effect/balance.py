"""How comparable treated and controls are: standardised mean differences and variance ratios.

Austin 2011 (Multivar. Behav. Res. 46(3)) and Stuart 2010: below 0.1 is good, over 0.25 is too much. Conventions are
MatchIt's: differences are divided by the standard deviation of the treated in the full sample.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dbt_project.effect.errors import EffectInputError
from dbt_project.effect.estimation import Design, design_of, rows_of
from dbt_project.effect.units import Floats, flags, matrix, require_columns, unique_ids

BALANCE_COLUMNS = ("covariate", "smd_before", "smd_after", "variance_ratio")


def balance(
    units: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    id: str,  # noqa: A002  The name is part of the published signature.
    treated: str,
    covariates: Sequence[str],
) -> pd.DataFrame:
    """Compare treated and controls, before and after matching.

    Args:
        units: One row per unit, matched or not.
        pairs: `treated_id` and `control_id`, as `match_nearest` returns them.
        id: Column of `units` that identifies them.
        treated: Column of true and false (or 1 and 0).
        covariates: Numeric columns to compare.

    Returns:
        One row per covariate: `covariate`; `smd_before` and `smd_after`, mean of the treated minus mean of the
        controls in standard deviations of all treated; `variance_ratio`, variance of matched treated over that of
        matched controls. Not a number where a standard deviation is 0 or a group is empty.

    Raises:
        EffectInputError: A column or unit is missing, a value is missing or infinite, or nobody is treated.
    """
    require_columns(units, {id, treated, *covariates}, "units")
    require_columns(pairs, ("treated_id", "control_id"), "pairs")
    ids, group, values = unique_ids(units, id), flags(units, treated), matrix(units, covariates)
    if not group.any():
        raise EffectInputError(f"units: nobody is treated in column {treated}, so there is nothing to compare.")
    design = design_of(rows_of(ids, pairs["treated_id"], id), rows_of(ids, pairs["control_id"], id))
    pool_mean = values[~group].mean(axis=0) if (~group).any() else np.full(len(covariates), np.nan)
    before, after, ratio = compare(values, values[group], pool_mean, design)
    return pd.DataFrame(
        {"covariate": list(covariates), "smd_before": before, "smd_after": after, "variance_ratio": ratio}
    )


def compare(values: Floats, all_treated: Floats, pool_mean: Floats, design: Design) -> tuple[Floats, Floats, Floats]:
    """Compute balance from arrays.

    Args:
        values: Covariates of all rows the design refers to; shape (rows, covariates).
        all_treated: Covariates of all treated, matched or not; shape (n, covariates).
        pool_mean: Mean of all controls, matched or not; shape (covariates,).
        design: Who is compared with whom.

    Returns:
        Standardised mean difference before, the same after, and variance ratio after; each of shape (covariates,).
    """
    spread = _positive(all_treated.std(axis=0, ddof=1) if len(all_treated) > 1 else np.zeros(all_treated.shape[1]))
    before = (all_treated.mean(axis=0) - pool_mean) / spread
    nothing = np.full(values.shape[1], np.nan)
    if design.treated.size == 0:
        return before, nothing, nothing
    matched, controls = values[design.treated], values[design.controls]
    weight = np.bincount(design.pair_control, weights=design.pair_weight, minlength=design.controls.size)
    weight *= weight.size / weight.sum()
    control_mean = weight @ controls / weight.sum()
    after = (matched.mean(axis=0) - control_mean) / spread
    if len(matched) == 1 or len(controls) == 1:
        return before, after, nothing
    # Reliability weights, as MatchIt and cobalt weigh variances.
    scale = weight.sum() / (weight.sum() ** 2 - (weight**2).sum())
    control_variance = scale * (weight @ np.square(controls - control_mean))
    return before, after, matched.var(axis=0, ddof=1) / _positive(control_variance)


def _positive(values: Floats) -> Floats:
    """The values, with not-a-number for those that nothing can be divided by."""
    return np.where(values > 0, values, np.nan)
