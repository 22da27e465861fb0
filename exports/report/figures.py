"""The statement's goals as a report reads them: figures, measures, what was published before, and what changed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from expectations.wording import NATION, houses
from exports.report.document import Mark
from exports.statement.statement import IS_HIDDEN, Statement

SEGMENTS = {"all": "alle", "drift": "drift", "vaekst": "vækst"}
"""The segments and their names inside a sentence."""

_NATIONAL_AGREEMENT = re.compile(r"(\d{4})-(\d{4})")


class State(StrEnum):
    """What can be said of a figure: its status, or that it is hidden."""

    MET = "met"
    NOT_MET = "not_met"
    ON_PATH = "on_path"
    BEHIND_PATH = "behind_path"
    NO_DATA = "no_data"
    HIDDEN = "hidden"

    @property
    def mark(self) -> Mark:
        """The mark that shows it."""
        return Mark(self.value)


@dataclass(frozen=True)
class GoalFigure:
    """One figure of a goal, as it may be shown. Missing and hidden figures are None.

    Attributes:
        agreement: The agreement or contract.
        measure: The measure's key.
        goal_number: The goal's number in the agreement.
        house: The house, or `danmark`.
        segment: `all`, `drift` or `vaekst`.
        year: Year of the goal.
        unit: Unit of value and target.
        unit_kind: What the base counts: `respondents`, `companies` or `other`.
        n: Units in the base.
        value: The figure.
        ci_low: Lower end of its 95 % interval.
        ci_high: Upper end.
        target: The target, or the path's value in the year.
        comparison: `at_least` or `more_than`.
        state: Its status, or that it is hidden.
        certain: Whether the interval lies on one side of the target; None without an interval.
    """

    agreement: str
    measure: str
    goal_number: str
    house: str
    segment: str
    year: int
    unit: str
    unit_kind: str
    n: int | None
    value: float | None
    ci_low: float | None
    ci_high: float | None
    target: float | None
    comparison: str
    state: State
    certain: bool | None

    @property
    def has_interval(self) -> bool:
        """Whether the interval is known."""
        return self.ci_low is not None and self.ci_high is not None


@dataclass(frozen=True)
class Measure:
    """A measure under an agreement.

    Attributes:
        agreement: The agreement or contract.
        measure: Its key.
        goal_number: The goal's number.
        goal_title: The goal's title in the agreement; empty when it has none.
        label: Its name.
        unit: Its unit.
        segment_scope: `all`, `each`, `drift` or `vaekst`.
        comparison: `at_least` or `more_than`.
        definition: How it is computed.
        source_document: Where the goal's text stands.
        source_chapter: Chapter of it.
        evaluation_year_offset: Year of the data less year of the goal.
        goal_text: The goal in the agreement's own words; empty when the document is not quoted.
    """

    agreement: str
    measure: str
    goal_number: str
    goal_title: str
    label: str
    unit: str
    segment_scope: str
    comparison: str
    definition: str
    source_document: str
    source_chapter: str
    evaluation_year_offset: int
    goal_text: str

    def compares_with(self, other: Measure) -> bool:
        """Say whether figures of the two mean the same, so that a difference is a change.

        Args:
            other: The measure under another agreement.

        Returns:
            Whether definition, segments and the year of the data are the same.
        """
        return (self.measure, self.definition, self.segment_scope, self.evaluation_year_offset) == (
            other.measure,
            other.definition,
            other.segment_scope,
            other.evaluation_year_offset,
        )


@dataclass(frozen=True)
class Published:
    """A figure printed in a public document: a baseline or an earlier result."""

    measure: str
    house: str
    segment: str
    year: int
    value: float
    source_document: str
    source_chapter: str


@dataclass(frozen=True)
class Change:
    """The difference between two figures of one measure.

    Attributes:
        since: The earlier year.
        difference: Later less earlier, in points or in counts.
        low: Lower end of its 95 % interval; None without intervals.
        high: Upper end.
    """

    since: int
    difference: float
    low: float | None
    high: float | None

    @property
    def beyond_chance(self) -> bool | None:
        """Whether the interval leaves zero out; None without an interval."""
        if self.low is None or self.high is None:
            return None
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Goals:
    """The goals of a statement: every figure of every agreement, and the measures they belong to.

    Attributes:
        year: The report year.
        figures: Every figure.
        measures: Every measure under every agreement, in the order of the goals.
        published: What public documents have printed.
    """

    year: int
    figures: tuple[GoalFigure, ...]
    measures: tuple[Measure, ...]
    published: tuple[Published, ...]

    @property
    def agreement(self) -> str | None:
        """The national agreement that the report year belongs to, as `2024-2027`; None when there is none."""
        for code in sorted({measure.agreement for measure in self.measures}):
            span = agreement_years(code)
            if span is not None and span[0] <= self.year <= span[1]:
                return code
        return None

    def measures_of(self, agreement: str) -> tuple[Measure, ...]:
        """List the measures of an agreement, by goal.

        Args:
            agreement: The agreement or contract.

        Returns:
            Its measures.
        """
        return tuple(measure for measure in self.measures if measure.agreement == agreement)

    def of(self, measure: Measure, *, year: int | None = None) -> tuple[GoalFigure, ...]:
        """List the figures of a measure, Danmark first, then house and segment in their order.

        Args:
            measure: The measure under its agreement.
            year: Only this year's.

        Returns:
            The figures.
        """
        found = [
            figure
            for figure in self.figures
            if figure.agreement == measure.agreement
            and figure.measure == measure.measure
            and (year is None or figure.year == year)
        ]
        return tuple(sorted(found, key=lambda one: (one.year, area_order(one.house), one.segment != "vaekst")))

    def baselines(self, measure: Measure) -> tuple[Published, ...]:
        """List what has been published of a measure for years before the agreement's own figures.

        Args:
            measure: The measure.

        Returns:
            The published figures, in order of year.
        """
        own = {(figure.house, figure.segment, figure.year) for figure in self.of(measure)}
        found = [
            one
            for one in self.published
            if one.measure == measure.measure
            and one.year <= self.year
            and (one.house, one.segment, one.year) not in own
        ]
        return tuple(sorted(found, key=lambda one: (one.year, area_order(one.house))))

    def history(self, measure: Measure) -> tuple[GoalFigure, ...]:
        """List figures up to the report year that mean the same, of this and earlier national agreements.

        Args:
            measure: The measure under its agreement.

        Returns:
            The figures, in order of year; one per house, segment and year.
        """
        same = [
            other
            for other in self.measures
            if agreement_years(other.agreement) is not None and measure.compares_with(other)
        ]
        found = {
            (figure.year, figure.house, figure.segment): figure
            for other in same
            for figure in self.of(other)
            if figure.year <= self.year
        }
        return tuple(found[key] for key in sorted(found, key=lambda key: (key[0], area_order(key[1]), key[2])))

    def before(self, figure: GoalFigure) -> GoalFigure | None:
        """Find the newest earlier figure that means the same.

        Args:
            figure: The figure.

        Returns:
            The earlier figure, hidden and missing ones included; None when there is none.
        """
        measure = self.measure(figure.agreement, figure.measure)
        earlier = [
            other
            for other in self.history(measure)
            if other.house == figure.house and other.segment == figure.segment and other.year < figure.year
        ]
        return earlier[-1] if earlier else None

    def measure(self, agreement: str, measure: str) -> Measure:
        """Find a measure.

        Args:
            agreement: The agreement or contract.
            measure: The measure's key.

        Returns:
            The measure.

        Raises:
            KeyError: The agreement has no such measure.
        """
        for one in self.measures:
            if (one.agreement, one.measure) == (agreement, measure):
                return one
        raise KeyError(f"{agreement}: {measure}")


def read_goals(statement: Statement) -> Goals:
    """Read the goals of a statement.

    Args:
        statement: The statement.

    Returns:
        Its goals.
    """
    measures = tuple(
        Measure(
            agreement=str(row["agreement"]),
            measure=str(row["measure"]),
            goal_number=str(row["goal_number"]),
            goal_title=text(row["goal_title"]),
            label=str(row["label"]),
            unit=str(row["unit"]),
            segment_scope=str(row["segment_scope"]),
            comparison=str(row["comparison"]),
            definition=str(row["definition"]),
            source_document=text(row["goal_text_document"]) or text(row["source_document"]),
            source_chapter=text(row["goal_text_chapter"]) or text(row["source_chapter"]),
            evaluation_year_offset=int(row["evaluation_year_offset"]),
            goal_text=text(row["goal_text"]),
        )
        for row in records(statement.frame("statement_measures"))
    )
    figures = tuple(_figure(row) for row in records(statement.frame("statement_goals")))
    published = tuple(
        Published(
            measure=str(row["measure"]),
            house=str(row["house"]),
            segment=str(row["segment"]),
            year=int(row["year"]),
            value=float(row["value"]),
            source_document=str(row["source_document"]),
            source_chapter=str(row["source_chapter"]),
        )
        for row in records(statement.frame("statement_published_figures"))
    )
    return Goals(
        year=statement.year,
        figures=figures,
        measures=tuple(sorted(measures, key=lambda one: (one.agreement, _goal_order(one.goal_number), _rank(one)))),
        published=published,
    )


def change(later: GoalFigure, earlier: GoalFigure) -> Change | None:
    """Compute the difference between two figures with its own 95 % interval.

    The interval is put together from the two figures' intervals (method of variance estimates recovery): for two shares
    with Wilson intervals it is Newcombe's method 10 (Statistics in Medicine 17, 1998); Zou and Donner (27, 2008) show
    that it holds for any two independent figures. Companies that answered both years make it wider than need be.

    Args:
        later: The later figure.
        earlier: The earlier figure of the same measure, house and segment.

    Returns:
        The change; None when either figure is missing or hidden.
    """
    if later.value is None or earlier.value is None:
        return None
    difference = later.value - earlier.value
    if later.ci_low is None or later.ci_high is None or earlier.ci_low is None or earlier.ci_high is None:
        return Change(earlier.year, difference, None, None)
    # The interval of an NPS is centred on an adjusted value, so that the value may lie at its very edge.
    down = math.hypot(max(later.value - later.ci_low, 0.0), max(earlier.ci_high - earlier.value, 0.0))
    up = math.hypot(max(later.ci_high - later.value, 0.0), max(earlier.value - earlier.ci_low, 0.0))
    return Change(earlier.year, difference, difference - down, difference + up)


def areas() -> tuple[str, ...]:
    """List Danmark and the houses in the order they are shown.

    Returns:
        Their codes, Danmark first.
    """
    return (NATION, *houses())


def area_order(house: str) -> int:
    """Give an area's place in a list.

    Args:
        house: A house, or `danmark`.

    Returns:
        Its place; unknown ones last.
    """
    known = areas()
    return known.index(house) if house in known else len(known)


def agreement_years(agreement: str) -> tuple[int, int] | None:
    """Read the years of a national agreement from its code.

    Args:
        agreement: The code, as `2024-2027`.

    Returns:
        First and last year; None for a contract.
    """
    found = _NATIONAL_AGREEMENT.fullmatch(agreement)
    return (int(found[1]), int(found[2])) if found else None


def records(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Read a frame's rows with None for what is missing.

    Args:
        frame: The frame.

    Returns:
        Its rows by column.
    """
    plain = frame.astype(object)
    return plain.where(frame.notna(), None).to_dict("records")  # type: ignore[return-value,unused-ignore]


def hidden(row: dict[str, Any]) -> bool:
    """Say whether disclosure control hides a row's figures.

    Args:
        row: The row.

    Returns:
        Whether it does.
    """
    return bool(row.get(IS_HIDDEN))


def text(value: object) -> str:
    """Read a text.

    Args:
        value: A text or None.

    Returns:
        The text; empty for None.
    """
    return "" if value is None else str(value)


def real(value: Any) -> float | None:  # noqa: ANN401  # A cell of a frame.
    """Read a number.

    Args:
        value: A number or None.

    Returns:
        The number, or None.
    """
    return None if value is None else float(value)


def whole(value: Any) -> int | None:  # noqa: ANN401  # A cell of a frame.
    """Read a count.

    Args:
        value: A whole number or None.

    Returns:
        The number, or None.
    """
    return None if value is None else int(value)


def states(figures: Sequence[GoalFigure]) -> dict[State, int]:
    """Count figures by what can be said of them.

    Args:
        figures: The figures.

    Returns:
        The number of each state that occurs.
    """
    return {state: count for state in State if (count := sum(figure.state is state for figure in figures))}


def _figure(row: dict[str, Any]) -> GoalFigure:
    """Read one row of the goals."""
    value = real(row["value"])
    if hidden(row):
        state = State.HIDDEN
    elif value is None:
        state = State.NO_DATA
    else:
        state = State(str(row["status"]))
    certainty = row["certainty"]
    return GoalFigure(
        agreement=str(row["agreement"]),
        measure=str(row["measure"]),
        goal_number=str(row["goal_number"]),
        house=str(row["house"]),
        segment=str(row["segment"]),
        year=int(row["year"]),
        unit=str(row["unit"]),
        unit_kind=str(row["unit_kind"]),
        n=whole(row["n"]),
        value=value,
        ci_low=real(row["ci_low"]),
        ci_high=real(row["ci_high"]),
        target=real(row["target"]),
        comparison=str(row["comparison"]),
        state=state,
        certain=None if certainty is None else certainty == "certain",
    )


def _goal_order(goal_number: str) -> tuple[int, str]:
    """Order goals by number; local ones without a number come last."""
    found = re.match(r"\d+", goal_number)
    return (int(found[0]) if found else 10**6, goal_number)


_MEASURE_ORDER = (
    "entrepreneurs_guided", "awareness", "awareness_of_offers", "new_companies_share", "competence_satisfaction", "nps",
    "guidance_influenced_company", "companies_guided", "referral_used", "crisis_guidance_effect",
    "awareness_of_sustainability_offers", "expected_effect", "excess_revenue_growth", "excess_employment_growth",
    "excess_productivity_growth", "expected_effect_digital", "sustainability_helped",
)  # fmt: skip


def _rank(measure: Measure) -> tuple[int, str]:
    """Order the measures of one goal as the agreements name them."""
    known = _MEASURE_ORDER.index(measure.measure) if measure.measure in _MEASURE_ORDER else len(_MEASURE_ORDER)
    return (known, measure.measure)
