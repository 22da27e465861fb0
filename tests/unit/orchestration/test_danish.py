"""Numbers as Danish readers write them."""

from __future__ import annotations

import pytest

from orchestration import danish


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0, 0, "0"),
        (1234567, 0, "1.234.567"),
        (1234.5, 1, "1.234,5"),
        (65.25, 1, "65,3"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (-0.04, 1, "0,0"),
        (-12.34, 1, "-12,3"),
        (1e-9, 1, "0,0"),
        (1e21, 0, "1.000.000.000.000.000.000.000"),
    ],
)
def test_number(value: float, decimals: int, expected: str) -> None:
    """Without it, a figure would be read a thousand times too large, or halves would be rounded to even."""
    assert danish.number(value, decimals) == expected


def test_count_fits_the_noun() -> None:
    """Without it, the summary would say "1 rækker"."""
    assert danish.count(1, "række", "rækker") == "1 række"
    assert danish.count(0, "række", "rækker") == "0 rækker"
    assert danish.count(1200, "række", "rækker") == "1.200 rækker"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(4.24, "4,2 sek."), (59.97, "1 min. 0 sek."), (125.2, "2 min. 5 sek.")]
)
def test_duration(seconds: float, expected: str) -> None:
    """Without it, a long run would be shown as a heap of seconds."""
    assert danish.duration(seconds) == expected
