"""One run at a time per output folder."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from orchestration.errors import RunInProgressError
from orchestration.paths import build_file, build_folder
from sources import storage
from sources.warehouse import doubt

_log = logging.getLogger(__name__)
_PAUSE_SECONDS = 1.0
_PRIVATE = 0o700
_OF_OTHERS = 0o077


@contextmanager
def hold(output: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold an output folder for one run; the lock goes with the process, however it ends.

    Args:
        output: The output folder; `.build/lock` is made in it.
        patience: How many seconds to wait for a run that holds it. A person is told at once; a run in the night waits.

    Yields:
        Nothing; the folder is held while the block runs.

    Raises:
        RunInProgressError: Another process holds it; the message names the process.
    """
    path = build_folder(output) / "lock"
    _close_to_others(path.parent)
    with path.open("a+", encoding="utf-8") as handle:
        _take(handle, output, time.monotonic() + patience)
        handle.seek(0)
        left = handle.read().strip()
        if left:
            _log.warning("Process %s, which had %s, was killed; what it built is read through first", left, output)
            doubt(build_file(output))
        handle.seek(0)
        handle.truncate()
        # Not through the handle, which would try again when it is closed.
        with storage.named(path):
            os.write(handle.fileno(), str(os.getpid()).encode())
        try:
            yield
        finally:
            handle.seek(0)
            handle.truncate()


def _close_to_others(folder: Path) -> None:
    """Make the private folder for this user alone: it holds the deliveries as given, numbers of persons included."""
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    if folder.stat().st_mode & _OF_OTHERS:
        # Another user's folder, as one in a shared mount, cannot be closed from here.
        with suppress(PermissionError):
            folder.chmod(_PRIVATE)


def _take(handle: IO[str], output: Path, deadline: float) -> None:
    """Take the lock, at the latest when the deadline of the monotonic clock is over."""
    is_told = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise _busy(handle, output) from error
            if not is_told:
                _log.warning("%s is held by another run: waiting for it", output)
                is_told = True
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _busy(handle: IO[str], output: Path) -> RunInProgressError:
    """Say who holds the folder."""
    handle.seek(0)
    holder = handle.read().strip() or "ukendt"
    return RunInProgressError(
        f"{output}: en anden kørsel er i gang (proces {holder}). "
        "Vent, til den er færdig, eller vælg en anden mappe med --output."
    )
