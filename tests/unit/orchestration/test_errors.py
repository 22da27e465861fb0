"""Which failures a person can act on, under whatever Dagster wraps around them."""

from __future__ import annotations

from orchestration.errors import RunInProgressError, expected_error


def test_finds_the_expected_error_under_its_wrapping() -> None:
    """Without it, a refused run would show Dagster's words instead of the remedy."""
    expected = RunInProgressError("optaget")
    wrapped = RuntimeError("Error executing resource_fn")
    wrapped.__cause__ = expected
    assert expected_error(wrapped) is expected

    carried = ValueError("wrapped by the step")
    carried.user_exception = expected  # type: ignore[attr-defined]
    assert expected_error(carried) is expected


def test_an_unforeseen_error_is_none_even_in_a_circle() -> None:
    """Without it, a bug would be shown as if the user could mend it, or the search would never end."""
    first, second = ValueError("a"), KeyError("b")
    first.__context__, second.__context__ = second, first
    assert expected_error(first) is None
