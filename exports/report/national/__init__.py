"""The national report: the yearly statement of goals in Danish, as a document."""

from __future__ import annotations

from dataclasses import replace

from expectations.wording import COPENHAGEN
from exports.report.blocks import explain_dashes
from exports.report.comments import Comments, template
from exports.report.document import Document, Section
from exports.report.figures import read_goals
from exports.report.national.annex import annex
from exports.report.national.edition import Edition
from exports.report.national.effect import effect
from exports.report.national.geography import geography
from exports.report.national.goals import goals
from exports.report.national.method import method
from exports.report.national.practice import practice
from exports.report.national.provenance import provenance
from exports.report.national.settings import value_of
from exports.report.national.summary import summary
from exports.report.phrases import hidden_note, long_date
from exports.statement.statement import Statement

__all__ = ["comment_template", "national_report", "unmet_goals"]


def national_report(statement: Statement, comments: Comments, *, final: bool) -> Document:
    """Write the national report of a year.

    Args:
        statement: The statement.
        comments: The analysts' comments of the year.
        final: Whether it is to be published; a draft else, with placeholders for comments that are missing.

    Returns:
        The report.

    Raises:
        MissingCommentsError: It is to be final, and goals not met lack a comment.
    """
    edition = Edition(statement, read_goals(statement), comments, final)
    if final:
        comments.require(edition.unmet())
    published = statement.publication.published_at if statement.freeze is None else statement.freeze.frozen_at
    chapters = (
        summary(edition),
        *goals(edition),
        effect(edition),
        geography(edition),
        practice(edition),
        method(edition),
        annex(edition),
        provenance(edition),
    )
    return Document(
        title=f"Erhvervshusenes målopfyldelse {statement.year}",
        subtitle="National opgørelse af målene for de seks erhvervshuse",
        publisher="Erhvervsstyrelsen",
        published_on=published.astimezone(COPENHAGEN).date(),
        summary=(
            f"Opgørelse af, om erhvervshusene i {statement.year} nåede de nationale mål, med usikkerhed, metode og "
            "herkomst."
        ),
        keywords=("erhvervshuse", "målopfyldelse", "erhvervsfremme", str(statement.year)),
        facts=_facts(edition),
        sections=explain_dashes(
            (_unnumbered(chapter) for chapter in chapters if chapter is not None),
            hidden_note(value_of(statement, "disclosure_respondents"), value_of(statement, "disclosure_companies")),
        ),
        draft=not final,
    )


def unmet_goals(statement: Statement) -> tuple[tuple[str, str], ...]:
    """List the figures that ask for an explanation.

    Args:
        statement: The statement.

    Returns:
        House and measure of every goal not met in the year, by measure.
    """
    return Edition(statement, read_goals(statement), Comments(statement.year), final=False).unmet()


def comment_template(statement: Statement) -> str:
    """Write an empty file of comments with a heading for every goal not met.

    Args:
        statement: The statement.

    Returns:
        The Markdown text.
    """
    labels = {measure.measure: measure.label for measure in read_goals(statement).measures}
    return template(statement.year, unmet_goals(statement), labels)


def _unnumbered(section: Section) -> Section:
    """Take the number off a section and those inside it: the goals have the agreement's numbers, and two confuse."""
    return replace(section, numbered=False, sections=tuple(_unnumbered(inner) for inner in section.sections))


def _facts(edition: Edition) -> tuple[tuple[str, str], ...]:
    """Give the facts of the front page."""
    statement = edition.statement
    document = next((measure.source_document for measure in edition.measures), "Ingen national aftale for året")
    if statement.freeze is not None:
        version = f"Version {statement.freeze.version}"
    else:
        version = "Endelig" if edition.final else "Udkast"
    return (
        ("Opgørelsesår", str(statement.year)),
        ("Aftale", document),
        ("Data til og med", long_date(statement.today)),
        ("Udgave", version),
    )
