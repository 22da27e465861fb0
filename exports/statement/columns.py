"""Columns as files hold them: of which kind their values are, and what stands where a figure is hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from exports.statement.specification import ColumnSpecification, SpecificationError, TableSpecification
from exports.statement.statement import IS_HIDDEN, Statement, StatementTable

MEASURES = "statement_measures"
"""The table that names and defines the measures."""

HIDDEN_SIGN = "–"
"""What readers see in place of a hidden figure."""

HIDDEN_COLUMN = ColumnSpecification(
    name=IS_HIDDEN,
    type="boolean",
    label_da="Skjult",
    label_en="Hidden",
    description="Whether the row's figures are hidden, because they rest on too few or would give others away.",
    description_da=(
        "Om rækkens tal er skjult, fordi de hviler på for få svar eller virksomheder eller ville afsløre andre tal."
    ),
)


class HiddenFigureError(Exception):
    """A row that is said to be hidden still holds a figure; the message names table and column, in Danish."""


class Kind(StrEnum):
    """What a column's values are."""

    TEXT = "text"
    WHOLE = "whole"
    REAL = "real"
    FLAG = "flag"
    DATE = "date"
    TIME = "time"


_KINDS = {
    "varchar": Kind.TEXT, "text": Kind.TEXT, "string": Kind.TEXT, "char": Kind.TEXT,
    "integer": Kind.WHOLE, "int": Kind.WHOLE, "bigint": Kind.WHOLE, "smallint": Kind.WHOLE, "tinyint": Kind.WHOLE,
    "double": Kind.REAL, "float": Kind.REAL, "real": Kind.REAL, "decimal": Kind.REAL, "numeric": Kind.REAL,
    "boolean": Kind.FLAG, "bool": Kind.FLAG,
    "date": Kind.DATE,
    "timestamp": Kind.TIME,
}  # fmt: skip


def kind(column: ColumnSpecification) -> Kind:
    """Say of which kind a column's values are.

    Args:
        column: The column.

    Returns:
        Its kind.

    Raises:
        SpecificationError: Its type is none that is published.
    """
    found = re.match(r"[a-z]+", column.type.lower())
    if found is None or found.group() not in _KINDS:
        msg = f"{column.name}: type {column.type} is not published; expected one of {', '.join(sorted(_KINDS))}"
        raise SpecificationError(msg)
    return _KINDS[found.group()]


def hidden_note(settings: Mapping[str, str]) -> str:
    """Say what the sign of a hidden figure means.

    Args:
        settings: The settings of the statement, the limits of disclosure control among them.

    Returns:
        A Danish sentence, with the limits where they are known.
    """
    answers, companies = (settings.get(f"disclosure_{unit}") for unit in ("respondents", "companies"))
    few = (
        f"færre end {answers} svar eller {companies} virksomheder"
        if answers and companies
        else "for få svar eller virksomheder"
    )
    return (
        f"{HIDDEN_SIGN} betyder, at tallet er skjult: Det hviler på {few}, er domineret af én virksomhed, eller kunne "
        "ellers beregnes af andre tal."
    )


def columns(table: StatementTable) -> tuple[ColumnSpecification, ...]:
    """List the columns of a table as it is published.

    Args:
        table: The table.

    Returns:
        The columns of its specification, and `is_hidden` where the table has disclosure control.
    """
    given = table.specification.columns
    return (*given, HIDDEN_COLUMN) if IS_HIDDEN in table.frame.columns else given


def require_hidden(statement: Statement) -> None:
    """Refuse a statement whose hidden rows still hold figures: nothing may be written of it.

    Args:
        statement: The statement.

    Raises:
        HiddenFigureError: A hidden row holds a figure, or a table with disclosure control lacks `is_hidden`.
    """
    for table in statement.tables.values():
        rule = table.specification.disclosure
        if rule is None:
            continue
        name = table.specification.name
        if IS_HIDDEN not in table.frame.columns:
            msg = f"tabellen {name} mangler kolonnen {IS_HIDDEN}: dens tal er ikke kontrolleret. Intet er skrevet."
            raise HiddenFigureError(msg)
        hidden = table.frame.loc[table.frame[IS_HIDDEN].fillna(value=True), list(rule.hides)]
        for column in hidden.columns[hidden.notna().any()]:
            msg = f"tabellen {name} har tal i kolonnen {column} i rækker, der skal være skjult. Intet er skrevet."
            raise HiddenFigureError(msg)


def with_measure_names(statement: Statement) -> Statement:
    """Name the codes of every column `measure` as the table of measures does.

    Args:
        statement: The statement.

    Returns:
        The same statement; columns `measure` without codes have those of the table of measures, in its order.
    """
    if MEASURES not in statement.tables:
        return statement
    known = statement.frame(MEASURES)[["measure", "label"]].dropna()
    names = {str(measure): str(name) for measure, name in zip(known["measure"], known["label"], strict=True)}
    tables = {
        name: table if name == MEASURES else replace(table, specification=_named(table, names))
        for name, table in statement.tables.items()
    }
    return replace(statement, tables=tables)


def _named(table: StatementTable, names: Mapping[str, str]) -> TableSpecification:
    """Give a table's column `measure` its codes."""
    given = table.specification
    renamed = tuple(
        column.model_copy(update={"codes": dict(names)}) if column.name == "measure" and not column.codes else column
        for column in given.columns
    )
    return given.model_copy(update={"columns": renamed})
