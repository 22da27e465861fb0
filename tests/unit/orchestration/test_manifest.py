"""The parsed dbt project: made once, and made again when the project changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from orchestration import manifest
from orchestration.errors import ProjectError
from orchestration.paths import DBT_PROJECT

TINY = """
name: tiny
version: 0.1.0
profile: erhvervshus
flags: {send_anonymous_usage_stats: false}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dbt project with one model."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(TINY, encoding="utf-8")
    (folder / "profiles.yml").write_bytes((DBT_PROJECT / "profiles.yml").read_bytes())
    (folder / "models" / "one.sql").write_text("select 1 as x", encoding="utf-8")
    return folder


def age(folder: Path, seconds: int = 100) -> None:
    """Make everything in a folder look older."""
    for path in [folder, *folder.rglob("*")]:
        stat = path.stat()
        os.utime(path, (stat.st_atime - seconds, stat.st_mtime - seconds))


def test_is_made_once_and_again_after_a_change(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a changed model would be built by its old definition, or every run would parse everything."""
    age(project)
    target = tmp_path / "target"
    path = manifest.prepare_manifest(project, target)
    assert "model.tiny.one" in manifest.read_manifest(path)["nodes"]
    assert (target / manifest.PARTIAL_PARSE).exists()

    parsed: list[Path] = []
    monkeypatch.setattr(manifest, "_parse", lambda project, _: parsed.append(project))
    manifest.prepare_manifest(project, target)
    assert parsed == []

    (project / "models" / "one.sql").unlink()
    manifest.prepare_manifest(project, target)
    assert parsed == [project], "a removed model must be noticed too"


def test_a_mistake_in_a_model_is_told_with_its_file(project: Path, tmp_path: Path) -> None:
    """Without it, the developer would get a traceback of the parser, or an old manifest in silence."""
    (project / "models" / "two.sql").write_text("select * from {{ ref('nowhere') }}", encoding="utf-8")
    with pytest.raises(ProjectError, match="nowhere") as caught:
        manifest.prepare_manifest(project, tmp_path / "target")
    assert "dbt kan ikke læse projektet" in str(caught.value)


def test_dbt_is_the_one_beside_this_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, another dbt on the path would build with other rules, or none would be found."""
    assert Path(manifest.dbt_executable()).exists()
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(ProjectError, match="make setup"):
        manifest.dbt_executable()


def test_nothing_reports_home() -> None:
    """Without it, a run would send usage statistics from a public authority's network."""
    environment = manifest.quiet_environment()
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert "send_anonymous_usage_stats: false" in (DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8")


def test_the_projects_own_manifest_can_be_prepared() -> None:
    """Without it, a clean clone could not run."""
    path = manifest.prepare_manifest()
    assert json.loads(path.read_bytes())["metadata"]["project_name"] == "erhvervshus"
