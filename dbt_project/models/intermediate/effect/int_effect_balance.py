"""How comparable guided companies and controls are, for every figure."""

from typing import Any

import pyarrow as pa

from dbt_project.effect.figures import MEASURES, MatchedGroup, group_balance
from dbt_project.effect.settings import project_settings

SCHEMA = pa.schema(
    [
        ("match_group", pa.string()),
        ("house", pa.string()),
        ("goal_year", pa.int32()),
        ("scope", pa.string()),
        ("covariate", pa.string()),
        ("n_treated", pa.int32()),
        ("smd_before", pa.float64()),
        ("smd_after", pa.float64()),
        ("variance_ratio", pa.float64()),
    ]
)


def model(dbt: Any, session: Any) -> pa.Table:  # noqa: ANN401, ARG001  dbt calls it so.
    """Compare the two arms of every figure."""
    dbt.config(materialized="table")
    settings = project_settings()
    units, pairs = dbt.ref("int_effect_matched_units"), dbt.ref("int_effect_pairs")
    houses, pool_means = dbt.ref("int_effect_treated_houses"), dbt.ref("int_effect_pool_means")
    parts = []
    for name in MEASURES:
        of_group = units.filter(f"match_group = '{name}'").order("end_year, unit_id").df()
        if of_group["is_treated"].any():
            group = MatchedGroup(
                name=name,
                units=of_group,
                pairs=pairs.filter(f"match_group = '{name}' and caliper_factor = 1").df(),
                houses=houses.order("house, end_year, unit_id")
                .df()
                .merge(of_group.loc[of_group["is_treated"], ["end_year", "unit_id"]]),
                covariates=settings.matching.covariates,
            )
            means = pool_means.filter(f"match_group = '{name}'").df()
            parts.append(
                pa.Table.from_pandas(group_balance(group, means, settings), schema=SCHEMA, preserve_index=False)
            )
    return pa.concat_tables(parts) if parts else SCHEMA.empty_table()
