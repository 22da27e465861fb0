"""What of a delivery's own text may be shown outside the private build file: rejected values, column and file names.

A value that cannot be read can be anything: a CPR number in the field of the CVR number, a name that slipped one
column to the left, a whole line of a file without header. Line number, column and reason are enough to find it in the
file; the text itself is shown only where it cannot name a person. Nobody can tell a single word from a first name: what
is held back is what leads to a person by itself, which is numbers, addresses of mail, and names of two words.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from sources.contract import WITHDRAWN_COLUMN, Entity
from sources.sql_text import literal

HELD_BACK: Final = "(navn udeladt)"
"""What stands for a name of a column or file that may be a person's."""

SHOWN_CLASSES: Final = frozenset({"none", "company"})
"""Classes of columns whose unreadable values may be shown."""

_LETTER: Final = "[A-Za-zÀ-ÖØ-öø-ÿ]"
_CAPITAL: Final = "[A-ZÀ-ÖØ-Þ]"
_BETWEEN: Final = "[^A-Za-z0-9À-ÖØ-öø-ÿ]"
# The patterns are read by Python and by DuckDB (RE2), so they have neither look-around nor named classes.
CPR: Final = r"(^|[^0-9])(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[-. ]{0,3}[0-9]{4}([^0-9]|$)"
"""A day, month and year of two digits each, and four digits."""
_SPACED_DIGITS: Final = "([0-9]) +([0-9])"
_DAY: Final = "(^|[^0-9])(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])([^0-9]|$)"
_NUMBER: Final = "(^|[^0-9])([0-9]{8}|[0-9]{10})([^0-9]|$)"
_TWO_WORDS: Final = f"{_LETTER}{{2,}}{_BETWEEN}+{_LETTER}{{2,}}"
_TWO_SPACED_WORDS: Final = f"{_LETTER}{{2,}}[ \t\u00a0]+{_LETTER}{{2,}}"
_TWO_CAPITALS: Final = f"{_CAPITAL}{_LETTER}+({_BETWEEN}+{_LETTER}{{1,3}})?{_BETWEEN}*{_CAPITAL}{_LETTER}+"
_CAPITALISED: Final = f"{_CAPITAL}[a-zß-öø-ÿ]"
_ENDING: Final = r"\.(csv\.gz|[a-z0-9]{1,7})$"


def _leads_to_a_person(text: str) -> bool:
    """Whether a text holds a CPR number, a number as long as a CVR or P-number, or an address of mail."""
    joined = re.sub(_SPACED_DIGITS, r"\1\2", text)
    undated = re.sub(_DAY, r"\1 \5", joined)
    return "@" in text or any(re.search(pattern, given) for pattern, given in ((CPR, text), (_NUMBER, undated)))


def shown_column_name(name: str) -> str:
    """Return the name of an undeclared column as it may be shown: in a file without header it is somebody's data.

    Args:
        name: The name, normalised or as delivered.

    Returns:
        The name, or `(navn udeladt)`.
    """
    return HELD_BACK if _leads_to_a_person(name) or re.search(_TWO_SPACED_WORDS, name) else name


def is_shown_file_name(stem: str) -> bool:
    """Whether the free part of a file's name may be shown: `2` or `fyn` may, `Jens Hansen` may not.

    Args:
        stem: The part of the name that follows no rule.

    Returns:
        False where it may lead to a person, or is written as a name is.
    """
    return not (_leads_to_a_person(stem) or re.search(_TWO_WORDS, stem) or re.search(_CAPITALISED, stem))


def shown_text(text: str) -> str:
    """Return a piece of a file's name inside a message.

    Args:
        text: The piece.

    Returns:
        The piece, or `(navn udeladt)`.
    """
    return text if is_shown_file_name(text) else HELD_BACK


def shown_delivery(relative: str, form: str | None, place: int) -> str:
    """Return the name a delivery goes by everywhere but on disk.

    Args:
        relative: Its path in the deliveries folder, with `/`.
        form: `<entity>__<day>` when the name follows the pattern.
        place: Which of the names held back it is, from 1; keeps two of them apart.

    Returns:
        The path; a free part that may name a person is `(navn udeladt 1)`.
    """
    path = PurePosixPath(relative)
    folders = [part if is_shown_file_name(part) else HELD_BACK for part in path.parts[:-1]]
    free = path.name.removeprefix(form) if form else path.name
    ending = re.search(_ENDING, free.lower())
    stem = free[: ending.start()] if ending else free
    if not is_shown_file_name(stem):
        free = f"{'__' if form else ''}{HELD_BACK[:-1]} {place}){ending[0] if ending else ''}"
    return "/".join([*folders, f"{form or ''}{free}"])


def shown_value_sql(entity: Entity, column: str, value: str) -> str:
    """Return the SQL expression of a rejected value as it may be shown; NULL where it may not.

    Args:
        entity: What the delivery holds.
        column: SQL text of the column's name; NULL for a malformed line.
        value: SQL text of the value as given.

    Returns:
        SQL text.
    """
    readable = [c.name for c in entity.columns if c.personal_data in SHOWN_CLASSES]
    columns = ", ".join(literal(name) for name in (*readable, WITHDRAWN_COLUMN))
    joined = f"regexp_replace({value}, {literal(_SPACED_DIGITS)}, '\\1\\2', 'g')"
    undated = f"regexp_replace({joined}, {literal(_DAY)}, '\\1 \\5', 'g')"
    leads = (
        f"(contains({value}, '@') OR regexp_matches({value}, {literal(CPR)}) "
        f"OR regexp_matches({value}, {literal(_TWO_CAPITALS)}) OR regexp_matches({undated}, {literal(_NUMBER)}))"
    )
    whole_line = f"WHEN {column} IS NULL THEN {value} " if holds_nobody(entity) else ""
    return f"CASE WHEN {value} IS NULL OR {leads} THEN NULL {whole_line}WHEN {column} IN ({columns}) THEN {value} END"


def holds_nobody(entity: Entity) -> bool:
    """Whether nothing in an entity leads to a person, so that a whole line of it may be shown.

    Args:
        entity: The entity.

    Returns:
        True when every column is of a class that may be shown.
    """
    return all(column.personal_data in SHOWN_CLASSES for column in entity.columns)
