"""The options that several commands share, and what is refused before a command begins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


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
WarehouseFolder = Annotated[
    Path | None,
    typer.Option(
        "--output",
        help="Mappen, der får datavarehuset og filerne.",
        callback=possible_folder,
        show_default="indstillingen output",
    ),
]
DeliveriesFolder = Annotated[
    Path | None,
    typer.Option(
        "--deliveries",
        help="Mappen med leverancer.",
        callback=existing_folder,
        show_default="indstillingen deliveries",
    ),
]
StatementYear = Annotated[
    int | None,
    typer.Option("--year", help="Opgørelsesåret. Uden det bruges den seneste udgaves.", min=2019, max=2100),
]
Comments = Annotated[
    Path | None,
    typer.Option(
        "--comments", help="Markdown-filen med kommentarer til mål, der ikke er opfyldt.", callback=existing_file
    ),
]
Final = Annotated[
    bool, typer.Option("--final", help="Skriv den endelige udgave uden »Udkast«. Kræver alle kommentarer.")
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Vis loggen.")]
