"""Open findings as alerts and the command line need them: from the published warehouse and the newest results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from expectations.alert_text import RuleText
from expectations.alerts import CHECK, Finding
from expectations.errors import UnknownNameError
from expectations.result_history import failing_since, results_of
from expectations.wording import AUTHORITY, NATION, houses, long_date, observed_text, owner_name

CURRENT = "current.duckdb"
UNUSUAL_CHANGE = "unusual_change"
_SERIES = {
    "registrations": "registrerede forløb",
    "evaluations_sent": "udsendte evalueringer",
    "response_rate": "svarprocent",
}


@dataclass(frozen=True)
class Rule:
    """A rule of registration practice, as the warehouse describes it."""

    rule: str
    label_da: str
    dimension: str
    severity: str
    what_da: str
    remedy_da: str


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
    rows = con.execute("select rule, label_da, dimension, severity, what_da, remedy_da from practice_rules").fetchall()
    return {row[0]: Rule(*row) for row in rows}


def practice_findings(
    con: duckdb.DuckDBPyConnection, house: str | None = None, as_of: date | None = None
) -> tuple[Finding, ...]:
    """Read the findings of registration practice that are open on a day.

    Args:
        con: The published warehouse.
        house: Only this house; every house when not given.
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
            if(list_contains(?::varchar[], house), house, ?) as owner, rule, entity, record_id,
            coalesce(found_value, ''), explanation, first_seen
        from registration_findings
        where first_seen <= ? and last_seen >= ? and (?::varchar is null or house = ?)
        order by first_seen desc, rule, record_id
        """,
        [list(houses()), AUTHORITY, day, day, house, house],
    ).fetchall()
    return tuple(
        Finding(owner, rule, entity, record_id, found, explanation, first_seen, severities.get(rule, "warning"))
        for owner, rule, entity, record_id, found, explanation, first_seen in rows
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


def _unusual(house: str, series: str, week: date, observed: float, low: float, high: float) -> Finding:
    """Word one unusual change."""
    between = f"{observed_text(float(low), '')} til {observed_text(float(high), '')}"
    seen = observed_text(float(observed), "")
    return Finding(
        owner=AUTHORITY if house == NATION else house,
        rule=UNUSUAL_CHANGE,
        entity="uge",
        record_id=_SERIES.get(series, series),
        found_value=seen,
        explanation=(
            f"I ugen fra {long_date(week)} var tallet {seen}; på denne tid af året ventes {between}. "
            "Find årsagen, og markér udsvinget som forventet, hvis det er rigtigt."
        ),
        first_seen=week,
        severity="warning",
    )


def check_findings(history: Path) -> tuple[Finding, ...]:
    """Read the checks of the newest run that failed or could not run; they concern the authority.

    Args:
        history: The history file.

    Returns:
        One finding per check.
    """
    results = [result for result in results_of(history) if result.status != "passed"]
    since = failing_since(history) if results else {}
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
    texts = {key: RuleText(rule.label_da, rule.remedy_da) for key, rule in known.items()}
    texts[UNUSUAL_CHANGE] = RuleText("Usædvanligt udsving i den nyeste uge", "")
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
        UnknownNameError: There is no such house, or it has no such finding; the message says which rules it has.
    """
    if owner != AUTHORITY:
        check_house(owner)
    own = [finding for finding in found if finding.owner == owner]
    matching = tuple(each for each in own if each.rule == rule and record_id in {None, each.record_id})
    if not matching:
        which = f"fund {record_id} af reglen {rule}" if record_id else f"fund af reglen {rule}"
        having = ", ".join(sorted({each.rule for each in own})) or "ingen"
        msg = f"{owner_name(owner)} har intet åbent {which}. Regler med åbne fund: {having}."
        raise UnknownNameError(msg)
    return matching


def check_house(house: str) -> str:
    """Refuse a house that is not one of the six.

    Args:
        house: What a person gave.

    Returns:
        The same.

    Raises:
        UnknownNameError: There is no such house.
    """
    if house not in houses():
        msg = f"{house} er ikke et erhvervshus. Vælg et af: {', '.join(houses())}."
        raise UnknownNameError(msg)
    return house
