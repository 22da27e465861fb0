"""Which code made a figure: the package's version and, in a working copy, the commit."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from importlib.metadata import version

from orchestration.paths import PROJECT_ROOT

PACKAGE = "erhvervshus-warehouse"


@cache
def code_version() -> str:
    """Name the code that runs.

    Returns:
        The package's version; in a working copy with git followed by `+`, the commit, and `-dirty` when files
        were changed since, as `0.1.0+3f9c2a7b11d0-dirty`.
    """
    package = version(PACKAGE)
    git = shutil.which("git")
    if git is None or not (PROJECT_ROOT / ".git").exists():
        return package
    described = subprocess.run(  # noqa: S603
        [git, "-C", str(PROJECT_ROOT), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
        capture_output=True,
        text=True,
        check=False,
    )
    commit = described.stdout.strip()
    return f"{package}+{commit}" if described.returncode == 0 and commit else package
