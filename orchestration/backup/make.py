"""Taking a backup: while nothing runs, of a consistent copy of the history, into one file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from expectations.store import history_file, save_copy
from orchestration.backup.archive import ENDINGS, Contents, write_archive
from orchestration.backup.inventory import inventory
from orchestration.errors import BackupError
from orchestration.lock import hold
from orchestration.paths import build_folder
from orchestration.version import code_version

_PREFIX = "backup-"


@dataclass(frozen=True)
class Made:
    """A backup that was taken: the file, what it holds, its SHA-256 in hex, and its size in bytes."""

    file: Path
    contents: Contents
    sha256: str
    bytes: int


def back_up(output: Path, deliveries: Path | None, target: Path, progress: Callable[[str], None] | None = None) -> Made:
    """Take a backup; no run can begin meanwhile.

    Args:
        output: The output folder.
        deliveries: The folder with deliveries; None when they are synthetic.
        target: The file to make, ending with `.tar`, `.tar.gz` or `.tar.zst`.
        progress: Told of each file.

    Returns:
        The backup.

    Raises:
        BackupError: The target cannot be used, there is nothing to keep, or it could not be written. There is no file.
        RunInProgressError: A run holds the output folder.
    """
    _check_target(output, deliveries, target)
    if not inventory(output, deliveries):
        msg = f"{output}: her er intet at tage kopi af. Angiv mappen med kørslens resultater med --output."
        raise BackupError(msg)
    with hold(output):
        for left in build_folder(output).glob(f"{_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=build_folder(output), prefix=_PREFIX) as folder:
            history = history_file(output)
            copy = Path(folder) / history.name
            if history.exists():
                save_copy(history, copy)
            # The file itself may have rows in its log that are not in it yet.
            items = [
                replace(item, source=copy) if item.source == history else item for item in inventory(output, deliveries)
            ]
            made_at = datetime.now(tz=UTC).replace(microsecond=0)
            contents, digest = write_archive(
                target, items, made_at=made_at, code_version=code_version(), progress=progress
            )
    return Made(target, contents, digest, target.stat().st_size)


def _check_target(output: Path, deliveries: Path | None, target: Path) -> None:
    """Refuse a target that is there, that would be taken for something else, or that cannot be written."""
    problem = None
    if not target.name.endswith(ENDINGS):
        problem = f"navnet skal ende på {', '.join(ENDINGS[:-1])} eller {ENDINGS[-1]}"
    elif target.exists():
        problem = "filen findes allerede og bliver ikke overskrevet"
    elif not target.absolute().parent.is_dir():
        problem = f"mappen {target.absolute().parent} findes ikke"
    else:
        inside = (deliveries, history_file(output).parent, build_folder(output))
        where = target.absolute().parent.resolve()
        if any(each is not None and where.is_relative_to(each.resolve()) for each in inside):
            problem = "en sikkerhedskopi kan ikke ligge i det, den er en kopi af"
    if problem is not None:
        msg = f"{target}: {problem}. Angiv et andet navn med --to."
        raise BackupError(msg)
