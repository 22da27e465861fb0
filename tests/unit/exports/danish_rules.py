"""Rules that wrong Danish breaks: what no sentence of a report may contain, whatever the figures are."""

from __future__ import annotations

import re

_FORBIDDEN = {
    "a word of the program": re.compile(r"\b(None|nan|NaN|NaT|inf|True|False|null)\b|<NA>"),
    "two blanks": re.compile(r"  "),
    "a brace": re.compile(r"[{}]"),
    "a decimal point": re.compile(r"\b\d+\.(?!\d{3}\b)\d+\b"),
    "no thousands point": re.compile(
        r"(?<![\d.,])(?!(?:19|20)\d\d\b)\d{4,}(?=\s(?:virksomhed|svar|evaluering|række|kontakt))"
    ),
    "a plural of one": re.compile(
        r"(?<![\d.,])1 (virksomheder|erhvervshuse|evalueringer|besvarelser|kontakter|kommuner)\b"
    ),
    "a singular of many": re.compile(
        r"(?<![\d.,])(?:0|[2-9]|\d{2,}) (virksomhed|erhvervshus|evaluering|besvarelse|kontakt|kommune)\b"
    ),
    "a change of nothing": re.compile(r"(?<![\d,.])0(?:,0+)? (\w+) (højere|lavere)"),
    "a minus that points up": re.compile(r"[−-]\d[\d.,]* \w+ (højere|lavere)"),
    "a negative nought": re.compile(r"[−-]0(?:,0+)?(?![\d,])"),
    "a blank before a stop": re.compile(r" [.,;:](?!\w)"),
    "a stop twice": re.compile(r"\.\.|,,|(?<!pct)\.,"),
    "an empty bracket": re.compile(r"\(\s*\)"),
    "a list without parts": re.compile(r"\bfor\.|\bog\.|\baf\."),
    "a word twice": re.compile(r"\b(\w+) \1\b", re.IGNORECASE),
}


def violations(text: str) -> list[str]:
    """Find what is wrong with a text of one or more sentences.

    Args:
        text: The text.

    Returns:
        What is wrong, in words; empty when nothing is.
    """
    found = [f"{name}: {match[0]!r}" for name, rule in _FORBIDDEN.items() if (match := rule.search(text))]
    if text and not text.endswith((".", "?", "!", ":")):
        found.append("no full stop")
    if text[:1].islower():
        found.append("a small letter first")
    return found
