"""Stands in for dbt's cross-database macros while SQL is linted."""

from __future__ import annotations

from collections.abc import Callable


def __getattr__(name: str) -> Callable[..., str]:
    """Stand in for any cross-database macro, as `dbt.dateadd`.

    Args:
        name: The macro; becomes the value's name.

    Returns:
        Something that can be called like the macro and gives a column name.
    """
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *_, **__: f"{name}_value"
