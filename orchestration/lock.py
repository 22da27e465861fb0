"""One run at a time per output folder."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.errors import RunInProgressError
from orchestration.paths import build_file, build_folder
from sources.warehouse import doubt

_log = logging.getLogger(__name__)


@contextmanager
def hold(output: Path) -> Iterator[None]:
    """Hold an output folder for one run; the lock goes with the process, however it ends.

    Args:
        output: The output folder; `.build/lock` is made in it.

    Yields:
        Nothing; the folder is held while the block runs.

    Raises:
        RunInProgressError: Another process holds it; the message names the process.
    """
    path = build_folder(output) / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            holder = handle.read().strip() or "ukendt"
            msg = (
                f"{output}: en anden kørsel er i gang (proces {holder}). "
                "Vent, til den er færdig, eller vælg en anden mappe med --output."
            )
            raise RunInProgressError(msg) from error
        handle.seek(0)
        left = handle.read().strip()
        if left:
            _log.warning("Process %s, which had %s, was killed; what it built is read through first", left, output)
            doubt(build_file(output))
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        try:
            yield
        finally:
            handle.seek(0)
            handle.truncate()
