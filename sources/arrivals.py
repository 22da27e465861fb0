"""Whether a file in the deliveries folder is whole or still on its way, and which files are news.

Only names, sizes and times are looked at here; nothing is opened. Landing asks `why_unfinished` of every file. The
sensor that watches the folder asks `observe` again and again, and remembers what it saw between the times.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sources.deliveries import FoundFile

Rule = Literal["nothing", "stable", "done"]

MARKER: Final = ".done"
"""`<file>.done` beside a file says that the file is whole."""

_NANO: Final = 1_000_000_000
_COARSEST_CLOCK_SECONDS: Final = 2
"""The coarsest modification time in use, FAT's: a marker made with its file may look older by as much."""
_SETTLED_SECONDS: Final = 30
_PATIENCE: Final = 10


@dataclass(frozen=True, slots=True)
class Wait:
    """What a file must show before it is taken in.

    Attributes:
        rule: `nothing`: every file is taken as it is; `stable`: it has not changed for a while; `done`: its marker is
            there and not older than the file.
        seconds: How long it must have been unchanged, for `stable`.
    """

    rule: Rule = "nothing"
    seconds: int = 120

    @property
    def settled_seconds(self) -> float:
        """How long nothing may have arrived before a run is started, so that files sent together start one run."""
        return self.seconds if self.rule == "stable" else min(self.seconds, _SETTLED_SECONDS)


TAKE_ALL: Final = Wait()


@dataclass(frozen=True, slots=True)
class Trace:
    """What a file looks like from outside: its size in bytes and when it was last changed, in nanoseconds."""

    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file as it was last seen: how it looked, whether it had its marker, and since when (Unix time) just so."""

    trace: Trace
    marked: bool
    since: float


@dataclass(frozen=True, slots=True)
class Observation:
    """What the folder holds that has not been taken in, by delivery.

    Attributes:
        waiting: Every such file as it was seen, to be remembered until the next time.
        whole: Those that are whole.
        unfinished: Those that are not, and why, in Danish.
        settled: Whether it is time to start: nothing has arrived for a while, or it has arrived for too long.
    """

    waiting: Mapping[str, Sighting]
    whole: Mapping[str, Trace]
    unfinished: Mapping[str, str]
    settled: bool


def trace(path: Path) -> Trace | None:
    """Look at a file from outside.

    Args:
        path: The file; a link is not followed.

    Returns:
        Its size and time, or None when it is gone, cannot be looked at, or is no ordinary file.
    """
    try:
        seen = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(seen.st_mode):
        return None
    return Trace(seen.st_size, seen.st_mtime_ns)


def why_unfinished(path: Path, wait: Wait, now: float) -> str | None:
    """Say why a file is not taken in yet.

    A file dated further ahead than the wait is long says nothing of its age (the clock of a file server that is
    wrong), and is taken.

    Args:
        path: The file.
        wait: What it must show.
        now: The time, in seconds of Unix time.

    Returns:
        The reason as a Danish clause, or None when the file is whole.
    """
    seen = trace(path)
    if wait.rule == "nothing" or seen is None:
        return None
    if wait.rule == "done":
        return None if _is_marked(path, seen) else _unmarked(path)
    age = now - seen.modified_ns / _NANO
    return _young(age) if abs(age) < wait.seconds else None


def observe(
    files: Iterable[FoundFile],
    taken: Mapping[str, Trace],
    earlier: Mapping[str, Sighting],
    wait: Wait,
    now: float,
) -> Observation:
    """Compare the folder with what was taken in and with how it looked before.

    Whether a file is stable is judged by what was seen here, not by the file's own time: a file that is copied with
    the time of its original looks old from its first byte.

    Args:
        files: The deliveries of the folder.
        taken: What the newest landing looked at, by delivery.
        earlier: What waited the last time, by delivery.
        wait: What a file must show.
        now: The time, in seconds of Unix time.

    Returns:
        What is new, and whether a run should start.
    """
    waiting: dict[str, Sighting] = {}
    whole: dict[str, Trace] = {}
    unfinished: dict[str, str] = {}
    for file in files:
        seen = trace(file.path)
        if seen is None or taken.get(file.delivery) == seen:
            continue
        sighting = _sighting(file, seen, earlier, wait, now)
        waiting[file.delivery] = sighting
        if wait.rule == "done" and not sighting.marked:
            unfinished[file.delivery] = _unmarked(file.path)
        elif wait.rule == "stable" and now - sighting.since < wait.seconds:
            unfinished[file.delivery] = f"den har kun været uændret i {now - sighting.since:.0f} sek."
        else:
            whole[file.delivery] = seen
    return Observation(waiting, whole, unfinished, _is_settled(waiting, whole, wait, now))


def fingerprint(traces: Mapping[str, Trace]) -> str:
    """Take a fingerprint of names, sizes and times: equal for two looks at a folder in which nothing has changed.

    Args:
        traces: The files by delivery.

    Returns:
        Sixteen hexadecimal digits.
    """
    lines = (f"{name}\0{seen.size_bytes}\0{seen.modified_ns}\n" for name, seen in sorted(traces.items()))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _sighting(file: FoundFile, seen: Trace, earlier: Mapping[str, Sighting], wait: Wait, now: float) -> Sighting:
    """Say since when a file has looked as it does; a clock that was set back starts again."""
    marked = wait.rule == "done" and _is_marked(file.path, seen)
    before = earlier.get(file.delivery)
    same = before is not None and (before.trace, before.marked) == (seen, marked) and before.since <= now
    return Sighting(seen, marked, before.since if same and before is not None else now)


def _is_settled(waiting: Mapping[str, Sighting], whole: Mapping[str, Trace], wait: Wait, now: float) -> bool:
    """Say whether to start now or to wait for what is arriving; not for ever, since a file may never be whole."""
    if not whole:
        return False
    quiet = now - max(sighting.since for sighting in waiting.values())
    waited = now - min(waiting[name].since for name in whole)
    return quiet >= wait.settled_seconds or waited >= _PATIENCE * wait.settled_seconds


def _is_marked(path: Path, seen: Trace) -> bool:
    """Say whether a file has its marker: one that is older than the file was made for the file before."""
    marker = trace(_marker(path))
    return marker is not None and marker.modified_ns + _COARSEST_CLOCK_SECONDS * _NANO >= seen.modified_ns


def _marker(path: Path) -> Path:
    """Name the marker of a file."""
    return path.with_name(path.name + MARKER)


def _unmarked(path: Path) -> str:
    """Say what is wrong with the marker; its name is the file's, which may be a person's."""
    if trace(_marker(path)) is None:
        return f"dens {MARKER}-fil findes ikke endnu"
    return f"dens {MARKER}-fil er ældre end den selv"


def _young(age: float) -> str:
    """Say how long ago a file changed."""
    return f"den er ændret for {max(round(age), 0)} sek. siden"
