"""Every point at which a process can be killed, and every way a disk refuses: `make kill`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import program

pytestmark = pytest.mark.kill

SCENARIOS = (
    "landing",
    "first landing",
    "publication",
    "first publication",
    "publication over an earlier version",
    "history",
    "migration",
    "edition",
    "freeze",
    "data docs",
    "backup",
    "restore",
)
ROOM = "0,4096,60000,270000,600000,1100000"
"""Bytes that are left: DuckDB writes blocks of 256 KiB, Python smaller ones."""


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_point(scenario: str, tmp_path: Path) -> None:
    """Without it, a change in the order of two steps could open a hole that only a power cut finds."""
    found = program("enumerate_points.py", tmp_path, "0", f"{scenario}=1")[scenario]
    assert found["failures"] == {}
    assert found["killed"] == found["tried"] == found["points"] >= 10


@pytest.mark.parametrize("way", ["limit", "full", "read-only"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_refusal(scenario: str, way: str, tmp_path: Path) -> None:
    """Without it, the disk could be full at the one step that nobody thought of."""
    if way != "limit" and not (sys.platform == "linux" and os.geteuid() == 0):
        pytest.skip("Only the administrator of a Linux machine may mount a disk")
    room = "0" if way == "read-only" else ROOM
    found = program("refusals.py", tmp_path, way, room, scenario)[scenario]
    assert found["failures"] == {}
    assert found["said"]["0"] is not None
