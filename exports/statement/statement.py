"""The statement itself: tables as they may be shown, and where they come from. Every report and file is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from exports.publish import Manifest
from exports.statement.specification import TableSpecification

IS_HIDDEN = "is_hidden"
"""A column that every table with disclosure control gets: whether the row's figures are hidden."""


@dataclass(frozen=True)
class StatementTable:
    """One table as it may be shown.

    Attributes:
        specification: What it is.
        frame: Its rows, ordered by the key, in the columns of the specification, and `is_hidden` where the table has
            disclosure control. Hidden figures are missing values. Nullable pandas types (`Int64`, `Float64`, `string`,
            `boolean`, `datetime64[ns]` for dates).
    """

    specification: TableSpecification
    frame: pd.DataFrame


@dataclass(frozen=True)
class Freeze:
    """That a statement is frozen: when, as which version, and why if it supersedes another.

    Attributes:
        version: 1 for the first, and so on.
        frozen_at: When, with time zone.
        reason: Why it superseded the version before; None for the first.
    """

    version: int
    frozen_at: datetime
    reason: str | None


@dataclass(frozen=True)
class Statement:
    """The yearly statement.

    Attributes:
        year: The report year.
        today: The day of the newest CRM delivery.
        tables: The tables by name.
        publication: The publication they were read from: run, time, code, deliveries with fingerprints.
        settings: The settings that decide figures, by name: limits of disclosure, fingerprint of the effect method.
        freeze: Set when the statement is frozen.
    """

    year: int
    today: date
    tables: Mapping[str, StatementTable]
    publication: Manifest
    settings: Mapping[str, str]
    freeze: Freeze | None = None

    def frame(self, name: str) -> pd.DataFrame:
        """Return the rows of a table.

        Args:
            name: The table's name, as `statement_goals`.

        Returns:
            Its rows.

        Raises:
            KeyError: There is no such table.
        """
        return self.tables[name].frame
