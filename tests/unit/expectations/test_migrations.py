"""A history of any earlier state of the program opens, with everything in it; one of a newer state is refused."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from expectations.alert_store import pending, states, told
from expectations.alerts import StateKind
from expectations.errors import HistoryVersionError
from expectations.finding_history import load_findings, newest_run
from expectations.migrations import MIGRATIONS, Migration, migrate, version_of
from expectations.result_history import results_of
from expectations.store import history_file, opened_history, save_copy

EARLIER = Path(__file__).parents[2] / "fixtures" / "earlier"
"""What earlier states of the program wrote; the first line of each file names the state."""
HISTORIES = ("history-of-findings.sql", "history-of-checks.sql", "history-without-versions.sql")
NEWEST = MIGRATIONS[-1].version
DAY = date(2026, 11, 16)


def history(tmp_path: Path, name: str) -> Path:
    """Make the file that an earlier state of the program left."""
    path = history_file(tmp_path)
    path.parent.mkdir(parents=True)
    with closing(duckdb.connect(str(path))) as con:
        con.execute((EARLIER / name).read_text(encoding="utf-8"))
    return path


def columns(path: Path) -> list[tuple[object, ...]]:
    """List every column of a history."""
    with opened_history(path) as con:
        return con.execute(
            "select table_name, column_name, data_type, is_nullable from duckdb_columns() "
            "where not internal order by all"
        ).fetchall()


@pytest.mark.parametrize("name", HISTORIES)
def test_findings_of_an_earlier_version_are_still_known(name: str, tmp_path: Path) -> None:
    """Without it, an upgrade would make every finding new."""
    path = history(tmp_path, name)
    with closing(duckdb.connect()) as build:
        assert load_findings(build, path) == 3
        found = build.execute("select record_id, found_value, first_seen, closed_on from history.findings order by 1")
        assert found.fetchall() == [
            ("F'3", 'æøå; "x"', DAY, None),
            ("F-1", "7 cifre", date(2026, 11, 2), None),
            ("F-2", None, date(2026, 11, 9), DAY),
        ]
    assert newest_run(path, date(2026, 12, 1)) == DAY


@pytest.mark.parametrize("name", HISTORIES[1:])
def test_answers_results_and_messages_of_an_earlier_version_are_still_known(name: str, tmp_path: Path) -> None:
    """Without it, an upgrade would send what people had answered already."""
    path = history(tmp_path, name)
    with opened_history(path) as con:
        (said,) = states(con)
        assert (said.record_id, said.kind, said.until) == ("F-1", StateKind.SNOOZED, date(2026, 12, 1))
        assert (said.who, said.note) == ("A. Analytiker", "Rettes i december")
        assert said.said_at == datetime(2026, 11, 16, 4, tzinfo=UTC)
        assert {key[2]: each.told_on for key, each in told(con).items()} == {
            "F-1": date(2026, 11, 10),
            "2026-11-10": date(2026, 11, 10),
        }
        (waiting,) = pending(con)
        assert (waiting.attempts, waiting.message.subject, waiting.message.body) == (1, "Emne 1", "<p>Hej; 'du'</p>")
        assert con.execute("select share_last_month from score_cards").fetchall() == [(97.5,)]
    (result,) = results_of(path)
    assert (result.check, result.status, result.expectation["kwargs"]) == (
        "scores_are_possible",
        "passed",
        {"min_value": -100},
    )


@pytest.mark.parametrize("name", HISTORIES)
def test_every_earlier_version_becomes_this_one(name: str, tmp_path: Path) -> None:
    """Without it, a column could be there in new files and missing in old ones."""
    (tmp_path / "old").mkdir()
    path = history(tmp_path / "old", name)
    assert columns(path) == columns(history_file(tmp_path / "new"))
    with opened_history(path) as con:
        taken = con.execute("select version, name, applied_at is not null from schema_versions").fetchall()
    assert taken == [(step.version, step.name, True) for step in MIGRATIONS]
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_versions_follow_each_other() -> None:
    """Without it, a step could be left out for files that have a version between two others."""
    assert [step.version for step in MIGRATIONS] == list(range(1, NEWEST + 1))


def test_an_up_to_date_file_is_not_written(tmp_path: Path) -> None:
    """Without it, every look at the findings would change the file that belongs in the backup."""
    path = history(tmp_path, HISTORIES[-1])
    with opened_history(path):
        pass
    before = path.read_bytes()
    with opened_history(path):
        pass
    assert path.read_bytes() == before


def test_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Without it, an old program would write into tables that it does not know, and lose what a newer one keeps."""
    path = history_file(tmp_path)
    with opened_history(path) as con:
        con.execute(f"insert into schema_versions values ({NEWEST + 1}, 'of tomorrow', now()::timestamp)")
    before = path.read_bytes()
    with (
        pytest.raises(HistoryVersionError, match=f"nyere version .*format {NEWEST + 1}") as caught,
        opened_history(path),
    ):
        pass
    assert "Opdater programmet" in str(caught.value)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    with closing(duckdb.connect()) as build, pytest.raises(HistoryVersionError):
        load_findings(build, path)


def test_a_step_that_fails_changes_nothing_and_leaves_a_copy(tmp_path: Path) -> None:
    """Without it, a mistake in a step could cost the history."""
    path = history(tmp_path, HISTORIES[-1])
    steps = (
        *MIGRATIONS,
        Migration(NEWEST + 1, "a mistake", "drop table findings; alter table nothing add column x integer;"),
    )
    with closing(duckdb.connect(str(path))) as con:
        with pytest.raises(HistoryVersionError, match=r"trinnet »a mistake«\) og er som før") as caught:
            migrate(con, path, steps)
        assert version_of(con) == 0
        assert con.execute("select count(*) from findings").fetchall() == [(3,)]
    assert "Ret årsagen" in str(caught.value)
    with closing(duckdb.connect(str(path.with_name("quality.before-4.duckdb")), read_only=True)) as copy:
        assert copy.execute("select count(*) from findings").fetchall() == [(3,)]


def test_the_copy_of_a_killed_upgrade_goes_away(tmp_path: Path) -> None:
    """Without it, every upgrade that was killed would leave a second history with personal data for ever."""
    path = history(tmp_path, HISTORIES[-1])
    left = path.with_name(f"quality.before-{NEWEST}.duckdb")
    left.write_bytes(b"half")
    with opened_history(path):
        pass
    assert not left.exists()


def test_a_copy_holds_what_is_only_in_the_log(tmp_path: Path) -> None:
    """Without it, a backup of a file that was killed before its checkpoint would lack its last rows."""
    path = history(tmp_path, HISTORIES[-1])
    with opened_history(path) as con:
        con.execute("pragma disable_checkpoint_on_shutdown")
        con.execute("insert into score_cards (day, house, dimension) values (current_date, 'fyn', 'timeliness')")
    assert path.with_name("quality.duckdb.wal").exists()
    save_copy(path, tmp_path / "copy.duckdb")
    with closing(duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True)) as copy:
        assert copy.execute("select count(*) from score_cards").fetchall() == [(2,)]
    assert not (tmp_path / "copy.duckdb.wal").exists()
