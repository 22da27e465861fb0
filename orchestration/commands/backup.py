"""`erhvervshus backup`: what cannot be made again, as one file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import DeliveriesFolder, OutputFolder, Verbose

if TYPE_CHECKING:
    from rich.table import Table


def backup(
    to: Annotated[
        Path | None, typer.Option("--to", help="Filen, der skal laves: .tar, .tar.gz eller .tar.zst.")
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="Vis, hvad der tages med, hvor meget det fylder, og hvorfor.")
    ] = False,
    deliveries: DeliveriesFolder = None,
    output: OutputFolder = None,
    verbose: Verbose = False,
) -> None:
    """Tag en sikkerhedskopi af det, der ikke kan laves igen. Kopien er lige så fortrolig som leverancerne."""
    started = time.monotonic()
    if to is None and not list_:
        msg = "Angiv filen med --to, eller vis med --list, hvad der tages med."
        raise typer.BadParameter(msg)
    with command(verbose=verbose) as (results, _):
        from orchestration import danish  # noqa: PLC0415
        from orchestration.backup.inventory import LEFT_OUT  # noqa: PLC0415
        from orchestration.configuration import load_configuration  # noqa: PLC0415

        configuration = load_configuration(output=output, deliveries=deliveries)
        if list_:
            results.print(_listed(configuration.output, configuration.deliveries), highlight=False, markup=False)
            results.print("\nTages ikke med:", highlight=False)
            for what, why in LEFT_OUT:
                results.print(f"  {what}. {why}", highlight=False, markup=False)
        if to is None:
            return
        from orchestration.backup.make import back_up  # noqa: PLC0415

        made = back_up(configuration.output, configuration.deliveries, to)
        took = danish.duration(time.monotonic() - started)
        files = danish.count(len(made.contents.files), "fil", "filer")
        results.print(f"Sikkerhedskopi    {made.file}", highlight=False, markup=False, soft_wrap=True)
        results.print(
            f"Indhold           {files}, {danish.size(made.contents.bytes)}; kopien fylder {danish.size(made.bytes)}",
            highlight=False,
        )
        results.print(f"Fingeraftryk      {made.sha256} (SHA-256)", highlight=False, soft_wrap=True)
        results.print(f"Tid               {took}", highlight=False)
        if configuration.deliveries is None:
            results.print("Leverancerne er syntetiske og er ikke taget med: de kan laves igen.", highlight=False)


def _listed(output: Path, deliveries: Path | None) -> Table:
    """Make the table of what is kept."""
    from rich.table import Table  # noqa: PLC0415

    from orchestration import danish  # noqa: PLC0415
    from orchestration.backup.inventory import KINDS, inventory  # noqa: PLC0415

    items = inventory(output, deliveries)
    table = Table("Tages med", "Filer", "Fylder", "Fortroligt", "Hvorfor", header_style="bold")
    for kind in KINDS:
        own = [item for item in items if item.kind is kind]
        size = sum(item.source.stat().st_size for item in own)
        table.add_row(
            kind.label_da, danish.number(len(own)), danish.size(size), "ja" if kind.is_personal else "nej", kind.why_da
        )
    return table
