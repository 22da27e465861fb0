"""A frozen statement against a recomputation: which cells differ, and which deliveries, code or settings explain it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import pandas as pd

from exports.files import write_whole
from exports.publish import Manifest, PublishedDelivery
from exports.statement.lineage import RUN_CONTEXT
from exports.statement.specification import TableSpecification
from exports.statement.statement import IS_HIDDEN, Freeze, Statement, StatementTable

HIDDEN = "skjult"
_TOLERANCE = 1e-9
"""Differences smaller than this share of a figure are the arithmetic's, not the data's."""
_YEAR_COLUMNS = ("year", "goal_year")
_BEFORE, _NOW, _IN = "__before", "__now", "__in"
# A spreadsheet program would run a text that begins like this as a formula.
_FORMULA = r"^(?=[=+\-@\t\r])"
_COLUMNS = ("table", "row", "column", "change", "before", "now", "difference", "status_before", "status_now", "cause")
CSV_HEADINGS = ("tabel", "raekke", "kolonne", "aendring", "foer", "nu", "forskel", "status_foer", "status_nu", "aarsag")


class Change(StrEnum):
    """What happened to a cell or a delivery; the value is what Danish readers see."""

    APPEARED = "ny"
    VANISHED = "væk"
    CHANGED = "ændret"
    NOW_HIDDEN = "skjult nu"
    NOW_SHOWN = "vist nu"


@dataclass(frozen=True)
class DeliveryChange:
    """A delivery that is not what it was when the statement was frozen.

    Attributes:
        entity: The entity it delivers, or None when it cannot be told.
        delivery: Its file.
        change: New, gone, or changed (other content, or no longer accepted).
        before: Its fingerprint then, or None.
        now: Its fingerprint now, or None.
    """

    entity: str | None
    delivery: str
    change: Change
    before: str | None
    now: str | None


@dataclass(frozen=True)
class Comparison:
    """What a recomputation changes.

    Attributes:
        year: The report year.
        freeze: The frozen version.
        frozen: The publication the frozen figures are from.
        current: The publication they are compared with.
        deliveries: The deliveries that differ.
        settings: The settings that differ, each with its value then and now; None where it is missing.
        cells: The cells that differ, one row each: table, row (its key), column, change, before and now as text
            (`skjult` where hidden), difference (in the unit of the figure; points for shares and scores), the row's
            status before and now, and the cause in words.
        tables: How many rows of each table were compared.
        left_out: Tables that could not be compared, each with the reason.
    """

    year: int
    freeze: Freeze
    frozen: Manifest
    current: Manifest
    deliveries: tuple[DeliveryChange, ...]
    settings: Mapping[str, tuple[str | None, str | None]]
    cells: pd.DataFrame
    tables: Mapping[str, int]
    left_out: Mapping[str, str]

    @property
    def code_changed(self) -> bool:
        """Whether other code computed the figures."""
        return self.frozen.code_version != self.current.code_version

    @property
    def context_changed(self) -> bool:
        """Whether the data reach another day, or the newest publication is of another year."""
        return (self.frozen.today, self.frozen.report_year) != (self.current.today, self.current.report_year)

    @property
    def is_same(self) -> bool:
        """Whether every cell that was compared is what it was."""
        return self.cells.empty


def compare(frozen: Statement, current: Statement, lineage: Mapping[str, Iterable[str]]) -> Comparison:
    """Compare a frozen statement with one of today, cell by cell.

    What is hidden in either stays hidden here: only that it is hidden is said.

    Args:
        frozen: The frozen statement.
        current: The statement of the newest publication; of another year, its rows up to the frozen year count.
        lineage: For each table and measure the delivered entities its figures are made from.

    Returns:
        The comparison.

    Raises:
        ValueError: The first statement is not frozen.
    """
    if frozen.freeze is None:
        msg = "the statement to compare with is not frozen"
        raise ValueError(msg)
    deliveries = changed_deliveries(frozen.publication.deliveries, current.publication.deliveries)
    settings = _changed_settings(frozen.settings, current.settings)
    found: list[pd.DataFrame] = []
    rows: dict[str, int] = {}
    left_out: dict[str, str] = {}
    causes = _Causes(frozen, current, deliveries, settings, {name: frozenset(each) for name, each in lineage.items()})
    for name in dict.fromkeys([*frozen.tables, *current.tables]):
        before, now = frozen.tables.get(name), current.tables.get(name)
        if before is None or now is None:
            left_out[name] = "Tabellen er ny." if before is None else "Tabellen findes ikke mere."
            continue
        if before.specification.key != now.specification.key:
            left_out[name] = "Tabellens nøgle er en anden."
            continue
        today = _same_years(now, frozen, current, lineage.get(name, ()))
        if today is None:
            left_out[name] = f"Tabellen gælder kun opgørelsesåret, og den seneste udgave er for {current.year}."
            continue
        rows[name] = len(before.frame)
        found.append(_changed_cells(before, today, causes))
    # A table without differences has no types to agree on.
    told = [cells for cells in found if not cells.empty]
    cells = pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=list(_COLUMNS))
    return Comparison(
        frozen.year, frozen.freeze, frozen.publication, current.publication, deliveries, settings, cells, rows, left_out
    )


def changed_deliveries(
    before: Iterable[PublishedDelivery], now: Iterable[PublishedDelivery]
) -> tuple[DeliveryChange, ...]:
    """Find the deliveries that are new, gone or changed.

    Args:
        before: The deliveries of one publication.
        now: Those of another.

    Returns:
        The differences by entity and file.
    """
    old, new = _accepted(before), _accepted(now)
    changes = []
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if one is not None and other is not None and one.fingerprint == other.fingerprint:
            continue
        change = Change.APPEARED if one is None else Change.VANISHED if other is None else Change.CHANGED
        entity = next((each.entity for each in (other, one) if each is not None), None)
        changes.append(
            DeliveryChange(entity, name, change, one.fingerprint if one else None, other.fingerprint if other else None)
        )
    return tuple(sorted(changes, key=lambda each: (each.entity or "", each.delivery)))


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write every difference as CSV for a Danish spreadsheet, and the deliveries beside it.

    Semicolons, decimal comma, UTF-8 with byte order mark. A text that a spreadsheet would run as a formula gets an
    apostrophe in front.

    Args:
        comparison: The comparison.
        path: The file for the cells; `<name>-leverancer.csv` beside it gets the deliveries.
    """
    cells = comparison.cells.set_axis(list(CSV_HEADINGS), axis="columns")
    deliveries = pd.DataFrame(
        [(each.entity, each.delivery, str(each.change), each.before, each.now) for each in comparison.deliveries],
        columns=["indhold", "leverance", "aendring", "fingeraftryk_foer", "fingeraftryk_nu"],
    )
    for frame, target in ((cells, path), (deliveries, path.with_name(f"{path.stem}-leverancer{path.suffix}"))):
        texts = frame.select_dtypes(exclude="number").columns
        safe = frame.assign(
            **{name: frame[name].astype("string").str.replace(_FORMULA, "'", regex=True) for name in texts}
        )
        text = safe.to_csv(sep=";", decimal=",", index=False, lineterminator="\n")
        write_whole(target, text.encode("utf-8-sig"))


def _accepted(deliveries: Iterable[PublishedDelivery]) -> dict[str, PublishedDelivery]:
    """Index the deliveries whose rows are in the figures by file."""
    return {each.delivery: each for each in deliveries if each.status == "accepted"}


def _changed_settings(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """Find the settings that differ."""
    names = sorted(before.keys() | now.keys())
    return {name: (before.get(name), now.get(name)) for name in names if before.get(name) != now.get(name)}


class _Causes:
    """Says in words what may have changed a figure: only what the figure is made from."""

    def __init__(
        self,
        frozen: Statement,
        current: Statement,
        deliveries: tuple[DeliveryChange, ...],
        settings: Mapping[str, object],
        lineage: Mapping[str, frozenset[str]],
    ) -> None:
        self._lineage = lineage
        counted = Counter((each.entity or "ukendt", each.change) for each in deliveries)
        self._entities: dict[str, str] = {}
        for entity in sorted({each.entity or "ukendt" for each in deliveries}):
            parts = [f"{n} {change}" for change in Change if (n := counted[entity, change])]
            self._entities[entity] = f"{entity} ({', '.join(parts)})"
        before, now = frozen.publication, current.publication
        self._always = []
        if before.code_version != now.code_version:
            self._always.append("koden")
        if settings:
            self._always.append("indstillingerne")
        self._context = (before.today, before.report_year) != (now.today, now.report_year)

    def of(self, table: str, measure: str | None) -> str:
        """Say what may have changed a figure of a table, or of a measure where the table names one."""
        of_table = self._lineage.get(table, frozenset())
        return self._words(of_table & self._lineage.get(measure or "", of_table))

    def of_hiding(self) -> str:
        """Say what may have hidden a cell or shown it: which cells are hidden is decided over all tables together."""
        return self._words(frozenset({*self._entities, RUN_CONTEXT}))

    def _words(self, entities: frozenset[str]) -> str:
        parts = [words for entity, words in self._entities.items() if entity in entities]
        if self._context and RUN_CONTEXT in entities:
            parts.append("dataenes dag eller opgørelsesåret")
        return "; ".join([*parts, *self._always]) or "ukendt"


def _same_years(
    table: StatementTable, frozen: Statement, current: Statement, made_from: Iterable[str]
) -> StatementTable | None:
    """Keep the rows a frozen statement could have; None when the table says nothing of the frozen year."""
    if current.year == frozen.year:
        return table
    column = next((name for name in _YEAR_COLUMNS if name in table.frame), None)
    if column is None:
        # What the agreements say is the same in every year; what is made from deliveries is of the report year.
        return None if list(made_from) else table
    rows = table.frame[table.frame[column] <= frozen.year]
    if (
        not (rows[column] == frozen.year).any()
        and (frozen.frame(table.specification.name)[column] == frozen.year).any()
    ):
        return None
    return StatementTable(table.specification, rows)


def _changed_cells(before: StatementTable, now: StatementTable, causes: _Causes) -> pd.DataFrame:
    """Find the cells of one table that differ, one row per cell, in the order of the key."""
    specification = now.specification
    rows = _side_by_side(before, now)
    status = [_side(rows, "status", side).astype("string") for side in (_BEFORE, _NOW)]
    row_names = _row_names(rows, specification)
    made_from = _cause(rows, specification, causes)
    cells = []
    for name in [str(each) for each in before.frame if f"{each}{_NOW}" in rows and each != IS_HIDDEN]:
        change, difference = _change(rows, name, specification)
        picked = change.notna()
        hiding = change.isin([Change.NOW_HIDDEN, Change.NOW_SHOWN])
        cells.append(
            pd.DataFrame(
                {
                    "table": specification.name,
                    "row": row_names[picked],
                    "column": name,
                    "change": change[picked],
                    "before": _text(_side(rows, name, _BEFORE), _hidden(rows, name, _BEFORE, specification))[picked],
                    "now": _text(_side(rows, name, _NOW), _hidden(rows, name, _NOW, specification))[picked],
                    "difference": difference[picked],
                    "status_before": status[0][picked],
                    "status_now": status[1][picked],
                    "cause": made_from.mask(hiding, causes.of_hiding())[picked],
                }
            )
        )
    if not cells:
        return pd.DataFrame(columns=list(_COLUMNS))
    return pd.concat(cells).sort_index(kind="stable").reset_index(drop=True)


def _side_by_side(before: StatementTable, now: StatementTable) -> pd.DataFrame:
    """Join the rows of then and now by their key; columns of only one of them are left out."""
    key = list(now.specification.key)
    shared = [name for name in before.frame if name in now.frame]
    joined = before.frame[shared].merge(
        now.frame[shared], on=key, how="outer", suffixes=(_BEFORE, _NOW), indicator=_IN, sort=False
    )
    return joined.sort_values(key, kind="stable", ignore_index=True)


def _side(rows: pd.DataFrame, name: str, side: str) -> pd.Series:
    """Take a column of then or of now; missing everywhere where the table has none."""
    column = f"{name}{side}"
    return rows[column] if column in rows else pd.Series(pd.NA, index=rows.index, dtype="string")


def _hidden(rows: pd.DataFrame, name: str, side: str, specification: TableSpecification) -> pd.Series:
    """Say which cells of a column are hidden on one side."""
    rule, column = specification.disclosure, f"{IS_HIDDEN}{side}"
    if rule is None or name not in rule.hides or column not in rows:
        return pd.Series(data=False, index=rows.index)
    return rows[column].astype("boolean").fillna(value=False).astype(bool)


def _change(rows: pd.DataFrame, name: str, specification: TableSpecification) -> tuple[pd.Series, pd.Series]:
    """Say what happened to each cell of a column (missing where nothing did), and by how much a number changed."""
    old, new = _side(rows, name, _BEFORE), _side(rows, name, _NOW)
    was_hidden, is_hidden = (_hidden(rows, name, side, specification) for side in (_BEFORE, _NOW))
    numeric = pd.api.types.is_numeric_dtype(old.dtype) and not pd.api.types.is_bool_dtype(old.dtype)
    if numeric:
        before, after = (side.astype("Float64") for side in (old, new))
        difference = after - before
        is_noise = difference.abs() <= _TOLERANCE * np.maximum(before.abs(), after.abs())
        same = (is_noise.fillna(value=False) | (old.isna() & new.isna())).astype(bool)
    else:
        difference = pd.Series(pd.NA, index=rows.index, dtype="Float64")
        same = ((old == new).fillna(value=False) | (old.isna() & new.isna())).astype(bool)
    change = pd.Series(pd.NA, index=rows.index, dtype="string")
    change[~same] = Change.CHANGED
    change[is_hidden & old.notna()] = Change.NOW_HIDDEN
    change[was_hidden & new.notna()] = Change.NOW_SHOWN
    gone, added = rows[_IN] == "left_only", rows[_IN] == "right_only"
    change[gone & (old.notna() | was_hidden)] = Change.VANISHED
    change[added & (new.notna() | is_hidden)] = Change.APPEARED
    return change, difference.mask(change.ne(Change.CHANGED).fillna(value=True).astype(bool))


def _row_names(rows: pd.DataFrame, specification: TableSpecification) -> pd.Series:
    """Name each row by its key, as `house=fyn, year=2025`."""
    parts = [name + "=" + rows[name].astype("string").fillna("") for name in specification.key]
    named = parts[0]
    for part in parts[1:]:
        named = named + ", " + part
    return named


def _cause(rows: pd.DataFrame, specification: TableSpecification, causes: _Causes) -> pd.Series:
    """Say of each row what may have changed it."""
    if "measure" not in specification.key:
        return pd.Series(causes.of(specification.name, None), index=rows.index, dtype="string")
    measures = rows["measure"].astype("string")
    words = {measure: causes.of(specification.name, str(measure)) for measure in measures.dropna().unique()}
    return measures.map(words).astype("string")


def _text(values: pd.Series, hidden: pd.Series) -> pd.Series:
    """Write cells as text: numbers with decimal comma, dates as ISO, hidden ones by the word."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        text = values.dt.strftime("%Y-%m-%d").astype("string")
    else:
        text = values.astype("string")
        if pd.api.types.is_float_dtype(values.dtype):
            text = text.str.replace(".", ",", regex=False)
    written: pd.Series = text.mask(hidden, HIDDEN)
    return written
