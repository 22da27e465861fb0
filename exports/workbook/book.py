"""Writing: sheets as data become an Excel file, the same bytes for the same statement."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from expectations.wording import number
from exports.statement.columns import HIDDEN_SIGN, Kind, require_hidden, with_measure_names
from exports.statement.statement import Statement
from exports.workbook import about, goals, tables
from exports.workbook.sheet import TEXT_LIMIT, Field, Sheet, Value, clean, named

_OPTIONS = {
    # No text becomes anything but text, whatever it begins with.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
    # Without the hundred small files that it would write beside.
    "in_memory": True,
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")
_PAPER_A4 = 9
_NARROWEST, _WIDEST = 9.0, 60.0
# A table of many columns is printed smaller the wider they are.
_MANY, _WIDEST_OF_MANY = 6, 44.0
_PRINTED_ROWS = 300
"""Longer tables are for filters and formulas; nobody reads forty printed pages of them."""
_ROW_HEIGHT, _HIGHEST = 15, 409
_FILTER_BUTTON = 4
_LINE_WIDTH = 100
_TITLE_ROWS = 2
_BACK = "Til forsiden"
_STYLE = "Table Style Light 15"
# Excel shows this many characters of a footer.
_FOOTER_LIMIT = 120


def write_workbook(statement: Statement, path: Path) -> None:
    """Write the statement as an Excel workbook.

    Args:
        statement: The statement, after disclosure control.
        path: The file; one that is there is written over.

    Raises:
        HiddenFigureError: A row that is to be hidden holds a figure.
        SpecificationError: A column has a type that is not published.
        OSError: The file cannot be written.
    """
    require_hidden(statement)
    statement = with_measure_names(statement)
    inner = named(
        [
            *goals.goal_sheets(statement),
            *tables.table_sheets(statement),
            *tables.definition_sheets(statement),
            about.method_sheet(),
            about.settings_sheet(statement),
            about.sources_sheet(statement),
        ]
    )
    sheets = named([about.front_sheet(statement, inner), *inner])
    with Workbook(str(path), _OPTIONS) as book:
        _describe(book, statement)
        writer = _Writer(book, about.edition(statement))
        for sheet in sheets:
            writer.write(sheet)


def _describe(book: Workbook, statement: Statement) -> None:
    """Set the document's properties; its time is the publication's, never the clock's."""
    published = statement.publication.published_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.set_properties(
        {
            "title": about.title(statement),
            "subject": "Mål, resultater og effekt for de seks erhvervshuse",
            "author": "Erhvervsstyrelsen",
            "company": "Erhvervsstyrelsen",
            "category": "Opgørelse",
            "keywords": "erhvervshuse, erhvervsfremme, resultater, effekt, opgørelse",
            "comments": f"{about.edition(statement)}. Kørsel {statement.publication.run_id}.",
            "status": "Udkast" if statement.freeze is None else "Endelig",
            "created": published,
        }
    )


@dataclass(frozen=True)
class _Style:
    """What sets one cell apart: its number format, whether it wraps, stands right, is pale, or must stay a text."""

    number_format: str | None = None
    wrap: bool = False
    right: bool = False
    pale: bool = False
    quoted: bool = False
    link: bool = False


class _Writer:
    """Writes sheets into one workbook, each look made once."""

    def __init__(self, book: Workbook, edition: str) -> None:
        self._book = book
        self._edition = edition
        self._formats: dict[_Style, Format] = {}
        self._title = book.add_format({"bold": True, "font_size": 16, "font_color": "#0059B3"})
        self._line = book.add_format({"valign": "top"})
        self._back = book.add_format({"font_color": "#0059B3", "underline": 1})
        header = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2}
        # Without an alignment of its own a heading ignores its indent, and runs into the figures' heading before it.
        self._header = book.add_format({**header, "align": "left", "indent": 1})
        self._number_header = book.add_format({**header, "align": "right"})

    def write(self, sheet: Sheet) -> None:
        """Write one sheet.

        Args:
            sheet: The sheet, its names valid.
        """
        page = self._book.add_worksheet(sheet.name)
        widest = _WIDEST if len(sheet.fields) <= _MANY else _WIDEST_OF_MANY
        widths = tuple(_width(field, widest) for field in sheet.fields)
        top = self._write_above(page, sheet, max(_LINE_WIDTH, int(sum(widths))))
        for column, (field, width) in enumerate(zip(sheet.fields, widths, strict=True)):
            page.set_column(column, column, width)
            for row in range(sheet.rows):
                self._write_cell(page, top + 1 + row, column, field, row, width)
        _set_heights(page, sheet, widths, top)
        # A table has at least one row; where there are none it is empty, and a line above says so.
        last, right = top + max(sheet.rows, 1), len(sheet.fields) - 1
        page.add_table(
            top,
            0,
            last,
            right,
            {
                "name": sheet.table,
                "style": _STYLE,
                "columns": [{"header": f.heading, "header_format": self._heading(f)} for f in sheet.fields],
                "title": sheet.title,
                "description": clean(sheet.summary),
            },
        )
        page.ignore_errors({"number_stored_as_text": xl_range(top + 1, 0, last, right)})
        self._set_up(page, sheet, top, last, right)

    def _write_above(self, page: Worksheet, sheet: Sheet, width: int) -> int:
        """Write what stands above the table and return the row of the table's headings."""
        page.write_string(0, 0, clean(sheet.title), self._title)
        if sheet.name != about.FRONT:
            page.write_url(1, 0, f"internal:'{about.FRONT}'!A1", self._back, _BACK, "Gå til forsiden")
        row = _TITLE_ROWS
        for line in (*sheet.lines, *_print_note(sheet)):
            for part in textwrap.wrap(clean(line), width, break_on_hyphens=False):
                page.write_string(row, 0, part, self._line)
                row += 1
        return row + 1

    def _heading(self, field: Field) -> Format:
        """Return the look of a heading: it stands as its column's values do."""
        return self._header if field.kind is Kind.TEXT else self._number_header

    def _write_cell(self, page: Worksheet, row: int, column: int, field: Field, index: int, width: float) -> None:
        """Write one value by its kind; nothing is left for the library to guess."""
        value = field.values[index]
        if value is None:
            return
        if field.links and (target := field.links[index]) is not None:
            quoted = target.replace("'", "''")
            page.write_url(row, column, f"internal:'{quoted}'!A1", self._format(_Style(link=True)), str(value))
        elif isinstance(value, str):
            self._write_text(page, row, column, value, field, width)
        elif isinstance(value, date | datetime):
            page.write_datetime(row, column, value, self._format(_Style(field.number_format(index))))
        else:
            page.write_number(row, column, value, self._format(_Style(field.number_format(index))))

    def _write_text(self, page: Worksheet, row: int, column: int, value: str, field: Field, width: float) -> None:
        """Write a text; among numbers it is the sign of a hidden figure, pale and to the right as they are."""
        sign = field.kind is not Kind.TEXT or value == HIDDEN_SIGN
        style = _Style(
            wrap=not sign and _lines(value, width) > 1,
            right=field.kind is not Kind.TEXT,
            pale=sign,
            quoted=value.startswith(_FORMULA_STARTS),
        )
        page.write_string(row, column, clean(value), self._format(style))

    def _format(self, style: _Style) -> Format:
        """Return the format of a look."""
        if style not in self._formats:
            look: dict[str, object] = {"valign": "top"}
            if style.number_format:
                look["num_format"] = style.number_format
            look |= {"text_wrap": True} if style.wrap else {}
            # Texts keep clear of the numbers that stand at the right edge of the column before.
            look["align"] = "right" if style.right or style.number_format else "left"
            look["indent"] = 0 if look["align"] == "right" else 1
            look |= {"font_color": "#595959"} if style.pale else {}
            # Excel keeps it a text even when somebody edits the cell.
            look |= {"quote_prefix": True} if style.quoted else {}
            look |= {"font_color": "#0059B3", "underline": 1} if style.link else {}
            self._formats[style] = self._book.add_format(look)
        return self._formats[style]

    def _set_up(self, page: Worksheet, sheet: Sheet, top: int, last: int, right: int) -> None:
        """Freeze the headings and set up the print: A4 across, full width, headings on every page."""
        page.freeze_panes(top + 1, 0)
        page.set_landscape()
        page.set_paper(_PAPER_A4)
        page.fit_to_pages(1, 0)
        if _is_printed(sheet):
            page.repeat_rows(top)
        page.print_area(0, 0, last if _is_printed(sheet) else top - 1, right)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        name, edition = (text.replace("&", "&&") for text in (sheet.name, self._edition[:_FOOTER_LIMIT]))
        page.set_footer(f"&L{edition}&C{name}&RSide &P af &N")


def _is_printed(sheet: Sheet) -> bool:
    """Say whether a sheet's table is printed; else only what stands above it."""
    return sheet.rows <= _PRINTED_ROWS


def _print_note(sheet: Sheet) -> tuple[str, ...]:
    """Say of a long table that it is not printed, and how to print it all the same."""
    if _is_printed(sheet):
        return ()
    return (
        f"Tabellens {number(sheet.rows)} rækker er ikke med i udskriften. Ryd arkets udskriftsområde for at få dem "
        "med.",
    )


def _set_heights(page: Worksheet, sheet: Sheet, widths: tuple[float, ...], top: int) -> None:
    """Make rows as high as their longest text needs: not every program does it by itself."""
    heading = max(_lines(f.heading, width - _FILTER_BUTTON) for f, width in zip(sheet.fields, widths, strict=True))
    page.set_row(top, heading * _ROW_HEIGHT)
    for row in range(sheet.rows):
        texts = ((field.values[row], width) for field, width in zip(sheet.fields, widths, strict=True))
        lines = max((_lines(value, width) for value, width in texts if isinstance(value, str)), default=1)
        if lines > 1:
            page.set_row(top + 1 + row, min(lines * _ROW_HEIGHT, _HIGHEST))


def _lines(text: str, width: float) -> int:
    """Count the lines that a text takes in a column."""
    # Letters are narrower than the figures that widths are counted in, on average.
    if len(text) <= width and "\n" not in text:
        return 1
    room = max(int(width) - 2, 1)
    lines = sum(max(len(textwrap.wrap(part[:TEXT_LIMIT], room)), 1) for part in text.split("\n"))
    return max(lines, 1)


def _width(field: Field, widest: float) -> float:
    """Choose a column's width from its heading and its values as they are shown."""
    words = max((len(word) for word in field.heading.split()), default=0) + _FILTER_BUTTON
    values = {(value, field.number_format(row)) for row, value in enumerate(field.values)}
    shown = max((_shown(value, number_format) for value, number_format in values), default=0)
    # The heading takes at most two lines where the words allow it.
    return min(max(words, len(field.heading) / 2 + _FILTER_BUTTON, shown + 3, _NARROWEST), max(widest, words))


def _shown(value: Value, number_format: str | None) -> int:
    """Count the characters a value takes in its cell."""
    if value is None:
        return 0
    if isinstance(value, str):
        return max(len(line) for line in value.split("\n"))
    if isinstance(value, date | datetime) or number_format is None:
        return len("21. november 2026")
    decimals = len(number_format.partition(".")[2].rstrip('"').partition('"')[0])
    return len(number(value, decimals)) + len(number_format.partition('"')[2].rstrip('"'))
