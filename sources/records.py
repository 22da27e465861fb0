"""What a reader hands to landing: a relation of text columns, and where the malformed lines are.

Readers that go through Python write their rows here, in batches, to a private Parquet file: memory does not grow
with the delivery.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from sources.casting import MAX_SHOWN_LENGTH
from sources.contract import WITHDRAWN_COLUMN, Entity
from sources.deliveries import DeliveryError
from sources.showable import shown_column_name
from sources.sql_text import literal, quoted

BATCH_ROWS: Final = 20_000
"""Rows kept in memory before they are written."""

_NAMES_SHOWN: Final = 10

LINE: Final = "_line"
EXTRA: Final = "_extra"


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a delivery by position, and what they are to the contract.

    Names are normalised: lower case, without surrounding space. Unknown columns keep theirs.
    """

    names: tuple[str, ...]
    known: dict[str, int]
    """Contract column (and `slettet`) to its position."""
    unknown: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Malformed:
    """One line or record that is no row: its place, its text (cut) and the Danish reason."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """A delivery as a relation DuckDB can read.

    Every text expression is `VARCHAR`. When `expected_rows` is given and the relation yields another number, or
    fails, the delivery must be read with `fallback` instead.
    """

    relation: str
    """SQL text for a FROM clause."""
    columns: dict[str, str]
    """Contract column (and `slettet`) to its SQL expression; absent ones are missing in the delivery."""
    extra: str
    """SQL expression of the unknown columns as JSON text, or `NULL`."""
    line: str
    """SQL expression of the line number."""
    unknown_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    separator: str | None = None
    malformed: Path | None = None
    """Parquet file with columns line, text and reason."""
    expected_rows: int | None = None
    fallback: Callable[[], Table] | None = field(default=None, repr=False)


def normalise_name(name: str) -> str:
    """Return a column name as it is compared: composed, lower case, without surrounding space."""
    return unicodedata.normalize("NFC", name).replace("\ufeff", "").strip().lower()


def read_header(entity: Entity, given: Sequence[str], *, hint: str = "") -> Header:
    """Compare the column names of a delivery with the contract.

    Args:
        entity: What the delivery holds.
        given: The names as delivered; an empty one is called `(kolonne N)`.
        hint: What may be wrong when the key is missing, as a Danish sentence.

    Raises:
        DeliveryError: a name stands twice, or a key column is missing.
    """
    names = tuple(normalise_name(name) or f"(kolonne {place})" for place, name in enumerate(given, start=1))
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in places:
            raise DeliveryError(
                f"Kolonnen {shown_column_name(name)[:MAX_SHOWN_LENGTH]} står to gange i overskriften",
                expected="hver kolonne én gang",
                remedy="Fjern eller omdøb den ene",
                line=1,
            )
        places[name] = place
    if absent := [name for name in entity.key if name not in places]:
        raise missing_key(entity, absent, names, hint)
    known = {name: places[name] for name in (*entity.column_names, WITHDRAWN_COLUMN) if name in places}
    return Header(
        names=names,
        known=known,
        unknown=tuple(name for name in names if name not in known),
        missing=tuple(name for name in entity.column_names if name not in places),
    )


def missing_key(entity: Entity, absent: Sequence[str], found: Iterable[str], hint: str = "") -> DeliveryError:
    """Return the error for a delivery without (all of) its key."""
    names = list(found)
    shown = ", ".join(shown_column_name(name)[:MAX_SHOWN_LENGTH] for name in names[:_NAMES_SHOWN])
    more = f" og {len(names) - _NAMES_SHOWN} til" if len(names) > _NAMES_SHOWN else ""
    which = "nøglekolonnen" if len(absent) == 1 else "nøglekolonnerne"
    return DeliveryError(
        f"Leverancen mangler {which} {', '.join(absent)}; fundet er {shown or 'ingen kolonner'}{more}",
        expected=f"mindst kolonnerne {', '.join(entity.key)}",
        remedy=hint or "Tilføj kolonnen, eller ret overskriften",
    )


def extra_json(values: dict[str, str | None]) -> str:
    """Return unknown columns as JSON text, as DuckDB's `json_object` writes it."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


class RecordWriter:
    """Writes the rows a reader has taken apart to a private Parquet file, malformed ones to another."""

    def __init__(self, entity: Entity, folder: Path) -> None:
        """Prepare to write an entity's rows into an existing folder."""
        self._names = (*entity.column_names, WITHDRAWN_COLUMN)
        text, number = pa.string(), pa.int64()
        self._schema = pa.schema([*((name, text) for name in (*self._names, EXTRA)), (LINE, number)])
        self._malformed_schema = pa.schema([("line", number), ("text", text), ("reason", text)])
        self._path, self._malformed_path = folder / "rows.parquet", folder / "malformed.parquet"
        self._writer = pq.ParquetWriter(self._path, self._schema, compression="lz4")
        self._malformed_writer: pq.ParquetWriter | None = None
        self._malformed: list[Malformed] = []

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish both files."""
        self._flush_malformed()
        self._writer.close()
        if self._malformed_writer is not None:
            self._malformed_writer.close()

    def write(
        self,
        columns: Mapping[str, Sequence[str | None]],
        extra: Sequence[str | None] | None,
        lines: Sequence[int],
    ) -> None:
        """Write one batch.

        Args:
            columns: Contract column to its values; absent columns are written empty.
            extra: JSON text of the unknown columns per row, if there are any.
            lines: Line number per row; as long as every column.
        """
        count = len(lines)
        if not count:
            return
        empty = pa.nulls(count, pa.string())
        arrays = [pa.array(columns[name], pa.string()) if name in columns else empty for name in self._names]
        arrays.append(pa.array(extra, pa.string()) if extra is not None else empty)
        arrays.append(pa.array(lines, pa.int64()))
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))

    def reject(self, line: int, text: str, reason: str) -> None:
        """Keep one line that is no row."""
        self._malformed.append(Malformed(line, text[:MAX_SHOWN_LENGTH], reason))
        if len(self._malformed) >= BATCH_ROWS:
            self._flush_malformed()

    def _flush_malformed(self) -> None:
        if not self._malformed:
            return
        if self._malformed_writer is None:
            self._malformed_writer = pq.ParquetWriter(self._malformed_path, self._malformed_schema)
        rows = self._malformed
        arrays = [[m.line for m in rows], [m.text for m in rows], [m.reason for m in rows]]
        batch = pa.record_batch(
            [pa.array(a, f.type) for a, f in zip(arrays, self._malformed_schema, strict=True)],
            schema=self._malformed_schema,
        )
        self._malformed_writer.write_batch(batch)
        self._malformed = []

    def table(self, *, unknown: tuple[str, ...], missing: tuple[str, ...], separator: str | None = None) -> Table:
        """Return the written rows as a table; call it after the writer is closed."""
        absent = set(missing)
        return Table(
            relation=f"read_parquet({literal(self._path)})",
            columns={name: quoted(name) for name in self._names if name not in absent},
            extra=EXTRA,
            line=LINE,
            unknown_columns=unknown,
            missing_columns=missing,
            separator=separator,
            malformed=self._malformed_path if self._malformed_path.exists() else None,
        )
