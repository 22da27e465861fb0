"""What is forgotten of the history, and what never is."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from expectations.errors import PeriodsError
from expectations.periods import load_periods
from expectations.retention import Forgotten, forget_old
from expectations.store import history_file, opened_history

TODAY = date(2026, 10, 31)
PERIODS = load_periods()


def history_with(tmp_path: Path, day: date) -> Path:
    """A history in which all is of one day: a closed and an open finding, a result, a sent and a waiting message."""
    path = history_file(tmp_path)
    with opened_history(path) as con:
        con.execute(
            """
            insert into findings by name
            select 'fyn' as house, 'cvr_valid' as rule, 'crm_forloeb' as entity, record_id, $day as first_seen,
            $day as last_seen, closed_on, $day as recorded_at
            from (values ('closed', $day), ('open', null)) as rows (record_id, closed_on)
            """,
            {"day": day},
        )
        con.execute(
            """
            insert into expectation_results
            select 'r', $day, $day, 's', 'c', 'l', 'form', 'warning', 'a', 'passed', 1, 0, null, 'm', 'r', 'why', $day,
            '[]', '{}', null
            """,
            {"day": day},
        )
        con.execute("insert into score_cards values ($day, 'fyn', 'validity', 1, 1, 100, null, null)", {"day": day})
        for status in ("sent", "pending"):
            con.execute(
                """
                insert into alert_outbox values
                ($status, 'fyn', 'mail', $day, 's', 'b', 'n', 'a', $status, 0, null, $day, null)
                """,
                {"status": status, "day": day},
            )
    return path


def left(path: Path) -> dict[str, list[str]]:
    """What is left of it."""
    with opened_history(path) as con:
        return {
            name: [row[0] for row in con.execute(query).fetchall()]
            for name, query in {
                "findings": "select record_id from findings order by all",
                "results": "select run_id from expectation_results",
                "messages": "select message_id from alert_outbox order by all",
                "scores": "select house from score_cards",
            }.items()
        }


def test_what_lies_within_the_periods_is_kept(tmp_path: Path) -> None:
    """Without it, what was found last month could not be looked up."""
    shortest = min(PERIODS.closed_findings_kept.days, PERIODS.results_kept.days, PERIODS.messages_kept.days)
    path = history_with(tmp_path, TODAY - timedelta(days=shortest))
    before = left(path)
    assert forget_old(path, TODAY, TODAY) == Forgotten()
    assert left(path) == before


def test_what_is_older_is_forgotten_but_not_what_is_open_or_waits(tmp_path: Path) -> None:
    """Without it, the file would grow for ever, or lose since when an open fault has been there."""
    longest = max(PERIODS.closed_findings_kept.days, PERIODS.results_kept.days, PERIODS.messages_kept.days)
    path = history_with(tmp_path, TODAY - timedelta(days=longest + 1))
    assert forget_old(path, TODAY, TODAY) == Forgotten(findings=1, results=1, messages=1)
    assert left(path) == {"findings": ["open"], "results": [], "messages": ["pending"], "scores": ["fyn"]}
    assert forget_old(path, TODAY, TODAY) == Forgotten()


@pytest.mark.parametrize("wrong", ["data", "clock"])
def test_a_day_far_ahead_forgets_nothing(tmp_path: Path, wrong: str) -> None:
    """Without it, one file dated 2099, or a wrong clock, would empty the history."""
    path = history_with(tmp_path, TODAY)
    far = date(2099, 1, 1)
    days = (far, TODAY) if wrong == "data" else (TODAY, far)
    assert forget_old(path, *days) == Forgotten()


def test_without_a_history_there_is_nothing_to_forget(tmp_path: Path) -> None:
    """Without it, a folder's first run would leave an empty file, or fail."""
    path = history_file(tmp_path)
    assert forget_old(path, TODAY, TODAY) == Forgotten()
    assert not path.exists()


@pytest.mark.parametrize(
    "text", ["uncorrectable_shown: {days: 0, reason: x, since: 2026-11-21}", "- no mapping", "a: [", "{}"]
)
def test_periods_that_cannot_be_used_are_refused(tmp_path: Path, text: str) -> None:
    """Without it, a typing error could mean that everything is forgotten the next morning."""
    path = tmp_path / "periods.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PeriodsError, match="perioderne kan ikke bruges"):
        load_periods(path)
