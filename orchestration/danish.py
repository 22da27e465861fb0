"""Numbers, times, counts and places as Danish readers write them; numbers are written as in the findings."""

from __future__ import annotations

from expectations.wording import count, number

__all__ = ["count", "duration", "number", "place", "size"]

_SECONDS_PER_MINUTE = 60
_KILOBYTE = 1_000
_MEGABYTE = 1_000_000


def duration(seconds: float) -> str:
    """Write a run time.

    Args:
        seconds: The time in seconds.

    Returns:
        The text, as `4,2 sek.` or `2 min. 5 sek.`.
    """
    if round(seconds, 1) < _SECONDS_PER_MINUTE:
        return f"{number(seconds, 1)} sek."
    minutes, rest = divmod(round(seconds), _SECONDS_PER_MINUTE)
    return f"{minutes} min. {rest} sek."


def place(delivery: str, line: int | None, column: str | None) -> str:
    """Say where in a delivery something is.

    Args:
        delivery: The name it goes by.
        line: The line, when it is known.
        column: The column; None where the whole line is meant.

    Returns:
        The text, as `crm/crm_forloeb__2026-11-21.csv, linje 12, kolonne startdato`.
    """
    parts = (f"linje {line}" if line is not None else None, f"kolonne {column}" if column is not None else None)
    return ", ".join((delivery, *(part for part in parts if part is not None)))


def size(amount: int) -> str:
    """Write the size of files.

    Args:
        amount: The size in bytes.

    Returns:
        The text, as `731,9 kB` or `2,8 MB`.
    """
    if amount >= _MEGABYTE:
        return f"{number(amount / _MEGABYTE, 1)} MB"
    return f"{number(amount / _KILOBYTE, 1)} kB"
