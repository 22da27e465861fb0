"""The edition of a year: every file made of a statement, put in place together or not at all."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

import duckdb
from pydantic import BaseModel, ConfigDict

from expectations.wording import houses
from exports.files import READ_ONLY, sha256_of, sync
from exports.report.comments import CommentError, Comments, read_comments
from exports.report.document import Document
from exports.statement.columns import MEASURES
from exports.statement.errors import EditionError
from exports.statement.limits import Limits
from exports.statement.statement import IS_HIDDEN, Statement
from exports.statement.store import table_bytes
from sources import storage

_log = logging.getLogger(__name__)

FOLDER = "opgoerelse"
CONTENTS = "statement.json"
OPEN_DATA = "aabne-data"
WORKBOOK = "opgoerelse.xlsx"
NATIONAL = "national"
CONTRACT = "kontrakt-{house}"
COMPARISON = "sammenligning.csv"
KEPT = 2
"""How many editions of a year stay: a reader who is half through the one before can finish it."""
_EDITIONS = ".udgaver"
_STAGING = ".under-udarbejdelse-"


class NationalReport(Protocol):
    """Makes the content of the national report."""

    def __call__(self, statement: Statement, comments: Comments, *, final: bool) -> Document:
        """Make the report; `final` refuses a goal that is not met and has no comment."""


class ContractReport(Protocol):
    """Makes the content of a house's contract report."""

    def __call__(self, statement: Statement, house: str, comments: Comments, *, final: bool) -> Document:
        """Make the report; `final` refuses a goal that is not met and has no comment."""


@dataclass(frozen=True)
class Renderers:
    """What writes the files of an edition; tests put something quick in their place.

    Attributes:
        open_data: Writes the open data into a folder.
        workbook: Writes the workbook.
        national: Makes the content of the national report.
        contract: Makes the content of a contract report.
        pdf: Sets a report for print.
        web: Sets a report as one web page.
        audit: Counts what is hidden, and refuses tables from which a hidden figure can be worked out.
        wanted: Lists house and measure of everything that a final edition asks to be explained, in all reports.
    """

    open_data: Callable[[Statement, Path], Sequence[Path]]
    workbook: Callable[[Statement, Path], None]
    national: NationalReport
    contract: ContractReport
    pdf: Callable[[Document], bytes]
    web: Callable[[Document], str]
    audit: Callable[[Statement], object]
    wanted: Callable[[Statement], Sequence[tuple[str, str]]]


class EditionPart(BaseModel):
    """A part of the edition's `statement.json`: immutable, with exactly its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EditionFile(EditionPart):
    """A file: its path inside the edition, SHA-256 in hex, and size in bytes."""

    name: str
    sha256: str
    bytes: int


class EditionTable(EditionPart):
    """A table: its rows, how many of them are hidden, and SHA-256 of its rows as Parquet."""

    name: str
    rows: int
    hidden: int
    sha256: str


class EditionFreeze(EditionPart):
    """The frozen statement an edition is made of."""

    version: int
    frozen_at: datetime
    reason: str | None


class Edition(EditionPart):
    """`statement.json` of an edition: what it is made of, and every other file of it.

    Attributes:
        year: The report year.
        final: Whether it is the final one; a draft is marked on every page.
        freeze: The frozen statement it is made of; None for a statement of the newest publication.
        run_id: The run whose publication the figures are from.
        published_at: When that was published.
        code_version: The code that computed the figures.
        comments: SHA-256 of the comments' file, or None.
        tables: The tables, in their order.
        files: The files, in the order they were written.
    """

    year: int
    final: bool
    freeze: EditionFreeze | None
    run_id: str
    published_at: datetime
    code_version: str
    comments: str | None
    tables: tuple[EditionTable, ...]
    files: tuple[EditionFile, ...]

    @property
    def hidden(self) -> int:
        """How many rows are hidden in all tables together."""
        return sum(table.hidden for table in self.tables)

    @property
    def rows(self) -> int:
        """How many rows all tables have together."""
        return sum(table.rows for table in self.tables)


def real_renderers() -> Renderers:
    """Load what writes the files; only a command that writes them pays the imports.

    Returns:
        The renderers.
    """
    from exports.open_data import write_open_data  # noqa: PLC0415
    from exports.report.contract import contract_report  # noqa: PLC0415
    from exports.report.national import national_report  # noqa: PLC0415
    from exports.report.pdf import render_pdf  # noqa: PLC0415
    from exports.report.web import render_web  # noqa: PLC0415
    from exports.workbook import write_workbook  # noqa: PLC0415

    return Renderers(
        open_data=write_open_data,
        workbook=write_workbook,
        national=national_report,
        contract=contract_report,
        pdf=render_pdf,
        web=render_web,
        audit=_audit,
        wanted=wanted_comments,
    )


def wanted_comments(statement: Statement) -> tuple[tuple[str, str], ...]:
    """List what a final edition asks the analysts to explain, in the national report and in the six others.

    Args:
        statement: The statement.

    Returns:
        House and measure of every goal that is not met, measure by measure.
    """
    from exports.report.contract.account import read_account  # noqa: PLC0415
    from exports.report.national import unmet_goals  # noqa: PLC0415

    nobody = Comments(statement.year)
    wanted = [*unmet_goals(statement)]
    for house in houses():
        wanted += read_account(statement, house, nobody, final=False).unmet()
    measures = list(dict.fromkeys(measure for _, measure in wanted))
    return tuple(sorted(dict.fromkeys(wanted), key=lambda place: measures.index(place[1])))


def known_comments(comments: Comments, statement: Statement) -> Comments:
    """Refuse comments on something that the statement does not measure: nobody would ever read them.

    Args:
        comments: The analysts' comments.
        statement: The statement.

    Returns:
        The same comments.

    Raises:
        CommentError: A heading names a measure that there is not.
    """
    known = sorted(set(statement.frame(MEASURES)["measure"])) if MEASURES in statement.tables else []
    unknown = list(dict.fromkeys(measure for _, measure in comments.texts if measure not in known))
    if known and unknown:
        lines = []
        for key in unknown:
            alike = get_close_matches(key, known, n=1)
            lines.append(f"  - {key}" + (f" (mente du {alike[0]}?)" if alike else ""))
        msg = (
            f"{comments.path}: målepunkter, som opgørelsen for {statement.year} ikke har:\n" + "\n".join(lines) + "\n"
            f"Ret nøglen i overskriftens parentes. `erhvervshus report --year {statement.year} --comment-template FIL` "
            "skriver de overskrifter, der skal bruges."
        )
        raise CommentError(msg)
    return comments


def _audit(statement: Statement) -> object:
    """Attack the tables with the limits they were protected by; a frozen statement names its own."""
    from exports.statement.disclosure import audit  # noqa: PLC0415

    return audit(statement.tables, limits_of(statement))


def limits_of(statement: Statement) -> Limits:
    """Read the limits of disclosure control that a statement was protected by.

    Args:
        statement: The statement.

    Returns:
        The limits; the usual one where the settings name none.
    """
    said = {field.name: statement.settings.get(f"disclosure_{field.name}") for field in fields(Limits)}
    return Limits(**{name: type(getattr(Limits, name))(value) for name, value in said.items() if value is not None})


def edition_folder(output: Path, year: int) -> Path:
    """Return where the edition of a year is read.

    Args:
        output: The output folder.
        year: The report year.

    Returns:
        `<output>/opgoerelse/<year>`.
    """
    return output / FOLDER / str(year)


def read_edition(output: Path, year: int) -> Edition | None:
    """Read what the edition of a year says of itself.

    Args:
        output: The output folder.
        year: The report year.

    Returns:
        The content of its `statement.json`, or None when there is no edition.

    Raises:
        EditionError: The file cannot be read.
    """
    path = edition_folder(output, year) / CONTENTS
    if not path.exists():
        return None
    try:
        return Edition.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        msg = f"{path}: filen kan ikke læses. Kør `erhvervshus report --year {year}`, så udgaven skrives igen."
        raise EditionError(msg) from error


def write_edition(
    statement: Statement,
    output: Path,
    comments: Path | None = None,
    *,
    final: bool = False,
    renderers: Renderers | None = None,
    progress: Callable[[str], None] | None = None,
) -> Edition:
    """Write every file of a year and put them in place.

    Args:
        statement: The statement.
        output: The output folder.
        comments: The file with the analysts' comments, or None.
        final: Whether it is the final edition.
        renderers: What writes the files; the real ones when not given.
        progress: Told of each file.

    Returns:
        What was written.

    Raises:
        EditionError: The files could not be written; the edition before still stands.
        Exception: A renderer's own error (missing comments, tables that give hidden figures away); the edition
            before still stands.
    """
    with staged(output, statement.year) as staging:
        edition = render(statement, staging, comments, final=final, renderers=renderers, progress=progress)
        put_in_place(staging, output, statement.year)
    return edition


@contextmanager
def staged(output: Path, year: int) -> Iterator[Path]:
    """Make a folder for an edition beside where it will be read, and remove it and those of killed runs.

    Args:
        output: The output folder.
        year: The report year.

    Yields:
        An empty folder on the same file system.

    Raises:
        EditionError: The file system or a renderer failed; the message says that the edition before still stands.
    """
    root = output / FOLDER
    try:
        root.mkdir(parents=True, exist_ok=True)
        for left in root.glob(f"{_STAGING}*"):
            _log.warning("Removing %s, left by a run that was killed", left)
            if left.is_symlink():
                left.unlink()
            else:
                shutil.rmtree(left)
        folder = root / f"{_STAGING}{year}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except (OSError, duckdb.Error) as error:
        msg = (
            f"{edition_folder(output, year)}: opgørelsen kunne ikke skrives, så den forrige udgave gælder stadig. "
            f"{storage.cause(error, root)} Udgaven skrives med `erhvervshus report --year {year}`."
        )
        raise EditionError(msg) from error


def render(
    statement: Statement,
    folder: Path,
    comments: Path | None = None,
    *,
    final: bool = False,
    renderers: Renderers | None = None,
    progress: Callable[[str], None] | None = None,
) -> Edition:
    """Write every file of a statement into a folder: open data, workbook, national report, contract reports.

    The same statement and comments give the same bytes.

    Args:
        statement: The statement.
        folder: An empty folder.
        comments: The file with the analysts' comments, or None.
        final: Whether it is the final edition.
        renderers: What writes the files; the real ones when not given.
        progress: Told of each file.

    Returns:
        What was written, as in `statement.json`.
    """
    write = renderers or real_renderers()
    tell = progress or (lambda _: None)
    write.audit(statement)
    said = known_comments(read_comments(comments, statement.year), statement)
    # Asked for together, and before anything slow is written: each report by itself would name only its own.
    if final:
        said.require(write.wanted(statement))
    documents = {NATIONAL: write.national(statement, said, final=final)}
    for house in houses():
        documents[CONTRACT.format(house=house)] = write.contract(statement, house, said, final=final)
    files: list[Path] = []

    def finished(*paths: Path) -> None:
        files.extend(paths)
        tell(paths[-1].name)

    open_data = folder / OPEN_DATA
    open_data.mkdir()
    finished(*sorted(write.open_data(statement, open_data)))
    write.workbook(statement, folder / WORKBOOK)
    finished(folder / WORKBOOK)
    for name, document in documents.items():
        pdf, web = folder / f"{name}.pdf", folder / f"{name}.html"
        pdf.write_bytes(write.pdf(document))
        web.write_text(write.web(document), encoding="utf-8", newline="\n")
        finished(pdf, web)
    edition = _describe(statement, folder, comments, files, final=final)
    (folder / CONTENTS).write_text(f"{edition.model_dump_json(indent=2)}\n", encoding="utf-8")
    for path in (*files, folder / CONTENTS):
        path.chmod(READ_ONLY)
        sync(path)
    return edition


def put_in_place(staging: Path, output: Path, year: int) -> None:
    """Let readers see a finished edition: its folder gets a name of its own, then the year's link points at it.

    The link is replaced in one step. A reader finds the edition before or this one, whole, at any time.

    Args:
        staging: The folder from `staged`, with every file in it.
        output: The output folder.
        year: The report year.

    Raises:
        OSError: The file system refused; the edition before still stands.
    """
    root, target = output / FOLDER, edition_folder(output, year)
    editions = root / _EDITIONS
    editions.mkdir(exist_ok=True)
    # Names end with the time, so that their order is the order of editions.
    made = editions / f"{year}-{datetime.now(tz=UTC):%Y%m%dT%H%M%S%fZ}"
    link = root / f"{_STAGING}link-{year}"
    link.symlink_to(made.relative_to(root))
    staging.rename(made)
    try:
        if target.is_dir() and not target.is_symlink():
            # Somebody copied the output with links followed: the copy steps aside for the link.
            target.rename(editions / f"{year}-00000000T000000Z-kopi")
        link.replace(target)
    except OSError:
        link.unlink(missing_ok=True)
        shutil.rmtree(made, ignore_errors=True)
        raise
    sync(editions)
    sync(root)
    _remove_old(editions, year, target)


def _describe(statement: Statement, folder: Path, comments: Path | None, files: list[Path], *, final: bool) -> Edition:
    """Put together what the edition says of itself."""
    return Edition(
        year=statement.year,
        final=final,
        freeze=EditionFreeze(**vars(statement.freeze)) if statement.freeze else None,
        run_id=statement.publication.run_id,
        published_at=statement.publication.published_at,
        code_version=statement.publication.code_version,
        comments=sha256_of(comments) if comments is not None else None,
        tables=tuple(
            EditionTable(
                name=name,
                rows=len(table.frame),
                hidden=int(table.frame[IS_HIDDEN].sum()) if IS_HIDDEN in table.frame else 0,
                sha256=hashlib.sha256(table_bytes(table)).hexdigest(),
            )
            for name, table in statement.tables.items()
        ),
        files=tuple(
            EditionFile(name=path.relative_to(folder).as_posix(), sha256=sha256_of(path), bytes=path.stat().st_size)
            for path in files
        ),
    )


def _remove_old(editions: Path, year: int, target: Path) -> None:
    """Remove editions of a year beyond the newest few, never the one in use."""
    in_use = target.resolve()
    for old in sorted(editions.glob(f"{year}-*"), reverse=True)[KEPT:]:
        if old.resolve() != in_use:
            try:
                shutil.rmtree(old)
            except OSError:
                _log.warning("Cannot remove %s; the next edition tries again", old, exc_info=True)


def size(edition: Edition) -> int:
    """Add up the files of an edition.

    Args:
        edition: The edition.

    Returns:
        Bytes.
    """
    return sum(file.bytes for file in edition.files)


def is_untouchable(edition: Edition | None) -> bool:
    """Say whether a nightly draft must leave an edition alone: it is final, or it shows a frozen statement.

    Args:
        edition: The edition that stands, or None.

    Returns:
        True when only a person may replace it.
    """
    return edition is not None and (edition.final or edition.freeze is not None)
