"""Matching and estimating at national scale: ours, one k-d tree per stratum alone, and a search through every pair."""

import argparse
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from dbt_project.effect import balance, estimate_att, match_nearest
from dbt_project.effect.distance import pooled_within
from dbt_project.effect.matching import Matcher

TREATED, POOL, STRATA, K = 20_000, 500_000, 300, 5
COVARIATES = [f"x{number}" for number in range(5)]
CALIPERS = {"x0": 0.5, "x3": 1.0}

Floats = npt.NDArray[np.float64]
T = TypeVar("T")


def world(scale: float) -> pd.DataFrame:
    """Correlated covariates, strata of very different size, growth that depends on both, and an effect of 10."""
    rng = np.random.default_rng(2019)
    treated, pool = round(TREATED * scale), round(POOL * scale)
    count = treated + pool
    is_treated = np.arange(count) < treated
    values = rng.normal(size=(count, 5)) @ rng.normal(size=(5, 5)) + 0.2 * is_treated[:, None]
    units = pd.DataFrame(values, columns=COVARIATES)
    units["id"] = [f"{number:08d}-2022" for number in range(count)]
    units["treated"] = is_treated
    units["stratum"] = rng.choice(STRATA, count, p=rng.dirichlet(np.full(STRATA, 2.0)))
    units["growth"] = values[:, 0] + 20 * rng.standard_t(4, count) + 10 * is_treated
    return units


def tree_alone(units: pd.DataFrame) -> Floats:
    """The reference: a balanced tree per stratum, k nearest, no ties, no calipers; mean distance per treated."""
    values, treated = units[COVARIATES].to_numpy(), units["treated"].to_numpy()
    points = pooled_within(values, treated).points(values)
    means = np.full(len(units), np.nan)
    for rows in units.groupby("stratum").indices.values():
        mine, pool = rows[treated[rows]], rows[~treated[rows]]
        if mine.size and pool.size:
            distances = np.atleast_2d(cKDTree(points[pool]).query(points[mine], k=min(K, pool.size))[0])
            means[mine] = distances.reshape(mine.size, -1).mean(axis=1)
    return means[treated]


def every_pair(units: pd.DataFrame) -> Floats:
    """The reference: all distances of a stratum at once, the k smallest taken."""
    values, treated = units[COVARIATES].to_numpy(), units["treated"].to_numpy()
    points = pooled_within(values, treated).points(values)
    means = np.full(len(units), np.nan)
    for rows in units.groupby("stratum").indices.values():
        mine, pool = rows[treated[rows]], rows[~treated[rows]]
        for part in np.array_split(mine, max(1, mine.size * pool.size // 4_000_000)):
            if part.size and pool.size:
                squares = np.square(points[part][:, None, :] - points[pool][None, :, :]).sum(axis=2)
                nearest = np.partition(squares, min(K, pool.size) - 1, axis=1)[:, :K]
                means[part] = np.sqrt(nearest).mean(axis=1)
    return means[treated]


def timed(what: str, run: Callable[[], T]) -> T:
    """Run, and print time and the largest memory so far."""
    started = time.perf_counter()
    result = run()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:58s} {time.perf_counter() - started:7.2f} s   {memory:6.0f} MiB at most so far", flush=True)
    return result


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    units = world(parser.parse_args().scale)
    treated = units["treated"]
    print(f"{treated.sum():,} treated, {(~treated).sum():,} controls, {STRATA} strata, k = {K}")
    options = {"id": "id", "treated": "treated", "exact": ["stratum"], "covariates": COVARIATES, "k": K}
    pairs = timed("match_nearest", lambda: match_nearest(units, **options))  # type: ignore[arg-type]
    inside = timed("match_nearest with calipers", lambda: match_nearest(units, calipers=CALIPERS, **options))  # type: ignore[arg-type]

    def several() -> None:
        matcher = Matcher(units, id="id", treated="treated", exact_levels=[["stratum"]], covariates=COVARIATES)
        for calipers in ({}, CALIPERS, {name: width / 2 for name, width in CALIPERS.items()}):
            matcher.match(10, calipers)

    timed("three calipers with k = 10, prepared once", several)
    found = timed("estimate_att", lambda: estimate_att(units, inside, id="id", outcome="growth", covariates=COVARIATES))
    timed("balance", lambda: balance(units, inside, id="id", treated="treated", covariates=COVARIATES))
    print(f"    planted effect 10: {found.att:.2f} [{found.ci_low:.2f}; {found.ci_high:.2f}]")
    alone = timed("reference: k-d tree per stratum, nothing else", lambda: tree_alone(units))
    slow = timed("reference: every pair", lambda: every_pair(units))
    ours = pairs.groupby("treated_id")["distance"].mean().reindex(units.loc[treated, "id"]).to_numpy()
    for name, reference in (("k-d tree", alone), ("every pair", slow)):
        print(f"    largest difference of mean distances to {name}: {np.nanmax(np.abs(ours - reference)):.1e}")


if __name__ == "__main__":
    main()
