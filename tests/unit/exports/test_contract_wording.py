"""The sentences of the contract reports: correct Danish in every combination of figures, missing and hidden."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest

from exports.report.contract.account import ManualResult, Place
from exports.report.contract.wording import (
    MISSING_COMMENT,
    comment_cell,
    development_sentence,
    dialogue_sentence,
    goal_label,
    goal_name,
    hidden_sentence,
    manual_comment_cell,
    manual_mark,
    manual_result_cell,
    no_data_sentence,
    overview,
    reached_sentence,
    result_with_target,
    signed_change,
    spread_sentence,
)
from exports.report.document import Mark
from exports.report.figures import Change, GoalFigure, Measure, State

UNITS = ("companies", "contacts", "courses", "per cent", "percentage points", "score")
STATUSES = ("within", "above", "invited_to_dialogue", "no_data", "")

WRONG = {
    "a value that is none": r"\b(None|nan|NaN|inf)\b",
    "an unfilled brace": r"[{}]",
    "two blanks": r" {2}",
    "a blank before a sign": r" [.,;:]",
    "a doubled stop": r"\.\.|,,",
    "one of many": r"(?<![\d.,])1 (virksomheder|kontakter|kommuner|svar(?=er)|målepunkter|resultater)\b",
    "many of one": r"(?<![\d.,])(0|[2-9]|\d{2,}) (virksomhed|kontakt|kommune|målepunkt|resultat)\b",
    "a decimal point": r"\d\.\d(?!\d\d)",
    "an English word": r"\b(met|not_met|path|within|above|hidden|companies)\b",
    "an empty list": r": \.|\bog \.|: $",
    "nothing counted": r"\b0 (opfyldt|ikke|på|bagud|uden|skjult|inden|over|under)\b",
}


def faults(text: str) -> list[str]:
    """Name what is wrong with sentences."""
    found = [name for name, pattern in WRONG.items() if re.search(pattern, text)]
    if not text[:1].isupper() and not text[:1].isdigit():
        found.append("no capital first")
    if not text.endswith((".", "?", "!")):
        found.append("no full stop last")
    return found


def figure(
    state: State,
    unit: str = "per cent",
    value: float | None = 66.5,
    target: float | None = 70.0,
    *,
    certain: bool | None = None,
    comparison: str = "at_least",
) -> GoalFigure:
    """Make a figure."""
    shown = None if state in {State.HIDDEN, State.NO_DATA} else value
    return GoalFigure(
        agreement="fyn-2026", measure="nps", goal_number="3", house="fyn", segment="vaekst", year=2026, unit=unit,
        unit_kind="respondents", n=None if shown is None else 40, value=shown, ci_low=None, ci_high=None, target=target,
        comparison=comparison, state=state, certain=None if shown is None else certain,
    )  # fmt: skip


def measure(number: str = "3", scope: str = "each", unit: str = "score") -> Measure:
    """Make a measure."""
    return Measure(
        agreement="fyn-2026", measure="nps", goal_number=number, label="Net Promoter Score", unit=unit,
        segment_scope=scope, comparison="at_least", definition="Andel", source_document="Kontrakt",
        source_chapter="Mål 3", evaluation_year_offset=0, goal_title="", goal_text="Mindst 70",
    )  # fmt: skip


def place(status: str, *, found: int | None = 5, expected: float | None = 5.0, is_hidden: bool = False) -> Place:
    """Make a municipality; a hidden one has neither figure nor status."""
    return Place(
        code="0461", name="Odense", expected=expected, found=None if is_hidden else found, deviation=None,
        status="" if is_hidden else status, is_hidden=is_hidden,
    )  # fmt: skip


def test_the_overview_is_right_for_every_number_of_every_state() -> None:
    """Without it a summary would count wrongly, or say that none of something is something."""
    checked = 0
    for numbers in itertools.product((0, 1, 2, 12), repeat=len(State)):
        states = dict(zip(State, numbers, strict=True))
        said = overview(states, 2026)
        assert faults(said) == [], said
        total = sum(numbers)
        kinds = sum(number > 0 for number in numbers)
        if kinds > 1:
            assert f"{total} målepunkter" in said
            assert sum(int(n) for n in re.findall(r"\d+(?= (?:opfyldt|ikke|på|bagud|uden|skjult))", said)) == total
        checked += 1
    assert checked == 4**6


@pytest.mark.parametrize("state", list(State))
def test_cells_are_right_for_every_state_unit_and_comment(state: State) -> None:
    """Without it a hidden figure could show its status, or a goal that is not met stand without its missing comment."""
    for unit, value, target, certain, comment, local, comparison in itertools.product(
        UNITS, (0.0, 1.0, -3.25, 69.99, 1234.5), (None, 0.0, 1.0, 70.0, 247.5), (None, True, False),
        (None, "Vi følger op", "Afsnit.\n\nOg ét til."), (True, False), ("at_least", "more_than"),
    ):  # fmt: skip
        one = figure(state, unit, value, target, certain=certain, comparison=comparison)
        cell, said = result_with_target(one), comment_cell(one, comment, local=local)
        assert faults(said) == [], said
        assert [name for name, pattern in WRONG.items() if re.search(pattern, cell)] == [], cell
        assert bool(re.search(r"(?<!, om )målet er", said.lower())) == (cell != "–" and target is not None)
        if state in {State.HIDDEN, State.NO_DATA}:
            assert cell == "–"
        elif target is not None:
            assert "mål" in cell
        assert (MISSING_COMMENT in said) == (comment is None and state is State.NOT_MET)
        if state is State.HIDDEN:
            assert "usikker" not in said
            assert "fortroligheden" in said
        if comment is not None:
            assert " ".join(comment.split()).rstrip(".") in said


@pytest.mark.parametrize(
    ("difference", "unit", "said"),
    [
        (2.34, "per cent", "+2,3 procentpoint"),
        (-6.8, "score", "−6,8 point"),
        (1.0, "companies", "+1 virksomhed"),
        (-13.0, "companies", "−13 virksomheder"),
        (0.04, "per cent", "0,0 procentpoint"),
        (-0.04, "score", "0,0 point"),
    ],
)
def test_a_change_is_written_with_sign_and_unit(difference: float, unit: str, said: str) -> None:
    """Without it a fall could look like a rise, or shares differ by per cent instead of by points."""
    assert signed_change(Change(2024, difference, None, None), unit) == said


def test_only_what_chance_cannot_explain_is_called_a_development() -> None:
    """Without it the summary would name changes that are noise, or claim a comparison that was never made."""
    assert development_sentence([], compared=False) == ""
    assert development_sentence([], compared=True).startswith("Ingen af de usikre resultater")
    named = development_sentence(["3. Net Promoter Score, drift (−6,8 point siden 2024)"], compared=True)
    assert faults(named) == []
    assert named.endswith("3. Net Promoter Score, drift (−6,8 point siden 2024).")


def municipalities() -> Iterator[list[Place]]:
    """Make every mixture of up to three municipalities, shown, hidden and missing."""
    kinds = [place(status) for status in STATUSES[:4]] + [place("", is_hidden=True)]
    for size in range(4):
        yield from (list(chosen) for chosen in itertools.product(kinds, repeat=size))


def test_the_spread_is_right_for_every_mixture_of_municipalities() -> None:
    """Without it a report could invite nobody to dialogue, or say that all are well when one is hidden."""
    checked = 0
    for places in municipalities():
        said = spread_sentence(places)
        invited = dialogue_sentence("Erhvervshus Fyn", places)
        hidden = sum(one.is_hidden for one in places)
        below = sum(one.status == "invited_to_dialogue" for one in places)
        if places:
            assert faults(said) == [], said
        else:
            assert said == ""
        assert faults(invited) == [], invited
        assert ("inviterer" in invited) == (below > 0)
        shown = any(one.status in {"within", "above", "invited_to_dialogue"} for one in places)
        if hidden and shown:
            assert "fortroligheden" in said
            assert "alle kommuner" not in said.lower()
        if hidden and shown and not below:
            assert "der kan vises" in invited
        checked += 1
    assert checked == 1 + 5 + 25 + 125


def test_the_contacts_are_right_for_every_mixture_of_municipalities() -> None:
    """Without it a municipality whose contacts are hidden would count as one that has not reached its part."""
    kinds = [place("", found=6), place("", found=5), place("", found=4), place("", is_hidden=True)]
    for size in range(5):
        for places in itertools.product(kinds, repeat=size):
            said = reached_sentence(places)
            if not places:
                assert said == ""
                continue
            assert faults(said) == [], said
            known = [one.found for one in places if one.found is not None]
            reached = sum(found >= 5 for found in known)
            assert ("fortroligheden" in said) == (len(known) < len(places))
            if 0 < reached < len(known):
                assert f"{reached} af de {len(known)} kommuner" in said


@pytest.mark.parametrize("hidden", [0, 1, 2, 1200])
def test_what_is_hidden_is_counted(hidden: int) -> None:
    """Without it a reader would not know that figures are missing on purpose."""
    assert faults(hidden_sentence(hidden)) == []
    assert ("Ingen" in hidden_sentence(hidden)) == (hidden == 0)


def test_a_goal_without_data_says_why() -> None:
    """Without it the effect, which takes two years to know, would look forgotten."""
    for unit in UNITS:
        said = no_data_sentence(measure(unit=unit), 2026)
        assert faults(said) == []
        assert ("regnskaber" in said) == (unit == "percentage points")


@pytest.mark.parametrize(
    ("number", "said"), [("3", "3. "), ("8+9", "8+9. "), ("6.b", "6.b. "), ("lokalt", "Lokalt mål: "), ("", "")]
)
def test_goals_are_named_by_the_contracts_numbers(number: str, said: str) -> None:
    """Without it the reader could not find the goal in the contract."""
    assert goal_label(number) == said
    assert goal_name(measure(number), "drift") == f"{said}Net Promoter Score, drift"
    assert goal_name(measure(number, "all"), "all") == f"{said}Net Promoter Score"


def manual(**fields: object) -> ManualResult:
    """Make a manual result."""
    usual: dict[str, object] = {
        "goal_number": "5", "goal": "crisis", "label": "Krise", "description": "", "value": None, "unit": "",
        "result": "", "assessment": "", "comment": "", "assessed_on": None, "target": None,
    }  # fmt: skip
    return ManualResult(**(usual | fields))  # type: ignore[arg-type]


def test_manual_results_show_numbers_with_units_and_words_as_delivered() -> None:
    """Without it `76,0` would stand without saying of what, and a text be taken for a number."""
    result = manual(value=76.0, unit="per cent", target=75.0, result="76,0")
    assert (manual_result_cell(result), manual_comment_cell(result, "")) == ("76 pct.", "Målet er mindst 75 pct.")
    assert manual_result_cell(manual(value=68.7, unit="per cent", result="68,7")) == "68,7 pct."
    assert manual_result_cell(manual(result="Etableret")) == "Etableret"
    assert manual_result_cell(manual()) == "–"


def test_assessments_stand_with_day_and_comment() -> None:
    """Without it the reader would not know who found the goal met, and when; unknown words are no status."""
    day = "1. september 2026"
    assert manual_comment_cell(manual(assessment="Godkendt af ERST"), "") == "Godkendt af ERST."
    assert manual_comment_cell(manual(assessment="Ikke opfyldt", comment="Følger\nsenere"), day) == (
        "Ikke opfyldt (vurderet 1. september 2026). Følger senere."
    )
    assert manual_comment_cell(manual(), day) == "–"
    marks = {
        words: manual_mark(manual(assessment=words)) for words in ("Godkendt af ERST", "Ikke opfyldt", "Udskudt", "")
    }
    assert marks == {"Godkendt af ERST": Mark.MET, "Ikke opfyldt": Mark.NOT_MET, "Udskudt": None, "": None}
