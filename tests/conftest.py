"""What every test may use: one run of the real job on a small synthetic Denmark, made once per session."""

from __future__ import annotations

import fcntl
import os
import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.outcome import Outcome

# Nothing here reports home.
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
os.environ["DO_NOT_TRACK"] = "1"

SMALL_SCALE = 0.01


@dataclass(frozen=True)
class SmallRun:
    """A run of the real job: its outcome, its output folder and its deliveries."""

    outcome: Outcome
    output: Path
    deliveries: Path


@pytest.fixture(scope="session")
def small_run_details(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """Run the real job on a small synthetic Denmark, into a folder that tests only read."""
    base = tmp_path_factory.getbasetemp()
    # Workers of pytest-xdist have a folder each inside the session's: the first makes the run, the others read it.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "small"
    folder.mkdir(exist_ok=True)
    kept = folder / "run.pickle"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(_small_run(folder)))
    details: SmallRun = pickle.loads(kept.read_bytes())  # noqa: S301 - this session wrote it
    return details


def _small_run(folder: Path) -> SmallRun:
    """Write the deliveries and run the real job on them."""
    from datetime import date  # noqa: PLC0415

    from orchestration.run import run  # noqa: PLC0415
    from orchestration.settings import RunSettings  # noqa: PLC0415
    from sources.synthetic import SyntheticSettings, write_deliveries  # noqa: PLC0415

    # A fixed day: figures of a test may not change with the calendar.
    write_deliveries(folder, SyntheticSettings(scale=SMALL_SCALE, today=date(2026, 10, 31)))
    output = folder / "output"
    # The contracts are of 2026, so that year is the report year, though it is not complete.
    outcome = run(RunSettings(output=str(output), deliveries=str(folder / "deliveries"), year=2026))
    return SmallRun(outcome, output, folder / "deliveries")


@pytest.fixture(scope="session")
def small_run(small_run_details: SmallRun) -> Path:
    """The output folder of a run of the real job on a small synthetic Denmark; read it, do not change it."""
    return small_run_details.output
