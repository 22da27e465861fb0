"""The parsed dbt project: made when it is missing or older than the project, and shared by all runs.

Run as a program (`python -m orchestration.manifest`) it prepares the manifest, as setting up does.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestration.errors import ProjectError
from orchestration.paths import DBT_PROJECT, dbt_target

_log = logging.getLogger(__name__)

PROJECT_FOLDERS = ("models", "macros", "seeds", "tests")
PROJECT_FILES = ("dbt_project.yml", "profiles.yml")
MANIFEST = "manifest.json"
PARTIAL_PARSE = "partial_parse.msgpack"
_PARSING = ".parsing-"


def dbt_executable() -> str:
    """Return the dbt that belongs to this Python, never one that happens to be on the path.

    Returns:
        The absolute path of the program.

    Raises:
        ProjectError: dbt is not installed beside this Python.
    """
    path = Path(sys.executable).parent / "dbt"
    if not path.exists():
        msg = f"{path}: programmet dbt mangler. Kør `make setup`, så miljøet bliver sat op igen."
        raise ProjectError(msg)
    return str(path)


def python_of_dbt() -> str:
    """Return the Python that dbt is installed for, which is this one.

    Returns:
        The absolute path of the interpreter.

    Raises:
        ProjectError: dbt is not installed beside this Python.
    """
    return str(Path(dbt_executable()).with_name(Path(sys.executable).name))


def quiet_environment() -> dict[str, str]:
    """Return the environment dbt is started with: this one, without anything that reports home.

    Returns:
        A copy of the environment, with dbt's own telemetry and colours off.
    """
    return {
        **os.environ,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "DBT_USE_COLORS": "false",
        "DBT_VERSION_CHECK": "false",
    }


def project_inputs(project: Path) -> Iterator[Path]:
    """List what the manifest is made from, folders included, so that a removed file is noticed too.

    Args:
        project: The dbt project.

    Yields:
        Every file and folder that dbt reads.
    """
    yield from (project / name for name in PROJECT_FILES)
    for name in PROJECT_FOLDERS:
        folder = project / name
        if folder.is_dir():
            yield folder
            yield from folder.rglob("*")


def is_current(manifest: Path, project: Path) -> bool:
    """Say whether a manifest is newer than everything it was made from.

    Args:
        manifest: The manifest.
        project: The dbt project.

    Returns:
        False when the manifest is missing, or when anything in the project changed after it was made.
    """
    if not manifest.exists():
        return False
    made = manifest.stat().st_mtime_ns
    return all(path.stat().st_mtime_ns < made for path in project_inputs(project) if path.exists())


def prepare_manifest(project: Path = DBT_PROJECT, target: Path | None = None) -> Path:
    """Make sure the manifest exists and fits the project; parse the project only when it does not.

    Two processes that need it at the same time parse it once: the second waits.

    Args:
        project: The dbt project.
        target: The folder that keeps the manifest; chosen by `dbt_target` when not given.

    Returns:
        The path of the manifest.

    Raises:
        ProjectError: dbt cannot parse the project; the message holds what dbt said.
    """
    folder = target or dbt_target(project)
    manifest = folder / MANIFEST
    if is_current(manifest, project):
        return manifest
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob(f"{_PARSING}*"):
            shutil.rmtree(left, ignore_errors=True)
        if not is_current(manifest, project):
            _parse(project, folder)
    return manifest


def _parse(project: Path, target: Path) -> None:
    """Run `dbt parse`, and put the manifest and its partial parse into the target folder when they are whole."""
    _log.info("Parsing the dbt project %s into %s", project, target)
    with tempfile.TemporaryDirectory(dir=target, prefix=_PARSING) as folder:
        fresh = Path(folder)
        if (target / PARTIAL_PARSE).exists():
            shutil.copy2(target / PARTIAL_PARSE, fresh)
        # Dated before the parse: a file saved while dbt reads makes the next run parse again.
        started = _filesystem_now(target)
        result = subprocess.run(  # noqa: S603
            [
                dbt_executable(),
                "--quiet",
                "parse",
                "--project-dir",
                str(project),
                "--profiles-dir",
                str(project),
                "--target-path",
                str(fresh),
                "--log-path",
                str(target),
            ],
            cwd=project,
            env=quiet_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        manifest = fresh / MANIFEST
        if result.returncode != 0 or not manifest.exists():
            detail = (result.stdout + result.stderr).strip()
            msg = f"{project}: dbt kan ikke læse projektet. Ret fejlen, og kør igen.\n{detail}"
            raise ProjectError(msg)
        os.utime(manifest, ns=(started, started))
        for made in sorted(fresh.iterdir(), key=lambda path: path.name == MANIFEST):
            if made.is_file():
                made.replace(target / made.name)


def _filesystem_now(folder: Path) -> int:
    """Return the time as the file system of a folder tells it, in nanoseconds."""
    probe = folder / ".now"
    probe.touch()
    now = probe.stat().st_mtime_ns
    probe.unlink()
    return now


def read_manifest(manifest: Path) -> dict[str, Any]:
    """Read a manifest.

    Args:
        manifest: Its path.

    Returns:
        dbt's manifest as JSON: `nodes`, `sources`, `metadata` and more.
    """
    content: dict[str, Any] = json.loads(manifest.read_bytes())
    return content


def main() -> None:
    """Prepare the manifest, so that the first run need not."""
    prepare_manifest()


if __name__ == "__main__":
    main()
