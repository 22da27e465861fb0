"""A program: let the disk refuse a scenario, look, give the disk back, run again, and compare.

`refusals.py <folder> <way> <bytes,bytes,...> <scenario>...` prints JSON: for each scenario what was said with so much
room, and what went wrong. The ways: `limit` (files may not grow beyond the room, as any user can ask the system for),
and for the administrator `full` (a small disk of its own, filled up to the room) and `read-only` (the same, protected).
"""

from __future__ import annotations

import json
import logging
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from enumerate_points import in_child
from scenarios import SCENARIOS, Scenario

from orchestration.errors import expected_error

_DISK_MEGABYTES = 64
_REMEDIES = ("Frigør plads", "Hæv grænsen", "Gør filsystemet skrivbart", "adgang")


def refused(scenario: Scenario, folder: Path) -> str | None:
    """Act where the disk refuses; return what a person is told, or None when there was room enough."""
    try:
        scenario.act(folder)
    except Exception as error:  # noqa: BLE001 - whatever it is, a person must be told
        said = str(expected_error(error) or "")
    else:
        return None
    problems = {
        "nobody foresaw it": not said,
        "the path is not named": str(folder) not in said,
        "no remedy": not any(remedy in said for remedy in _REMEDIES),
    }
    found = [problem for problem, is_there in problems.items() if is_there]
    assert not found, f"{found}: {said}"
    return said.replace(str(folder), "…")


def limited(scenario: Scenario, folder: Path, room: int) -> str | None:
    """Act where no file may grow beyond a size."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        return refused(scenario, folder)
    finally:
        # Also the pipe's reader is told of what happened: nothing of it is a file.
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def filled(scenario: Scenario, folder: Path, room: int) -> str | None:
    """Act where the disk has little room left."""
    filler = folder.parent / "filler"
    free = shutil.disk_usage(folder.parent).free
    with filler.open("wb") as out:
        for _ in range((free - room) // 4_096):
            out.write(b"\0" * 4_096)
    try:
        return refused(scenario, folder)
    finally:
        filler.unlink()


def protected(scenario: Scenario, folder: Path, _: int) -> str | None:
    """Act where nothing may be written."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder.parent)], check=True)
    try:
        return refused(scenario, folder)
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(folder.parent)], check=True)


WAYS: dict[str, Callable[[Scenario, Path, int], str | None]] = {
    "limit": limited,
    "full": filled,
    "read-only": protected,
}


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of its own that lies in memory; only the administrator may."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK_MEGABYTES}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def try_refusals(name: str, folder: Path, way: str, rooms: list[int]) -> dict[str, Any]:
    """Let the disk refuse a scenario with more and more room."""
    scenario = SCENARIOS[name]()
    act = WAYS[way]
    before = folder / f"before {way}"
    before.mkdir(parents=True)
    in_child(lambda: scenario.prepare(before))
    said, failures = {}, {}

    def trial(work: Path) -> None:
        def fresh() -> Path:
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(before, work, symlinks=True)
            return work

        in_child(lambda: scenario.act(fresh()))
        expected = in_child(lambda: scenario.outcome(work))
        for room in rooms:
            fresh()
            try:
                said[room] = in_child(lambda room=room: act(scenario, work, room))
                in_child(lambda: scenario.look(work))
                in_child(lambda: scenario.act(work))
                found = in_child(lambda: scenario.outcome(work))
                assert found == expected, f"expected {expected}\nfound {found}"
            except AssertionError as error:
                failures[room] = str(error)

    if way == "limit":
        trial(folder / "work limit")
    else:
        with small_disk(folder / f"disk {way}") as disk:
            trial(disk / "work")
    return {"said": said, "failures": failures}


if __name__ == "__main__":
    logging.disable()
    root, chosen, given, *asked = sys.argv[1:]
    room = [int(each) for each in given.split(",")]
    json.dump({name: try_refusals(name, Path(root) / name, chosen, room) for name in asked}, sys.stdout, indent=1)
