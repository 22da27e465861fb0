"""Taking rows out of a folder of deliveries: new files are written, read back and compared, then put in place.

Killed at any moment, every delivery is either as it was or as it shall be, and the same can be done again.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sources.contract import Contracts
from sources.deliveries import FoundFile, discover
from sources.erasures import ErasureError, Subject, find_subject, number_pattern
from sources.landing import LandingReport, land
from sources.private_copy import fingerprint
from sources.rewriting import Cut, rewrite
from sources.warehouse import open_warehouse


@dataclass(frozen=True)
class CutDelivery:
    """A delivery that was written again.

    Attributes:
        delivery: The name it goes by.
        rows: Rows taken out.
        texts: Texts of other rows that were changed.
        before: SHA-256 of the file as it was.
        after: SHA-256 of the file as it is.
    """

    delivery: str
    rows: int
    texts: int
    before: str
    after: str


def look_up(folder: Path, contracts: Contracts, cvr: str, private: Path) -> tuple[Subject, LandingReport]:
    """Find everything of a company in a folder of deliveries, also what no table keeps any more.

    Args:
        folder: The deliveries.
        contracts: The contracts.
        cvr: The CVR number, eight digits.
        private: A private folder; emptied.

    Returns:
        What is there of the company, and what was landed.

    Raises:
        NothingUsableError: No delivery can be used.
    """
    shutil.rmtree(private, ignore_errors=True)
    private.mkdir(parents=True, mode=0o700)
    with closing(open_warehouse(private / "found.duckdb", contracts)) as con:
        report = land(con, folder, contracts=contracts)
        return find_subject(con, contracts, cvr), report


def cut_rows(
    folder: Path,
    contracts: Contracts,
    cuts: Mapping[str, Cut],
    report: LandingReport,
    private: Path,
    cvr: str | None = None,
) -> tuple[CutDelivery, ...]:
    """Take rows out of deliveries.

    Args:
        folder: The deliveries.
        contracts: The contracts.
        cuts: Per delivery what goes.
        report: What was landed of the folder.
        private: A private folder.
        cvr: The company that must be nowhere in the new files; None to compare the numbers of rows only.

    Returns:
        The deliveries that were written again; those in which nothing changed are left as they are.

    Raises:
        ErasureError: A new file does not hold what the old one held without the rows, or the folder cannot be written;
            nothing was replaced.
    """
    new_folder = private / "new"
    shutil.rmtree(new_folder, ignore_errors=True)
    files = {file.delivery: file for file in discover(folder, contracts).files}
    _check_writable(files[name].path.parent for name in cuts)
    made: list[tuple[FoundFile, Path, CutDelivery]] = []
    for name, cut in cuts.items():
        file = files[name]
        if file.entity is None or file.format is None:
            continue
        target = new_folder / file.path.relative_to(folder).parent
        target.mkdir(parents=True, exist_ok=True)
        written = rewrite(contracts.entity(file.entity), file.path, file.format, cut, target)
        if not written.rows and not written.texts:
            written.path.unlink()
            continue
        before, after = fingerprint(file.path).sha256, fingerprint(written.path).sha256
        made.append((file, written.path, CutDelivery(name, written.rows, written.texts, before, after)))
    if made:
        _compare(new_folder, contracts, made, report, private / "new.duckdb", cvr)
    for file, new, _ in made:
        _put_in_place(new, file.path)
    return tuple(result for _, _, result in made)


def _check_writable(folders: Iterable[Path]) -> None:
    """Make sure that every folder can be written before any work is done."""
    for folder in sorted(set(folders)):
        if not os.access(folder, os.W_OK):
            msg = f"{folder}: mappen med leverancer kan ikke ændres. Giv skriveadgang, og kør igen. Intet er ændret."
            raise ErasureError(msg)


def _compare(
    folder: Path,
    contracts: Contracts,
    made: Iterable[tuple[FoundFile, Path, CutDelivery]],
    report: LandingReport,
    build: Path,
    cvr: str | None,
) -> None:
    """Read the new files back: every row that should stay is there, and nothing of the company."""
    build.unlink(missing_ok=True)
    with closing(open_warehouse(build, contracts)) as con:
        landed = land(con, folder, contracts=contracts)
        left = find_subject(con, contracts, cvr) if cvr is not None else None
    # Names held back are numbered anew in the smaller folder: files are told apart by their content.
    rows = {one.fingerprint: one.delivered_rows for one in landed.accepted}
    was = {one.delivery: one.delivered_rows for one in report.accepted}
    for _, _, result in made:
        found, expected = rows.get(result.after), was[result.delivery] - result.rows
        if found != expected:
            counted = found if found is not None else "ingen læsbare"
            msg = (
                f"{result.delivery}: den nye fil har {counted} rækker, men skulle have {expected}. Intet er ændret. "
                "Meld fejlen."
            )
            raise ErasureError(msg)
    if left is not None and left.lines:
        msg = f"{', '.join(sorted(left.lines))}: virksomheden står fortsat i den nye fil. Intet er ændret. Meld fejlen."
        raise ErasureError(msg)


def _put_in_place(new: Path, old: Path) -> None:
    """Replace a delivery in one step; the original stands until then, and is gone after."""
    # Hidden, so that a run at the same moment does not take it for a delivery; beside it, so that renaming is one step.
    beside = old.with_name(f".{old.name}.new")
    shutil.copyfile(new, beside)
    shutil.copymode(old, beside)
    _sync(beside)
    beside.replace(old)
    _sync(old.parent)


def _sync(path: Path) -> None:
    """Write a file, or the names in a folder, through to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def company_cuts(subject: Subject, cvr: str) -> dict[str, Cut]:
    """Return what goes of each delivery for a company to be gone.

    Args:
        subject: What was found of it.
        cvr: The CVR number, eight digits.

    Returns:
        Per delivery its rows that go, and the number that may stand nowhere else in it.
    """
    pattern = re.compile(number_pattern(cvr))
    names = sorted({*subject.lines, *subject.mentions})
    return {name: Cut(subject.lines.get(name, frozenset()), pattern) for name in names}
