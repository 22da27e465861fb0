"""What a published table is, read from the metadata of its dbt model: titles, columns, and what may be shown of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

SCHEMA = "statement"
"""The dbt schema whose models are published together."""


class SpecificationError(Exception):
    """A model's metadata does not say what the exports need; the message names model and field."""


class Specification(BaseModel):
    """A part of a specification: immutable, with exactly its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Total(Specification):
    """One dimension along which cells add up, or nearly: a company of two houses counts once nationally.

    Attributes:
        dimension: The column, as `house`.
        total: Its value on rows that hold the total, as `danmark`.
        distinct: Whether the total counts things of several parts once, so that it is at most the sum; or the column
            that says so row by row.
    """

    dimension: str
    total: str
    distinct: bool | str = False


class Disclosure(Specification):
    """What may be shown of a table (domain: uncertainty and disclosure).

    Attributes:
        count: The column with the number of units a row rests on.
        unit: What is counted (`respondents`, `companies`), or the column that says so row by row. Rows whose column
            says anything else are never hidden.
        hides: The columns that are emptied when a row rests on too few, `count` among them.
        additive: The columns that add up along `totals`, from which a hidden cell could be worked out.
        totals: Along which dimensions they add up.
        repeats_over: Dimensions whose rows may repeat one and the same cell, as the agreement of a figure.
        minimum: A limit of this table's own, instead of its unit's.
    """

    count: str
    unit: str
    hides: tuple[str, ...]
    additive: tuple[str, ...] = ()
    totals: tuple[Total, ...] = ()
    repeats_over: tuple[str, ...] = ()
    minimum: int | None = None

    @model_validator(mode="after")
    def _count_is_hidden(self) -> Disclosure:
        """A row whose count is shown is not hidden."""
        if self.count not in self.hides:
            msg = f"hides must hold {self.count}, the column that is counted"
            raise ValueError(msg)
        return self


class ColumnSpecification(Specification):
    """One column of a published table.

    Attributes:
        name: Its name, stable and English.
        type: dbt's data type, as `integer`.
        label_da: Its Danish heading.
        label_en: Its English heading.
        description: What it holds, in English.
        description_da: What it holds, in Danish.
        unit: Its unit, as `per cent`, or None.
        decimals: How many decimals readers see, or None for the type's own.
        codes: Its codes with their Danish labels; empty when it has none.
    """

    name: str
    type: str
    label_da: str
    label_en: str
    description: str
    description_da: str
    unit: str | None = None
    decimals: int | None = None
    codes: dict[str, str] = Field(default_factory=dict)


class TableSpecification(Specification):
    """One published table.

    Attributes:
        name: The model's name, also the name of the file.
        title_da: Its Danish title.
        title_en: Its English title.
        description: What it holds and its grain, in English.
        description_da: The same in Danish.
        order: Its place among the tables.
        key: The columns that name a row.
        sheet: The name of its sheet in the workbook, or None when it has none.
        open_data: Whether it is open data.
        disclosure: What may be shown; None where the table holds no figures of companies or people.
        columns: Its columns in order.
    """

    name: str
    title_da: str
    title_en: str
    description: str
    description_da: str
    order: int
    key: tuple[str, ...]
    sheet: str | None = None
    open_data: bool = True
    disclosure: Disclosure | None = None
    columns: tuple[ColumnSpecification, ...]

    @model_validator(mode="after")
    def _columns_exist(self) -> TableSpecification:
        """Every column that is named is there."""
        known = {column.name for column in self.columns}
        named = set(self.key)
        if self.disclosure is not None:
            rule = self.disclosure
            named |= {*rule.hides, *rule.additive, *rule.repeats_over, *(total.dimension for total in rule.totals)}
            named |= {total.distinct for total in rule.totals if isinstance(total.distinct, str)}
        if unknown := sorted(named - known):
            msg = f"no column {', '.join(unknown)}"
            raise ValueError(msg)
        return self

    def column(self, name: str) -> ColumnSpecification:
        """Find a column.

        Args:
            name: Its name.

        Returns:
            The column.

        Raises:
            KeyError: There is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def read_specifications(manifest: Path) -> tuple[TableSpecification, ...]:
    """Read what is published together from dbt's manifest.

    A model of schema `statement` says it under `meta: {statement: ...}`, its columns under `meta`.

    Args:
        manifest: dbt's manifest.

    Returns:
        The tables in their order.

    Raises:
        SpecificationError: A model's metadata lack something.
    """
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    tables = [_table(node) for node in nodes if node["resource_type"] == "model" and node["schema"] == SCHEMA]
    return tuple(sorted(tables, key=lambda table: (table.order, table.name)))


def _table(node: Mapping[str, Any]) -> TableSpecification:
    """Read one table from dbt's node."""
    meta = _meta(node)
    if "statement" not in meta:
        msg = f"{node['alias']}: meta has no `statement`; every model of schema {SCHEMA} says what is published of it"
        raise SpecificationError(msg)
    try:
        return TableSpecification(
            name=node["alias"],
            description=node.get("description") or "",
            columns=tuple(_column(column) for column in node["columns"].values()),
            **meta["statement"],
        )
    except ValidationError as error:
        msg = f"{node['alias']}: {error}"
        raise SpecificationError(msg) from error


def _column(column: Mapping[str, Any]) -> ColumnSpecification:
    """Read one column from dbt's node."""
    meta = {key: value for key, value in _meta(column).items() if key in ColumnSpecification.model_fields}
    return ColumnSpecification(
        name=column["name"], type=column["data_type"], description=column.get("description") or "", **meta
    )


def _meta(node: Mapping[str, Any]) -> dict[str, Any]:
    """Read the metadata of a model or a column, wherever dbt puts it."""
    return dict(node.get("config", {}).get("meta") or node.get("meta") or {})
