"""The LaLonde data and what R's MatchIt finds on them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "effect"
COVARIATES = ["age", "educ", "re74", "re75"]


@dataclass(frozen=True)
class Specification:
    """One call of MatchIt, in our terms."""

    key: str
    exact: list[str]
    k: int
    calipers: dict[str, float] | None


SPECIFICATIONS = [
    Specification("maha_exact_race_1to1_replace", ["race"], 1, None),
    Specification("maha_exact_race_married_1to3_replace", ["race", "married"], 3, None),
    Specification("maha_exact_race_caliper_vars_replace", ["race"], 1, {"age": 5, "re74": 2000, "re75": 2000}),
]


def units() -> pd.DataFrame:
    """One row per person."""
    return pd.read_csv(FOLDER / "lalonde_614.csv")


def matchit(key: str) -> dict[str, Any]:
    """What MatchIt finds."""
    loaded: dict[str, Any] = json.loads((FOLDER / "lalonde_matchit.json").read_text(encoding="utf-8"))[key]
    return loaded


def reference_distances(key: str) -> dict[str, list[float]]:
    """Sorted nearest distances per treated unit; an unmatched unit is left out."""
    return {
        unit: sorted(float(one) for one in (found if isinstance(found, list) else [found]))
        for unit, found in matchit(key)["nearest_distances"].items()
        if found not in (None, [])
    }
