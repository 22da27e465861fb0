"""Disclosure control: hides what few are behind, and what else it takes so that the hidden cannot be worked out.

Primary suppression follows the domain (uncertainty and disclosure). Secondary suppression is greedy: as long as
`attack` finds a hidden figure known too well, a further cell of a relation that gives it away is hidden.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from exports.statement.attack import ContradictionError, Intervals, solve
from exports.statement.limits import Limits
from exports.statement.specification import TableSpecification
from exports.statement.statement import IS_HIDDEN, StatementTable
from exports.statement.system import (
    NOT_HIDEABLE,
    Bools,
    Floats,
    Ints,
    Masked,
    System,
    cells_of,
    equal_figures,
    is_distinct,
    lines_of,
    numbers,
    read_system,
    units,
)

__all__ = ["LARGEST_SHARE", "Audit", "DisclosureError", "Limits", "Protection", "audit", "protect", "suppress"]

LARGEST_SHARE = "largest_share"
"""A column of this name holds the largest company's share of a cell of money (0 to 1). It is read by disclosure
control and published nowhere: beside a mean it would give the largest company away."""

_log = logging.getLogger(__name__)

_TYPES = {
    "tinyint": "Int64",
    "smallint": "Int64",
    "integer": "Int64",
    "int": "Int64",
    "bigint": "Int64",
    "hugeint": "Int64",
    "double": "Float64",
    "float": "Float64",
    "real": "Float64",
    "decimal": "Float64",
    "boolean": "boolean",
    "bool": "boolean",
    "date": "datetime64[ns]",
    "timestamp": "datetime64[ns]",
    "varchar": "string",
    "text": "string",
    "string": "string",
}
_NEARLY = 1e-6
_DETERMINED = 1.0
_MAX_TRIED = 8
_MIN_VALUES = 3
_DETERMINED_FRACTION = 1e-3


class DisclosureError(Exception):
    """The tables cannot be published as they are; the message is Danish and names table, row and column."""


@dataclass(frozen=True)
class Protection:
    """What was hidden, and why.

    Attributes:
        tables: The tables as they may be shown.
        primary: Rows hidden because few are behind them; by table, shape (rows,), in the order of the shown rows.
        secondary: Rows hidden so that others cannot be worked out, and rows that repeat a hidden cell.
    """

    tables: Mapping[str, StatementTable]
    primary: Mapping[str, Bools]
    secondary: Mapping[str, Bools]


@dataclass(frozen=True)
class Audit:
    """What an attack on the published tables found; there is one only when no hidden figure is determined.

    Attributes:
        tables: Tables with disclosure control.
        rows: Their rows.
        hidden_rows: Their hidden rows.
        figures: Hidden figures that were attacked: counts and what adds up, one per cell.
        narrow: How many of the counts are known to within less than their limit, though not exactly: what is always
            shown beside them, as a number of evaluations sent, says so much.
        narrowest: The width of the narrowest interval of a count, as far as it was worked out: the true one is at least
            as wide. None when none is hidden.
    """

    tables: int
    rows: int
    hidden_rows: int
    figures: int
    narrow: int
    narrowest: float | None


def protect(
    tables: Mapping[str, tuple[TableSpecification, pd.DataFrame]], limits: Limits | None = None
) -> Mapping[str, StatementTable]:
    """Hide what may not be shown of tables that are published together.

    Args:
        tables: Every table with its specification and all its figures, by name.
        limits: The limits; the domain's when not given.

    Returns:
        The tables as they may be shown, in the order given.

    Raises:
        DisclosureError: A total does not add up though its specification says so, a column that stays visible gives
            hidden ones away, or a figure cannot be protected.
    """
    return suppress(tables, limits).tables


def suppress(tables: Mapping[str, tuple[TableSpecification, pd.DataFrame]], limits: Limits | None = None) -> Protection:
    """Hide what may not be shown, and say why each row is hidden.

    Args:
        tables: Every table with its specification and all its figures, by name.
        limits: The limits; the domain's when not given.

    Returns:
        The tables as they may be shown, with the rows hidden for either reason.

    Raises:
        DisclosureError: See `protect`.
    """
    limits = limits or Limits()
    ordered = {name: (spec, _typed(spec, frame)) for name, (spec, frame) in tables.items()}
    controlled = {
        name: Masked(spec, frame, np.zeros(len(frame), dtype=np.bool_))
        for name, (spec, frame) in ordered.items()
        if spec.disclosure is not None
    }
    primary = {name: _primary(masked, limits) for name, masked in controlled.items()}
    for masked in controlled.values():
        _check_totals(masked)
        _check_visible(masked, primary[masked.specification.name])
    hidden = {name: _with_repeats(masked, primary[name]) for name, masked in controlled.items()}
    capped = any(mask.any() for mask in primary.values())
    while capped:
        masks = {name: Masked(m.specification, m.frame, hidden[name]) for name, m in controlled.items()}
        system = read_system(masks, limits)
        blocks = _secondary(system, _known_small(system, controlled, primary), masks, limits)
        if not blocks.size:
            break
        hidden = {name: mask | np.isin(system.rows[name], blocks) for name, mask in hidden.items()}
    secondary = {name: hidden[name] & ~primary[name] for name in hidden}
    shown = {name: _applied(spec, frame, hidden.get(name)) for name, (spec, frame) in ordered.items()}
    _log.info(
        "Disclosure control hides %d rows: %d for few behind them, %d to protect those",
        *(sum(int(mask.sum()) for mask in masks.values()) for masks in (hidden, primary, secondary)),
    )
    return Protection(shown, primary, secondary)


def audit(tables: Mapping[str, StatementTable], limits: Limits | None = None) -> Audit:
    """Attack published tables: work out every hidden figure as far as it can be.

    Only what is published is read, so that a frozen statement can be attacked as well.

    Args:
        tables: The published tables by name.
        limits: The limits; the domain's when not given.

    Returns:
        What was found.

    Raises:
        DisclosureError: A hidden figure can be worked out, a figure under its limit is shown, or a hidden row shows
            a figure.
    """
    limits = limits or Limits()
    masks = {
        name: Masked(table.specification, table.frame, table.frame[IS_HIDDEN].to_numpy(dtype=np.bool_))
        for name, table in tables.items()
        if table.specification.disclosure is not None
    }
    for masked in masks.values():
        _check_shown(masked, limits)
    system = read_system(masks, limits)
    attacked = system.hidden & (system.column != "")
    need = _needed_width(system, limits)
    intervals = _solved(system, system.hidden, need)
    counts = attacked & ~np.isnan(system.limit)
    determined = _is_known(system, intervals, _least_width(system)) & attacked
    for variable in np.flatnonzero(determined):
        raise DisclosureError(_told(system, masks, int(variable)))
    width = intervals.width[counts & ~_is_harmless(system, intervals)]
    return Audit(
        tables=len(masks),
        rows=sum(len(masked.frame) for masked in masks.values()),
        hidden_rows=sum(int(masked.hidden.sum()) for masked in masks.values()),
        figures=int(attacked.sum()),
        narrow=int((_is_known(system, intervals, need) & counts).sum()),
        narrowest=float(width.min()) if width.size else None,
    )


def _typed(spec: TableSpecification, frame: pd.DataFrame) -> pd.DataFrame:
    """Bring a table's rows into the order of its key and its columns into their nullable types."""
    types = {column.name: _TYPES.get(column.type.lower().split("(")[0], "string") for column in spec.columns}
    typed = frame[list(types)].astype(types)
    return typed.sort_values(list(spec.key), kind="stable", ignore_index=True)


def _primary(masked: Masked, limits: Limits) -> Bools:
    """Find the rows that rest on too few, or on one company above all.

    Nobody is behind a zero, so that a row of nobody is shown. A row with figures but without a count is hidden:
    nobody can say how many are behind it.
    """
    rule, frame = masked.rule, masked.frame
    unit = units(masked)
    limit = np.array([limits.of(str(name)) or 0 for name in unit], dtype=np.float64)
    if rule.minimum is not None:
        limit = np.where(limit > 0, rule.minimum, limit)
    count = numbers(frame, rule.count)
    few = (count > 0) & (count < limit)
    figures = [name for name in rule.hides if isinstance(frame[name].dtype, pd.Float64Dtype | pd.Int64Dtype)]
    unknown = np.isnan(count) & frame[figures].notna().any(axis=1).to_numpy(dtype=np.bool_) & (limit > 0)
    primary: Bools = few | unknown
    if LARGEST_SHARE in frame:
        primary |= (numbers(frame, LARGEST_SHARE) > limits.dominance) & (limit > 0)
    return primary


def _with_repeats(masked: Masked, rows: Bools) -> Bools:
    """Hide all rows that repeat a hidden cell, where they are of a kind that may be hidden."""
    cell = cells_of(masked)
    marked = np.zeros(int(cell.max()) + 1 if cell.size else 0, dtype=np.bool_)
    marked[cell[rows]] = True
    return marked[cell]


def _check_totals(masked: Masked) -> None:
    """Refuse a total that is no sum though it is said to be one: then nobody knows what it gives away."""
    for total in masked.rule.totals:
        lines = lines_of(masked, total)
        chosen = lines.complete & ~is_distinct(masked, total)[lines.whole]
        if not chosen.any():
            continue
        _, first, line = np.unique(lines.line[chosen], return_index=True, return_inverse=True)
        for column in masked.rule.additive:
            value = np.nan_to_num(numbers(masked.frame, column))
            found = np.bincount(line, weights=value[lines.part[chosen]])
            whole = lines.whole[chosen][first]
            wrong = np.abs(found - value[whole]) > _NEARLY * np.maximum(1.0, np.abs(value[whole]))
            for at in np.flatnonzero(wrong):
                msg = (
                    f"{masked.specification.name}: {_row(masked, int(whole[at]))}: {column} er {value[whole[at]]:g}, "
                    f"men delene giver {found[at]:g}. Ret modellen, eller skriv `distinct` ved {total.dimension} i "
                    "tabellens beskrivelse."
                )
                raise DisclosureError(msg)


def _check_visible(masked: Masked, primary: Bools) -> None:
    """Refuse columns that stay visible in hidden rows though a hidden figure follows from one or two of them."""
    rule, frame = masked.rule, masked.frame
    if not primary.any():
        return
    kept = {
        name: numbers(frame, name)
        for name in frame.columns
        if name not in (*rule.hides, *masked.specification.key, LARGEST_SHARE)
        and isinstance(frame[name].dtype, pd.Float64Dtype | pd.Int64Dtype)
    }
    for hidden in dict.fromkeys((rule.count, *rule.additive)):
        figure = numbers(frame, hidden)
        for names, told in _formulas(kept):
            known = ~np.isnan(told) & (figure > 0) & (told != 0)
            enough = np.unique(figure[known]).size >= _MIN_VALUES
            if enough and primary[known].any() and _is_multiple(figure[known], told[known]):
                msg = (
                    f"{masked.specification.name}: {hidden} er skjult i nogle rækker, men følger af {names}, som "
                    "vises. Tilføj det til `hides` i tabellens beskrivelse."
                )
                raise DisclosureError(msg)


def _formulas(columns: Mapping[str, Floats]) -> Iterator[tuple[str, Floats]]:
    """Form what may be a hidden figure: a column, a product, an expected number changed by a deviation in per cent."""
    yield from columns.items()
    for (one, left), (other, right) in itertools.permutations(columns.items(), 2):
        yield f"{one} og {other}", left * (1.0 + right / 100.0)
        if one < other:
            yield f"{one} og {other}", left * right


def _is_multiple(figure: Floats, told: Floats) -> bool:
    """Tell whether one column is always the same multiple of another."""
    factor = figure / told
    return bool(np.ptp(factor) < _NEARLY * np.abs(factor).max())


def _check_shown(masked: Masked, limits: Limits) -> None:
    """Refuse rows under the limit that are shown, and figures that stand in hidden rows."""
    for row in np.flatnonzero(_primary(masked, limits) & ~masked.hidden):
        msg = (
            f"{masked.specification.name}: {_row(masked, int(row))} hviler på for få og skal skjules, før den udgives."
        )
        raise DisclosureError(msg)
    for row in np.flatnonzero(_with_repeats(masked, masked.hidden) & ~masked.hidden):
        msg = f"{masked.specification.name}: {_row(masked, int(row))} viser et tal, der er skjult i en anden række."
        raise DisclosureError(msg)
    left = masked.frame[list(masked.rule.hides)].notna().any(axis=1).to_numpy(dtype=np.bool_) & masked.hidden
    for row in np.flatnonzero(left):
        msg = f"{masked.specification.name}: {_row(masked, int(row))} er skjult, men viser stadig tal."
        raise DisclosureError(msg)


def _known_small(system: System, tables: Mapping[str, Masked], primary: Mapping[str, Bools]) -> Floats:
    """Say what an attacker knows who can tell which cells are hidden for few: they are under their limit."""
    at_most = np.full(system.value.size, np.inf)
    for index, (name, masked) in enumerate(tables.items()):
        minimum = masked.rule.minimum
        count = numbers(masked.frame, masked.rule.count)
        counts = np.flatnonzero((system.table == index) & ~np.isnan(system.limit))
        rows = system.row[counts]
        limit = system.limit[counts] if minimum is None else np.full(counts.size, float(minimum))
        few = primary[name][rows] & (count[rows] < limit)
        at_most[counts[few]] = limit[few] - 1
    return at_most


def _needed_width(system: System, limits: Limits) -> Floats:
    """Say how wide the interval of every variable must be: the limit for counts."""
    least = _least_width(system)
    is_count = ~np.isnan(system.limit) & ~system.lenient
    return np.where(is_count, np.maximum(limits.protection * np.nan_to_num(system.limit), least), least)


def _least_width(system: System) -> Floats:
    """Say from which width on a figure is not determined; 0 for numbers that are printed beside figures."""
    return np.where(system.column == "", 0.0, np.where(system.whole, _DETERMINED, _DETERMINED_FRACTION))


def _is_known(system: System, intervals: Intervals, width: Floats) -> Bools:
    """Tell which hidden variables are known to within less than a width, and matter."""
    known: Bools = (intervals.width < width - _NEARLY) & ~_is_harmless(system, intervals)
    return known


def _is_harmless(system: System, intervals: Intervals) -> Bools:
    """Tell which counts give nobody away: hidden because estimates of them are weak, not because they are few."""
    harmless: Bools = system.lenient & (intervals.lower >= np.nan_to_num(system.limit))
    return harmless


def _solved(
    system: System, hidden: Bools, need: Floats, at_most: Floats | None = None, only: Bools | None = None
) -> Intervals:
    """Attack, with a Danish error when the tables contradict themselves."""
    try:
        return solve(system, hidden, at_most, need, only)
    except ContradictionError as error:
        msg = f"{error.table}: de viste tal stemmer ikke med nogen værdier af de skjulte. Ret tabellens `totals`."
        raise DisclosureError(msg) from error


@dataclass
class _Search:
    """The search for cells to hide: what is hidden by now, and what is known of it to two attackers.

    One attacker knows what is published; the other knows also which cells are hidden for few.
    """

    system: System
    at_most: Floats
    need: Floats
    hidden: Bools
    outsider: Intervals
    insider: Intervals
    futile: set[int] = field(default_factory=set)

    def attack(self, only: Bools | None) -> None:
        """Attack again; `only` the parts with these variables."""
        outsider = _solved(self.system, self.hidden, self.need, None, only)
        insider = _solved(self.system, self.hidden, _least_width(self.system), self.at_most, only)
        self.outsider = _merged(self.outsider, outsider, self.hidden)
        self.insider = _merged(self.insider, insider, self.hidden)

    def broken(self) -> Iterator[tuple[int, Intervals]]:
        """Find the variables that are known too well, with the attacker who knows them."""
        counted = self.system.column != ""
        known = _is_known(self.system, self.insider, _least_width(self.system)) & counted
        narrow = _is_known(self.system, self.outsider, self.need) & counted
        for variable in np.flatnonzero(known | narrow):
            yield int(variable), self.outsider if narrow[variable] else self.insider


def _merged(old: Intervals, new: Intervals, hidden: Bools) -> Intervals:
    """Take new intervals where there are any."""
    fresh = ~np.isnan(new.lower)
    lower = np.where(fresh, new.lower, np.where(hidden, old.lower, np.nan))
    return Intervals(lower, np.where(fresh, new.upper, np.where(hidden, old.upper, np.nan)))


def _secondary(system: System, at_most: Floats, masks: Mapping[str, Masked], limits: Limits) -> Ints:
    """Hide further cells until no hidden figure is known too well.

    Args:
        system: What is published if nothing more is hidden.
        at_most: What an insider knows.
        masks: The tables, for messages.
        limits: The limits.

    Returns:
        The blocks to hide; empty when nothing is known too well.

    Raises:
        DisclosureError: A figure is determined by what is always shown.
    """
    nothing = Intervals(np.full(system.value.size, np.nan), np.full(system.value.size, np.nan))
    search = _Search(system, at_most, _needed_width(system, limits), system.hidden.copy(), nothing, nothing)
    only: Bools | None = None
    chosen: list[int] = []
    twins = equal_figures(system)
    while True:
        search.attack(only)
        blocks: list[int] = []
        touched: set[int] = set()
        hopeless = []
        for variable, relations in _causes(search):
            if not touched.isdisjoint(relations):
                continue
            block = _choice(search, variable, relations)
            if block is None:
                hopeless.append(variable)
            else:
                touched.update(relations)
                blocks.append(block)
        if not blocks and (futile := _futile(search, hopeless, chosen)):
            # Something always shown repeats them: another cell must protect what they were to protect.
            search.futile |= futile
            chosen = [block for block in chosen if block not in futile]
            search.hidden &= ~np.isin(system.block, list(futile))
            only = None
            continue
        if not blocks:
            _check_hopeless(search, hopeless, masks)
            return np.array(_without_needless(search, chosen), dtype=np.intp)
        blocks = _with_twins(system, twins, blocks, search)
        fresh = np.isin(system.block, blocks) & ~search.hidden
        search.hidden |= fresh
        chosen.extend(blocks)
        only = fresh


def _with_twins(system: System, twins: Ints, blocks: list[int], search: _Search) -> list[int]:
    """Add the cells that show the same figures elsewhere: hiding one alone would be in vain."""
    chosen = np.isin(system.block, blocks)
    same = np.isin(twins, twins[chosen]) & ~search.hidden & ~np.isin(system.block, [NOT_HIDEABLE, *search.futile])
    return [*blocks, *sorted({int(block) for block in system.block[same]} - set(blocks))]


def _without_needless(search: _Search, chosen: list[int]) -> list[int]:
    """Show again what later choices made needless, the largest first: several relations choose side by side."""
    system = search.system
    size = {block: float(np.abs(system.value[system.block == block]).max()) for block in chosen}
    tried = sorted(chosen, key=lambda block: (-size[block], block))[:_MAX_TRIED]
    kept = set(chosen)
    accepted = {variable for variable, _ in search.broken()}
    for block in tried:
        before = search.hidden.copy(), search.outsider, search.insider
        own = system.block == block
        touched = np.diff(system.matrix[:, np.flatnonzero(own)].indptr) > 0
        neighbours = np.zeros(own.size, dtype=np.bool_)
        neighbours[system.matrix[np.flatnonzero(touched)].indices] = True
        search.hidden = before[0] & ~own
        search.attack(neighbours & search.hidden)
        if {variable for variable, _ in search.broken()} <= accepted:
            kept.discard(block)
        else:
            search.hidden, search.outsider, search.insider = before
    return [block for block in chosen if block in kept]


def _futile(search: _Search, hopeless: list[int], chosen: list[int]) -> set[int]:
    """Find the cells that were hidden to protect others though they can be worked out whatever else is hidden."""
    determined = _is_known(search.system, search.outsider, _least_width(search.system))
    return {int(search.system.block[variable]) for variable in hopeless if determined[variable]} & set(chosen)


def _check_hopeless(search: _Search, hopeless: list[int], masks: Mapping[str, Masked]) -> None:
    """Refuse to publish a figure that is determined whatever is hidden; a narrow one is counted by the audit."""
    system = search.system
    determined = _is_known(system, search.outsider, _least_width(system))
    for variable in hopeless:
        if determined[variable]:
            raise DisclosureError(_told(system, masks, variable))


def _causes(search: _Search) -> list[tuple[int, list[int]]]:
    """Find the variables that are known too well, and the relations that give them away.

    Where a figure is hidden alone in a relation, that is the cause; the others in its part are known because of it, and
    wait for the next round.
    """
    found = [(variable, _giving_away(search, variable, intervals)) for variable, intervals in search.broken()]
    alone = [(variable, [r for r in relations if _hidden_in(search, r) == 1]) for variable, relations in found]
    direct = [
        (variable, relations)
        for variable, relations in alone
        if relations and (search.system.block[_members(search.system, relations)] != NOT_HIDEABLE).sum() > 1
    ]
    return direct or found


def _members(system: System, relations: list[int]) -> Ints:
    """Find the variables of relations."""
    return np.unique(system.matrix[relations].indices).astype(np.intp)


def _hidden_in(search: _Search, relation: int) -> int:
    """Count the hidden variables of a relation."""
    matrix = search.system.matrix
    return int(search.hidden[matrix.indices[matrix.indptr[relation] : matrix.indptr[relation + 1]]].sum())


def _giving_away(search: _Search, variable: int, intervals: Intervals) -> list[int]:
    """Find the relations that alone hold a variable to an end of its interval; else all it is in."""
    system = search.system
    column = system.matrix[:, [variable]].tocoo()
    every = [int(relation) for relation in column.coords[0]]
    tight = [relation for relation in every if _is_tight(search, relation, variable, intervals)]
    return tight or every


def _is_tight(search: _Search, relation: int, variable: int, intervals: Intervals) -> bool:
    """Tell whether a relation alone implies an end of a variable's interval, given all others' intervals."""
    system = search.system
    start, end = system.matrix.indptr[relation], system.matrix.indptr[relation + 1]
    members, factors = system.matrix.indices[start:end], system.matrix.data[start:end]
    hidden = search.hidden[members]
    least = np.where(hidden, intervals.lower[members], system.value[members])
    greatest = np.where(hidden, intervals.upper[members], system.value[members])
    own = members == variable
    factor = factors[own].sum()
    with np.errstate(invalid="ignore"):
        ends = np.array([factors * least, factors * greatest])[:, ~own]
        low = (system.lower[relation] - ends.max(axis=0).sum()) / factor
        high = (system.upper[relation] - ends.min(axis=0).sum()) / factor
    if factor < 0:
        low, high = high, low
    slack = _DETERMINED - _NEARLY if system.whole[variable] else _NEARLY
    return bool(low >= intervals.lower[variable] - slack or high <= intervals.upper[variable] + slack)


def _choice(search: _Search, variable: int, relations: list[int]) -> int | None:
    """Choose the cell whose loss costs readers least: details before totals, what protects others too, small ones.

    Where the relations have nothing left to hide, what gives away their other hidden figures is looked at, and so on.

    Returns:
        Its block; None when everything that could be hidden is hidden.
    """
    system = search.system
    seen: set[int] = set()
    while relations:
        seen.update(relations)
        members = _members(system, relations)
        block = system.block[members]
        free = members[~search.hidden[members] & ~np.isin(block, [NOT_HIDEABLE, *search.futile])]
        if free.size:
            return _cheapest(search, variable, free)
        others = [int(member) for member in members[search.hidden[members]]]
        further = {relation for member in others for relation in _giving_away(search, member, search.outsider)}
        relations = sorted(further - seen)
    return None


def _cheapest(search: _Search, variable: int, free: Ints) -> int:
    """Order the cells that could be hidden by what their loss costs, and take the first; among equals, by the key."""
    system = search.system
    lacking = float(np.nan_to_num(search.need[variable] - search.outsider.width[variable]))
    value = np.abs(system.value[free])
    costs = sorted(
        (
            bool(value_ == 0),
            int(system.totals[candidate]),
            _lonely(search, int(candidate)),
            bool(value_ < lacking),
            float(value_) if value_ >= lacking else -float(value_),
            int(system.block[candidate]),
        )
        for candidate, value_ in zip(free, value, strict=True)
    )
    return costs[0][-1]


def _lonely(search: _Search, variable: int) -> int:
    """Count the relations in which a variable would be hidden alone, and so would call for yet another."""
    system = search.system
    relations = system.matrix[:, [variable]].tocoo().coords[0]
    return sum(_hidden_in(search, int(relation)) == 0 for relation in relations)


def _key(system: System, masks: Mapping[str, Masked], variable: int) -> str:
    """Name a variable's row, for a choice between equals and for messages."""
    name = system.names[int(system.table[variable])]
    return f"{name}: {_row(masks[name], int(system.row[variable]))}"


def _row(masked: Masked, row: int) -> str:
    """Name a row by its key."""
    values = masked.frame.iloc[row]
    return ", ".join(f"{column} {values[column]}" for column in masked.specification.key)


def _told(system: System, masks: Mapping[str, Masked], variable: int) -> str:
    """Tell that a hidden figure can be worked out, without saying what it is."""
    return (
        f"{_key(system, masks, variable)}: {system.column[variable]} er skjult, men kan regnes ud af de andre tal, der "
        "udgives. Udgaven er ikke offentliggjort. Se efter, om en kolonne mangler i tabellens `hides` eller `additive`."
    )


def _applied(spec: TableSpecification, frame: pd.DataFrame, hidden: Bools | None) -> StatementTable:
    """Empty the hidden figures, and take away what is read by disclosure control alone."""
    if hidden is None or spec.disclosure is None:
        return StatementTable(spec, frame)
    shown = frame.copy()
    for column in spec.disclosure.hides:
        shown[column] = shown[column].mask(hidden)
    shown[IS_HIDDEN] = pd.array(hidden, dtype="boolean")
    if LARGEST_SHARE in shown:
        shown = shown.drop(columns=LARGEST_SHARE)
        rule = spec.disclosure.model_copy(
            update={"hides": tuple(name for name in spec.disclosure.hides if name != LARGEST_SHARE)}
        )
        columns = tuple(column for column in spec.columns if column.name != LARGEST_SHARE)
        spec = spec.model_copy(update={"columns": columns, "disclosure": rule})
    return StatementTable(spec, shown)
