"""`erhvervshus share`: the files of one role, to be given to its people, or of all roles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import OutputFolder, Verbose, output_folder


def share(
    role: Annotated[
        str | None,
        typer.Option(help="Rollen, fx kommune_0461, hus_fyn eller offentlig. Uden den skrives alle rollers mapper."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(help="Mappen, der får rollens mappe. Uden den bruges mappen, hvor programmet startes."),
    ] = None,
    output: OutputFolder = None,
    verbose: Verbose = False,
) -> None:
    """Skriv de Parquet-filer, en rolle må se, af den seneste udgave."""
    with command(verbose=verbose) as (results, _):
        from exports.access.errors import AccessError  # noqa: PLC0415
        from exports.access.guide import read_labels  # noqa: PLC0415
        from exports.access.parquet import hand_over  # noqa: PLC0415
        from exports.access.parquet import share as share_all  # noqa: PLC0415
        from orchestration import danish  # noqa: PLC0415
        from orchestration.lock import hold  # noqa: PLC0415
        from orchestration.manifest import prepare_manifest  # noqa: PLC0415

        folder = output_folder(output)
        if role is None and to is not None:
            msg = "--to er kun til én rolle. Angiv den med --role, eller udelad --to."
            raise AccessError(msg)
        with hold(folder):
            labels = read_labels(prepare_manifest())
            made = share_all(folder, labels=labels) if role is None else hand_over(folder, role, to, labels)
        where = made.folders[role] if role is not None else folder / "adgang"
        counted = danish.count(made.files, "fil", "filer")
        roles = "" if role is not None else f" til {danish.count(len(made.folders), 'rolle', 'roller')}"
        said = f"{where}: {counted}{roles}, {danish.size(made.bytes)}."
        results.print(said, highlight=False, markup=False, soft_wrap=True)
