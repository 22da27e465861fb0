"""The service: Dagster's code server, daemon and page as three programs that start, run and end together."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

import yaml

from orchestration.configuration import Configuration, page_address, variable
from orchestration.errors import ServiceError
from orchestration.manifest import prepare_manifest, quiet_environment
from orchestration.run import check_output
from orchestration.service.instance import check_state, close_lost_runs, home_folder, prepare_home, state_environment

_log = logging.getLogger(__name__)

MODULE: Final = "orchestration.production"
LOCATION: Final = "erhvervshus"
"""Schedules and sensors are remembered under this name, from one start of the service to the next."""
_CODE: Final = "code-server"
_DAEMON: Final = "daemon"
_PAGE: Final = "webserver"
_NAMES_DA: Final = {
    _CODE: "Programmet med kørslerne",
    _DAEMON: "Programmet med tidsplanen",
    _PAGE: "Programmet med siden",
}
_LOCK: Final = "service.lock"
_LOGS: Final = "log"
_LOG_BYTES: Final = 5_000_000
_START_SECONDS: Final = 300.0
_STOP_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.5
_SHOWN_LINES: Final = 15
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_REFUSALS: Final = {
    errno.EADDRINUSE: "et andet program bruger porten",
    errno.EADDRNOTAVAIL: "adressen er ikke denne maskines",
    errno.EACCES: "porten er forbeholdt administratoren",
}


@dataclass(frozen=True)
class Ended:
    """One of the programs ended by itself: its name in Danish, its exit code, and its log."""

    program: str
    code: int
    log: Path

    @property
    def how(self) -> str:
        """How it ended, in Danish."""
        return f"kode {self.code}" if self.code >= 0 else f"dræbt med signal {-self.code}"


@dataclass
class _Program:
    """One of the programs while it runs, in a process group of its own."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


@dataclass
class Service:
    """The programs of the service.

    Attributes:
        configuration: The settings.
        environment: The environment the programs get.
        stopping: Set when the service is to end.
    """

    configuration: Configuration
    environment: Mapping[str, str]
    stopping: threading.Event = field(default_factory=threading.Event)
    _programs: list[_Program] = field(default_factory=list)

    @property
    def page(self) -> str:
        """The address of Dagster's page."""
        return page_address(self.configuration)

    def start(self, home: Path, run_folder: Path) -> bool:
        """Start the programs, each when what it needs answers.

        Args:
            home: Dagster's home.
            run_folder: A private folder for the socket of the code server.

        Returns:
            True when everything answers, False when the service was asked to stop before.

        Raises:
            ServiceError: A program ended, or did not answer in time.
        """
        code_socket, workspace = run_folder / "code.sock", run_folder / "workspace.yaml"
        server = {"socket": str(code_socket), "location_name": LOCATION}
        workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}), encoding="utf-8")
        settings = self.configuration
        # One code server for the two others: each of its own would load everything again, the daemon every minute.
        self._launch(home, _CODE, ["dagster", "api", "grpc", "-m", MODULE, "-s", str(code_socket)])
        if not self._wait(lambda: _answers_grpc(code_socket)):
            return False
        self._launch(home, _DAEMON, ["dagster._daemon", "run", "-w", str(workspace), "--log-level", "warning"])
        where = ["--host", settings.web_host, "--port", str(settings.web_port)]
        self._launch(home, _PAGE, ["dagster_webserver", "-w", str(workspace), *where, "--dagster-log-level", "warning"])
        return self._wait(lambda: _answers_http(f"{self.page}/server_info"))

    def wait(self) -> Ended | None:
        """Wait until the service is asked to stop, or one of its programs ends.

        Returns:
            The program that ended by itself, or None.
        """
        while not self.stopping.wait(_PAUSE_SECONDS):
            ended = self._ended()
            if ended is not None:
                return ended
            for program in self._programs:
                turn_over(program.log)
        return None

    def end(self) -> None:
        """Stop every program and what it started; the code server last, and with it a run that is under way."""
        for program in reversed(self._programs):
            _signal(program, signal.SIGTERM)
            try:
                program.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _log.warning("%s did not end in %d seconds and is killed", program.name, _STOP_SECONDS)
            # The group may outlive its first process: dbt, or the process of a run.
            _signal(program, signal.SIGKILL)
            program.process.wait()

    def _launch(self, home: Path, name: str, command: Sequence[str]) -> None:
        """Start one program with its log."""
        log = home / _LOGS / f"{name}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as out:
            process = subprocess.Popen(  # noqa: S603 - our own programs, with our own arguments
                [sys.executable, "-m", "orchestration.service.companion", str(os.getpid()), *command],
                env={**self.environment, "DAGSTER_HOME": str(home)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                # A Ctrl-C at the terminal is for the service, which stops its programs in order.
                start_new_session=True,
            )
        self._programs.append(_Program(name, process, log))

    def _wait(self, answers: Callable[[], bool]) -> bool:
        """Wait until the newest program answers; False when the service is to end."""
        deadline = time.monotonic() + _START_SECONDS
        while not self.stopping.is_set():
            if answers():
                return True
            ended = self._ended()
            if ended is not None:
                msg = f"{ended.program} kunne ikke startes ({ended.how}). Loggen {ended.log} slutter:\n"
                raise ServiceError(msg + tail(ended.log))
            if time.monotonic() > deadline:
                program = self._programs[-1]
                msg = f"{_NAMES_DA[program.name]} svarede ikke i {_START_SECONDS:.0f} sek. Se loggen {program.log}."
                raise ServiceError(msg)
            self.stopping.wait(_PAUSE_SECONDS)
        return False

    def _ended(self) -> Ended | None:
        """Find a program that ended by itself."""
        for program in self._programs:
            code = program.process.poll()
            if code is not None:
                return Ended(_NAMES_DA[program.name], code, program.log)
        return None


def check_service(configuration: Configuration) -> None:
    """Make sure that the service can do its work, before anything is started.

    Args:
        configuration: The settings.

    Raises:
        ServiceError: The folder of deliveries is not there, another service holds the output folder, the port is taken,
            or the database is out of reach.
        RecipientsError: The YAML of recipients cannot be used.
        ProjectError: The dbt project cannot be parsed.
        OSError: The output folder cannot be written.
    """
    check_output(configuration.output)
    folder = configuration.deliveries
    if folder is not None and not folder.is_dir():
        kind = "er ikke en mappe" if folder.exists() else "findes ikke"
        msg = (
            f"{folder.absolute()} {kind}. Ret indstillingen deliveries ({variable('deliveries')}), eller opret mappen."
        )
        raise ServiceError(msg)
    if configuration.recipients is not None:
        from expectations.alert_recipients import load_recipients  # noqa: PLC0415

        load_recipients(configuration.recipients)
    _check_alone(configuration)
    _check_port(configuration)
    check_state(configuration)
    prepare_manifest()


def service_environment(configuration: Configuration, typed: Mapping[str, object]) -> dict[str, str]:
    """Put together the environment of the programs: they read the settings again, and must come to the same.

    Args:
        configuration: The settings.
        typed: What was typed on the command line; None counts as not typed.

    Returns:
        The environment, with nothing that reports home.
    """
    environment = {**quiet_environment(), "DAGSTER_DISABLE_TELEMETRY": "yes", "PYTHONUNBUFFERED": "1"}
    for name, value in typed.items():
        if value is not None:
            environment[variable(name)] = str(value.absolute() if isinstance(value, Path) else value)
    return {**environment, **state_environment(configuration)}


@contextmanager
def prepared(configuration: Configuration) -> Iterator[tuple[Path, Path]]:
    """Make Dagster's home and hold it: one service per output folder.

    Args:
        configuration: The settings.

    Yields:
        The home, and a private folder for sockets that is removed in the end.

    Raises:
        ServiceError: Another service holds the home.
    """
    home = home_folder(configuration)
    home.mkdir(parents=True, exist_ok=True)
    with (home / _LOCK).open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _already_running(home, handle) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        prepare_home(configuration)
        # A socket's path may have about a hundred characters: the output folder's may be longer.
        with tempfile.TemporaryDirectory(prefix="erhvervshus-") as run_folder:
            yield home, Path(run_folder)


def recover(configuration: Configuration, home: Path) -> int:
    """Find the runs that the service before left behind.

    Args:
        configuration: The settings.
        home: Dagster's home, held by the caller.

    Returns:
        How many there were; Dagster starts them again.
    """
    # Dagster reads the address of its database from the environment alone.
    os.environ.update(state_environment(configuration))
    return close_lost_runs(home)


def turn_over(log: Path, limit: int = _LOG_BYTES) -> None:
    """Start a log again when it has grown too long; what it held is kept once, as `<log>.1`.

    The program that writes it has it open at its end, and goes on at the new end.

    Args:
        log: The file.
        limit: How many bytes it may have.
    """
    if log.stat().st_size > limit:
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        os.truncate(log, 0)


def tail(log: Path) -> str:
    """Read the last lines of a log.

    Args:
        log: The file.

    Returns:
        At most fifteen lines, without the colours that Dagster writes.
    """
    lines = _COLOUR.sub("", log.read_text(encoding="utf-8", errors="replace")).splitlines()
    return "\n".join(lines[-_SHOWN_LINES:])


def _check_alone(configuration: Configuration) -> None:
    """Say that the service runs already, before its own page is found on the port."""
    home = home_folder(configuration)
    try:
        handle = (home / _LOCK).open("r+", encoding="utf-8")
    except FileNotFoundError:
        return
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _already_running(home, handle) from error


def _already_running(home: Path, handle: TextIO) -> ServiceError:
    """Say which process holds the home."""
    handle.seek(0)
    holder = handle.read().strip() or "ukendt"
    msg = (
        f"{home}: `erhvervshus serve` kører allerede med denne mappe (proces {holder}). "
        "Stop den først, eller vælg en anden mappe med --output."
    )
    return ServiceError(msg)


def _check_port(configuration: Configuration) -> None:
    """Make sure that nothing listens where the page is to be."""
    host, port = configuration.web_host, configuration.web_port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        msg = (
            f"Dagsters side kan ikke vises på {host}, port {port}: {_refusal(error)}. "
            f"Vælg en anden port med --port ({variable('web_port')}), eller ret {variable('web_host')}."
        )
        raise ServiceError(msg) from error


def _refusal(error: OSError) -> str:
    """Say in Danish why an address cannot be listened on."""
    if isinstance(error, socket.gaierror):
        return "adressen kan ikke findes"
    return _REFUSALS.get(error.errno or 0, f"systemet siger nej ({error.strerror})")


def _signal(program: _Program, number: signal.Signals) -> None:
    """Send a signal to a program and everything it started."""
    try:
        os.killpg(program.process.pid, number)
    except ProcessLookupError:
        return


def _answers_grpc(code_socket: Path) -> bool:
    """Say whether the code server has loaded the definitions."""
    from dagster._core.errors import DagsterUserCodeUnreachableError  # noqa: PLC0415
    from dagster._grpc.client import DagsterGrpcClient  # noqa: PLC0415

    if not code_socket.exists():
        return False
    try:
        DagsterGrpcClient(socket=str(code_socket)).ping("")
    except DagsterUserCodeUnreachableError:
        return False
    return True


def _answers_http(address: str) -> bool:
    """Say whether the page answers."""
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own address
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
