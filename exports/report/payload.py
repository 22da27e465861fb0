"""A document as plain data for the templates: checked, numbered and cleaned."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from exports.report.appearance import COLOURS, SIGNS, word_beside
from exports.report.document import (
    Align,
    Block,
    Bullets,
    Cell,
    Document,
    Figure,
    Inline,
    Mark,
    Note,
    Paragraph,
    Section,
    Table,
    Terms,
)
from exports.report.drawing import prepare
from exports.report.structure import Structure, read_structure

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")
_MONTHS = (
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
)

Payload = dict[str, Any]
"""Data of a template: text, numbers, flags, lists and mappings only."""


def danish_date(day: date) -> str:
    """Write a day as `21. november 2026`.

    Args:
        day: The day.

    Returns:
        The day in Danish.
    """
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}"


def build_payload(document: Document, clean: Callable[[str], str] = lambda text: text) -> Payload:
    """Turn a document into data for a template.

    Args:
        document: The document.
        clean: What a form needs done to every text, as replacing characters it cannot show.

    Returns:
        The data.

    Raises:
        DocumentError: The document does not hold together.
    """
    return _Builder(read_structure(document), clean).document(document)


class _Builder:
    """Builds the data of one document."""

    def __init__(self, structure: Structure, clean: Callable[[str], str]) -> None:
        """Keep the numbers of the document and what is done to texts."""
        self._structure = structure
        self._clean = clean

    def document(self, document: Document) -> Payload:
        """Build the whole document."""
        return {
            "title": self._text(document.title),
            "subtitle": self._text(document.subtitle),
            "publisher": self._text(document.publisher),
            "published": danish_date(document.published_on),
            "published_iso": document.published_on.isoformat(),
            "year": document.published_on.year,
            "month": document.published_on.month,
            "day": document.published_on.day,
            "summary": self._text(document.summary),
            "keywords": [self._text(keyword) for keyword in document.keywords],
            "facts": [[self._text(term), self._text(value)] for term, value in document.facts],
            "draft": document.draft,
            "language": document.language,
            "has_contents": document.has_contents,
            "colours": dict(COLOURS),
            "sections": self._sections(document.sections, 1),
        }

    def _text(self, text: str) -> str:
        """Clean a text: control characters and line breaks have no place in it."""
        return self._clean(_CONTROL.sub(" ", text))

    def _sections(self, sections: Iterable[Section], depth: int) -> list[Payload]:
        """Build sections and those inside them."""
        return [
            {
                "id": section.id,
                "title": self._text(section.title),
                "number": self._structure.sections.get(section.id, ""),
                "depth": depth,
                "new_page": section.new_page,
                "landscape": section.landscape,
                "blocks": [self._block(block) for block in section.blocks],
                "sections": self._sections(section.sections, depth + 1),
            }
            for section in sections
        ]

    def _block(self, block: Block) -> Payload:
        """Build a block."""
        match block:
            case Paragraph():
                return {"kind": "paragraph", "lead": block.lead, "inline": self._inline(block.inline)}
            case Bullets():
                return {
                    "kind": "bullets",
                    "ordered": block.ordered,
                    "items": [self._inline(item) for item in block.items],
                }
            case Terms():
                items = [[self._text(term), self._inline(inline)] for term, inline in block.items]
                return {"kind": "terms", "items": items}
            case Note():
                title, inline = self._text(block.title), self._inline(block.inline)
                return {"kind": "note", "tone": block.kind.value, "title": title, "inline": inline}
            case Table():
                return self._table(block)
            case Figure():
                return self._figure(block)

    def _inline(self, inline: Inline) -> list[Payload]:
        """Build a run of texts."""
        return [
            {
                "text": self._text(text.text),
                "bold": text.bold,
                "italic": text.italic,
                "link": text.link or "",
                "printed": self._structure.printed[text.link[1:]] if text.link and text.link.startswith("#") else "",
            }
            for text in inline
        ]

    def _table(self, table: Table) -> Payload:
        """Build a table."""
        return {
            "kind": "table",
            "id": table.id,
            "label": self._structure.labels.get(table.id, ""),
            "caption": self._text(table.caption),
            "columns": [
                {"heading": self._text(column.heading), "right": column.align is Align.RIGHT, "width": column.width}
                for column in table.columns
            ],
            "rows": [[self._cell(cell) for cell in row] for row in table.rows],
            "notes": [self._text(note) for note in table.notes],
            "compact": table.compact,
            "collapsed": table.collapsed,
        }

    def _cell(self, cell: Cell) -> Payload:
        """Build a cell, with only what it has."""
        built: Payload = {"text": self._text(cell.text)}
        if cell.header:
            built["header"] = True
        if cell.sort is not None:
            built["sort"] = cell.sort
        if cell.mark is not None:
            built |= self._mark(cell, cell.mark)
        return built

    @staticmethod
    def _mark(cell: Cell, mark: Mark) -> Payload:
        """Build what a cell's status looks like; one that shows only a dash is itself its sign."""
        word = word_beside(cell)
        sign = SIGNS[mark].sign
        text = cell.text.strip()
        if not text:
            return {"mark": mark.value, "sign": sign, "text": word}
        return {"mark": mark.value, "sign": "" if text == sign else sign} | ({"word": word} if word else {})

    def _figure(self, figure: Figure) -> Payload:
        """Build a figure with its data."""
        drawing = prepare(figure.id, figure.svg)
        return {
            "kind": "figure",
            "id": figure.id,
            "label": self._structure.labels[figure.id],
            "caption": self._text(figure.caption),
            "svg": self._clean(drawing.svg),
            "ratio": round(drawing.height / drawing.width, 5),
            "alternative": self._text(figure.alternative),
            "data": self._table(figure.data),
            "notes": [self._text(note) for note in figure.notes],
            "width_mm": figure.width_mm,
        }
