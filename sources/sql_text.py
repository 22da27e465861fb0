"""Names and texts as they are written in SQL; statements such as ATTACH, COPY and COMMENT take no parameters."""

from __future__ import annotations


def quoted(name: str) -> str:
    """Quote a name for SQL.

    Args:
        name: The name.

    Returns:
        The name in double quotes.
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Write a text for SQL.

    Args:
        text: The text, or what is written as one: a path.

    Returns:
        The text in single quotes.
    """
    return "'" + str(text).replace("'", "''") + "'"
