"""Renders a document as tagged PDF (PDF/UA-1) with Typst: looks lie in the template, text reaches it as data only."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime, time
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Final

import typst

from exports.report.appearance import FAMILY
from exports.report.document import Document, Table
from exports.report.fonts import FOLDER, repertoire
from exports.report.hyphenation import divided, pieces
from exports.report.payload import Payload, build_payload
from exports.report.row_headers import tag_row_headers
from exports.report.structure import printed_tables

TEMPLATE: Final = Path(__file__).parent / "templates" / "report.typ"

_LOG = logging.getLogger(__name__)
_WORDS = {"contents": "Indhold", "draft": "Udkast", "page": "Side", "of": "af"}
_REPLACEMENT = "?"
_PORTRAIT_MM, _LANDSCAPE_MM = 170.0, 257.0
_FIGURE_HEIGHT_MM = {False: 205.0, True: 120.0}
"""The tallest a figure may be in print, with its caption and notes on the same page; upright and across."""
_LETTER_MM = {False: 1.62, True: 1.34}
"""The width of a letter in a table, on average and generously; usual and compact."""
_WORDS_OF_A_RUNNING_TITLE = 7
_LINES_KEPT = {(False, False): 26, (False, True): 42, (True, False): 18, (True, True): 28}
"""Tables of at most this many lines stay on one page: upright or across, usual or compact."""
_LINES_OF_A_TALL_ROW = 30
"""A row of more lines than this may break, because it might not fit on any page."""
_LETTERS_OF_A_LONG_NOTE = 1_500
_CELL_PADDING, _CLEAR_OF_FIGURES = 2.4, 2.6
"""What the space between columns takes, and that between figures and words, in letters."""
_LETTERS_OF_A_HEADING, _LETTERS_OF_A_WORD, _LETTERS_OF_A_WIDE_COLUMN = 11, 18, 44
"""Longer words are divided where they have a border, in headings sooner; a column of long texts is no wider than this
for their sake."""
_BETWEEN_WORDS = re.compile(r"[\s_/]+")
_WORD = re.compile(r"[^\s_/]+")


class RenderingError(Exception):
    """Typst could not set a document; the message says what it said."""


def render_pdf(document: Document) -> bytes:
    """Render a document as PDF.

    Args:
        document: The document.

    Returns:
        The PDF, the same bytes for the same document.

    Raises:
        DocumentError: The document does not hold together.
        RenderingError: Typst could not set it.
    """
    standing = datetime.combine(document.published_on, time(), UTC)
    try:
        result, warnings = compiler(document).compile_with_warnings(
            format="pdf", pdf_standards=["ua-1"], timestamp=standing
        )
    except typst.TypstError as error:
        msg = f"Typst cannot set {document.title!r}: {error.message} {' '.join(error.hints)}"
        raise RenderingError(msg) from error
    for warning in warnings:
        _LOG.warning("Typst, about %r: %s", document.title, warning.message)
    if not isinstance(result, bytes):
        msg = f"Typst returned no PDF for {document.title!r}"
        raise RenderingError(msg)
    return tag_row_headers(result, _printed_tables(document))


def compiler(document: Document) -> typst.Compiler:
    """Make the compiler of a document, which can also be asked where things stand.

    Args:
        document: The document.

    Returns:
        The compiler.

    Raises:
        DocumentError: The document does not hold together.
    """
    payload = json.dumps(_payload(document), ensure_ascii=False)
    return typst.Compiler(
        TEMPLATE, root=TEMPLATE.parent, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"document": payload}
    )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Read the typeface once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)])


def _payload(document: Document) -> Payload:
    """Build the template's data: the document, what the template says itself, and what is kept together."""
    missing: set[str] = set()

    def clean(text: str) -> str:
        unknown = set(text) - repertoire() - {"\n", "\t"}
        missing.update(unknown)
        return text.translate(dict.fromkeys(map(ord, unknown), _REPLACEMENT)) if unknown else text

    payload = build_payload(document, clean)
    if missing:
        _LOG.warning(
            "%r has characters that %s cannot write; in print they are %r: %s",
            document.title, FAMILY, _REPLACEMENT, ", ".join(f"{char} (U+{ord(char):04X})" for char in sorted(missing)),
        )  # fmt: skip
    for section in payload["sections"]:
        _lay_out(section, across=False)
    running = {section["id"]: _running_title(section["title"]) for section in payload["sections"]}
    return {**payload, "words": _WORDS, "family": FAMILY, "running": running}


def _running_title(title: str) -> str:
    """Shorten a chapter's title for the head of its pages, which is no place for a sentence."""
    words = title.split()
    return title if len(words) <= _WORDS_OF_A_RUNNING_TITLE else " ".join(words[:_WORDS_OF_A_RUNNING_TITLE]) + " …"


def _lay_out(section: Payload, *, across: bool) -> None:
    """Say of each block whether it stays on one page, and leave out what is for the screen only."""
    section["inside"] = across
    across = across or section["landscape"]
    section["blocks"] = [block for block in section["blocks"] if not block.get("collapsed")]
    for block in section["blocks"]:
        if block["kind"] == "table":
            _lay_out_table(block, across=across)
        elif block["kind"] == "figure":
            del block["data"]
            width = min(block["width_mm"], _LANDSCAPE_MM if across else _PORTRAIT_MM)
            block["printed_mm"] = round(min(width, _FIGURE_HEIGHT_MM[across] / block["ratio"]), 2)
        elif block["kind"] == "note":
            block["long"] = sum(len(run["text"]) for run in block["inline"]) > _LETTERS_OF_A_LONG_NOTE
    for inner in section["sections"]:
        _lay_out(inner, across=across)


def _lay_out_table(table: Payload, *, across: bool) -> None:
    """Say how wide a table's columns are, whether it stays on one page, and whether its rows may break."""
    letter = _LETTER_MM[table["compact"]]
    widths = column_widths(table, (_LANDSCAPE_MM if across else _PORTRAIT_MM) / letter)
    for column, width in zip(table["columns"], widths, strict=True):
        column["width"] = round(width * letter, 2)
    padding = _paddings(table)
    _divide_words(table, [width - space for width, space in zip(widths, padding, strict=True)])
    lines = [
        max(
            ceil(len(cell["text"]) / (width - space)) + ("word" in cell)
            for cell, width, space in zip(row, widths, padding, strict=True)
        )
        for row in table["rows"]
    ]
    table["tall"] = max(lines) > _LINES_OF_A_TALL_ROW
    table["keep"] = sum(lines) <= _LINES_KEPT[across, table["compact"]]


def _divide_words(table: Payload, rooms: list[float]) -> None:
    """Let words that are wider than their column be divided at borders, and say whether some have none that help.

    Args:
        table: The table; its texts get soft hyphens.
        rooms: The width of each column's text, in letters.
    """
    table["crowded"] = False

    def fit(text: str, room: float) -> str:
        def fitted(word: re.Match[str]) -> str:
            if len(word[0]) <= room:
                return word[0]
            table["crowded"] |= max(map(len, pieces(word[0]))) > room + 1
            return divided(word[0])

        return _WORD.sub(fitted, text)

    for place, (column, room) in enumerate(zip(table["columns"], rooms, strict=True)):
        column["heading"] = fit(column["heading"], room)
        for row in table["rows"]:
            row[place]["text"] = fit(row[place]["text"], room)


def column_widths(table: Payload, room: float) -> list[float]:
    """Share the width of a page between a table's columns.

    Columns are as wide in relation to each other as the document says, or, where it says nothing, as their texts are
    long; but no word of ordinary length is wider than its column, as long as there is room.

    Args:
        table: The table, as `build_payload` makes it.
        room: The width to share, in letters.

    Returns:
        The widths in letters; they sum to `room`.
    """
    texts = [[row[place]["text"] for row in table["rows"]] for place in range(len(table["columns"]))]
    headings = [column["heading"] for column in table["columns"]]
    paddings = _paddings(table)
    least = [
        max(
            _longest_word(heading, _LETTERS_OF_A_HEADING), *(_longest_word(text, _LETTERS_OF_A_WORD) for text in column)
        )
        + padding
        for heading, column, padding in zip(headings, texts, paddings, strict=True)
    ]
    if sum(least) >= room:
        return [width * room / sum(least) for width in least]
    wishes = [column["width"] for column in table["columns"]]
    if len(set(wishes)) == 1:
        wishes = [
            min(max(map(len, (*column, heading[: 2 * _LETTERS_OF_A_HEADING]))), _LETTERS_OF_A_WIDE_COLUMN) + padding
            for heading, column, padding in zip(headings, texts, paddings, strict=True)
        ]
    return _share(least, wishes, room)


def _paddings(table: Payload) -> list[float]:
    """Return what the space beside each column takes, in letters; words after figures stand clear of them."""
    right = [column["right"] for column in table["columns"]]
    after_figures = [before and not here for before, here in zip([False, *right], right, strict=False)]
    return [_CELL_PADDING + _CLEAR_OF_FIGURES * after for after in after_figures]


def _share(least: list[float], wishes: list[float], room: float) -> list[float]:
    """Share room in proportion to wishes, none less than its least; the least fit into the room together."""
    held: set[int] = set()
    while True:
        left = room - sum(least[place] for place in held)
        asked = sum(wish for place, wish in enumerate(wishes) if place not in held)
        widths = [least[place] if place in held else wish * left / asked for place, wish in enumerate(wishes)]
        narrow = {place for place, width in enumerate(widths) if width < least[place] and place not in held}
        if not narrow or len(held | narrow) == len(wishes):
            return widths if not narrow else [width * room / sum(least) for width in least]
        held |= narrow


def _longest_word(text: str, most: int) -> int:
    """Count the letters that a text's longest word needs: all of them, or where it may be divided its longest piece."""
    return max(_letters(word, most) for word in _BETWEEN_WORDS.split(text))


def _letters(word: str, most: int) -> int:
    """Count the letters of a word on one line: a longer one than `most` is divided, and its hyphen counts too."""
    if len(word) <= most:
        return len(word)
    parts = pieces(word)
    return len(word) if len(parts) == 1 else max(map(len, parts)) + 1


def _printed_tables(document: Document) -> list[list[list[bool]]]:
    """Say of every cell of the printed tables, in order, whether it heads its row.

    A table with no more data than heads is a list of names and values: read row by row, it needs no row headers.
    """
    return [
        [[cell.header and _has_rows_to_head(table) for cell in row] for row in table.rows]
        for table in printed_tables(document)
    ]


def _has_rows_to_head(table: Table) -> bool:
    """Say whether a table has more data than heads."""
    heads = len(table.columns) + sum(cell.header for row in table.rows for cell in row)
    return sum(not cell.header for row in table.rows for cell in row) >= heads
