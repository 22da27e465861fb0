"""Reading csv: by DuckDB when every line is a row, else record by record with exact line numbers.

DuckDB reads a regular file in parallel, but does not say on which line a row stood once cells hold line feeds or
lines are malformed, and loses lines it cannot read. So its result is used only when it yields exactly as many rows
as the file has lines: then each line is one row, in order, and none is lost. Otherwise Python's csv module reads the
file, strictly, and starts again at the next line after one it cannot read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sources.contract import Entity
from sources.deliveries import DeliveryError
from sources.private_copy import MAX_LINE_BYTES, PrivateCopy
from sources.records import BATCH_ROWS, Header, RecordWriter, Table, extra_json, read_header
from sources.sql_text import literal

SEPARATORS: Final = (";", ",")
"""What may stand between two cells."""

_MAX_RECORD_LINES: Final = 10_000
_MAX_FAST_COLUMNS: Final = 200
_BLANK: Final = " \t\r\n\v\f\u00a0"

csv.field_size_limit(MAX_LINE_BYTES)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a csv file: its first line (header = 1), its cells, or why it has none."""

    line: int
    cells: list[str]
    text: str = ""
    problem: str | None = None


def read_csv(entity: Entity, copy: PrivateCopy, folder: Path) -> Table:
    """Read a csv file.

    Args:
        entity: What the delivery holds.
        copy: Its private copy, in UTF-8.
        folder: An empty private folder.

    Returns:
        The table; its `fallback` reads the same file record by record.

    Raises:
        DeliveryError: there is no usable header.
    """
    separator = find_separator(copy.path)
    with _open(copy.path) as stream:
        first = next(records(stream, separator, spaced_quotes=copy.spaced_quotes), None)
    if first is None or first.problem is not None:
        raise DeliveryError(
            first.problem if first and first.problem else "Filen har ingen overskrift",
            expected="en overskrift med kolonnenavne",
            remedy="Tilføj overskriften som første linje",
            line=1,
        )
    cells = first.cells
    while len(cells) > 1 and not cells[-1].strip():
        cells = cells[:-1]
    header = read_header(entity, cells, hint=_hint(cells))

    def slow() -> Table:
        return _read_records(entity, copy, folder, separator, header)

    regular = (
        first.line == 1
        and 1 < len(header.names) <= _MAX_FAST_COLUMNS
        and len(cells) == len(first.cells)
        and copy.carriage_returns != "some"
        and not copy.spaced_quotes
    )
    lines = _line_count(copy)
    if not regular or lines <= 1:
        return slow()
    return _by_duckdb(copy, header, separator, lines - 1, slow)


def find_separator(path: Path) -> str:
    """Return the separator that occurs most often in the first line that is not blank, outside quotes."""
    with _open(path) as stream:
        line = next((line for line in stream if line.strip(_BLANK)), "")
    outside = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def records(
    stream: io.TextIOBase, separator: str, *, width: int | None = None, spaced_quotes: bool = False
) -> Iterator[Record]:
    r"""Take a csv file apart, record by record.

    Blank lines are no records. A line with a broken quote is a record with a `problem`, and reading goes on at the
    next line, so that one stray quote costs one line and not the rest of the file.

    Args:
        stream: Text opened with `newline="\n"`.
        separator: What stands between cells.
        width: Cells a record must have. One that spans lines and has another number begins with a stray quote.
        spaced_quotes: Whether space before a quoted cell is to be dropped.
    """
    feed = _Feed(stream)
    while (line := feed.next()) is not None:
        number = feed.line
        if '"' not in line:
            if line.strip(_BLANK):
                yield Record(number, line.rstrip("\r\n").split(separator), line)
            continue
        cells = _quoted(feed, line, separator, width, spaced_quotes=spaced_quotes)
        if cells is None:
            yield Record(number, [], line.rstrip("\r\n"), "Anførselstegn er ikke brugt eller afsluttet korrekt")
        else:
            yield Record(number, cells, line)


def _quoted(feed: _Feed, line: str, separator: str, width: int | None, *, spaced_quotes: bool) -> list[str] | None:
    """Return the cells of a record with quotes; None when it has no proper end, with the lines after it given back."""
    feed.mark()
    lines = feed.record(line)
    try:
        cells = next(csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=spaced_quotes))
    except (csv.Error, StopIteration):
        feed.back_to_mark()
        return None
    if feed.spans_lines and width is not None and not _fits(cells, width):
        feed.back_to_mark()
        return None
    return cells


def _fits(cells: list[str], width: int) -> bool:
    """Whether there are as many cells as columns; empty ones beyond the last column do no harm."""
    return len(cells) == width or (len(cells) > width and not any(cells[width:]))


class _Feed:
    """Lines that can be given back."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self._given_back: list[str] = []
        self._since_mark: list[str] = []
        self.line = 0

    def next(self) -> str | None:
        line = self._given_back.pop() if self._given_back else self._stream.readline()
        if not line:
            return None
        self.line += 1
        return line

    def mark(self) -> None:
        self._since_mark = []

    def record(self, first: str) -> Iterator[str]:
        yield first
        size = len(first)
        while len(self._since_mark) < _MAX_RECORD_LINES and size <= MAX_LINE_BYTES:
            line = self.next()
            if line is None:
                return
            self._since_mark.append(line)
            size += len(line)
            yield line

    def back_to_mark(self) -> None:
        self.line -= len(self._since_mark)
        self._given_back.extend(reversed(self._since_mark))
        self._since_mark = []

    @property
    def spans_lines(self) -> bool:
        return bool(self._since_mark)


def _open(path: Path) -> io.TextIOWrapper:
    return path.open(encoding="utf-8", newline="\n")


def _hint(cells: list[str]) -> str:
    if len(cells) == 1 and ("\t" in cells[0] or "|" in cells[0]):
        return "Adskil kolonnerne med semikolon eller komma"
    return ""


def _line_count(copy: PrivateCopy) -> int:
    """Count the lines, without blank ones at the end of the file."""
    with copy.path.open("rb") as stream:
        stream.seek(max(0, stream.seek(0, io.SEEK_END) - 4096))
        tail = stream.read()
    blank = tail[len(tail.rstrip(b"\r\n")) :].count(b"\n")
    return copy.newlines - blank + 1


def _by_duckdb(copy: PrivateCopy, header: Header, separator: str, rows: int, slow: Callable[[], Table]) -> Table:
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(header.names)))
    new_line = r"\r\n" if copy.carriage_returns == "all" else r"\n"
    pairs = ", ".join(f"{literal(name)}, c{header.names.index(name)}" for name in header.unknown)
    return Table(
        relation=(
            f"read_csv({literal(copy.path)}, auto_detect=false, header=false, skip=1, delim={literal(separator)}, "
            f"quote='\"', escape='\"', new_line='{new_line}', strict_mode=true, columns={{{columns}}})"
        ),
        columns={name: f"c{place}" for name, place in header.known.items()},
        extra=f"json_object({pairs})::VARCHAR" if pairs else "NULL",
        line="row_number() OVER () + 1",
        unknown_columns=header.unknown,
        missing_columns=header.missing,
        separator=separator,
        expected_rows=rows,
        fallback=slow,
    )


def _read_records(entity: Entity, copy: PrivateCopy, folder: Path, separator: str, header: Header) -> Table:
    width = len(header.names)
    extra_places = [(name, header.names.index(name)) for name in header.unknown]
    rows: list[list[str]] = []
    lines: list[int] = []

    def flush(writer: RecordWriter) -> None:
        columns = {name: [row[place] or None for row in rows] for name, place in header.known.items()}
        extra = (
            [extra_json({name: row[place] or None for name, place in extra_places}) for row in rows]
            if extra_places
            else None
        )
        writer.write(columns, extra, lines)
        rows.clear()
        lines.clear()

    with RecordWriter(entity, folder) as writer, _open(copy.path) as stream:
        read = records(stream, separator, width=width, spaced_quotes=copy.spaced_quotes)
        next(read)
        for record in read:
            cells = record.cells
            if record.problem is not None:
                writer.reject(record.line, record.text, record.problem)
                continue
            if not _fits(cells, width):
                found = (
                    f"Linjen har {len(cells)} {'felt' if len(cells) == 1 else 'felter'}, men overskriften har {width}"
                )
                writer.reject(record.line, record.text.rstrip("\r\n"), found)
                continue
            rows.append(cells)
            lines.append(record.line)
            if len(rows) >= BATCH_ROWS:
                flush(writer)
        flush(writer)
    return writer.table(unknown=header.unknown, missing=header.missing, separator=separator)
