"""What a run's events become: who failed, of what, in words a person can act on, and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    Definitions,
    MaterializeResult,
    MetadataValue,
    asset,
    build_run_status_sensor_context,
    define_asset_job,
    in_process_executor,
)
from dagster._core.test_utils import create_run_for_test

from exports.publish import PublicationError
from orchestration.configuration import Configuration
from orchestration.errors import WarehouseBuildError
from orchestration.nightlog.facts import PASSED_OVER, TABLES
from orchestration.nightlog.reading import read_night
from orchestration.nightlog.record import Night
from orchestration.nightlog.store import nights
from orchestration.nightlog.writing import write_night
from orchestration.service.night_sensors import build_night_sensors, forget_runs, output_of

STAGES = {"work": "warehouse", "more": "statement"}
SECRET = 'kode"ord-på-32-tegn-eller-flere-ja'  # noqa: S105


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """A memory of Dagster's that is forgotten."""
    with DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def nothing() -> None:
    """Do nothing."""


def raising(error: Exception) -> Callable[[], None]:
    """Make work that fails."""

    def work() -> None:
        raise error

    return work


def execute(
    instance: DagsterInstance, first: Callable[[], None] = nothing, second: Callable[[], None] = nothing
) -> str:
    """Run a job of two steps, the first of which publishes a table, and return the run's id."""

    @asset
    def work() -> MaterializeResult[None]:
        first()
        return MaterializeResult(metadata={TABLES: MetadataValue.json([{"table": "t", "before": 1, "now": 2}])})

    @asset(deps=[work])
    def more() -> None:
        second()

    jobs = [define_asset_job("erhvervshus", executor_def=in_process_executor)]
    job = Definitions(assets=[work, more], jobs=jobs).resolve_job_def("erhvervshus")
    tags = {"erhvervshus/started-by": "schedule", "erhvervshus/year": "2025"}
    return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False).run_id


def read(instance: DagsterInstance, run_id: str) -> Night:
    """Read a run."""
    return read_night(instance, run_id, STAGES)


def test_a_good_run(instance: DagsterInstance) -> None:
    """Without it, the page would not know what was published."""
    night = read(instance, execute(instance))
    assert (night.verdict, night.failure, night.origin, night.report_year) == ("published", None, "schedule", 2025)
    assert [stage.name for stage in night.stages] == ["warehouse", "statement"]
    assert [(each.table, each.before, each.now) for each in night.tables] == [("t", 1, 2)]


@pytest.mark.parametrize(
    ("error", "message", "is_foreseen"),
    [
        (PublicationError("ud: kunne ikke offentliggøres: fuld."), "ud: kunne ikke offentliggøres: fuld.", True),
        (WarehouseBuildError("dbt skriver:\nFailure: x"), "dbt skriver:\nFailure: x", True),
        (
            PermissionError(13, "Permission denied", "/ud"),
            "Programmet har ikke adgang til /ud. Giv den bruger, som programmet kører som, adgang til at læse og "
            "skrive mappen, eller vælg en anden mappe, og kør igen.",
            True,
        ),
        (
            NotADirectoryError(20, "Not a directory", "/ud"),
            "Systemet siger nej: [Errno 20] Not a directory: '/ud'",
            True,
        ),
        (KeyError("x"), "Uventet fejl (KeyError): 'x'", False),
    ],
)
def test_a_failure_is_told_in_the_words_of_its_error(
    instance: DagsterInstance,
    error: Exception,
    message: str,
    is_foreseen: bool,  # noqa: FBT001
) -> None:
    """Without it, the page would show Dagster's words for a failure, or take a bug for something a person can mend."""
    failure = read(instance, execute(instance, raising(error))).failure
    assert failure is not None
    assert (failure.stage, failure.message, failure.is_foreseen) == ("warehouse", message, is_foreseen)


def test_a_step_that_was_not_asked_for_is_no_stage(instance: DagsterInstance) -> None:
    """Without it, a page would tell how long it took to do nothing in PostgreSQL."""

    @asset
    def work() -> None:
        """Do something."""

    @asset(deps=[work])
    def more() -> MaterializeResult[None]:
        return MaterializeResult(metadata={PASSED_OVER: True})

    jobs = [define_asset_job("erhvervshus", executor_def=in_process_executor)]
    job = Definitions(assets=[work, more], jobs=jobs).resolve_job_def("erhvervshus")
    night = read(instance, job.execute_in_process(instance=instance).run_id)
    assert [stage.name for stage in night.stages] == ["warehouse"]


def test_an_error_under_another_is_found(instance: DagsterInstance) -> None:
    """Without it, an error that something else wrapped would count as unforeseen."""
    outer = RuntimeError("wrapped")
    outer.__cause__ = PublicationError("mappen er fuld")
    failure = read(instance, execute(instance, raising(outer))).failure
    assert failure is not None
    assert (failure.message, failure.is_foreseen) == ("mappen er fuld", True)


def test_a_failure_after_the_publication_does_not_take_it_back(instance: DagsterInstance) -> None:
    """Without it, a failed report would read as if yesterday's figures stood."""
    night = read(instance, execute(instance, second=raising(ValueError("layout"))))
    assert night.verdict == "published_in_part"
    assert night.failure is not None
    assert night.failure.stage == "statement"


@pytest.mark.parametrize(
    ("end", "verdict", "said"),
    [
        (DagsterRunStatus.FAILURE, "failed", "proces blev dræbt eller forsvandt"),
        (DagsterRunStatus.CANCELED, "stopped", "stoppet af en person"),
    ],
)
def test_a_run_that_no_step_ended(instance: DagsterInstance, end: DagsterRunStatus, verdict: str, said: str) -> None:
    """Without it, a killed run would have no page, just when somebody asks what happened."""
    run = create_run_for_test(instance, job_name="erhvervshus", status=DagsterRunStatus.STARTED)
    if end == DagsterRunStatus.FAILURE:
        instance.report_run_failed(run)
    else:
        instance.report_run_canceling(run)
        instance.report_run_canceled(run)
    night = read(instance, run.run_id)
    assert night.verdict == verdict
    assert night.failure is not None
    assert said in night.failure.message


def test_a_secret_is_never_on_the_page(instance: DagsterInstance, tmp_path: Path) -> None:
    """Without it, a driver that repeats the address of a database would publish its password."""
    run_id = execute(instance, raising(PublicationError(f"{SECRET} er forkert")))
    page = write_night(instance, run_id, tmp_path, STAGES, secrets=[SECRET])
    assert page is not None
    written = [path.read_text(encoding="utf-8") for path in (tmp_path / "natlog").rglob("*") if path.is_file()]
    assert len(written) == 4
    assert not any("ord-på-32-tegn" in text for text in written)
    assert "(hemmelig, angivet) er forkert" in page.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_fails_nothing(
    instance: DagsterInstance, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without it, a full disk would turn a published run into a failed one."""
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    assert write_night(instance, execute(instance), tmp_path / "out", STAGES) is None
    assert "could not be written" in caplog.text


def test_the_sensor_writes_the_page_where_the_run_wrote(instance: DagsterInstance, tmp_path: Path) -> None:
    """Without it, runs of Dagster would have no page, or have it in another folder."""
    configuration = Configuration(output=tmp_path / "own", web_port=4567)
    sensors = build_night_sensors(configuration, STAGES)
    run = instance.get_run_by_id(execute(instance))
    assert run is not None
    event = instance.all_logs(run.run_id)[-1].get_dagster_event()
    with build_run_status_sensor_context(
        sensor_name="night_log_after_publication", dagster_event=event, dagster_instance=instance, dagster_run=run
    ) as context:
        sensors[0](context)
    (night,) = nights(tmp_path / "own")
    assert night.link == f"http://127.0.0.1:4567/runs/{run.run_id}"
    told = {"resources": {"settings": {"config": {"output": str(tmp_path / "told")}}}}
    assert output_of(told, tmp_path) == tmp_path / "told"
    assert output_of({}, tmp_path) == tmp_path


def test_old_runs_are_forgotten_and_those_under_way_never(instance: DagsterInstance) -> None:
    """Without it, Dagster's memory would fill the disk; or a run would vanish while it runs."""
    old = execute(instance)
    running = create_run_for_test(instance, job_name="erhvervshus", status=DagsterRunStatus.STARTED).run_id
    now = datetime.now(tz=UTC)
    assert forget_runs(instance, now) == 0
    assert forget_runs(instance, now + timedelta(days=40)) == 1
    assert [run.run_id for run in instance.get_runs()] == [running]
    assert not instance.all_logs(old)
