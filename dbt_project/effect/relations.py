"""Reading the matched groups out of the warehouse's relations; everything after that is arithmetic without I/O."""

from collections.abc import Iterator

import duckdb
import pandas as pd

from dbt_project.effect.cohorts import UNIT_COLUMNS
from dbt_project.effect.figures import MEASURES, MatchedGroup
from dbt_project.effect.settings import EffectSettings


def cohort_units(
    units: duckdb.DuckDBPyRelation, match_group: str, end_year: int, settings: EffectSettings
) -> pd.DataFrame:
    """Read the units of one cohort in one order, so that a rerun adds up the same covariance to the last bit.

    Args:
        units: Rows of `int_effect_units`, in any order.
        match_group: The group that is matched by itself.
        end_year: The year in which the guidance of the cohort ended.
        settings: The method.

    Returns:
        One row per unit with `UNIT_COLUMNS` and the covariates, as `cohort_pairs` asks for them.
    """
    of_cohort = units.filter(f"match_group = '{match_group}' and end_year = {end_year}")
    columns = ", ".join((*UNIT_COLUMNS, *settings.matching.covariates))
    ordered: pd.DataFrame = of_cohort.project(columns).order("lot, unit_id").df()
    return ordered


def matched_groups(
    units: duckdb.DuckDBPyRelation,
    pairs: duckdb.DuckDBPyRelation,
    houses: duckdb.DuckDBPyRelation,
    settings: EffectSettings,
) -> Iterator[MatchedGroup]:
    """Read every group that has guided companies, each row in one order, so that a rerun adds up the same way.

    Args:
        units: Rows of `int_effect_matched_units`.
        pairs: Rows of `int_effect_pairs`.
        houses: Rows of `int_effect_treated_houses`.
        settings: The method.

    Yields:
        The groups that are matched by themselves, in the order of `MEASURES`.
    """
    of_houses = houses.order("house, end_year, unit_id").df()
    for name in MEASURES:
        of_group = units.filter(f"match_group = '{name}'").order("end_year, unit_id").df()
        guided = of_group.loc[of_group["is_treated"], ["end_year", "unit_id"]]
        if not guided.empty:
            chosen = pairs.filter(f"match_group = '{name}'").order("end_year, treated_id, caliper_factor, rank")
            yield MatchedGroup(
                name=name,
                units=of_group,
                pairs=chosen.df(),
                houses=of_houses.merge(guided),
                covariates=settings.matching.covariates,
            )
