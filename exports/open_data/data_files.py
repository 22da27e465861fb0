"""The data themselves: one table as CSV and as Parquet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from exports.statement.columns import Kind, columns, kind
from exports.statement.specification import ColumnSpecification
from exports.statement.statement import Statement, StatementTable

_ARROW = {
    Kind.TEXT: pa.string(),
    Kind.WHOLE: pa.int64(),
    Kind.REAL: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.TIME: pa.timestamp("us"),
}
# A spreadsheet program takes a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NEUTRAL = "'"


def write_csv(table: StatementTable, path: Path) -> None:
    """Write a table as CSV.

    UTF-8 without byte order mark, comma, decimal point, CRLF, quotes where needed (RFC 4180); days and times as ISO
    8601, `true` and `false`, nothing for what is missing or hidden. A text that a spreadsheet program would run as a
    formula gets an apostrophe in front, here and not in the Parquet file.

    Args:
        table: The table.
        path: The file.

    Raises:
        SpecificationError: A column has a type that is not published.
        OSError: The file cannot be written.
    """
    frame = pd.DataFrame({column.name: _text(table.frame[column.name], column) for column in columns(table)})
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\r\n", na_rep="")


def write_parquet(statement: Statement, table: StatementTable, path: Path) -> None:
    """Write a table as Parquet, with what every column holds as metadata of its field.

    Args:
        statement: The statement it is part of.
        table: The table.
        path: The file.

    Raises:
        SpecificationError: A column has a type that is not published.
        OSError: The file cannot be written.
    """
    specification = table.specification
    about = {
        "title": specification.title_en,
        "title_da": specification.title_da,
        "description": specification.description,
        "description_da": specification.description_da,
        "year": str(statement.year),
        "run": statement.publication.run_id,
        "code_version": statement.publication.code_version,
    }
    fields = [_field(column) for column in columns(table)]
    arrays = [pa.Array.from_pandas(table.frame[field.name], type=field.type) for field in fields]
    data = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=_metadata(about)))
    pq.write_table(data, path, compression="zstd", version="2.6")


def _text(values: pd.Series[Any], column: ColumnSpecification) -> pd.Series[str]:
    """Write a column's values as the file holds them."""
    match kind(column):
        case Kind.TEXT:
            texts = values.astype("string")
            return texts.mask(texts.str.startswith(_FORMULA).fillna(value=False), _NEUTRAL + texts)
        case Kind.FLAG:
            return values.astype("boolean").astype("string").str.lower()
        case Kind.DATE:
            return pd.to_datetime(values).dt.strftime("%Y-%m-%d").astype("string")
        case Kind.TIME:
            return pd.to_datetime(values).dt.strftime("%Y-%m-%dT%H:%M:%S").astype("string")
        case Kind.WHOLE:
            return values.astype("Int64").astype("string")
        case Kind.REAL:
            # The shortest text that reads back as the same number.
            return values.astype("Float64").astype("string")


def _field(column: ColumnSpecification) -> pa.Field:
    """Describe a column for Parquet."""
    about = {
        "label": column.label_en,
        "label_da": column.label_da,
        "description": column.description,
        "description_da": column.description_da,
    }
    about |= {"unit": column.unit} if column.unit else {}
    about |= {"codes_da": json.dumps(column.codes, ensure_ascii=False)} if column.codes else {}
    return pa.field(column.name, _ARROW[kind(column)], metadata=_metadata(about))


def _metadata(about: Mapping[str, str]) -> dict[bytes, bytes]:
    """Encode metadata as Arrow holds it."""
    return {key.encode(): value.encode() for key, value in about.items()}
