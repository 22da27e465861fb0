"""When someone is told, and of what: no noise, nothing forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from expectations.alerts import Cause, Digest, Finding, Key, State, StateKind, Told, digests

DATA = date(2026, 10, 31)
TODAY = date(2026, 11, 2)
UNCORRECTABLE_DAYS = 35


def finding(record: str = "f1", **differs: Any) -> Finding:  # noqa: ANN401
    """Make a finding of Fyn."""
    shape: dict[str, Any] = {
        "owner": "fyn", "rule": "cvr_valid", "entity": "crm_forloeb", "found_value": "12345678",
        "explanation": "Ret nummeret.", "first_seen": date(2026, 10, 20), "severity": "critical",
    }  # fmt: skip
    return Finding(record_id=record, **{**shape, **differs})


def state(kind: StateKind, *, record: str | None = None, **differs: Any) -> State:  # noqa: ANN401
    """Say something of Fyn's invalid CVR numbers."""
    shape: dict[str, Any] = {
        "until": None, "who": "Ane", "note": "", "said_at": datetime(2026, 11, 1, 9, tzinfo=UTC), "day": DATA,
    }  # fmt: skip
    return State(owner="fyn", rule="cvr_valid", record_id=record, kind=kind, **{**shape, **differs})


def decide(
    *findings: Finding,
    states: tuple[State, ...] = (),
    told: dict[Key, Told] | None = None,
    data: date = DATA,
    today: date = TODAY,
) -> tuple[Digest, ...]:
    """Decide who is told."""
    return digests(findings, states, told or {}, data, today, UNCORRECTABLE_DAYS)


def causes(*made: Digest) -> list[Cause]:
    """List why findings are told."""
    return [trigger.cause for digest in made for trigger in digest.triggers]


def test_one_message_per_owner() -> None:
    """Without it, a house would read of another's records, or get a message per rule."""
    made = decide(finding(), finding("f2", rule="theme_registered"), finding("x", owner="erst", rule="keys.a"))
    assert [(digest.owner, digest.open) for digest in made] == [("erst", 1), ("fyn", 2)]


def test_nothing_new_is_not_told_again() -> None:
    """Without it, the same message would come every morning and be filtered away."""
    (first,) = decide(finding())
    assert decide(finding(), told=dict(first.told), today=date(2026, 11, 3)) == ()


def test_one_new_finding_tells_of_all_that_are_open() -> None:
    """Without it, the reader would have to keep the messages of every day."""
    (first,) = decide(finding())
    (second,) = decide(finding(), finding("f2"), told=dict(first.told))
    assert causes(second) == [Cause.NEW]
    assert (second.open, second.triggers[0].finding.record_id) == (2, "f2")


def test_worse_is_told_again_and_better_is_not() -> None:
    """Without it, a check that goes from one house to six would stay silent."""
    (first,) = decide(finding(count=3, severity="warning"))
    told = dict(first.told)
    assert decide(finding(count=2, severity="warning"), told=told) == ()
    assert causes(*decide(finding(count=4, severity="warning"), told=told)) == [Cause.WORSE]
    assert causes(*decide(finding(count=1, severity="critical"), told=told)) == [Cause.WORSE]


def test_up_and_down_again_is_told_once() -> None:
    """Without it, a count that swings by one would send a message every other day."""
    told = dict(decide(finding(count=3, severity="warning"))[0].told)
    lower = finding(count=2, severity="warning")
    told = dict(decide(lower, finding("f2"), told=told)[0].told)
    assert decide(finding(count=3, severity="warning"), finding("f2"), told=told) == ()


def test_information_alone_is_not_told() -> None:
    """Without it, what needs no action would interrupt."""
    assert decide(finding(severity="info")) == ()
    (digest,) = decide(finding(severity="info", rule="other"), finding("f2"))
    assert (digest.open, len(digest.triggers)) == (2, 1)


def test_acknowledged_is_quiet_until_worse() -> None:
    """Without it, acknowledging would do nothing, or hide that it got worse."""
    known = (state(StateKind.ACKNOWLEDGED),)
    assert decide(finding(), states=known) == ()
    told = {finding().key: Told(finding(severity="warning").weight, date(2026, 10, 30))}
    assert causes(*decide(finding(), states=known, told=told)) == [Cause.WORSE]
    (digest,) = decide(finding(), finding("f2", first_seen=TODAY), states=known)
    assert (digest.acknowledged, digest.open) == (1, 2)
    assert [each.record_id for each in digest.top] == ["f2"]


def test_snoozed_is_quiet_until_the_day_and_then_told() -> None:
    """Without it, a snooze would be for ever."""
    snoozed = (state(StateKind.SNOOZED, until=date(2026, 11, 10)),)
    told = {finding().key: Told(finding().weight, date(2026, 10, 30))}
    newer = finding("f2", first_seen=TODAY)
    assert decide(finding(), newer, states=snoozed, told=told, today=date(2026, 11, 9)) == ()
    (digest,) = decide(finding(), states=snoozed, told=told, today=date(2026, 11, 10))
    assert causes(digest) == [Cause.SNOOZE_OVER]
    assert decide(finding(), states=snoozed, told=dict(digest.told), today=date(2026, 11, 11)) == ()


def test_resolved_comes_back_when_newer_data_still_have_it() -> None:
    """Without it, calling something resolved would hide that it is not."""
    resolved = (state(StateKind.RESOLVED),)
    told = {finding().key: Told(finding().weight, date(2026, 10, 30))}
    assert decide(finding(), states=resolved, told=told) == ()
    (digest,) = decide(finding(), states=resolved, told=told, data=date(2026, 11, 1))
    assert causes(digest) == [Cause.STILL_THERE]
    after = dict(digest.told)
    assert decide(finding(), states=resolved, told=after, data=date(2026, 11, 2), today=date(2026, 11, 3)) == ()


def test_expected_is_left_out_but_new_findings_of_the_rule_are_told() -> None:
    """Without it, marking today's findings as right would switch the rule off."""
    expected = (state(StateKind.EXPECTED),)
    assert decide(finding(), states=expected) == ()
    (digest,) = decide(finding(), finding("f2", first_seen=date(2026, 11, 1)), states=expected)
    assert (digest.open, digest.left_out) == (1, 1)


def test_the_newest_word_holds_and_one_record_can_have_its_own() -> None:
    """Without it, nobody could take back what was said."""
    later = datetime(2026, 11, 1, 12, tzinfo=UTC)
    only_one = (state(StateKind.EXPECTED, record="f1"),)
    assert decide(finding(), finding("f2"), states=only_one)[0].open == 1
    back = (*only_one, state(StateKind.ACKNOWLEDGED, said_at=later))
    assert decide(finding(), states=back) == ()
    told = {finding().key: Told(0, date(2026, 10, 1))}
    assert decide(finding(), states=back, told=told)[0].open == 1
    elsewhere = (state(StateKind.EXPECTED),)
    assert decide(finding(rule="other"), states=elsewhere)[0].open == 1


def test_rules_come_newest_first_and_the_top_is_spread() -> None:
    """Without it, a hundred old findings of one rule would hide the new one of another."""
    many = [finding(f"old{number}", first_seen=date(2026, 9, number + 1)) for number in range(5)]
    newest = finding("new", rule="theme_registered", severity="warning", first_seen=date(2026, 10, 30))
    (digest,) = decide(*many, newest)
    assert [group.rule for group in digest.groups] == ["theme_registered", "cvr_valid"]
    assert [each.first_seen for each in digest.groups[1].findings] == sorted(
        (each.first_seen for each in many), reverse=True
    )
    assert [each.record_id for each in digest.top] == ["old4", "new", "old3"]
    assert digest.groups[0].severity == "warning"


@pytest.mark.parametrize("records", [1, 2, 7])
def test_the_top_has_at_most_three(records: int) -> None:
    """Without it, the message would be the list."""
    (digest,) = decide(*(finding(f"f{number}") for number in range(records)))
    assert len(digest.top) == min(records, 3)
