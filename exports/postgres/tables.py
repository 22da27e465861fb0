"""What is loaded: the tables of the published file, with the keys, indexes and comments that dbt's manifest knows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from exports.postgres.errors import PostgresError
from exports.postgres.types import Transfer, transfer_of
from exports.publish import PUBLICATION_TABLE
from exports.views.specification import comment_of
from sources.sql_text import quoted

OWN_PREFIX = "eh_"
"""Begins the names of our indexes: those that others make on the same tables are theirs."""
_LONGEST_NAME = 63
"""Letters of a name in PostgreSQL; it cuts longer ones off."""
_STEM = 40
_DIGEST = 8


@dataclass(frozen=True)
class Column:
    """A column: its name, how it is transferred, whether it may be empty, and what it holds."""

    name: str
    transfer: Transfer
    required: bool
    comment: str


@dataclass(frozen=True)
class Table:
    """A table as it shall be in PostgreSQL.

    Attributes:
        name: Its name.
        columns: Its columns in order.
        key: The columns of its key; none when nothing is known of it.
        indexes: The columns of each further index.
        comment: What it holds and its grain.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...]
    comment: str

    @property
    def has_primary_key(self) -> bool:
        """Whether the key can be a primary key: none of its columns may be empty."""
        required = {column.name for column in self.columns if column.required}
        return bool(self.key) and required.issuperset(self.key)

    @property
    def parsed(self) -> bool:
        """Whether PostgreSQL has to parse a column, so that rows cannot be copied straight into the table."""
        return any(column.transfer.parsed for column in self.columns)

    @property
    def structure(self) -> str:
        """A fingerprint of keys and indexes."""
        return _digest([self.key, self.has_primary_key, self.indexes])

    @property
    def comments(self) -> str:
        """A fingerprint of the comments."""
        return _digest([self.comment, [[column.name, column.comment] for column in self.columns]])

    def query(self) -> str:
        """Write the query that reads the table in DuckDB as COPY carries it.

        Returns:
            SQL text.
        """
        listed = ", ".join(f"{c.transfer.expression.format(quoted(c.name))} as {quoted(c.name)}" for c in self.columns)
        return f"select {listed} from published.main.{quoted(self.name)}"

    def index_name(self, columns: Sequence[str], kind: str) -> str:
        """Name an index, short enough to be kept whole.

        Args:
            columns: The columns it is on.
            kind: The end of the name, as `idx`.

        Returns:
            The name.
        """
        name = OWN_PREFIX + "_".join((self.name, *columns, kind))
        short = f"{OWN_PREFIX}{self.name[:_STEM]}_{_digest(list(columns))[:_DIGEST]}_{kind}"
        return name if len(name) <= _LONGEST_NAME else short


def read_tables(con: duckdb.DuckDBPyConnection, manifest: Path) -> tuple[Table, ...]:
    """Read what is to be loaded.

    Args:
        con: A connection with the published file attached as `published`.
        manifest: dbt's manifest, for keys, references, constraints and descriptions.

    Returns:
        The tables by name.

    Raises:
        PostgresError: A column has a type that PostgreSQL has no counterpart of.
    """
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    models = {node["alias"]: node for node in nodes if node["resource_type"] == "model"}
    references: dict[str, list[str]] = {}
    for node in nodes:
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "relationships":
            references.setdefault(node["attached_node"], []).append(node["column_name"])
    rows = con.execute(
        """
        select table_name, column_name, data_type from duckdb_columns()
        where database_name = 'published' and schema_name = 'main' and not internal
        order by table_name, column_index
        """
    ).fetchall()
    columns: dict[str, dict[str, str]] = {}
    for table, column, data_type in rows:
        columns.setdefault(table, {})[column] = data_type
    return tuple(
        _table(name, types, models.get(name, {}), references.get(models.get(name, {}).get("unique_id", ""), []))
        for name, types in columns.items()
    )


def contents(con: duckdb.DuckDBPyConnection, table: Table) -> tuple[int, str]:
    """Count the rows of a table and take their fingerprint, which does not depend on their order.

    Args:
        con: A connection with the published file attached as `published`.
        table: The table.

    Returns:
        Rows, and a fingerprint of rows, columns and types. Two tables of one fingerprint are alike but for a chance of
        2^-64. A new version of DuckDB may take other fingerprints: then the rows are compared one by one.
    """
    count, mixed, summed = con.execute(
        f"select count(*), bit_xor(hash(t)), sum(hash(t)) from published.main.{quoted(table.name)} as t"
    ).fetchall()[0]
    columns = [[column.name, column.transfer.postgres] for column in table.columns]
    return int(count), _digest([columns, count, str(mixed), str(summed)])


def _table(name: str, types: Mapping[str, str], model: Mapping[str, Any], references: Sequence[str]) -> Table:
    """Put together what is known of a table."""
    meta = model.get("config", {}).get("meta") or {}
    described = model.get("columns", {})
    key = tuple(meta.get("key") or (meta.get("statement") or {}).get("key") or ())
    if name == PUBLICATION_TABLE:
        key = ("run_id",)
    key = key if set(key) <= set(types) else ()
    # A reference is what BI joins and filters by; the key's own index serves its first column.
    indexed = [column for column in dict.fromkeys(references) if column in types and column != (key or ("",))[0]]
    return Table(
        name=name,
        columns=tuple(
            _column(
                name,
                column,
                data_type,
                described.get(column, {}),
                required=(name, column) == (PUBLICATION_TABLE, "run_id"),
            )
            for column, data_type in types.items()
        ),
        key=key,
        indexes=tuple((column,) for column in indexed),
        comment=comment_of(model),
    )


def _column(table: str, name: str, data_type: str, described: Mapping[str, Any], *, required: bool) -> Column:
    """Put together what is known of a column."""
    try:
        transfer = transfer_of(data_type)
    except LookupError as error:
        msg = f"{table}.{name}: {error.args[0]}. Giv kolonnen en anden type i modellen."
        raise PostgresError(msg) from None
    constraints = {constraint["type"] for constraint in described.get("constraints", ())}
    return Column(name, transfer, required or "not_null" in constraints, comment_of(described))


def _digest(value: object) -> str:
    """Fingerprint a value made of lists, texts and numbers."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
