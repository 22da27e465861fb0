"""Bringing a backup back: everything is verified before anything is put in place."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from expectations.store import history_file, opened_history
from exports.files import sha256_of, sync
from exports.statement.edition import FOLDER, put_in_place
from exports.statement.store import load
from orchestration.backup.archive import Contents, check_sum, read_archive
from orchestration.backup.inventory import DELIVERIES_ROOT, EDITIONS_ROOT, HISTORY_ROOT
from orchestration.errors import BackupError
from orchestration.lock import hold
from orchestration.paths import build_folder
from sources import storage
from sources.erasures import FOLDER as RECEIPTS

_STAGING = ".gendannelse-"
_ASIDE = ".foer-gendannelse-"
_DIGITS = 16
_READ_ONLY_FOLDER = 0o555
_STATEMENTS = "statements"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Restored:
    """What was brought back.

    Attributes:
        contents: What the backup holds.
        deliveries: Where its deliveries are now; None when it has none.
        aside: What was there before and was moved aside.
        newer_receipts: How many receipts of erasures there were that are newer than the backup, and hold on.
    """

    contents: Contents
    deliveries: Path | None
    aside: tuple[Path, ...]
    newer_receipts: int


def restore(
    source: Path,
    output: Path,
    deliveries: Path,
    *,
    force: bool = False,
    fingerprint: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Restored:
    """Bring a backup back into an output folder and a folder with deliveries.

    A restore that was killed is done again from the start: what it had put in place is found to be the backup's.

    Args:
        source: The backup.
        output: The output folder: missing or empty, unless `force`.
        deliveries: The folder for the deliveries: missing or empty, unless `force`.
        force: Move aside what is there. Nothing is deleted.
        fingerprint: The SHA-256 of the backup, kept elsewhere.
        progress: Told of each file.

    Returns:
        What was brought back.

    Raises:
        BackupError: The backup or the folders cannot be used; nothing was changed.
        HistoryVersionError: The history of the backup is of a newer version of the program; nothing was changed.
        ChangedFileError: A frozen statement of the backup cannot be read; nothing was changed.
        RunInProgressError: A run holds the output folder.
    """
    digest = check_sum(source, fingerprint)
    contents = read_archive(source)
    staging = output / f"{_STAGING}{digest[:_DIGITS]}"
    here = DELIVERIES_ROOT if any(file.name.startswith(f"{DELIVERIES_ROOT}/") for file in contents.files) else None
    if not force:
        _refuse(output, None if staging.exists() else _first(output), source)
        if here and not _same(deliveries, contents):
            _refuse(deliveries, _first(deliveries), source)
    try:
        with hold(output):
            work = _Work(output, deliveries, staging, contents)
            work.unpack(source, progress)
            work.check()
            newer = work.carry_over()
            aside = work.place()
    except OSError as error:
        msg = f"{output}: sikkerhedskopien {source} blev ikke gendannet. {storage.cause(error, output)}"
        raise BackupError(msg) from error
    return Restored(contents, deliveries if here else None, aside, newer)


class _Work:
    """One restore: its folders, and the steps in their order."""

    def __init__(self, output: Path, deliveries: Path, staging: Path, contents: Contents) -> None:
        self._output, self._deliveries, self._contents = output, deliveries, contents
        self._staging = staging
        # On the file system the deliveries will be on, so that renaming puts them in place.
        self._delivered = deliveries.parent / f"{_STAGING}{staging.name.removeprefix(_STAGING)}-{deliveries.name}"
        self._stamp = f"{datetime.now(tz=UTC):%Y%m%dT%H%M%SZ}"

    def unpack(self, source: Path, progress: Callable[[str], None] | None) -> None:
        """Unpack everything beside where it will be."""
        for left in (self._staging, self._delivered, *self._output.glob(f"{_STAGING}*")):
            _remove(left)
        self._staging.mkdir(parents=True)
        self._delivered.parent.mkdir(parents=True, exist_ok=True)

        def place(name: str) -> Path:
            if progress is not None:
                progress(name)
            root, _, rest = name.partition("/")
            return self._delivered / rest if root == DELIVERIES_ROOT else self._staging / root / rest

        try:
            read_archive(source, place)
            for file in self._contents.files:
                path = place(file.name)
                os.utime(path, ns=(file.modified_ns, file.modified_ns))
                path.chmod(file.mode & 0o777)
        except BaseException:
            self._give_up()
            raise

    def check(self) -> None:
        """Make sure that this version of the program can use what it is given; bring an old history up to date."""
        try:
            history = self._staging / HISTORY_ROOT
            if (history / history_file(Path()).name).exists():
                with opened_history(history / history_file(Path()).name):
                    pass
            for version in sorted((history / _STATEMENTS).glob("*/*")):
                load(version)
                version.chmod(_READ_ONLY_FOLDER)
        except BaseException:
            self._give_up()
            raise

    def carry_over(self) -> int:
        """Let erasures that are newer than the backup hold on: the next run keeps those rows out.

        Returns:
            How many receipts are newer. Their texts come along, and plans of erasures that were interrupted.
        """
        known = self._staging / HISTORY_ROOT / RECEIPTS.name
        newer = 0
        for path in sorted((self._output / RECEIPTS).glob("*")):
            if path.is_file() and not (known / path.name).exists():
                known.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, known / path.name)
                sync(known / path.name)
                newer += path.suffix == ".json"
        return newer

    def place(self) -> tuple[Path, ...]:
        """Put everything in place by renaming: the deliveries, the editions, the history, which makes it whole."""
        aside = []
        if self._delivered.is_dir():
            if not _same(self._deliveries, self._contents):
                aside += self._put(self._delivered, self._deliveries)
            _remove(self._delivered)
        for edition in sorted((self._staging / EDITIONS_ROOT).glob("*")):
            (self._output / FOLDER).mkdir(exist_ok=True)
            put_in_place(edition, self._output, int(edition.name))
        if (self._staging / HISTORY_ROOT).is_dir():
            aside += self._put(self._staging / HISTORY_ROOT, history_file(self._output).parent)
        sync(self._output)
        _remove(self._staging)
        return tuple(aside)

    def _put(self, new: Path, target: Path) -> list[Path]:
        """Rename a folder into place; one that is there with something in it steps aside."""
        aside = []
        if _first(target) is not None:
            before = target.with_name(f"{target.name}{_ASIDE}{self._stamp}")
            target.rename(before)
            aside.append(before)
            _log.warning("%s was there and is now %s", target, before)
        elif target.is_dir():
            target.rmdir()
        new.rename(target)
        sync(target.parent)
        return aside

    def _give_up(self) -> None:
        """Remove what was unpacked."""
        for folder in (self._staging, self._delivered):
            _remove(folder)


def set_aside_by_restores(output: Path, deliveries: Path) -> tuple[Path, ...]:
    """List what restores moved aside and nobody has removed since: it holds what was there before, persons included.

    Args:
        output: The output folder.
        deliveries: The folder with deliveries.

    Returns:
        The folders.
    """
    targets = (history_file(output).parent, deliveries)
    return tuple(aside for target in targets for aside in sorted(target.parent.glob(f"{target.name}{_ASIDE}*")))


def _first(folder: Path) -> Path | None:
    """Find something in a folder that is not of the build or of a restore; None when there is nothing."""
    if not folder.is_dir():
        return folder if folder.exists() else None
    ours = build_folder(folder).name
    found = (path for path in folder.iterdir() if path.name != ours and not path.name.startswith(_STAGING))
    return next(found, None)


def _refuse(folder: Path, found: Path | None, source: Path) -> None:
    """Refuse to restore over something."""
    if found is not None:
        msg = (
            f"{folder}: mappen er ikke tom ({found.name}). Angiv en tom mappe, eller brug --force: så flyttes det, der "
            f"er der, til side. Intet er gendannet fra {source}."
        )
        raise BackupError(msg)


def _same(deliveries: Path, contents: Contents) -> bool:
    """Say whether a folder holds the backup's deliveries already: those of a restore that was killed."""
    wanted = {
        file.name.partition("/")[2]: file.sha256
        for file in contents.files
        if file.name.startswith(f"{DELIVERIES_ROOT}/")
    }
    there = {path.relative_to(deliveries).as_posix(): path for path in deliveries.rglob("*") if path.is_file()}
    return there.keys() == wanted.keys() and all(sha256_of(path) == wanted[name] for name, path in there.items())


def _remove(folder: Path) -> None:
    """Remove a folder of ours, frozen statements in it included."""
    if not folder.is_dir():
        return
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)
