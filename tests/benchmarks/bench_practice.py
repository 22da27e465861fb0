"""The rules of registration practice: time and memory of their SQL, and what they find of the faults planted.

    python tests/benchmarks/bench_practice.py --scale 1 100 [--folder where deliveries and build files stay]

Deliveries are made and landed, then dbt's compiled SQL of the practice models and all they read is run bare, in the
order of the manifest. Recall: planted faults that are found. Precision: findings that are planted.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from expectations.finding_history import load_findings
from orchestration.manifest import dbt_executable, quiet_environment
from orchestration.paths import DBT_PROJECT
from sources.landing import land, open_warehouse, record_run
from sources.synthetic import SyntheticSettings, write_deliveries

TODAY = date(2026, 10, 31)
MEMORY_LIMIT = "6GB"
MEBIBYTE = 1024
OWN_FOLDERS = ("models/intermediate/practice", "models/marts/practice")
Node = dict[str, Any]


def prepared(folder: Path, scale: float) -> Path:
    """Make and land the deliveries, unless they are there.

    Args:
        folder: Where they go.
        scale: Size of the synthetic Denmark.

    Returns:
        The build file.
    """
    build = folder / "warehouse.duckdb"
    if not build.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_deliveries(folder, SyntheticSettings(scale=scale, today=TODAY))
        con = open_warehouse(build)
        land(con, folder / "deliveries")
        record_run(con, run_id="benchmark", report_year=None, code_version="benchmark")
        load_findings(con, folder / "none.duckdb")
        con.close()
    return build


def compiled(build: Path, target: Path) -> list[Node]:
    """Let dbt compile the practice models and load the seeds.

    Args:
        build: The build file.
        target: Where dbt writes.

    Returns:
        The models in the order they are built, each with its statement under `sql`.
    """
    flags = ["--target", "dev", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    environment = {**quiet_environment(), "ERHVERVSHUS_WAREHOUSE": str(build)}
    for command in (["seed"], ["compile", "--select", "+path:models/marts/practice", "--no-introspect"]):
        subprocess.run(
            [dbt_executable(), "--quiet", *command, *flags, "--target-path", str(target), "--log-path", str(target)],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    needed = {name for name, node in nodes.items() if node["original_file_path"].startswith(OWN_FOLDERS)}
    while more := {p for name in needed for p in nodes[name]["depends_on"]["nodes"] if p in nodes} - needed:
        needed |= more
    order = TopologicalSorter({n: [p for p in nodes[n]["depends_on"]["nodes"] if p in needed] for n in needed})
    folder = target / "compiled" / manifest["metadata"]["project_name"]
    return [
        {**nodes[name], "sql": (folder / nodes[name]["original_file_path"]).read_text(encoding="utf-8")}
        for name in order.static_order()
    ]


def build_models(con: duckdb.DuckDBPyConnection, nodes: list[Node]) -> None:
    """Run the statements and print the time of each practice model, and that of the processor alone."""
    upstream = own = own_processor = 0.0
    for schema in {node["schema"] for node in nodes}:
        con.execute(f'drop schema if exists "{schema}" cascade; create schema "{schema}"')
    for node in nodes:
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        started, processor = time.monotonic(), time.process_time()
        con.execute(f'create or replace {kind} "{node["schema"]}"."{node["alias"]}" as {node["sql"]}')
        seconds, processor = time.monotonic() - started, time.process_time() - processor
        if node["original_file_path"].startswith(OWN_FOLDERS):
            own += seconds
            own_processor += processor
            if kind == "table":
                print(f"    {node['name']:<32} {seconds:8.2f} s, processor {processor:8.2f} s", flush=True)
        else:
            upstream += seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
    print(
        f"    practice models {own:.1f} s (processor {own_processor:.1f} s), what they read {upstream:.1f} s\n"
        f"    peak memory {peak:,.0f} MiB"
    )


def judge(con: duckdb.DuckDBPyConnection, truth: Path) -> None:
    """Print recall and precision of each rule."""
    rows = con.execute(
        """
        with planted as (
            select distinct kind as rule, entity, record_id, true as is_planted from read_parquet(?)
            where kind in (select rule from practice.practice_rules)
        ),
        found as (select rule, entity, record_id, true as is_found from practice.registration_findings)
        select
            rule,
            count(is_planted) as planted,
            count(is_found) as found,
            count(*) filter (is_planted and is_found) as hits
        from planted
        full join found using (rule, entity, record_id)
        group by rule order by rule
        """,
        [str(truth)],
    ).fetchall()
    for rule, planted, found, hits in rows:
        recall, precision = 100 * hits / max(planted, 1), 100 * hits / max(found, 1)
        print(f"    {rule:<34} planted {planted:>8,}  recall {recall:6.2f} %  precision {precision:6.2f} %")


def measure(folder: Path, scale: float) -> None:
    """Print everything about one scale."""
    build = prepared(folder, scale)
    nodes = compiled(build, folder / "target")
    with duckdb.connect(str(build), config={"memory_limit": MEMORY_LIMIT, "threads": 2}) as con:
        activities = con.execute("select count(*) from accepted.crm_aktivitet").fetchall()[0][0]
        print(f"scale {scale:g}: {activities:,} activities, memory limit {MEMORY_LIMIT}")
        build_models(con, nodes)
        judge(con, folder / "truth" / "planted_faults.parquet")


def main() -> None:
    """Measure every scale in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, nargs="+", default=[1.0])
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for scale in arguments.scale:
            measure((arguments.folder or Path(temporary)) / f"scale-{scale:g}", scale)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
