"""Small makers of the document model's blocks, and tables made from a statement's tables by their specification."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from exports.report.document import Align, Bullets, Cell, Column, Note, NoteKind, Paragraph, Table, Text
from exports.report.figures import records
from exports.report.phrases import ABSENT, HIDDEN_NOTE, long_date, number
from exports.statement.specification import ColumnSpecification
from exports.statement.statement import StatementTable

_NUMBERS = {"integer", "bigint", "double", "float", "real", "decimal", "hugeint", "smallint"}
_DEFAULT_DECIMALS = 1
_UNITS = {
    "per cent": "pct.",
    "percentage points": "procentpoint",
    "companies": "virksomheder",
    "score": "point",
    "contacts": "kontakter",
    "courses": "forløb",
}
_UNSAFE = re.compile(r"[^a-z0-9]+")


def paragraph(text: str, *, lead: bool = False) -> Paragraph:
    """Make a paragraph of plain text.

    Args:
        text: The text.
        lead: Whether it opens a report or chapter.

    Returns:
        The paragraph.
    """
    return Paragraph((Text(text),), lead=lead)


def bullets(items: Iterable[str]) -> Bullets:
    """Make a list of plain texts.

    Args:
        items: The texts.

    Returns:
        The list.
    """
    return Bullets(tuple((Text(item),) for item in items))


def note(title: str, text: str, kind: NoteKind = NoteKind.NOTE) -> Note:
    """Make a boxed remark of plain text.

    Args:
        title: Its heading.
        text: Its text.
        kind: What it is.

    Returns:
        The remark.
    """
    return Note(kind, title, (Text(text),))


def anchor(*parts: str) -> str:
    """Make an anchor of letters, digits and hyphens.

    Args:
        parts: What it is made of.

    Returns:
        The anchor, as `tabel-nps`.
    """
    return _UNSAFE.sub("-", "-".join(parts).lower()).strip("-")


def number_cell(value: float | None, decimals: int = 0) -> Cell:
    """Make a cell of a number.

    Args:
        value: The number; None when missing or hidden.
        decimals: Digits after the comma.

    Returns:
        The cell.
    """
    return Cell(ABSENT) if value is None else Cell(number(value, decimals), sort=float(value))


def statement_table(
    table: StatementTable,
    rows: Sequence[dict[str, Any]] | None = None,
    *,
    anchor_id: str,
    caption: str,
    columns: Sequence[str] | None = None,
    notes: Sequence[str] = (),
) -> Table:
    """Make a compact table of a statement's table, with headings, decimals and codes of its specification.

    Args:
        table: The table.
        rows: Some of its rows; all when not given.
        anchor_id: The anchor.
        caption: The title.
        columns: The columns to show; all of the specification when not given.
        notes: What stands under it; the note on dashes is added when a row has one.

    Returns:
        The table.
    """
    specification = table.specification
    shown = [specification.column(name) for name in columns] if columns else list(specification.columns)
    found = list(records(table.frame)) if rows is None else list(rows)
    makers = [_maker(column, first=index == 0) for index, column in enumerate(shown)]
    cells = tuple(
        tuple(make(row.get(column.name)) for make, column in zip(makers, shown, strict=True)) for row in found
    )
    dashes = any(cell.text == ABSENT for row in cells for cell in row)
    return Table(
        id=anchor_id,
        caption=caption,
        columns=tuple(Column(_heading(column), _align(column)) for column in shown),
        rows=cells,
        notes=(*notes, *((HIDDEN_NOTE,) if dashes else ())),
        compact=True,
    )


def _heading(column: ColumnSpecification) -> str:
    """Write a column's heading with its unit."""
    unit = _UNITS.get(column.unit or "", column.unit or "")
    return f"{column.label_da} ({unit})" if unit and unit not in column.label_da else column.label_da


def _is_number(column: ColumnSpecification) -> bool:
    """Say whether a column holds numbers."""
    return column.type.lower().split("(")[0] in _NUMBERS


def _align(column: ColumnSpecification) -> Align:
    """Numbers stand at the right."""
    return Align.RIGHT if _is_number(column) else Align.LEFT


def _maker(column: ColumnSpecification, *, first: bool) -> Callable[[Any], Cell]:
    """Choose how the cells of a column are written."""
    if _is_number(column) and not column.codes:
        whole = column.type.lower() in {"integer", "bigint", "hugeint", "smallint"}
        decimals = column.decimals if column.decimals is not None else (0 if whole else _DEFAULT_DECIMALS)
        # Years have no thousands point.
        if column.name == "year" or column.name.endswith("_year"):
            return lambda value: Cell(ABSENT) if value is None else Cell(str(int(value)), sort=float(value))
        return lambda value: number_cell(None if value is None else float(value), decimals)
    return lambda value: Cell(_text(value, column), header=first)


def _text(value: object, column: ColumnSpecification) -> str:
    """Write a value that is no number."""
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, datetime):
        return long_date(value.date())
    if isinstance(value, date):
        return long_date(value)
    return column.codes.get(str(value), str(value))
