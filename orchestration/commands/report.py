"""`erhvervshus report`: the reports, the workbook and the open data of a year."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import Comments, Final, OutputFolder, StatementYear, Verbose, output_folder


def report(
    year: StatementYear = None,
    comments: Comments = None,
    final: Final = False,
    comment_template: Annotated[
        Path | None, typer.Option(help="Skriv kun en tom kommentarfil med de overskrifter, --final kræver.")
    ] = None,
    output: OutputFolder = None,
    verbose: Verbose = False,
) -> None:
    """Skriv rapporter, regneark og åbne data for et år. Et frosset år skrives af de frosne tal."""
    started = time.monotonic()
    with command(verbose=verbose) as (results, errors):
        from exports.statement.yearly import check, report, write_comment_template  # noqa: PLC0415
        from orchestration.danish import count  # noqa: PLC0415
        from orchestration.lock import hold  # noqa: PLC0415
        from orchestration.manifest import prepare_manifest  # noqa: PLC0415
        from orchestration.progress import progress_for  # noqa: PLC0415
        from orchestration.terminal.reports import STEPS, show  # noqa: PLC0415

        folder = output_folder(output)
        check(folder, year)
        if comment_template is not None:
            with hold(folder):
                headings = write_comment_template(folder, year, prepare_manifest, comment_template)
            said = f"{comment_template}: {count(headings, 'overskrift', 'overskrifter')} til kommentarer."
            results.print(said, highlight=False, markup=False, soft_wrap=True)
            return
        with progress_for(errors) as progress, hold(folder):
            progress.stage("statement", STEPS)
            published = report(
                folder, year, prepare_manifest, comments=comments, final=final, progress=progress.advance
            )
        show(folder, published.edition, results, seconds=time.monotonic() - started)
