"""Which views there are: `<mart>_v<version>` for every published mart, and the version before while it is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from exports.views.record import Record
from sources.sql_text import quoted

VIEW_SCHEMA = "bi"
PUBLICATION_VIEW = "publication"
_PUBLICATION_COLUMNS = {
    "run_id": "The run that published.",
    "published_at": "When it published, in UTC.",
    "code_version": "The code that ran.",
    "report_year": "The report year.",
    "today": "The newest day that the data know.",
}


class ViewsError(ValueError):
    """The declaration of a view cannot be used; the message names the mart and what to write instead."""


class _Frozen(BaseModel):
    """A part of a declaration: immutable, with exactly its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Previous(_Frozen):
    """How the version before is computed of the mart as it is now: for each of its columns an SQL expression."""

    columns: dict[str, str]


class _Declaration(_Frozen):
    """`meta.view` of a mart.

    Attributes:
        version: The version of the view; raised by a breaking change.
        previous: How the version before is computed; kept until the version is raised again.
        retiring: True in the last version before the mart goes.
    """

    version: int = Field(default=1, ge=1)
    previous: _Previous | None = None
    retiring: bool = False


@dataclass(frozen=True)
class ViewColumn:
    """A column of a view.

    Attributes:
        name: Its name.
        expression: What it is computed as, in SQL that DuckDB and PostgreSQL both read.
        description: What it holds; empty when nothing is said.
    """

    name: str
    expression: str
    description: str = ""


@dataclass(frozen=True)
class View:
    """A view over one table.

    Attributes:
        mart: The name in the view's name.
        version: The number in the view's name.
        table: The table it reads.
        columns: Its columns in order.
        description: What it holds, and when it goes.
        retiring: Whether it goes with the next version.
    """

    mart: str
    version: int
    table: str
    columns: tuple[ViewColumn, ...]
    description: str = ""
    retiring: bool = False

    @property
    def name(self) -> str:
        """The view's name, as `dim_house_v1`."""
        return f"{self.mart}_v{self.version}"

    def query(self, schema: str) -> str:
        """Write the query the view is made of.

        Args:
            schema: The schema of the table.

        Returns:
            SQL that DuckDB and PostgreSQL both read.
        """
        listed = ", ".join(f"{column.expression} as {quoted(column.name)}" for column in self.columns)
        return f"select {listed} from {quoted(schema)}.{quoted(self.table)}"


def read_views(
    manifest: Path, columns: Mapping[str, Sequence[str]], record: Record, publication_table: str
) -> tuple[View, ...]:
    """Find the views of published tables.

    Args:
        manifest: dbt's manifest, with `meta.view` of the marts.
        columns: The columns of each published table, by its name.
        record: What the versions promise: columns that it knows keep their order, new ones come after them.
        publication_table: The table that says which publication this is; a view when it is among the tables.

    Returns:
        The views by name.

    Raises:
        ViewsError: A declaration cannot be used.
    """
    views: list[View] = []
    nodes = {node["alias"]: node for node in json.loads(manifest.read_bytes())["nodes"].values() if "alias" in node}
    for table, present in columns.items():
        if table == publication_table:
            views.append(_publication_view(table))
        elif table in nodes:
            views += _views_of(table, nodes[table], present, record)
    return tuple(sorted(views, key=lambda view: (view.mart, view.version)))


def comment_of(node: Mapping[str, Any]) -> str:
    """Write the comment of a table or column.

    Args:
        node: Its part of dbt's manifest.

    Returns:
        The Danish label where there is one, and the description.
    """
    meta = node.get("config", {}).get("meta") or {}
    said = (str(meta.get("label_da") or ""), str(node.get("description") or ""))
    return " – ".join(part for part in said if part)


def _publication_view(table: str) -> View:
    """Make the view of the publication: what a dashboard shows as the age of its data."""
    columns = tuple(ViewColumn(name, quoted(name), about) for name, about in _PUBLICATION_COLUMNS.items())
    about = "The publication that is read: one row. Its deliveries and rows are in the table itself."
    return View(PUBLICATION_VIEW, 1, table, columns, about)


def _views_of(table: str, node: Mapping[str, Any], present: Sequence[str], record: Record) -> list[View]:
    """Make the view of a mart, and the version before while it is declared."""
    meta = node.get("config", {}).get("meta") or {}
    try:
        declared = _Declaration.model_validate(meta.get("view") or {})
    except ValueError as error:
        msg = f"{table}: meta.view cannot be used; write {{version: 2, previous: {{columns: {{name: sql}}}}}}. {error}"
        raise ViewsError(msg) from error
    described = {name: comment_of(column) for name, column in node.get("columns", {}).items()}
    promised = list(record.get((table, declared.version), {}))
    ordered = [name for name in promised if name in present] + [name for name in present if name not in promised]
    about = comment_of(node)
    current = View(
        mart=table,
        version=declared.version,
        table=table,
        columns=tuple(ViewColumn(name, quoted(name), described.get(name, "")) for name in ordered),
        description=f"It goes with the next version. {about}".strip() if declared.retiring else about,
        retiring=declared.retiring,
    )
    if declared.previous is None:
        return [current]
    before = View(
        mart=table,
        version=declared.version - 1,
        table=table,
        columns=tuple(
            ViewColumn(name, expression, described.get(name, ""))
            for name, expression in declared.previous.columns.items()
        ),
        description=f"Replaced by {current.name}; it goes when that is replaced. {about}".strip(),
    )
    return [before, current]
