"""What both renderings share of a document's structure: its numbers and anchors, and that it holds together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from exports.report.document import (
    Block,
    Bullets,
    Document,
    Figure,
    Inline,
    Note,
    Paragraph,
    Section,
    Table,
    Terms,
)

_ID = re.compile(r"[^\W\d_][\w-]*")
_ADDRESSES = ("https://", "http://", "mailto:")
_DEEPEST = 5
"""Sections inside sections: a web page has headings to the sixth level, the first is the title."""


class DocumentError(Exception):
    """A document cannot be rendered as it is; the message names the section, table or figure and what to change."""


@dataclass(frozen=True)
class Structure:
    """The numbers of a document, the same in print and on the web.

    Attributes:
        sections: The number of each numbered section by its anchor, as `2.1`.
        labels: The label of each table and figure by its anchor, as `Tabel 3`. Folded tables have none, because they
            are not in the print.
        printed: Where a link to an anchor leads in print: to the thing itself, or to what holds it when it is not
            printed.
    """

    sections: Mapping[str, str]
    labels: Mapping[str, str]
    printed: Mapping[str, str]


def read_structure(document: Document) -> Structure:
    """Number a document's sections, tables and figures.

    Args:
        document: The document.

    Returns:
        Its numbers and anchors.

    Raises:
        DocumentError: Two things share an anchor, a link leads nowhere, a row has too few or too many cells, an
            anchor or address is malformed, or sections lie too deep.
    """
    sections: dict[str, str] = {}
    labels: dict[str, str] = {}
    printed: dict[str, str] = {}
    tables = figures = 0
    for section, number, depth in _walk(document.sections):
        if depth > _DEEPEST:
            msg = f"section {section.id} lies {depth} levels deep; a report has at most {_DEEPEST}"
            raise DocumentError(msg)
        _claim(printed, section.id, section.id)
        if number:
            sections[section.id] = ".".join(map(str, number))
        for block in section.blocks:
            if isinstance(block, Figure):
                figures += 1
                labels[block.id] = f"Figur {figures}"
                _claim(printed, block.id, block.id)
                _claim(printed, block.data.id, block.id)
                _check_rows(block.data)
            elif isinstance(block, Table):
                _claim(printed, block.id, section.id if block.collapsed else block.id)
                _check_rows(block)
                if not block.collapsed:
                    tables += 1
                    labels[block.id] = f"Tabel {tables}"
    _check_links(document, printed)
    return Structure(sections, labels, printed)


def inlines(block: Block) -> Iterator[Inline]:
    """Yield the texts of a block that may hold links.

    Args:
        block: The block.

    Yields:
        Each of its texts.
    """
    match block:
        case Paragraph() | Note():
            yield block.inline
        case Bullets():
            yield from block.items
        case Terms():
            yield from (inline for _, inline in block.items)
        case Table() | Figure():
            pass


def printed_tables(document: Document) -> Iterator[Table]:
    """Yield the tables that are printed, in their order.

    Args:
        document: The document.

    Yields:
        Each table that is not folded.
    """
    for section, _, _ in _walk(document.sections):
        yield from (block for block in section.blocks if isinstance(block, Table) and not block.collapsed)


def _walk(
    sections: tuple[Section, ...], above: tuple[int, ...] | None = (), depth: int = 1
) -> Iterator[tuple[Section, tuple[int, ...], int]]:
    """Yield every section with its number and depth; what lies in an unnumbered section has no number either."""
    count = 0
    for section in sections:
        number: tuple[int, ...] | None = None
        if section.numbered and above is not None:
            count += 1
            number = (*above, count)
        yield section, number or (), depth
        yield from _walk(section.sections, number, depth + 1)


def _claim(printed: dict[str, str], anchor: str, target: str) -> None:
    """Take an anchor that nothing else has."""
    if not _ID.fullmatch(anchor):
        msg = f"anchor {anchor!r} must begin with a letter and hold letters, digits and hyphens only"
        raise DocumentError(msg)
    if anchor in printed:
        msg = f"two things have the anchor {anchor!r}; give one of them another id"
        raise DocumentError(msg)
    printed[anchor] = target


def _check_rows(table: Table) -> None:
    """A row has as many cells as there are columns, and a table has columns and rows."""
    if not table.columns or not table.rows:
        size = f"{len(table.columns)} columns and {len(table.rows)} rows"
        msg = f"table {table.id} has {size}; leave it out when it is empty"
        raise DocumentError(msg)
    for place, row in enumerate(table.rows, start=1):
        if len(row) != len(table.columns):
            msg = f"table {table.id}, row {place}: {len(row)} cells for {len(table.columns)} columns"
            raise DocumentError(msg)


def _check_links(document: Document, anchors: Mapping[str, str]) -> None:
    """Every link leads to an anchor of the document or to an address that a reader may open."""
    for section, _, _ in _walk(document.sections):
        for text in chain.from_iterable(chain.from_iterable(inlines(block) for block in section.blocks)):
            if text.link is None:
                continue
            if text.link.startswith("#"):
                if text.link[1:] not in anchors:
                    msg = f"section {section.id}: the link {text.link!r} leads to nothing in the document"
                    raise DocumentError(msg)
            elif not text.link.startswith(_ADDRESSES):
                msg = f"section {section.id}: the link {text.link!r} must begin with #, {', '.join(_ADDRESSES)}"
                raise DocumentError(msg)
