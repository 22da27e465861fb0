"""The folder of the pages, `<output>/natlog`: a page per run, the newest once more, and the records behind them."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from expectations.periods import Periods, load_periods
from expectations.wording import COPENHAGEN
from exports.files import write_whole
from orchestration.nightlog.page import render
from orchestration.nightlog.record import Alerts, Night

_log = logging.getLogger(__name__)

FOLDER: Final = "natlog"
NEWEST: Final = "seneste.html"
_RECORDS: Final = ".data"
_COMPARED: Final = 30
"""How many runs back the usual is taken from."""
_SHORT: Final = 8


def keep(output: Path, night: Night, periods: Periods | None = None) -> Path:
    """Write the page of a run and its record; forget those that are older than the periods say.

    Written twice, the later replaces the earlier. Alerts that were sent before the page was written are on it.

    Args:
        output: The output folder.
        night: The run.
        periods: How long pages are kept; the project's own when not given.

    Returns:
        The page.

    Raises:
        OSError: The folder cannot be written.
    """
    with _locked(output) as folder:
        early = folder / _RECORDS / f"{night.run_id[:_SHORT]}.alerts"
        if early.exists():
            night = night.model_copy(update={"alerts": Alerts.model_validate_json(early.read_bytes())})
            early.unlink()
        page = _write(folder, night)
        _forget(folder, night, (periods or load_periods()).night_logs_kept.days)
    return page


def add_alerts(output: Path, run_id: str, alerts: Alerts) -> None:
    """Put what was sent after a run on its page, which may come later.

    Args:
        output: The output folder.
        run_id: The run that was told of.
        alerts: What was sent.
    """
    with _locked(output) as folder:
        night = next((each for each in _records(folder) if each.run_id == run_id), None)
        if night is None:
            content = alerts.model_dump_json().encode()
            write_whole(folder / _RECORDS / f"{run_id[:_SHORT]}.alerts", content)
        else:
            _write(folder, night.model_copy(update={"alerts": alerts}))


def nights(output: Path) -> tuple[Night, ...]:
    """Read the records.

    Args:
        output: The output folder.

    Returns:
        The runs, the newest first.
    """
    folder = output / FOLDER
    return tuple(_records(folder)) if folder.is_dir() else ()


@contextmanager
def _locked(output: Path) -> Iterator[Path]:
    """Make the folder, and let one process at a time change it."""
    folder = output / FOLDER
    (folder / _RECORDS).mkdir(parents=True, exist_ok=True)
    with (folder / _RECORDS / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder


def _write(folder: Path, night: Night) -> Path:
    """Write one run's record and page, and the newest page when it is the newest run."""
    others = [each for each in _records(folder) if each.run_id != night.run_id]
    earlier = [each for each in others if each.started_at < night.started_at][:_COMPARED]
    before = f"{_stem(earlier[0])}.html" if earlier else None
    content = render(night, earlier, before).encode()
    write_whole(folder / _RECORDS / f"{_stem(night)}.json", night.model_dump_json(indent=1).encode())
    page = folder / f"{_stem(night)}.html"
    write_whole(page, content)
    if all(each.started_at <= night.started_at for each in others):
        write_whole(folder / NEWEST, content)
    return page


def _records(folder: Path) -> list[Night]:
    """Read the records, the newest first; one that cannot be read is passed over."""
    found = []
    for path in (folder / _RECORDS).glob("*.json"):
        try:
            found.append(Night.model_validate_json(path.read_bytes()))
        except (OSError, ValueError):
            _log.warning("%s cannot be read and is passed over", path, exc_info=True)
    return sorted(found, key=lambda night: night.started_at, reverse=True)


def _forget(folder: Path, newest: Night, days: int) -> None:
    """Remove what is older than the period, counted back from the run that was just kept."""
    for night in _records(folder):
        if (newest.started_at - night.started_at).days > days:
            (folder / f"{_stem(night)}.html").unlink(missing_ok=True)
            (folder / _RECORDS / f"{_stem(night)}.json").unlink(missing_ok=True)


def _stem(night: Night) -> str:
    """Name a run's files by its day in Denmark and its number."""
    day: datetime = night.started_at.astimezone(COPENHAGEN)
    return f"{day:%Y-%m-%d}-{night.run_id[:_SHORT]}"
