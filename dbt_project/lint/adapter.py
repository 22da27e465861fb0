"""Stands in for dbt's `adapter` while SQL is linted: a dispatched macro becomes a query of one value."""

from __future__ import annotations

from collections.abc import Callable


def dispatch(macro_name: str, macro_namespace: str | None = None) -> Callable[..., str]:  # noqa: ARG001
    """Stand in for finding an adapter's own version of a macro.

    Args:
        macro_name: The macro; names the column of the stand-in.
        macro_namespace: Not used.

    Returns:
        Something that can be called like the macro and gives a query of one value, which fits wherever a value or a
        query does.
    """
    return lambda *_, **__: f"(select 1 as {macro_name})"
