"""Every figure of the effect goals, with its interval and the grid around it."""

from typing import Any

import pyarrow as pa

from dbt_project.effect.figures import group_figures
from dbt_project.effect.relations import matched_groups
from dbt_project.effect.settings import project_settings

SCHEMA = pa.schema(
    [
        ("match_group", pa.string()),
        ("measure", pa.string()),
        ("house", pa.string()),
        ("goal_year", pa.int32()),
        ("scope", pa.string()),
        ("definition", pa.string()),
        ("neighbours", pa.int32()),
        ("caliper_factor", pa.float64()),
        ("n_eligible", pa.int32()),
        ("n_treated", pa.int32()),
        ("n_controls", pa.int32()),
        ("max_reuse", pa.int32()),
        ("treated_mean", pa.float64()),
        ("control_mean", pa.float64()),
        ("att", pa.float64()),
        ("se", pa.float64()),
        ("ci_low", pa.float64()),
        ("ci_high", pa.float64()),
        ("settings_fingerprint", pa.string()),
    ]
)


def model(dbt: Any, session: Any) -> pa.Table:  # noqa: ANN401, ARG001  dbt calls it so.
    """Estimate the figures of every group."""
    dbt.config(materialized="table")
    settings = project_settings()
    units, pairs = dbt.ref("int_effect_matched_units"), dbt.ref("int_effect_pairs")
    groups = matched_groups(units, pairs, dbt.ref("int_effect_treated_houses"), settings)
    parts = [
        pa.Table.from_pandas(group_figures(group, settings), schema=SCHEMA, preserve_index=False) for group in groups
    ]
    return pa.concat_tables(parts) if parts else SCHEMA.empty_table()
