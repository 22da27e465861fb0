"""`erhvervshus restore`: a backup, verified and put in place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import OutputFolder, Verbose, possible_folder

if TYPE_CHECKING:
    from orchestration.backup.restore import Restored


def restore(
    source: Annotated[Path, typer.Option("--from", help="Sikkerhedskopien.")],
    output: OutputFolder = None,
    deliveries: Annotated[
        Path | None,
        typer.Option(
            help="Mappen, der får leverancerne.",
            callback=possible_folder,
            show_default="indstillingen deliveries, ellers leverancer i output",
        ),
    ] = None,
    fingerprint: Annotated[
        str | None, typer.Option(help="Kopiens fingeraftryk (SHA-256), hvis det er gemt et andet sted.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Flyt det til side, som er i mapperne.")] = False,
    verbose: Verbose = False,
) -> None:
    """Læg en sikkerhedskopi tilbage. Alt kontrolleres, før noget lægges på plads."""
    started = time.monotonic()
    with command(verbose=verbose) as (results, _):
        from expectations.wording import COPENHAGEN, long_date  # noqa: PLC0415
        from orchestration import danish  # noqa: PLC0415
        from orchestration.backup.inventory import DELIVERIES_ROOT  # noqa: PLC0415
        from orchestration.backup.restore import restore as bring_back  # noqa: PLC0415
        from orchestration.configuration import load_configuration  # noqa: PLC0415

        configuration = load_configuration(output=output, deliveries=deliveries)
        folder = configuration.output.absolute()
        into = (configuration.deliveries or folder / DELIVERIES_ROOT).absolute()
        restored = bring_back(source, folder, into, force=force, fingerprint=fingerprint)
        made = restored.contents.made_at.astimezone(COPENHAGEN)
        files = danish.count(len(restored.contents.files), "fil", "filer")
        took = danish.duration(time.monotonic() - started)
        results.print(
            f"Gendannet {files} fra {long_date(made.date())} kl. {made:%H.%M} på {took}", highlight=False, markup=False
        )
        for aside in restored.aside:
            results.print(f"Flyttet til side: {aside}", highlight=False, markup=False, soft_wrap=True)
        for text in _of_persons(restored, folder):
            results.print(text, highlight=False, markup=False, soft_wrap=True)
        given = f" --deliveries {restored.deliveries}" if restored.deliveries is not None else ""
        results.print(
            f"Kør nu: erhvervshus run --output {folder}{given}", highlight=False, markup=False, soft_wrap=True
        )


def _of_persons(restored: Restored, output: Path) -> Iterator[str]:
    """Say what must be done lest an erased person comes back with the backup."""
    from orchestration import danish  # noqa: PLC0415
    from sources.erasures import FOLDER  # noqa: PLC0415

    if restored.aside:
        yield "Det, der er flyttet til side, indeholder personoplysninger. Slet det, når gendannelsen er kontrolleret."
    if restored.deliveries is None:
        return
    if restored.newer_receipts:
        counted = danish.count(restored.newer_receipts, "kvittering", "kvitteringer")
        yield (
            f"{counted} for sletning er nyere end kopien. De gælder stadig i datavarehuset, men rækkerne er igen i "
            "leverancerne: kør erhvervshus erase for de samme virksomheder."
        )
        return
    yield (
        "Er en virksomhed slettet, efter at kopien blev taget, kommer den tilbage med kopien. Læg kvitteringerne for "
        f"sletning i {output / FOLDER}, før du kører, eller slet den igen med erhvervshus erase."
    )
