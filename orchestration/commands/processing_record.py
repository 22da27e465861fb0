"""`erhvervshus fortegnelse`: the record of processing activities, made of the contracts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from orchestration.commands.messages import (
    OutputFolder,
    configure_logging,
    consoles,
    failures_shown,
)


def processing_record(
    output: OutputFolder = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Vis loggen.")] = False,
) -> None:
    """Skriv fortegnelsen over behandlingsaktiviteter (databeskyttelsesforordningens artikel 30)."""
    configure_logging(verbose=verbose)
    results, errors = consoles()
    with failures_shown(errors, verbose=verbose):
        from exports.processing_record.write import write_processing_record  # noqa: PLC0415
        from orchestration.configuration import load_configuration  # noqa: PLC0415
        from orchestration.settings import COPENHAGEN  # noqa: PLC0415

        configuration = load_configuration(output=output)
        today = datetime.now(tz=COPENHAGEN).date()
        written = write_processing_record(
            configuration.output, today, configuration.retention, configuration.processing_facts
        )
        for path in written:
            results.print(f"Fortegnelse: {path}", highlight=False, soft_wrap=True)
