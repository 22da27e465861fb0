"""What an attacker can work out of hidden figures from everything that is published together, by linear programming.

For every hidden figure the least and the greatest value that agree with all relations (`system`): the feasibility
interval of the literature (Fischetti & Salazar 2001, Management Science 47(7)).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack
from scipy.sparse.csgraph import connected_components

from exports.statement.system import Bools, Floats, Ints, System

_ROUNDING = 1e-5
_SLACK_ROUNDING = 1e-6
_SLACK_LEAST = 1e-4
_LOOKS = 2
_EQUAL = 2e-6


class ContradictionError(Exception):
    """The published figures contradict what is said of their totals; `table` is where.

    Attributes:
        table: The name of a table with a contradiction.
    """

    def __init__(self, table: str) -> None:
        """Keep the table.

        Args:
            table: Its name.
        """
        super().__init__(f"{table}: the figures shown do not agree with any values of the hidden ones")
        self.table = table


@dataclass(frozen=True)
class Intervals:
    """What is known of each variable.

    Attributes:
        lower: The least it can be; not a number where it is shown; minus infinity without a bound; shape (variables,).
        upper: The greatest it can be.
    """

    lower: Floats
    upper: Floats

    @property
    def width(self) -> Floats:
        """Greatest minus least; not a number where the variable is shown."""
        width: Floats = self.upper - self.lower
        return width


def solve(
    system: System,
    hidden: Bools,
    at_most: Floats | None = None,
    enough: Floats | None = None,
    only: Bools | None = None,
) -> Intervals:
    """Work out what is known of every hidden variable.

    Only connected parts of the system are solved, and all parts in one linear program: the optimum of a sum over
    independent parts is the sum of their optima. Every solution is a witness for all variables in it.

    A relation that holds only nearly (`soft`) is loosened where the figures shown contradict it: by the least amounts
    at which they agree, and one more, since nobody can know how nearly it holds.

    Args:
        system: What is published.
        hidden: Which variables are hidden; shape (variables,).
        at_most: What is known from elsewhere: the greatest each variable can be; None for nothing.
        enough: Width from which on an interval need not be known exactly; then the true one is at least as wide as
            the one returned. At 0 the variable is not solved for. None for exact intervals.
        only: Solve the parts with at least one of these variables alone; the others' intervals are not a number.

    Returns:
        The intervals.

    Raises:
        ContradictionError: No values of the hidden figures agree with the relations that hold exactly.
    """
    lower, upper = np.full(hidden.size, np.nan), np.full(hidden.size, np.nan)
    parts = _Parts.of(system, hidden, at_most)
    chosen = parts.with_any(only[parts.variable]) if only is not None else np.ones(parts.count, dtype=np.bool_)
    kept = chosen[parts.part]
    parts = parts.restricted(chosen).loosened(system)
    width = enough[parts.variable] if enough is not None else np.full(parts.variable.size, np.inf)
    merged, group = parts.merged()
    needed = np.zeros(merged.variable.size)
    np.maximum.at(needed, group, width)
    least, greatest = (ends[group] for ends in merged.extremes(needed))
    whole = system.whole[parts.variable]
    least = np.where(least <= -parts.far, -np.inf, np.where(whole, np.ceil(least - _ROUNDING), least))
    greatest = np.where(greatest >= parts.far, np.inf, np.where(whole, np.floor(greatest + _ROUNDING), greatest))
    unknown = np.flatnonzero(hidden)[kept]
    lower[unknown], upper[unknown] = least, greatest
    return Intervals(lower, upper)


@dataclass(frozen=True)
class _Parts:
    """The connected parts of the system that have hidden variables.

    Attributes:
        variable: The hidden variables; shape (n,).
        part: The part of each, counted from 0.
        row_part: The part of each relation; shape (m,).
        matrix: The relations among the hidden variables; shape (m, n).
        lower: The least each relation can be, after the known figures are taken off.
        upper: The most it can be.
        soft: Whether the relation holds only nearly.
        low: The least each variable can be by its nature.
        high: The greatest.
        far: A value beyond all figures; what reaches it has no bound.
        count: How many parts there are.
    """

    variable: Ints
    part: Ints
    row_part: Ints
    matrix: csr_array
    lower: Floats
    upper: Floats
    soft: Bools
    low: Floats
    high: Floats
    far: float
    count: int

    @classmethod
    def of(cls, system: System, hidden: Bools, at_most: Floats | None) -> _Parts:
        """Take the known figures off, and find what hangs together."""
        variable = np.flatnonzero(hidden).astype(np.intp)
        known = np.where(hidden, 0.0, system.value)
        far = 1000.0 + 10.0 * float(np.abs(known).max(initial=1.0))
        matrix = system.matrix[:, variable]
        active = np.diff(matrix.indptr) > 0
        shift = (system.matrix @ known)[active]
        matrix = csr_array(matrix[active])
        # Variables and relations are the nodes of one graph; a relation is joined to what is in it.
        entries = matrix.tocoo()
        relation, member = entries.coords
        size = variable.size + matrix.shape[0]
        graph = coo_array((np.ones(member.size), (member, relation + variable.size)), shape=(size, size)).tocsr()
        count, label = connected_components(graph, directed=False)
        high = np.full(variable.size, far) if at_most is None else np.minimum(at_most[variable], far)
        return cls(
            variable=variable,
            part=label[: variable.size].astype(np.intp),
            row_part=label[variable.size :].astype(np.intp),
            matrix=matrix,
            lower=system.lower[active] - shift,
            upper=system.upper[active] - shift,
            soft=system.soft[active],
            low=np.maximum(system.low[variable], -far),
            high=high,
            far=far,
            count=int(count),
        )

    def with_any(self, marked: Bools) -> Bools:
        """Tell which parts have a marked variable."""
        found = np.zeros(self.count, dtype=np.bool_)
        found[self.part[marked]] = True
        return found

    def restricted(self, chosen: Bools) -> _Parts:
        """Keep some parts."""
        columns, rows = chosen[self.part], chosen[self.row_part]
        number = np.cumsum(chosen) - 1
        return _Parts(
            variable=self.variable[columns],
            part=number[self.part[columns]],
            row_part=number[self.row_part[rows]],
            matrix=csr_array(self.matrix[rows][:, columns]),
            lower=self.lower[rows],
            upper=self.upper[rows],
            soft=self.soft[rows],
            low=self.low[columns],
            high=self.high[columns],
            far=self.far,
            count=int(chosen.sum()),
        )

    def loosened(self, system: System) -> _Parts:
        """Loosen the soft relations that the figures shown contradict."""
        rows = self.soft.size
        if not rows:
            return self
        at = np.flatnonzero(self.soft)
        slack = coo_array((np.ones(at.size), (at, np.arange(at.size))), shape=(rows, at.size)).tocsr()
        # Above and below its ends: one column for each direction.
        matrix = csr_array(hstack([self.matrix, slack, -slack], format="csr"))
        nothing, anything = np.zeros(2 * at.size), np.full(2 * at.size, np.inf)
        found = _minimise(
            np.concatenate([np.zeros(self.variable.size), np.ones(2 * at.size)]),
            (matrix, self.lower - _SLACK_ROUNDING, self.upper + _SLACK_ROUNDING),
            (np.concatenate([self.low, nothing]), np.concatenate([self.high, anything])),
        )
        if found is None:
            raise ContradictionError(self._where(system))
        amount = found[self.variable.size :].reshape(2, -1).max(axis=0)
        give = np.full(rows, _SLACK_ROUNDING)
        give[at] += np.where(amount > _SLACK_LEAST, np.ceil(amount - _SLACK_LEAST) + 1.0, 0.0)
        return replace(self, lower=self.lower - give, upper=self.upper + give)

    def merged(self) -> tuple[_Parts, Ints]:
        """Take variables that are known to be equal for one, as the same count in several tables.

        Returns:
            The parts with fewer variables, and the new position of every variable.
        """
        size = self.variable.size
        entries = np.diff(self.matrix.indptr)
        is_zero = (np.abs(self.lower) <= _EQUAL) & (np.abs(self.upper) <= _EQUAL)
        is_difference = np.abs(np.asarray(self.matrix.sum(axis=1)).ravel()) <= _EQUAL
        equal = np.flatnonzero((entries == 2) & is_zero & is_difference)  # noqa: PLR2004
        if not equal.size:
            return self, np.arange(size, dtype=np.intp)
        pairs = self.matrix[equal].indices.reshape(-1, 2)
        graph = coo_array((np.ones(equal.size), (pairs[:, 0], pairs[:, 1])), shape=(size, size)).tocsr()
        count, group = connected_components(graph, directed=False)
        kept = np.ones(entries.size, dtype=np.bool_)
        kept[equal] = False
        low, high, first = np.full(count, -np.inf), np.full(count, np.inf), np.full(count, size, dtype=np.intp)
        np.maximum.at(low, group, self.low)
        np.minimum.at(high, group, self.high)
        np.minimum.at(first, group, np.arange(size))
        join = coo_array((np.ones(size), (np.arange(size), group)), shape=(size, count)).tocsr()
        parts = replace(
            self,
            variable=self.variable[first],
            part=self.part[first],
            row_part=self.row_part[kept],
            matrix=csr_array(self.matrix[np.flatnonzero(kept)] @ join),
            lower=self.lower[kept],
            upper=self.upper[kept],
            soft=self.soft[kept],
            low=low,
            high=high,
        )
        return parts, group.astype(np.intp)

    def _where(self, system: System) -> str:
        """Name the first table with a part that has no solution."""
        for number in range(self.count):
            part = self.restricted(np.arange(self.count) == number)
            hard = ~part.soft
            relations = csr_array(part.matrix[np.flatnonzero(hard)]), part.lower[hard], part.upper[hard]
            if _minimise(np.zeros(part.variable.size), relations, (part.low, part.high)) is None:
                return system.names[int(system.table[part.variable[0]])]
        return system.names[0]

    def extremes(self, enough: Floats) -> tuple[Floats, Floats]:
        """Find the least and the greatest value of every variable, exactly where they lie closer than `enough`."""
        size = self.variable.size
        least, greatest = np.full(size, np.inf), np.full(size, -np.inf)
        solved = {1.0: np.zeros(size, dtype=np.bool_), -1.0: np.zeros(size, dtype=np.bool_)}
        alone = np.ones(size, dtype=np.bool_)
        if self.matrix.shape[0]:
            alone = np.diff(self.matrix.tocsc().indptr) == 0
        least[alone], greatest[alone] = self.low[alone], self.high[alone]
        for done in solved.values():
            done[alone] = True
        if np.isfinite(enough).all():
            self._look_around(enough, least, greatest)
        while True:
            unsure = (~solved[1.0] | ~solved[-1.0]) & ~(greatest - least >= enough) & (enough > 0)
            if not unsure.any():
                unseen = least > greatest
                return np.where(unseen, self.low, least), np.where(unseen, self.high, greatest)
            # One variable of every part at a time, the first that is still open.
            target = np.full(self.count, -1, dtype=np.intp)
            candidates = np.flatnonzero(unsure)[::-1]
            target[self.part[candidates]] = candidates
            active = target >= 0
            for sign in (1.0, -1.0):
                goals = target[active]
                goals = goals[~solved[sign][goals]]
                if goals.size:
                    cost = np.zeros(size)
                    cost[goals] = sign
                    self._visit(active, cost, least, greatest)
                    solved[sign][goals] = True

    def _look_around(self, enough: Floats, least: Floats, greatest: Floats) -> None:
        """Visit corners that are far from each other: most variables turn out to be wide, and need no more."""
        rank = np.arange(self.variable.size)
        for bit in range(_LOOKS):
            cost = np.where(rank >> bit & 1, 1.0, -1.0)
            for sign in (1.0, -1.0):
                unsure = ~(greatest - least >= enough) & (enough > 0)
                if unsure.any():
                    self._visit(self.with_any(unsure), sign * cost, least, greatest)

    def _visit(self, active: Bools, cost: Floats, least: Floats, greatest: Floats) -> None:
        """Find the cheapest point of some parts, and note what it shows of all their variables."""
        columns, rows = np.flatnonzero(active[self.part]), np.flatnonzero(active[self.row_part])
        relations = csr_array(self.matrix[rows][:, columns]), self.lower[rows], self.upper[rows]
        point = _minimise(cost[columns], relations, (self.low[columns], self.high[columns]))
        if point is None:
            msg = "a system that had a solution has none"
            raise ArithmeticError(msg)
        least[columns] = np.minimum(least[columns], point)
        greatest[columns] = np.maximum(greatest[columns], point)


def _minimise(cost: Floats, relations: tuple[csr_array, Floats, Floats], box: tuple[Floats, Floats]) -> Floats | None:
    """Find the point of least cost that agrees with relations and bounds; None when there is none."""
    matrix, lower, upper = relations
    constraints = LinearConstraint(matrix, lower, upper) if matrix.shape[0] else ()
    # The programs are small and many: making each smaller first costs a third more than it saves.
    found = milp(cost, constraints=constraints, bounds=Bounds(*box), options={"presolve": False})
    return None if found.x is None else np.asarray(found.x, dtype=np.float64)
