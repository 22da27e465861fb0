"""The findings' history: what is kept between runs, and that nothing loses it."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations.finding_history import HistoryError, catch_up, load_findings, store_findings
from expectations.store import history_file

Finding = tuple[str, str, date, date, date | None]
MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)


def build_file(path: Path, today: date, findings: list[Finding] | None) -> Path:
    """A build file with the day of the run and, when given, its findings (record, value, first, last, closed)."""
    path.unlink(missing_ok=True)
    with closing(duckdb.connect(str(path))) as con:
        con.execute("create schema raw; create table raw.run_context as select ?::date as today", [today])
        if findings is not None:
            con.execute(
                "create schema practice; create table practice.practice_finding_history (house varchar, rule varchar, "
                "entity varchar, record_id varchar, found_value varchar, first_seen date, last_seen date, "
                "closed_on date)"
            )
            if findings:
                con.executemany(
                    "insert into practice.practice_finding_history "
                    "values ('fyn', 'cvr_valid', 'crm_forloeb', ?, ?, ?, ?, ?)",
                    findings,
                )
    return path


def loaded(history: Path) -> list[Finding]:
    """What the next run starts from."""
    with closing(duckdb.connect()) as con:
        load_findings(con, history)
        return con.execute(
            "select record_id, found_value, first_seen, last_seen, closed_on from history.findings order by all"
        ).fetchall()


def test_the_first_run_starts_from_nothing(tmp_path: Path) -> None:
    """Without it, the first run would fail: dbt reads a table that nobody made."""
    assert loaded(history_file(tmp_path)) == []


def test_findings_reach_the_next_run(tmp_path: Path) -> None:
    """Without it, every finding would be new every morning."""
    history = history_file(tmp_path)
    kept: list[Finding] = [("c1", "7 cifre", MONDAY, MONDAY, None), ("c2", "9 cifre", MONDAY, MONDAY, TUESDAY)]
    build = build_file(tmp_path / "build.duckdb", TUESDAY, kept)
    stored = store_findings(build, history, run_id="r1", code_version="1")
    assert stored is not None
    assert (stored.today, stored.open_findings, stored.closed_findings) == (TUESDAY, 1, 1)
    assert loaded(history) == kept


def test_storing_the_same_run_twice_changes_nothing(tmp_path: Path) -> None:
    """Without it, a run repeated after a fault would double the findings."""
    history = history_file(tmp_path)
    build = build_file(tmp_path / "build.duckdb", MONDAY, [("c1", "7 cifre", MONDAY, MONDAY, None)])
    for _ in range(2):
        store_findings(build, history, run_id="r1", code_version="1")
    assert len(loaded(history)) == 1
    with closing(duckdb.connect(str(history), read_only=True)) as con:
        assert con.execute("select run_id, today, open_findings from finding_runs").fetchall() == [("r1", MONDAY, 1)]


def test_a_run_of_an_older_day_leaves_the_history(tmp_path: Path) -> None:
    """Without it, looking at last month's deliveries again would close everything found since."""
    history = history_file(tmp_path)
    newer: list[Finding] = [("c1", "7 cifre", TUESDAY, TUESDAY, None)]
    store_findings(build_file(tmp_path / "b.duckdb", TUESDAY, newer), history, run_id="r1", code_version="1")
    older = build_file(tmp_path / "b.duckdb", MONDAY, [])
    assert store_findings(older, history, run_id="r2", code_version="1") is None
    assert loaded(history) == newer


def test_a_project_without_findings_keeps_none(tmp_path: Path) -> None:
    """Without it, a part of the project could not be run alone."""
    build = build_file(tmp_path / "build.duckdb", MONDAY, None)
    assert store_findings(build, history_file(tmp_path), run_id="r1", code_version="1") is None
    assert loaded(history_file(tmp_path)) == []


def test_another_table_in_the_file_is_left_alone(tmp_path: Path) -> None:
    """Without it, the file could not hold what other parts of the product keep between runs."""
    history = history_file(tmp_path)
    history.parent.mkdir()
    with closing(duckdb.connect(str(history))) as con:
        con.execute("create table other as select 1 as kept")
    assert loaded(history) == []
    build = build_file(tmp_path / "build.duckdb", MONDAY, [("c1", "7 cifre", MONDAY, MONDAY, None)])
    store_findings(build, history, run_id="r1", code_version="1")
    with closing(duckdb.connect(str(history), read_only=True)) as con:
        assert con.execute("from other").fetchall() == [(1,)]


def test_a_damaged_history_stops_the_run_and_stays(tmp_path: Path) -> None:
    """Without it, a history that a backup could mend would be thrown away silently."""
    history = history_file(tmp_path)
    history.parent.mkdir()
    history.write_bytes(b"no database")
    with pytest.raises(HistoryError, match="sikkerhedskopi") as caught:
        loaded(history)
    assert str(history) in str(caught.value)
    build = build_file(tmp_path / "build.duckdb", MONDAY, [])
    with pytest.raises(HistoryError):
        store_findings(build, history, run_id="r1", code_version="1")
    assert history.read_bytes() == b"no database"


def test_a_failed_store_leaves_the_history_as_it_was(tmp_path: Path) -> None:
    """Without it, a fault in the middle could lose since when each fault has been there."""
    history = history_file(tmp_path)
    kept: list[Finding] = [("c1", "7 cifre", MONDAY, MONDAY, None)]
    store_findings(build_file(tmp_path / "b.duckdb", MONDAY, kept), history, run_id="r1", code_version="1")
    build = build_file(tmp_path / "b.duckdb", TUESDAY, kept)
    with closing(duckdb.connect(str(build))) as con:
        con.execute("update practice.practice_finding_history set rule = null")
    with pytest.raises(HistoryError):
        store_findings(build, history, run_id="r2", code_version="1")
    assert loaded(history) == kept


def published_file(path: Path, run_id: str, today: date, findings: list[Finding]) -> Path:
    """Write the published warehouse of a run, as far as the history reads it."""
    build = build_file(path.with_name("of-publication.duckdb"), today, findings)
    with closing(duckdb.connect(str(path))) as con:
        con.execute(f"attach '{build}' as build (read_only)")
        con.execute("create table practice_finding_history as from build.practice.practice_finding_history")
        con.execute(
            "create table _publication as select ? as run_id, ?::date as today, '2' as code_version", [run_id, today]
        )
    return path


def test_findings_of_a_killed_run_are_taken_from_its_publication(tmp_path: Path) -> None:
    """Without it, a finding published today as found today would be published tomorrow as found tomorrow."""
    history = history_file(tmp_path)
    published = published_file(tmp_path / "current.duckdb", "killed", TUESDAY, [("c1", "7", MONDAY, TUESDAY, None)])
    stored = catch_up(published, history)
    assert stored is not None
    assert (stored.today, stored.open_findings) == (TUESDAY, 1)
    assert loaded(history) == [("c1", "7", MONDAY, TUESDAY, None)]
    with closing(duckdb.connect(str(history), read_only=True)) as con:
        assert con.execute("select run_id, today, code_version from finding_runs").fetchall() == [
            ("killed", TUESDAY, "2")
        ]
    assert catch_up(published, history) is None


def test_nothing_is_caught_up_without_a_publication_or_from_an_older_one(tmp_path: Path) -> None:
    """Without it, the first run would fail, or a publication of last month would take newer findings away."""
    history = history_file(tmp_path)
    assert catch_up(tmp_path / "current.duckdb", history) is None
    build = build_file(tmp_path / "build.duckdb", TUESDAY, [("c2", None, TUESDAY, TUESDAY, None)])
    store_findings(build, history, run_id="newer", code_version="1")
    older = published_file(tmp_path / "current.duckdb", "older", MONDAY, [("c1", None, MONDAY, MONDAY, None)])
    assert catch_up(older, history) is None
    assert [each[0] for each in loaded(history)] == ["c2"]
    bare = tmp_path / "bare.duckdb"
    with closing(duckdb.connect(str(bare))) as con:
        con.execute("create table goal_attainment as select 1 as value")
    assert catch_up(bare, history) is None
