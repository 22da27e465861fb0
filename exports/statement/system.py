"""Everything that is published together as one system: figures as variables, and the relations an attacker knows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from exports.statement.limits import Limits
from exports.statement.specification import Disclosure, TableSpecification, Total

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]

NOT_HIDEABLE = -1
"""The block of a figure that is always shown."""

_WHOLE_TYPES = frozenset({"tinyint", "smallint", "integer", "bigint", "hugeint", "int"})
_YEAR_NAMES = {"goal_year": "year"}
_SCALES = (1.0, 100.0)
_MIN_EVIDENCE = 3
_RELATIVE = 1e-6


@dataclass(frozen=True)
class Masked:
    """A table as an attacker sees it.

    Attributes:
        specification: What it is; it has disclosure control.
        frame: Its rows. Figures of hidden rows are not read.
        hidden: Which rows are hidden; shape (rows,).
    """

    specification: TableSpecification
    frame: pd.DataFrame
    hidden: Bools

    @property
    def rule(self) -> Disclosure:
        """What may be shown of it."""
        if self.specification.disclosure is None:
            msg = f"{self.specification.name} has no disclosure control"
            raise ValueError(msg)
        return self.specification.disclosure


@dataclass(frozen=True)
class System:
    """Figures and relations: `lower <= matrix @ figures <= upper`.

    A *variable* is one figure: one additive or counted column of one cell. A *block* is what is hidden together: all
    variables of one cell of a table, on all rows that repeat it.

    Attributes:
        value: Each variable's value; not a number where it is hidden; shape (variables,).
        hidden: Whether it is hidden; shape (variables,).
        whole: Whether it is a whole number.
        low: The least it can be by its nature, as 0 for a count.
        limit: The limit of the unit it counts; not a number for figures that are not the count of their row.
        lenient: Whether its table hides counts that no unit's limit hides, because estimates of so few are weak: then
            knowing the count gives nobody away.
        block: What it is hidden with, or `NOT_HIDEABLE`.
        totals: In how many dimensions it is a total.
        table: Its table, as a position in `names`.
        column: The name of its column.
        row: A row of its table that holds it.
        names: The tables.
        rows: The block of every row, by table.
        matrix: One row per relation, one column per variable.
        lower: The least each relation can be.
        upper: The most it can be.
        soft: Whether it holds only nearly, or is only likely.
    """

    value: Floats
    hidden: Bools
    whole: Bools
    low: Floats
    limit: Floats
    lenient: Bools
    block: Ints
    totals: Ints
    table: Ints
    column: npt.NDArray[np.object_]
    row: Ints
    names: tuple[str, ...]
    rows: Mapping[str, Ints]
    matrix: csr_array
    lower: Floats
    upper: Floats
    soft: Bools


@dataclass
class _Cells:
    """The cells of one table: where its variables lie among all."""

    masked: Masked
    index: int
    cell: Ints
    count: int
    first: Ints
    shown: Bools
    is_shown: Bools
    block: Ints
    variables: dict[str, Ints] = field(default_factory=dict)
    codes: dict[str, Ints] = field(default_factory=dict)


@dataclass
class _Builder:
    """Collects variables and relations."""

    columns: list[dict[str, npt.NDArray[np.generic]]] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    bounds: list[tuple[Floats, Floats, Bools]] = field(default_factory=list)
    variables: int = 0
    relations: int = 0

    def add_variables(self, size: int, **columns: npt.NDArray[np.generic]) -> Ints:
        """Add variables and return their positions."""
        self.columns.append(columns)
        start, self.variables = self.variables, self.variables + size
        return np.arange(start, self.variables, dtype=np.intp)

    def relate(
        self, size: int, entries: Sequence[tuple[Ints, Ints, Floats]], low: float, high: float, *, soft: bool
    ) -> None:
        """Add relations; entries are (relation counted from 0, variable, coefficient)."""
        self.entries.extend((relation + self.relations, variable, factor) for relation, variable, factor in entries)
        self.bounds.append((np.full(size, low), np.full(size, high), np.full(size, soft)))
        self.relations += size


def read_system(tables: Mapping[str, Masked], limits: Limits) -> System:
    """Put down what an attacker knows of the tables.

    Known are: totals (exactly, or for distinct things that a total is at least its largest part and at most the sum),
    the same figure in other rows and tables, running totals over years, expected numbers and shares that are printed
    beside a total, and that a count is not larger than another that is larger on every row shown. Nothing hidden is
    read.

    Args:
        tables: The tables with disclosure control, by name.
        limits: The limits.

    Returns:
        The system. Equal tables give equal systems.
    """
    builder = _Builder()
    everything = []
    blocks = 0
    for index, masked in enumerate(tables.values()):
        cells = _add_cells(builder, masked, index, blocks, limits)
        blocks += cells.count
        everything.append(cells)
    for cells in everything:
        # Where nothing is hidden nothing is to be worked out.
        if cells.shown.all():
            continue
        for total in cells.masked.rule.totals:
            for column in cells.variables:
                if column in cells.masked.rule.additive:
                    _relate_total(builder, cells, total, column)
        _relate_bounds(builder, cells)
        _relate_running(builder, cells)
    _number_dimensions(everything)
    for left, right in itertools.combinations(everything, 2):
        if not (left.shown.all() and right.shown.all()):
            _relate_tables(builder, left, right)
    return _finish(builder, tables, everything)


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """Read a column as numbers.

    Args:
        frame: The rows.
        column: The column.

    Returns:
        Its values, not a number where missing; shape (rows,).
    """
    found = pd.to_numeric(frame[column]).astype("Float64")
    return np.asarray(found.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def units(masked: Masked) -> npt.NDArray[np.object_]:
    """Read what each row counts.

    Args:
        masked: The table.

    Returns:
        The unit of every row; shape (rows,).
    """
    if masked.rule.unit in masked.frame and not Limits.is_unit(masked.rule.unit):
        return masked.frame[masked.rule.unit].astype(object).to_numpy()
    return np.full(len(masked.frame), masked.rule.unit, dtype=object)


def cells_of(masked: Masked) -> Ints:
    """Number the cells: rows that repeat one cell have one number.

    Args:
        masked: The table.

    Returns:
        The cell of every row, in the order of the key; shape (rows,).
    """
    key = [column for column in masked.specification.key if column not in masked.rule.repeats_over]
    return _groups(masked.frame, key)


def is_distinct(masked: Masked, total: Total) -> Bools:
    """Tell for every row whether its total counts things of several parts once.

    Args:
        masked: The table.
        total: The dimension.

    Returns:
        One truth value per row; shape (rows,).
    """
    if isinstance(total.distinct, str):
        return np.asarray(masked.frame[total.distinct].fillna(value=True), dtype=np.bool_)
    return np.full(len(masked.frame), total.distinct, dtype=np.bool_)


def equal_figures(system: System) -> Ints:
    """Number the variables so that those which are known to be one figure have one number.

    Args:
        system: What is published.

    Returns:
        A number for every variable; shape (variables,).
    """
    exact = (system.lower == 0) & (system.upper == 0) & (np.diff(system.matrix.indptr) == len(("one", "other")))
    exact &= np.asarray(system.matrix.sum(axis=1)).ravel() == 0
    pairs = system.matrix[np.flatnonzero(exact)].indices.reshape(-1, 2)
    size = system.value.size
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size)).tocsr()
    return connected_components(graph, directed=False)[1].astype(np.intp)


def _groups(frame: pd.DataFrame, key: Sequence[str]) -> Ints:
    """Number the groups of equal keys in the order of the keys."""
    if not key:
        return np.zeros(len(frame), dtype=np.intp)
    number = np.zeros(len(frame), dtype=np.intp)
    for column in key:
        codes, values = pd.factorize(frame[column].astype(object), sort=True, use_na_sentinel=False)
        number = number * (len(values) + 1) + codes
        _, number = np.unique(number, return_inverse=True)
    return number.astype(np.intp)


def _add_cells(builder: _Builder, masked: Masked, index: int, blocks: int, limits: Limits) -> _Cells:
    """Add the figures of one table: its count and its additive columns, one variable per cell."""
    rule, frame = masked.rule, masked.frame
    cell = cells_of(masked)
    count = int(cell.max()) + 1 if cell.size else 0
    # The first row that is shown stands for the cell: when one of its rows is shown, all are known.
    order = np.lexsort((np.arange(cell.size), masked.hidden, cell))
    first = order[np.searchsorted(cell[order], np.arange(count))].astype(np.intp)
    unit = units(masked)[first]
    limit = np.array([limits.of(str(name)) or np.nan for name in unit], dtype=np.float64)
    shown = ~masked.hidden[first]
    block = np.where(np.isnan(limit), NOT_HIDEABLE, blocks + np.arange(count)).astype(np.intp)
    totals = np.zeros(count, dtype=np.intp)
    for total in rule.totals:
        totals += (frame[total.dimension].astype(object).to_numpy()[first] == total.total).astype(np.intp)
    cells = _Cells(masked, index, cell, count, first, shown, ~masked.hidden, block)
    for column in dict.fromkeys((rule.count, *rule.additive)):
        value = numbers(frame, column)[first]
        whole = column == rule.count or masked.specification.column(column).type.lower() in _WHOLE_TYPES
        cells.variables[column] = builder.add_variables(
            count,
            # A figure that is missing though its row is shown adds nothing to its total.
            value=np.where(shown, np.nan_to_num(value), np.nan),
            hidden=~shown,
            whole=np.full(count, whole),
            low=np.full(count, 0.0 if whole else -np.inf),
            limit=limit if column == rule.count else np.full(count, np.nan),
            lenient=np.full(count, rule.minimum is not None) & (limit < (rule.minimum or 0)),
            block=block,
            totals=totals,
            table=np.full(count, index, dtype=np.intp),
            column=np.full(count, column, dtype=object),
            row=first,
        )
    return cells


@dataclass(frozen=True)
class Lines:
    """What adds up along a dimension, one entry per part.

    Attributes:
        part: The row of the part; shape (parts,).
        whole: The row of its total.
        line: The line it belongs to, counted from 0.
        complete: Whether the line holds every part; the rows of one house's contract beside Danmark's do not.
    """

    part: Ints
    whole: Ints
    line: Ints
    complete: Bools


def lines_of(masked: Masked, total: Total) -> Lines:
    """Find what adds up along a dimension. A line whose total is missing though its row is shown is none.

    Args:
        masked: The table.
        total: The dimension and the value that stands for its total.

    Returns:
        The parts with their totals.
    """
    frame, rule, key = masked.frame, masked.rule, masked.specification.key
    others = [column for column in key if column != total.dimension]
    line = _groups(frame, others)
    is_total = (frame[total.dimension].astype(object) == total.total).to_numpy(dtype=np.bool_)
    is_empty = ~masked.hidden & np.isnan(numbers(frame, rule.count))
    total_row = np.full(int(line.max()) + 1 if line.size else 0, -1, dtype=np.intp)
    chosen = np.flatnonzero(is_total & ~is_empty)
    total_row[line[chosen]] = chosen
    part = np.flatnonzero(~is_total)
    part = part[total_row[line[part]] >= 0]
    _, numbered, size = np.unique(line[part], return_inverse=True, return_counts=True)
    # Rows of several agreements repeat cells: a line is complete when no agreement has more parts of it.
    union = _groups(frame, [column for column in others if column not in rule.repeats_over])[part]
    most = np.zeros(int(union.max()) + 1 if union.size else 0, dtype=np.intp)
    np.maximum.at(most, union, size[numbered])
    return Lines(
        part=part.astype(np.intp),
        whole=total_row[line[part]],
        line=numbered.astype(np.intp),
        complete=size[numbered] == most[union],
    )


def _relate_total(builder: _Builder, cells: _Cells, total: Total, column: str) -> None:
    """Add what is known of the parts of every total of a column."""
    lines = lines_of(cells.masked, total)
    if not lines.part.size:
        return
    variable = cells.variables[column][cells.cell]
    part, whole = variable[lines.part], variable[lines.whole]
    distinct = is_distinct(cells.masked, total)[lines.whole]
    for chosen, low in ((lines.complete & ~distinct, 0.0), (lines.complete & distinct, -np.inf)):
        if not chosen.any():
            continue
        _, first, line = np.unique(lines.line[chosen], return_index=True, return_inverse=True)
        every = np.arange(first.size, dtype=np.intp)
        entries = [
            (every, whole[chosen][first], np.ones(first.size)),
            (line.astype(np.intp), part[chosen], -np.ones(int(chosen.sum()))),
        ]
        builder.relate(first.size, entries, low, 0.0, soft=low != 0.0)
    if (bounded := distinct | ~lines.complete).any():
        each = np.arange(int(bounded.sum()), dtype=np.intp)
        ones = np.ones(each.size)
        builder.relate(each.size, [(each, whole[bounded], ones), (each, part[bounded], -ones)], 0.0, np.inf, soft=True)
    _relate_expected(builder, cells, column, lines.part, lines.whole)


def _relate_expected(builder: _Builder, cells: _Cells, column: str, part: Ints, whole: Ints) -> None:
    """Find numbers beside the parts that give the total away: an expected number, or a share of the total.

    Any such rule that holds on every row that is shown is taken for known.
    """
    rule, frame = cells.masked.rule, cells.masked.frame
    figures = [name for name in _numeric(cells.masked) if name not in rule.additive]
    if not figures:
        return
    value = numbers(frame, column)
    total = np.where(cells.is_shown, value, np.nan)[whole]
    seen = cells.is_shown[part]
    table = {name: np.where(seen, numbers(frame, name)[part], np.nan) for name in figures}
    own = np.where(seen, value[part], np.nan)
    variable = cells.variables[column][cells.cell]
    for name, scale in itertools.product(figures, _SCALES):
        for share in figures:
            # An expected number: share * total / scale.
            if share != name and _holds(table[share] * total / scale, table[name]):
                _relate_beside(builder, cells, name, part, variable[whole], table[share] / scale, table[name])
        if _holds(table[name] * total / scale, own):
            _relate_share(builder, cells, part, (variable[part], variable[whole]), table[name] / scale)


def _holds(left: Floats, right: Floats) -> bool:
    """Tell whether two columns agree wherever both are known, often enough to be a rule."""
    known = ~np.isnan(left) & ~np.isnan(right)
    if known.sum() < _MIN_EVIDENCE or np.unique(right[known]).size < _MIN_EVIDENCE:
        return False
    return bool(np.allclose(left[known], right[known], rtol=_RELATIVE, atol=0.0))


def _relate_beside(
    builder: _Builder, cells: _Cells, name: str, part: Ints, total: Ints, share: Floats, expected: Floats
) -> None:
    """Add `share * total = expected` for every row where both are printed."""
    known = ~np.isnan(share) & ~np.isnan(expected) & (share != 0)
    rows = part[known]
    number = _add_printed(builder, cells, rows, expected[known], name)
    each = np.arange(rows.size, dtype=np.intp)
    builder.relate(
        rows.size, [(each, total[known], share[known]), (each, number, -np.ones(rows.size))], 0.0, 0.0, soft=True
    )


def _relate_share(builder: _Builder, cells: _Cells, part: Ints, figures: tuple[Ints, Ints], share: Floats) -> None:
    """Add `share * total = part` for every row where the share is printed; hiding the row takes it away."""
    known = ~np.isnan(share)
    rows = part[known]
    gone = _add_printed(builder, cells, rows, np.zeros(rows.size), "share")
    each = np.arange(rows.size, dtype=np.intp)
    minus = -np.ones(rows.size)
    own, total = figures
    entries = [(each, total[known], share[known]), (each, own[known], minus), (each, gone, minus)]
    builder.relate(rows.size, entries, 0.0, 0.0, soft=True)


def _add_printed(builder: _Builder, cells: _Cells, rows: Ints, value: Floats, name: str) -> Ints:
    """Add numbers that are printed beside figures, and are hidden with their row if they are hidden at all."""
    cell = cells.cell[rows]
    size = rows.size
    hides = name == "share" or name in cells.masked.rule.hides
    return builder.add_variables(
        size,
        value=value,
        hidden=np.zeros(size, dtype=np.bool_),
        whole=np.zeros(size, dtype=np.bool_),
        low=np.full(size, -np.inf),
        limit=np.full(size, np.nan),
        lenient=np.ones(size, dtype=np.bool_),
        block=cells.block[cell] if hides else np.full(size, NOT_HIDEABLE, dtype=np.intp),
        totals=np.zeros(size, dtype=np.intp),
        table=np.full(size, cells.index, dtype=np.intp),
        column=np.full(size, "", dtype=object),
        row=rows,
    )


def _numeric(masked: Masked) -> list[str]:
    """Name the columns that hold numbers, keys and years apart."""
    kinds = ("double", "float", "real", "decimal", *_WHOLE_TYPES)
    return [
        column.name
        for column in masked.specification.columns
        if column.name not in masked.specification.key and column.type.lower().startswith(kinds)
    ]


def _relate_bounds(builder: _Builder, cells: _Cells) -> None:
    """Add that a count is at most another number of its row, where it is so on every row that is shown."""
    rule, frame = cells.masked.rule, cells.masked.frame
    if not rule.additive:
        return
    shown = cells.shown
    values = {column: numbers(frame, column)[cells.first] for column in cells.variables}
    known = {
        name: numbers(frame, name)[cells.first]
        for name in _numeric(cells.masked)
        if name not in rule.hides and name not in values
    }
    for small, large in itertools.permutations(cells.variables, 2):
        if _is_at_most(values[small][shown], values[large][shown]):
            each = np.arange(cells.count, dtype=np.intp)
            ones = np.ones(cells.count)
            entries = [(each, cells.variables[large], ones), (each, cells.variables[small], -ones)]
            builder.relate(cells.count, entries, 0.0, np.inf, soft=True)
    for small, (name, bound) in itertools.product(cells.variables, known.items()):
        if _is_at_most(values[small][shown], bound[shown]):
            has = np.flatnonzero(~np.isnan(bound)).astype(np.intp)
            printed = _add_printed(builder, cells, cells.first[has], bound[has], name)
            each = np.arange(has.size, dtype=np.intp)
            ones = np.ones(has.size)
            entries = [(each, printed, ones), (each, cells.variables[small][has], -ones)]
            builder.relate(has.size, entries, 0.0, np.inf, soft=True)


def _is_at_most(small: Floats, large: Floats) -> bool:
    """Tell whether one column is at most the other on every row, often enough to be a rule."""
    known = ~np.isnan(small) & ~np.isnan(large)
    return bool(known.sum() >= _MIN_EVIDENCE and (small[known] <= large[known]).all())


def _relate_running(builder: _Builder, cells: _Cells) -> None:
    """Find running totals over years: what a pooled figure grew by since the year before is the year's own figure."""
    key = [name for name in cells.masked.specification.key if name not in cells.masked.rule.repeats_over]
    year = next((name for name in key if _YEAR_NAMES.get(name, name) == "year"), None)
    if year is None:
        return
    frame = cells.masked.frame.iloc[cells.first]
    years = numbers(frame, year)
    for dimension in key:
        kinds = frame[dimension].astype(object)
        if dimension == year or kinds.nunique() != len(("own", "pooled")):
            continue
        group = _groups(frame, [name for name in key if name not in (dimension, year)])
        for part, whole in itertools.permutations(sorted(kinds.dropna().unique(), key=str), 2):
            is_part, is_whole = (kinds == part).to_numpy(dtype=np.bool_), (kinds == whole).to_numpy(dtype=np.bool_)
            _relate_growth(builder, cells, (group, years), (is_part, is_whole))


def _relate_growth(builder: _Builder, cells: _Cells, place: tuple[Ints, Floats], kinds: tuple[Bools, Bools]) -> None:
    """Add `whole this year - whole last year = part this year` where it holds on every row that is shown."""
    group, years = place
    is_part, is_whole = kinds
    at = pd.DataFrame({"group": group, "year": years, "cell": np.arange(cells.count)})
    found = (
        at[is_part]
        .merge(at[is_whole], on=["group", "year"], suffixes=("", "_now"))
        .merge(at[is_whole].assign(year=at["year"] + 1), on=["group", "year"], suffixes=("", "_before"))
    )
    part, now, before = (found[name].to_numpy(dtype=np.intp) for name in ("cell", "cell_now", "cell_before"))
    for column, variable in cells.variables.items():
        value = np.where(cells.shown, numbers(cells.masked.frame, column)[cells.first], np.nan)
        if _holds(value[now] - value[before], value[part]):
            each = np.arange(part.size, dtype=np.intp)
            ones = np.ones(part.size)
            entries = [(each, variable[now], ones), (each, variable[before], -ones), (each, variable[part], -ones)]
            builder.relate(part.size, entries, 0.0, 0.0, soft=True)


def _relate_tables(builder: _Builder, left: _Cells, right: _Cells) -> None:
    """Find the same figures in two tables: equal on every row that is shown, and enough of them."""
    shared = [name for name in _dimensions(left) if name in _dimensions(right)]
    if "house" not in shared or len(shared) <= 1:
        return
    pieces = [
        _combined([cells.codes[name] for name in _dimensions(cells) if name not in shared], cells.count)
        for cells in (left, right)
    ]
    split = left.count
    place = _combined([np.concatenate([left.codes[name], right.codes[name]]) for name in shared], split + right.count)
    places = int(place.max()) + 1 if place.size else 0
    for left_column, right_column in itertools.product(left.variables, right.variables):
        a = _spread(left, left_column, place[:split], pieces[0], places)
        b = _spread(right, right_column, place[split:], pieces[1], places)
        for one, other in _equal_slices(a[1], b[1]):
            both = np.flatnonzero((a[0][:, one] >= 0) & (b[0][:, other] >= 0))
            each = np.arange(both.size, dtype=np.intp)
            ones = np.ones(both.size)
            entries = [(each, a[0][both, one], ones), (each, b[0][both, other], -ones)]
            builder.relate(both.size, entries, 0.0, 0.0, soft=True)


def _dimensions(cells: _Cells) -> list[str]:
    """Name the dimensions of a table's cells, years by one name in all tables."""
    rule, key = cells.masked.rule, cells.masked.specification.key
    return [_YEAR_NAMES.get(name, name) for name in key if name not in rule.repeats_over]


def _number_dimensions(everything: Sequence[_Cells]) -> None:
    """Number the values of every dimension, by the same numbers in all tables."""
    for name in sorted({name for cells in everything for name in _dimensions(cells)}):
        having = [cells for cells in everything if name in _dimensions(cells)]
        values = [
            cells.masked.frame[next(k for k in cells.masked.specification.key if _YEAR_NAMES.get(k, k) == name)]
            .astype(object)
            .to_numpy()[cells.first]
            for cells in having
        ]
        codes, _ = pd.factorize(np.concatenate(values).astype(str), sort=True)
        ends = np.cumsum([value.size for value in values])[:-1]
        for cells, part in zip(having, np.split(codes, ends), strict=True):
            cells.codes[name] = part.astype(np.intp)


def _combined(codes: Sequence[Ints], size: int) -> Ints:
    """Number the combinations of several dimensions' numbers, from 0 on without gaps."""
    number = np.zeros(size, dtype=np.intp)
    for code in codes:
        _, number = np.unique(number * (code.max(initial=0) + 1) + code, return_inverse=True)
    return number.astype(np.intp)


def _spread(cells: _Cells, column: str, place: Ints, piece: Ints, places: int) -> tuple[Ints, Floats]:
    """Lay a column out with a row per place and a column per slice: its variables, and its values where shown."""
    shape = (places, int(piece.max()) + 1 if piece.size else 0)
    variable = np.full(shape, -1, dtype=np.intp)
    variable[place, piece] = cells.variables[column]
    value = np.full(shape, np.nan)
    shown = np.where(cells.shown, numbers(cells.masked.frame, column)[cells.first], np.nan)
    value[place, piece] = shown
    return variable, value


def _equal_slices(left: Floats, right: Floats) -> Iterator[tuple[int, int]]:
    """Find pairs of slices that are equal wherever both are shown."""
    known = ~np.isnan(left)[:, :, None] & ~np.isnan(right)[:, None, :]
    equal = left[:, :, None] == right[:, None, :]
    agree = (equal | ~known).all(axis=0) & (known.sum(axis=0) >= _MIN_EVIDENCE)
    for one, other in np.argwhere(agree):
        values = left[known[:, one, other], one]
        # Small numbers are often equal by chance.
        if np.unique(values[values > 0]).size >= _MIN_EVIDENCE:
            yield int(one), int(other)


def _finish(builder: _Builder, tables: Mapping[str, Masked], everything: Sequence[_Cells]) -> System:
    """Put the collected parts together."""
    names = ("value", "hidden", "whole", "low", "limit", "lenient", "block", "totals", "table", "column", "row")
    empty: dict[str, npt.NDArray[np.generic]] = {
        "value": np.empty(0),
        "hidden": np.empty(0, dtype=np.bool_),
        "column": np.empty(0, dtype=object),
    }
    joined = {
        name: np.concatenate([part[name] for part in builder.columns])
        if builder.columns
        else empty.get(name, empty["value"])
        for name in names
    }
    entries = builder.entries or [(np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0))]
    row, column, factor = (np.concatenate([entry[i] for entry in entries]) for i in range(3))
    matrix = coo_array((factor, (row, column)), shape=(builder.relations, builder.variables)).tocsr()
    bounds = builder.bounds or [(np.empty(0), np.empty(0), np.empty(0, dtype=np.bool_))]
    return System(
        value=joined["value"].astype(np.float64),
        hidden=joined["hidden"].astype(np.bool_),
        whole=joined["whole"].astype(np.bool_),
        low=joined["low"].astype(np.float64),
        limit=joined["limit"].astype(np.float64),
        lenient=joined["lenient"].astype(np.bool_),
        block=joined["block"].astype(np.intp),
        totals=joined["totals"].astype(np.intp),
        table=joined["table"].astype(np.intp),
        column=joined["column"].astype(object),
        row=joined["row"].astype(np.intp),
        names=tuple(tables),
        rows={cells.masked.specification.name: cells.block[cells.cell] for cells in everything},
        matrix=csr_array(matrix),
        lower=np.concatenate([bound[0] for bound in bounds]),
        upper=np.concatenate([bound[1] for bound in bounds]),
        soft=np.concatenate([bound[2] for bound in bounds]),
    )
