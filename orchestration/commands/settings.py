"""`erhvervshus settings`: every setting, its value and where the value comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.commands.messages import command


def settings(
    example: Annotated[
        bool, typer.Option("--example", help="Skriv en fil med alle indstillinger, klar til at rette.")
    ] = False,
) -> None:
    """Vis alle indstillinger, deres værdi, og hvor værdien kommer fra. Hemmeligheder vises aldrig."""
    with command(verbose=False) as (results, _):
        from orchestration.configuration import (  # noqa: PLC0415
            DEFAULT_FILE,
            FILE_VARIABLE,
            example_file,
            load_configuration,
            shown,
            variable,
        )

        if example:
            typer.echo(example_file(), nl=False)
            return
        from rich.table import Table  # noqa: PLC0415

        table = Table("Indstilling", "Værdi", "Fra", "Betydning", show_lines=False, header_style="bold")
        for each in shown(load_configuration()):
            table.add_row(each.name, each.value, each.origin, each.description)
        results.print(table, highlight=False, markup=False)
        results.print(
            f"Sæt en indstilling i {DEFAULT_FILE} (eller filen, --config eller {FILE_VARIABLE} nævner), "
            f"eller som miljøvariabel, fx {variable('output')}. Kommandoens egne valg gælder frem for begge.",
            highlight=False,
            markup=False,
        )
