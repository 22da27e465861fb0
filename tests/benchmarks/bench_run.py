"""The whole run from deliveries to publication: time and share of each stage, peak memory, and the same SQL run bare.

    python tests/benchmarks/bench_run.py --scale 1 10

Each scale runs in a process of its own, so that peak memory is its own; dbt's process is counted apart. The bare run
executes dbt's compiled SQL in the order of the manifest, in one DuckDB connection on a copy of the same raw data.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

ONE_RUN = """
import json, resource, sys, time
from orchestration.run import run
from orchestration.settings import RunSettings
started = time.monotonic()
outcome = run(RunSettings(output=sys.argv[1], scale=float(sys.argv[2])))
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
dbt = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
rows = sum(d.delivered_rows for d in outcome.accepted)
print(json.dumps({"seconds": time.monotonic() - started, "stages": outcome.seconds, "rows": rows,
                  "own_kib": own, "dbt_kib": dbt}))
"""
MEBIBYTE = 1024


@dataclass(frozen=True)
class Bare:
    """The compiled SQL run without any tool: seconds, and how many models."""

    seconds: float
    models: int


def one_run(output: Path, scale: float) -> dict[str, Any]:
    """Run the job in a process of its own.

    Args:
        output: The output folder.
        scale: The synthetic Denmark's size.

    Returns:
        `seconds`, `stages` (seconds by stage), `rows` delivered, `own_kib` and `dbt_kib` peak memory.
    """
    result = subprocess.run(
        [sys.executable, "-c", ONE_RUN, str(output), str(scale)], capture_output=True, text=True, check=True
    )
    measured: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
    return measured


def bare(output: Path) -> Bare:
    """Run dbt's compiled SQL on a copy of the raw data.

    Args:
        output: The output folder of a run.

    Returns:
        Seconds and number of models.
    """
    build = output / ".build"
    manifest = json.loads((build / "dbt" / "target" / "manifest.json").read_text(encoding="utf-8"))
    nodes = {name: n for name, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    order = TopologicalSorter({name: [p for p in n["depends_on"]["nodes"] if p in nodes] for name, n in nodes.items()})
    compiled = build / "dbt" / "target" / "compiled" / manifest["metadata"]["project_name"]
    with tempfile.TemporaryDirectory(dir=output) as folder:
        copy = Path(folder) / "warehouse.duckdb"
        shutil.copy(build / "warehouse.duckdb", copy)
        with duckdb.connect(str(copy)) as con:
            con.execute("set threads = 2")
            con.execute("set autoinstall_known_extensions = false")
            started = time.monotonic()
            for name in order.static_order():
                node = nodes[name]
                sql = (compiled / node["original_file_path"]).read_text(encoding="utf-8")
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                con.execute(f'create or replace {kind} "{node["schema"]}"."{node["alias"]}" as {sql}')
            return Bare(time.monotonic() - started, len(nodes))


def main() -> None:
    """Print the figures for every scale asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, nargs="+", default=[1.0])
    parser.add_argument("--folder", type=Path, default=None, help="where the outputs go; temporary without it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        for scale in arguments.scale:
            output = folder / f"scale-{scale:g}"
            first = one_run(output, scale)
            second = one_run(output, scale)
            report(scale, first, second, bare(output))


def report(scale: float, first: dict[str, Any], second: dict[str, Any], same_sql: Bare) -> None:
    """Print what was measured at one scale.

    Args:
        scale: The scale.
        first: The first run, which reads every delivery (and writes the synthetic ones when they are not cached).
        second: The second run, which finds them unchanged.
        same_sql: The bare run.
    """
    out = sys.stdout.write
    for name, run in (("first run", first), ("second run", second)):
        out(f"scale {scale:g}, {name}: {run['seconds']:.1f} s, {run['rows']:,} rows delivered, peak memory ")
        out(f"{run['own_kib'] / MEBIBYTE:.0f} MiB (dbt's process {run['dbt_kib'] / MEBIBYTE:.0f} MiB)\n")
        total = sum(run["stages"].values())
        for stage, seconds in run["stages"].items():
            out(f"    {stage:<12} {seconds:7.1f} s  {100 * seconds / total:3.0f} %\n")
    out(f"scale {scale:g}, the same SQL run bare: {same_sql.seconds:.1f} s for {same_sql.models} models\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
    out(f"    peak memory of this process so far {peak:.0f} MiB\n")


if __name__ == "__main__":
    main()
