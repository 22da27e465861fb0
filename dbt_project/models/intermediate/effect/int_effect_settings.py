"""The settings of the effect method as one row, so that SQL and Python read the same file."""

from typing import Any

import pyarrow as pa

from dbt_project.effect.settings import project_settings


def model(dbt: Any, session: Any) -> pa.Table:  # noqa: ANN401, ARG001  dbt calls it so.
    """Give the settings that SQL needs, with the fingerprint of all of them."""
    dbt.config(materialized="table")
    settings = project_settings()
    row = {
        "settings_fingerprint": settings.fingerprint,
        "outcome_offset_years": settings.cohort.outcome_offset_years,
        "joined_within_months": settings.cohort.joined_within_months,
        "complete_year_share": settings.cohort.complete_year_share,
        "revenue_floor_tkr": settings.base.revenue_floor_tkr,
        "full_time_equivalents_floor": settings.base.full_time_equivalents_floor,
        "startup_years": settings.base.startup_years,
        "active_when_end_year_ended": settings.pool.active_when_end_year_ended,
        "minimum_controls": settings.pool.minimum_controls,
        "neighbours": settings.matching.neighbours,
        "caliper_log_revenue": settings.matching.calipers.log_revenue,
        "caliper_prior_growth_sd": settings.matching.calipers.prior_growth_sd,
        "bias_adjust": settings.estimate.bias_adjust,
        "minimum_treated": settings.publication.minimum_treated,
        "minimum_treated_at_all": settings.publication.minimum_treated_at_all,
        "balance_good": settings.publication.balance_good,
        "balance_blocks": settings.publication.balance_blocks,
        "matched_share_percent": settings.publication.matched_share_percent,
    }
    types = {str: pa.string(), int: pa.int32(), float: pa.float64(), bool: pa.bool_()}
    schema = pa.schema([(name, types[type(value)]) for name, value in row.items()])
    return pa.Table.from_pylist([row], schema=schema)
