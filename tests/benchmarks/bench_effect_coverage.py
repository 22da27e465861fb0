"""How often the 95 % interval holds the true effect: 30, 100 and 300 treated, a large and a small pool."""

import argparse
import time

import numpy as np
import pandas as pd

from dbt_project.effect import estimate_att, match_nearest

EFFECT = 10.0
K = 5


def world(rng: np.random.Generator, treated: int, pool: int) -> pd.DataFrame:
    """Companies whose growth has heavy tails and depends, not quite linearly, on what they are matched on."""
    count = treated + pool
    is_treated = np.arange(count) < treated
    x = rng.normal(size=(count, 3)) + 0.4 * is_treated[:, None]
    level = 5 * x[:, 0] - 3 * x[:, 1] + 1.5 * np.square(x[:, 0])
    growth = level + np.clip(20 * rng.standard_t(4, count), -100, 100) + EFFECT * is_treated
    units = pd.DataFrame(x, columns=["x0", "x1", "x2"])
    return units.assign(id=np.arange(count), treated=is_treated, growth=growth)


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=2_000)
    parser.add_argument("--scale", type=float, default=1.0, help="accepted for make benchmark; not used")
    repetitions = parser.parse_args().repetitions
    print(f"{repetitions} repetitions each, k = {K}; one standard error of a share is "
          f"{np.sqrt(0.95 * 0.05 / repetitions):.3f}")  # fmt: skip
    for treated in (30, 100, 300):
        for pool in (20 * treated, 2 * treated):
            rng = np.random.default_rng(treated * 100_000 + pool)
            started = time.perf_counter()
            errors, widths, holds = [], [], 0
            for _ in range(repetitions):
                units = world(rng, treated, pool)
                pairs = match_nearest(units, id="id", treated="treated", exact=[], covariates=["x0", "x1", "x2"], k=K)
                found = estimate_att(units, pairs, id="id", outcome="growth", covariates=["x0", "x1", "x2"])
                errors.append(found.att - EFFECT)
                widths.append(found.se)
                holds += found.ci_low <= EFFECT <= found.ci_high
            print(
                f"{treated:4d} treated, pool {pool:6d}: holds {holds / repetitions:.3f}, bias {np.mean(errors):6.2f}, "
                f"sd {np.std(errors):5.2f}, mean se {np.mean(widths):5.2f}  ({time.perf_counter() - started:.0f} s)",
                flush=True,
            )


if __name__ == "__main__":
    main()
