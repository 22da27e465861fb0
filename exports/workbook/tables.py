"""The sheets of the statement's tables, and the one that says what their columns hold."""

from __future__ import annotations

from exports.statement.columns import MEASURES, columns, hidden_note
from exports.statement.statement import IS_HIDDEN, Statement, StatementTable
from exports.workbook.fields import table_fields
from exports.workbook.sheet import Sheet, text_field

_NO_ROWS = "Der er ingen rækker i denne opgørelse."
DEFINITIONS = "Definitioner"


def table_sheets(statement: Statement) -> tuple[Sheet, ...]:
    """Make a sheet for every table that has one.

    Args:
        statement: The statement.

    Returns:
        The sheets in the tables' order; the measures come as their definitions, see `definition_sheets`.
    """
    note = hidden_note(statement.settings)
    return tuple(
        _sheet(table, table.specification.sheet, note)
        for table in _in_order(statement)
        if table.specification.sheet is not None and table.specification.name != MEASURES
    )


def definition_sheets(statement: Statement) -> tuple[Sheet, ...]:
    """Make the sheets that say what is measured and what every column holds.

    Args:
        statement: The statement.

    Returns:
        The definitions of the measures, where the statement has them, and the columns of all tables with a sheet.
    """
    measures = (
        (_sheet(statement.tables[MEASURES], DEFINITIONS, hidden_note(statement.settings)),)
        if MEASURES in statement.tables
        else ()
    )
    shown = [
        (table.specification.sheet or DEFINITIONS, column)
        for table in _in_order(statement)
        if table.specification.sheet is not None or table.specification.name == MEASURES
        for column in columns(table)
    ]
    dictionary = Sheet(
        name="Kolonner" if measures else DEFINITIONS,
        title="Hvad kolonnerne indeholder",
        lines=("Navn i åbne data er kolonnens navn i CSV- og Parquet-filerne.",),
        table="columns",
        summary="Overskrift, navn i åbne data, enhed, beskrivelse og koder for hver kolonne i arkene.",
        fields=(
            text_field("Ark", tuple(sheet for sheet, _ in shown)),
            text_field("Kolonne", tuple(column.label_da for _, column in shown)),
            text_field("Navn i åbne data", tuple(column.name for _, column in shown)),
            text_field("Beskrivelse", tuple(column.description_da for _, column in shown)),
            text_field(
                "Koder",
                tuple("; ".join(f"{code} = {name}" for code, name in c.codes.items()) or None for _, c in shown),
            ),
        ),
    )
    return (*measures, dictionary) if shown else measures


def _in_order(statement: Statement) -> list[StatementTable]:
    """List the tables in their order."""
    return sorted(statement.tables.values(), key=lambda table: (table.specification.order, table.specification.name))


def _sheet(table: StatementTable, name: str, note: str) -> Sheet:
    """Make the sheet of one table."""
    specification = table.specification
    lines = (
        specification.description_da,
        *([note] if IS_HIDDEN in table.frame.columns else []),
        *([] if len(table.frame) else [_NO_ROWS]),
    )
    return Sheet(
        name=name,
        title=specification.title_da,
        lines=lines,
        table=specification.name,
        summary=specification.description_da,
        fields=table_fields(table),
    )
