"""`erhvervshus explain`: where a figure comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import OutputFolder, Verbose, output_folder

if TYPE_CHECKING:
    import duckdb


def explain(
    measure: Annotated[str, typer.Argument(help="Målingens nøgle, fx nps eller entrepreneurs_guided.")],
    house: Annotated[str, typer.Option(help="Erhvervshuset, eller danmark.")] = "danmark",
    segment: Annotated[str, typer.Option(help="Segmentet: all, drift eller vaekst.")] = "all",
    year: Annotated[int | None, typer.Option(help="Året. Uden det bruges opgørelsesåret.")] = None,
    agreement: Annotated[
        str | None, typer.Option(help="Aftalen, fx 2024-2027. Uden den bruges den nationale aftale.")
    ] = None,
    output: OutputFolder = None,
    csv: Annotated[Path | None, typer.Option(help="Filen, der får rækkerne bag tallet.")] = None,
    verbose: Verbose = False,
) -> None:
    """Vis, hvor et tal kommer fra, og skriv rækkerne bag det som CSV."""
    with command(verbose=verbose) as (results, _):
        from exports.explain import FigureKey, opened, write_rows  # noqa: PLC0415
        from exports.explain import explain as explain_figure  # noqa: PLC0415
        from orchestration.paths import build_file  # noqa: PLC0415
        from orchestration.terminal.explanation import show  # noqa: PLC0415

        folder = output_folder(output)
        with opened(build_file(folder)) as connection:
            asked = year if year is not None else _report_year(connection)
            explanation = explain_figure(connection, FigureKey(measure, house, segment, asked, agreement))
            name = f"{measure}_{house}_{segment}_{asked}.csv"
            path = csv if csv is not None else folder / "explain" / name
            rows = write_rows(connection, explanation.key, path)
        show(explanation, results)
        if rows:
            results.print(f"\nRækkerne bag tallet: {path}", highlight=False, soft_wrap=True)


def _report_year(connection: duckdb.DuckDBPyConnection) -> int:
    """Read the report year of the run."""
    row = connection.execute("select report_year from raw.run_context").fetchone()
    return int(row[0]) if row is not None else 0
