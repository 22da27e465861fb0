"""Which delivered files hold rows older than the periods, and taking them out of the files when asked to."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exports.files import sync
from orchestration.lock import hold
from orchestration.settings import COPENHAGEN, RunSettings
from sources.contract import Contracts, load_contracts
from sources.cutting import cut_rows
from sources.deliveries import discover
from sources.erasures import ErasureError
from sources.landing import LandingReport, land
from sources.retention import RETENTION_FILE, expired_lines, load_retention
from sources.rewriting import Cut
from sources.warehouse import newest_day, open_warehouse


@dataclass(frozen=True)
class ExpiredRows:
    """The expired rows of a delivery.

    Attributes:
        delivery: The name it goes by.
        rows: Rows it holds.
        expired: How many of them are expired.
    """

    delivery: str
    rows: int
    expired: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing else is in the file."""
        return self.expired >= self.rows


def find_expired(settings: RunSettings) -> tuple[ExpiredRows, ...]:
    """Find the deliveries that hold expired rows; nothing is changed.

    Args:
        settings: Which deliveries, which output, which periods.

    Returns:
        One entry per such delivery.

    Raises:
        ErasureError: There is no folder of deliveries.
        RetentionError: The periods cannot be used.
    """
    private = settings.build_folder / "expired"
    with hold(settings.output_folder):
        try:
            lines, report = _look_up(settings, load_contracts(), private)
        finally:
            shutil.rmtree(private, ignore_errors=True)
    return _listed(lines, report)


def delete_expired(settings: RunSettings) -> tuple[ExpiredRows, ...]:
    """Take expired rows out of the deliveries, and remove files that hold nothing else.

    Args:
        settings: Which deliveries, which output, which periods.

    Returns:
        One entry per delivery that was changed or removed.

    Raises:
        ErasureError: There is no folder of deliveries, or it cannot be changed.
        RetentionError: The periods cannot be used.
    """
    contracts, private = load_contracts(), settings.build_folder / "expired"
    with hold(settings.output_folder):
        try:
            lines, report = _look_up(settings, contracts, private)
            found = _listed(lines, report)
            folder = _folder(settings)
            cuts = {one.delivery: Cut(lines[one.delivery]) for one in found if not one.is_whole}
            cut_rows(folder, contracts, cuts, report, private)
            files = {file.delivery: file.path for file in discover(folder, contracts).files}
            for one in found:
                if one.is_whole:
                    files[one.delivery].unlink()
                    sync(files[one.delivery].parent)
        finally:
            shutil.rmtree(private, ignore_errors=True)
    return found


def _folder(settings: RunSettings) -> Path:
    """Return the folder of deliveries."""
    if settings.deliveries is None:
        msg = "Angiv mappen med leverancer med --deliveries."
        raise ErasureError(msg)
    return Path(settings.deliveries)


def _look_up(
    settings: RunSettings, contracts: Contracts, private: Path
) -> tuple[dict[str, frozenset[int]], LandingReport]:
    """Land the folder by itself, so that nothing is missed that the build file has let go already."""
    retention = load_retention(contracts, Path(settings.retention) if settings.retention else RETENTION_FILE)
    shutil.rmtree(private, ignore_errors=True)
    private.mkdir(parents=True, mode=0o700)
    with closing(open_warehouse(private / "found.duckdb", contracts)) as con:
        report = land(con, _folder(settings), contracts=contracts)
        wall_clock = datetime.now(tz=COPENHAGEN).date()
        return expired_lines(con, contracts, retention, min(newest_day(con) or wall_clock, wall_clock)), report


def _listed(lines: dict[str, frozenset[int]], report: LandingReport) -> tuple[ExpiredRows, ...]:
    """Put the numbers beside the rows there are."""
    rows = {one.delivery: one.delivered_rows for one in report.accepted}
    return tuple(ExpiredRows(name, rows[name], len(found)) for name, found in sorted(lines.items()))
