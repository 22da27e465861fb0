"""Where the project's own folders are, and where it may keep what can be made again."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
DBT_PROJECT = PROJECT_ROOT / "dbt_project"


def build_folder(output: Path) -> Path:
    """Return the private folder of the build in an output folder.

    Args:
        output: The output folder.

    Returns:
        `<output>/.build`.
    """
    return output / ".build"


def build_file(output: Path) -> Path:
    """Return the private build file in an output folder.

    Args:
        output: The output folder.

    Returns:
        `<output>/.build/warehouse.duckdb`, which exists once a run has landed deliveries.
    """
    return build_folder(output) / "warehouse.duckdb"


def is_writable(folder: Path) -> bool:
    """Say whether files can be made in a folder, or in the nearest of its parents that exists.

    Args:
        folder: The folder; it need not exist.

    Returns:
        True when the folder exists and is writable, or could be made.
    """
    for candidate in (folder, *folder.parents):
        if candidate.exists():
            return candidate.is_dir() and os.access(candidate, os.W_OK)
    return False


def user_cache() -> Path:
    """Return this user's cache folder for the program, which need not exist yet.

    Returns:
        `$XDG_CACHE_HOME/erhvervshus`, or `~/.cache/erhvervshus` where the variable is not set.
    """
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "erhvervshus"


def synthetic_cache() -> Path:
    """Return the folder that keeps synthetic deliveries between runs.

    Returns:
        `.cache/synthetic` under the current folder, or the user's cache when that cannot be written.
    """
    local = Path.cwd() / ".cache" / "synthetic"
    return local if is_writable(local) else user_cache() / "synthetic"


def dbt_target(project: Path = DBT_PROJECT) -> Path:
    """Return the folder that keeps the parsed dbt project between runs.

    Args:
        project: The dbt project.

    Returns:
        `target` in the project, or a folder in the user's cache when the project is not writable.
    """
    local = project / "target"
    return local if is_writable(local) else user_cache() / "dbt"
