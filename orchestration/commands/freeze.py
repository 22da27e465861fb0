"""`erhvervshus freeze`: keep the statement of a year as it is published."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import Comments, Final, OutputFolder, StatementYear, Verbose, output_folder


def freeze(
    year: StatementYear = None,
    comments: Comments = None,
    reason: Annotated[
        str | None, typer.Option(help="Hvorfor en ny version afløser den, der allerede er frosset.")
    ] = None,
    final: Final = False,
    output: OutputFolder = None,
    verbose: Verbose = False,
) -> None:
    """Frys årets opgørelse, så de samme tal kan udgives igen, også når der er kommet nyere leverancer."""
    started = time.monotonic()
    with command(verbose=verbose) as (results, errors):
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
