"""What is done with a year's statement: find it (frozen, or of the newest publication), publish it, freeze it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from exports.files import write_whole
from exports.publish import CURRENT, MANIFEST, Manifest
from exports.report.comments import template
from exports.statement.compare import Comparison
from exports.statement.compare import compare as compare_statements
from exports.statement.edition import Edition, Renderers, put_in_place, render, staged, wanted_comments, write_edition
from exports.statement.errors import NoPublicationError, StatementError
from exports.statement.freeze import load_frozen, next_freeze, store_frozen, versions
from exports.statement.lineage import read_lineage
from exports.statement.specification import read_specifications
from exports.statement.statement import Statement
from exports.statement.store import Kept


@dataclass(frozen=True)
class Published:
    """An edition that was put in place, and the statement it is made of."""

    statement: Statement
    edition: Edition


def read_publication(output: Path) -> Manifest:
    """Read what the newest publication says of itself.

    Args:
        output: The output folder.

    Returns:
        Its manifest.

    Raises:
        NoPublicationError: Nothing was published into the folder.
    """
    path = output / MANIFEST
    if not path.exists() or not (output / CURRENT).exists():
        msg = (
            f"{output}: mappen har ingen offentliggjort udgave. "
            f"Kør først `erhvervshus run --output {output}`, eller angiv mappen med --output."
        )
        raise NoPublicationError(msg)
    return Manifest.model_validate_json(path.read_bytes())


def published_year(output: Path) -> int | None:
    """Say which report year the newest publication is of.

    Args:
        output: The output folder.

    Returns:
        The year; None when nothing was published.
    """
    try:
        return read_publication(output).report_year
    except NoPublicationError:
        return None


def check(output: Path, year: int | None) -> None:
    """Make sure that there is something to report, before any work is done.

    Args:
        output: The output folder.
        year: The year; None takes the publication's.

    Raises:
        NoPublicationError: The year is not frozen, and nothing was published into the folder.
    """
    if year is None or not versions(output, year):
        read_publication(output)


def current_statement(output: Path, year: int | None, dbt_manifest: Path) -> Statement:
    """Assemble the statement of the newest publication.

    Args:
        output: The output folder.
        year: The year that is asked for; None takes the publication's.
        dbt_manifest: dbt's manifest, which says what is published together.

    Returns:
        The statement, after disclosure control.

    Raises:
        NoPublicationError: There is no publication, or it is of another year.
    """
    publication = read_publication(output)
    if year is not None and publication.report_year != year:
        msg = (
            f"{output}: den seneste udgave er opgørelsen for {publication.report_year}, ikke {year}. "
            f"Kør `erhvervshus run --output {output} --year {year}` først."
        )
        raise NoPublicationError(msg)
    return assembled(output, dbt_manifest)


def assembled(output: Path, dbt_manifest: Path) -> Statement:
    """Assemble the statement of the newest publication, whatever its year.

    Args:
        output: The output folder.
        dbt_manifest: dbt's manifest.

    Returns:
        The statement, after disclosure control with the usual limits.
    """
    from exports.statement.assemble import assemble  # noqa: PLC0415
    from exports.statement.disclosure import Limits  # noqa: PLC0415

    return assemble(output / CURRENT, output / MANIFEST, read_specifications(dbt_manifest), Limits())


def find(output: Path, year: int | None, dbt_manifest: Callable[[], Path]) -> Kept:
    """Find the statement of a year: the newest frozen version, else the newest publication.

    Args:
        output: The output folder.
        year: The year; None takes the publication's.
        dbt_manifest: Gives dbt's manifest; a frozen statement does not ask for it.

    Returns:
        The statement; frozen, its comments and lineage too.

    Raises:
        NoPublicationError: The year is neither frozen nor published.
        ChangedFileError: A file of the frozen statement was changed.
    """
    asked = year if year is not None else read_publication(output).report_year
    if versions(output, asked):
        return load_frozen(output, asked)
    return Kept(current_statement(output, asked, dbt_manifest()))


def report(
    output: Path,
    year: int | None,
    dbt_manifest: Callable[[], Path],
    *,
    comments: Path | None = None,
    final: bool = False,
    renderers: Renderers | None = None,
    progress: Callable[[str], None] | None = None,
) -> Published:
    """Write the edition of a year, of the frozen statement when there is one.

    Args:
        output: The output folder.
        year: The year; None takes the publication's.
        dbt_manifest: Gives dbt's manifest.
        comments: The analysts' comments; a frozen statement has its own when none are given.
        final: Whether it is the final edition; a statement that was frozen as final stays so.
        renderers: What writes the files; the real ones when not given.
        progress: Told of each file.

    Returns:
        The statement and what was written.
    """
    kept = find(output, year, dbt_manifest)
    edition = write_edition(
        kept.statement,
        output,
        comments or kept.comments,
        final=final or kept.final,
        renderers=renderers,
        progress=progress,
    )
    return Published(kept.statement, edition)


def write_comment_template(output: Path, year: int | None, dbt_manifest: Callable[[], Path], path: Path) -> int:
    """Write an empty file of comments with a heading for everything a final edition asks for.

    Args:
        output: The output folder.
        year: The year; None takes the publication's.
        dbt_manifest: Gives dbt's manifest.
        path: The file; one that is there is not overwritten.

    Returns:
        How many comments are asked for.

    Raises:
        StatementError: The file is there already.
    """
    if path.exists():
        msg = f"{path}: filen findes allerede og bliver ikke overskrevet. Angiv et andet navn med --comment-template."
        raise StatementError(msg)
    statement = find(output, year, dbt_manifest).statement
    wanted = wanted_comments(statement)
    measures = statement.frame("statement_measures").drop_duplicates("measure")
    labels = dict(zip(measures["measure"], measures["label"], strict=True))
    write_whole(path, template(statement.year, wanted, labels).encode())
    return len(wanted)


def freeze(
    output: Path,
    year: int | None,
    dbt_manifest: Path,
    lineage: Mapping[str, tuple[str, ...]],
    *,
    comments: Path | None = None,
    reason: str | None = None,
    final: bool = False,
    now: datetime | None = None,
    renderers: Renderers | None = None,
    progress: Callable[[str], None] | None = None,
) -> Published:
    """Freeze the statement of the newest publication, and put its edition in place.

    The edition is written first: what cannot be published is not frozen.

    Args:
        output: The output folder.
        year: The year; None takes the publication's.
        dbt_manifest: dbt's manifest.
        lineage: For each table and measure the delivered entities its figures are made from.
        comments: The analysts' comments, or None.
        reason: Why it supersedes the version before; None for the first.
        final: Whether the edition is the final one.
        now: When, with time zone; the wall clock when not given.
        renderers: What writes the files; the real ones when not given.
        progress: Told of each file.

    Returns:
        The frozen statement and its edition.

    Raises:
        FreezeError: The year is frozen already and no reason is given.
        NoPublicationError: The year is not published.
    """
    asked = year if year is not None else read_publication(output).report_year
    this = next_freeze(output, asked, reason, now)
    statement = replace(current_statement(output, asked, dbt_manifest), freeze=this)
    with staged(output, asked) as staging:
        edition = render(statement, staging, comments, final=final, renderers=renderers, progress=progress)
        store_frozen(statement, output, comments=comments, final=final, lineage=lineage)
        put_in_place(staging, output, asked)
    return Published(statement, edition)


def compare(output: Path, year: int, dbt_manifest: Path, *, version: int | None = None) -> Comparison:
    """Compare a frozen statement with the newest publication.

    Args:
        output: The output folder.
        year: The frozen year.
        dbt_manifest: dbt's manifest.
        version: The frozen version; the newest when not given.

    Returns:
        What differs, and what may have caused it.

    Raises:
        FreezeError: The year is not frozen.
        NoPublicationError: There is no publication.
        ChangedFileError: A file of the frozen statement was changed.
    """
    kept = load_frozen(output, year, version)
    lineage = read_lineage(dbt_manifest)
    # What a figure was made from then, and what it is made from now: either may have changed it.
    both = {
        name: tuple(sorted({*kept.lineage.get(name, ()), *lineage.get(name, ())})) for name in {*kept.lineage, *lineage}
    }
    return compare_statements(kept.statement, current_statement(output, None, dbt_manifest), both)
