"""`erhvervshus freeze`: keep the statement of a year as it is published."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.messages import (
    OutputFolder,
    configure_logging,
    consoles,
    existing_file,
    failures_shown,
    output_folder,
)


def freeze(
    year: Annotated[
        int | None, typer.Option(help="Opgørelsesåret. Uden det bruges den seneste udgaves.", min=2019, max=2100)
    ] = None,
    comments: Annotated[
        Path | None,
        typer.Option(help="Markdown-filen med kommentarer til mål, der ikke er opfyldt.", callback=existing_file),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Hvorfor en ny version afløser den, der allerede er frosset.")
    ] = None,
    final: Annotated[
        bool, typer.Option("--final", help="Skriv den endelige udgave uden »Udkast«. Kræver alle kommentarer.")
    ] = False,
    output: OutputFolder = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Vis loggen.")] = False,
) -> None:
    """Frys årets opgørelse, så de samme tal kan udgives igen, også når der er kommet nyere leverancer."""
    started = time.monotonic()
    configure_logging(verbose=verbose)
    results, errors = consoles()
    with failures_shown(errors, verbose=verbose):
        from orchestration.progress import progress_for  # noqa: PLC0415

        with progress_for(errors) as progress:
            progress.stage("prepare")
            from exports.statement.lineage import read_lineage  # noqa: PLC0415
            from exports.statement.yearly import freeze, read_publication  # noqa: PLC0415
            from orchestration.lock import hold  # noqa: PLC0415
            from orchestration.manifest import prepare_manifest  # noqa: PLC0415
            from orchestration.terminal.reports import STEPS, show, show_freeze  # noqa: PLC0415

            folder = output_folder(output)
            read_publication(folder)
            manifest = prepare_manifest()
            with hold(folder):
                progress.stage("statement", STEPS)
                published = freeze(
                    folder,
                    year,
                    manifest,
                    read_lineage(manifest),
                    comments=comments,
                    reason=reason,
                    final=final,
                    progress=progress.advance,
                )
        show_freeze(folder, published.statement, results)
        show(folder, published.edition, results, seconds=time.monotonic() - started)
