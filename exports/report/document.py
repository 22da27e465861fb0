"""The document model: what a report says, as data. Content makes it, `pdf` and `web` render it, neither adds a word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Mark(StrEnum):
    """What a status looks like without colour: a sign and a word, both always shown.

    The sign is part of what a screen reader skips; the word says it.
    """

    MET = "met"
    NOT_MET = "not_met"
    ON_PATH = "on_path"
    BEHIND_PATH = "behind_path"
    NO_DATA = "no_data"
    HIDDEN = "hidden"


class NoteKind(StrEnum):
    """What a boxed remark is: what a figure does not say, a warning that it is not representative, or a placeholder.

    A placeholder stands for a comment that an analyst has still to write; only drafts have them.
    """

    NOTE = "note"
    WARNING = "warning"
    PLACEHOLDER = "placeholder"


class Align(StrEnum):
    """How the cells of a column stand."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Text:
    """A run of text; bold is emphasis with meaning. There are no footnotes: notes stand in words where they belong."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None
    """An address, or `#id` of a section, figure or table of the same document."""


Inline = tuple[Text, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `lead` is the first one of a report or chapter, set larger."""

    inline: Inline
    lead: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list of items; `ordered` numbers them."""

    items: tuple[Inline, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Terms:
    """Terms and what they mean, or facts and their values (as on the provenance page)."""

    items: tuple[tuple[str, Inline], ...]


@dataclass(frozen=True)
class Note:
    """A boxed remark.

    Attributes:
        kind: What it is.
        title: Its heading.
        inline: Its text.
    """

    kind: NoteKind
    title: str
    inline: Inline


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: What it shows, already written the Danish way; `–` for hidden and missing.
        mark: The status it shows, or None.
        header: Whether it is the header of its row.
        sort: The number it sorts by on the web page; None sorts as text, last when the text is `–`.
    """

    text: str
    mark: Mark | None = None
    header: bool = False
    sort: float | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, alignment, and relative width (1.0 is usual)."""

    heading: str
    align: Align = Align.LEFT
    width: float = 1.0


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        id: Its anchor, unique in the document, as `tabel-nps`.
        caption: Its title; numbered by the renderer (`Tabel 3.`).
        columns: Its columns.
        rows: Its rows; each has as many cells as there are columns.
        notes: What stands under it: source, base, what `–` means.
        compact: Set small, for the annex.
        collapsed: Folded together on the web page (the data of a figure); in the PDF it is left to the annex.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    compact: bool = False
    collapsed: bool = False


@dataclass(frozen=True)
class Figure:
    """A picture.

    Attributes:
        id: Its anchor, unique in the document, as `figur-nps`.
        caption: Its title; numbered by the renderer (`Figur 3.`).
        svg: The drawing, text as text in IBM Plex Sans.
        alternative: What it shows, in words, for who cannot see it.
        data: Its data as a table, shown folded on the web page; its id is `<id>-data`.
        notes: What stands under it.
        width_mm: Its width in print.
    """

    id: str
    caption: str
    svg: str
    alternative: str
    data: Table
    notes: tuple[str, ...] = ()
    width_mm: float = 170.0


Block = Paragraph | Bullets | Terms | Note | Table | Figure


@dataclass(frozen=True)
class Section:
    """A section with its heading; sections inside it are one level deeper.

    Attributes:
        id: Its anchor, unique in the document.
        title: Its heading, numbered by the renderer when `numbered`.
        blocks: What it says before its inner sections.
        sections: Inner sections.
        numbered: Whether it has a number.
        new_page: Whether it begins on a new page in print.
        landscape: Whether it is set across the page in print (wide tables).
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    numbered: bool = True
    new_page: bool = False
    landscape: bool = False


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes:
        title: Its title.
        subtitle: What stands under it.
        publisher: Who publishes it.
        published_on: The day on its front page.
        summary: One sentence of what it is, for search engines and PDF metadata.
        keywords: Its subjects.
        facts: The facts of the front page (year, agreement, data until), term and value.
        sections: Its chapters.
        draft: Whether it is a draft: marked `Udkast` on every page, in print and on screen.
        language: Its language.
        has_contents: Whether it begins with a table of contents in print. A report of a few pages is found through
            without; its bookmarks say the same.
    """

    title: str
    subtitle: str
    publisher: str
    published_on: date
    summary: str
    keywords: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    draft: bool = False
    language: str = "da"
    has_contents: bool = True
