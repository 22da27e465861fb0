"""`erhvervshus retention`: which delivered files hold rows that are older than the periods."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import DeliveriesFolder, OutputFolder, Verbose


def retention(
    deliveries: DeliveriesFolder = None,
    output: OutputFolder = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Slet rækkerne i filerne, og filer, der kun har sådanne rækker.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Vis, hvilke leverancer der har rækker, som er ældre end opbevaringsfristen. Uden --delete slettes intet."""
    with command(verbose=verbose) as (results, _):
        from expectations.wording import number  # noqa: PLC0415
        from orchestration.configuration import load_configuration  # noqa: PLC0415
        from orchestration.privacy.expired import delete_expired, find_expired  # noqa: PLC0415
        from orchestration.run import check_output  # noqa: PLC0415
        from orchestration.settings import RunSettings  # noqa: PLC0415

        configuration = load_configuration(output=output, deliveries=deliveries)
        check_output(configuration.output)
        settings = RunSettings.of(configuration)
        found = delete_expired(settings) if delete else find_expired(settings)
        if not found:
            results.print("Ingen leverancer har rækker, der er ældre end opbevaringsfristen.", highlight=False)
            return
        done = "slettet" if delete else "ældre end opbevaringsfristen"
        for one in found:
            whole = "; filen er slettet" if one.is_whole and delete else "; hele filen" if one.is_whole else ""
            text = f"{one.delivery}: {number(one.expired)} af {number(one.rows)} rækker {done}{whole}"
            results.print(text, highlight=False, markup=False, soft_wrap=True)
        if not delete:
            results.print("Kør igen med --delete for at slette dem.", highlight=False)
