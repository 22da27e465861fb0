"""The figures of the goals from matched companies: per house and nationally, per cohort and pooled, and the grid."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dbt_project.effect.balance import compare
from dbt_project.effect.distance import pooled_within
from dbt_project.effect.errors import EffectInputError
from dbt_project.effect.estimation import Design, Estimate, att_of, design_of, neighbour_sd, rows_of
from dbt_project.effect.settings import EffectSettings
from dbt_project.effect.units import Flags, Floats, Ints, flags, matrix, require_columns

MEASURES: Final = {
    "vaekst": {"excess_revenue_growth": "revenue", "excess_employment_growth": "employment"},
    "drift": {},
    "drift_survivors": {"excess_productivity_growth": "productivity"},
}
"""What is measured in which group of companies: the measure's key, and the prefix of its outcome columns."""

SURVIVAL_GROUPS: Final = ("vaekst", "drift")
"""Groups in which closed companies are matched too, so that survival can be compared."""

FIGURE_COLUMNS: Final = (
    "match_group", "measure", "house", "goal_year", "scope", "definition", "neighbours", "caliper_factor",
    "n_eligible", "n_treated", "n_controls", "max_reuse", "treated_mean", "control_mean", "att", "se", "ci_low",
    "ci_high", "settings_fingerprint",
)  # fmt: skip
"""Columns of the table of figures, in order."""

BALANCE_COLUMNS: Final = (
    "match_group", "house", "goal_year", "scope", "covariate", "n_treated", "smd_before", "smd_after", "variance_ratio",
)  # fmt: skip
"""Columns of the table of balance, in order."""


@dataclass(frozen=True)
class Cell:
    """Whose figure it is: a house (or danmark), a goal year, and one cohort or all cohorts up to it.

    Attributes:
        house: The house's code, or danmark.
        goal_year: The outcome year of the newest cohort.
        scope: `cohort` for the newest cohort, `pooled` for all cohorts up to it.
        eligible: Rows of its eligible guided companies.
    """

    house: str
    goal_year: int
    scope: str
    eligible: Ints


@dataclass(frozen=True)
class MatchedGroup:
    """The companies of one group, all cohorts: every guided one, and the controls and neighbours in use.

    Attributes:
        name: The group's key.
        units: One row per unit and end year.
        pairs: One row per caliper factor and pair.
        houses: Which houses each guided company counts in.
        covariates: What the companies are matched on.
    """

    name: str
    units: pd.DataFrame
    pairs: pd.DataFrame
    houses: pd.DataFrame
    covariates: tuple[str, ...]

    @cached_property
    def ids(self) -> pd.Index:
        """A key per row: the same company is another unit in another cohort."""
        keys: pd.Index = pd.Index(_key(self.units, "unit_id"))
        return keys

    @cached_property
    def treated(self) -> Flags:
        """Which rows are guided companies."""
        return flags(self.units, "is_treated")

    @cached_property
    def company(self) -> Ints:
        """A number per company."""
        return pd.factorize(self.units["cvr"])[0].astype(np.int64)

    @cached_property
    def goal_year(self) -> Ints:
        """Outcome year of each row."""
        return self.units["goal_year"].to_numpy(dtype=np.int64)

    @cached_property
    def profile(self) -> Floats:
        """Covariates; shape (rows, covariates)."""
        return matrix(self.units, self.covariates)

    @cached_property
    def points(self) -> Floats:
        """Covariates as points; a regression on them is the same as one on the covariates, and better conditioned."""
        return pooled_within(self.profile, self.treated).points(self.profile)

    @cached_property
    def pair_rows(self) -> tuple[Ints, Ints]:
        """Rows of the guided company and the control of each pair."""
        return (
            rows_of(self.ids, _key(self.pairs, "treated_id"), "unit_id"),
            rows_of(self.ids, _key(self.pairs, "control_id"), "unit_id"),
        )

    @cached_property
    def neighbour(self) -> Ints:
        """Row of each row's neighbour, or -1."""
        rows = np.full(len(self.units), -1, dtype=np.int64)
        has = self.pairs["neighbour_id"].notna().to_numpy()
        rows[self.pair_rows[1][has]] = rows_of(self.ids, _key(self.pairs[has], "neighbour_id"), "unit_id")
        return rows

    @cached_property
    def cells(self) -> list[Cell]:
        """Every figure there is: house by goal year by scope."""
        row_of = rows_of(self.ids, _key(self.houses, "unit_id"), "unit_id")
        cells = []
        for house, places in self.houses.groupby("house").indices.items():
            rows = row_of[places]
            for year in np.unique(self.goal_year[self.treated]):
                cells.append(Cell(str(house), int(year), "cohort", rows[self.goal_year[rows] == year]))
                cells.append(Cell(str(house), int(year), "pooled", rows[self.goal_year[rows] <= year]))
        return cells

    def designs(self, factor: float, neighbours: int) -> Iterator[tuple[Cell, Ints, Ints]]:
        """The pairs of every cell.

        Args:
            factor: Caliper factor.
            neighbours: Largest rank in use.

        Yields:
            The cell, and the rows of its guided companies and controls, pair by pair.
        """
        treated, control = self.pair_rows
        chosen = (self.pairs["caliper_factor"].to_numpy() == factor) & (self.pairs["rank"].to_numpy() <= neighbours)
        treated, control = treated[chosen], control[chosen]
        for cell in self.cells:
            mine = np.zeros(len(self.units), dtype=np.bool_)
            mine[cell.eligible] = True
            here = mine[treated]
            yield cell, treated[here], control[here]


def caliper_factors(match_group: str, settings: EffectSettings) -> tuple[float, ...]:
    """The calipers a group is matched with: the grid where a measure is estimated, else the headline's only.

    Args:
        match_group: The group.
        settings: The method.

    Returns:
        What the calipers are multiplied by.
    """
    return settings.sensitivity.caliper_factors if MEASURES[match_group] else (1.0,)


def _key(table: pd.DataFrame, column: str) -> pd.Series:
    """End year and id as one text."""
    return table["end_year"].astype("str") + ":" + table[column]


def group_figures(group: MatchedGroup, settings: EffectSettings) -> pd.DataFrame:
    """Estimate every figure of a group.

    All definitions of growth with the headline's neighbours and calipers for every year; the whole grid for the newest
    year. Placebo growth and survival stand beside them as definitions of their own. A figure with fewer guided
    companies than are published at all is a row without estimate.

    Args:
        group: The matched companies.
        settings: The method.

    Returns:
        One row per `FIGURE_COLUMNS` key, estimates in percentage points.

    Raises:
        EffectInputError: A column is missing or the pairs do not belong to the units.
    """
    rows: list[dict[str, object]] = []
    newest = max((cell.goal_year for cell in group.cells), default=0)
    factors = caliper_factors(group.name, settings)
    alone, with_beside = (_outcomes(group, settings, beside=beside) for beside in (False, True))
    for factor in factors:
        for neighbours in settings.sensitivity.neighbours:
            headline = factor == 1.0 and neighbours == settings.matching.neighbours
            outcomes = with_beside if headline else alone
            shared = {"neighbours": neighbours, "caliper_factor": factor}
            for cell, treated, control in group.designs(factor, neighbours):
                if outcomes.asked and (headline or cell.goal_year == newest):
                    found = _cell_figures(group, settings, cell, treated, control, outcomes)
                    rows.extend({**shared, **row} for row in found)
    table = pd.DataFrame(rows).assign(match_group=group.name, settings_fingerprint=settings.fingerprint)
    return table.reindex(columns=list(FIGURE_COLUMNS)).astype(_FIGURE_TYPES)


_COUNTS: Final = ("goal_year", "neighbours", "n_eligible", "n_treated", "n_controls", "max_reuse")
_AMOUNTS: Final = ("caliper_factor", "treated_mean", "control_mean", "att", "se", "ci_low", "ci_high")
_FIGURE_TYPES: Final = {**dict.fromkeys(_COUNTS, "int32"), **dict.fromkeys(_AMOUNTS, "float64")}


@dataclass(frozen=True)
class _Outcome:
    """A column to estimate an effect on, and what it is called in the table of figures."""

    measure: str
    definition: str
    column: str


@dataclass(frozen=True)
class _Outcomes:
    """Outcomes of a group, read once for all of its figures.

    Attributes:
        asked: What is estimated.
        growth: Outcomes, in per cent; shape (rows, asked).
        known: Where there is one; shape (rows, asked).
    """

    asked: tuple[_Outcome, ...]
    growth: Floats
    known: npt.NDArray[np.bool_]


def _outcomes(group: MatchedGroup, settings: EffectSettings, *, beside: bool) -> _Outcomes:
    """The outcomes of a group; `beside` adds placebo and survival."""
    asked = []
    for measure, kind in MEASURES[group.name].items():
        asked += [_Outcome(measure, one, f"{kind}_{one}") for one in settings.sensitivity.definitions]
        if beside:
            asked.append(_Outcome(measure, "placebo", f"{kind}_placebo"))
    if beside and group.name in SURVIVAL_GROUPS:
        asked.append(_Outcome("survival", "survival", "survival"))
    growth = group.units[[one.column for one in asked]].to_numpy(dtype=np.float64, na_value=np.nan)
    return _Outcomes(tuple(asked), growth, np.isfinite(growth))


def _cell_figures(
    group: MatchedGroup,
    settings: EffectSettings,
    cell: Cell,
    treated: Ints,
    control: Ints,
    outcomes: _Outcomes,
) -> Iterator[dict[str, object]]:
    """One row per outcome of a cell; outcomes that everyone has are estimated together."""
    known = outcomes.known[treated] & outcomes.known[control]
    complete = known.all(axis=0)
    batches = [np.flatnonzero(complete)] if complete.any() else []
    batches += [np.array([column]) for column in np.flatnonzero(~complete)]
    for batch in batches:
        there = known[:, batch].all(axis=1)
        eligible = outcomes.known[np.ix_(cell.eligible, batch)].all(axis=1)
        design = design_of(treated[there], control[there], group.company)
        for one, row in zip(
            (outcomes.asked[column] for column in batch.tolist()),
            _estimates(group, settings, design, outcomes.growth[:, batch]),
            strict=True,
        ):
            yield {
                "house": cell.house,
                "goal_year": cell.goal_year,
                "scope": cell.scope,
                "measure": one.measure,
                "definition": one.definition,
                "n_eligible": int(eligible.sum()),
                **row,
            }


def _estimates(
    group: MatchedGroup, settings: EffectSettings, design: Design, outcomes: Floats
) -> list[dict[str, object]]:
    """The estimates of a design, without figures where too few are matched."""
    counts: dict[str, object] = {
        "n_treated": design.treated.size,
        "n_controls": design.controls.size,
        "max_reuse": design.max_reuse,
    }
    nothing = [counts] * outcomes.shape[1]
    if design.treated.size < settings.publication.minimum_treated_at_all:
        return nothing
    spread = neighbour_sd(outcomes, design, group.neighbour[design.controls])
    try:
        found = att_of(design, outcomes, group.points if settings.estimate.bias_adjust else None, spread)
    except EffectInputError:
        # So few different controls that no correction can be made: no figure, and the counts say why.
        return nothing
    means = _arm_means(design, outcomes)
    return [{**counts, **_as_row(one), **arms} for one, arms in zip(found, means, strict=True)]


def _as_row(one: Estimate) -> dict[str, object]:
    """The parts of an estimate that differ between outcomes."""
    return {"att": one.att, "se": one.se, "ci_low": one.ci_low, "ci_high": one.ci_high}


def _arm_means(design: Design, outcomes: Floats) -> list[dict[str, object]]:
    """Mean outcome of the guided companies, and of their controls as they are weighted, uncorrected."""
    treated = outcomes[design.treated].mean(axis=0)
    control = design.control_means(outcomes[design.controls]).mean(axis=0)
    return [{"treated_mean": float(a), "control_mean": float(b)} for a, b in zip(treated, control, strict=True)]


def group_balance(group: MatchedGroup, pool_means: pd.DataFrame, settings: EffectSettings) -> pd.DataFrame:
    """Compare guided companies and controls, before and after matching, for every figure of a group.

    Args:
        group: The matched companies.
        pool_means: One row per goal year: `goal_year`, `controls`, and the mean of each covariate over the whole pool.
        settings: The method.

    Returns:
        One row per figure and covariate, with `BALANCE_COLUMNS`.

    Raises:
        EffectInputError: A column is missing.
    """
    covariates = list(settings.matching.covariates)
    require_columns(pool_means, {"goal_year", "controls", *covariates}, "pool_means")
    rows = []
    for cell, treated, control in group.designs(1.0, settings.matching.neighbours):
        if cell.eligible.size == 0:
            continue
        years = pool_means[pool_means["goal_year"].isin(np.unique(group.goal_year[cell.eligible]))]
        pool = np.average(matrix(years, covariates), axis=0, weights=years["controls"].to_numpy(dtype=np.float64))
        design = design_of(treated, control)
        compared = compare(group.profile, group.profile[cell.eligible], pool, design)
        for covariate, before, after, ratio in zip(covariates, *compared, strict=True):
            rows.append(
                (
                    group.name,
                    cell.house,
                    cell.goal_year,
                    cell.scope,
                    covariate,
                    design.treated.size,
                    before,
                    after,
                    ratio,
                )
            )
    table = pd.DataFrame(rows, columns=list(BALANCE_COLUMNS))
    return table.astype({"goal_year": "int32", "n_treated": "int32"})
