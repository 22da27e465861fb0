"""When someone is told of findings, and of which: pure logic, without files, mail servers or the clock.

An owner (a house, or the authority for what concerns no single house) gets at most one message a day, and only when
there is something to tell: a finding that is new, that got worse, that was called resolved and is still there, or
whose snooze is over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

SEVERITY_WEIGHT = {"info": 0, "warning": 1000, "critical": 2000}
"""Weights of findings; within a severity up to 999 tell how many."""

CHECK = "kontrol"
"""The entity of a finding that is a check of the suites."""

UNUSUAL_CHANGE = "unusual_change"
"""The rule of a finding that no rule describes: a house's newest seven days against its own history."""

TOP = 3
"""How many findings a message names first."""


class StateKind(StrEnum):
    """What a person has said of findings."""

    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    EXPECTED = "expected"


class Cause(StrEnum):
    """Why a finding is told now."""

    NEW = "new"
    WORSE = "worse"
    STILL_THERE = "still_there"
    SNOOZE_OVER = "snooze_over"


Key = tuple[str, str, str]
"""Owner, rule and record."""


@dataclass(frozen=True)
class Finding:
    """Something an owner can correct.

    Attributes:
        owner: A house's code, or `erst`.
        rule: The rule it breaks.
        entity: What kind of record it is.
        record_id: The record's key.
        found_value: What was found; never names or free text of persons.
        explanation: What is wrong and what to do, in Danish.
        first_seen: The day of the data on which it was first found.
        severity: `critical`, `warning` or `info`.
        count: How many rows stand behind it; 1 for a record.
        days: How many days up to and including `first_seen` it is about; 1 for a record.
        is_correctable: Whether the record can still come to keep the rule.
    """

    owner: str
    rule: str
    entity: str
    record_id: str
    found_value: str
    explanation: str
    first_seen: date
    severity: str
    count: int = 1
    days: int = 1
    is_correctable: bool = True

    @property
    def key(self) -> Key:
        """What names the finding from run to run."""
        return (self.owner, self.rule, self.record_id)

    @property
    def weight(self) -> int:
        """How grave it is; larger is worse."""
        return SEVERITY_WEIGHT.get(self.severity, 0) + min(self.count, 999)


@dataclass(frozen=True)
class State:
    """What a person said: of one record, or of all findings of a rule at that time.

    Attributes:
        owner: Whose findings.
        rule: Which rule.
        record_id: Which record; None for all that the rule had found by `day`.
        kind: What was said.
        until: The day a snooze ends; None for the others.
        who: Who said it.
        note: Why.
        said_at: When (UTC).
        day: The day of the data it was said of.
    """

    owner: str
    rule: str
    record_id: str | None
    kind: StateKind
    until: date | None
    who: str
    note: str
    said_at: datetime
    day: date

    def is_about(self, finding: Finding) -> bool:
        """Say whether it was said of a finding.

        Args:
            finding: The finding.

        Returns:
            True for its record, and for its rule when the finding was there on that day or the whole rule is snoozed.
            Of a finding about several days it holds as long as one of them is no later than the day it was said of.
        """
        if (self.owner, self.rule) != (finding.owner, finding.rule):
            return False
        if self.record_id not in {None, finding.record_id}:
            return False
        was_there = finding.first_seen - timedelta(days=finding.days - 1) <= self.day
        lasting = finding.days == 1 and self.record_id is not None
        return self.kind is StateKind.SNOOZED or lasting or was_there


@dataclass(frozen=True)
class Told:
    """What an owner was last told of a finding: how grave it was then, and on which day."""

    weight: int
    told_on: date


@dataclass(frozen=True)
class Trigger:
    """A finding that is told now, and why."""

    finding: Finding
    cause: Cause


@dataclass(frozen=True)
class Group:
    """The open findings of one rule, newest first, and how many of them are told now."""

    rule: str
    findings: tuple[Finding, ...]
    triggers: int

    @property
    def newest(self) -> date:
        """The day the newest was first found."""
        return self.findings[0].first_seen

    @property
    def severity(self) -> str:
        """The gravest severity among them."""
        return max((finding.severity for finding in self.findings), key=lambda each: SEVERITY_WEIGHT.get(each, 0))


@dataclass(frozen=True)
class Digest:
    """What one owner is told on one day.

    Attributes:
        owner: Who.
        triggers: What is new or worse.
        groups: Every open finding that can be corrected, by rule: the rule with the newest finding first, then the
            gravest.
        uncorrectable: Those that cannot be corrected and were found of late, by rule in the same order.
        top: The most important findings, at most one per rule as long as there are rules enough.
        acknowledged: How many open findings someone has acknowledged.
        left_out: How many are not shown, because they are expected, snoozed or said to be resolved.
        told: What the owner has been told of when this is sent.
    """

    owner: str
    triggers: tuple[Trigger, ...]
    groups: tuple[Group, ...]
    uncorrectable: tuple[Group, ...]
    top: tuple[Finding, ...]
    acknowledged: int
    left_out: int
    told: Mapping[Key, Told]

    @property
    def open(self) -> int:
        """How many findings are open, shown and can be acted on."""
        return sum(len(group.findings) for group in self.groups)


def digests(
    findings: Iterable[Finding],
    states: Sequence[State],
    told: Mapping[Key, Told],
    data_day: date,
    send_day: date,
    uncorrectable_days: int,
) -> tuple[Digest, ...]:
    """Decide who is told of what.

    A finding that cannot be corrected is told once as news. It is listed apart for a while, and then no more.

    Args:
        findings: Every open finding.
        states: Everything that was said of findings, in any order; the newest that is about a finding holds.
        told: What was told before.
        data_day: The day of the data.
        send_day: The day of sending.
        uncorrectable_days: For how many days after it was first found one that cannot be corrected is listed.

    Returns:
        A digest per owner who has something to be told, by owner. Owners without news are not among them.
    """
    by_owner: dict[str, list[Finding]] = {}
    for finding in findings:
        by_owner.setdefault(finding.owner, []).append(finding)
    oldest = data_day - timedelta(days=uncorrectable_days)
    made = (
        _digest(
            owner,
            [finding for finding in own if is_listed(finding, oldest)],
            [state for state in states if state.owner == owner],
            told,
            data_day,
            send_day,
        )
        for owner, own in sorted(by_owner.items())
    )
    return tuple(digest for digest in made if digest.triggers)


def _digest(
    owner: str,
    findings: Sequence[Finding],
    states: Sequence[State],
    told: Mapping[Key, Told],
    data_day: date,
    send_day: date,
) -> Digest:
    """Put together what one owner would be told."""
    state_of = {finding.key: current_state(finding, states) for finding in findings}
    shown: list[Finding] = []
    triggers: list[Trigger] = []
    for finding in findings:
        state = state_of[finding.key]
        if is_left_out(state, data_day, send_day):
            continue
        shown.append(finding)
        cause = _cause(finding, state, told.get(finding.key))
        if cause is not None and finding.severity != "info":
            triggers.append(Trigger(finding, cause))
    fresh = {trigger.finding.key for trigger in triggers}
    correctable = [finding for finding in shown if finding.is_correctable]
    acknowledged = {
        finding.key for finding in correctable if _is_acknowledged(state_of[finding.key]) and finding.key not in fresh
    }
    return Digest(
        owner=owner,
        triggers=tuple(triggers),
        groups=grouped(correctable, fresh),
        uncorrectable=grouped((finding for finding in shown if not finding.is_correctable), fresh),
        top=_top(
            [
                finding
                for finding in shown
                if finding.key in fresh or (finding.is_correctable and finding.key not in acknowledged)
            ],
            fresh,
        ),
        acknowledged=len(acknowledged),
        left_out=len(findings) - len(shown),
        told={
            finding.key: Told(max(finding.weight, told[finding.key].weight if finding.key in told else 0), send_day)
            for finding in shown
        },
    )


def is_listed(finding: Finding, oldest: date) -> bool:
    """Say whether a finding is still listed.

    Args:
        finding: The finding.
        oldest: The first day of the period in which one that cannot be corrected is listed.

    Returns:
        False for one that cannot be corrected and was first found before that day.
    """
    return finding.is_correctable or finding.first_seen >= oldest


def _is_acknowledged(state: State | None) -> bool:
    """Say whether someone has seen it."""
    return state is not None and state.kind is StateKind.ACKNOWLEDGED


def current_state(finding: Finding, states: Iterable[State]) -> State | None:
    """Find what holds of a finding.

    Args:
        finding: The finding.
        states: What was said, in any order.

    Returns:
        The newest that is about it, or None.
    """
    return max((state for state in states if state.is_about(finding)), key=lambda state: state.said_at, default=None)


def is_left_out(state: State | None, data_day: date, send_day: date) -> bool:
    """Say whether a finding is not shown because of what was said of it.

    Args:
        state: What holds of it.
        data_day: The day of the data.
        send_day: The day of sending.

    Returns:
        True while it is expected or snoozed, and while no newer data have come since it was called resolved.
    """
    if state is None or state.kind is StateKind.ACKNOWLEDGED:
        return False
    if state.kind is StateKind.SNOOZED:
        return state.until is not None and send_day < state.until
    return state.kind is StateKind.EXPECTED or data_day <= state.day


def _cause(finding: Finding, state: State | None, told: Told | None) -> Cause | None:
    """Say why a finding that is shown is told now; None when nothing changed."""
    if told is None:
        return None if _is_acknowledged(state) else Cause.NEW
    if not finding.is_correctable:
        return None
    if finding.weight > told.weight:
        return Cause.WORSE
    if state is not None and state.kind is StateKind.RESOLVED and told.told_on <= state.said_at.date():
        return Cause.STILL_THERE
    if state is not None and state.kind is StateKind.SNOOZED and state.until is not None and told.told_on < state.until:
        return Cause.SNOOZE_OVER
    return None


def grouped(findings: Iterable[Finding], fresh: Collection[Key] = ()) -> tuple[Group, ...]:
    """Group findings by rule.

    Args:
        findings: The findings.
        fresh: Those of them that are told now.

    Returns:
        A group per rule, newest first within it: the rule with the newest finding first, then the gravest.
    """
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    groups = [
        Group(
            rule,
            tuple(sorted(own, key=lambda each: (-each.first_seen.toordinal(), -each.weight, each.record_id))),
            sum(each.key in fresh for each in own),
        )
        for rule, own in by_rule.items()
    ]
    return tuple(
        sorted(groups, key=lambda each: (-each.newest.toordinal(), -SEVERITY_WEIGHT.get(each.severity, 0), each.rule))
    )


def _top(findings: Iterable[Finding], fresh: set[Key]) -> tuple[Finding, ...]:
    """Pick the most important findings: told now before the rest, the gravest, the newest; different rules first."""
    ordered = sorted(
        findings,
        key=lambda each: (each.key not in fresh, -each.weight, -each.first_seen.toordinal(), each.rule, each.record_id),
    )
    first_of_rule: dict[str, Finding] = {}
    for finding in ordered:
        first_of_rule.setdefault(finding.rule, finding)
    leading = list(first_of_rule.values())
    rest = [finding for finding in ordered if first_of_rule[finding.rule] is not finding]
    return tuple([*leading, *rest][:TOP])
