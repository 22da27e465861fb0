"""What each version of a view promises: columns and types, kept in `record.csv` and held against the marts."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

RECORD = Path(__file__).with_name("record.csv")
_FIELDS = ("mart", "version", "column", "data_type")

Columns = Mapping[str, str]
"""Columns of a view in order, each with its DuckDB type in small letters."""
Record = Mapping[tuple[str, int], Columns]
"""The columns of every view, by mart and version."""


def read_record(path: Path = RECORD) -> Record:
    """Read the record.

    Args:
        path: The record; an empty one where it does not exist.

    Returns:
        The columns of every view.
    """
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {
        (mart, int(version)): {row["column"]: row["data_type"] for row in group}
        for (mart, version), group in groupby(rows, key=lambda row: (row["mart"], row["version"]))
    }


def write_record(views: Record, path: Path = RECORD) -> None:
    """Write the record.

    Args:
        views: The columns of every view.
        path: The record.
    """
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(_FIELDS)
        for (mart, version), columns in sorted(views.items()):
            writer.writerows((mart, version, name, data_type) for name, data_type in columns.items())


def breaches(record: Record, views: Record, retiring: Sequence[str] = ()) -> tuple[str, ...]:
    """Find what breaks a promise: a change that a reader of a recorded view would meet.

    Args:
        record: What was promised.
        views: The views as they would be made now.
        retiring: Marts whose views go with the next version: they are promised no longer.

    Returns:
        One message for each breach, with what to do.
    """
    found: list[str] = []
    for mart in sorted({mart for mart, _ in record} - set(retiring)):
        promised = sorted(version for name, version in record if name == mart)
        made = sorted(version for name, version in views if name == mart)
        if not made:
            found.append(
                f"{mart}: the mart is gone, and {mart}_v{promised[-1]} is still read. Keep it for one version more "
                "with meta.view: {retiring: true}, record the views, and take it away in the version after."
            )
            continue
        found += _version_breaches(mart, promised[-1], made[-1])
        # Of two promised versions the older may go when a third is made.
        kept = [version for version in promised if version >= made[-1] - 1]
        for version in kept:
            found += _column_breaches(mart, version, record[mart, version], views.get((mart, version)))
    return tuple(found)


def _version_breaches(mart: str, promised: int, made: int) -> list[str]:
    """Say that a version was lowered, or raised by more than one."""
    if promised <= made <= promised + 1:
        return []
    return [f"{mart}: the recorded version is {promised} and the declared is {made}; it is raised by one at a time."]


def _column_breaches(mart: str, version: int, promised: Columns, made: Columns | None) -> list[str]:
    """Say which promised columns a view has lost, or has with another type."""
    name = f"{mart}_v{version}"
    if made is None:
        columns = ", ".join(promised)
        return [
            f"{name}: the view is still promised. Declare beside the model how it is computed of the mart as it is: "
            f"meta.view: {{version: {version + 1}, previous: {{columns: {{<column>: <SQL>}}}}}} with {columns}."
        ]
    remedy = (
        f"Keep the column, or raise the version: meta.view: {{version: {version + 1}, previous: {{columns: ...}}}} "
        f"with every column of {name}."
    )
    lost = [f"{name}: the column {column} is gone. {remedy}" for column in promised if column not in made]
    changed = [
        f"{name}: the column {column} was promised as {data_type} and is {made[column]}. {remedy}"
        for column, data_type in promised.items()
        if column in made and made[column] != data_type
    ]
    return lost + changed
