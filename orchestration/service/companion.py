"""A program that ends when the one that started it does: `python -m orchestration.service.companion PARENT MODULE …`.

A service that is killed cannot stop its programs any more. Left alone they would hold the port and the memory, and the
service could not be started again. Linux tells a process of its parent's end; elsewhere nothing is told.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def main() -> None:
    """Become the Python module that is named, after the number of the process that starts it."""
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        sys.exit("The program that started this one has ended")
    os.execv(sys.executable, [sys.executable, "-m", *command])  # noqa: S606 - the arguments are our own


if __name__ == "__main__":
    main()
