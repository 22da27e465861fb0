"""Reading the columns of a table of units: what must be there, of which type, and without gaps."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dbt_project.effect.errors import EffectInputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def require_columns(table: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Check that a table has the columns.

    Args:
        table: The table.
        columns: Names it must have.
        what: What the table holds, for the message.

    Raises:
        EffectInputError: A column is missing.
    """
    missing = sorted(set(columns) - set(table.columns))
    if missing:
        raise EffectInputError(
            f"{what}: column {', '.join(missing)} is missing; found {', '.join(map(str, table.columns))}. "
            "Name the columns as they are in the table."
        )


def unique_ids(units: pd.DataFrame, column: str) -> pd.Index:
    """Read the column that identifies units.

    Args:
        units: One row per unit.
        column: The identifying column.

    Returns:
        The ids, in the order of the rows.

    Raises:
        EffectInputError: An id is missing or stands on more than one row.
    """
    ids: pd.Index = pd.Index(units[column])
    if ids.hasnans:
        raise EffectInputError(f"units: column {column} has empty ids. Give every unit an id.")
    if not ids.is_unique:
        twice = ids[ids.duplicated()][0]
        raise EffectInputError(
            f"units: id {twice!r} in column {column} stands on more than one row. Give one row per unit."
        )
    return ids


def matrix(units: pd.DataFrame, columns: Sequence[str]) -> Floats:
    """Read numeric columns.

    Args:
        units: One row per unit.
        columns: Names of numeric columns.

    Returns:
        Array of shape (units, columns).

    Raises:
        EffectInputError: A column is not numeric, or a value is missing or infinite.
    """
    values = np.empty((len(units), len(columns)), dtype=np.float64)
    for position, column in enumerate(columns):
        try:
            values[:, position] = units[column].to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise EffectInputError(f"units: column {column} is not numeric ({error}). Give numbers.") from error
    broken = ~np.isfinite(values)
    if broken.any():
        row, position = np.argwhere(broken)[0]
        raise EffectInputError(
            f"units: column {columns[position]} is missing or infinite on row {row} ({int(broken.sum())} such values). "
            "Leave such units out, or replace the value and match exactly on a flag that says so."
        )
    return values


def flags(units: pd.DataFrame, column: str) -> Flags:
    """Read a column of true and false, or 1 and 0.

    Args:
        units: One row per unit.
        column: The column.

    Returns:
        Array of shape (units,).

    Raises:
        EffectInputError: A value is neither.
    """
    values = matrix(units, [column])[:, 0]
    if not np.isin(values, (0.0, 1.0)).all():
        raise EffectInputError(f"units: column {column} must be true or false (1 or 0) on every row.")
    truth: Flags = values == 1.0
    return truth


def strata(units: pd.DataFrame, columns: Sequence[str]) -> Ints:
    """Number the combinations of columns that must be equal within a match.

    Args:
        units: One row per unit.
        columns: The columns; none means that all units are in one stratum.

    Returns:
        Array of shape (units,): equal numbers for equal combinations, from 0 without gaps.

    Raises:
        EffectInputError: A value is missing: nothing is equal to it.
    """
    codes = np.zeros(len(units), dtype=np.int64)
    size = 1
    for column in columns:
        part, levels = pd.factorize(units[column])
        if (part < 0).any():
            row = int(np.flatnonzero(part < 0)[0])
            raise EffectInputError(
                f"units: column {column} is empty on row {row}, so the unit is in no stratum. "
                "Give the missing value a code of its own."
            )
        if size * max(1, len(levels)) > np.iinfo(np.int64).max // 2:
            codes, size = _renumbered(codes)
        codes = codes * len(levels) + part
        size *= max(1, len(levels))
    return _renumbered(codes)[0]


def _renumbered(codes: Ints) -> tuple[Ints, int]:
    """Number the codes in use from 0, so that further columns fit and strata can be counted without sorting."""
    renumbered, found = pd.factorize(codes)
    return renumbered.astype(np.int64), len(found)
