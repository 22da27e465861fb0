"""Days as numbers (since 1 January 1970) and their texts; NEVER stands for an open end."""

from datetime import UTC, date, datetime
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER = 10**7
"""A day after every other day: open courses, companies that have not ceased."""

DAY_SECONDS = 86_400
_FIRST_TEXT_DAY = -40_000
_LAST_TEXT_DAY = 40_000
_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days from 1 January 1970 to `day`."""
    return (day - _EPOCH).days


def day_of(year: int, month: int = 1, day: int = 1) -> int:
    """Day number of a calendar day; by default 1 January."""
    return day_number(date(year, month, day))


def date_of(number: int) -> date:
    """The calendar day of a day number."""
    return datetime.fromtimestamp(int(number) * DAY_SECONDS, tz=UTC).date()


def years_of(days: Ints) -> Ints:
    """Calendar year of each day number; NEVER gives a far year."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


@cache
def _texts(pattern: str) -> pa.Array:
    """Texts of all days from 1860 to 2079 in one pattern, so that a column is a single gather."""
    days = pa.array(np.arange(_FIRST_TEXT_DAY, _LAST_TEXT_DAY, dtype=np.int32)).cast(pa.date32())
    return pc.strftime(days, format=pattern)


ISO = "%Y-%m-%d"
DANISH = "%d-%m-%Y"


def day_texts(days: Ints, pattern: str = ISO) -> pa.Array:
    """Day numbers as text in a strftime pattern; NEVER becomes null."""
    missing = days >= _LAST_TEXT_DAY
    positions = pa.array(np.where(missing, 0, days - _FIRST_TEXT_DAY), mask=missing)
    return _texts(pattern).take(positions)


def day_values(days: Ints) -> pa.Array:
    """Day numbers as an Arrow date column; NEVER becomes null."""
    missing = days >= _LAST_TEXT_DAY
    return pa.array(np.where(missing, 0, days).astype(np.int32), mask=missing).cast(pa.date32())


def time_texts(seconds: Ints) -> pa.Array:
    """Seconds since 1970 (local time) as ISO 8601 text without an offset."""
    return pc.strftime(pa.array(seconds).cast(pa.timestamp("s")), format="%Y-%m-%dT%H:%M:%S")
