"""How every chart looks, and how it becomes SVG: one typeface, few colours that differ in lightness, Danish numbers."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import fontpkg_ibm_plex_sans
import vl_convert

FONT = fontpkg_ibm_plex_sans.FAMILY
WIDTH = 640
"""Width of a chart in pixels: 170 mm in print, so that 12 pixels are 9 points."""

INK = "#1a1a1a"
GREY_DARK = "#454545"
GREY = "#747474"
GREY_LIGHT = "#bfbfbf"
GREY_FAINT = "#dcdcdc"
PRIMARY = "#0059b3"
PRIMARY_LIGHT = "#9cc3ea"
WHITE = "#ffffff"

_VEGA_LITE = "6.4"
_SPOKEN = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
"""What a drawing says of its own parts: the figure has a text alternative, and titles would be read twice."""
_LOCALE = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " kr."], "minus": "−"}
_SIZE = 12

Config = dict[str, Any]


@dataclass(frozen=True)
class Datasets:
    """The data of a chart, named and kept beside it: a layer that holds data copies them with every step that is added.

    Attributes:
        rows: The data by name.
    """

    rows: dict[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)

    def add(self, rows: Sequence[Mapping[str, object]]) -> alt.NamedData:
        """Keep data under a name of their own.

        Args:
            rows: The data.

        Returns:
            Their name, for a chart.
        """
        name = f"rows{len(self.rows)}"
        self.rows[name] = rows
        return alt.NamedData(name=name)


def theme() -> Config:
    """Give the theme of every chart.

    Returns:
        Vega-Lite's config: the typeface of Det Fælles Designsystem, its virk colours, Danish numbers.
    """
    labels = {"labelFont": FONT, "titleFont": FONT, "labelFontSize": _SIZE, "titleFontSize": _SIZE}
    return {
        # A figure has its own text alternative; descriptions of single marks would be read out one by one.
        "aria": False,
        "background": WHITE,
        "font": FONT,
        "locale": {"number": _LOCALE},
        "padding": 4,
        "view": {"stroke": None},
        "axis": {
            **labels,
            "labelColor": GREY_DARK,
            "titleColor": GREY_DARK,
            "titleFontWeight": "normal",
            "gridColor": GREY_FAINT,
            "domainColor": GREY,
            "tickColor": GREY,
            "labelPadding": 4,
            "titlePadding": 6,
        },
        "axisY": {"domain": False, "ticks": False},
        "title": {"font": FONT, "fontSize": 13, "fontWeight": 600, "color": INK, "anchor": "start", "offset": 6},
        "text": {"font": FONT, "fontSize": _SIZE, "color": INK},
        "concat": {"spacing": 14},
    }


@functools.cache
def _fonts() -> None:
    """Tell the renderer where the typeface lies, once: it measures text with it."""
    vl_convert.register_font_directory(str(fontpkg_ibm_plex_sans.ROOT / "files"))


def to_svg(chart: alt.TopLevelMixin, data: Datasets) -> str:
    """Draw a chart.

    Args:
        chart: The chart.
        data: Its data.

    Returns:
        SVG with text as text; the same chart gives the same text.
    """
    _fonts()
    specification = chart.to_dict(validate=False)
    specification["config"] = theme()
    specification["datasets"] = data.rows
    svg = vl_convert.vegalite_to_svg(specification, vl_version=_VEGA_LITE, allowed_base_urls=[], format_locale=_LOCALE)
    return _SPOKEN.sub("", svg)
