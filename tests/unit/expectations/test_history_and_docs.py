"""What is remembered of results, and the pages that show them."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from expectations import store
from expectations.data_docs import in_order_of_weight, write_data_docs
from expectations.errors import HistoryBusyError, HistoryError, UnknownNameError
from expectations.result_history import (
    RunFacts,
    failing_since,
    recent_statuses,
    record,
    record_score_card,
    results_of,
    run_facts,
    score_card,
)
from expectations.results import CheckResult, Offender, broken
from expectations.suite import load_suites

SUITES = load_suites()


def result(status: str = "passed", check: str = "shares_are_possible", **differs: object) -> CheckResult:
    """Make a result of a check of the goals."""
    (goals,) = (suite for suite in SUITES if suite.name == "goals")
    (known,) = (each for each in goals.checks if each.name == check)
    made = broken(goals, known, "no such table")
    changes: dict[str, object] = {"status": status, "message_da": "Fundet.", "error": None, **differs}
    return replace(made, **changes)  # type: ignore[arg-type]


def run(day: int) -> RunFacts:
    """Make the run of a day in October."""
    return RunFacts(f"run-{day}", date(2026, 10, day), datetime(2026, 10, day, 4, tzinfo=UTC), 2025)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Where the history is to be."""
    return store.history_file(tmp_path)


def test_results_come_back_as_they_were(history: Path) -> None:
    """Without it, the checks Dagster shows would not be the ones that ran."""
    kept = (
        result("failed", offenders=(Offender("fyn, 2025", "100,5 pct."),), unexpected=1, checked=9, observed=1.5),
        result("broken", "scores_are_possible", error="no such table"),
    )
    assert results_of(history) == ()
    record(history, run(1), kept)
    record(history, run(1), kept)
    assert results_of(history) == kept
    record(history, run(2), ())
    assert results_of(history, "run-1") == kept
    assert results_of(history, "run-2") == ()


def test_since_when_counts_from_the_last_pass(history: Path) -> None:
    """Without it, an old failure would be told as new, or a new one as years old."""
    for day, status in ((1, "failed"), (2, "passed"), (3, "broken"), (4, "failed")):
        record(history, run(day), (result(status), result("passed", "scores_are_possible")))
    assert failing_since(history) == {("goals", "shares_are_possible"): date(2026, 10, 3)}
    statuses = recent_statuses(history, runs=2)["goals", "shares_are_possible"]
    assert statuses == ((date(2026, 10, 3), "broken"), (date(2026, 10, 4), "failed"))


def test_the_score_card_of_an_earlier_day(history: Path, clean_build: Path, spoil: object) -> None:
    """Without it, nobody could see whether practice got better."""
    assert callable(spoil)
    assert record_score_card(history, clean_build, date(2026, 10, 1)) == 1
    assert record_score_card(history, spoil("drop table practice.practice_score_card"), date(2026, 10, 2)) == 0
    better = spoil("update practice.practice_score_card set share_pct = 99")
    assert record_score_card(history, better, date(2026, 10, 3)) == 1
    assert record_score_card(history, better, date(2026, 10, 3)) == 1
    assert [row.share_pct for row in score_card(history, date(2026, 10, 2))[1]] == [98.0]
    day, rows = score_card(history)
    assert (day, [row.share_pct for row in rows]) == (date(2026, 10, 3), [99.0])
    with pytest.raises(UnknownNameError, match=r"fra 30\. september 2026 eller før"):
        score_card(history, date(2026, 9, 30))


def test_no_score_card_is_a_message(history: Path) -> None:
    """Without it, a folder without a run would be a traceback."""
    with pytest.raises(UnknownNameError, match="intet resultatkort"):
        score_card(history)


def test_a_history_in_use_is_waited_for_and_then_told(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, answering a finding during a run would be a traceback, or wait for ever."""
    locked = duckdb.IOException("Could not set lock on file")

    def busy(_: str) -> None:
        raise locked

    monkeypatch.setattr(store, "_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(store, "_PAUSE_SECONDS", 0.01)
    with monkeypatch.context() as patch:
        patch.setattr(store.duckdb, "connect", busy)
        with pytest.raises(HistoryBusyError, match="i brug af et andet program"), store.opened_history(history):
            pass
    history.write_bytes(b"something else entirely" * 1000)
    with pytest.raises(HistoryError, match="gendan den fra en sikkerhedskopi"), store.opened_history(history):
        pass


def test_run_facts_are_those_of_the_build(clean_build: Path) -> None:
    """Without it, results would be kept under the wrong run or day."""
    facts = run_facts(clean_build)
    assert (facts.run_id, facts.day, facts.report_year) == ("run-1", date(2026, 10, 31), 2025)
    assert facts.run_at == datetime(2026, 11, 1, 4, tzinfo=UTC)


def pages(tmp_path: Path, *results: CheckResult) -> dict[str, str]:
    """Write the pages and read them."""
    statuses = {("goals", "shares_are_possible"): ((date(2026, 10, 1), "passed"), (date(2026, 10, 2), "failed"))}
    index = write_data_docs(tmp_path, run(2), SUITES, results, statuses)
    return {page.name: page.read_text(encoding="utf-8") for page in index.parent.iterdir()}


def test_pages_are_whole_danish_and_need_no_network(tmp_path: Path) -> None:
    """Without it, the pages would be bare text on a closed network."""
    offender = Offender('<script src="//x">', "100,5 pct.")
    found = result("failed", severity="critical", offenders=(offender,), unexpected=30, message_da="30 af 90 tal.")
    written = pages(tmp_path, found, result("broken", "scores_are_possible", error="no such table"))
    assert set(written) == {"index.html", *(f"{suite.name}.html" for suite in SUITES)}
    for text in written.values():
        assert '<html lang="da">' in text
        assert not re.search(r"""(src|href)=["']?(https?:)?//""", text)
        assert "<script" not in text
    assert "1 kritisk fund på formen: intet er offentliggjort" in written["index.html"]
    goals = written["goals.html"]
    assert "&lt;script" in goals
    assert "De første 1 af 30" in goals
    assert "1 af de seneste 2 kørsler som forventet" in goals
    assert "Kunne ikke udføres" in goals
    assert "21. november 2026" in goals
    for link in re.findall(r'href="([^"#]+)', written["index.html"]):
        assert link in written


def test_pages_replace_those_before(tmp_path: Path) -> None:
    """Without it, a page of a suite that is gone would stay and be believed."""
    pages(tmp_path, result())
    (tmp_path / "data-docs" / "gone.html").touch()
    written = pages(tmp_path, result())
    assert "gone.html" not in written
    assert "Alle 1 kontroller er som forventet" in written["index.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".data-docs", "data-docs"]
    assert len(list((tmp_path / ".data-docs").iterdir())) == 1


def test_pages_of_an_earlier_version_step_aside(tmp_path: Path) -> None:
    """Without it, the first run after an upgrade could not write its pages: they used to be a folder, not a link."""
    (tmp_path / "data-docs").mkdir()
    (tmp_path / "data-docs" / "gone.html").touch()
    (tmp_path / ".data-docs-new").mkdir()
    assert "gone.html" not in pages(tmp_path, result())
    assert (tmp_path / "data-docs").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".data-docs", "data-docs"]


def test_a_warning_does_not_claim_that_nothing_was_published(tmp_path: Path) -> None:
    """Without it, a reader would wait for figures that are out."""
    warned = result("failed", severity="warning")
    assert "Offentliggørelsen er ikke standset" in pages(tmp_path, warned)["index.html"]
    stopping = result("failed", "scores_are_possible")
    unable = result("broken", "counts_are_whole")
    assert in_order_of_weight([result(), warned, unable, stopping]) == [stopping, unable, warned]


def test_the_history_is_a_plain_file(history: Path) -> None:
    """Without it, an analyst could not ask how often a check has failed."""
    record(history, run(1), (result("failed"),))
    with closing(duckdb.connect(str(history), read_only=True)) as con:
        assert con.execute("select check_name, status from expectation_results").fetchall() == [
            ("shares_are_possible", "failed")
        ]
