"""Random numbers that stay the same for a table whatever else is added: one named child seed per table and block."""

import zlib

import numpy as np
import numpy.typing as npt

from sources.synthetic.days import Flags, Floats, Ints


def generator(seed: int, table: str, block: int = 0) -> np.random.Generator:
    """The generator of one table in one block; named, so that a new table does not shift the others."""
    return np.random.Generator(np.random.PCG64(seed_sequence(seed, table, block)))


def seed_sequence(seed: int, table: str, block: int = 0) -> np.random.SeedSequence:
    """The child seed of one table in one block."""
    return np.random.SeedSequence(seed, spawn_key=(zlib.crc32(table.encode()), block))


def draw_weighted(rng: np.random.Generator, weights: Floats, count: int) -> Ints:
    """Positions drawn with probability proportional to weight.

    Without replacement (exponential keys, Efraimidis and Spirakis 2006) while at most half of the positive weights
    are wanted, else with replacement: very large scales reuse companies.
    """
    candidates = np.flatnonzero(weights > 0)
    if candidates.size == 0 or count <= 0:
        return np.empty(0, dtype=np.int64)
    chosen = weights[candidates]
    if 2 * count > candidates.size:
        reused: Ints = rng.choice(candidates, size=count, p=chosen / chosen.sum())
        return reused
    keys = rng.standard_exponential(candidates.size) / chosen
    nearest = np.argpartition(keys, count)[:count]
    drawn: Ints = candidates[nearest[np.argsort(keys[nearest], kind="stable")]]
    return drawn


def draw_flags(rng: np.random.Generator, chance: Floats | float, count: int) -> Flags:
    """Independent true/false draws with the given chance (one, or one per row)."""
    return rng.random(count) < chance


def draw_codes(rng: np.random.Generator, probabilities: Floats, count: int) -> Ints:
    """Category numbers drawn with the given probabilities (they are scaled to add to 1)."""
    edges = np.cumsum(probabilities / probabilities.sum())
    found = np.searchsorted(edges, rng.random(count), side="right")
    codes: Ints = np.minimum(found, edges.size - 1).astype(np.int64)
    return codes


def draw_codes_by_row(rng: np.random.Generator, probabilities: Floats) -> Ints:
    """One category number per row of a matrix of probabilities (rows x categories)."""
    edges = np.cumsum(probabilities, axis=1)
    draws = rng.random(probabilities.shape[0]) * edges[:, -1]
    passed = (draws[:, None] >= edges).sum(axis=1)
    codes: Ints = np.minimum(passed, probabilities.shape[1] - 1).astype(np.int64)
    return codes


def heavy_tailed(rng: np.random.Generator, shape: tuple[int, ...], spread: float, wild_share: float) -> Floats:
    """Symmetric growth shocks: Laplace for most, Student t with 3 degrees of freedom for a wild share."""
    calm = rng.laplace(0.0, spread, shape)
    wild: npt.NDArray[np.float64] = rng.standard_t(3, shape) * (3.5 * spread)
    return np.where(rng.random(shape) < wild_share, wild, calm)
