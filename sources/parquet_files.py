"""Reading Parquet: DuckDB reads the file, every column turned to text."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from sources.contract import Entity
from sources.deliveries import DeliveryError
from sources.private_copy import PrivateCopy
from sources.records import Table, read_header
from sources.sql_text import literal, quoted

MAX_COLUMNS: Final = 2_000
"""Columns a Parquet file may have."""


def read_parquet(entity: Entity, copy: PrivateCopy) -> Table:
    """Read a Parquet file.

    Args:
        entity: What the delivery holds.
        copy: Its private copy.

    Raises:
        DeliveryError: the file is damaged or has no usable columns.
    """
    try:
        with pq.ParquetFile(copy.path) as file:
            names = list(file.schema_arrow.names)
    except (pa.ArrowException, OSError) as error:
        raise damaged() from error
    if len(names) > MAX_COLUMNS:
        raise DeliveryError(
            f"Filen har {len(names)} kolonner",
            expected=f"højst {MAX_COLUMNS} kolonner i en Parquet-fil",
            remedy="Udelad de kolonner, der ikke er aftalt",
        )
    header = read_header(entity, names)
    given = [f"{quoted(name)}::VARCHAR" for name in names]
    pairs = ", ".join(f"{literal(name)}, {given[header.names.index(name)]}" for name in header.unknown)
    return Table(
        relation=f"read_parquet({literal(copy.path)}, file_row_number=true, binary_as_string=true)",
        columns={name: given[place] for name, place in header.known.items()},
        extra=f"json_object({pairs})::VARCHAR" if pairs else "NULL",
        line="file_row_number + 1",
        unknown_columns=header.unknown,
        missing_columns=header.missing,
    )


def damaged() -> DeliveryError:
    """Return the error of a Parquet file that cannot be read through."""
    return DeliveryError(
        "Parquet-filen er beskadiget eller afkortet",
        expected="en hel Parquet-fil",
        remedy="Send leverancen igen",
    )
