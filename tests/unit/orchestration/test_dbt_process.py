"""dbt does not outlive its run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

from orchestration.dbt_process import command, die_with

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
