"""Which code made a figure."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration import version


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Let each test ask anew."""
    version.code_version.cache_clear()
    yield
    version.code_version.cache_clear()


def test_without_a_working_copy_it_is_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, an installed program could not say what it is."""
    monkeypatch.setattr(version, "PROJECT_ROOT", tmp_path)
    assert version.code_version()[0].isdigit()
    assert "+" not in version.code_version()


def test_in_a_working_copy_it_names_the_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a figure made between two versions could not be made again."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    monkeypatch.setattr(version, "PROJECT_ROOT", tmp_path)
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run([git, "init", "-q", str(tmp_path)], check=True)
    assert "+" not in version.code_version(), "a repository without commits has nothing to name"
    version.code_version.cache_clear()
    commit = [git, "-C", str(tmp_path), *identity, "commit", "-q", "--allow-empty", "-m", "x"]
    subprocess.run(commit, check=True)
    assert len(version.code_version().partition("+")[2]) == 12
