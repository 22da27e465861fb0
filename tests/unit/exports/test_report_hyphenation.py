"""Words of narrow columns are divided where Danish divides them, and whole wherever there is room."""

from __future__ import annotations

import pytest

from exports.report.hyphenation import SOFT_HYPHEN, divided, pieces


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("procentpoint", ("procent", "point")),
        ("virksomheder", ("virksom", "heder")),
        ("Kontrolvirksomheder", ("Kontrol", "virksom", "heder")),
        ("sikkerhedsinterval", ("sikkerheds", "inter", "val")),
        ("Befolkning", ("Befolk", "ning")),
        ("mervækst,", ("mer", "vækst,")),
        ("Hovedstaden", ("Hovedstaden",)),
        ("Nordjylland", ("Nordjylland",)),
        ("med", ("med",)),
    ],
)
def test_words_are_divided_at_the_borders_of_their_parts(word: str, parts: tuple[str, ...]) -> None:
    """A word broken as »procentpo-int« reads as a mistake; names of places are never broken."""
    assert pieces(word) == parts


@pytest.mark.parametrize("word", ["registreringspraksis", "Tilfældigheder", "sikkerhedsinterval", "x", ""])
def test_soft_hyphens_change_no_letter(word: str) -> None:
    """A soft hyphen is only a place where a line may end."""
    assert divided(word).replace(SOFT_HYPHEN, "") == word
