"""A process that ends itself, as by a power cut, at the n-th thing it does to the disk. For tests alone."""

from __future__ import annotations

import functools
import os
import pathlib
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

import duckdb

_SYSTEM = (
    "chmod",
    "fsync",
    "link",
    "mkdir",
    "remove",
    "rename",
    "replace",
    "rmdir",
    "symlink",
    "truncate",
    "unlink",
)
_DATABASE = ("begin", "close", "commit", "execute", "executemany", "rollback")
_WRITES = ("write_bytes", "write_text")
_LONGEST_SECONDS = 0.004


class Fate:
    """Counts what this process does to the disk, and kills it at one of the calls."""

    def __init__(self, at: int | None = None, seed: int = 0) -> None:
        """Choose the call.

        Args:
            at: The number of the call, from 1; None only counts.
            seed: Decides how far DuckDB comes with the call in which the process dies.
        """
        self.at, self.calls = at, 0
        self._random = random.Random(f"{seed}:{at}")  # noqa: S311 - not for secrets
        self._inside = threading.local()

    def rule(self) -> None:
        """Let every such call of this process, from now on, be counted."""
        for name in _SYSTEM:
            setattr(os, name, self._counted(getattr(os, name), _before))
        for name in _DATABASE:
            setattr(
                duckdb.DuckDBPyConnection,
                name,
                self._counted(getattr(duckdb.DuckDBPyConnection, name), self._within),
            )
        duckdb.connect = self._counted(duckdb.connect, self._within)
        for name in _WRITES:
            setattr(pathlib.Path, name, self._counted(getattr(pathlib.Path, name), _half))
        shutil.copyfile = self._counted(shutil.copyfile, _half_copied)

    def _counted(self, call: Callable[..., Any], die: Callable[..., NoReturn]) -> Callable[..., Any]:
        """Count a call, unless it is made by one that is counted already."""

        @functools.wraps(call)
        def counted(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            if getattr(self._inside, "call", False):
                return call(*arguments, **named)
            self.calls += 1
            if self.calls == self.at:
                die(call, *arguments, **named)
            self._inside.call = True
            try:
                return call(*arguments, **named)
            finally:
                self._inside.call = False

        return counted

    def _within(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> NoReturn:  # noqa: ANN401
        """Die somewhere in the call: DuckDB writes several times, and from threads of its own."""
        threading.Timer(self._random.random() * _LONGEST_SECONDS, end).start()
        call(*arguments, **named)
        time.sleep(1)
        end()


def end() -> NoReturn:
    """Kill this process: nothing is flushed, nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _before(_: Callable[..., Any], *__: Any, **___: Any) -> NoReturn:  # noqa: ANN401
    """Die before the system is asked."""
    end()


def _half(call: Callable[..., Any], path: pathlib.Path, content: Any, **named: Any) -> NoReturn:  # noqa: ANN401
    """Die when half of a file is written."""
    call(path, content[: len(content) // 2], **named)
    end()


def _half_copied(_: Callable[..., Any], source: str, target: str, **__: Any) -> NoReturn:  # noqa: ANN401
    """Die when half of a file is copied."""
    content = pathlib.Path(source).read_bytes()
    with pathlib.Path(target).open("wb") as out:
        out.write(content[: len(content) // 2])
    end()
