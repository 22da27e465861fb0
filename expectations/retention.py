"""What is forgotten of the history at the end of a run, and when. What is open or waits is never forgotten."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations.alert_store import PENDING
from expectations.periods import Periods, load_periods
from expectations.store import opened_history, tables_in

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Forgotten:
    """How many rows were deleted: closed findings, results of checks, and messages that were sent or replaced."""

    findings: int = 0
    results: int = 0
    messages: int = 0


def forget_old(history: Path, data_day: date, run_day: date, periods: Periods | None = None) -> Forgotten:
    """Delete what is older than the periods say.

    Args:
        history: The history file; without it there is nothing to forget.
        data_day: The day of the run's data.
        run_day: The day of the run. The earlier of the two counts: a delivery dated far ahead by mistake may not empty
            the history, nor may a clock.
        periods: How long things are kept; the project's own when not given.

    Returns:
        What was deleted.

    Raises:
        HistoryBusyError: Another program kept the history open.
    """
    if not history.exists():
        return Forgotten()
    kept = periods or load_periods()
    day = min(data_day, run_day)
    with opened_history(history) as con:
        con.begin()
        findings = 0
        if "findings" in tables_in(con):
            findings = _deleted(
                con.execute(
                    "delete from findings where closed_on < ?", [kept.closed_findings_kept.before(day)]
                ).fetchall()
            )
        results = _deleted(
            con.execute("delete from expectation_results where day < ?", [kept.results_kept.before(day)]).fetchall()
        )
        messages = _deleted(
            con.execute(
                "delete from alert_outbox where day < ? and status <> ?", [kept.messages_kept.before(day), PENDING]
            ).fetchall()
        )
        con.commit()
    forgotten = Forgotten(findings, results, messages)
    _log.info("Older than the periods of %s: %s", day, forgotten)
    return forgotten


def _deleted(answer: list[tuple[int]]) -> int:
    """Read how many rows a statement deleted."""
    return int(answer[0][0])
