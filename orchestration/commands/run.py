"""`erhvervshus run`: from a folder of deliveries to the published warehouse and the reports of the year."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from orchestration.commands.messages import NOT_ALL, NOT_CLEAN, command
from orchestration.commands.options import Verbose, WarehouseFolder, existing_folder


def run(
    output: WarehouseFolder = None,
    deliveries: Annotated[
        Path | None,
        typer.Option(help="Mappen med leverancer. Uden den bruges et syntetisk Danmark.", callback=existing_folder),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(help="Opgørelsesåret. Uden det bruges det seneste hele år i data.", min=2019, max=2100),
    ] = None,
    scale: Annotated[
        float, typer.Option(help="Det syntetiske Danmarks størrelse; 1 er hele landet.", min=0.001, max=1000)
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Det syntetiske Danmarks tilfældighed.", min=0)] = 2019,
    keep: Annotated[
        int | None,
        typer.Option(help="Hvor mange udgaver af datavarehuset der gemmes.", min=1, show_default="indstillingen keep"),
    ] = None,
    reports: Annotated[
        bool | None,
        typer.Option(
            "--reports/--no-reports",
            help="Slut med rapporter, regneark og åbne data, eller lad være.",
            show_default="indstillingen reports",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Slut med kode 2, hvis noget blev lagt til side eller afvist.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Indlæs leverancer, byg datavarehuset, offentliggør resultatet, og skriv årets rapporter som udkast."""
    started = time.monotonic()
    with command(verbose=verbose) as (results, errors):
        from orchestration.progress import progress_for  # noqa: PLC0415

        with progress_for(errors) as progress:
            progress.stage("prepare")
            from orchestration.configuration import load_configuration  # noqa: PLC0415
            from orchestration.run import check_output  # noqa: PLC0415
            from orchestration.run import run as run_job  # noqa: PLC0415
            from orchestration.settings import RunSettings  # noqa: PLC0415

            configuration = load_configuration(
                output=output, deliveries=deliveries, year=year, keep=keep, reports=reports
            )
            check_output(configuration.output)
            settings = RunSettings.of(configuration, scale=scale, seed=seed)
            outcome = run_job(settings, progress, started)

        from orchestration.terminal.summary import show  # noqa: PLC0415

        show(outcome, results)
        for failure in outcome.failures.values():
            # Text, not markup: a message may hold square brackets.
            said = Text.assemble(("Fejl: ", "bold red"), failure)
            errors.print(said, "Datavarehuset er offentliggjort.", highlight=False, soft_wrap=True)
        if outcome.failures:
            raise typer.Exit(NOT_ALL)
        if strict and not outcome.is_clean:
            logging.getLogger(__name__).warning("Strict: something was set aside or rejected")
            raise typer.Exit(NOT_CLEAN)
