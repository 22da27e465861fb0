"""One run at a time per output folder."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from orchestration.errors import RunInProgressError
from orchestration.lock import hold


def test_second_run_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    """Without it, two runs would write the same build file and publish half of each."""
    with hold(tmp_path):
        with pytest.raises(RunInProgressError, match=rf"proces {os.getpid()}\)") as caught, hold(tmp_path):
            pass
        assert str(tmp_path) in str(caught.value)
    with hold(tmp_path):
        pass


def test_other_outputs_are_free(tmp_path: Path) -> None:
    """Without it, a trial run would have to wait for the nightly one."""
    with hold(tmp_path / "one"), hold(tmp_path / "two"):
        pass


def test_a_killed_run_does_not_hold_the_folder(tmp_path: Path) -> None:
    """Without it, someone would have to remove a lock file by hand after a power failure."""
    code = (
        "import os, pathlib, sys\n"
        "from orchestration.lock import hold\n"
        "with hold(pathlib.Path(sys.argv[1])):\n"
        "    os._exit(9)\n"
    )
    build = tmp_path / ".build" / "warehouse.duckdb"
    build.parent.mkdir()
    build.touch()
    with hold(tmp_path):
        pass
    assert not build.with_name("warehouse.duckdb.doubtful").exists()
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 9
    with hold(tmp_path):
        # The build file of a run that did not end by itself is read through before it is used.
        assert build.with_name("warehouse.duckdb.doubtful").exists()


def test_a_run_in_the_night_waits_for_the_one_before(tmp_path: Path) -> None:
    """Without it, a run by hand that is a minute too long would cost the night's."""
    released = threading.Event()

    def hold_for_a_while() -> None:
        with hold(tmp_path):
            taken.set()
            released.wait(20)

    taken = threading.Event()
    other = threading.Thread(target=hold_for_a_while)
    other.start()
    taken.wait(20)
    begun = time.monotonic()
    threading.Timer(0.3, released.set).start()
    with hold(tmp_path, patience=20):
        assert time.monotonic() - begun < 10
    other.join()


def test_patience_ends(tmp_path: Path) -> None:
    """Without it, a run that hangs would make the next ones hang too."""
    with hold(tmp_path), pytest.raises(RunInProgressError), hold(tmp_path, patience=0.1):
        pass


def test_the_private_folder_is_closed_to_other_users(tmp_path: Path) -> None:
    """Without it everyone on the machine could read the deliveries as given, numbers of persons included."""
    private = tmp_path / ".build"
    with hold(tmp_path):
        assert private.stat().st_mode & 0o777 == 0o700
    # One that an earlier version made is closed by the next run.
    private.chmod(0o755)
    with hold(tmp_path):
        assert private.stat().st_mode & 0o777 == 0o700
