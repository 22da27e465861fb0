"""A night with 200 new rows in all against the first run: time of each stage, PostgreSQL and the reports included.

    python tests/benchmarks/bench_night.py [--scale 1] [--nights 2]

Every run is a process of its own, as in use. PostgreSQL is the server of the tests, or the one that TEST_POSTGRES_URL
names (an empty database, as its superuser). The new rows are courses that begin, their activities and themes, and
answers: copies of the newest delivered rows under new keys, as one file of the day per entity.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from bench_readers import server

from sources.synthetic import SyntheticSettings, write_deliveries

ONE_RUN = """
import json, os, resource, sys, time
from orchestration.run import run
from orchestration.settings import RunSettings
started = time.monotonic()
outcome = run(RunSettings(deliveries=sys.argv[1], output=sys.argv[2], year=int(sys.argv[3])))
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"seconds": time.monotonic() - started, "stages": outcome.seconds,
                  "processor": sum(u.ru_utime + u.ru_stime for u in used), "mib": max(u.ru_maxrss for u in used) / 1024,
                  "rows": sum(d.delivered_rows for d in outcome.accepted), "failures": dict(outcome.failures)}))
"""
FIRST_DAY = date(2026, 10, 31)
REPORT_YEAR = 2026


@dataclass(frozen=True)
class NewRows:
    """What a night brings of one entity: how many rows, and the newest file whose last rows they are copies of."""

    entity: str
    rows: int
    keys: tuple[str, ...]


NIGHT = (
    NewRows("crm_forloeb", 50, ("forloeb_id",)),
    NewRows("crm_aktivitet", 75, ("aktivitet_id", "forloeb_id")),
    NewRows("crm_tema", 50, ("forloeb_id",)),
    NewRows("evaluering_svar", 25, ("svar_id", "forloeb_id")),
)


def bring(deliveries: Path, day: date) -> int:
    """Write a night's deliveries.

    Args:
        deliveries: The folder of deliveries.
        day: The day of the files.

    Returns:
        How many rows were written.
    """
    written = 0
    for new in NIGHT:
        folder = deliveries / new.entity.partition("_")[0]
        newest = max(folder.glob(f"{new.entity}__{FIRST_DAY:%Y-%m-%d}*"))
        if newest.suffix == ".ndjson":
            rows = pd.read_json(newest, lines=True, dtype=False)
        else:
            rows = pd.read_csv(
                newest, sep=None, engine="python", encoding="utf-8-sig", dtype=str, keep_default_na=False
            )
        rows = rows.tail(new.rows)
        for key in new.keys:
            rows[key] = f"N{day:%m%d}" + rows[key].astype(str)
        rows.to_csv(folder / f"{new.entity}__{day:%Y-%m-%d}.csv", sep=";", index=False)
        written += len(rows)
    return written


def one_run(deliveries: Path, output: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """Run the job in a process of its own.

    Args:
        deliveries: The folder of deliveries.
        output: The output folder.
        environment: The process' environment.

    Returns:
        `seconds`, `stages` (seconds by stage), `processor` (seconds), `mib` (peak memory), `rows` delivered and
        `failures` of steps after the publication.
    """
    command = [sys.executable, "-c", ONE_RUN, str(deliveries), str(output), str(REPORT_YEAR)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(environment))
    measured: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return measured


def show(what: str, run: Mapping[str, Any]) -> None:
    """Print a run: its whole time, and that of each stage."""
    print(
        f"{what}: {run['seconds']:.1f} s ({run['processor']:.1f} s of processor), {run['rows']:,} rows delivered, "
        f"peak memory of one process {run['mib']:.0f} MiB {run['failures'] or ''}"
    )
    for stage, seconds in run["stages"].items():
        print(f"    {stage:<14} {seconds:7.1f} s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the synthetic Denmark that is made")
    parser.add_argument("--nights", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, server() as url:
        folder = Path(temporary)
        write_deliveries(folder, SyntheticSettings(scale=arguments.scale, today=FIRST_DAY))
        deliveries, output = folder / "deliveries", folder / "output"
        environment = {**os.environ, "ERHVERVSHUS_POSTGRES_URL": url}
        show("first run", one_run(deliveries, output, environment))
        for night in range(1, arguments.nights + 1):
            rows = bring(deliveries, FIRST_DAY + timedelta(days=night))
            show(f"night {night}, {rows} new rows", one_run(deliveries, output, environment))


if __name__ == "__main__":
    main()
