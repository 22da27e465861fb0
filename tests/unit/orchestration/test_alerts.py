"""Alerts as Dagster runs them: the job, the sensors after a run, and the hourly try of what waits."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from dagster import DagsterInstance, RunRequest, SkipReason, build_schedule_context

from expectations.alert_store import queue
from expectations.alert_text import Message
from expectations.alerting import Round
from expectations.store import history_file, opened_history
from orchestration.jobs import JOB
from orchestration.service.alerts import ALERTS, SENSORS, AlertSettings, alerts, alerts_retry

NOW = datetime(2026, 11, 2, 5, tzinfo=UTC)


def retry(output: Path) -> RunRequest | SkipReason:
    """Evaluate the hourly schedule."""
    context = build_schedule_context(
        scheduled_execution_time=NOW, resources={"alert_settings": AlertSettings(output=str(output))}
    )
    answer = alerts_retry(context)
    assert isinstance(answer, RunRequest | SkipReason)
    return answer


def test_the_job_does_nothing_without_recipients(tmp_path: Path) -> None:
    """Without it, every installation without alerts would have a failing job."""
    with DagsterInstance.ephemeral() as instance:
        settings = AlertSettings(output=str(tmp_path), recipients=None)
        assert alerts.execute_in_process(instance=instance, resources={"alert_settings": settings}).success
    assert not history_file(tmp_path).exists()


def test_a_channel_that_fails_does_not_fail_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a mail server that is down would look like a failed run."""
    came_to = Round(("fyn",), 1, {("fyn", "mail"): "nede"}, ("erst",))
    monkeypatch.setattr("expectations.alerting.alert", lambda *_: came_to)
    (tmp_path / "r.yml").write_text("owners: {}", encoding="utf-8")
    settings = AlertSettings(output=str(tmp_path), recipients=str(tmp_path / "r.yml"))
    with DagsterInstance.ephemeral() as instance:
        result = alerts.execute_in_process(instance=instance, resources={"alert_settings": settings})
    assert result.success


def test_what_waits_is_tried_every_hour(tmp_path: Path) -> None:
    """Without it, a message that failed in the morning would wait for the next day."""
    assert isinstance(retry(tmp_path), SkipReason)
    message = Message("fyn", NOW.date(), "Emne", "Tekst", "fund.csv", "a;b")
    with opened_history(history_file(tmp_path)):
        pass
    assert isinstance(retry(tmp_path), SkipReason)
    with opened_history(history_file(tmp_path)) as con:
        queue(con, message, ["mail"], NOW)
    assert isinstance(retry(tmp_path), RunRequest)


def test_alerts_follow_every_run_good_or_bad() -> None:
    """Without it, a run stopped by the form of the data would stop in silence."""
    assert {sensor.name for sensor in SENSORS} == {"alerts_after_publication", "alerts_after_failure"}
    assert all(sensor.job_name == ALERTS for sensor in SENSORS)
    assert JOB != ALERTS


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, the daemon would not know where the results are."""
    monkeypatch.setenv("ERHVERVSHUS_OUTPUT", "/data/output")
    monkeypatch.setenv("ERHVERVSHUS_RECIPIENTS", "/data/recipients.yml")
    settings = AlertSettings()
    assert (settings.output, settings.recipients) == ("/data/output", "/data/recipients.yml")
