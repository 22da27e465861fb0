"""`erhvervshus fortegnelse`: the record of processing activities, made of the contracts."""

from __future__ import annotations

from datetime import datetime

from orchestration.commands.messages import command
from orchestration.commands.options import OutputFolder, Verbose


def processing_record(
    output: OutputFolder = None,
    verbose: Verbose = False,
) -> None:
    """Skriv fortegnelsen over behandlingsaktiviteter (databeskyttelsesforordningens artikel 30)."""
    with command(verbose=verbose) as (results, _):
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
