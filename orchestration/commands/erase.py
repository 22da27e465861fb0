"""`erhvervshus erase`: take a company out of everything, with a receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import OutputFolder, Verbose, existing_folder

_STEPS = {
    "find": "Finder virksomheden i leverancerne …",
    "deliveries": "Skriver leverancerne om …",
    "history": "Sletter i historikken …",
    "run": "Bygger og offentliggør datavarehuset på ny …",
    "unfinished": "Sletningen er begyndt og ikke færdig. Kør samme kommando igen, så bliver den gjort færdig.",
}


def erase(
    cvr: Annotated[str, typer.Option(help="CVR-nummeret på den virksomhed, der skal slettes.")],
    deliveries: Annotated[
        Path | None,
        typer.Option(
            help="Mappen med leverancer. Filerne i den bliver skrevet om.",
            callback=existing_folder,
            show_default="indstillingen deliveries",
        ),
    ] = None,
    output: OutputFolder = None,
    by: Annotated[str | None, typer.Option(help="Hvem der sletter. Uden den står brugernavnet på maskinen.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Vis, hvad der ville blive slettet, og slet intet.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Slet alle rækker om en virksomhed i leverancer, datavarehus og historik. Frosne tal bliver stående."""
    with command(verbose=verbose) as (results, errors):
        from orchestration.configuration import load_configuration  # noqa: PLC0415
        from orchestration.privacy.erasing import dry_run_text, normalised, receipt_text  # noqa: PLC0415
        from orchestration.privacy.erasing import erase as erase_company  # noqa: PLC0415
        from orchestration.run import check_output, run_and_list_rows_left  # noqa: PLC0415
        from orchestration.settings import RunSettings  # noqa: PLC0415

        configuration = load_configuration(output=output, deliveries=deliveries)
        check_output(configuration.output)
        receipt, path = erase_company(
            RunSettings.of(configuration),
            normalised(cvr),
            run=run_and_list_rows_left,
            done_by=by,
            dry_run=dry_run,
            tell=lambda step: errors.print(_STEPS[step], highlight=False),
        )
        if path is None:
            results.print(dry_run_text(receipt), highlight=False, markup=False, soft_wrap=True)
            return
        results.print(receipt_text(receipt), highlight=False, markup=False, soft_wrap=True)
        results.print(f"Kvittering: {path}", highlight=False, soft_wrap=True)
