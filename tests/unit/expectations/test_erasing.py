"""Forgetting the records of an erased company in the history."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from expectations.alert_store import queue, save_state
from expectations.alert_text import Message
from expectations.alerts import State, StateKind
from expectations.erasing import ForgottenRecords, forget_records
from expectations.store import history_file, opened_history

NOW = datetime(2026, 11, 2, 5, tzinfo=UTC)


def history(output: Path) -> Path:
    """Make a history with findings and messages of two courses."""
    path = history_file(output)
    with opened_history(path) as con:
        con.execute(
            """
            insert into findings
            select
                'fyn', 'r', entity, record_id, found_value, date '2026-01-01', date '2026-11-02', null,
                timestamp '2026-11-02'
            from (values
                ('crm_forloeb', 'QF-17', 'x'), ('crm_tema', 'QF-17|innovation', 'x'),
                ('crm_aktivitet', 'A2', 'forløb QF-17 er ikke leveret'), ('crm_forloeb', 'QF-177', 'x')
            ) found (entity, record_id, found_value)
            """
        )
        con.execute("insert into alert_told values ('fyn', 'r', 'QF-17', 1, '2026-01-01', null)")
        save_state(con, State("fyn", "r", None, StateKind("acknowledged"), None, "mig", "se QF-17", NOW, NOW.date()))
        queue(con, Message("fyn", NOW.date(), "Emne", "Tekst", "fund.csv", "r;QF-17\nr;QF-177"), ["mail"], NOW)
        queue(con, Message("fyn", NOW.date(), "Emne", "Tekst", "fund.csv", "r;QF-177"), ["mail"], NOW)
    return path


def test_what_names_a_record_is_gone_and_so_are_its_bytes(tmp_path: Path) -> None:
    """Without it a deleted row could be read out of the file by anyone who opens it with an editor."""
    path = history(tmp_path)
    with duckdb.connect(str(path)) as con:
        con.execute("checkpoint")
    forgotten = forget_records(path, {"QF-17", "QF-17|innovation"})
    assert forgotten == ForgottenRecords(findings=3, states=1, told=1, messages=1)
    with duckdb.connect(str(path), read_only=True) as con:
        assert con.execute("select record_id from findings").fetchall() == [("QF-177",)]
        assert con.execute("select attachment from alert_outbox").fetchall() == [("r;QF-177",)]
    assert b"QF-17|innovation" not in path.read_bytes()
    assert forget_records(path, {"QF-17"}) == ForgottenRecords()


def test_without_a_history_there_is_nothing_to_forget(tmp_path: Path) -> None:
    """Without it an erasure before the first run would fail."""
    assert forget_records(history_file(tmp_path), {"A1"}) == ForgottenRecords()
