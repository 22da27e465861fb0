"""A program that ends, with all it started, when the one that started it does: `python -m …service.companion`.

A service that is killed cannot stop its programs any more. Left alone they would hold the port and the memory, and go
on with a run that the next service takes for lost and starts again.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys

from orchestration.dbt_process import die_with


def main() -> None:
    """Become the Python module that is named, after the number of the process that starts it."""
    parent, module, *arguments = sys.argv[1:]
    die_with(int(parent), _end_all)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_all() -> None:
    """Kill this process and its group: as after a power failure, which every run is made for."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
