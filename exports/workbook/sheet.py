"""A sheet as data: a title, what stands above the table, and the table. Content makes it, `book` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from exports.statement.columns import Kind

Value = str | int | float | date | datetime | None

NAME_LIMIT = 31
TEXT_LIMIT = 32_767
_HEADING_LIMIT = 255
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# What XML 1.0 cannot hold; tab and line feed may stay.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CUT = " … (afkortet)"
# Excel keeps this name for the log of shared workbooks.
_RESERVED = frozenset({"history"})


@dataclass(frozen=True)
class Field:
    """One column of a table.

    Attributes:
        heading: Its Danish heading.
        kind: What its values are.
        values: One per row; None is an empty cell. A text among numbers is the sign of a hidden figure.
        formats: The number format, one for all rows, or one per row.
        links: The sheet each cell leads to; empty when it leads nowhere.
    """

    heading: str
    kind: Kind
    values: tuple[Value, ...]
    formats: tuple[str, ...] = ()
    links: tuple[str | None, ...] = ()

    def number_format(self, row: int) -> str | None:
        """Return the number format of a row's cell.

        Args:
            row: The row, from 0.

        Returns:
            The format as Excel stores it, or None for texts.
        """
        if not self.formats:
            return None
        return self.formats[0] if len(self.formats) == 1 else self.formats[row]


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        name: What stands on its tab; `named` makes it valid and unique.
        title: Its title.
        lines: What stands between the title and the table, a paragraph each.
        table: The name of its Excel table.
        summary: What the table holds, for who cannot see it.
        fields: The columns of the table, all with equally many values.
    """

    name: str
    title: str
    lines: tuple[str, ...]
    table: str
    summary: str
    fields: tuple[Field, ...]

    @property
    def rows(self) -> int:
        """The number of rows of the table."""
        return len(self.fields[0].values)


def named(sheets: Iterable[Sheet]) -> tuple[Sheet, ...]:
    """Give sheets, tables and columns names that Excel accepts: unique without regard to case.

    Args:
        sheets: The sheets in order.

    Returns:
        The same sheets.
    """
    names: set[str] = set(_RESERVED)
    tables: set[str] = set()
    result = []
    for sheet in sheets:
        name = _NOT_IN_NAMES.sub(" ", sheet.name).strip().strip("'") or "Ark"
        table = re.sub(r"\W", "_", sheet.table, flags=re.ASCII)
        # Names such as `R1C1` and `AB12` are addresses of cells.
        table = table if re.match(r"[A-Za-z_]+_", table) else f"t_{table}"
        headings = unique((clean(field.heading) for field in sheet.fields), set(), _HEADING_LIMIT)
        result.append(
            replace(
                sheet,
                name=unique([name], names, NAME_LIMIT)[0],
                table=unique([table], tables, _HEADING_LIMIT, "_")[0],
                fields=tuple(replace(f, heading=h) for f, h in zip(sheet.fields, headings, strict=True)),
            )
        )
    return tuple(result)


def unique(names: Iterable[str], taken: set[str], limit: int, sign: str = " ") -> tuple[str, ...]:
    """Cut names to a length and number those that are taken.

    Args:
        names: The names.
        taken: Those taken, in small letters; the new ones are added.
        limit: The greatest length in characters.
        sign: What stands before the number.

    Returns:
        The names in the same order.
    """
    result = []
    for name in names:
        text, number = name[:limit].strip(), 1
        while text.lower() in taken:
            number += 1
            ending = f"{sign}{number}"
            text = f"{name[: limit - len(ending)].strip()}{ending}"
        taken.add(text.lower())
        result.append(text)
    return tuple(result)


def clean(text: str) -> str:
    """Make a text one that a cell can hold.

    Args:
        text: Any text.

    Returns:
        It without control characters, cut with a visible mark where it is longer than a cell.
    """
    text = _NOT_IN_XML.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - len(_CUT)] + _CUT


def text_field(heading: str, values: Sequence[str | None]) -> Field:
    """Make a column of texts.

    Args:
        heading: Its heading.
        values: Its texts.

    Returns:
        The column.
    """
    return Field(heading, Kind.TEXT, tuple(values))


def count_field(heading: str, values: Sequence[int | None]) -> Field:
    """Make a column of counts.

    Args:
        heading: Its heading.
        values: Its counts.

    Returns:
        The column, with a thousands separator.
    """
    return Field(heading, Kind.WHOLE, tuple(values), ("#,##0",))
