"""What every explanation is made of: the figure asked about, the steps of its base, and how its rows are written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

# A spreadsheet program would run a text that begins like this as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ExplainError(Exception):
    """The figure cannot be explained; the message is Danish and says what can be asked for instead."""


@dataclass(frozen=True)
class FigureKey:
    """Which figure is asked about.

    Attributes:
        measure: The measure's stable key, as `nps`.
        house: One of the six houses, or `danmark`.
        segment: `all`, `drift` or `vaekst`.
        year: Year of the goal.
        agreement: The agreement or contract; None is the national agreement of the year.
    """

    measure: str
    house: str
    segment: str
    year: int
    agreement: str | None = None


@dataclass(frozen=True)
class Step:
    """One step of the base's waterfall.

    Attributes:
        label: What remains after the step, in Danish.
        remaining: Rows that remain.
        left_label: Why rows left in this step, in Danish; None for the first step.
        left: Rows that left.
    """

    label: str
    remaining: int
    left_label: str | None
    left: int


def spreadsheet_safe(expression: str, name: str) -> str:
    """Select a text so that nothing in it can become a formula.

    Args:
        expression: The text in SQL.
        name: The column's name in the file.

    Returns:
        The column in SQL; a text that would be run gets an apostrophe in front.
    """
    starts = ", ".join(f"'{start}'" for start in _FORMULA_STARTS)
    return f"""case when left({expression}, 1) in ({starts}) then '''' else '' end || {expression} as "{name}\""""


def write_csv(rows: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write the rows of a query for a Danish spreadsheet: semicolons, decimal comma, UTF-8 with byte order mark.

    Args:
        rows: An executed query.
        path: The file to write; its folder is made.

    Returns:
        The number of rows written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    body = rows.df()
    body.to_csv(path, sep=";", decimal=",", index=False, encoding="utf-8-sig", lineterminator="\n")
    return len(body)
