"""How figures, days and houses are written in Danish, in findings and wherever the rooms to the right show some."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from sources.contract import load_contracts

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
NATION = "danmark"
AUTHORITY = "erst"
"""The owner of what concerns no single house: Erhvervsstyrelsen."""

SEVERITIES = {"critical": "kritisk", "warning": "advarsel", "info": "oplysning"}
_DECIMALS = 1
_SERIES = {
    "registrations": "registreringer (forløb og aktiviteter)",
    "new_courses": "nye forløb",
    "evaluations_sent": "udsendte evalueringer",
    "response_rate": "svarprocent inden for 14 dage",
}
_SHARES = {
    "segment_share_": ("andel af individuelle forløb i segmentet", "crm_forloeb", "kundesegment"),
    "theme_share_": ("andel af forløb med temaet", "crm_tema", "tema"),
}
_MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november",
    "december",
)  # fmt: skip


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


def observed_text(value: object, unit: str) -> str:
    """Write an observed value as Danish readers write it.

    Args:
        value: A number, a text or nothing.
        unit: What stands after a number.

    Returns:
        The text; `ingen værdi` for nothing.
    """
    if value is None or value != value:  # noqa: PLR0124  # NaN is not equal to itself.
        return "ingen værdi"
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, int):
        return f"{number(value)}{unit}"
    if isinstance(value, float):
        # A second decimal where one would round to a limit: 98,97 is not 99.
        decimals = 0 if value.is_integer() else _DECIMALS + round(value, _DECIMALS).is_integer()
        return f"{number(value, decimals)}{unit}"
    return str(value)


def long_date(day: date) -> str:
    """Write a day, as `21. november 2026`.

    Args:
        day: The day.

    Returns:
        The text.
    """
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}"


def owner_name(owner: str) -> str:
    """Write the name of a house, or of the authority.

    Args:
        owner: A house's code, `danmark` or `erst`.

    Returns:
        The name, as `Erhvervshus Fyn`.
    """
    if owner == AUTHORITY:
        return "Erhvervsstyrelsen"
    if owner == NATION:
        return "Hele landet"
    label = houses().get(owner)
    return f"Erhvervshus {label}" if label else owner


def day_text(day: str) -> str:
    """Write a day that is a text.

    Args:
        day: The day, as `2026-10-31`, perhaps with a time.

    Returns:
        The text, as `31. oktober 2026`; the same where it is no day.
    """
    try:
        return long_date(date.fromisoformat(day[:10]))
    except ValueError:
        return day


def series_name(series: str) -> str:
    """Write what a series of weeks counts.

    Args:
        series: Its key, as `new_courses` or `theme_share_kapital`.

    Returns:
        The name, as `nye forløb`; the key where it is unknown.
    """
    if series in _SERIES:
        return _SERIES[series]
    for prefix, (text, entity, column) in _SHARES.items():
        if series.startswith(prefix):
            code = series.removeprefix(prefix)
            label = load_contracts().entity(entity).column(column).codes.get(code, code)
            return f"{text} {label}"
    return series


def row_name(columns: Mapping[str, object]) -> str:
    """Name a row by its columns, with houses, series and days as people write them.

    Args:
        columns: The columns that name it; an empty one is left out.

    Returns:
        The text, as `Erhvervshus Fyn, nye forløb`.
    """
    return ", ".join(_ROW_WORDS.get(column, str)(str(value)) for column, value in columns.items() if value is not None)


def houses() -> dict[str, str]:
    """List the houses that the contracts know.

    Returns:
        Code and label, as `fyn` and `Fyn`.
    """
    return dict(load_contracts().entity("crm_forloeb").column("erhvervshus").codes)


_ROW_WORDS = {"house": owner_name, "series": series_name, "newest": day_text}
