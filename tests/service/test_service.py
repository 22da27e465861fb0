"""The service for real: deliveries start runs, what is killed is started again, and the service ends in order."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from orchestration.configuration import WAREHOUSE_VARIABLE
from orchestration.nightlog.store import nights
from sources.synthetic import SyntheticSettings, write_deliveries
from tests.service.running import Run, Running, until

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="the processes are looked for in /proc"),
]


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small synthetic Denmark as deliveries."""
    folder = tmp_path_factory.mktemp("synthetic")
    write_deliveries(folder, SyntheticSettings(scale=0.01, today=date(2026, 10, 31)))
    return folder / "deliveries"


@pytest.fixture
def inbox(deliveries: Path, tmp_path: Path) -> Path:
    """A folder of deliveries of the test's own."""
    return shutil.copytree(deliveries, tmp_path / "in")


def ended(service: Running, number: int, job: str = "erhvervshus") -> Run:
    """Wait until a run of a job has ended."""

    def look() -> Run | None:
        runs = service.runs(job)
        return runs[number] if len(runs) > number and runs[number].status in {"SUCCESS", "FAILURE"} else None

    return until(f"run {number} of {job} ends", look)


@pytest.fixture
def services() -> Iterator[list[Running]]:
    """Services that are killed when a test fails in the middle."""
    started: list[Running] = []
    yield started
    for service in started:
        for number in service.processes() if service.process.poll() is None else ():
            os.kill(number, signal.SIGKILL)


def test_a_killed_run_is_started_again_and_a_backfill_leaves_the_publication_alone(
    inbox: Path, tmp_path: Path, services: list[Running]
) -> None:
    """Without it, one process that is killed at night would cost the figures of the day."""
    service = Running(tmp_path, inbox, stable_seconds=5, year=2025, backoff_seconds=2)
    services.append(service)
    assert "kl. 05.00 (dansk tid)" in service.said()

    first = until("the sensor starts a run", lambda: next((run for run in service.runs() if run.started), None))
    assert first.tags["erhvervshus/started-by"] == "sensor"
    worker = until("its process is there", service.worker)
    os.kill(worker, signal.SIGKILL)
    assert ended(service, 0).status == "FAILURE"
    again = ended(service, 1)
    assert (again.status, again.parent) == ("SUCCESS", first.run_id)
    assert again.tags["erhvervshus/year"] == "2025"
    assert again.tags["erhvervshus/deliveries"].startswith("23 files ")

    pages = until("both pages are written", lambda: found if len(found := nights(service.output)) == 2 else None)
    assert [night.verdict for night in pages] == ["published", "failed"]
    assert pages[1].will_retry
    assert pages[1].failure is not None
    assert "dræbt" in pages[1].failure.message
    assert pages[0].parent_run_id == first.run_id
    assert until("alerts are on the page", lambda: nights(service.output)[0].alerts).is_on is False
    assert len(service.runs()) == 2, "what was taken in is no news"

    published = (service.output / "current.duckdb").resolve()
    service.backfill("2023", "2024")
    years = [ended(service, number, "earlier_statements") for number in (0, 1)]
    assert [each.status for each in years] == ["SUCCESS", "SUCCESS"]
    assert {each.tags["erhvervshus/year"] for each in years} == {"2023", "2024"}
    one, two = sorted(years, key=lambda each: each.started or 0)
    assert (one.ended or 0) <= (two.started or 0), "one build at a time"
    editions = service.output / "opgoerelse"
    assert all((editions / year / "national.pdf").exists() for year in ("2023", "2024", "2025"))
    assert (service.output / "current.duckdb").resolve() == published
    assert not list((service.output / ".build" / "years").iterdir())

    assert service.stop() == 0
    assert service.said().endswith("Stopper …\nStoppet.\n")
    assert not service.processes()


def test_a_service_that_stops_in_the_middle_goes_on_with_its_state_in_postgres(
    inbox: Path, tmp_path: Path, postgres: str, services: list[Running]
) -> None:
    """Without it, a restart of the server at night would leave a run that never ends, and a queue that waits for it."""
    settings = {"stable_seconds": 5, "year": 2025, "state_url": postgres, "reports": False}
    service = Running(tmp_path, inbox, **settings)
    services.append(service)
    until("the sensor starts a run", lambda: next((run for run in service.runs() if run.status == "STARTED"), None))
    everything = service.processes()
    # Held first: as with a power failure, no program sees another one's end.
    for number in everything:
        os.kill(number, signal.SIGSTOP)
    for number in everything:
        os.kill(number, signal.SIGKILL)
    service.process.wait(30)
    until("nothing is left", lambda: None if service.processes() else True)

    service = Running(tmp_path, inbox, **settings)
    services.append(service)
    assert "startes igen" in service.said()
    assert ended(service, 0).status == "FAILURE"
    again = ended(service, 1)
    assert (again.status, again.parent) == ("SUCCESS", service.runs()[0].run_id)
    assert (service.output / "manifest.json").exists()
    assert service.stop(signal.SIGINT) == 0
    assert not service.processes()
    home = service.output / ".dagster"
    assert not list(home.rglob("*.db")), "what Dagster remembers is in the database"
    written = [path for path in service.output.rglob("*") if path.is_file() and postgres.encode() in path.read_bytes()]
    assert not written, "the address of the database is in a file"
    assert WAREHOUSE_VARIABLE not in os.environ


def test_when_one_program_ends_the_service_ends_and_says_so(
    inbox: Path, tmp_path: Path, services: list[Running]
) -> None:
    """Without it, the page would show a service that never runs anything again."""
    service = Running(tmp_path, inbox, stable_seconds=3600)
    services.append(service)
    daemon = next(number for number, command in service.processes().items() if "dagster._daemon" in command)
    os.kill(daemon, signal.SIGKILL)
    assert service.process.wait(120) == 1
    assert "Programmet med tidsplanen sluttede af sig selv (dræbt med signal 9), så resten stoppes." in service.said()
    assert not service.processes()
