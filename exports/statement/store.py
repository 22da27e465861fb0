"""A statement kept as a folder: a Parquet file per table, `statement.json`, and the fingerprint of every file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from exports.files import READ_ONLY, sha256_of, sync
from exports.publish import Manifest
from exports.statement.errors import ChangedFileError
from exports.statement.specification import TableSpecification
from exports.statement.statement import Freeze, Statement, StatementTable

STATEMENT = "statement.json"
SUMS = "SHA256SUMS"
"""Every file with its fingerprint, in the form that `sha256sum --check` reads."""
COMMENTS = "comments.md"
FORMAT: Literal[1] = 1


class _Stored(BaseModel):
    """A part of `statement.json`: immutable, with exactly its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredTable(_Stored):
    """A table: what it is, its file with fingerprint, its rows, and pandas' type of each column in order."""

    specification: TableSpecification
    file: str
    sha256: str
    bytes: int
    rows: int
    types: dict[str, str]


class StoredFreeze(_Stored):
    """When it was frozen, as which version, and why."""

    version: int
    frozen_at: datetime
    reason: str | None


class StoredStatement(_Stored):
    """`statement.json`. The specifications lie in it, so that an old statement keeps its own titles and columns."""

    format: Literal[1]
    year: int
    today: date
    publication: Manifest
    settings: dict[str, str]
    freeze: StoredFreeze | None
    # The first statements that were kept did not say so.
    final: bool = False
    lineage: dict[str, tuple[str, ...]]
    tables: tuple[StoredTable, ...]


@dataclass(frozen=True)
class Kept:
    """A statement that was kept, with what belongs to it.

    Attributes:
        statement: The statement.
        comments: The file with the analysts' comments, or None when none was given.
        final: Whether it was published as the final edition.
        lineage: For each table and measure the delivered entities its figures are made from.
    """

    statement: Statement
    comments: Path | None = None
    final: bool = False
    lineage: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def save(
    statement: Statement,
    folder: Path,
    *,
    comments: bytes | None = None,
    final: bool = False,
    lineage: Mapping[str, tuple[str, ...]] | None = None,
) -> None:
    """Write a statement into a folder; equal statements give equal bytes.

    Args:
        statement: The statement.
        folder: An empty folder.
        comments: The content of the comments' file, or None.
        final: Whether it is published as the final edition.
        lineage: For each table and measure the delivered entities its figures are made from.
    """
    tables = tuple(_save_table(statement.tables[name], folder) for name in sorted(statement.tables))
    freeze = statement.freeze
    content = StoredStatement(
        format=FORMAT,
        year=statement.year,
        today=statement.today,
        publication=statement.publication,
        settings=dict(sorted(statement.settings.items())),
        freeze=None if freeze is None else StoredFreeze(**vars(freeze)),
        final=final,
        lineage=dict(sorted((lineage or {}).items())),
        tables=tables,
    )
    _write(folder / STATEMENT, f"{content.model_dump_json(indent=2)}\n".encode())
    if comments is not None:
        _write(folder / COMMENTS, comments)
    listed = sorted(path.name for path in folder.iterdir())
    _write(folder / SUMS, "".join(f"{sha256_of(folder / name)}  {name}\n" for name in listed).encode())
    sync(folder)


def load(folder: Path) -> Kept:
    """Read a statement back, after every file was found to be the one that was written.

    Args:
        folder: The folder.

    Returns:
        The statement as it was saved: rows, order and types.

    Raises:
        ChangedFileError: A file was changed, added or is gone; the message names it.
    """
    _verify(folder)
    try:
        content = StoredStatement.model_validate_json((folder / STATEMENT).read_bytes())
    except ValidationError as error:
        msg = (
            f"{folder / STATEMENT}: filen kan ikke læses af denne version af programmet. "
            f"Brug den version, der frøs opgørelsen. Årsag: {error}"
        )
        raise ChangedFileError(msg) from error
    statement = Statement(
        year=content.year,
        today=content.today,
        tables={
            table.specification.name: StatementTable(table.specification, _load_table(folder, table))
            for table in sorted(content.tables, key=lambda table: table.specification.order)
        },
        publication=content.publication,
        settings=content.settings,
        freeze=None if content.freeze is None else Freeze(**content.freeze.model_dump()),
    )
    comments = folder / COMMENTS
    return Kept(statement, comments if comments.exists() else None, content.final, content.lineage)


def table_fingerprints(folder: Path) -> dict[str, str]:
    """Read the fingerprints of a kept statement's tables, without the tables.

    Args:
        folder: The folder.

    Returns:
        SHA-256 of each table's Parquet file by the table's name.
    """
    content = StoredStatement.model_validate_json((folder / STATEMENT).read_bytes())
    return {table.specification.name: table.sha256 for table in content.tables}


def table_bytes(table: StatementTable) -> bytes:
    """Write the rows of a table as Parquet, without anything of the machine that writes them.

    Args:
        table: The table.

    Returns:
        The content of the file.
    """
    # Pandas' own metadata would name its version; the types of the columns lie in statement.json.
    rows = pa.Table.from_pandas(table.frame, preserve_index=False).replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    return bytes(sink.getvalue())


def _save_table(table: StatementTable, folder: Path) -> StoredTable:
    """Write one table."""
    content = table_bytes(table)
    file = f"{table.specification.name}.parquet"
    _write(folder / file, content)
    return StoredTable(
        specification=table.specification,
        file=file,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        rows=len(table.frame),
        types={str(name): str(kind) for name, kind in table.frame.dtypes.items()},
    )


def _load_table(folder: Path, table: StoredTable) -> pd.DataFrame:
    """Read one table in the types it had."""
    rows: pd.DataFrame = pq.read_table(folder / table.file).to_pandas(types_mapper=_nullable)
    return rows[list(table.types)].astype(table.types)


def _nullable(kind: pa.DataType) -> pd.api.extensions.ExtensionDtype | None:
    """Read into types that know missing values: a whole number stays whole beside a hidden one."""
    types: dict[pa.DataType, pd.api.extensions.ExtensionDtype] = {
        pa.int8(): pd.Int8Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    return types.get(kind)


def _write(path: Path, content: bytes) -> None:
    """Write a file that nobody may change."""
    path.write_bytes(content)
    path.chmod(READ_ONLY)
    sync(path)


def _verify(folder: Path) -> None:
    """Make sure that the folder holds the files that were written, and no others."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        msg = (
            f"{folder / SUMS}: fortegnelsen over filernes fingeraftryk kan ikke læses. "
            "Hent mappen fra en sikkerhedskopi."
        )
        raise ChangedFileError(msg) from error
    expected = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file():
            msg = f"{path}: filen mangler i den gemte opgørelse. Hent mappen fra en sikkerhedskopi."
            raise ChangedFileError(msg)
        if sha256_of(path) != digest:
            msg = (
                f"{path}: filen er ændret, siden opgørelsen blev gemt (fingeraftrykket passer ikke). "
                "Hent mappen fra en sikkerhedskopi."
            )
            raise ChangedFileError(msg)
    added = sorted({path.name for path in folder.iterdir()} - set(expected) - {SUMS})
    if added:
        msg = f"{folder / added[0]}: filen hører ikke til den gemte opgørelse. Fjern den."
        raise ChangedFileError(msg)
