"""Reading the matched groups out of the warehouse's relations; everything after that is arithmetic without I/O."""

from collections.abc import Iterator

import duckdb

from dbt_project.effect.figures import MEASURES, MatchedGroup
from dbt_project.effect.settings import EffectSettings


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
