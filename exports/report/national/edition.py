"""What every chapter of the national report is made from: the statement, its goals, the comments, draft or final."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exports.report.comments import Comments
from exports.report.figures import GoalFigure, Goals, Measure, State, records
from exports.statement.statement import Statement, StatementTable


@dataclass(frozen=True)
class Edition:
    """One edition of the national report.

    Attributes:
        statement: The statement.
        goals: Its goals.
        comments: The analysts' comments.
        final: Whether it is final; a draft else.
    """

    statement: Statement
    goals: Goals
    comments: Comments
    final: bool

    @property
    def year(self) -> int:
        """The report year."""
        return self.statement.year

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures of the year's national agreement, by goal; empty when no agreement covers the year."""
        agreement = self.goals.agreement
        return () if agreement is None else self.goals.measures_of(agreement)

    def figures(self, measure: Measure) -> tuple[GoalFigure, ...]:
        """List the year's figures of a measure, Danmark first.

        Args:
            measure: The measure.

        Returns:
            The figures.
        """
        return self.goals.of(measure, year=self.year)

    def unmet(self) -> tuple[tuple[str, str], ...]:
        """List the figures that ask for an explanation, by measure.

        Returns:
            House and measure of every goal not met in the year.
        """
        found = [
            (figure.house, measure.measure)
            for measure in self.measures
            for figure in self.figures(measure)
            if figure.state is State.NOT_MET
        ]
        return tuple(dict.fromkeys(found))

    def table(self, name: str) -> StatementTable | None:
        """Find a table.

        Args:
            name: Its name.

        Returns:
            The table; None when the statement has none of the name.
        """
        return self.statement.tables.get(name)

    def rows(self, name: str, **equal: object) -> list[dict[str, Any]]:
        """Read the rows of a table that have certain values.

        Args:
            name: The table's name.
            equal: Column and value.

        Returns:
            The rows; none when the statement has no such table.
        """
        table = self.table(name)
        if table is None:
            return []
        return [row for row in records(table.frame) if all(row.get(column) == value for column, value in equal.items())]
