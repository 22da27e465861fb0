"""Every guided company's nearest controls: one search per group and end year."""

from typing import Any

import pyarrow as pa

from dbt_project.effect.cohorts import cohort_pairs
from dbt_project.effect.figures import caliper_factors
from dbt_project.effect.relations import cohort_units
from dbt_project.effect.settings import project_settings

SCHEMA = pa.schema(
    [
        ("match_group", pa.string()),
        ("end_year", pa.int32()),
        ("caliper_factor", pa.float64()),
        ("treated_id", pa.string()),
        ("control_id", pa.string()),
        ("rank", pa.int32()),
        ("distance", pa.float64()),
        ("neighbour_id", pa.string()),
    ]
)


def model(dbt: Any, session: Any) -> pa.Table:  # noqa: ANN401, ARG001  dbt calls it so.
    """Match every cohort of every group by itself."""
    dbt.config(materialized="table")
    settings = project_settings()
    units = dbt.ref("int_effect_units")
    bounds = dbt.ref("int_effect_bounds").project("match_group, end_year").order("match_group, end_year").fetchall()
    parts = []
    for match_group, end_year in bounds:
        cohort = cohort_units(units, match_group, end_year, settings)
        pairs = cohort_pairs(cohort, settings, caliper_factors(match_group, settings)).assign(
            match_group=match_group, end_year=end_year
        )
        parts.append(pa.Table.from_pandas(pairs, schema=SCHEMA, preserve_index=False))
    return pa.concat_tables(parts) if parts else SCHEMA.empty_table()
