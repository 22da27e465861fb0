"""The frame of every command: logging, the consoles, and how an expected failure is shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.text import Text

FAILURE = 1
NOT_CLEAN = 2
NOT_ALL = 3
"""Published, but a step after the publication failed."""
LOG_WIDTH = 120


def consoles() -> tuple[Console, Console]:
    """Make the consoles of a command.

    Returns:
        Standard output for results, and standard error for progress and errors.
    """
    results, errors = Console(), Console(stderr=True)
    # Without a terminal there is no width to keep to: a log's lines are as wide as the goal table wants.
    if not results.is_terminal:
        results.width = LOG_WIDTH
    return results, errors


def configure_logging(*, verbose: bool) -> None:
    """Show logs on standard error, or only what is worth a warning.

    Args:
        verbose: Whether the user asked for logs.
    """
    level = logging.INFO if verbose else logging.ERROR
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    # Dagster's loggers have levels of their own, which the root's does not stop: its handler does.
    for handler in logging.getLogger().handlers:
        handler.setLevel(level)


@contextmanager
def failures_shown(errors: Console, *, verbose: bool) -> Iterator[None]:
    """Show a failure as a message and leave with code 1; the traceback only on request or when it was not foreseen.

    Args:
        errors: Where the message goes.
        verbose: Whether the traceback is shown too.

    Yields:
        Nothing.

    Raises:
        typer.Exit: The block failed.
    """
    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        errors.print("Afbrudt. Den forrige udgave gælder stadig.", highlight=False)
        raise typer.Exit(FAILURE) from None
    except Exception as error:
        from orchestration.errors import expected_error  # noqa: PLC0415

        expected = expected_error(error)
        if expected is None and isinstance(error, OSError):
            expected = error
        if expected is None or verbose:
            logging.getLogger(__name__).exception("The run failed")
        said = str(expected) if expected is not None else f"Uventet fejl: {error}"
        errors.print(Text.assemble(("Fejl: ", "bold red"), said), highlight=False, soft_wrap=True)
        raise typer.Exit(FAILURE) from None


@contextmanager
def command(*, verbose: bool) -> Iterator[tuple[Console, Console]]:
    """Run a command's work: logs as they were asked for, its consoles, and a failure as a message.

    Args:
        verbose: Whether the user asked for logs.

    Yields:
        Standard output for results, and standard error for progress and errors.

    Raises:
        typer.Exit: The work failed.
    """
    configure_logging(verbose=verbose)
    results, errors = consoles()
    with failures_shown(errors, verbose=verbose):
        yield results, errors
