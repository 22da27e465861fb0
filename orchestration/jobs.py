"""The jobs: everything from deliveries to publication in one process, and the statement of any one year."""

from __future__ import annotations

from typing import Final

from dagster import AssetKey, AssetSelection, define_asset_job, in_process_executor

from orchestration.tags import BUILD, RETRY_ALL_STEPS

JOB: Final = "erhvervshus"
STATEMENTS_JOB: Final = "earlier_statements"
STATEMENTS_BY_YEAR: Final = AssetKey("statements_by_year")
BUILD_TAGS: Final = {BUILD: "yes", **RETRY_ALL_STEPS}

erhvervshus = define_asset_job(
    JOB,
    selection=AssetSelection.all() - AssetSelection.assets(STATEMENTS_BY_YEAR),
    # One process: the build file has one writer, and a process per step would pay the imports again.
    executor_def=in_process_executor,
    tags=BUILD_TAGS,
    description="From a folder of deliveries to the published warehouse and its files.",
)

earlier_statements = define_asset_job(
    STATEMENTS_JOB,
    selection=AssetSelection.assets(STATEMENTS_BY_YEAR),
    executor_def=in_process_executor,
    tags=BUILD_TAGS,
    description="The statement of one report year, from what is landed; a backfill makes several, one after another.",
)
