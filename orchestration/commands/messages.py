"""What every command shares: the consoles, logging, and how an expected failure is shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

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


def existing_folder(value: Path | None) -> Path | None:
    """Refuse a folder that is not there, in Danish.

    Args:
        value: What the user gave, or None.

    Returns:
        The same.

    Raises:
        typer.BadParameter: There is no such folder.
    """
    if value is not None and not value.is_dir():
        kind = "er ikke en mappe" if value.exists() else "findes ikke"
        msg = f"{value} {kind}. Angiv mappen med leverancer."
        raise typer.BadParameter(msg)
    return value


def existing_file(value: Path | None) -> Path | None:
    """Refuse a file that is not there, in Danish.

    Args:
        value: What the user gave, or None.

    Returns:
        The same.

    Raises:
        typer.BadParameter: There is no such file.
    """
    if value is not None and not value.is_file():
        kind = "er en mappe" if value.exists() else "findes ikke"
        msg = f"{value} {kind}. Angiv en Markdown-fil med kommentarer."
        raise typer.BadParameter(msg)
    return value


def possible_folder(value: Path | None) -> Path | None:
    """Refuse an output that is a file, in Danish.

    Args:
        value: What the user gave, or None.

    Returns:
        The same.

    Raises:
        typer.BadParameter: It exists and is not a folder.
    """
    if value is not None and value.exists() and not value.is_dir():
        msg = f"{value} er en fil. Angiv en mappe, eller en mappe der endnu ikke findes."
        raise typer.BadParameter(msg)
    return value


def output_folder(given: Path | None) -> Path:
    """Return the output folder a command works on.

    Args:
        given: What the user gave, or None.

    Returns:
        What was given, or the folder of the settings.

    Raises:
        ConfigurationError: A setting cannot be used.
    """
    from orchestration.configuration import load_configuration  # noqa: PLC0415

    return given if given is not None else load_configuration().output


OutputFolder = Annotated[
    Path | None,
    typer.Option(
        "--output",
        help="Mappen med kørslens resultater.",
        callback=possible_folder,
        show_default="indstillingen output",
    ),
]
