"""The dbt unit tests: every model's corner cases, run against the tables of a real run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration.dbt import prepare_workspace
from orchestration.dbt_process import command
from orchestration.manifest import prepare_manifest, quiet_environment
from orchestration.paths import DBT_PROJECT


def test_every_dbt_unit_test_passes(small_run: Path, tmp_path: Path) -> None:
    """Without it the corner cases written beside the models would never be tried: a run leaves unit tests out."""
    # Where dbt works in a run: the shared parse of the project holds there.
    build = tmp_path / ".build"
    workspace = prepare_workspace(DBT_PROJECT, prepare_manifest(), build)
    shutil.copy(small_run / ".build" / "warehouse.duckdb", build)
    result = subprocess.run(
        [sys.executable, *command(os.getpid()), "test", "--select", "test_type:unit"],
        cwd=workspace,
        env={
            **quiet_environment(),
            "DBT_LOG_PATH": "target",
            "ERHVERVSHUS_PSEUDONYM_KEY": "only for these tests, which make their rows themselves",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    results = json.loads((workspace / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    assert len(results) > 50
    assert {r["status"] for r in results} == {"pass"}
