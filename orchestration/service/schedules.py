"""The daily run: by the clock on the wall in Denmark, with the settings of the program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from dagster import (
    DefaultScheduleStatus,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    schedule,
)

from orchestration.configuration import Configuration
from orchestration.jobs import erhvervshus
from orchestration.settings import COPENHAGEN, RunSettings
from orchestration.tags import run_tags

DAILY: Final = "daily"
TIMEZONE: Final = str(COPENHAGEN)


def build_daily(configuration: Configuration, *, serving: bool = False) -> ScheduleDefinition:
    """Make the schedule of the daily run.

    Args:
        configuration: The settings: when it runs, and what a run is told.
        serving: Whether it is turned on from the start; without a folder of deliveries it is not.

    Returns:
        The schedule. Its time is Danish: an hour that does not exist when summer time begins is taken as the next that
        does, and one that comes twice when it ends is run once.
    """
    settings = RunSettings.of(configuration, unattended=True)

    @schedule(
        name=DAILY,
        job=erhvervshus,
        cron_schedule=configuration.schedule,
        execution_timezone=TIMEZONE,
        default_status=DefaultScheduleStatus.RUNNING
        if is_on(configuration, serving=serving)
        else DefaultScheduleStatus.STOPPED,
        description="Every day at the time of the setting `schedule`, in Danish time.",
    )
    def daily(_context: ScheduleEvaluationContext) -> RunRequest:
        """Ask for the run of the day.

        Args:
            _context: Dagster's.

        Returns:
            A request with the settings of the program: nothing is typed by hand.
        """
        return RunRequest(run_config=settings.run_config(), tags=run_tags("schedule", configuration.year))

    return daily


def is_on(configuration: Configuration, *, serving: bool) -> bool:
    """Say whether the daily run and the sensor are on from the start.

    Args:
        configuration: The settings.
        serving: Whether the program runs as a service, `erhvervshus serve`.

    Returns:
        True for a service with a folder to look in. What a person turned off on Dagster's page stays off.
    """
    return serving and configuration.deliveries is not None


def next_runs(configuration: Configuration, after: datetime, number: int = 1) -> tuple[datetime, ...]:
    """Compute when the daily run comes next.

    Args:
        configuration: The settings.
        after: The time, with time zone.
        number: How many.

    Returns:
        The times in Denmark.
    """
    from dagster._utils.schedules import schedule_execution_time_iterator  # noqa: PLC0415

    times: Iterator[datetime] = schedule_execution_time_iterator(
        after.timestamp(), configuration.schedule, TIMEZONE, ascending=True
    )
    return tuple(each.astimezone(COPENHAGEN) for each in islice(times, number))
