"""Small tables with disclosure control, for tests: counts by house, by municipality, and under several agreements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from exports.statement.specification import ColumnSpecification, Disclosure, TableSpecification, Total

TYPES = {"n": "integer", "answered": "integer", "sent": "integer", "value": "double", "year": "integer"}
HOUSE_TOTAL = Total(dimension="house", total="danmark")


def specification(
    name: str,
    columns: Sequence[str],
    key: Sequence[str],
    disclosure: Disclosure | None,
    types: Mapping[str, str] = TYPES,
) -> TableSpecification:
    """Describe a table; columns are texts unless `types` says otherwise."""
    return TableSpecification(
        name=name,
        title_da=name,
        title_en=name,
        description=name,
        description_da=name,
        order=1,
        key=tuple(key),
        disclosure=disclosure,
        columns=tuple(
            ColumnSpecification(
                name=column,
                type=types.get(column, "varchar"),
                label_da=column,
                label_en=column,
                description=column,
                description_da=column,
            )
            for column in columns
        ),
    )


def houses(
    counts: Mapping[str, int], *, unit: str = "companies", distinct: bool = False, **changes: object
) -> tuple[TableSpecification, pd.DataFrame]:
    """Make a table of one line: a count per house, `danmark` among them, and a value beside every count."""
    rule: dict[str, Any] = {
        "count": "n",
        "unit": unit,
        "hides": ("n", "value", "status"),
        "additive": ("n",),
        "totals": (HOUSE_TOTAL.model_copy(update={"distinct": distinct}),),
    }
    frame = pd.DataFrame([{"house": house, "n": n, "value": 10.0 + n, "status": "met"} for house, n in counts.items()])
    spec = specification("counts", ("house", "n", "value", "status"), ("house",), Disclosure(**{**rule, **changes}))
    return spec, frame


def grid(
    cells: Sequence[Sequence[int]], *, unit: str = "companies", distinct: bool = False
) -> tuple[TableSpecification, pd.DataFrame]:
    """Make a two-way table with the totals of rows, columns and all; a row is a house, a column a segment.

    With `distinct`, the totals are one less than their sums wherever that leaves at least the largest part.
    """

    def total(parts: Sequence[int]) -> int:
        """Add up, or count one of the things once only."""
        return max(*parts, sum(parts) - 1) if distinct else sum(parts)

    rows = [[*row, total(row)] for row in cells]
    rows.append([total([row[column] for row in cells]) for column in range(len(cells[0]))])
    rows[-1].append(total(rows[-1]) if not distinct else max(*rows[-1], *(row[-1] for row in rows[:-1])))
    names = [*(f"house{i}" for i in range(len(cells))), "danmark"]
    segments = [*(f"segment{i}" for i in range(len(cells[0]))), "all"]
    frame = pd.DataFrame(
        [
            {"house": house, "segment": segment, "n": n, "value": float(n)}
            for house, row in zip(names, rows, strict=True)
            for segment, n in zip(segments, row, strict=True)
        ]
    )
    rule = Disclosure(
        count="n",
        unit=unit,
        hides=("n", "value"),
        additive=("n",),
        totals=(
            Total(dimension="house", total="danmark", distinct=distinct),
            Total(dimension="segment", total="all", distinct=distinct),
        ),
    )
    return specification("grid", ("house", "segment", "n", "value"), ("house", "segment"), rule), frame
