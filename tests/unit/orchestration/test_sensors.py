"""The sensor over time: what starts a run, what does not, and that one start is enough."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRunStatus, RunRequest, SensorResult, build_sensor_context
from dagster._core.test_utils import create_run_for_test

from orchestration.configuration import Configuration
from orchestration.jobs import JOB
from orchestration.service.sensors import build_new_deliveries
from orchestration.taken import Taken, read_taken, write_taken
from sources.arrivals import trace

NOW = 1_800_000_000.0


class Folder:
    """A folder of deliveries, the sensor that watches it, and a clock that stands still until it is moved."""

    def __init__(self, root: Path, instance: DagsterInstance, **settings: object) -> None:
        """Make the folders and the sensor."""
        self.deliveries, self.output, self.instance = root / "in", root / "out", instance
        (self.deliveries / "crm").mkdir(parents=True)
        (self.output / ".build").mkdir(parents=True)
        self.now = NOW
        given = {"deliveries": self.deliveries, "output": self.output, **settings}
        self._sensor = build_new_deliveries(Configuration(**given), clock=lambda: self.now)  # type: ignore[arg-type]
        self.cursor: str | None = None

    def write(self, day: str, text: str = "forloeb_id\n") -> Path:
        """Write a delivery now."""
        path = self.deliveries / "crm" / f"crm_forloeb__{day}.csv"
        path.write_text(text, encoding="utf-8")
        os.utime(path, (self.now, self.now))
        return path

    def tick(self, seconds: float = 30) -> SensorResult:
        """Let the daemon look again after some seconds."""
        self.now += seconds
        with build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            result = self._sensor(context)
        assert isinstance(result, SensorResult)
        self.cursor = result.cursor
        return result

    def land(self, run_id: str) -> None:
        """Do what a landing does for the sensor: write down what it looked at."""
        seen = {f"crm/{path.name}": trace(path) for path in (self.deliveries / "crm").glob("*.csv")}
        write_taken(self.output, Taken(run_id, {name: each for name, each in seen.items() if each is not None}))


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """A memory of Dagster's that is forgotten."""
    with DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def folder(tmp_path: Path, instance: DagsterInstance) -> Folder:
    """A watched folder whose files are whole when they are unchanged for a minute."""
    return Folder(tmp_path, instance, stable_seconds=60)


def request(result: SensorResult) -> RunRequest:
    """Return the one run that is asked for."""
    assert result.run_requests is not None, result.skip_reason
    assert len(result.run_requests) == 1
    return result.run_requests[0]


def reason(result: SensorResult) -> str:
    """Say why none is asked for."""
    assert not result.run_requests
    assert result.skip_reason is not None
    return str(result.skip_reason.skip_message)


def test_a_night_of_deliveries(folder: Folder) -> None:
    """Without it, files would be taken half, or taken twice, or never."""
    assert reason(folder.tick()) == "Ingen nye leverancer."
    folder.write("2026-11-01")
    assert "1 ny fil er ikke hel endnu: crm/crm_forloeb__2026-11-01.csv" in reason(folder.tick(0))
    folder.write("2026-11-02")
    assert "2 nye filer er ikke hele endnu" in reason(folder.tick())
    # The first is whole, the second is not yet: they came together and go together.
    assert "venter på dem, der er på vej: crm/crm_forloeb__2026-11-02.csv" in reason(folder.tick())
    asked = request(folder.tick())
    assert asked.tags["erhvervshus/started-by"] == "sensor"
    assert asked.tags["erhvervshus/crm_forloeb"] == "2 until 2026-11-02"
    assert asked.tags["erhvervshus/deliveries"].startswith("2 files ")
    assert asked.run_config["resources"]["settings"]["config"]["wait_for"] == "stable"
    # Asked again before the run has landed, the key is the same: Dagster starts it once.
    assert request(folder.tick()).run_key == asked.run_key
    folder.land("one")
    assert reason(folder.tick()) == "Ingen nye leverancer."


def test_a_run_that_waits_or_runs_is_enough(folder: Folder, instance: DagsterInstance) -> None:
    """Without it, every tick of a long run would put another one into the queue."""
    folder.write("2026-11-01")
    folder.tick(0)
    run = create_run_for_test(instance, job_name=JOB, status=DagsterRunStatus.STARTED)
    assert "venter på en kørsel, der er i gang eller i kø" in reason(folder.tick(120))
    instance.report_run_canceling(run)
    instance.report_run_canceled(run)
    request(folder.tick())


def test_a_broken_file_starts_one_run(folder: Folder) -> None:
    """Without it, a file that is set aside would start a run every half minute until someone mends it."""
    folder.write("2026-11-01", "not a delivery")
    folder.tick(0)
    asked = request(folder.tick(60))
    folder.land("one")
    assert reason(folder.tick()) == "Ingen nye leverancer."
    assert reason(folder.tick(86_400)) == "Ingen nye leverancer."
    folder.write("2026-11-01", "forloeb_id\n")
    folder.tick()
    assert request(folder.tick(60)).run_key != asked.run_key


def test_a_file_that_is_put_back_after_a_landing_without_it_starts_a_run(folder: Folder) -> None:
    """Without it, the key of the first time would keep the file out for ever."""
    path = folder.write("2026-11-01")
    folder.tick(0)
    asked = request(folder.tick(60))
    content, seen = path.read_bytes(), path.stat()
    path.unlink()
    folder.land("without")
    path.write_bytes(content)
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    folder.tick()
    assert request(folder.tick(60)).run_key != asked.run_key


def test_markers_say_what_is_whole(tmp_path: Path, instance: DagsterInstance) -> None:
    """Without it, the setting `done` would be the setting `stable`."""
    folder = Folder(tmp_path, instance, delivery_complete="done")
    path = folder.write("2026-11-01")
    folder.tick(0)
    assert "crm/crm_forloeb__2026-11-01.csv (dens .done-fil findes ikke endnu)" in reason(folder.tick(86_400))
    marker = path.with_name(f"{path.name}.done")
    marker.touch()
    os.utime(marker, (folder.now, folder.now))
    assert "kan komme flere" in reason(folder.tick())
    assert request(folder.tick()).run_config["resources"]["settings"]["config"]["wait_for"] == "done"


def test_it_goes_on_after_a_restart_and_after_a_spoilt_cursor(folder: Folder) -> None:
    """Without it, a file would wait anew after each restart, or a bad cursor would stop the sensor for good."""
    folder.write("2026-11-01")
    folder.tick(0)
    assert json.loads(folder.cursor or "")
    request(folder.tick(60))
    folder.cursor = "{not json"
    assert "ikke hel endnu" in reason(folder.tick())
    request(folder.tick(60))


def test_a_folder_that_is_not_there_is_said(folder: Folder, tmp_path: Path, instance: DagsterInstance) -> None:
    """Without it, a drive that is not mounted would look like a night without deliveries."""
    folder.write("2026-11-01")
    folder.tick(0)
    before = folder.cursor
    folder.deliveries.rename(tmp_path / "away")
    assert "mappen med leverancer findes ikke. Ret indstillingen deliveries" in reason(folder.tick())
    assert folder.cursor == before, "what waited is remembered until the drive is back"
    folder.deliveries.write_text("a file", encoding="utf-8")
    assert "er ikke en mappe" in reason(folder.tick())
    with build_sensor_context(instance=instance) as context:
        result = build_new_deliveries(Configuration())(context)
    assert isinstance(result, SensorResult)
    assert "Ingen mappe med leverancer er angivet" in reason(result)


def test_a_folder_without_access_is_said(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, lost rights would look like a night without deliveries."""
    monkeypatch.setattr("orchestration.service.sensors.os.access", lambda *_: False)
    assert "har ikke læseadgang" in reason(folder.tick())


def test_what_was_taken_survives_and_a_spoilt_file_counts_as_nothing(tmp_path: Path) -> None:
    """Without it, a half written record would stop the sensor instead of costing one run."""
    (tmp_path / ".build").mkdir()
    assert read_taken(tmp_path) == Taken()
    taken = Taken("run", {"crm/æ.csv": trace(Path(__file__)) or pytest.fail("no trace")})
    write_taken(tmp_path, taken)
    assert read_taken(tmp_path) == taken
    (tmp_path / ".build" / "taken.json").write_text('{"files": 3}', encoding="utf-8")
    assert read_taken(tmp_path) == Taken()
