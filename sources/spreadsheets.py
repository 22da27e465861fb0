"""Reading xlsx, row by row: memory does not grow with the sheet.

Values come as the sheet stores them: a formula gives the value that was calculated when the file was saved, and a
text that looks like a formula is a text. Whole numbers lose the `.0` a spreadsheet gives them, dates become ISO.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from sources.casting import MAX_TEXT_LENGTH
from sources.contract import Entity
from sources.deliveries import DeliveryError
from sources.private_copy import PrivateCopy
from sources.records import BATCH_ROWS, Header, RecordWriter, Table, extra_json, read_header

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MAX_UNPACKED_BYTES: Final = 4 << 30
"""Bytes a workbook may unpack to."""

_EXACT: Final = 1e15  # Below this, a float holds every whole number exactly.

Row = tuple[str | None, ...]


def cell_text(value: object) -> str | None:
    """Return a cell's value as the text a csv of the same sheet should hold."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, datetime):
        return (value.date() if value.time() == time(0) else value).isoformat().replace("T", " ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def read_xlsx(entity: Entity, copy: PrivateCopy, folder: Path) -> Table:
    """Read the only sheet of a workbook, or the one that is named as the entity.

    Args:
        entity: What the delivery holds.
        copy: Its private copy.
        folder: An empty private folder.

    Raises:
        DeliveryError: the workbook is damaged, has no such sheet, or its sheet has no usable header.
    """
    try:
        _check_size(copy.path)
        with copy.path.open("rb") as stream:
            workbook = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            sheets = {sheet.title: sheet for sheet in workbook.worksheets}
            return _read_sheet(entity, _choose(sheets, entity), folder)
    except DeliveryError:
        raise
    except (
        zipfile.BadZipFile, InvalidFileException, ET.ParseError, KeyError, ValueError, EOFError, OSError,
        TypeError, AttributeError, IndexError, zipfile.LargeZipFile, NotImplementedError,
    ) as error:  # fmt: skip
        raise DeliveryError(
            f"Regnearket kan ikke læses ({type(error).__name__})",
            expected="et helt regneark i formatet xlsx uden adgangskode",
            remedy="Åbn og gem filen igen, eller send den som csv",
        ) from error


def _check_size(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise DeliveryError(
                "Regnearket fylder over 4 GB udpakket", expected="et mindre regneark", remedy="Send leverancen som csv"
            )


def _choose(sheets: dict[str, ReadOnlyWorksheet], entity: Entity) -> ReadOnlyWorksheet:
    if len(sheets) == 1:
        return next(iter(sheets.values()))
    for title, sheet in sheets.items():
        if title.strip().lower() == entity.name:
            return sheet
    raise DeliveryError(
        f"Regnearket har {len(sheets)} ark, og ingen af dem hedder {entity.name}",
        expected=f"ét ark, eller et ark med navnet {entity.name}",
        remedy="Slet de øvrige ark, eller giv arket entitetens navn",
    )


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[tuple[int, Row]]:
    """Yield the rows that are not blank with their row number, without empty cells at the end."""
    # What a sheet says of its own size is not always true.
    sheet.reset_dimensions()
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [cell_text(value) for value in values]
        while cells and (cells[-1] is None or not cells[-1].strip()):
            cells.pop()
        if cells:
            yield number, tuple(cells)


def _read_sheet(entity: Entity, sheet: ReadOnlyWorksheet, folder: Path) -> Table:
    read = _rows(sheet)
    first = next(read, None)
    if first is None:
        raise DeliveryError(
            "Arket er tomt", expected="en overskrift med kolonnenavne", remedy="Tilføj overskriften som første række"
        )
    header = read_header(entity, [cell or "" for cell in first[1]])
    width = len(header.names)
    rows: list[Row] = []
    lines: list[int] = []
    with RecordWriter(entity, folder) as writer:
        for number, cells in read:
            if len(cells) > width:
                text = ";".join(cell or "" for cell in cells)[:MAX_TEXT_LENGTH]
                writer.reject(number, text, f"Rækken har {len(cells)} celler, men overskriften har {width}")
                continue
            rows.append(cells + (None,) * (width - len(cells)))
            lines.append(number)
            if len(rows) >= BATCH_ROWS:
                _flush(writer, header, rows, lines)
        _flush(writer, header, rows, lines)
    return writer.table(unknown=header.unknown, missing=header.missing)


def _flush(writer: RecordWriter, header: Header, rows: list[Row], lines: list[int]) -> None:
    columns = {name: [row[place] for row in rows] for name, place in header.known.items()}
    places = [(name, header.names.index(name)) for name in header.unknown]
    extra = [extra_json({name: row[place] for name, place in places}) for row in rows] if places else None
    writer.write(columns, extra, lines)
    rows.clear()
    lines.clear()
