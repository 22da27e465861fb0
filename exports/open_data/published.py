"""A published file as the descriptions name it: its name, size and fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from exports.statement.statement import Statement, StatementTable


@dataclass(frozen=True)
class PublishedData:
    """One data file.

    Attributes:
        name: Its name in the folder.
        size: Its size in bytes.
        sha256: Its fingerprint in hex.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class PublishedTable:
    """One table with its two files."""

    table: StatementTable
    csv: PublishedData
    parquet: PublishedData

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.specification.name


def open_tables(statement: Statement) -> tuple[StatementTable, ...]:
    """List the tables that are open data.

    Args:
        statement: The statement.

    Returns:
        The tables in their order.
    """
    chosen = (table for table in statement.tables.values() if table.specification.open_data)
    return tuple(sorted(chosen, key=lambda table: (table.specification.order, table.specification.name)))


def fingerprint(path: Path) -> PublishedData:
    """Fingerprint a file.

    Args:
        path: The file.

    Returns:
        Its name, size and fingerprint.

    Raises:
        OSError: It cannot be read.
    """
    content = path.read_bytes()
    return PublishedData(path.name, len(content), hashlib.sha256(content).hexdigest())
