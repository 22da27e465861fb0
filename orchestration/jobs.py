"""The one job: everything from deliveries to publication, in one process."""

from __future__ import annotations

from dagster import AssetSelection, define_asset_job, in_process_executor

JOB = "erhvervshus"

erhvervshus = define_asset_job(
    JOB,
    selection=AssetSelection.all(),
    # One process: the build file has one writer, and a process per step would pay the imports again.
    executor_def=in_process_executor,
    description="From a folder of deliveries to the published warehouse and its files.",
)
