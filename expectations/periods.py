"""How long things are shown and kept, as typed data: periods with reason and date, read from `periods.yml`."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from expectations.errors import PeriodsError

PERIODS_FILE = Path(__file__).parent / "periods.yml"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Period(_Frozen):
    """A number of days, why so many, and since when."""

    days: int = Field(ge=1)
    reason: str = Field(min_length=1)
    since: date

    def before(self, day: date) -> date:
        """Go back from a day.

        Args:
            day: The day.

        Returns:
            The first day that still lies within the period.
        """
        return day - timedelta(days=self.days)


class Periods(_Frozen):
    """Every period.

    Attributes:
        uncorrectable_shown: How long a finding that cannot be corrected is shown after it was first found.
        same_change: How many days an unusual change covers: those that share a day are one.
        closed_findings_kept: How long a finding is kept after it was closed.
        results_kept: How long the results of checks are kept.
        messages_kept: How long a message is kept after it was written.
        night_logs_kept: How long the page of a run is kept.
        runs_kept: How long Dagster remembers a run with all its events.
    """

    uncorrectable_shown: Period
    same_change: Period
    closed_findings_kept: Period
    results_kept: Period
    messages_kept: Period
    night_logs_kept: Period
    runs_kept: Period


@lru_cache(maxsize=8)
def load_periods(path: Path = PERIODS_FILE) -> Periods:
    """Read and check the periods.

    Args:
        path: The YAML.

    Returns:
        The periods.

    Raises:
        PeriodsError: The file cannot be read, or a period is missing, unknown or not a number of days with a reason.
    """
    try:
        return Periods.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        msg = f"{path}: perioderne kan ikke bruges. Hver har days, reason og since. Ret filen, og kør igen.\n{error}"
        raise PeriodsError(msg) from error
