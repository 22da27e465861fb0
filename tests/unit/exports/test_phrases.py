"""Every sentence is right Danish in every combination of what can be known."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from exports.report.figures import Change, GoalFigure, State
from exports.report.phrases import (
    apart,
    area_name,
    base_sentence,
    change_sentence,
    changed_houses,
    exact,
    hidden_sentence,
    interval_text,
    listing,
    nation_sentence,
    number,
    percent,
    points,
    response_sentence,
    result_sentence,
    sentence,
    signed,
    status_sentence,
    target_text,
    value_text,
)
from tests.unit.exports.danish_rules import violations

UNITS = ("companies", "per cent", "score", "percentage points", "contacts", "courses")
COUNTS = (0, 1, 2, 6)


def figure(state: State, unit: str, value: float | None, house: str, segment: str, *, interval: bool) -> GoalFigure:
    """Make a figure of a state; hidden and missing ones have no value."""
    known = None if state in {State.HIDDEN, State.NO_DATA} else value
    bounded = interval and known is not None
    return GoalFigure(
        agreement="2024-2027",
        measure="nps",
        goal_number="3",
        house=house,
        segment=segment,
        year=2025,
        unit=unit,
        unit_kind="respondents",
        n=None if known is None else 12,
        value=known,
        ci_low=known - 2.0 if bounded and known is not None else None,
        ci_high=known + 2.5 if bounded and known is not None else None,
        target=70.0,
        comparison="at_least",
        state=state,
        certain=None if not bounded else state is State.MET,
    )


def figures() -> Iterator[GoalFigure]:
    """Make figures of every state, unit, size, area and segment, with and without interval."""
    sizes = (-3.04, -0.04, 0.0, 0.04, 1.0, 2.0, 69.96, 70.0, 1234.5)
    for state, unit, value, house, segment, interval in itertools.product(
        State, UNITS, sizes, ("danmark", "fyn"), ("all", "drift", "vaekst"), (True, False)
    ):
        size = float(round(value)) if unit in {"companies", "contacts", "courses"} else value
        yield figure(state, unit, size, house, segment, interval=interval)


def test_results_are_right_in_every_combination() -> None:
    """A reader meets a wrong sentence in the first year in which a figure is missing, negative or one."""
    wrong = {}
    tried = 0
    for one in figures():
        for text in (result_sentence(one), base_sentence(one)):
            tried += 1
            if text and (found := violations(text)):
                wrong[text] = found
    assert not wrong
    assert tried == 2 * 6 * 6 * 9 * 2 * 3 * 2


def test_changes_are_right_in_every_combination() -> None:
    """Up, down and unchanged, with and without interval, missing and hidden at either end."""
    differences = (-1234.0, -12.0, -1.0, -0.04, 0.0, 0.04, 0.05, 1.0, 2.3, 1234.0)
    wrong = {}
    tried = 0
    for unit, difference, spread, later, earlier, segment in itertools.product(
        UNITS, differences, (None, 0.01, 0.5, 3.0, 2000.0), State, (*State, None), ("all", "vaekst")
    ):
        now = figure(later, unit, 50.0, "fyn", segment, interval=True)
        before = None if earlier is None else figure(earlier, unit, 50.0, "fyn", segment, interval=True)
        known = now.value is not None and before is not None and before.value is not None
        low, high = (None, None) if spread is None else (difference - spread, difference + spread)
        moved = Change(2024, difference, low, high) if known else None
        text = change_sentence(now, before, moved)
        tried += 1
        if found := violations(text):
            wrong[text] = found
        houses = changed_houses(
            [(now, moved), (figure(State.MET, unit, 1.0, "sjaelland", segment, interval=True), moved)]
        )
        if houses and (found := violations(houses)):
            wrong[houses] = found
    assert not wrong
    assert tried == 6 * 10 * 5 * 6 * 7 * 2


def test_counts_of_houses_are_right_in_every_combination() -> None:
    """None, one, two and all houses in each state."""
    wrong = {}
    tried = 0
    for counts in itertools.product(COUNTS, repeat=len(State)):
        text = status_sentence({state: count for state, count in zip(State, counts, strict=True) if count})
        tried += 1
        if found := violations(text):
            wrong[text] = found
    assert not wrong
    assert tried == 4**6


def test_counts_of_goals_are_right_in_every_combination() -> None:
    """None, one and many goals met, unknown, hidden and on a path."""
    wrong = {}
    tried = 0
    for judged, unknown, hidden, path in itertools.product((0, 1, 2, 9), COUNTS, COUNTS, COUNTS):
        for met in range(judged + 1):
            total = judged + unknown + hidden + path
            text = nation_sentence(met, total, 2025, unknown=unknown, hidden=hidden, path=path)
            tried += 1
            if found := violations(text):
                wrong[text] = found
    assert not wrong
    assert tried == (1 + 2 + 3 + 10) * 4**3


def test_response_rates_are_right_in_every_combination() -> None:
    """Nothing sent, one and many, and hidden."""
    wrong = {}
    for house, segment, sent, answered, rate in itertools.product(
        ("danmark", "fyn"), ("all", "drift"), (None, 0, 1, 2, 1234), (None, 0, 1, 2, 1000), (None, 0.0, 50.5, 100.0)
    ):
        text = response_sentence(house, segment, sent, answered, rate)
        if found := violations(text):
            wrong[text] = found
    for hidden in COUNTS:
        text = hidden_sentence(hidden)
        if text and (found := violations(text)):
            wrong[text] = found
    assert not wrong


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("For Danmark er der 1 virksomheder.", "a plural of one"),
        ("For Danmark er der 2 virksomhed.", "a singular of many"),
        ("Resultatet er None.", "a word of the program"),
        ("Resultatet er 47.1 pct.", "a decimal point"),
        ("Resultatet er  47,1 pct.", "two blanks"),
        ("Det er 0,0 procentpoint højere end i 2024.", "a change of nothing"),
        ("Det er −2,0 procentpoint lavere end i 2024.", "a minus that points up"),
        ("Det er −0,0 procentpoint.", "a negative nought"),
        ("Resultatet er {value}.", "a brace"),
        ("Resultatet er 47,1 pct..", "a stop twice"),
        ("Resultatet er 47", "no full stop"),
        ("resultatet er 47.", "a small letter first"),
    ],
)
def test_the_rules_see_what_is_wrong(text: str, rule: str) -> None:
    """Rules that see nothing would make the combinations worthless."""
    assert any(found.startswith(rule) for found in violations(text))


def test_numbers_are_danish() -> None:
    """Decimal comma, thousands point, a real minus, and no sign on what rounds to nothing."""
    assert number(1234.5, 1) == "1.234,5"
    assert number(-3.14, 1) == "−3,1"
    assert number(-0.04, 1) == "0,0"
    assert percent(47.14) == "47,1 pct."
    assert percent(None) == "–"
    assert points(2.34) == "+2,3 procentpoint"
    assert signed(0.04, 1) == "0,0"
    assert exact(75.2) == "75,2"
    assert exact(70.0) == "70"
    assert interval_text(-1.0, 3.25) == "−1,0 til 3,3"
    assert interval_text(None, 3.0) == "–"


def test_a_value_just_under_its_target_is_not_rounded_up_to_it() -> None:
    """»70,0, og målet på 70 er ikke opfyldt« would read as a mistake."""
    one = figure(State.NOT_MET, "per cent", 69.96, "fyn", "all", interval=False)
    assert value_text(one) == "69,96 pct."
    assert apart(70.0, 70.0, 1) == 1
    assert apart(69.9999999, 70.0, 1) == 6


def test_units_follow_the_number() -> None:
    """One company, two companies; points and per cent never change."""
    assert value_text(figure(State.MET, "companies", 1.0, "fyn", "all", interval=False)) == "1 virksomhed"
    assert value_text(figure(State.MET, "companies", 1024.0, "fyn", "all", interval=False)) == "1.024 virksomheder"
    assert target_text(1200.0, "at_least", "companies") == "mindst 1.200 virksomheder"
    assert target_text(0.0, "more_than", "percentage points") == "over 0 procentpoint"
    assert target_text(None, "at_least", "score") == "–"


def test_sentences_end_once() -> None:
    """`pct.` at the end is its own full stop."""
    assert sentence("resultatet er 47,1 pct.") == "Resultatet er 47,1 pct."
    assert sentence("målet er opfyldt") == "Målet er opfyldt."
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b og c"
    assert area_name("danmark") == "Danmark"
    assert area_name("sjaelland") == "Erhvervshus Sjælland"
