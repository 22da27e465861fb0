"""Files in the formats deliveries come in, written in pieces and byte for byte the same on every run."""

import gzip
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self, TypeVar

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


class Sink(Protocol):
    """A delivery file that takes tables piece by piece."""

    def append(self, table: pa.Table) -> None:
        """Writes the rows of a table; every table has the same columns."""

    def close(self) -> None:
        """Finishes the file."""


S = TypeVar("S", bound=Sink)


class CsvSink:
    """A CSV file: separator, encoding, byte order mark and compression as one system or another writes them."""

    def __init__(
        self,
        path: Path,
        *,
        separator: str = ";",
        encoding: str = "utf-8",
        quoted: bool = False,
        compressed: bool = False,
    ) -> None:
        """Opens the file.

        Args:
            path: Where to write.
            separator: Between values.
            encoding: `utf-8`, `utf-8-sig` (with a byte order mark) or `cp1252`.
            quoted: Quote every text; needed where texts may hold the separator.
            compressed: Write gzip, without name or time in its header.
        """
        self._plain = path.open("wb")
        self._out: IO[bytes] | gzip.GzipFile = (
            gzip.GzipFile(filename="", mode="wb", fileobj=self._plain, compresslevel=1, mtime=0)
            if compressed
            else self._plain
        )
        self._encoding = encoding
        self._options = {"delimiter": separator, "quoting_style": "needed" if quoted else "none"}
        self._begun = False

    def append(self, table: pa.Table) -> None:
        """Writes the rows; the first table also gives the header."""
        buffer = io.BytesIO()
        pa_csv.write_csv(table, buffer, pa_csv.WriteOptions(include_header=False, **self._options))
        if not self._begun:
            self._begun = True
            mark = b"\xef\xbb\xbf" if self._encoding == "utf-8-sig" else b""
            self._out.write(mark + self._options["delimiter"].join(table.column_names).encode() + b"\n")
        if self._encoding == "cp1252":
            self._out.write(buffer.getvalue().decode().encode("cp1252"))
        else:
            self._out.write(buffer.getbuffer())

    def close(self) -> None:
        """Finishes the file."""
        self._out.close()
        self._plain.close()


class ParquetSink:
    """A Parquet file, one row group per table; types are the table's own."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Opens the file for tables of `schema`."""
        self._writer = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)

    def append(self, table: pa.Table) -> None:
        """Writes the rows."""
        self._writer.write_table(table)

    def close(self) -> None:
        """Finishes the file."""
        self._writer.close()


def json_objects(table: pa.Table, ending: str) -> memoryview | bytes:
    """The rows as JSON objects, each followed by `ending`; numbers and true/false bare, all else as text."""
    if table.num_rows == 0:
        return b""
    parts: list[pa.Array | pa.Scalar] = []
    for position, name in enumerate(table.column_names):
        column = table.column(position).combine_chunks()
        bare = pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)
        text = column.cast(pa.string())
        if not bare:
            escaped = pc.replace_substring(pc.replace_substring(text, "\\", "\\\\"), '"', '\\"')
            text = pc.binary_join_element_wise(pa.scalar('"'), escaped, pa.scalar('"'), "")
        parts += [pa.scalar(f'{"," if position else "{"}"{name}":'), pc.fill_null(text, "null")]
    rows = pc.binary_join_element_wise(*parts, pa.scalar("}" + ending), "")
    if isinstance(rows, pa.ChunkedArray):
        rows = rows.combine_chunks()
    # The text buffer of an unsliced string column is all rows one after another.
    return memoryview(rows.buffers()[2])


class NdjsonSink:
    """One JSON object per line. A file without rows is not written: zero bytes are no valid delivery."""

    def __init__(self, path: Path) -> None:
        """Remembers where to write; the file is opened with the first row."""
        self._path = path
        self._out: IO[bytes] | None = None

    def append(self, table: pa.Table) -> None:
        """Writes the rows."""
        if table.num_rows == 0:
            return
        if self._out is None:
            self._out = self._path.open("wb")
        self._out.write(json_objects(table, "\n"))

    def close(self) -> None:
        """Finishes the file."""
        if self._out is not None:
            self._out.close()


class JsonSink:
    """One JSON array of objects."""

    def __init__(self, path: Path) -> None:
        """Opens the file."""
        self._out = path.open("wb")
        self._out.write(b"[\n")
        self._begun = False

    def append(self, table: pa.Table) -> None:
        """Writes the rows."""
        if table.num_rows == 0:
            return
        if self._begun:
            self._out.write(b",\n")
        self._begun = True
        self._out.write(bytes(json_objects(table, ",\n"))[:-2])

    def close(self) -> None:
        """Finishes the file."""
        self._out.write(b"\n]\n")
        self._out.close()


class WorkbookSink:
    """A spreadsheet with one sheet; no time of writing anywhere in the file."""

    def __init__(self, path: Path, sheet: str) -> None:
        """Opens the workbook."""
        self._path = path
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet(sheet)
        self._begun = False

    def append(self, table: pa.Table) -> None:
        """Writes the rows; the first table also gives the header. Dates become spreadsheet dates, numbers numbers."""
        if not self._begun:
            self._begun = True
            self._sheet.append(table.column_names)
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
            self._sheet.append(row)

    def close(self) -> None:
        """Finishes the file with every time in it fixed."""
        buffer = io.BytesIO()
        self._book.save(buffer)
        with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                content = source.read(name)
                if name == "docProps/core.xml":
                    content = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", content)
                entry = zipfile.ZipInfo(name, _FIXED_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, content)


class DeliveryFolder:
    """The delivery files under one folder; closes all of them on leaving."""

    def __init__(self, folder: Path) -> None:
        """Deliveries go to `<folder>/<source>/<entity>__<date>.<ending>`."""
        self._folder = folder
        self._sinks: list[Sink] = []

    def path(self, source: str, entity: str, day: date, ending: str) -> Path:
        """The path of a delivery; its folder exists afterwards."""
        folder = self._folder / source
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{entity}__{day.isoformat()}.{ending}"

    def keep(self, sink: S) -> S:
        """Takes over closing a sink."""
        self._sinks.append(sink)
        return sink

    def __enter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finishes every file, also when making them failed."""
        for sink in self._sinks:
            sink.close()


def table_of(columns: Sequence[tuple[str, pa.Array]]) -> pa.Table:
    """A table of named columns."""
    return pa.table([column for _, column in columns], names=[name for name, _ in columns])
