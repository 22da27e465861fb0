"""Alerts as Dagster sees them: a job, a sensor after every run of the warehouse, and an hourly try of what waits."""

from pathlib import Path

from dagster import (
    ConfigurableResource,
    DagsterRunStatus,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    OpExecutionContext,
    RunRequest,
    RunStatusSensorContext,
    RunStatusSensorDefinition,
    ScheduleEvaluationContext,
    SkipReason,
    job,
    op,
    run_status_sensor,
    schedule,
)
from pydantic import Field

from expectations.alerting import Round
from expectations.store import history_file
from expectations.wording import owner_name
from orchestration.configuration import load_configuration, variable
from orchestration.jobs import erhvervshus
from orchestration.nightlog.record import Alerts
from orchestration.nightlog.store import add_alerts
from orchestration.service.schedules import TIMEZONE
from orchestration.tags import PREFIX

ALERTS = "alerts"
TOLD_OF = f"{PREFIX}told-of"
"""On a round of alerts: the run that it tells of."""


def _recipients() -> str | None:
    """Name the YAML of recipients, when there is one."""
    path = load_configuration().recipients
    return str(path.absolute()) if path is not None else None


class AlertSettings(ConfigurableResource):  # type: ignore[type-arg]
    """Where alerts find what to tell, and whom. Unlike a run's settings they hold nothing while in use."""

    output: str = Field(
        default_factory=lambda: str(load_configuration().output.absolute()),
        description="The output folder of the runs that are told of.",
    )
    recipients: str | None = Field(
        default_factory=_recipients,
        description="The YAML with recipients and channels; without it nobody is told.",
    )


@op(
    name="send_alerts",
    description="Write the messages of the day and send what waits; a channel that fails is tried again.",
)
def send_alerts(context: OpExecutionContext, alert_settings: AlertSettings) -> None:
    """Run one round of alerts.

    Args:
        context: Dagster's; gets the counts.
        alert_settings: Where to look, and whom to tell.

    Raises:
        RecipientsError: The YAML of recipients cannot be used.
    """
    told_of = context.run.tags.get(TOLD_OF)
    if alert_settings.recipients is None:
        context.log.info("No recipients are set (%s): nobody is told", variable("recipients"))
        if told_of is not None:
            add_alerts(Path(alert_settings.output), told_of, Alerts(is_on=False))
        return
    from expectations.alert_recipients import load_recipients  # noqa: PLC0415
    from expectations.alerting import alert  # noqa: PLC0415

    output = Path(alert_settings.output)
    round_ = alert(output, load_recipients(Path(alert_settings.recipients)))
    for (owner, channel), reason in (round_.failures or {}).items():
        context.log.warning("Kept for another try: %s by %s. %s", owner, channel, reason)
    if told_of is not None:
        add_alerts(output, told_of, _on_the_page(round_))
    context.add_output_metadata(
        {
            "written": list(round_.written),
            "sent": round_.sent,
            "kept": len(round_.failures or {}),
            "unreachable": list(round_.unreachable),
        }
    )


@job(name=ALERTS, description="Tell the data owners what is new or worse, at most once a day.")
def alerts() -> None:
    """Tell the data owners."""
    send_alerts()


def _on_the_page(round_: Round) -> Alerts:
    """Say what was sent, as the page of the run shows it."""
    failures = ((owner_name(owner), channel, why) for (owner, channel), why in (round_.failures or {}).items())
    return Alerts(
        written=round_.written,
        sent=round_.sent,
        failures=tuple(f"{owner} fik den ikke ({channel}): {why} Den sendes igen." for owner, channel, why in failures),
        unreachable=round_.unreachable,
    )


def _after(name: str, status: DagsterRunStatus) -> RunStatusSensorDefinition:
    """Make a sensor that starts the alerts when a run of the warehouse ends in a status."""

    @run_status_sensor(
        name=name,
        run_status=status,
        monitored_jobs=[erhvervshus],
        request_job=alerts,
        default_status=DefaultSensorStatus.RUNNING,
        description="Alerts go out after every run of the warehouse, also when the form of the data stopped it.",
    )
    def sensor(context: RunStatusSensorContext) -> RunRequest:
        run_id = context.dagster_run.run_id
        return RunRequest(run_key=run_id, tags={TOLD_OF: run_id})

    return sensor


SENSORS = (
    _after("alerts_after_publication", DagsterRunStatus.SUCCESS),
    _after("alerts_after_failure", DagsterRunStatus.FAILURE),
)


@schedule(
    name="alerts_retry",
    job=alerts,
    cron_schedule="20 * * * *",
    execution_timezone=TIMEZONE,
    default_status=DefaultScheduleStatus.RUNNING,
    description="Tries again what a channel did not take; does nothing when the outbox is empty.",
)
def alerts_retry(context: ScheduleEvaluationContext, alert_settings: AlertSettings) -> RunRequest | SkipReason:
    """Ask for a round of alerts when something waits.

    Args:
        context: Dagster's.
        alert_settings: Where the outbox is.

    Returns:
        A request for a run, or why none is needed.
    """
    from expectations.alert_store import pending  # noqa: PLC0415
    from expectations.store import opened_history  # noqa: PLC0415

    history = history_file(Path(alert_settings.output))
    if not history.exists():
        return SkipReason("Nothing has run yet.")
    with opened_history(history) as con:
        waiting = len(pending(con))
    if not waiting:
        return SkipReason("The outbox is empty.")
    return RunRequest(run_key=context.scheduled_execution_time.isoformat())


SCHEDULES = (alerts_retry,)
