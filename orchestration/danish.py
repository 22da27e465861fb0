"""Numbers, times and counts as Danish readers write them; numbers are written as in the findings."""

from __future__ import annotations

from expectations.wording import count, number

__all__ = ["count", "duration", "number", "size"]

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
    if seconds < _SECONDS_PER_MINUTE:
        return f"{number(seconds, 1)} sek."
    minutes, rest = divmod(round(seconds), _SECONDS_PER_MINUTE)
    return f"{minutes} min. {rest} sek."


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
