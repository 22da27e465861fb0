"""Numbers, times and counts as Danish readers write them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_SECONDS_PER_MINUTE = 60


def number(value: float, decimals: int = 0) -> str:
    """Write a number with decimal comma and thousands point.

    Args:
        value: The number.
        decimals: Digits after the comma.

    Returns:
        The text, as `1.234,5`; a value that rounds to nothing has no sign.
    """
    # Halves round up, as readers do by hand; the shortest text of a float is the figure they see elsewhere.
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{rounded:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    return text.removeprefix("-") if not text.strip("-0,.") else text


def count(value: int, one: str, many: str) -> str:
    """Write a number with its noun.

    Args:
        value: How many.
        one: The noun for one.
        many: The noun for any other number.

    Returns:
        The text, as `1 leverance` or `1.200 leverancer`.
    """
    return f"{number(value)} {one if value == 1 else many}"


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
