"""Numbers, times and counts as Danish readers write them; numbers are written as in the findings."""

from __future__ import annotations

from expectations.wording import count, number

__all__ = ["count", "duration", "number"]

_SECONDS_PER_MINUTE = 60


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
