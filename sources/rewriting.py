"""Writing a delivery again without some of its rows, in its own format, encoding and form: for erasure and retention.

Nothing here replaces a file: the new one is written beside, so that it can be read back and compared first.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from sources.contract import Entity
from sources.csv_files import find_separator, records
from sources.deliveries import Format
from sources.private_copy import PrivateCopy, copy, fingerprint

ERASED: Final = "[slettet]"
"""What stands for a number that was taken out of a text."""

_NUMBERS: Final = frozenset({"decimal", "integer", "year"})
_JSON_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True)
class Cut:
    """What is taken out of a delivery.

    Attributes:
        lines: Lines of the rows that go, as landing numbers them.
        pattern: A number that may stand nowhere else either, with what is around it as two groups: malformed lines
            with it go, in texts it becomes `[slettet]`. Columns of amounts are left as they are. None for none.
    """

    lines: frozenset[int]
    pattern: re.Pattern[str] | None = None

    def holds(self, text: str) -> bool:
        """Say whether a text holds the number.

        Args:
            text: The text.

        Returns:
            True when it does.
        """
        return self.pattern is not None and self.pattern.search(text) is not None

    def blank(self, text: str) -> str:
        """Take the number out of a text.

        Args:
            text: The text.

        Returns:
            The text with `[slettet]` in its place.
        """
        return text if self.pattern is None else self.pattern.sub(rf"\1{ERASED}\2", text)


@dataclass(frozen=True)
class Rewritten:
    """A delivery written again.

    Attributes:
        path: The new file.
        rows: How many rows are gone.
        texts: How many texts of other rows were changed.
    """

    path: Path
    rows: int
    texts: int


def rewrite(entity: Entity, path: Path, form: Format, cut: Cut, folder: Path) -> Rewritten:
    """Write a delivery again without what is cut.

    Args:
        entity: What it holds.
        path: The delivery; it is only read.
        form: Its format.
        cut: What goes.
        folder: An empty private folder for the new file.

    Returns:
        The new file, in `folder` under the delivery's own name.

    Raises:
        DeliveryError: The delivery cannot be read.
    """
    new = folder / path.name
    made = copy(path, form, fingerprint(path), folder / ".copy")
    try:
        match form:
            case "csv" | "csv.gz":
                return _rewrite_csv(entity, made, form, cut, new)
            case "json":
                return _rewrite_json(made, cut, new)
            case "ndjson":
                return _rewrite_ndjson(made, cut, new)
            case "parquet":
                return _rewrite_parquet(entity, made, cut, new)
            case "xlsx":
                return _rewrite_xlsx(entity, made, cut, new)
    finally:
        made.path.unlink(missing_ok=True)


def _encode(made: PrivateCopy, text: str) -> bytes:
    """Return text in the encoding it was delivered in."""
    return text.encode("cp1252" if made.encoding == "windows-1252" else "utf-8")


@contextmanager
def _opened(new: Path, form: Format) -> Iterator[BinaryIO]:
    """Open the new file; packed where the old one was, without a time, so that equal rows give equal bytes."""
    with new.open("wb") as plain:
        if form != "csv.gz":
            yield plain
            return
        with gzip.GzipFile(filename="", fileobj=plain, mode="wb", mtime=0) as packed:
            yield cast("BinaryIO", packed)


def _rewrite_csv(entity: Entity, made: PrivateCopy, form: Format, cut: Cut, new: Path) -> Rewritten:
    separator = find_separator(made.path)
    names = _header(made, separator)
    amounts = {column.name for column in entity.columns if column.type in _NUMBERS}
    left_alone = frozenset(place for place, name in enumerate(names) if name in amounts)
    malformed: dict[int, bool] = {}
    with made.path.open(encoding="utf-8", newline="\n") as stream:
        for record in records(stream, separator, width=len(names), spaced_quotes=made.spaced_quotes):
            is_row = len(record.cells) == len(names) or (
                len(record.cells) > len(names) and not any(record.cells[len(names) :])
            )
            malformed[record.line] = record.problem is not None or not is_row
    header = min(malformed)
    rows = texts = 0
    with made.path.open(encoding="utf-8", newline="\n") as stream, _opened(new, form) as out:
        if made.encoding == "utf-8-bom":
            out.write(codecs.BOM_UTF8)
        for line, text in _records_as_written(stream, frozenset(malformed)):
            if line != header and (line in cut.lines or (malformed.get(line, False) and cut.holds(text))):
                rows += 1
                continue
            shown = text if line == header or not cut.holds(text) else _blank(text, separator, left_alone, cut)
            texts += shown != text
            out.write(_encode(made, shown))
    return Rewritten(new, rows, texts)


def _header(made: PrivateCopy, separator: str) -> list[str]:
    """Read the names of the columns, without empty ones at the end."""
    with made.path.open(encoding="utf-8", newline="\n") as stream:
        cells = next(records(stream, separator, spaced_quotes=made.spaced_quotes)).cells
    while len(cells) > 1 and not cells[-1].strip():
        cells = cells[:-1]
    return [cell.strip().lower() for cell in cells]


def _records_as_written(stream: io.TextIOBase, starts: frozenset[int]) -> Iterator[tuple[int, str]]:
    """Yield every record with its first line's number and its text, the blank lines after it included."""
    line, lines = 0, list[str]()
    for number, text in enumerate(stream, start=1):
        if number in starts and lines:
            yield line, "".join(lines)
            lines = []
        line = number if not lines else line
        lines.append(text)
    if lines:
        yield line, "".join(lines)


def _blank(text: str, separator: str, left_alone: frozenset[int], cut: Cut) -> str:
    """Take the number out of a record's text, but not out of its amounts."""
    if '"' in text:
        return cut.blank(text)
    cells = text.split(separator)
    return separator.join(cell if place in left_alone else cut.blank(cell) for place, cell in enumerate(cells))


def _rewrite_ndjson(made: PrivateCopy, cut: Cut, new: Path) -> Rewritten:
    rows = texts = 0
    with made.path.open(encoding="utf-8", newline="\n") as stream, new.open("wb") as out:
        if made.encoding == "utf-8-bom":
            out.write(codecs.BOM_UTF8)
        for number, line in enumerate(stream, start=1):
            if number in cut.lines or (cut.holds(line) and not _is_object(line)):
                rows += 1
                continue
            shown = _blank_strings(line, cut)
            texts += shown != line
            out.write(_encode(made, shown))
    return Rewritten(new, rows, texts)


def _is_object(line: str) -> bool:
    """Whether a line is a JSON object."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _rewrite_json(made: PrivateCopy, cut: Cut, new: Path) -> Rewritten:
    """Keep every object's own text: numbers stay as they were written."""
    text = made.path.read_text(encoding="utf-8")
    decoder = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)
    rows = texts = ordinal = 0
    kept: list[str] = []
    at = text.index("[") + 1
    while True:
        at = _past_space(text, at)
        if text[at] == "]":
            break
        ordinal += 1
        _, end = decoder.raw_decode(text, at)
        given = text[at:end]
        if ordinal in cut.lines:
            rows += 1
        else:
            shown = _blank_strings(given, cut)
            texts += shown != given
            kept.append(shown)
        at = _past_space(text, end)
        if text[at] == ",":
            at += 1
    new.write_bytes(
        (codecs.BOM_UTF8 if made.encoding == "utf-8-bom" else b"") + _encode(made, "[" + ",\n".join(kept) + "]\n")
    )
    return Rewritten(new, rows, texts)


def _past_space(text: str, at: int) -> int:
    """Return the place of the next character that is not space."""
    while text[at] in " \t\r\n":
        at += 1
    return at


def _blank_strings(text: str, cut: Cut) -> str:
    """Take the number out of the strings of a piece of JSON, not out of its numbers."""
    if not cut.holds(text):
        return text
    return _JSON_STRING.sub(lambda match: cut.blank(match[0]), text)


def _rewrite_parquet(entity: Entity, made: PrivateCopy, cut: Cut, new: Path) -> Rewritten:
    amounts = {column.name for column in entity.columns if column.type in _NUMBERS}
    rows = texts = first = 0
    with pq.ParquetFile(made.path) as file:
        codec = file.metadata.row_group(0).column(0).compression if file.metadata.num_row_groups else "SNAPPY"
        with pq.ParquetWriter(new, file.schema_arrow, compression=codec) as writer:
            for group in range(file.metadata.num_row_groups):
                table = file.read_row_group(group)
                stays = pa.array([first + place + 1 not in cut.lines for place in range(table.num_rows)], pa.bool_())
                first += table.num_rows
                kept = table.filter(stays)
                rows += table.num_rows - kept.num_rows
                if cut.pattern is not None:
                    kept, changed = _blank_columns(kept, amounts, cut)
                    texts += changed
                writer.write_table(kept)
    return Rewritten(new, rows, texts)


def _blank_columns(table: pa.Table, amounts: set[str], cut: Cut) -> tuple[pa.Table, int]:
    """Take the number out of the text columns of a table."""
    changed = 0
    for place, field in enumerate(table.schema):
        is_text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        if field.name.strip().lower() in amounts or not is_text:
            continue
        values = table.column(place).to_pylist()
        hits = sum(value is not None and cut.holds(value) for value in values)
        if hits:
            changed += hits
            blanked = pa.array([None if value is None else cut.blank(value) for value in values], field.type)
            table = table.set_column(place, field, blanked)
    return table, changed


def _rewrite_xlsx(entity: Entity, made: PrivateCopy, cut: Cut, new: Path) -> Rewritten:
    """Keep what the cells show: a formula becomes the value it had, which is what was delivered."""
    # openpyxl takes longer to import than most deliveries take to write.
    from openpyxl import load_workbook  # noqa: PLC0415

    with made.path.open("rb") as stream:
        book = load_workbook(stream, data_only=True)
    sheets = book.worksheets
    sheet = next((one for one in sheets if one.title.strip().lower() == entity.name), sheets[0])
    rows = 0
    for number in sorted(cut.lines, reverse=True):
        sheet.delete_rows(number)
        rows += 1
    texts = 0
    for cell in (cell for one in sheets for row in one.iter_rows() for cell in row):
        if cell.comment is not None and cut.holds(cell.comment.text):
            cell.comment = None
            texts += 1
        if isinstance(cell.value, str | int) and cut.holds(str(cell.value)):
            cell.value = cut.blank(str(cell.value))
            texts += 1
    book.save(new)
    return Rewritten(new, rows, texts)
