"""How much more the treated grew than their controls: the average effect on the treated, and its uncertainty.

Abadie & Imbens 2006 (Econometrica 74(1)) for the matching estimator and its variance, Abadie & Imbens 2011 (J. Bus.
Econ. Stat. 29(1)) for the bias correction. Never a naive bootstrap: it is invalid for nearest neighbours with
replacement (Abadie & Imbens 2008, Econometrica 76(6)).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.special import stdtrit

from dbt_project.effect.errors import EffectInputError
from dbt_project.effect.matching import Matcher
from dbt_project.effect.units import Floats, Ints, matrix, require_columns, unique_ids

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """An average effect on the treated with its interval, in the outcome's unit.

    Attributes:
        att: Mean over the treated of own outcome minus the mean of its controls.
        se: Standard error; not a number with fewer than two treated.
        ci_low: Lower end of the 95 % interval.
        ci_high: Upper end of the 95 % interval.
        n_treated: Treated units with at least one control.
        n_controls: Different controls in use.
        max_reuse: How many treated units share the control in most use.
    """

    att: float
    se: float
    ci_low: float
    ci_high: float
    n_treated: int
    n_controls: int
    max_reuse: int


@dataclass(frozen=True)
class Design:
    """Who is compared with whom, as positions; one design serves every outcome.

    Attributes:
        treated: Row of each treated unit; shape (n,).
        controls: Row of each different control; shape (m,).
        pair_treated: Which treated (0..n-1) each pair belongs to; shape (pairs,).
        pair_control: Which control (0..m-1) each pair has; shape (pairs,).
        cluster: Which company each control is; shape (m,). Equal numbers are one company.
    """

    treated: Ints
    controls: Ints
    pair_treated: Ints
    pair_control: Ints
    cluster: Ints

    @cached_property
    def pair_weight(self) -> Floats:
        """One over the number of controls of the pair's treated unit; shape (pairs,)."""
        per_treated = np.bincount(self.pair_treated, minlength=self.treated.size)
        weight: Floats = 1.0 / per_treated[self.pair_treated]
        return weight

    def control_means(self, values: Floats) -> Floats:
        """Mean over each treated unit's controls.

        Args:
            values: Values of the controls; shape (m, columns).

        Returns:
            Array of shape (n, columns).
        """
        means: Floats = np.asarray(self._weights @ values)
        return means

    @cached_property
    def _weights(self) -> csr_array:
        """The weight of each control in each treated unit's mean; shape (n, m)."""
        shape = (self.treated.size, self.controls.size)
        return csr_array((self.pair_weight, (self.pair_treated, self.pair_control)), shape=shape)

    @cached_property
    def max_reuse(self) -> int:
        """How many pairs the control in most use is in."""
        return int(np.bincount(self.pair_control, minlength=1).max(initial=0))


def design_of(treated_row: Ints, control_row: Ints, company: Ints | None = None) -> Design:
    """Make a design from pairs of rows.

    Args:
        treated_row: Row of the treated unit of each pair.
        control_row: Row of the control of each pair.
        company: Company of every row; each row its own company without it.

    Returns:
        The design.
    """
    treated, pair_treated = np.unique(treated_row, return_inverse=True)
    controls, pair_control = np.unique(control_row, return_inverse=True)
    cluster = controls if company is None else company[controls]
    return Design(treated, controls, pair_treated, pair_control, np.unique(cluster, return_inverse=True)[1])


def att_of(design: Design, outcomes: Floats, points: Floats | None, control_sd: Floats) -> list[Estimate]:
    """Estimate the effect on several outcomes at once.

    With K_c the number of treated that use control c, each counted as one over its own number of controls, and Q_c
    the sum of the squares of the same, the variance is that of Abadie & Imbens 2006: sum((d_i - att)^2)/n^2 +
    sum((K_c^2 - Q_c) s_c^2)/n^2, which is their K (K - 1)/k^2 where every treated has k controls. Rows of one company
    are taken to move together entirely: (sum of K_c s_c)^2 per company in place of the sum of squares, which never
    makes the interval narrower.

    Args:
        design: Who is compared with whom.
        outcomes: Outcomes of all rows; shape (rows, outcomes), complete for the rows of the design.
        points: Covariates of all rows to correct the bias with; shape (rows, covariates). None for no correction.
        control_sd: Standard deviation of each control's outcomes given its covariates; shape (m, outcomes).

    Returns:
        One estimate per outcome.

    Raises:
        EffectInputError: No pairs, or no more different controls than the correction has coefficients.
    """
    n = design.treated.size
    if n == 0:
        raise EffectInputError("pairs: there are none, so there is no effect to estimate. Match first.")
    weight = design.pair_weight
    used: Floats = np.bincount(design.pair_control, weights=weight, minlength=design.controls.size).astype(np.float64)
    squares = np.bincount(design.pair_control, weights=weight * weight, minlength=design.controls.size)
    treated_y, control_y = outcomes[design.treated], outcomes[design.controls]
    if points is not None:
        slope = _slope(points[design.controls], control_y, used)
        treated_y = treated_y - points[design.treated] @ slope
        control_y = control_y - points[design.controls] @ slope
    differences = treated_y - design.control_means(control_y)
    att = differences.mean(axis=0)
    companies = np.zeros((design.controls.size, outcomes.shape[1]))
    np.add.at(companies, design.cluster, used[:, None] * control_sd)
    reuse = np.square(companies).sum(axis=0) - squares @ np.square(control_sd)
    variance = (np.square(differences - att).sum(axis=0) + reuse) / n**2
    se = np.sqrt(variance) if n > 1 else np.full(outcomes.shape[1], np.nan)
    half = (stdtrit(n - 1, (1 + CONFIDENCE) / 2) if n > 1 else np.nan) * se
    return [
        Estimate(
            att=float(att[column]),
            se=float(se[column]),
            ci_low=float(att[column] - half[column]),
            ci_high=float(att[column] + half[column]),
            n_treated=n,
            n_controls=design.controls.size,
            max_reuse=design.max_reuse,
        )
        for column in range(outcomes.shape[1])
    ]


def _slope(points: Floats, outcomes: Floats, weight: Floats) -> Floats:
    """Coefficients of the weighted regression of control outcomes on covariates, without the constant."""
    needed = points.shape[1] + 2
    if len(points) < needed:
        raise EffectInputError(
            f"pairs: {len(points)} different controls cannot carry a correction with {points.shape[1]} covariates "
            f"(at least {needed}). Use fewer covariates, or bias_adjust=False."
        )
    share = weight / weight.sum()
    centred = points - share @ points
    weighted = centred * share[:, None]
    # Points are whitened, so the cross products are well conditioned; directions without variance get no slope.
    slope: Floats = np.linalg.pinv(weighted.T @ centred, hermitian=True) @ (weighted.T @ outcomes)
    return slope


def estimate_att(
    units: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    id: str,  # noqa: A002  The name is part of the published signature.
    outcome: str,
    covariates: Sequence[str],
    bias_adjust: bool = True,
    treated: str | None = None,
) -> Estimate:
    """Estimate the average effect on the treated from matched pairs.

    The mean over the treated of own outcome minus the mean of its controls, corrected by a linear regression of the
    outcome on the covariates among the matched controls, weighted by their use (Abadie & Imbens 2011). Standard error
    of Abadie & Imbens 2006: sum((d_i - att)^2)/n^2 + sum_c K_c (K_c - 1)/k^2 s_c^2 / n^2, with s_c^2 half the squared
    difference between the control's outcome and that of the nearest other control (Mahalanobis on the covariates,
    ties by the hash of the id). 95 % interval with t(n - 1).

    Args:
        units: One row per unit: every matched unit, and the controls among which neighbours are sought.
        pairs: `treated_id` and `control_id`, as `match_nearest` returns them.
        id: Column of `units` that identifies them.
        outcome: Numeric column of `units`.
        covariates: Numeric columns of `units`, for the correction and the neighbours.
        bias_adjust: Whether to correct.
        treated: Column that says which units are treated; without it, units that are treated in no pair are controls.

    Returns:
        The estimate, in the outcome's unit.

    Raises:
        EffectInputError: A column or unit is missing, a value is missing or infinite, there are no pairs, a pair stands
            there twice, too few controls carry the correction, or there is one control only and it is reused.
    """
    needed = {id, outcome, *covariates} | ({treated} if treated else set())
    require_columns(units, needed, "units")
    require_columns(pairs, ("treated_id", "control_id"), "pairs")
    ids = unique_ids(units, id)
    treated_row, control_row = rows_of(ids, pairs["treated_id"], id), rows_of(ids, pairs["control_id"], id)
    if pairs.duplicated(["treated_id", "control_id"]).any():
        raise EffectInputError("pairs: a treated unit has the same control twice. Give each pair once.")
    design = design_of(treated_row, control_row)
    group = np.zeros(len(units), dtype=np.bool_)
    group[design.treated] = True
    if treated is not None:
        group |= units[treated].to_numpy(dtype=np.bool_)
    frame = units[[*covariates]].copy()
    frame["_id"], frame["_treated"] = ids, group
    matcher = Matcher(frame, id="_id", treated="_treated", exact_levels=[[]], covariates=covariates)
    outcomes = matrix(units, [outcome])
    spread = neighbour_sd(outcomes, design, rows_of(ids, _neighbour_ids(matcher, ids[design.controls]), id))
    return att_of(design, outcomes, matcher.points if bias_adjust else None, spread)[0]


def _neighbour_ids(matcher: Matcher, controls: pd.Index) -> pd.Series:
    """The nearest other control of each, in order."""
    neighbours = matcher.neighbours(controls).reindex(controls)
    if neighbours.isna().any():
        raise EffectInputError(
            "units: there is one control only, so its outcome has no known variance. Give the whole pool of controls."
        )
    return neighbours


def rows_of(ids: pd.Index, wanted: pd.Series, column: str) -> Ints:
    """Find the rows of ids.

    Args:
        ids: The units' ids, by row.
        wanted: Ids to find.
        column: The identifying column, for the message.

    Returns:
        The row of each.

    Raises:
        EffectInputError: An id is not among the units.
    """
    rows = np.asarray(ids.get_indexer(pd.Index(wanted)), dtype=np.int64)
    if (rows < 0).any():
        unknown = wanted.iloc[int(np.flatnonzero(rows < 0)[0])]
        raise EffectInputError(
            f"pairs: {unknown} is not in column {column} of the units. Pass the units the pairs were made of."
        )
    return rows


def neighbour_sd(outcomes: Floats, design: Design, neighbour: Ints) -> Floats:
    """Standard deviation of each control's outcomes, from its nearest neighbour in the control group.

    Half the squared difference is an unbiased estimate of the variance (Abadie & Imbens 2006, with one neighbour).
    Where the neighbour has no outcome, the root mean square of the others is used.

    Args:
        outcomes: Outcomes of all rows; shape (rows, outcomes).
        design: Who is compared with whom.
        neighbour: Row of each control's neighbour, or -1; shape (m,).

    Returns:
        Array of shape (m, outcomes).
    """
    gap = np.abs(outcomes[design.controls] - outcomes[neighbour]) / np.sqrt(2.0)
    unknown = ~np.isfinite(gap) | (neighbour < 0)[:, None]
    known = np.where(unknown, 0.0, gap)
    typical = np.sqrt(np.square(known).sum(axis=0) / np.maximum((~unknown).sum(axis=0), 1))
    return np.where(unknown, typical, known)
