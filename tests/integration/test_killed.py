"""Killed anywhere, or refused by the disk: readers have a whole publication, and the next run loses nothing.

A sample of the points here; `make kill` tries them all, and the whole job with dbt.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "kill"))
from programs import program

SAMPLES = {
    "landing": 45,
    "publication": 12,
    "publication over an earlier version": 22,
    "history": 13,
    "migration": 10,
    "freeze": 29,
    "data docs": 5,
    "restore": 20,
}
"""Every how manieth point of a scenario is tried."""

REFUSED = ("landing", "publication", "history")


def test_a_kill_anywhere_loses_nothing(tmp_path: Path) -> None:
    """Without it, a power cut in the night could show half a publication in the morning, or lose a row for good."""
    asked = [f"{scenario}={every}" for scenario, every in SAMPLES.items()]
    for scenario, found in program("enumerate_points.py", tmp_path, "3", *asked).items():
        assert found["failures"] == {}, scenario
        assert found["killed"] == found["tried"] >= 2, scenario


def test_a_disk_that_refuses_is_told_and_changes_nothing(tmp_path: Path) -> None:
    """Without it, a full disk would be a traceback, or cost yesterday's publication."""
    for scenario, found in program("refusals.py", tmp_path, "limit", "0", *REFUSED).items():
        assert found["failures"] == {}, scenario
        assert "Hæv grænsen for filers størrelse" in found["said"]["0"], scenario
