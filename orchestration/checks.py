"""Checks of our own beside dbt's data tests: what must hold before the warehouse may be built."""

from contextlib import closing

from dagster import AssetCheckResult, AssetKey, asset_check

from orchestration.assets.landing import POOL
from orchestration.dbt import RAW
from orchestration.settings import RunSettings
from sources.landing import conservation_errors, open_warehouse

ROWS_CONSERVED = "rows_conserved"


@asset_check(
    asset=AssetKey([RAW, "deliveries"]),
    name=ROWS_CONSERVED,
    blocking=True,
    pool=POOL,
    description="For every delivery: rows delivered = rows accepted + rows rejected, counted again from the tables.",
)
def rows_conserved(settings: RunSettings) -> AssetCheckResult:
    """Count the landed rows again and compare with the register of deliveries.

    Args:
        settings: Where the build file is.

    Returns:
        Failed, with one line per delivery whose rows do not add up; nothing is built then.
    """
    with closing(open_warehouse(settings.warehouse)) as con:
        errors = conservation_errors(con)
    return AssetCheckResult(passed=not errors, metadata={"errors": errors})
