"""The 98 municipalities and six houses, read from the project's own seed file."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sources.synthetic.days import Floats, Ints
from sources.synthetic.errors import SyntheticSeedError

HOUSES = ("hovedstaden", "sjaelland", "fyn", "sydjylland", "midtjylland", "nordjylland")
"""The order in which the houses are numbered throughout this package."""

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"


@dataclass(frozen=True)
class Geography:
    """The municipalities, one position each.

    Attributes:
        code: Four-digit municipality codes.
        house: Position in `HOUSES` of each municipality's house.
        population: Inhabitants on 1 January 2026.
    """

    code: tuple[str, ...]
    house: Ints
    population: Floats

    @property
    def shares(self) -> Floats:
        """Each municipality's share of the population; adds to 1."""
        shares: Floats = self.population / self.population.sum()
        return shares


def read_seed(name: str, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a seed file of the warehouse.

    Raises:
        SyntheticSeedError: When the file or one of the needed columns is missing.
    """
    path = SEEDS / name
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as error:
        raise SyntheticSeedError(f"{path}: filen kan ikke læses ({error}). Den hører til i projektet.") from error
    missing = [column for column in needed if not rows or column not in rows[0]]
    if missing:
        raise SyntheticSeedError(f"{path}, linje 1: kolonnen {', '.join(missing)} mangler eller filen er tom.")
    return rows


def read_geography() -> Geography:
    """The municipalities of `dbt_project/seeds/municipalities.csv`."""
    rows = read_seed("municipalities.csv", ("kommunekode", "erhvervshus", "befolkning_2026"))
    return Geography(
        code=tuple(row["kommunekode"] for row in rows),
        house=np.array([HOUSES.index(row["erhvervshus"]) for row in rows], dtype=np.int64),
        population=np.array([float(row["befolkning_2026"]) for row in rows]),
    )
