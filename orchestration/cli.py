"""The program `erhvervshus`: its commands and nothing else, so that `--help` answers at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.backup import backup
from orchestration.commands.compare import compare
from orchestration.commands.erase import erase
from orchestration.commands.explain import explain
from orchestration.commands.freeze import freeze
from orchestration.commands.load_postgres import load_postgres
from orchestration.commands.processing_record import processing_record
from orchestration.commands.quality import quality
from orchestration.commands.report import report
from orchestration.commands.restore import restore
from orchestration.commands.retention import retention
from orchestration.commands.run import run
from orchestration.commands.serve import serve
from orchestration.commands.settings import settings
from orchestration.commands.share import share
from orchestration.commands.synthetic import synthetic

app = typer.Typer(
    name="erhvervshus",
    help="Fra erhvervshusenes registreringer til den årlige opgørelse af de nationale mål.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run)
app.command("serve")(serve)
app.command("synthetic")(synthetic)
app.add_typer(quality)
app.command("explain")(explain)
app.command("report")(report)
app.command("freeze")(freeze)
app.command("compare")(compare)
app.command("share")(share)
app.command("load-postgres")(load_postgres)
app.command("settings")(settings)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("erase")(erase)
app.command("retention")(retention)
app.command("fortegnelse")(processing_record)


def _show_version(value: bool) -> None:
    """Show the version and stop."""
    if value:
        from orchestration.version import code_version  # noqa: PLC0415

        typer.echo(code_version())
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[  # noqa: ARG001 - its callback has done the work
        bool, typer.Option("--version", help="Vis versionen.", callback=_show_version, is_eager=True)
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(help="YAML-filen med indstillinger. Uden den bruges erhvervshus.yml, hvor programmet startes."),
    ] = None,
) -> None:
    """Fra erhvervshusenes registreringer til den årlige opgørelse af de nationale mål."""
    if config is not None:
        # Also for the processes that a command starts.
        os.environ["ERHVERVSHUS_CONFIG"] = str(config.absolute())


def main() -> None:
    """Run the program."""
    app()
