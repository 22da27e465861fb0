"""Forgetting the records of an erased company: findings, what was said of them, and messages that name them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from expectations.store import opened_history, tables_in
from sources.sql_text import literal


@dataclass(frozen=True)
class ForgottenRecords:
    """How many rows were deleted: findings, what people said, what owners were told, and messages."""

    findings: int = 0
    states: int = 0
    told: int = 0
    messages: int = 0


def forget_records(history: Path, records: Collection[str]) -> ForgottenRecords:
    """Delete everything that names a record, and write the file anew, so that nothing of it is left on disk either.

    Args:
        history: The history file; without it there is nothing to forget.
        records: Keys of the records, as findings name them.

    Returns:
        What was deleted.

    Raises:
        HistoryBusyError: Another program kept the history open.
    """
    if not history.exists() or not records:
        return ForgottenRecords()
    # Keys of several columns are joined by |, and a finding may name the course alone.
    keys = sorted({part for record in records for part in (record, record.partition("|")[0]) if part})
    names = "|".join(re.escape(key) for key in keys)
    word = f"(^|[^0-9A-Za-z_-])({names})([^0-9A-Za-z_-]|$)"
    with opened_history(history) as con:
        con.begin()
        findings = 0
        if "findings" in tables_in(con):
            findings = _deleted(
                con, "findings", "list_contains($keys, record_id) or regexp_matches(found_value, $word)", keys, word
            )
        states = _deleted(
            con, "alert_states", "list_contains($keys, record_id) or regexp_matches(note, $word)", keys, word
        )
        told = _deleted(con, "alert_told", "list_contains($keys, record_id)", keys, word)
        # A message that waits is written anew at the next run, without the records.
        messages = _deleted(
            con,
            "alert_outbox",
            "regexp_matches(subject, $word) or regexp_matches(body, $word) or regexp_matches(attachment, $word)",
            keys,
            word,
        )
        con.commit()
    _write_anew(history)
    return ForgottenRecords(findings, states, told, messages)


def _deleted(con: duckdb.DuckDBPyConnection, table: str, condition: str, keys: list[str], word: str) -> int:
    """Delete rows and say how many."""
    parameters = {name: value for name, value in (("keys", keys), ("word", word)) if f"${name}" in condition}
    return int(con.execute(f"delete from {table} where {condition}", parameters).fetchall()[0][0])


def _write_anew(path: Path) -> None:
    """Copy a database to a new file and switch to it: deleted rows stay in the pages of the old one."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with closing(duckdb.connect()) as con:
        con.execute(f"attach {literal(path)} as old (read_only)")
        con.execute(f"attach {literal(new)} as new")
        con.execute("copy from database old to new")
        con.execute("checkpoint new")
    descriptor = os.open(new, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(path)
