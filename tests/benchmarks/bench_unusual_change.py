"""Unusual change: false alarms on a year of unchanged data, and how soon a fall of 40 % is found.

    python tests/benchmarks/bench_unusual_change.py [--folder output] [--ends 26] [--seeds 2019 11 12]

The compiled models are run on a copy of the build file as if today were an earlier day. A fall takes away 40 % of what
one house registers from a day on: new courses with their activities, and activities of its other courses. An alarm is
counted when the house is told: the days of the year go through the rules by which alerts are decided and remembered.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb

from expectations.alert_store import forget_closed, remember_told, told
from expectations.alerts import UNUSUAL_CHANGE, Digest, Finding, digests
from expectations.periods import load_periods
from expectations.store import opened_history
from orchestration.run import run
from orchestration.settings import DEFAULT_SEED, RunSettings

MODELS = ("int_practice_week_counts", "int_practice_week_series", "practice_unusual_change")
KEPT = ("int_practice_courses", "int_activities")
FALL_PER_CENT = 40
DAYS_TO_FIND = 7
FIRST_DAY_LOOKED_AT = 4
WEEKS_OF_A_YEAR = 52
MONTHS = 12
Alarm = tuple[str, str, date]


@contextmanager
def copy_of(output: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writable copy of the build file of a run, under the file name that the compiled SQL names."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        shutil.copy(output / ".build" / "warehouse.duckdb", path)
        with duckdb.connect(str(path)) as con:
            con.execute("set threads = 2; create schema kept")
            for table in KEPT:
                con.execute(f"create table kept.{table} as from intermediate.{table}")
                con.execute(f"drop table intermediate.{table}")
            yield con


def compiled(output: Path) -> dict[str, str]:
    """The statements that build the models, by model."""
    target = output / ".build" / "dbt" / "target"
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    folder = target / "compiled" / manifest["metadata"]["project_name"]
    return {
        name: f'create or replace table "{nodes[name]["schema"]}"."{name}" as '
        + (folder / nodes[name]["original_file_path"]).read_text(encoding="utf-8")
        for name in MODELS
    }


def alarms(
    con: duckdb.DuckDBPyConnection, sql: dict[str, str], today: date, since: date | None = None, salt: int = 0
) -> list[Alarm]:
    """Build the models as of a day.

    Args:
        con: The copy.
        sql: The statements.
        today: The day.
        since: From this day on 40 % of every house's registrations are missing; None for unchanged data.
        salt: Chooses which.

    Returns:
        The unusual weeks: house, series and last day of the week.
    """
    missing = "false" if since is None else f"hash({{}} || '{salt}') % 100 < {FALL_PER_CENT} and {{}} >= date '{since}'"
    con.execute("update raw.run_context set today = ?", [today])
    con.execute(
        f"create or replace view intermediate.int_practice_courses as select * replace (date '{today}' as today) "
        f"from kept.int_practice_courses where created_on <= date '{today}' "
        f"and not ({missing.format('course_id', 'created_on')})"
    )
    con.execute(
        "create or replace view intermediate.int_activities as select * from kept.int_activities "
        f"where not ({missing.format('activity_id', 'activity_on')})"
    )
    for statement in sql.values():
        con.execute(statement)
    return con.execute("select house, series, week from practice.practice_unusual_change where is_unusual").fetchall()


def false_alarms(con: duckdb.DuckDBPyConnection, sql: dict[str, str], today: date) -> None:
    """Print what each house is told per month on unchanged data: unusual changes, and the messages they come in."""
    first = today - timedelta(weeks=WEEKS_OF_A_YEAR)
    found = {
        alarm
        for back in range(DAYS_TO_FIND)
        for alarm in alarms(con, sql, today - timedelta(days=back))
        if alarm[2] > first
    }
    by_day: dict[date, list[Alarm]] = {}
    for alarm in found:
        by_day.setdefault(alarm[2], []).append(alarm)
    alarmed, messages, kinds = Counter[str](), Counter[str](), Counter[str]()
    for digest in sent(by_day, first, today):
        alarmed[digest.owner] += len(digest.triggers)
        messages[digest.owner] += 1
        kinds.update(trigger.finding.record_id for trigger in digest.triggers)
    houses = [row[0] for row in con.execute("select distinct house from kept.int_practice_courses").fetchall()]
    print("false alarms per house and month, a year of unchanged data, looked at every day")
    for house in sorted(set(houses) - {"ukendt"}):
        print(f"    {house:<12} told {alarmed[house] / MONTHS:5.2f}   messages {messages[house] / MONTHS:5.2f}")
    print(f"    told by series: {dict(kinds.most_common(5))}")


def sent(by_day: dict[date, list[Alarm]], first: date, last: date) -> Iterator[Digest]:
    """The digests that houses would be sent, day by day.

    Args:
        by_day: The unusual weeks by their last day.
        first: The day before the first day.
        last: The last day.

    Yields:
        The digests.
    """
    periods = load_periods()
    with tempfile.TemporaryDirectory() as folder, opened_history(Path(folder) / "quality.duckdb") as history:
        for day in (first + timedelta(days=passed) for passed in range(1, (last - first).days + 1)):
            findings = [
                Finding(house, UNUSUAL_CHANGE, "uge", series, "", "", day, "warning", days=periods.same_change.days)
                for house, series, _ in by_day.get(day, ())
            ]
            forget_closed(history, findings, day, periods.same_change)
            for digest in digests(findings, (), told(history), day, day, periods.uncorrectable_shown.days):
                remember_told(history, digest.owner, digest.told, day)
                yield digest


def detection(con: duckdb.DuckDBPyConnection, sql: dict[str, str], today: date, ends: int) -> None:
    """Print how many falls of 40 % are found on the seventh day, and on any day up to it."""
    on_day, within, trials = Counter[str](), Counter[str](), 0
    for end in range(ends):
        begins = today - timedelta(weeks=end, days=DAYS_TO_FIND - 1)
        found: set[str] = set()
        for days in range(FIRST_DAY_LOOKED_AT, DAYS_TO_FIND + 1):
            now = begins + timedelta(days=days - 1)
            fallen = {
                house
                for house, series, week in alarms(con, sql, now, begins, end)
                if week == now and series in {"registrations", "new_courses"}
            }
            found |= fallen
            if days == DAYS_TO_FIND:
                on_day.update(fallen)
        within.update(found)
        trials += 1
    print(f"a fall of {FALL_PER_CENT} %, {trials} falls per house, found on day {DAYS_TO_FIND} and on any day up to it")
    for house in sorted(within | on_day):
        print(f"    {house:<12} {100 * on_day[house] / trials:4.0f} %  {100 * within[house] / trials:4.0f} %")
    whole = trials * len(within)
    print(f"    all          {100 * on_day.total() / whole:4.0f} %  {100 * within.total() / whole:4.0f} %")


def main() -> None:
    """Run at national scale, or take the output of a run, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=None, help="output of a run; a new run without it")
    parser.add_argument("--ends", type=int, default=26, help="weeks in which a fall is tried")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[DEFAULT_SEED], help="of the synthetic Denmarks")
    arguments = parser.parse_args()
    if arguments.folder is not None:
        measure(arguments.folder, arguments.ends)
        return
    for seed in arguments.seeds:
        with tempfile.TemporaryDirectory() as temporary:
            run(RunSettings(output=temporary, scale=arguments.scale, seed=seed))
            print(f"seed {seed}")
            measure(Path(temporary), arguments.ends)


def measure(output: Path, ends: int) -> None:
    """Print the figures of one run."""
    sql = compiled(output)
    with copy_of(output) as con:
        today = con.execute("select today from raw.run_context").fetchall()[0][0]
        started = time.monotonic()
        alarms(con, sql, today)
        print(f"the three models as of one day: {time.monotonic() - started:.1f} s")
        false_alarms(con, sql, today)
        detection(con, sql, today, ends)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
