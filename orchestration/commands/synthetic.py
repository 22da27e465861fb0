"""`erhvervshus synthetic`: a synthetic Denmark, written as deliveries."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import Verbose, possible_folder


def synthetic(
    output: Annotated[
        Path,
        typer.Option(help="Mappen, der får leverancerne i undermappen deliveries.", callback=possible_folder),
    ],
    scale: Annotated[float, typer.Option(help="Størrelsen; 1 er hele landet.", min=0.001, max=1000)] = 1.0,
    seed: Annotated[int, typer.Option(help="Tilfældigheden: samme tal giver samme filer.", min=0)] = 2019,
    today: Annotated[
        datetime | None,
        typer.Option(help="Dagen, leverancerne slutter. Uden den: sidste dag i forrige måned.", formats=["%Y-%m-%d"]),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Skriv et syntetisk Danmark som leverancer."""
    with command(verbose=verbose) as (results, _):
        from zoneinfo import ZoneInfo  # noqa: PLC0415

        from sources.synthetic import SyntheticSettings, default_today, write_deliveries  # noqa: PLC0415

        day = today.date() if today else default_today(datetime.now(tz=ZoneInfo("Europe/Copenhagen")).date())
        output.mkdir(parents=True, exist_ok=True)
        write_deliveries(output, SyntheticSettings(seed=seed, scale=scale, today=day))
        results.print(f"Leverancerne ligger i {output / 'deliveries'}", highlight=False, soft_wrap=True)
