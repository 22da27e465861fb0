"""A program: kill a scenario at every point, look, run again, and compare with a run that nothing happened to.

`enumerate_points.py <folder> <seed> <scenario>=<every>...` prints JSON: for each scenario how many points there are,
how many were tried, and what went wrong at which. It forks for each process that is to die: imports are paid once.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from fatal import Fate
from scenarios import SCENARIOS, Scenario


def in_child(work: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Do something in a process of its own and return what it came to; an error is a text, a kill is None."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            answer = {"answer": work()}
        except BaseException:  # noqa: BLE001 - told to the parent
            answer = {"error": traceback.format_exc(limit=-4)}
        with os.fdopen(writing, "w") as out:
            json.dump(answer, out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as given:
        text = given.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, status
        return None
    answer = json.loads(text)
    if "error" in answer:
        raise AssertionError(answer["error"])
    return answer["answer"]


def acted(scenario: Scenario, folder: Path, at: int | None, seed: int) -> int:
    """Do what is killed; return how many points it has."""
    fate = Fate(at, seed)
    fate.rule()
    scenario.act(folder)
    fate.at = None
    return fate.calls


def afterwards(scenario: Scenario, folder: Path) -> Any:  # noqa: ANN401
    """Be a reader, then the next run, and read what it came to."""
    scenario.look(folder)
    scenario.act(folder)
    scenario.look(folder)
    return scenario.outcome(folder)


def try_points(name: str, folder: Path, every: int = 1, seed: int = 0) -> dict[str, Any]:
    """Kill a scenario at its points.

    Args:
        name: Which.
        folder: An empty folder to work in.
        every: 1 tries every point, 5 each fifth.
        seed: Which of the points, and how far DuckDB comes with the calls that are killed.

    Returns:
        The number of points, how many were tried and how many ended in a kill, and the failures by point.
    """
    scenario = SCENARIOS[name]()
    before, work = folder / "before", folder / "work"

    def fresh() -> Path:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(before, work, symlinks=True)
        return work

    before.mkdir(parents=True)
    in_child(lambda: scenario.prepare(before))
    points = in_child(lambda: acted(scenario, fresh(), None, seed))
    expected = in_child(lambda: scenario.outcome(work))
    killed, failures = 0, {}
    tried = range(1 + seed % every, points + 1, every)
    for point in tried:
        fresh()
        try:
            killed += in_child(lambda point=point: acted(scenario, work, point, seed)) is None
            found = in_child(lambda: afterwards(scenario, work))
            assert found == expected, f"expected {expected}\nfound {found}"
        except AssertionError as error:
            failures[point] = str(error)
    return {"points": points, "tried": len(tried), "killed": killed, "failures": failures}


if __name__ == "__main__":
    logging.disable()
    root, chosen_seed, *asked = sys.argv[1:]
    told = {}
    for each in asked:
        which, _, step = each.partition("=")
        told[which] = try_points(which, Path(root) / which, int(step), int(chosen_seed))
    json.dump(told, sys.stdout)
