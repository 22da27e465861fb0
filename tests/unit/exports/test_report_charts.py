"""The charts: text in Danish and in the typeface, nothing drawn without data, the same bytes twice."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from exports.report.charts import (
    Balance,
    Bar,
    Development,
    EmptyChartError,
    Loss,
    Panel,
    Point,
    Spread,
    development,
    intervals,
    love_plot,
    ranges,
    tile_map,
    waterfall,
)
from exports.report.tile_map import Tile, positions

SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"
BARS = (
    Bar("Danmark", 1234.5, 1200.0, 1260.0, 1300.0, filled=False, note="1.234,5 ikke opfyldt", strong=True),
    Bar("Erhvervshus Fyn", None, target=1300.0, note="skjult"),
)
LEGEND = (("above", "+", "Over"), ("within", "", "Inden for"), ("below", "−", "Under"), ("absent", "·", "Ingen data"))


def texts(svg: str) -> list[str]:
    """List the texts of a drawing."""
    return re.findall(r"<text[^>]*>([^<]*)<", svg)


def tiles() -> list[Tile]:
    """Make a tile for each municipality."""
    return [Tile(place.column, place.row, place.short, "−", "below") for place in positions()]


DRAWN: dict[str, Callable[[], str]] = {
    "intervals": lambda: intervals([Panel("Vækst", BARS)], "Pct."),
    "bars": lambda: intervals([Panel("", BARS)], "Virksomheder", from_zero=True),
    "development": lambda: development(
        [
            Development(
                "Fyn",
                (Point(2024, 40.0, 38.0, 42.0), Point(2025, 44.0), Point(2020, 33.0, published=True)),
                ((2025, 50.0),),
            )
        ]
    ),
    "love plot": lambda: love_plot([("Vækst", [Balance("Omsætning", 0.4, 0.02)])], 0.1, 0.25),
    "waterfall": lambda: waterfall(1200, [Loss("Uden CVR-nummer", 200, 1000)], "Leveret", "Sammenlignet"),
    "ranges": lambda: ranges([("Omsætning", [Spread("Vækst", (1.5, 2.5), 2.0)])], "Procentpoint", [10.0]),
    "tile map": lambda: tile_map(tiles(), LEGEND),
}
EMPTY: dict[str, Callable[[], str]] = {
    "intervals": lambda: intervals([Panel("", (Bar("Fyn", None),))], "Pct."),
    "development": lambda: development([Development("Fyn", ())]),
    "love plot": lambda: love_plot([], 0.1, 0.25),
    "waterfall": lambda: waterfall(0, [], "Leveret", "Sammenlignet"),
    "ranges": lambda: ranges([("", [Spread("Vækst", ())])], "Pct.", [None]),
    "tile map": lambda: tile_map([], LEGEND),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_the_same_twice_and_in_the_typeface(name: str) -> None:
    """A frozen statement gives the same bytes, and its figures look like its text."""
    svg = DRAWN[name]()
    assert svg == DRAWN[name]()
    assert texts(svg)
    assert set(re.findall(r'font-family="([^"]*)"', svg)) == {"IBM Plex Sans"}
    assert "aria-label" not in svg


@pytest.mark.parametrize("name", EMPTY)
def test_no_chart_is_drawn_without_data(name: str) -> None:
    """An empty frame looks like a mistake; the report says it in words."""
    with pytest.raises(EmptyChartError):
        EMPTY[name]()


def test_numbers_on_axes_are_danish() -> None:
    """`1,200` is one point two in Danish."""
    shown = texts(DRAWN["intervals"]())
    assert any(re.fullmatch(r"1\.\d{3}", text) for text in shown)
    assert not any(re.search(r"\d,\d{3}$", text) for text in shown)
    assert "−200" in texts(DRAWN["waterfall"]())
    assert "2025" in texts(DRAWN["development"]())


def test_status_shows_without_colour() -> None:
    """A hollow mark is not met, a filled one is: a black and white print says the same."""
    met = intervals([Panel("", (Bar("Fyn", 5.0, target=4.0, filled=True),))], "Pct.")
    unmet = intervals([Panel("", (Bar("Fyn", 5.0, target=4.0, filled=False),))], "Pct.")
    assert met != unmet
    assert 'fill="#ffffff"' in unmet


def test_every_municipality_has_one_tile() -> None:
    """A municipality that is not on the map, or under another, cannot be seen."""
    with (SEEDS / "municipalities.csv").open(encoding="utf-8") as file:
        known = {row["kommunekode"]: row["kommunenavn"] for row in csv.DictReader(file)}
    places = positions()
    assert {place.code: place.name for place in places} == known
    assert len({(place.column, place.row) for place in places}) == len(places) == 98
    assert len({place.short for place in places}) == 98
    assert set(texts(DRAWN["tile map"]())) >= {place.short for place in places}


def test_the_map_looks_like_denmark() -> None:
    """Jutland lies left of Funen, that left of Zealand, that left of Bornholm, and north is up."""
    with (SEEDS / "municipalities.csv").open(encoding="utf-8") as file:
        rows = {row["kommunekode"]: row for row in csv.DictReader(file)}
    where = {place.name: (place.column, place.row) for place in positions()}
    assert where["Vejle"][0] < where["Odense"][0] < where["Slagelse"][0] < where["København"][0] < where["Bornholm"][0]
    assert where["Hjørring"][1] < where["Aarhus"][1] < where["Kolding"][1] < where["Tønder"][1]
    assert where["Helsingør"][1] < where["Køge"][1] < where["Lolland"][1]
    ordered = sorted(positions(), key=lambda place: place.code)
    east = [float(rows[place.code]["laengde"]) for place in ordered]
    north = [float(rows[place.code]["bredde"]) for place in ordered]
    assert correlation(east, [place.column for place in ordered]) > 0.95
    assert correlation(north, [-place.row for place in ordered]) > 0.85


def correlation(first: list[float], second: list[int]) -> float:
    """Compute Pearson's correlation."""
    mean_first, mean_second = sum(first) / len(first), sum(second) / len(second)
    pairs = [(one - mean_first, other - mean_second) for one, other in zip(first, second, strict=True)]
    covariance = sum(one * other for one, other in pairs)
    return covariance / (sum(one**2 for one, _ in pairs) * sum(other**2 for _, other in pairs)) ** 0.5
