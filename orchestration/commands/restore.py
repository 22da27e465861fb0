"""`erhvervshus restore`: a backup, verified and put in place."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import OutputFolder, Verbose, possible_folder


def restore(
    source: Annotated[Path, typer.Option("--from", help="Sikkerhedskopien.")],
    output: OutputFolder = None,
    deliveries: Annotated[
        Path | None,
        typer.Option(
            help="Mappen, der får leverancerne.",
            callback=possible_folder,
            show_default="indstillingen deliveries, ellers leverancer i output",
        ),
    ] = None,
    fingerprint: Annotated[
        str | None, typer.Option(help="Kopiens fingeraftryk (SHA-256), hvis det er gemt et andet sted.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Flyt det til side, som er i mapperne.")] = False,
    verbose: Verbose = False,
) -> None:
    """Læg en sikkerhedskopi tilbage. Alt kontrolleres, før noget lægges på plads."""
    started = time.monotonic()
    with command(verbose=verbose) as (results, _):
        from expectations.wording import COPENHAGEN, long_date  # noqa: PLC0415
        from orchestration import danish  # noqa: PLC0415
        from orchestration.backup.inventory import DELIVERIES_ROOT  # noqa: PLC0415
        from orchestration.backup.restore import restore as bring_back  # noqa: PLC0415
        from orchestration.configuration import load_configuration  # noqa: PLC0415

        configuration = load_configuration(output=output, deliveries=deliveries)
        folder = configuration.output.absolute()
        into = (configuration.deliveries or folder / DELIVERIES_ROOT).absolute()
        restored = bring_back(source, folder, into, force=force, fingerprint=fingerprint)
        made = restored.contents.made_at.astimezone(COPENHAGEN)
        files = danish.count(len(restored.contents.files), "fil", "filer")
        took = danish.duration(time.monotonic() - started)
        results.print(
            f"Gendannet {files} fra {long_date(made.date())} kl. {made:%H.%M} på {took}", highlight=False, markup=False
        )
        for aside in restored.aside:
            results.print(f"Flyttet til side: {aside}", highlight=False, markup=False, soft_wrap=True)
        given = f" --deliveries {restored.deliveries}" if restored.deliveries is not None else ""
        results.print(
            f"Kør nu: erhvervshus run --output {folder}{given}", highlight=False, markup=False, soft_wrap=True
        )
