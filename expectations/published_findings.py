"""Open findings as alerts and the command line need them: from the published warehouse and the newest results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from expectations.alert_text import RuleText
from expectations.alerts import CHECK, UNUSUAL_CHANGE, Finding
from expectations.errors import UnknownNameError
from expectations.periods import load_periods
from expectations.result_history import failing_since, results_of
from expectations.wording import AUTHORITY, NATION, houses, long_date, observed_text, owner_name, series_name

CURRENT = "current.duckdb"


@dataclass(frozen=True)
class Rule:
    """A rule of registration practice, as the warehouse describes it."""

    rule: str
    label_da: str
    dimension: str
    severity: str
    what_da: str
    remedy_da: str
    next_time_da: str


@contextmanager
def published(output: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published warehouse for reading.

    Args:
        output: The output folder.

    Yields:
        A connection.

    Raises:
        UnknownNameError: Nothing has been published in that folder.
    """
    path = output / CURRENT
    if not path.exists():
        msg = f"{output}: her er intet offentliggjort. Kør `erhvervshus run --output {output}` først."
        raise UnknownNameError(msg)
    with closing(duckdb.connect(str(path.resolve()), read_only=True)) as con:
        yield con


def has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Say whether a table is published.

    Args:
        con: The published warehouse.
        name: The table.

    Returns:
        True when it is there.
    """
    return bool(con.execute("select 1 from information_schema.tables where table_name = ?", [name]).fetchall())


def data_day(con: duckdb.DuckDBPyConnection) -> date:
    """Return the day of the published data.

    Args:
        con: The published warehouse.

    Returns:
        The day.
    """
    day: date = con.execute("select today from _publication").fetchall()[0][0]
    return day


def rules(con: duckdb.DuckDBPyConnection) -> dict[str, Rule]:
    """Read the rules of registration practice.

    Args:
        con: The published warehouse.

    Returns:
        By key; empty where the warehouse has none.
    """
    if not has_table(con, "practice_rules"):
        return {}
    rows = con.execute(
        "select rule, label_da, dimension, severity, what_da, remedy_da, coalesce(next_time_da, '') from practice_rules"
    ).fetchall()
    return {row[0]: Rule(*row) for row in rows}


def practice_findings(
    con: duckdb.DuckDBPyConnection, owner: str | None = None, as_of: date | None = None
) -> tuple[Finding, ...]:
    """Read the findings of registration practice that are open on a day.

    Args:
        con: The published warehouse.
        owner: Only those of this house, or of the authority; every owner's when not given.
        as_of: The day; the day of the data when not given.

    Returns:
        The findings, newest first. A record of no known house belongs to the authority.
    """
    if not has_table(con, "registration_findings"):
        return ()
    day = as_of or data_day(con)
    severities = {key: rule.severity for key, rule in rules(con).items()}
    rows = con.execute(
        """
        select
            if(list_contains(?::varchar[], found.house), found.house, ?) as owner, found.rule, found.entity,
            found.record_id, coalesce(found.found_value, ''), found.explanation, found.first_seen,
            coalesce(history.is_correctable, true)
        from registration_findings as found
        left join practice_finding_history as history using (rule, entity, record_id, first_seen)
        where found.first_seen <= ? and found.last_seen >= ? and owner = coalesce(?, owner)
        order by found.first_seen desc, found.rule, found.record_id
        """,
        [list(houses()), AUTHORITY, day, day, owner],
    ).fetchall()
    return tuple(
        Finding(
            owner=owner,
            rule=rule,
            entity=entity,
            record_id=record_id,
            found_value=found_value,
            explanation=explanation,
            first_seen=first_seen,
            severity=severities.get(rule, "warning"),
            is_correctable=is_correctable,
        )
        for owner, rule, entity, record_id, found_value, explanation, first_seen, is_correctable in rows
    )


def unusual_changes(con: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    """Read the unusual changes of the newest week.

    Args:
        con: The published warehouse.

    Returns:
        One finding per house and series.
    """
    if not has_table(con, "practice_unusual_change"):
        return ()
    rows = con.execute(
        """
        select house, series, week, observed, low, high from practice_unusual_change
        where is_unusual and week = (select max(week) from practice_unusual_change)
        order by house, series
        """
    ).fetchall()
    return tuple(_unusual(*row) for row in rows)


def _unusual(house: str, series: str, last_day: date, observed: float, low: float, high: float) -> Finding:
    """Word one unusual change: the mart names a week by its last day."""
    days = load_periods().same_change.days
    name = series_name(series)
    between = f"{observed_text(float(low), '')} til {observed_text(float(high), '')}"
    seen = observed_text(float(observed), "")
    return Finding(
        owner=AUTHORITY if house == NATION else house,
        rule=UNUSUAL_CHANGE,
        entity="uge",
        record_id=series,
        found_value=seen,
        explanation=(
            f"{name[:1].upper()}{name[1:]}: {seen} i de {days} dage til og med {long_date(last_day)}; på denne tid af "
            f"året ventes {between}. Find årsagen, og markér udsvinget som forventet, hvis det er rigtigt."
        ),
        first_seen=last_day,
        severity="warning",
        days=days,
    )


def check_findings(history: Path, as_of: date | None = None) -> tuple[Finding, ...]:
    """Read the checks of a run that failed or could not run; they concern the authority.

    Args:
        history: The history file.
        as_of: The run is the newest of this day or before; the newest of all when not given.

    Returns:
        One finding per check.
    """
    results = [result for result in results_of(history, as_of=as_of) if result.status != "passed"]
    since = failing_since(history, as_of) if results else {}
    return tuple(
        Finding(
            owner=AUTHORITY,
            rule=f"{result.suite}.{result.check}",
            entity=CHECK,
            record_id=result.check,
            found_value="",
            explanation=f"{result.message_da} {'' if result.status == 'broken' else result.remedy_da}".strip(),
            first_seen=since.get((result.suite, result.check), date.min),
            severity="warning" if result.status == "broken" else result.severity,
            count=max(result.unexpected, 1),
        )
        for result in results
    )


def rule_texts(known: Mapping[str, Rule], history: Path) -> dict[str, RuleText]:
    """Collect what rules and checks are called.

    Args:
        known: The rules of registration practice.
        history: The history file, for the checks of the newest run.

    Returns:
        The texts by the rule of a finding.
    """
    texts = {key: RuleText(rule.label_da, rule.remedy_da, rule.next_time_da) for key, rule in known.items()}
    texts[UNUSUAL_CHANGE] = RuleText("Usædvanligt udsving i de seneste syv dage", "")
    for result in results_of(history):
        texts[f"{result.suite}.{result.check}"] = RuleText(result.label_da, "")
    return texts


def matching_findings(
    found: Sequence[Finding], owner: str, rule: str, record_id: str | None = None
) -> tuple[Finding, ...]:
    """Pick the findings a person means.

    Args:
        found: Every open finding.
        owner: A house, or `erst`.
        rule: The rule.
        record_id: One record, or None for all of the rule.

    Returns:
        At least one finding.

    Raises:
        UnknownNameError: The owner has no such finding; the message says which rules it has.
    """
    own = [finding for finding in found if finding.owner == owner]
    matching = tuple(each for each in own if each.rule == rule and record_id in {None, each.record_id})
    if not matching:
        which = f"fund {record_id} af reglen {rule}" if record_id else f"fund af reglen {rule}"
        having = ", ".join(sorted({each.rule for each in own})) or "ingen"
        msg = f"{owner_name(owner)} har intet åbent {which}. Regler med åbne fund: {having}."
        raise UnknownNameError(msg)
    return matching


def owner_of(given: str) -> str:
    """Find the owner a person means.

    Args:
        given: A house's code or `erst`, in capitals or not.

    Returns:
        The code.

    Raises:
        UnknownNameError: There is no such owner.
    """
    owner = given.strip().lower()
    if owner != AUTHORITY and owner not in houses():
        msg = (
            f"{given} er ikke et erhvervshus. Vælg et af: {', '.join(houses())}; eller {AUTHORITY} for det, der ikke "
            "hører til ét hus."
        )
        raise UnknownNameError(msg)
    return owner
