"""The daily run by the clock on the wall, and what it is told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from dagster import DefaultScheduleStatus, RunRequest, build_schedule_context

from orchestration.configuration import Configuration
from orchestration.service.schedules import build_daily, next_runs


def runs(cron: str, after: str, number: int) -> list[str]:
    """List the next runs as people in Denmark and in UTC read the clock."""
    times = next_runs(Configuration(schedule=cron), datetime.fromisoformat(after).replace(tzinfo=UTC), number)
    return [f"{each:%d/%m %H:%M} {each.astimezone(UTC):%H:%M}" for each in times]


def test_five_o_clock_stays_five_o_clock_when_summer_time_begins() -> None:
    """Without it, figures would be an hour late from March to October."""
    assert runs("0 5 * * *", "2026-03-28T00:00", 3) == ["28/03 05:00 04:00", "29/03 05:00 03:00", "30/03 05:00 03:00"]


def test_five_o_clock_stays_five_o_clock_when_summer_time_ends() -> None:
    """Without it, the run would start before the deliveries of the night are in."""
    assert runs("0 5 * * *", "2026-10-24T00:00", 3) == ["24/10 05:00 03:00", "25/10 05:00 04:00", "26/10 05:00 04:00"]


def test_an_hour_that_does_not_exist_is_not_left_out() -> None:
    """Without it, a night a year would have no run."""
    assert runs("30 2 * * *", "2026-03-28T12:00", 2) == ["29/03 03:00 01:00", "30/03 02:30 00:30"]


def test_an_hour_that_comes_twice_is_run_once() -> None:
    """Without it, a night a year would have two runs."""
    assert runs("30 2 * * *", "2026-10-24T12:00", 2) == ["25/10 02:30 01:30", "26/10 02:30 01:30"]


def test_the_day_is_danish_also_around_midnight() -> None:
    """Without it, a run at half past midnight would belong to the day before."""
    assert runs("30 0 * * *", "2026-07-01T12:00", 1) == ["02/07 00:30 22:30"]


def test_the_run_is_told_the_settings_of_the_program(tmp_path: Path) -> None:
    """Without it, somebody would have to type where the deliveries are."""
    configuration = Configuration(output=tmp_path / "out", deliveries=tmp_path / "in", year=2025, stable_seconds=77)
    request = build_daily(configuration)(build_schedule_context(scheduled_execution_time=datetime.now(tz=UTC)))
    assert isinstance(request, RunRequest)
    told = request.run_config["resources"]["settings"]["config"]
    assert (told["output"], told["deliveries"], told["year"]) == (str(tmp_path / "out"), str(tmp_path / "in"), 2025)
    assert (told["wait_for"], told["stable_seconds"], told["attempts"]) == ("stable", 77, 3)
    assert request.tags == {"erhvervshus/started-by": "schedule", "erhvervshus/year": "2025"}


@pytest.mark.parametrize(
    ("deliveries", "serving", "status"),
    [
        (Path("in"), True, DefaultScheduleStatus.RUNNING),
        (None, True, DefaultScheduleStatus.STOPPED),
        (Path("in"), False, DefaultScheduleStatus.STOPPED),
    ],
)
def test_it_is_on_for_a_service_with_deliveries(
    deliveries: Path | None,
    serving: bool,  # noqa: FBT001
    status: DefaultScheduleStatus,
) -> None:
    """Without it, a developer's machine would run every night, or the service never."""
    daily = build_daily(Configuration(deliveries=deliveries), serving=serving)
    assert daily.default_status == status
    assert daily.execution_timezone == "Europe/Copenhagen"
