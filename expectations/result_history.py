"""Every result of every run, and the score card of every day, kept in the history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.errors import UnknownNameError
from expectations.results import CheckResult, Offender
from expectations.store import opened_history
from expectations.wording import long_date

_COLUMNS = (
    "suite", "check_name", "label_da", "concerns", "severity", "asset", "status", "checked", "unexpected", "observed",
    "message_da", "remedy_da", "reason", "since", "offenders", "expectation", "error",
)  # fmt: skip


@dataclass(frozen=True)
class RunFacts:
    """The run that results belong to: its id, the day of its data, when it was (UTC), and the report year."""

    run_id: str
    day: date
    run_at: datetime
    report_year: int | None = None


@dataclass(frozen=True)
class ScoreRow:
    """One row of the score card: shares are per cent, None where nothing was checked."""

    house: str
    dimension: str
    checked: int | None
    passed: int | None
    share_pct: float | None
    share_last_month: float | None
    share_last_year: float | None


def run_facts(build: Path) -> RunFacts:
    """Read from the build file which run it belongs to.

    Args:
        build: The private build file.

    Returns:
        The run.
    """
    with closing(duckdb.connect(str(build), read_only=True)) as con:
        run_id, day, computed_at, year = con.execute(
            "select run_id, today, computed_at, report_year from raw.run_context"
        ).fetchall()[0]
    return RunFacts(run_id, day, computed_at.replace(tzinfo=UTC), year)


def record(history: Path, run: RunFacts, results: Iterable[CheckResult]) -> None:
    """Keep the results of a run; recorded twice, the later results replace the earlier.

    Args:
        history: The history file.
        run: The run.
        results: Its results.
    """
    rows = [_row(run, result) for result in results]
    marks = ", ".join("?" * (3 + len(_COLUMNS)))
    with opened_history(history) as con:
        con.begin()
        con.execute("delete from expectation_results where run_id = ?", [run.run_id])
        if rows:
            con.executemany(
                f"insert into expectation_results (run_id, run_at, day, {', '.join(_COLUMNS)}) values ({marks})", rows
            )
        con.commit()


def _row(run: RunFacts, result: CheckResult) -> list[Any]:
    """Write a result as a row."""
    return [
        run.run_id,
        run.run_at.astimezone(UTC).replace(tzinfo=None),
        run.day,
        result.suite,
        result.check,
        result.label_da,
        result.concerns,
        result.severity,
        result.asset,
        result.status,
        result.checked,
        result.unexpected,
        result.observed,
        result.message_da,
        result.remedy_da,
        result.reason,
        result.since,
        json.dumps([asdict(offender) for offender in result.offenders], ensure_ascii=False),
        json.dumps(result.expectation, ensure_ascii=False, default=str),
        result.error,
    ]


def results_of(history: Path, run_id: str | None = None, as_of: date | None = None) -> tuple[CheckResult, ...]:
    """Read the results of a run again.

    Args:
        history: The history file.
        run_id: The run; the newest when not given.
        as_of: The newest run is looked for on this day of data or before; on any day when not given.

    Returns:
        Its results, by suite and in the order they were recorded; empty when there is no such run.
    """
    if not history.exists():
        return ()
    with opened_history(history) as con:
        rows = con.execute(
            f"""
            select {", ".join(_COLUMNS)} from expectation_results
            where run_id = coalesce(?, (
                select run_id from expectation_results where day <= coalesce(?, day) order by run_at desc limit 1
            ))
            order by rowid
            """,
            [run_id, as_of],
        ).fetchall()
    return tuple(_result(row) for row in rows)


def _result(row: Sequence[Any]) -> CheckResult:
    """Read a row as a result."""
    values = dict(zip(_COLUMNS, row, strict=True))
    values["check"] = values.pop("check_name")
    values["since"] = values["since"].isoformat()
    values["offenders"] = tuple(Offender(**offender) for offender in json.loads(values["offenders"]))
    values["expectation"] = json.loads(values["expectation"])
    return CheckResult(**values)


def recent_statuses(history: Path, runs: int = 30) -> dict[tuple[str, str], tuple[tuple[date, str], ...]]:
    """Read what each check came to in the last runs.

    Args:
        history: The history file.
        runs: How many runs back.

    Returns:
        For each suite and check, the day and the status of each run, oldest first.
    """
    with opened_history(history) as con:
        rows = con.execute(
            """
            with runs as (
                select run_id from expectation_results group by run_id order by max(run_at) desc limit ?
            )
            select suite, check_name, day, status from expectation_results
            where run_id in (select run_id from runs)
            order by suite, check_name, run_at
            """,
            [runs],
        ).fetchall()
    found: dict[tuple[str, str], tuple[tuple[date, str], ...]] = {}
    for suite, check, day, status in rows:
        found[suite, check] = (*found.get((suite, check), ()), (day, status))
    return found


def failing_since(history: Path, as_of: date | None = None) -> dict[tuple[str, str], date]:
    """Read since when each check that failed or was broken in a run has been so without a break.

    Args:
        history: The history file.
        as_of: The run is the newest of this day of data or before; the newest of all when not given.

    Returns:
        For each such suite and check, the day of the first run of the unbroken row.
    """
    with opened_history(history) as con:
        rows = con.execute(
            """
            with ordered as (
                select
                    suite, check_name, day, run_at, status = 'passed' as passed,
                    max(run_at) filter (where status = 'passed') over (partition by suite, check_name) as last_passed
                from expectation_results
                where day <= coalesce(?, day)
            )
            select suite, check_name, min(day) from ordered
            where not passed and (last_passed is null or run_at > last_passed)
            group by suite, check_name
            """,
            [as_of],
        ).fetchall()
    return {(suite, check): day for suite, check, day in rows}


def record_score_card(history: Path, build: Path, day: date) -> int:
    """Keep the score card of a day; recorded twice, the later replaces the earlier.

    Args:
        history: The history file.
        build: The private build file, which may have no score card.
        day: The day of the data.

    Returns:
        How many rows were kept.
    """
    with closing(duckdb.connect(str(build), read_only=True)) as con:
        present = con.execute(
            """
            select 1 from information_schema.tables
            where table_schema = 'practice' and table_name = 'practice_score_card'
            """
        ).fetchall()
        rows = con.execute(score_card_query("practice.practice_score_card")).fetchall() if present else []
    if rows:
        with opened_history(history) as con:
            con.begin()
            con.execute("delete from score_cards where day = ?", [day])
            con.executemany("insert into score_cards values (?, ?, ?, ?, ?, ?, ?, ?)", [[day, *row] for row in rows])
            con.commit()
    return len(rows)


def score_card_query(table: str) -> str:
    """Write the query that reads a score card.

    Args:
        table: The table that holds it.

    Returns:
        SQL whose columns are those of `ScoreRow`.
    """
    return f"""
        select
            house, dimension, checked::bigint, passed::bigint, share_pct::double, share_last_month::double,
            share_last_year::double
        from {table}
        order by all
    """


def score_card(history: Path, as_of: date | None = None) -> tuple[date, tuple[ScoreRow, ...]]:
    """Read the score card as it was on a day.

    Args:
        history: The history file.
        as_of: The day; the newest when not given. A day without a run has the score card of the run before.

    Returns:
        The day of the data, and the rows by house and dimension.

    Raises:
        UnknownNameError: There is no score card from that day or before.
    """
    first = None
    if history.exists():
        with opened_history(history) as con:
            day = con.execute("select max(day) from score_cards where day <= coalesce(?, day)", [as_of]).fetchall()
            first = con.execute("select min(day) from score_cards").fetchall()[0][0]
            if day and day[0][0] is not None:
                rows = con.execute(
                    """
                    select house, dimension, checked, passed, share_pct, share_last_month, share_last_year
                    from score_cards where day = ? order by house, dimension
                    """,
                    [day[0][0]],
                ).fetchall()
                return day[0][0], tuple(ScoreRow(*row) for row in rows)
    when = f" fra {long_date(as_of)} eller før" if as_of else ""
    known = f"Det første er fra {long_date(first)}." if first else "Kør `erhvervshus run` først."
    msg = f"{history}: her er intet resultatkort{when}. {known}"
    raise UnknownNameError(msg)
