"""The typeface of the reports, IBM Plex Sans: where its files lie, what it can write, and web fonts cut from it.

The typeface is under the SIL Open Font License 1.1, which keeps the name "Plex" for the unchanged fonts: what is cut
from it here carries its copyright and licence, and another name.
"""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path
from typing import Final

import fontpkg_ibm_plex_sans
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FOLDER: Final = Path(fontpkg_ibm_plex_sans.ROOT) / "files"
"""Where the font files lie."""

WEB_FAMILY: Final = "Erhvervshus Sans"
"""The name of the cut web font."""

LICENCE: Final = "IBM Plex Sans, Copyright 2017 IBM Corp., SIL Open Font License 1.1; cut to the letters of this page."
"""What the licence asks to be said with the font."""

ALPHABET: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅabcdefghijklmnopqrstuvwxyzæøåÉéÜüÖöÄä0123456789"
    " \u00a0.,:;!?()[]/%&+-–—·•…'\"’‘“”»«§@#*_=<>≥≤±×°²✓−↗↘↑↓↕→←|~"
)
"""What every report may need. All reports of a run share one cut font unless a text goes beyond this."""

_UPRIGHT = "IBMPlexSans[wdth,wght].ttf"
_ITALIC = "IBMPlexSans-Italic[wdth,wght].ttf"
_COPYRIGHT, _FAMILY_NAME, _STYLE_NAME, _FULL_NAME, _POSTSCRIPT_NAME, _LICENCE_TEXT, _LICENCE_URL = 0, 1, 2, 4, 6, 13, 14
_WEIGHTS = (400, 700)


@lru_cache(maxsize=1)
def repertoire() -> frozenset[str]:
    """Return the characters that the typeface can write, in both its styles.

    Returns:
        The characters.
    """
    tables = []
    for name in (_UPRIGHT, _ITALIC):
        with TTFont(FOLDER / name, lazy=True) as font:
            tables.append(frozenset(map(chr, font.getBestCmap())))
    return tables[0] & tables[1]


def web_font(text: str, *, italic: bool = False) -> str:
    """Cut a web font to the letters of a text, in all weights from normal to bold.

    Args:
        text: The text.
        italic: Whether to cut the italic.

    Returns:
        The font as a `data:` address of WOFF2.
    """
    characters = (frozenset(text) & repertoire()) | ALPHABET
    return _cut(_ITALIC if italic else _UPRIGHT, "".join(sorted(characters)))


@lru_cache(maxsize=8)
def _cut(name: str, characters: str) -> str:
    """Cut one font file; equal letters give equal bytes."""
    options = Options()
    options.layout_features = ["kern"]
    options.hinting = False
    if name == _ITALIC:
        # Italics are a word here and there: half of the time of cutting them would go into their kerning.
        options.drop_tables += ["GPOS"]
    options.name_IDs = [
        _COPYRIGHT,
        _FAMILY_NAME,
        _STYLE_NAME,
        _FULL_NAME,
        _POSTSCRIPT_NAME,
        _LICENCE_TEXT,
        _LICENCE_URL,
    ]
    with TTFont(FOLDER / name, lazy=True, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        instancer.instantiateVariableFont(font, {"wdth": 100, "wght": _WEIGHTS}, inplace=True)
        for record in font["name"].names:
            if record.nameID in {_FAMILY_NAME, _FULL_NAME}:
                record.string = WEB_FAMILY
            elif record.nameID == _POSTSCRIPT_NAME:
                record.string = WEB_FAMILY.replace(" ", "")
        font.flavor = "woff2"
        file = io.BytesIO()
        font.save(file)
    return "data:font/woff2;base64," + base64.b64encode(file.getvalue()).decode("ascii")
