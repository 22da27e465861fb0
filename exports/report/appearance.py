"""How reports look whatever their form: the colours of Det Fælles Designsystem (virk), and the signs of statuses."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from exports.report.document import Cell, Mark

FAMILY: Final = "IBM Plex Sans"
"""The typeface of Det Fælles Designsystem."""

COLOURS: Final = MappingProxyType(
    {
        "primary": "#0059b3",
        "primary-dark": "#003972",
        "ink": "#1a1a1a",
        "gray-dark": "#454545",
        "gray": "#747474",
        "gray-light": "#bfbfbf",
        "gray-pale": "#dcdcdc",
        "ground": "#f5f5f5",
        "paper": "#ffffff",
        "success": "#358000",
        "error": "#cc0000",
        "warning": "#febb30",
        "warning-pale": "#ffeecc",
        "info": "#1b86c3",
        "info-pale": "#e2f2fb",
    }
)
"""The colours by their part, as the design system's virk theme has them."""


@dataclass(frozen=True)
class Sign:
    """A status without colour.

    Attributes:
        sign: A character that the typeface has; decoration, because the word says the same.
        word: The status in a word.
    """

    sign: str
    word: str


SIGNS: Final = MappingProxyType(
    {
        Mark.MET: Sign("✓", "Opfyldt"),
        Mark.NOT_MET: Sign("×", "Ikke opfyldt"),
        Mark.ON_PATH: Sign("↗", "På sporet"),
        Mark.BEHIND_PATH: Sign("↘", "Bagud"),
        Mark.NO_DATA: Sign("–", "Ingen data"),
        Mark.HIDDEN: Sign("–", "Skjult"),
    }
)
"""The sign and the word of every status. The typeface has no ballot cross, hence the multiplication sign."""


def word_beside(cell: Cell) -> str | None:
    """Say which word must stand beside a cell's text for its status to be readable.

    Args:
        cell: A cell.

    Returns:
        The word of its status, or None when the cell has no status or its text says it already.
    """
    if cell.mark is None:
        return None
    word = SIGNS[cell.mark].word
    return None if word.casefold() in cell.text.casefold() else word
