"""Mahalanobis distance: units as points in a space in which the distance is the ordinary one."""

from dataclasses import dataclass

import numpy as np

from dbt_project.effect.errors import EffectInputError
from dbt_project.effect.units import Flags, Floats

_NEGLIGIBLE = 1e-10
"""A direction with less than this share of the largest one's variance is taken to have none."""


@dataclass(frozen=True)
class Whitening:
    """A linear map after which Euclidean distance is Mahalanobis distance.

    Attributes:
        centre: Subtracted first; shape (covariates,).
        rotation: Multiplied then; shape (covariates, directions), directions at most covariates.
    """

    centre: Floats
    rotation: Floats

    def points(self, values: Floats) -> Floats:
        """Map units.

        Args:
            values: Covariates in their own units; shape (units, covariates).

        Returns:
            Points of shape (units, directions).
        """
        moved: Floats = np.ascontiguousarray((values - self.centre) @ self.rotation)
        return moved


def pooled_within(values: Floats, treated: Flags) -> Whitening:
    """The whitening of Mahalanobis distance with covariance pooled within the two groups, over all units.

    As in R's MatchIt (Stuart 2010, Stat. Sci. 25(1)): deviations from the own group's mean, divided by the number of
    units minus the number of groups. A covariate without variance within the groups, and a direction in which the
    covariates depend linearly on each other, counts for nothing (the pseudo-inverse): no unit can be told from
    another along it.

    Args:
        values: Covariates; shape (units, covariates).
        treated: Which units are treated; shape (units,).

    Returns:
        The map.

    Raises:
        EffectInputError: No more units than groups: there is no covariance.
    """
    deviations = values.copy()
    groups = 0
    for group in (treated, ~treated):
        if group.any():
            deviations[group] -= deviations[group].mean(axis=0)
            groups += 1
    if len(values) <= groups:
        raise EffectInputError(
            f"units: {len(values)} units in {groups} groups have no covariance. Give more units than groups."
        )
    covariance = deviations.T @ deviations / (len(values) - groups)
    scale = np.sqrt(np.diag(covariance))
    size = np.maximum(np.abs(values).max(axis=0, initial=0.0), np.finfo(np.float64).tiny)
    varies = scale > _NEGLIGIBLE * size
    safe = np.where(varies, scale, 1.0)
    correlation = np.where(np.outer(varies, varies), covariance / np.outer(safe, safe), 0.0)
    lengths, directions = np.linalg.eigh(correlation)
    kept = lengths > _NEGLIGIBLE * max(lengths.max(initial=0.0), np.finfo(np.float64).tiny)
    rotation = directions[:, kept] / np.sqrt(lengths[kept]) / safe[:, None]
    return Whitening(centre=values.mean(axis=0), rotation=rotation)
