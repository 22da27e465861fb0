"""The analysts' comments: a Markdown file per year, a heading per measure and one per house below it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from expectations.wording import NATION, houses
from exports.report.phrases import area_name, count, short_name

_TITLE_LEVEL, _MEASURE_LEVEL, _HOUSE_LEVEL = "h1", "h2", "h3"
_KEY = re.compile(r"\(([a-z0-9_]+)\)\s*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BLOCKS = {"paragraph_open", "bullet_list_open", "ordered_list_open"}


class CommentError(Exception):
    """The comments cannot be read; the Danish message names file and line, what was expected, and what to do."""


class MissingCommentsError(Exception):
    """A final report lacks comments on unmet goals; the Danish message lists all of them."""


@dataclass(frozen=True)
class Comments:
    """The comments of a year.

    Attributes:
        year: The report year.
        path: The file they were read from; None without one.
        texts: Each comment by house and measure.
    """

    year: int
    path: Path | None = None
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of(self, house: str, measure: str) -> str | None:
        """Find the comment on a house's figure.

        Args:
            house: A house, or `danmark`.
            measure: The measure's key.

        Returns:
            The comment as plain text, paragraphs apart by a blank line; None when there is none.
        """
        return self.texts.get((house, measure))

    def require(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Refuse to be final while comments are missing.

        Args:
            wanted: House and measure of every figure that needs an explanation.

        Raises:
            MissingCommentsError: Some have none; the message lists all of them.
        """
        missing = [(house, measure) for house, measure in wanted if self.of(house, measure) is None]
        if not missing:
            return
        lines = "\n".join(f"  - {area_name(house)}: {measure}" for house, measure in missing)
        where = str(self.path) if self.path is not None else "en kommentarfil (--comments)"
        noun = count(len(missing), "kommentar", "kommentarer")
        msg = (
            f"Opgørelsen for {self.year} kan ikke gøres endelig: {noun} til mål, der ikke er opfyldt, mangler i "
            f"{where}:\n{lines}\nSkriv kommentarerne, eller lav opgørelsen som udkast uden --final."
        )
        raise MissingCommentsError(msg)


def read_comments(path: Path | None, year: int) -> Comments:
    """Read the comments of a year.

    A heading of the second level names a measure, as `## Net Promoter Score (nps)`; the key in brackets decides. A
    heading of the third level below it names a house, as `### Fyn`. What stands below that is the comment: paragraphs
    and lists. What stands in `<!-- -->` is a note to the writer and is left out; a heading with nothing below it is a
    comment not yet written.

    Args:
        path: The file; None when there is none.
        year: The report year; a first heading that names another year is refused.

    Returns:
        The comments; empty without a file.

    Raises:
        CommentError: The file is missing, is no UTF-8, or has a heading that cannot be understood.
    """
    if path is None:
        return Comments(year)
    try:
        source = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        msg = f"{path} findes ikke. Angiv kommentarfilen for {year} med --comments, eller udelad den for et udkast."
        raise CommentError(msg) from error
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} kan ikke læses som tekst i UTF-8: {error}. Gem filen som UTF-8, og prøv igen."
        raise CommentError(msg) from error
    # Line numbers stay true: a note to the writer is replaced by as many line breaks as it had.
    readable = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), unicodedata.normalize("NFC", source))
    texts: dict[tuple[str, str], str] = {}
    for place, line, body in _entries(path, readable, year):
        if place in texts:
            msg = f"{path}, linje {line}: {area_name(place[0])} har allerede en kommentar til {place[1]}. Saml de to."
            raise CommentError(msg)
        if body:
            texts[place] = body
    return Comments(year, path, texts)


def template(year: int, wanted: Sequence[tuple[str, str]], labels: Mapping[str, str]) -> str:
    """Write an empty file of comments with every heading that needs one.

    Args:
        year: The report year.
        wanted: House and measure of every figure that needs an explanation, by measure.
        labels: Names of the measures by key.

    Returns:
        The file's text; `read_comments` reads it as a file without comments.
    """
    lines = [
        f"# Kommentarer til opgørelsen for {year}",
        "",
        "<!-- Skriv under hver overskrift, hvorfor målet ikke er opfyldt, og hvad der gøres ved det. Afsnit og",
        "punktopstilling kan bruges. Lad overskrifterne stå: nøglen i parentes og husets navn siger, hvilket tal",
        "kommentaren hører til. -->",
    ]
    measures = list(dict.fromkeys(measure for _, measure in wanted))
    for measure in measures:
        lines += ["", f"## {labels.get(measure, measure)} ({measure})"]
        for house in (house for house, other in wanted if other == measure):
            lines += ["", f"### {short_name(house)}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _entries(path: Path, source: str, year: int) -> Iterator[tuple[tuple[str, str], int, str]]:
    """Go through the file: house and measure, line of the heading, and text of each comment."""
    tokens = MarkdownIt("commonmark").parse(source)
    measure: str | None = None
    place: tuple[str, str] | None = None
    line, body = 0, list[str]()
    for index, token in enumerate(tokens):
        at = (token.map[0] + 1) if token.map else 0
        if token.type == "heading_open":
            if place is not None:
                yield place, line, "\n\n".join(body)
            place, body = None, []
            heading = _plain(tokens[index + 1])
            if token.tag == _TITLE_LEVEL:
                _check_year(path, at, heading, year)
            elif token.tag == _MEASURE_LEVEL:
                measure = _measure(path, at, heading)
            elif token.tag == _HOUSE_LEVEL:
                place, line = (_house(path, at, heading), _under(path, at, measure)), at
            else:
                msg = f"{path}, linje {at}: overskriften »{heading}« er for dyb. Brug ## til målepunkt og ### til hus."
                raise CommentError(msg)
        elif token.type in _BLOCKS and token.level == 0:
            _check_place(path, at, place)
            body += _block(tokens, index)
        elif token.level == 0 and token.nesting >= 0 and token.type not in {"inline", "paragraph_open"}:
            msg = (
                f"{path}, linje {at}: her står noget, der ikke kan vises i en kommentar ({token.type}). Brug kun "
                "afsnit og punktopstilling."
            )
            raise CommentError(msg)
    if place is not None:
        yield place, line, "\n\n".join(body)


def _block(tokens: Sequence[Token], index: int) -> list[str]:
    """Read a paragraph, or each item of a list."""
    opened = tokens[index]
    closing = opened.type.replace("_open", "_close")
    end = next(
        at for at in range(index + 1, len(tokens)) if tokens[at].type == closing and tokens[at].level == opened.level
    )
    inside = [_plain(token) for token in tokens[index:end] if token.type == "inline"]
    return inside if opened.type == "paragraph_open" else [f"• {one}" for one in inside]


def _plain(token: Token) -> str:
    """Read the text of a line without its markup."""
    pieces = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            pieces.append(" ")
        elif child.content:
            pieces.append(child.content)
    return re.sub(r"\s+", " ", "".join(pieces)).strip()


def _check_year(path: Path, line: int, heading: str, year: int) -> None:
    """Refuse the file of another year."""
    years = re.findall(r"\b(?:19|20)\d\d\b", heading)
    if years and str(year) not in years:
        msg = f"{path}, linje {line}: filen er for {years[0]}, men opgørelsen er for {year}. Angiv filen for {year}."
        raise CommentError(msg)


def _measure(path: Path, line: int, heading: str) -> str:
    """Read the measure of a heading."""
    found = _KEY.search(heading)
    if found is None:
        msg = (
            f"{path}, linje {line}: overskriften »{heading}« siger ikke, hvilket målepunkt den gælder. Skriv "
            "målepunktets nøgle i parentes til sidst, som »## Net Promoter Score (nps)«."
        )
        raise CommentError(msg)
    return found[1]


def _house(path: Path, line: int, heading: str) -> str:
    """Read the house of a heading: its code, its name, or its name with `Erhvervshus` before it."""
    names = {
        NATION: NATION,
        **{code: code for code in houses()},
        **{name.lower(): code for code, name in houses().items()},
    }
    wanted = heading.lower().removeprefix("erhvervshus ").strip()
    if wanted not in names:
        known = ", ".join([area_name(NATION), *houses().values()])
        msg = f"{path}, linje {line}: »{heading}« er ikke et erhvervshus. Skriv et af: {known}."
        raise CommentError(msg)
    return names[wanted]


def _under(path: Path, line: int, measure: str | None) -> str:
    """Refuse a house without a measure above it."""
    if measure is None:
        msg = f"{path}, linje {line}: huset står ikke under et målepunkt. Sæt en overskrift som »## … (nps)« over det."
        raise CommentError(msg)
    return measure


def _check_place(path: Path, line: int, place: tuple[str, str] | None) -> None:
    """Refuse text that belongs to no house."""
    if place is None:
        msg = f"{path}, linje {line}: teksten står ikke under et hus. Sæt en overskrift som »### Fyn« over den."
        raise CommentError(msg)
