"""The edition of a year on the terminal, in Danish: what was written, where, and what is hidden."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from expectations.wording import houses, long_date
from exports.statement.edition import CONTENTS, NATIONAL, OPEN_DATA, WORKBOOK, Edition, edition_folder, size
from exports.statement.freeze import frozen_folder
from exports.statement.statement import Statement
from orchestration import danish

STEPS = 3 + len(houses())
"""Open data, workbook, national report, and a contract report per house."""
_MEGABYTE = 1_000_000
_WIDTH = 19


def show(output: Path, edition: Edition, console: Console, *, seconds: float | None = None) -> None:
    """Show what an edition consists of.

    Args:
        output: The output folder.
        edition: The edition.
        console: Where it is shown.
        seconds: How long it took, when that is known.
    """
    took = f" på {danish.duration(seconds)}" if seconds is not None else ""
    console.print(f"\n{heading(edition)}{took}\n", style="bold", highlight=False, markup=False)
    for what, where in files(output, edition):
        # A path is one word: it is copied whole, also from a narrow terminal.
        console.print(f"{what:<{_WIDTH}}{where}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"\n{hidden(edition)}", highlight=False, soft_wrap=True)


def heading(edition: Edition) -> str:
    """Name an edition.

    Args:
        edition: The edition.

    Returns:
        The text, as `Opgørelsen for 2025, udkast`.
    """
    kind = "endelig udgave" if edition.final else "udkast"
    frozen = f", frosset version {edition.freeze.version}" if edition.freeze is not None else ""
    return f"Opgørelsen for {edition.year}, {kind}{frozen}"


def hidden(edition: Edition) -> str:
    """Say how much is hidden.

    Args:
        edition: The edition.

    Returns:
        A sentence.
    """
    rows = danish.count(edition.rows, "række", "rækker")
    tables = danish.count(len(edition.tables), "tabel", "tabeller")
    verb = "er" if edition.hidden else "er der ingen, der er"
    some = f"{danish.number(edition.hidden)} skjult" if edition.hidden else "skjult"
    return f"Af {rows} i {tables} {verb} {some} af hensyn til fortrolighed."


def places(output: Path, edition: Edition) -> Table:
    """Show where the files are.

    Args:
        output: The output folder.
        edition: The edition.

    Returns:
        A table without frame: what it is, and its path.
    """
    table = Table.grid(padding=(0, 2))
    for what, where in files(output, edition):
        table.add_row(what, Text(where))
    return table


def files(output: Path, edition: Edition) -> list[tuple[str, str]]:
    """Say what an edition consists of.

    Args:
        output: The output folder.
        edition: The edition.

    Returns:
        For each kind of file what it is, and where.
    """
    folder = edition_folder(output, edition.year)
    names = [file.name for file in edition.files]
    contracts = sum(name.startswith("kontrakt-") and name.endswith(".pdf") for name in names)
    open_data = sum(name.startswith(f"{OPEN_DATA}/") for name in names)
    return [
        ("National rapport", f"{folder / NATIONAL}.pdf og .html"),
        ("Kontraktrapporter", f"{folder / 'kontrakt-*.pdf'} og .html ({danish.count(contracts, 'hus', 'huse')})"),
        ("Regneark", str(folder / WORKBOOK)),
        ("Åbne data", f"{folder / OPEN_DATA} ({danish.count(open_data, 'fil', 'filer')})"),
        ("Fortegnelse", f"{folder / CONTENTS} ({danish.number(size(edition) / _MEGABYTE, 1)} MB i alt)"),
    ]


def show_freeze(output: Path, statement: Statement, console: Console) -> None:
    """Say that a statement was frozen.

    Args:
        output: The output folder.
        statement: The frozen statement.
        console: Where it is shown.
    """
    freeze = statement.freeze
    if freeze is None:
        return
    folder = frozen_folder(output, statement.year) / str(freeze.version)
    day = long_date(freeze.frozen_at.date())
    said = f"Opgørelsen for {statement.year} er frosset som version {freeze.version}, {day}: {folder}"
    console.print(said, highlight=False, markup=False, soft_wrap=True)
    if freeze.reason is not None:
        console.print(f"Afløser version {freeze.version - 1}: {freeze.reason}", highlight=False, markup=False)
