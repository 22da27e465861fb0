"""How comparable guided companies and controls are, for every figure."""

from typing import Any

import pyarrow as pa

from dbt_project.effect.figures import group_balance
from dbt_project.effect.relations import matched_groups
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
    # Balance is that of the headline's calipers; the grid around it has none of its own.
    pairs = dbt.ref("int_effect_pairs").filter("caliper_factor = 1")
    units, pool_means = dbt.ref("int_effect_matched_units"), dbt.ref("int_effect_pool_means")
    parts = []
    for group in matched_groups(units, pairs, dbt.ref("int_effect_treated_houses"), settings):
        means = pool_means.filter(f"match_group = '{group.name}'").df()
        parts.append(pa.Table.from_pandas(group_balance(group, means, settings), schema=SCHEMA, preserve_index=False))
    return pa.concat_tables(parts) if parts else SCHEMA.empty_table()
