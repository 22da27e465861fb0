"""`erhvervshus serve`: the daily run, the watch over new deliveries, and Dagster's page, until it is stopped."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.messages import FAILURE, command
from orchestration.commands.options import Verbose, WarehouseFolder

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.configuration import Configuration
    from orchestration.service.programs import Service


def serve(
    output: WarehouseFolder = None,
    deliveries: Annotated[
        Path | None,
        typer.Option(
            help="Mappen, hvor leverancer kommer. Uden den startes intet af sig selv.",
            show_default="indstillingen deliveries",
        ),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Adressen, siden vises på.", show_default="indstillingen web_host")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Porten, siden vises på.", min=1, max=65535, show_default="indstillingen web_port"),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Kør hver dag, og når der kommer nye leverancer, og vis Dagsters side. Stop med Ctrl-C."""
    with command(verbose=verbose) as (results, errors):
        from orchestration.configuration import load_configuration  # noqa: PLC0415
        from orchestration.service.programs import (  # noqa: PLC0415
            Service,
            check_service,
            prepared,
            recover,
            service_environment,
        )

        typed = {"output": output, "deliveries": deliveries, "web_host": host, "web_port": port}
        configuration = load_configuration(**typed)
        check_service(configuration)
        environment = service_environment(configuration, typed)
        service = Service(configuration, environment)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: service.stopping.set())
        with prepared(configuration) as (home, run_folder):
            lost = recover(configuration, home)
            results.print("Starter …", highlight=False)
            try:
                if service.start(home, run_folder):
                    _show_started(service, results, lost)
                    _show_ended(service, results, errors)
            finally:
                service.end()
        results.print("Stoppet.", highlight=False)


def _show_started(service: Service, results: Console, lost: int) -> None:
    """Say where the page is and when the next run is."""
    configuration = service.configuration
    lines = [
        ("Dagsters side", service.page),
        ("Næste kørsel", _next_run(configuration)),
        ("Nye leverancer", _watch(configuration)),
        ("Natlog", str(configuration.output.absolute() / "natlog" / "seneste.html")),
    ]
    if lost:
        lines.append(("Afbrudt før", "kørslen, der var i gang, da tjenesten sidst stoppede, startes igen"))
    for what, said in lines:
        results.print(f"{what:<16}{said}", highlight=False, markup=False, soft_wrap=True)
    results.print("Stop med Ctrl-C.", highlight=False)


def _show_ended(service: Service, results: Console, errors: Console) -> None:
    """Wait for the end, and say so when it came by itself."""
    from orchestration.service.programs import tail  # noqa: PLC0415

    ended = service.wait()
    if ended is None:
        results.print("Stopper …", highlight=False)
        return
    said = f"Fejl: {ended.program} sluttede af sig selv ({ended.how}), så resten stoppes."
    errors.print(
        f"{said}\nLoggen {ended.log} slutter:\n{tail(ended.log)}", highlight=False, markup=False, soft_wrap=True
    )
    raise typer.Exit(FAILURE)


def _next_run(configuration: Configuration) -> str:
    """Say when the daily run comes."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from expectations.wording import long_date  # noqa: PLC0415
    from orchestration.service.schedules import next_runs  # noqa: PLC0415

    if configuration.deliveries is None:
        return "ingen af sig selv; angiv en mappe med leverancer (indstillingen deliveries)"
    (when,) = next_runs(configuration, datetime.now(tz=UTC))
    return f"{long_date(when.date())} kl. {when:%H.%M} (dansk tid)"


def _watch(configuration: Configuration) -> str:
    """Say which folder is watched, and when a file is whole."""
    if configuration.deliveries is None:
        return "der holdes ikke øje med nogen mappe"
    folder = configuration.deliveries.absolute()
    if configuration.delivery_complete == "done":
        return f"{folder}; en fil er hel, når <fil>.done findes"
    return f"{folder}; en fil er hel, når den er uændret i {configuration.stable_seconds} sek."
