"""Dbt in a process of its own that does not outlive the run that started it.

Run as a program, `python -m orchestration.dbt_process <parent> <dbt's arguments>`. A run that is killed cannot stop its
dbt, which would go on building and hold the build file against the next run.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

_PAUSE_SECONDS: Final = 0.2


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


def main() -> None:
    """Watch the parent and run dbt's command line."""
    die_with(int(sys.argv.pop(1)))
    from dbt.cli.main import cli  # noqa: PLC0415

    cli()


if __name__ == "__main__":
    main()
