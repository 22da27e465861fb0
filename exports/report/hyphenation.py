"""Where long Danish words of tables may be divided: at the borders of compounds, never inside a part."""

from __future__ import annotations

import re
from typing import Final

SOFT_HYPHEN: Final = "\u00ad"

_COMPOUNDS: Final = (
    "af|vigelse",
    "befolk|ning",
    "beskæf|tigelse",
    "|bære|dygtig|hed",
    "egen|skab",
    "erhvervs|hus",
    "evaluer|ing",
    "finger|aftryk",
    "fuld|stændig|hed",
    "gennem|snit",
    "grund|lag",
    "ind|still",
    "|inter|val",
    "iværk|sætter",
    "kom|mune",
    "kontrol|gruppe",
    "kontroller|ede",
    "kunde|segment",
    "management|beslut|ning",
    "mer|vækst",
    "måle|punkt",
    "offentlig|gjort",
    "om|sæt|ning",
    "procent|point",
    "produk|tivitet",
    "registr|ering",
    "ret|tidig|hed",
    "sammen|hæng",
    "sammen|lign",
    "segment|et",
    "sikkerheds|",
    "svar|procent",
    "tilfældig|hed",
    "|vejled|",
    "|virksom|hed",
    "års|værk",
)
"""Parts of words with their borders."""

_BORDERS: Final = {
    part.replace("|", ""): tuple(place - part[:place].count("|") for place, letter in enumerate(part) if letter == "|")
    for part in _COMPOUNDS
}
_KNOWN: Final = re.compile("|".join(sorted(_BORDERS, key=len, reverse=True)), re.IGNORECASE)
_FEWEST: Final = 3
"""No fewer letters than this stand alone before or after a division."""


def pieces(word: str) -> tuple[str, ...]:
    """Divide a word at every border of its parts.

    Args:
        word: The word.

    Returns:
        Its pieces in order; the word alone when it has no known border.
    """
    found = {match.start() + border for match in _KNOWN.finditer(word) for border in _BORDERS[match[0].lower()]}
    places = [place for place in sorted(found) if _FEWEST <= place <= len(word) - _FEWEST]
    return tuple(word[start:end] for start, end in zip([0, *places], [*places, len(word)], strict=True))


def divided(word: str) -> str:
    """Put a soft hyphen at every border of a word's parts.

    Args:
        word: The word.

    Returns:
        The word; a soft hyphen is seen only where a line ends at it.
    """
    return SOFT_HYPHEN.join(pieces(word))
