"""The dbt unit tests: every model's corner cases, run against the tables of a real run."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from orchestration.manifest import dbt_executable, quiet_environment
from orchestration.paths import DBT_PROJECT


def test_every_dbt_unit_test_passes(small_run: Path, tmp_path: Path) -> None:
    """Without it the corner cases written beside the models would never be tried: a run leaves unit tests out."""
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(small_run / ".build" / "warehouse.duckdb", warehouse)
    target = tmp_path / "target"
    result = subprocess.run(
        [
            dbt_executable(),
            "test",
            "--select",
            "test_type:unit",
            "--target",
            "dev",
            "--project-dir",
            str(DBT_PROJECT),
            "--profiles-dir",
            str(DBT_PROJECT),
            "--target-path",
            str(target),
            "--log-path",
            str(tmp_path / "logs"),
        ],
        env={
            **quiet_environment(),
            "ERHVERVSHUS_WAREHOUSE": str(warehouse),
            "ERHVERVSHUS_PSEUDONYM_KEY": "only for these tests, which make their rows themselves",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    assert len(results) > 50
    assert {r["status"] for r in results} == {"pass"}
