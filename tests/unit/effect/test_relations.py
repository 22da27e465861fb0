"""Reading a cohort: the same numbers to the last bit, whatever order the rows lie in."""

from __future__ import annotations

from contextlib import closing

import duckdb
import numpy as np
import pandas as pd

from dbt_project.effect.cohorts import cohort_pairs
from dbt_project.effect.relations import cohort_units
from dbt_project.effect.settings import project_settings

UNITS = 3000


def _units(chance: np.random.Generator) -> pd.DataFrame:
    """Units of one cohort, as `int_effect_units` has them; numbers as crooked as logarithms are."""
    covariates = {name: chance.normal(5, 2, UNITS) / 3 for name in project_settings().matching.covariates}
    return pd.DataFrame(
        {
            "match_group": "growth",
            "end_year": 2022,
            "unit_id": [f"unit-{number}" for number in range(UNITS)],
            "lot": chance.permutation(UNITS).astype(np.uint64),
            "is_treated": np.arange(UNITS) < UNITS // 10,
            "stratum_level": 0,
            "industry_group": chance.choice(["c", "g", "m"], UNITS),
            "region": chance.choice(["a", "b"], UNITS),
            "baseline_year": 2020,
            "size_class": "2-4",
            "is_startup": False,
            "is_growth_unknown": False,
            **covariates,
        }
    )


def test_a_rerun_gives_the_same_bits_whatever_the_order_of_the_rows() -> None:
    """Without it distances differ in their last digits from run to run, and a published table with them."""
    chance = np.random.default_rng(7)
    units = _units(chance)
    settings = project_settings()
    found = []
    with closing(duckdb.connect()) as con:
        for order in (np.arange(UNITS), chance.permutation(UNITS), chance.permutation(UNITS)):
            relation = con.from_df(units.iloc[order])
            found.append(cohort_pairs(cohort_units(relation, "growth", 2022, settings), settings, (1.0, 0.5)))
            assert cohort_units(relation, "growth", 2023, settings).empty
    assert len(found[0]) > UNITS // 10
    assert all(other.equals(found[0]) for other in found[1:])
