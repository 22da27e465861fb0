"""Comparable companies: the nearest controls of every treated unit, within exact strata and calipers.

Mahalanobis distance with replacement (Abadie & Imbens 2006, Econometrica 74(1); Stuart 2010, Stat. Sci. 25(1)). The
pool is sorted once by stratum and searched in slices of it: a k-d tree proposes candidates, and their distances are
then computed the same way a search through every pair would, so that both find the same pairs.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from dbt_project.effect.distance import pooled_within
from dbt_project.effect.errors import EffectInputError
from dbt_project.effect.units import Floats, Ints, flags, matrix, require_columns, strata, unique_ids

TIE_DECIMALS = 10
"""Distances that agree to this many decimals are equal: rounding in the last digits must not choose a control."""


_CLOSE = 2 * 10.0**-TIE_DECIMALS
_SMALL_STRATUM = 64
_CHUNK = 2_000_000


@dataclass(frozen=True)
class _Slices:
    """The pool sorted by stratum.

    Attributes:
        order: Positions of controls, sorted by stratum.
        codes: The strata that hold controls, ascending.
        starts: Where each stratum begins in `order`; one longer than `codes`.
    """

    order: Ints
    codes: Ints
    starts: Ints

    @classmethod
    def of(cls, codes: Ints, members: Ints) -> "_Slices":
        """Sort positions by stratum.

        Args:
            codes: Stratum of every unit, numbered from 0.
            members: Positions to sort.
        """
        own = codes[members]
        # NumPy sorts 16-bit numbers by counting them: ten times as fast, and there are seldom more strata.
        few = own.max(initial=0) <= np.iinfo(np.int16).max
        order = members[np.argsort(own.astype(np.int16) if few else own, kind="stable")]
        counts = np.bincount(own)
        found = np.flatnonzero(counts)
        return cls(order, found, np.concatenate([[0], np.cumsum(counts[found])]).astype(np.int64))

    def of_strata(self, codes: Ints) -> tuple[Ints, Ints]:
        """Where the controls of strata begin and end in `order`; an empty range for a stratum that has none."""
        if self.codes.size == 0:
            return np.zeros(len(codes), dtype=np.int64), np.zeros(len(codes), dtype=np.int64)
        place = np.minimum(np.searchsorted(self.codes, codes), self.codes.size - 1)
        starts = self.starts[place]
        return starts, np.where(self.codes[place] == codes, self.starts[place + 1], starts)


@dataclass(frozen=True)
class _Found:
    """Candidate pairs, positions of units, in no order that matters."""

    treated: Ints
    control: Ints
    distance: Floats


class Matcher:
    """Units prepared for several searches: covariance, strata and trees are made once.

    Attributes:
        ids: The units' ids, by position.
        treated: Which units are treated; shape (units,).
        points: The units in the space of the distance; shape (units, directions).
    """

    def __init__(
        self,
        units: pd.DataFrame,
        *,
        id: str,  # noqa: A002  The name is part of the published signature.
        treated: str,
        exact_levels: Sequence[Sequence[str]],
        covariates: Sequence[str],
        level: str | None = None,
        lot: str | None = None,
    ) -> None:
        """Prepare units.

        Args:
            units: One row per unit.
            id: Column that identifies units.
            treated: Column that says which are treated.
            exact_levels: Columns that must be equal within a match, the narrowest strata first.
            covariates: Numeric columns the distance is made of.
            level: Column with the level of `exact_levels` each treated unit is matched in, from 0; all 0 without it.
            lot: Column with the number that decides between units at the same distance, the lowest first, from 0 to
                2^64 - 1; `tie_breaker` of the id without it.

        Raises:
            EffectInputError: A column is missing, empty, infinite or of the wrong type, an id is not unique, or a level
                is not one of `exact_levels`.
        """
        columns = {id, treated, *covariates, *(name for names in exact_levels for name in names)}
        require_columns(units, columns | {name for name in (level, lot) if name}, "units")
        if not covariates:
            raise EffectInputError("units: no covariates were named, so there is no distance. Name at least one.")
        self._units = units
        self.ids = unique_ids(units, id)
        self.treated = flags(units, treated)
        values = matrix(units, covariates)
        self._treated_at = np.flatnonzero(self.treated)
        self._controls = np.flatnonzero(~self.treated)
        self._exact_levels = exact_levels
        self._lots = units[lot].to_numpy(dtype=np.uint64) if lot else None
        levels = matrix(units.iloc[self._treated_at], [level])[:, 0] if level else np.zeros(self._treated_at.size)
        if not np.isin(levels, np.arange(len(exact_levels))).all():
            raise EffectInputError(
                f"units: column {level} must hold a level from 0 to {len(exact_levels) - 1} for every treated unit."
            )
        self._level = levels.astype(np.int64)
        matchable = bool(self._treated_at.size and self._controls.size)
        self.points: Floats = pooled_within(values, self.treated).points(values) if matchable else values
        self._strata: dict[int, tuple[Ints, _Slices, Floats]] = {}
        self._trees: dict[tuple[int, int], cKDTree] = {}

    def match(self, k: int, calipers: Mapping[str, float] | None = None) -> pd.DataFrame:
        """Find the k nearest controls of every treated unit, as `match_nearest` says.

        Args:
            k: Controls wanted per treated unit.
            calipers: Largest absolute difference allowed per column, in the column's own unit.

        Returns:
            The pairs.

        Raises:
            EffectInputError: k is below 1, or a caliper is negative or of an unknown column.
        """
        if k < 1:
            raise EffectInputError(f"k is {k}, but must be 1 or more.")
        limits = dict(calipers or {})
        require_columns(self._units, limits, "units (calipers)")
        for column, width in limits.items():
            if not (np.isfinite(width) and width >= 0):
                raise EffectInputError(f"The caliper of {column} is {width}, but must be 0 or more.")
        values, widths = matrix(self._units, list(limits)), np.array(list(limits.values()), dtype=np.float64)
        found: list[_Found] = []
        if self._treated_at.size and self._controls.size:
            for level in range(len(self._exact_levels)):
                mine = self._treated_at[self._level == level]
                if mine.size:
                    found.extend(self._search(level, mine, k, values, widths))
        return self._pairs(found, k)

    def neighbours(self, controls: pd.Index) -> pd.Series:
        """Find each control's nearest other control in its own narrowest stratum, for the variance of its outcome.

        Args:
            controls: Ids of controls.

        Returns:
            Id of the neighbour, indexed by the control's id; a control alone in its stratum is left out.
        """
        at = np.asarray(self.ids.get_indexer(controls), dtype=np.int64)
        none = np.empty((len(self._units), 0))
        pairs = self._pairs(list(self._search(0, at, 2, none, np.empty(0))), 2)
        others = pairs[pairs["treated_id"] != pairs["control_id"]].drop_duplicates("treated_id")
        return pd.Series(others["control_id"].to_numpy(), index=pd.Index(others["treated_id"]), name="neighbour_id")

    def _prepared(self, level: int) -> tuple[Ints, _Slices, Floats]:
        """Strata of a level: every unit's code, the pool sorted by it, and the pool's points in that order."""
        if level not in self._strata:
            codes = strata(self._units, self._exact_levels[level])
            slices = _Slices.of(codes, self._controls)
            self._strata[level] = (codes, slices, self.points[slices.order])
        return self._strata[level]

    def _search(self, level: int, wanted: Ints, k: int, values: Floats, widths: Floats) -> list[_Found]:
        """Candidates for the wanted units: small strata all at once, large ones by tree; slices are views."""
        codes, pool, pool_points = self._prepared(level)
        targets = _Slices.of(codes, wanted)
        starts, ends = pool.of_strata(targets.codes)
        small = ends - starts <= _SMALL_STRATUM
        found = list(self._in_small_strata(targets, starts, np.where(small, ends, starts), pool, values, widths, level))
        for place in np.flatnonzero(~small):
            start, end = int(starts[place]), int(ends[place])
            seekers = targets.order[targets.starts[place] : targets.starts[place + 1]]
            hood = _Hood(
                self.points[seekers], pool_points[start:end], values[seekers], values[pool.order[start:end]], widths
            )
            tree = self._tree(level, int(targets.codes[place]), hood.controls)
            rows, columns, distances = hood.candidates(k, tree)
            found.append(_Found(seekers[rows], pool.order[start:end][columns], distances))
        return found

    def _in_small_strata(
        self, targets: _Slices, starts: Ints, ends: Ints, pool: _Slices, values: Floats, widths: Floats, level: int
    ) -> Iterator[_Found]:
        """Every pair of strata so small that measuring all of them is faster than visiting one after another."""
        pool_points = self._prepared(level)[2]
        seekers = np.diff(targets.starts)
        first, count = np.repeat(starts, seekers), np.repeat(ends - starts, seekers)
        for part in np.array_split(np.arange(first.size), 1 + int(count.sum()) // _CHUNK):
            sizes = count[part]
            treated = np.repeat(targets.order[part], sizes)
            within = np.arange(treated.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            place = np.repeat(first[part], sizes) + within
            control = pool.order[place]
            inside = np.ones(treated.size, dtype=np.bool_)
            for position, width in enumerate(widths):
                inside &= np.abs(values[treated, position] - values[control, position]) <= width
            treated, control, place = treated[inside], control[inside], place[inside]
            yield _Found(treated, control, pair_distances(self.points[treated], pool_points[place]))

    def _tree(self, level: int, code: int, controls: Floats) -> cKDTree | None:
        """The stratum's tree, made at its first use; None where there is no direction to look in."""
        if controls.shape[1] == 0:
            return None
        if (level, code) not in self._trees:
            self._trees[level, code] = cKDTree(controls, balanced_tree=False, compact_nodes=False)
        return self._trees[level, code]

    def _pairs(self, found: Sequence[_Found], k: int) -> pd.DataFrame:
        """The first k candidates of every unit by distance, then by the control's lot."""
        treated = np.concatenate([part.treated for part in found]) if found else np.empty(0, dtype=np.int64)
        control = np.concatenate([part.control for part in found]) if found else np.empty(0, dtype=np.int64)
        distance = np.concatenate([part.distance for part in found]) if found else np.empty(0)
        key = np.round(distance, TIE_DECIMALS)
        order = np.lexsort((key, treated))
        treated, control, distance, key = treated[order], control[order], distance[order], key[order]
        again = (treated[1:] == treated[:-1]) & (key[1:] == key[:-1])
        tied = np.zeros(treated.size, dtype=np.bool_)
        tied[1:] |= again
        tied[:-1] |= again
        if tied.any():
            chosen = np.zeros(treated.size, dtype=np.uint64)
            chosen[tied] = self._hashes(control[tied])
            order = np.lexsort((chosen, key, treated))
            treated, control, distance = treated[order], control[order], distance[order]
        opens = np.concatenate([[True], treated[1:] != treated[:-1]]) if treated.size else np.empty(0, np.bool_)
        starts = np.flatnonzero(opens)
        rank = np.arange(treated.size) - np.repeat(starts, np.diff(np.append(starts, treated.size)))
        first = rank < k
        return pd.DataFrame(
            {
                "treated_id": self.ids[treated[first]],
                "control_id": self.ids[control[first]],
                "rank": (rank[first] + 1).astype(np.int64),
                "distance": distance[first],
            }
        )

    def _hashes(self, positions: Ints) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        """A number per unit that only its lot or its id decides, the same on every machine."""
        if self._lots is not None:
            return self._lots[positions]
        found, inverse = np.unique(positions, return_inverse=True)
        hashes = np.array([tie_breaker(one) for one in self.ids[found]], dtype=np.uint64)
        return hashes[inverse]


@dataclass(frozen=True)
class _Hood:
    """The treated and the controls of one stratum, as points, and as values of the columns that have calipers."""

    treated: Floats
    controls: Floats
    treated_values: Floats
    control_values: Floats
    widths: Floats

    def candidates(self, k: int, tree: cKDTree | None) -> tuple[Ints, Ints, Floats]:
        """Every control that can be among a treated unit's k nearest, all ties at the k-th distance included.

        Args:
            k: Controls wanted.
            tree: The controls' tree, or None to look at all of them.

        Returns:
            Row of the treated, row of the control, distance; three arrays of one length.
        """
        count = len(self.controls)
        open_rows = np.arange(len(self.treated), dtype=np.int64)
        if tree is not None:
            # Neighbours in the order of questions visit the same corner of the tree: three times as fast, measured.
            open_rows = np.lexsort(np.floor(self.treated.T)).astype(np.int64)
        rows: list[Ints] = []
        columns: list[Ints] = []
        distances: list[Floats] = []
        reach = 2 * k + 6
        while tree is not None and open_rows.size and 4 * reach < count:
            found = tree.query(self.treated[open_rows], k=reach)
            farthest, near = np.asarray(found[0]), np.asarray(found[1], dtype=np.int64)
            picked, kth = self._within(open_rows, near, k)
            # Complete when something farther than every tie of the k-th was seen: nothing nearer is unseen.
            done = kth + _CLOSE < farthest[:, -1]
            chosen = done[picked[0]]
            rows.append(open_rows[picked[0][chosen]])
            columns.append(picked[1][chosen])
            distances.append(picked[2][chosen])
            open_rows = open_rows[~done]
            reach *= 4
        step = max(1, _CHUNK // max(1, count))
        for begin in range(0, open_rows.size, step):
            part = open_rows[begin : begin + step]
            picked, _ = self._within(part, None, k)
            rows.append(part[picked[0]])
            columns.append(picked[1])
            distances.append(picked[2])
        return np.concatenate(rows), np.concatenate(columns), np.concatenate(distances)

    def _within(self, rows: Ints, columns: Ints | None, k: int) -> tuple[tuple[Ints, Ints, Floats], Floats]:
        """Of listed controls, those inside the calipers and no farther than the k-th of them.

        Args:
            rows: Treated units; shape (n,).
            columns: Controls listed for each; shape (n, listed). None for all of them.
            k: Controls wanted.

        Returns:
            Position in `rows`, control and distance of each; and the k-th distance per row, infinite where fewer are
            inside.
        """
        distance = distances(self.treated[rows], self.controls, columns)
        for position, width in enumerate(self.widths):
            gap = self.treated_values[rows, position][:, None] - _listed(self.control_values[:, position], columns)
            distance[np.abs(gap) > width] = np.inf
        enough = distance.shape[1] >= k
        kth = np.partition(distance, k - 1, axis=1)[:, k - 1] if enough else np.full(rows.size, np.inf)
        at, place = np.nonzero((distance <= kth[:, None] + _CLOSE) & np.isfinite(distance))
        return (at, place if columns is None else columns[at, place], distance[at, place]), kth


def _listed(values: Floats, columns: Ints | None) -> Floats:
    """One row of values for all treated, or a row for each with the controls listed for it."""
    return values[None, :] if columns is None else values[columns]


def distances(treated: Floats, controls: Floats, columns: Ints | None) -> Floats:
    """Distances between points, summed direction by direction, so that every search gets the same last digit.

    Args:
        treated: Points; shape (n, directions).
        controls: Points; shape (m, directions).
        columns: Which controls to measure for each treated; shape (n, listed). None for all of them.

    Returns:
        Distances of shape (n, listed).
    """
    total = np.zeros((len(treated), len(controls)) if columns is None else columns.shape)
    for direction in range(controls.shape[1]):
        gap = _listed(controls[:, direction], columns) - treated[:, direction][:, None]
        gap *= gap
        total += gap
    return np.sqrt(total)


def pair_distances(treated: Floats, controls: Floats) -> Floats:
    """Distances between points pair by pair, summed as `distances` does, so that both get the same last digit.

    Args:
        treated: Points; shape (pairs, directions).
        controls: Points; shape (pairs, directions).

    Returns:
        Distances of shape (pairs,).
    """
    total = np.zeros(len(treated))
    for direction in range(treated.shape[1]):
        gap = controls[:, direction] - treated[:, direction]
        gap *= gap
        total += gap
    root: Floats = np.sqrt(total)
    return root


def tie_breaker(id_value: object) -> int:
    """The number that decides between controls at the same distance: the lowest first.

    Args:
        id_value: The control's id.

    Returns:
        The first 64 bits of the SHA-256 of the id's text.
    """
    return int.from_bytes(hashlib.sha256(str(id_value).encode()).digest()[:8], "big")


def match_nearest(
    units: pd.DataFrame,
    *,
    id: str,  # noqa: A002  The name is part of the published signature.
    treated: str,
    exact: Sequence[str],
    covariates: Sequence[str],
    k: int,
    calipers: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Find the k nearest controls of every treated unit, with replacement.

    Mahalanobis distance with covariance pooled within group over all units given, as MatchIt computes it. Controls at
    the same distance (to ten decimals) are taken in the order of a hash of their id, so a rerun gives the same pairs
    whatever the order of the rows. A treated unit with fewer than k controls inside stratum and calipers gets those
    there are; one with none is in no pair. A covariate without variance counts for nothing.

    Args:
        units: One row per unit, treated and controls.
        id: Column that identifies units; text or numbers.
        treated: Column of true and false (or 1 and 0).
        exact: Columns that must be equal within a pair; may be none.
        covariates: Numeric columns the distance is made of.
        k: Controls wanted per treated unit.
        calipers: Per column the largest absolute difference allowed, in that column's own unit; the limit itself is
            allowed.

    Returns:
        One row per pair, ordered by the treated unit's row and rank: `treated_id`, `control_id`, `rank` from 1,
        `distance` in standard deviations.

    Raises:
        EffectInputError: A column is missing, a value is missing or infinite, an id is not unique, k is below 1, or a
            caliper is negative.
    """
    matcher = Matcher(units, id=id, treated=treated, exact_levels=[list(exact)], covariates=covariates)
    return matcher.match(k, calipers)
