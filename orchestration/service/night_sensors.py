"""The sensors that write the page of a run under Dagster, however it ended, and forget the runs that are too old."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunsFilter,
    RunStatusSensorContext,
    RunStatusSensorDefinition,
    run_status_sensor,
)
from dagster._core.storage.dagster_run import FINISHED_STATUSES

from expectations.periods import load_periods
from orchestration.configuration import Configuration, page_address
from orchestration.jobs import erhvervshus
from orchestration.nightlog.writing import write_night
from orchestration.service.event_storage import KeptOpenEventLogStorage

_log = logging.getLogger(__name__)
_AT_ONCE = 50


def build_night_sensors(
    configuration: Configuration, stage_of_step: Mapping[str, str]
) -> tuple[RunStatusSensorDefinition, ...]:
    """Make the sensors.

    Args:
        configuration: The settings: where the output folder and Dagster's page are.
        stage_of_step: The stage of each step of the job.

    Returns:
        One for runs that ended well, one for those that failed, one for those that a person stopped.
    """

    def after(name: str, status: DagsterRunStatus) -> RunStatusSensorDefinition:
        @run_status_sensor(
            name=name,
            run_status=status,
            monitored_jobs=[erhvervshus],
            default_status=DefaultSensorStatus.RUNNING,
            description="Writes the page of the run into natlog in the output folder.",
        )
        def night_sensor(context: RunStatusSensorContext) -> None:
            run = context.dagster_run
            page = write_night(
                context.instance,
                run.run_id,
                output_of(run.run_config, configuration.output.absolute()),
                stage_of_step,
                secrets=configuration.secrets(),
                link=f"{page_address(configuration)}/runs/{run.run_id}",
            )
            context.log.info("The page of the run: %s", page)
            forget_runs(context.instance, datetime.now(tz=UTC))

        return night_sensor

    return (
        after("night_log_after_publication", DagsterRunStatus.SUCCESS),
        after("night_log_after_failure", DagsterRunStatus.FAILURE),
        after("night_log_after_stop", DagsterRunStatus.CANCELED),
    )


def output_of(run_config: Mapping[str, object], default: Path) -> Path:
    """Find the output folder that a run was told.

    Args:
        run_config: The run's configuration.
        default: The program's own.

    Returns:
        The folder.
    """
    level: object = run_config
    for name in ("resources", "settings", "config", "output"):
        level = level.get(name) if isinstance(level, Mapping) else None
    return Path(level).absolute() if isinstance(level, str) else default


def forget_runs(instance: DagsterInstance, now: datetime) -> int:
    """Let Dagster forget runs that are older than `expectations/periods.yml` says, a few at a time.

    Args:
        instance: Dagster's memory.
        now: The time, with time zone.

    Returns:
        How many runs were forgotten.
    """
    before = now - timedelta(days=load_periods().runs_kept.days)
    old = instance.get_run_records(
        RunsFilter(statuses=list(FINISHED_STATUSES), created_before=before), limit=_AT_ONCE, ascending=True
    )
    for record in old:
        run_id = record.dagster_run.run_id
        instance.delete_run(run_id)
        if isinstance(instance.event_log_storage, KeptOpenEventLogStorage):
            instance.event_log_storage.forget_file(run_id)
        # What the run wrote to its terminal lies in a folder of its own, which Dagster leaves.
        shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)
    if old:
        _log.info("%d runs from before %s are forgotten", len(old), before.date())
    return len(old)
