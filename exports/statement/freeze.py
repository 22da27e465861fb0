"""Frozen statements: what was published for a year, kept so that it can be published again, byte for byte."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from exports.files import sync
from exports.statement.errors import FreezeError
from exports.statement.statement import Freeze, Statement
from exports.statement.store import Kept, load, save
from sources import storage

_log = logging.getLogger(__name__)

_STAGING = ".under-udarbejdelse-"
_READ_ONLY_FOLDER = 0o555


def frozen_folder(output: Path, year: int) -> Path:
    """Return where the frozen statements of a year lie.

    Args:
        output: The output folder.
        year: The report year.

    Returns:
        `<output>/.history/statements/<year>`, with a folder per version.
    """
    return output / ".history" / "statements" / str(year)


def versions(output: Path, year: int) -> tuple[int, ...]:
    """List the frozen versions of a year.

    Args:
        output: The output folder.
        year: The report year.

    Returns:
        The versions, oldest first; none when the year is not frozen.
    """
    folder = frozen_folder(output, year)
    if not folder.is_dir():
        return ()
    return tuple(sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal()))


def frozen_years(output: Path) -> tuple[int, ...]:
    """List the years that are frozen.

    Args:
        output: The output folder.

    Returns:
        The years in order.
    """
    folder = frozen_folder(output, 0).parent
    years = (int(path.name) for path in folder.iterdir() if path.name.isdecimal()) if folder.is_dir() else ()
    return tuple(sorted(year for year in years if versions(output, year)))


def load_frozen(output: Path, year: int, version: int | None = None) -> Kept:
    """Read a frozen statement; every file is checked against its fingerprint.

    Args:
        output: The output folder.
        year: The report year.
        version: Which version; the newest when not given.

    Returns:
        The statement with its comments and its lineage.

    Raises:
        FreezeError: The year, or the version, is not frozen.
        ChangedFileError: A file is not the one that was frozen.
    """
    known = versions(output, year)
    if not known:
        frozen = ", ".join(str(each) for each in frozen_years(output)) or "ingen"
        msg = (
            f"{frozen_folder(output, year)}: opgørelsen for {year} er ikke frosset (frosne år: {frozen}). "
            f"Frys den med `erhvervshus freeze --year {year}`."
        )
        raise FreezeError(msg)
    wanted = known[-1] if version is None else version
    if wanted not in known:
        msg = f"Opgørelsen for {year} har ingen version {wanted}. Vælg en af: {', '.join(str(each) for each in known)}."
        raise FreezeError(msg)
    return load(frozen_folder(output, year) / str(wanted))


def next_freeze(output: Path, year: int, reason: str | None, now: datetime | None = None) -> Freeze:
    """Say what the next frozen version of a year will be, and refuse one that would replace another silently.

    Args:
        output: The output folder.
        year: The report year.
        reason: Why it supersedes the version before; None for the first.
        now: When, with time zone; the wall clock when not given.

    Returns:
        The freeze.

    Raises:
        FreezeError: The year is frozen and no reason is given, or a reason is given for the first version.
    """
    known = versions(output, year)
    why = (reason or "").strip() or None
    if known and why is None:
        frozen = load_frozen(output, year).statement.freeze
        day = f" {frozen.frozen_at.date().isoformat()}" if frozen is not None else ""
        msg = (
            f"Opgørelsen for {year} er allerede frosset (version {known[-1]}{day}) og kan ikke overskrives. "
            "Skal den afløses af en ny version, så angiv hvorfor med --reason."
        )
        raise FreezeError(msg)
    if not known and why is not None:
        msg = f"Opgørelsen for {year} er ikke frosset før, så der er ingen version at afløse. Udelad --reason."
        raise FreezeError(msg)
    when = (now or datetime.now(tz=UTC)).astimezone(UTC).replace(microsecond=0)
    return Freeze(version=known[-1] + 1 if known else 1, frozen_at=when, reason=why)


def store_frozen(
    statement: Statement,
    output: Path,
    *,
    comments: Path | None = None,
    final: bool = False,
    lineage: Mapping[str, tuple[str, ...]] | None = None,
) -> Path:
    """Keep a frozen statement, read-only, whole or not at all.

    Args:
        statement: The statement, with its freeze.
        output: The output folder.
        comments: The file with the analysts' comments, or None.
        final: Whether it is published as the final edition.
        lineage: For each table and measure the delivered entities its figures are made from.

    Returns:
        The folder of the version.

    Raises:
        FreezeError: The statement has no freeze, the version is there already, or the files cannot be written;
            nothing was kept.
    """
    freeze = statement.freeze
    if freeze is None:
        msg = f"Opgørelsen for {statement.year} har ingen version at blive frosset som. Meld fejlen."
        raise FreezeError(msg)
    root = frozen_folder(output, statement.year)
    folder, staging = root / str(freeze.version), root / f"{_STAGING}{freeze.version}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        for left in root.glob(f"{_STAGING}*"):
            _log.warning("Removing %s, left by a run that was killed", left)
            shutil.rmtree(left)
        if folder.exists():
            msg = (
                f"{folder}: version {freeze.version} er allerede frosset og kan ikke overskrives. Kør kommandoen igen."
            )
            raise FreezeError(msg)
        staging.mkdir()
        try:
            save(
                statement,
                staging,
                comments=comments.read_bytes() if comments is not None else None,
                final=final,
                lineage=lineage,
            )
            staging.rename(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        folder.chmod(_READ_ONLY_FOLDER)
        sync(root)
    except OSError as error:
        msg = f"{folder}: opgørelsen kunne ikke fryses, og intet er gemt. {storage.cause(error, folder)}"
        raise FreezeError(msg) from error
    return folder
