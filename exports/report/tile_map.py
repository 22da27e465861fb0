"""Where each municipality lies on the tile map, and what its tile shows."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

_POSITIONS = Path(__file__).with_name("tile_positions.csv")


@dataclass(frozen=True)
class Position:
    """A municipality's place: columns from the west, rows from the north, each 0 and up.

    The places were found from the coordinates of the municipalities (assigned to a grid in the shape of the country so
    that the sum of squared distances is least) and then kept, so that the map looks the same every year.
    """

    code: str
    name: str
    short: str
    column: int
    row: int


@dataclass(frozen=True)
class Tile:
    """A tile: its place, its short name, its sign, and its kind (`above`, `within`, `below`, `absent`)."""

    column: int
    row: int
    short: str
    sign: str
    kind: str


@functools.cache
def positions() -> tuple[Position, ...]:
    """Read the places of the 98 municipalities.

    Returns:
        The places, in order of code.
    """
    with _POSITIONS.open(encoding="utf-8", newline="") as file:
        return tuple(
            Position(
                row["municipality_code"],
                row["municipality_name"],
                row["short_name"],
                int(row["column"]),
                int(row["row"]),
            )
            for row in csv.DictReader(file)
        )
