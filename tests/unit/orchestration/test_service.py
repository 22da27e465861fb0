"""The service: what is checked before it starts, Dagster's home, and that its programs end with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.run_coordinator import QueuedRunCoordinator
from dagster._core.test_utils import create_run_for_test
from pydantic import SecretStr
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.configuration import Configuration, page_address
from orchestration.errors import ServiceError
from orchestration.service.event_storage import KeptOpenEventLogStorage
from orchestration.service.instance import check_state, close_lost_runs, prepare_home
from orchestration.service.programs import Service, check_service, prepared, service_environment, tail, turn_over

PASSWORD = "hemmeligt-kodeord"  # noqa: S105
STATE = SecretStr(f"postgresql://dagster:{PASSWORD}@127.0.0.1:1/dagster")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test starts without settings of its surroundings, in an empty folder."""
    for name in [*os.environ]:
        if name.startswith("ERHVERVSHUS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def until(happened: Callable[[], bool]) -> None:
    """Wait for something, at most half a minute."""
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(number: int) -> bool:
    """Say whether a process is there; one that only waits to be asked how it ended is not."""
    command = Path(f"/proc/{number}/cmdline")
    return command.exists() and bool(command.read_bytes())


def test_dagster_reads_its_home_as_it_is_meant(tmp_path: Path) -> None:
    """Without it, two builds could run at once, a killed run would stay, and somebody would be told of our use."""
    home = prepare_home(Configuration(output=tmp_path, attempts=4))
    assert home == tmp_path / ".dagster"
    assert home.stat().st_mode & 0o077 == 0, "what runs were told is nobody else's business"
    with DagsterInstance.from_config(str(home)) as instance:
        assert isinstance(instance.run_coordinator, QueuedRunCoordinator)
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert queue.tag_concurrency_limits == [{"key": "erhvervshus/build", "limit": 1}]
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1
        assert (instance.run_retries_max_retries, instance.run_retries_retry_on_asset_or_op_failure) == (3, False)
        assert instance.run_monitoring_enabled
        assert not instance.telemetry_enabled
        assert isinstance(instance.event_log_storage, KeptOpenEventLogStorage)


def test_a_database_is_named_and_its_password_is_not_written(tmp_path: Path) -> None:
    """Without it, the password would lie in a file in the output folder."""
    home = prepare_home(Configuration(output=tmp_path, state_url=STATE))
    text = (home / "dagster.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["storage"] == {"postgres": {"postgres_url": {"env": "DAGSTER_STATE_URL"}}}
    assert PASSWORD not in text


def test_a_database_out_of_reach_is_said_without_its_address() -> None:
    """Without it, the service would start and fail at the first run, or print the password."""
    with pytest.raises(ServiceError, match="kan ikke nås") as caught:
        check_state(Configuration(state_url=STATE))
    assert PASSWORD not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_lost_run_is_marked_failed_and_a_queued_one_is_left(tmp_path: Path) -> None:
    """Without it, a run of before a power failure would hold the queue for ever."""
    home = prepare_home(Configuration(output=tmp_path))
    with DagsterInstance.from_config(str(home)) as instance:
        lost = create_run_for_test(instance, job_name="erhvervshus", status=DagsterRunStatus.STARTED).run_id
        waiting = create_run_for_test(instance, job_name="erhvervshus", status=DagsterRunStatus.NOT_STARTED).run_id
    assert close_lost_runs(home) == 1
    assert close_lost_runs(home) == 0
    with DagsterInstance.from_config(str(home)) as instance:
        status = {run.run_id: run.status for run in instance.get_runs()}
    assert status == {lost: DagsterRunStatus.FAILURE, waiting: DagsterRunStatus.NOT_STARTED}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"deliveries": Path("nowhere")}, "nowhere findes ikke. Ret indstillingen deliveries (ERHVERVSHUS_DELIVERIES)"),
        (
            {"web_host": "192.0.2.1"},
            "Dagsters side kan ikke vises på 192.0.2.1, port 3000: adressen er ikke denne maskines.",
        ),
    ],
)
def test_what_it_needs_is_looked_for_before_it_starts(tmp_path: Path, given: dict[str, object], said: str) -> None:
    """Without it, the service would run for a night and do nothing."""
    with pytest.raises(ServiceError) as caught:
        check_service(Configuration(output=tmp_path / "out", **given))  # type: ignore[arg-type]
    assert said in str(caught.value)


def test_a_taken_port_is_said_by_the_command(tmp_path: Path, taken_port: int) -> None:
    """Without it, the daemon would run without a page, and nobody would know why."""
    result = CliRunner().invoke(app, ["serve", "--output", str(tmp_path / "out"), "--port", str(taken_port)])
    assert result.exit_code == 1
    assert f"kan ikke vises på 127.0.0.1, port {taken_port}: et andet program bruger porten" in result.output
    assert "--port" in result.output
    assert "Traceback" not in result.output


def test_a_wrong_setting_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a slip of the pen would be found in the log of a program in the background."""
    monkeypatch.setenv("ERHVERVSHUS_SCHEDULE", "hver nat")
    result = CliRunner().invoke(app, ["serve", "--output", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "ERHVERVSHUS_SCHEDULE: schedule skal være fem felter" in result.output
    assert not (tmp_path / "out").exists()


def test_one_service_at_a_time(tmp_path: Path) -> None:
    """Without it, two daemons would start every run twice."""
    configuration = Configuration(output=tmp_path)
    with (
        prepared(configuration) as (home, run_folder),
        pytest.raises(ServiceError, match=rf"kører allerede med denne mappe \(proces {os.getpid()}\)"),
        prepared(configuration),
    ):
        pass
    assert home == tmp_path / ".dagster"
    assert not run_folder.exists()


def test_a_second_service_is_told_of_the_first_and_not_of_its_port(tmp_path: Path, taken_port: int) -> None:
    """Without it, whoever starts the service twice would be sent to look for another port."""
    configuration = Configuration(output=tmp_path, web_port=taken_port)
    with prepared(configuration), pytest.raises(ServiceError, match="kører allerede med denne mappe"):
        check_service(configuration)
    with pytest.raises(ServiceError, match="et andet program bruger porten"):
        check_service(configuration)


def test_the_programs_are_told_what_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, the page would show another folder than the one on the command line."""
    monkeypatch.chdir(tmp_path)
    environment = service_environment(
        Configuration(state_url=STATE), {"output": Path("out"), "web_port": 1, "year": None}
    )
    assert environment["ERHVERVSHUS_OUTPUT"] == str(tmp_path / "out")
    assert environment["ERHVERVSHUS_WEB_PORT"] == "1"
    assert "ERHVERVSHUS_YEAR" not in environment
    assert environment["DAGSTER_STATE_URL"] == f"postgresql+psycopg2://dagster:{PASSWORD}@127.0.0.1:1/dagster"
    assert environment["DAGSTER_DISABLE_TELEMETRY"] == "yes"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:3000"),
        ("0.0.0.0", "http://127.0.0.1:3000"),  # noqa: S104
        ("::", "http://[::1]:3000"),
        ("vaerk.example.dk", "http://vaerk.example.dk:3000"),
    ],
)
def test_the_address_can_be_opened(host: str, address: str) -> None:
    """Without it, the terminal would name an address that no browser opens."""
    assert page_address(Configuration(web_host=host)) == address


def test_a_long_log_begins_again_and_keeps_its_past_once(tmp_path: Path) -> None:
    """Without it, a service that runs for years would fill the disk."""
    log = tmp_path / "daemon.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 10)
        turn_over(log, limit=100)
        turn_over(log, limit=20)
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "daemon.log.1").read_bytes() == b"old\n" * 10
    log.write_text("\n".join(str(number) for number in range(40)), encoding="utf-8")
    assert tail(log).splitlines() == [str(number) for number in range(25, 40)]
    log.write_text("\x1b[34mWARNING\x1b[0m - væk\n", encoding="utf-8")
    assert tail(log) == "WARNING - væk"


def test_a_program_that_ends_by_itself_is_noticed_and_the_rest_ended(tmp_path: Path) -> None:
    """Without it, the page would be shown for weeks by a service that runs nothing."""
    service = Service(Configuration(output=tmp_path), dict(os.environ))
    home = prepare_home(service.configuration)
    service._launch(home, "daemon", ["timeit", "-n", "1", "-r", "1", "import time; time.sleep(60)"])
    service._launch(home, "webserver", ["no_such_module"])
    ended = service.wait()
    assert ended is not None
    assert (ended.program, ended.how) == ("Programmet med siden", "kode 1")
    assert "no_such_module" in tail(ended.log)
    service.end()
    assert all(program.process.poll() is not None for program in service._programs)
    service.stopping.set()
    assert service.wait() is None


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="the processes are looked for in /proc")
def test_a_program_ends_with_a_service_that_is_killed_and_takes_along_what_it_started(tmp_path: Path) -> None:
    """Without it, a killed service would leave its page on the port, and a run that is started a second time."""
    (tmp_path / "stubborn.py").write_text(
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "run = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('pids.part', 'w').write(f'{os.getpid()} {run.pid}')\n"
        "os.rename('pids.part', 'pids')\n"
        "time.sleep(60)\n",
        encoding="utf-8",
    )
    code = (
        "import os, subprocess, sys, time\n"
        "command = [sys.executable, '-m', 'orchestration.service.companion', str(os.getpid()), 'stubborn']\n"
        "subprocess.Popen(command, start_new_session=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path)
    until((tmp_path / "pids").exists)
    numbers = [int(number) for number in (tmp_path / "pids").read_text(encoding="utf-8").split()]
    assert all(is_running(number) for number in numbers)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until(lambda: not any(is_running(number) for number in numbers))


def test_events_are_kept_whoever_reads_them(tmp_path: Path) -> None:
    """Without it, the page would not see what the run writes, or a forgotten run would stay on disk."""
    home = prepare_home(Configuration(output=tmp_path))
    with DagsterInstance.from_config(str(home)) as writer, DagsterInstance.from_config(str(home)) as reader:
        runs = [create_run_for_test(writer, job_name="erhvervshus").run_id for _ in range(20)]
        for run_id in runs:
            run = writer.get_run_by_id(run_id)
            assert run is not None
            writer.report_engine_event("begun", run)
            assert [entry.message for entry in reader.all_logs(run_id)] == ["begun"]
        storage = writer.event_log_storage
        assert isinstance(storage, KeptOpenEventLogStorage)
        assert len(storage._engines) <= 16
        writer.delete_run(runs[-1])
        storage.forget_file(runs[-1])
        assert not list((home / "history" / "runs").glob(f"{runs[-1]}*"))
        assert not writer.all_logs(runs[-1])
