"""`erhvervshus compare`: what a recomputation changes in a frozen statement, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import OutputFolder, Verbose, output_folder


def compare(
    year: Annotated[int, typer.Option(help="Det frosne opgørelsesår.", min=2019, max=2100)],
    version: Annotated[int | None, typer.Option(help="Den frosne version. Uden den bruges den nyeste.", min=1)] = None,
    output: OutputFolder = None,
    csv: Annotated[
        Path | None, typer.Option(help="Filen, der får alle forskelle. Uden den: sammenligning.csv i årets mappe.")
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Sammenlign den frosne opgørelse med den seneste udgave: hvad er anderledes, og hvilke leverancer gør det?"""
    with command(verbose=verbose) as (results, _):
        from exports.statement.compare import write_comparison  # noqa: PLC0415
        from exports.statement.edition import COMPARISON, edition_folder  # noqa: PLC0415
        from exports.statement.yearly import compare, read_publication  # noqa: PLC0415
        from orchestration.lock import hold  # noqa: PLC0415
        from orchestration.manifest import prepare_manifest  # noqa: PLC0415
        from orchestration.terminal.comparison import show  # noqa: PLC0415

        folder = output_folder(output)
        read_publication(folder)
        with hold(folder):
            comparison = compare(folder, year, prepare_manifest(), version=version)
            path = csv if csv is not None else edition_folder(folder, year) / COMPARISON
            path.parent.mkdir(parents=True, exist_ok=True)
            write_comparison(comparison, path)
        show(comparison, results)
        results.print(f"\nAlle forskelle: {path}", highlight=False, soft_wrap=True)
