"""The record of processing as Markdown and as one web page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markdown_it import MarkdownIt

from expectations.wording import long_date
from exports.processing_record.record import CLASS_NAMES, Facts, Processing

TITLE = "Fortegnelse over behandlingsaktiviteter"

_STYLE = """
body { font: 1rem/1.5 "IBM Plex Sans", Arial, sans-serif; color: #222; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; }
h3 { margin-top: 2rem; }
code { font-family: monospace; overflow-wrap: anywhere; }
"""


def as_markdown(facts: Facts, entries: Sequence[Processing], made: Sequence[str], day: date) -> str:
    """Write the record as Markdown.

    Args:
        facts: What no contract knows.
        entries: What is processed.
        made: How long what the program makes is kept.
        day: The day it is written.

    Returns:
        The text.
    """
    confirmed = (
        f"Bekræftet af den dataansvarlige {long_date(facts.confirmed_on)}."
        if facts.confirmed_on is not None
        else "Udkast: ikke bekræftet af den dataansvarlige."
    )
    lines = [
        f"# {TITLE}",
        "",
        f"Databeskyttelsesforordningens artikel 30. Dannet {long_date(day)} af leverancernes kontrakter. {confirmed}",
        "",
        "## Ansvar og grundlag",
        "",
        f"- Dataansvarlig: {facts.controller}",
        f"- Fælles dataansvar: {facts.joint_controllers}",
        f"- Databeskyttelsesrådgiver: {facts.data_protection_officer}",
        f"- Formål: {facts.purpose}",
        f"- Hjemmel: {facts.legal_basis}",
        f"- CPR-numre og følsomme oplysninger: {facts.special_categories}",
        f"- Tredjelande: {facts.third_countries}",
        "",
        "## Modtagere",
        "",
        *(f"- {text}" for text in facts.recipients),
        "",
        "## Behandlinger",
        "",
    ]
    for entry in entries:
        lines += [
            f"### {entry.title} (`{entry.entity}`)",
            "",
            f"- Kilde: {entry.owner}",
            f"- Formål: {entry.purpose}",
            f"- Registrerede: {entry.subjects}",
            *(
                f"- {CLASS_NAMES[name]}: {', '.join(f'`{column}`' for column in columns)}"
                for name, columns in entry.columns
            ),
            f"- Slettefrist: {entry.kept}",
            "",
        ]
    lines += ["## Slettefrister for det, programmet danner", "", *(f"- {text}" for text in made), ""]
    lines += ["## Sikkerhed", "", *(f"- {text}" for text in facts.security), ""]
    return "\n".join(lines)


def as_page(markdown: str) -> str:
    """Write the record as a web page that needs no network.

    Args:
        markdown: The record as Markdown.

    Returns:
        The page.
    """
    body = MarkdownIt("commonmark", {"html": False}).render(markdown)
    return (
        f'<!doctype html>\n<html lang="da">\n<head>\n<meta charset="utf-8">\n<title>{TITLE}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
