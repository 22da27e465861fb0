"""Small makers of the document model's blocks, and the remark under tables that show dashes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from exports.report.document import Block, Bullets, Cell, Figure, Note, NoteKind, Paragraph, Section, Table, Text
from exports.report.phrases import ABSENT, number

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


def explain_dashes(sections: Iterable[Section], remark: str) -> tuple[Section, ...]:
    """Put a remark under every table that shows a dash, those behind figures too.

    Args:
        sections: Sections.
        remark: What the dash means.

    Returns:
        The sections, inner ones too, with the remark where it is needed.
    """

    def noted(table: Table) -> Table:
        dashes = any(cell.text == ABSENT for row in table.rows for cell in row)
        return replace(table, notes=(*table.notes, remark)) if dashes else table

    def explained(block: Block) -> Block:
        match block:
            case Table():
                return noted(block)
            case Figure():
                return replace(block, data=noted(block.data))
            case _:
                return block

    return tuple(
        replace(
            section,
            blocks=tuple(explained(block) for block in section.blocks),
            sections=explain_dashes(section.sections, remark),
        )
        for section in sections
    )
