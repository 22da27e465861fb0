"""Dbt in a process of its own that does not outlive the run that started it, and is spared work that nobody sees.

Run as a program, `python -m orchestration.dbt_process <parent> <dbt's arguments>`. A run that is killed cannot stop its
dbt, which would go on building and hold the build file against the next run.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg
    from dbt_common.events.logger import _Logger

_PAUSE_SECONDS: Final = 0.2
# Python looks for garbage after every 700 new objects; the context of one model has thousands, and the manifest, which
# is looked through too, hundreds of thousands that stay.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 100_000
_LEVELS: Final = {"test": 10, "debug": 10, "info": 20, "warn": 30, "error": 40}


def command(parent: int) -> list[str]:
    """Return the arguments of Python that start dbt as the child of a process.

    Args:
        parent: The process; when it is gone, dbt ends at once.

    Returns:
        What stands between the interpreter and dbt's own arguments. `-P` keeps the folder dbt works in off the path.
    """
    return ["-P", "-m", __name__, str(parent)]


def die_with(parent: int, end: Callable[[], object] | None = None) -> threading.Thread:
    """End this process as soon as its parent is gone.

    The parent is asked for again and again, which works on every Unix; the signal that Linux can send instead comes
    when the thread that started the process ends, not when the process does.

    Args:
        parent: The process that started this one.
        end: What to do then; a kill of this process when not given, since nothing it does is of use to anybody.

    Returns:
        The thread that watches.
    """
    act = end or (lambda: os.kill(os.getpid(), signal.SIGKILL))

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PAUSE_SECONDS)
        act()

    thread = threading.Thread(target=watch, name="die-with-parent", daemon=True)
    thread.start()
    return thread


def spare_unwritten_lines() -> None:
    """Let dbt's loggers make only those lines that they write.

    dbt turns every event into a line of JSON before it asks whether the line's level is written at all; nine of ten are
    not. A test compares what is written with and without this.
    """
    from dbt_common.events.logger import _is_print_event, _Logger  # noqa: PLC0415

    write = _Logger.write_line

    def write_line(self: _Logger, msg: EventMsg) -> None:
        logger = self._python_logger
        level = _LEVELS.get(msg.info.level)
        if logger is None or level is None or _is_print_event(msg) or logger.isEnabledFor(level):
            write(self, msg)

    _Logger.write_line = write_line  # type: ignore[method-assign]


def main() -> None:
    """Watch the parent and run dbt's command line."""
    die_with(int(sys.argv.pop(1)))
    from dbt.cli.main import cli  # noqa: PLC0415

    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
    spare_unwritten_lines()
    cli()


if __name__ == "__main__":
    main()
