"""What a contract report is made from: one house's contract, its goals and their figures, read from a statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol

from expectations.wording import COPENHAGEN
from exports.report.figures import GoalFigure, Goals, Measure, State, read_goals, real, records, text, whole
from exports.statement.statement import IS_HIDDEN, Statement

OUTSIDE, UNKNOWN, TOTAL = "outside_area", "unknown", "total"
"""What stands instead of a municipality's code."""

_CONTRACT, _AGREEMENT = "contract", "agreement"
_LAST_MONTH, _LAST_DAY = 6, 30


class ContractReportError(Exception):
    """The statement does not hold what a contract report needs; the Danish message says what and what to do."""


class HouseComments(Protocol):
    """The analysts' comments, as `exports.report.comments.Comments`."""

    def of(self, house: str, measure: str) -> str | None:
        """Find the comment on a house's figure; None when there is none."""

    def require(self, wanted: Sequence[tuple[str, str]]) -> None:
        """Raise an error that lists the house and measure of all that have none."""


@dataclass(frozen=True)
class Agreement:
    """An agreement or contract.

    Attributes:
        code: Its key, as `2024-2027` or `fyn-2026`.
        label: Its name.
        is_contract: Whether it is the contract of one house.
        source_document: The document.
        spread_goal_number: The number of its goal on geographic spread; empty without one.
        spread_goal_text: The words of that goal; empty without one.
        invites_to_dialogue: Whether municipalities below the span are invited to dialogue.
    """

    code: str
    label: str
    is_contract: bool
    source_document: str
    spread_goal_number: str
    spread_goal_text: str
    invites_to_dialogue: bool


@dataclass(frozen=True)
class ManualResult:
    """A result that is assessed and not computed.

    Attributes:
        goal_number: The goal's number; empty for those without.
        goal: The goal's key; a measure's for those that an agreement measures.
        label: Its name.
        description: The goal in the document's own words; empty when none is known.
        value: The result where it is a number.
        unit: Its unit; empty for text.
        result: The result as delivered; empty when there is none.
        assessment: How it is assessed; empty when it is not.
        comment: The comment delivered with it; empty without.
        assessed_on: When it was assessed.
        target: The target where it is a number.
    """

    goal_number: str
    goal: str
    label: str
    description: str
    value: float | None
    unit: str
    result: str
    assessment: str
    comment: str
    assessed_on: date | None
    target: float | None


@dataclass(frozen=True)
class Place:
    """A municipality, or what else a table of places has rows for.

    Attributes:
        code: The municipality's code, or `outside_area`, `unknown` or `total`.
        name: Its name.
        expected: The target or the expected number; None where it has none.
        found: What was found; None when missing or hidden.
        deviation: Deviation from what was expected in per cent; None when missing, hidden or not computed.
        status: Its status in the span; empty when it has none.
        is_hidden: Whether disclosure control hides it.
    """

    code: str
    name: str
    expected: float | None
    found: int | None
    deviation: float | None
    status: str
    is_hidden: bool

    @property
    def is_municipality(self) -> bool:
        """Whether it is a municipality of the house's area."""
        return self.code not in {OUTSIDE, UNKNOWN, TOTAL}


@dataclass(frozen=True)
class ResponseRate:
    """How many evaluations of a segment were answered; figures are None when missing or hidden."""

    segment: str
    sent: int | None
    answered: int | None
    rate: float | None
    is_hidden: bool


@dataclass(frozen=True)
class Account:
    """What a house reports on for a year.

    Attributes:
        statement: The statement.
        goals: Its goals.
        comments: The analysts' comments.
        final: Whether the report is final; a draft else.
        house: The house.
        kkr: The municipal contact council it reports to.
        agreement: The contract reported on; the framework agreement where the house's contract is not known; None when
            neither covers the year.
        framework: The framework agreement of the year; None without one.
    """

    statement: Statement
    goals: Goals
    comments: HouseComments
    final: bool
    house: str
    kkr: str
    agreement: Agreement | None
    framework: Agreement | None

    @property
    def year(self) -> int:
        """The report year."""
        return self.statement.year

    @property
    def deadline(self) -> date:
        """The last day to report: the end of the second quarter of the year after (framework agreement, ch. 9)."""
        return date(self.year + 1, _LAST_MONTH, _LAST_DAY)

    @property
    def published_on(self) -> date:
        """The day of the report: when the statement was frozen, else when its figures were published."""
        freeze = self.statement.freeze
        moment: datetime = freeze.frozen_at if freeze is not None else self.statement.publication.published_at
        return moment.astimezone(COPENHAGEN).date()

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who the report is for (framework agreement, ch. 9)."""
        return (self.kkr, "KL (Kommunernes Landsforening)", "Erhvervsstyrelsen")

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures of the contract, by goal."""
        return () if self.agreement is None else self.goals.measures_of(self.agreement.code)

    def figures(self, measure: Measure) -> tuple[GoalFigure, ...]:
        """List the house's figures of a measure in the year.

        Args:
            measure: The measure.

        Returns:
            The figures, growth before operating.
        """
        return tuple(figure for figure in self.goals.of(measure, year=self.year) if figure.house == self.house)

    def unmet(self) -> tuple[tuple[str, str], ...]:
        """List the figures that ask for an explanation.

        Returns:
            House and measure of every goal that is not met.
        """
        found = [
            (self.house, measure.measure)
            for measure in self.measures
            if any(needs_comment(figure) for figure in self.figures(measure))
        ]
        return tuple(dict.fromkeys(found))

    def is_local(self, measure: Measure) -> bool:
        """Say whether a goal is the contract's own and not a national one.

        Args:
            measure: A measure of the contract.

        Returns:
            Whether the framework agreement has no such measure.
        """
        if self.agreement is None or not self.agreement.is_contract or self.framework is None:
            return False
        return measure.measure not in {one.measure for one in self.goals.measures_of(self.framework.code)}

    @cached_property
    def manual_results(self) -> tuple[ManualResult, ...]:
        """The manual results of the contract, the house and the year, by goal number and name."""
        if self.agreement is None:
            return ()
        found = [
            _manual(row)
            for row in self._rows("statement_contract_results", agreement=self.agreement.code, year=self.year)
        ]
        return tuple(sorted(found, key=lambda one: (one.goal_number or "~", one.label)))

    @cached_property
    def contacts(self) -> tuple[Place, ...]:
        """Contacts per municipality against the contract's split target; none without such a goal.

        Municipalities stand by name, then what lies outside them, the total last.
        """
        if self.agreement is None:
            return ()
        rows = self._rows("statement_municipality_contacts", agreement=self.agreement.code, year=self.year)
        places = [_place(row, expected="target_contacts", found="contacts") for row in rows]
        return tuple(sorted(places, key=_place_order))

    @cached_property
    def spread(self) -> tuple[Place, ...]:
        """Companies guided per municipality against its share of the population, in the order of `contacts`."""
        rows = self._rows("statement_spread", year=self.year)
        places = [_place(row, expected="expected_companies", found="companies_guided") for row in rows]
        return tuple(sorted(places, key=_place_order))

    @cached_property
    def response_rates(self) -> tuple[ResponseRate, ...]:
        """The house's response rates of the year whose evaluations the figures rest on, by segment, all first."""
        order = ("all", "vaekst", "drift", "other")
        found = [
            ResponseRate(
                segment=str(row["segment"]),
                sent=whole(row["evaluations_sent"]),
                answered=whole(row["evaluations_answered"]),
                rate=real(row["response_rate"]),
                is_hidden=bool(row.get(IS_HIDDEN)),
            )
            for row in self._rows("statement_response_rates", year=self.evaluation_year)
        ]
        return tuple(sorted((one for one in found if one.segment in order), key=lambda one: order.index(one.segment)))

    @property
    def evaluation_year(self) -> int:
        """The year of the evaluations that figures rest on: the goal's, or the one before (agreement 2021-23)."""
        return self.year + min((measure.evaluation_year_offset for measure in self.measures), default=0)

    def _rows(self, table: str, **equal: object) -> list[dict[str, Any]]:
        """Read the house's rows of a table that have certain values."""
        frame = self.statement.frame(table)
        return [
            row
            for row in records(frame[frame["house"] == self.house])
            if all(row[column] == value for column, value in equal.items())
        ]


def needs_comment(figure: GoalFigure) -> bool:
    """Say whether a figure asks for an explanation.

    Args:
        figure: The figure.

    Returns:
        Whether its goal is not met; one that is behind the path to a later goal can still be reached.
    """
    return figure.state is State.NOT_MET


def read_account(statement: Statement, house: str, comments: HouseComments, *, final: bool) -> Account:
    """Read what a house reports on.

    Args:
        statement: The statement.
        house: The house.
        comments: The analysts' comments.
        final: Whether the report is final.

    Returns:
        The account.

    Raises:
        ContractReportError: The statement knows no such house.
    """
    names = {str(row["house"]): str(row["kkr"]) for row in records(statement.frame("statement_houses"))}
    if house not in names:
        msg = (
            f"Opgørelsen for {statement.year} har intet erhvervshus »{house}«. Brug et af: {', '.join(sorted(names))}."
        )
        raise ContractReportError(msg)
    in_force = [
        row
        for row in records(statement.frame("statement_agreements"))
        if _year(row["valid_from"]) <= statement.year <= _year(row["valid_to"]) and row["house"] in {None, house}
    ]
    framework = next((_agreement(row) for row in in_force if row["kind"] == _AGREEMENT), None)
    contract = next((_agreement(row) for row in in_force if row["kind"] == _CONTRACT), None)
    return Account(
        statement=statement,
        goals=read_goals(statement),
        comments=comments,
        final=final,
        house=house,
        kkr=names[house],
        agreement=contract or framework,
        framework=framework,
    )


def _agreement(row: dict[str, Any]) -> Agreement:
    """Read one agreement."""
    return Agreement(
        code=str(row["agreement"]),
        label=str(row["label"]),
        is_contract=row["kind"] == _CONTRACT,
        source_document=str(row["source_document"]),
        spread_goal_number=text(row["spread_goal_number"]),
        spread_goal_text=text(row["spread_goal_text"]),
        invites_to_dialogue=bool(row["invites_to_dialogue"]),
    )


def _manual(row: dict[str, Any]) -> ManualResult:
    """Read one manual result."""
    return ManualResult(
        goal_number=text(row["goal_number"]),
        goal=str(row["goal"]),
        label=str(row["label"]),
        description=text(row["description"]),
        value=real(row["result_value"]),
        unit=text(row["unit"]),
        result=text(row["result_text"]),
        assessment=text(row["assessment"]),
        comment=text(row["comment"]),
        assessed_on=_day(row["assessed_on"]),
        target=real(row["target"]),
    )


def _place(row: dict[str, Any], *, expected: str, found: str) -> Place:
    """Read one row of a table of places."""
    return Place(
        code=str(row["municipality_code"]),
        name=str(row["municipality_name"]),
        expected=real(row[expected]),
        found=whole(row[found]),
        deviation=real(row.get("deviation_pct")),
        status=text(row.get("status")),
        is_hidden=bool(row.get(IS_HIDDEN)),
    )


def _place_order(place: Place) -> tuple[int, str]:
    """Municipalities first, by the Danish alphabet; the total last."""
    special = (OUTSIDE, UNKNOWN, TOTAL)
    rank = special.index(place.code) + 1 if place.code in special else 0
    return (rank, danish_key(place.name))


def danish_key(name: str) -> str:
    """Make a name sort as Danes do: æ, ø and å come last, and aa is å.

    Args:
        name: The name.

    Returns:
        What to sort by.
    """
    # The three last letters of the ASCII table stand in for the three last of the Danish alphabet.
    return name.lower().replace("aa", "å").translate(str.maketrans("æøå", "{|}"))


def _day(value: Any) -> date | None:  # noqa: ANN401  # A cell of a frame.
    """Read a day from whatever a frame holds days in."""
    if value is None:
        return None
    return value.date() if isinstance(value, datetime) else date.fromisoformat(str(value)[:10])


def _year(value: Any) -> int:  # noqa: ANN401  # A cell of a frame.
    """Read the year of a day."""
    day = _day(value)
    return 0 if day is None else day.year
