"""How DuckDB's types become PostgreSQL's, and how a column is read so that COPY can carry it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLAIN = {
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "TIME": "time without time zone",
    "BLOB": "bytea",
}
# Types that PostgreSQL lacks: the smallest of its types that holds every value, as it is named here.
_WIDENED = {
    "TINYINT": "SMALLINT",
    "UTINYINT": "SMALLINT",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "UBIGINT": "DECIMAL(38,0)",
    "HUGEINT": "DECIMAL(38,0)",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_NS": "TIMESTAMP",
    "UUID": "VARCHAR",
}
_DECIMAL = re.compile(r"^DECIMAL\((\d+),(\d+)\)$")
_NESTED = re.compile(r"^(STRUCT|MAP|UNION)\b|\[\d*\]\[|\[\d+\]$|^JSON$|^(STRUCT|MAP|UNION).*\[\]$")


@dataclass(frozen=True)
class Transfer:
    """How a column gets from DuckDB into PostgreSQL.

    Attributes:
        postgres: The column's type, written as PostgreSQL's `format_type` writes it.
        carried: The type COPY carries it as; another than `postgres` where PostgreSQL has to parse it.
        expression: The column as DuckDB reads it; `{}` is its quoted name.
    """

    postgres: str
    carried: str
    expression: str

    @property
    def parsed(self) -> bool:
        """Whether PostgreSQL parses what COPY carried."""
        return self.postgres != self.carried


def transfer_of(data_type: str) -> Transfer:
    """Choose how a column is transferred.

    Args:
        data_type: DuckDB's type, as `DESCRIBE` writes it.

    Returns:
        The transfer: numbers, dates and truths keep their type, lists become arrays, and what has parts becomes jsonb.

    Raises:
        LookupError: There is no way for this type.
    """
    if data_type in _PLAIN:
        return _as_is(_PLAIN[data_type])
    if data_type == "VARCHAR" or data_type.startswith("ENUM("):
        # PostgreSQL's texts cannot hold the letter NUL.
        return Transfer("text", "text", "replace({}::varchar, chr(0), '\ufffd')")
    decimal = _DECIMAL.match(data_type)
    if decimal:
        return _as_is(f"numeric({decimal[1]},{decimal[2]})")
    if data_type in _WIDENED:
        wider = _WIDENED[data_type]
        postgres = transfer_of(wider).postgres
        return Transfer(postgres, postgres, f"cast({{}} as {wider})")
    if _NESTED.search(data_type):
        return Transfer("jsonb", "text", "cast(to_json({}) as varchar)")
    if data_type.endswith("[]"):
        element = data_type.removesuffix("[]")
        inner = transfer_of(_WIDENED.get(element, element))
        return Transfer(
            f"{inner.postgres}[]", f"{inner.postgres}[]", f"cast({{}} as {_WIDENED.get(element, element)}[])"
        )
    msg = f"typen {data_type} har ingen modpart i PostgreSQL"
    raise LookupError(msg)


def _as_is(postgres: str) -> Transfer:
    """Carry a column as it is."""
    return Transfer(postgres, postgres, "{}")
