"""Where the program keeps what can be made again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestration import paths


@pytest.fixture
def nothing_writable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every folder look read-only; tests may run as root, for whom none is."""
    monkeypatch.setattr(os, "access", lambda *_: False)


def test_caches_are_local_when_they_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, removing the project would leave its data behind elsewhere."""
    monkeypatch.chdir(tmp_path)
    assert paths.synthetic_cache() == tmp_path / ".cache" / "synthetic"
    assert paths.dbt_target(tmp_path) == tmp_path / "target"


@pytest.mark.usefixtures("nothing_writable")
def test_caches_are_the_users_when_the_project_is_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, the program would not run from a read-only installation."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert paths.synthetic_cache() == tmp_path / "erhvervshus" / "synthetic"
    assert paths.dbt_target(tmp_path) == tmp_path / "erhvervshus" / "dbt"


def test_users_cache_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a user without the variable would get a cache in the root folder."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert paths.user_cache() == Path.home() / ".cache" / "erhvervshus"


def test_a_file_is_not_a_writable_folder(tmp_path: Path) -> None:
    """Without it, a file named `target` would be taken for the folder."""
    file = tmp_path / "target"
    file.touch()
    assert not paths.is_writable(file)
    assert paths.is_writable(tmp_path / "new" / "deep")
