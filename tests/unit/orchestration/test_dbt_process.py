"""dbt does not outlive its run, and is spared work that nobody sees."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from dbt_common.events.base_types import EventLevel, EventMsg, msg_from_base_event
from dbt_common.events.logger import LineFormat, LoggerConfig, _JsonLogger, _Logger
from dbt_common.events.types import Note, PrintEvent

from orchestration.dbt_process import command, die_with, spare_unwritten_lines

CHILD = "from orchestration.dbt_process import die_with; import sys, time; die_with(int(sys.argv[1])); time.sleep(60)"
PARENT = (
    "import os, subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', sys.argv[1], str(os.getpid())])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(60)\n"
)


def is_alive(process: int) -> bool:
    """Say whether a process runs, and is not only waiting to be counted."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


def test_a_killed_run_takes_its_dbt_along() -> None:
    """Without it, dbt would go on building, and hold the build file against the next run."""
    with subprocess.Popen([sys.executable, "-c", PARENT, CHILD], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(0.5)
        assert is_alive(child)
        parent.kill()
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    try:
        assert not is_alive(child)
    finally:
        if is_alive(child):
            os.kill(child, signal.SIGKILL)


def test_it_ends_at_once_when_the_parent_is_gone_already() -> None:
    """Without it, a run killed in the instant in which dbt starts would leave it running."""
    ended = threading.Event()
    die_with(os.getppid() + 1_000_000, ended.set)
    assert ended.wait(5)


def test_dbt_is_started_with_its_parents_name() -> None:
    """Without it, dbt would watch the wrong process, or find the project's folder before its own modules."""
    assert command(42) == ["-P", "-m", "orchestration.dbt_process", "42"]
    done = subprocess.run(
        [sys.executable, *command(os.getpid()), "--version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "installed" in done.stdout


def test_only_lines_that_are_written_are_made_and_they_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a line that Dagster reads or a person needs could be gone, or dbt would make ten for every one."""
    events = [msg_from_base_event(Note(msg=level.value), level=level) for level in EventLevel]
    events.append(msg_from_base_event(PrintEvent(msg="asked for"), level=EventLevel.DEBUG))
    made: list[str] = []
    create = _JsonLogger.create_line

    def counted(self: _JsonLogger, msg: EventMsg) -> str:
        made.append(msg.info.level)
        return create(self, msg)

    monkeypatch.setattr(_JsonLogger, "create_line", counted)
    monkeypatch.setattr(_Logger, "write_line", _Logger.write_line)

    def written(level: EventLevel) -> list[str]:
        stream = io.StringIO()
        logger = _JsonLogger(
            LoggerConfig("one of a test", line_format=LineFormat.Json, level=level, output_stream=stream)
        )
        for event in events:
            logger.write_line(event)
        return stream.getvalue().splitlines()

    for level, count in {EventLevel.DEBUG: 6, EventLevel.INFO: 4, EventLevel.ERROR: 2}.items():
        made.clear()
        with monkeypatch.context() as patch:
            patch.setattr(_Logger, "write_line", _Logger.write_line)
            before = written(level)
            assert len(made) == len(events)
            made.clear()
            spare_unwritten_lines()
            assert written(level) == before
        assert len(made) == len(before) == count
