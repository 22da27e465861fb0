"""Columns of a statement table as columns of a sheet: Danish headings and codes, number formats, hidden figures."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from exports.statement.columns import HIDDEN_SIGN, Kind, columns, kind
from exports.statement.specification import ColumnSpecification
from exports.statement.statement import IS_HIDDEN, StatementTable
from exports.workbook.sheet import Field, Value

DATE_FORMAT = r"[$-406]d\.\ mmmm\ yyyy"
"""A day as `21. november 2026`, in Danish whatever the reader's Excel speaks."""

TIME_FORMAT = r"[$-406]d\.\ mmmm\ yyyy\ hh:mm"

_YES, _NO = "Ja", "Nej"
_SUFFIXES = {"per cent": '" pct."'}
# Where the unit stands row by row, these are counted and have no decimals.
_COUNTED = frozenset({"companies", "contacts", "courses", "respondents"})
_UNIT_COLUMN = "unit"
_DECIMALS = 1


def table_fields(table: StatementTable, names: Sequence[str] | None = None) -> tuple[Field, ...]:
    """Make the columns of a sheet from those of a table.

    Args:
        table: The table.
        names: The columns to show, in this order; all when None. Names that the table does not have are passed over.

    Returns:
        The columns. A hidden figure is the sign for it, a missing one an empty cell.
    """
    given = {column.name: column for column in columns(table)}
    chosen = [given[name] for name in names if name in given] if names is not None else list(given.values())
    return tuple(_field(table, column) for column in chosen)


def label(column: ColumnSpecification, code: str) -> str:
    """Write a code as readers know it.

    Args:
        column: The column it stands in.
        code: The code.

    Returns:
        Its Danish label; a code without one, as it is.
    """
    return column.codes.get(code, code)


def number_format(column: ColumnSpecification, unit: str | None = None) -> str:
    """Choose the number format of a column.

    Excel stores formats the English way and shows them in the reader's: `#,##0.0` is `1.234,5` in Denmark.

    Args:
        column: The column, of numbers or of dates.
        unit: The row's unit, where the table says it row by row.

    Returns:
        The format as Excel stores it.
    """
    match kind(column):
        case Kind.DATE:
            return DATE_FORMAT
        case Kind.TIME:
            return TIME_FORMAT
        case Kind.WHOLE:
            decimals = column.decimals or 0
        case _:
            decimals = _DECIMALS if column.decimals is None else column.decimals
    if column.unit == "year" or column.name == "year" or column.name.endswith("_year"):
        return "0"
    if unit in _COUNTED and column.unit is None:
        decimals = 0
    digits = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    return digits + _SUFFIXES.get(column.unit or "", "")


def _field(table: StatementTable, column: ColumnSpecification) -> Field:
    """Make one column."""
    sort = kind(column)
    values = [_value(value, column, sort) for value in table.frame[column.name].astype("object")]
    rule = table.specification.disclosure
    if rule is not None and column.name in rule.hides:
        hidden = table.frame[IS_HIDDEN].fillna(value=False)
        values = [HIDDEN_SIGN if gone and value is None else value for value, gone in zip(values, hidden, strict=True)]
    shown = Kind.TEXT if sort is Kind.FLAG else sort
    return Field(column.label_da, shown, tuple(values), _formats(table, column, sort))


def _formats(table: StatementTable, column: ColumnSpecification, sort: Kind) -> tuple[str, ...]:
    """Choose the formats of a column: one, or one per row where the unit stands in the row."""
    if sort in {Kind.TEXT, Kind.FLAG}:
        return ()
    if sort is Kind.REAL and column.unit is None and _UNIT_COLUMN in table.frame.columns and len(table.frame):
        units = table.frame[_UNIT_COLUMN].astype("object")
        return tuple(number_format(column, None if pd.isna(unit) else str(unit)) for unit in units)
    return (number_format(column),)


def _value(value: object, column: ColumnSpecification, sort: Kind) -> Value:
    """Turn a value of a frame into one of a cell."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    if sort is Kind.TEXT:
        return label(column, str(value))
    if sort is Kind.FLAG:
        return _YES if value else _NO
    if sort in {Kind.WHOLE, Kind.REAL}:
        return int(str(value)) if sort is Kind.WHOLE else float(str(value))
    time = pd.Timestamp(str(value))
    return time.date() if sort is Kind.DATE else time.to_pydatetime()
