"""Writing the record of processing into a folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from expectations.periods import load_periods
from exports.files import write_whole
from exports.processing_record.pages import as_markdown, as_page
from exports.processing_record.record import FACTS_FILE, kept_of_what_is_made, load_facts, processings
from sources.contract import load_contracts
from sources.retention import RETENTION_FILE, load_retention

STEM = "fortegnelse"


def write_processing_record(
    folder: Path, day: date, retention: Path | None = None, facts_file: Path | None = None
) -> tuple[Path, Path]:
    """Write the record as Markdown and as a web page.

    Args:
        folder: The folder; made when missing.
        day: The day it is written.
        retention: The YAML of periods; the project's own when not given.
        facts_file: The YAML of facts, as the data controller has confirmed it; the project's proposal when not given.

    Returns:
        The Markdown file and the page.

    Raises:
        ProcessingRecordError: The facts cannot be used.
        RetentionError: The periods cannot be used.
    """
    contracts = load_contracts()
    facts = load_facts(contracts, facts_file or FACTS_FILE)
    entries = processings(contracts, load_retention(contracts, retention or RETENTION_FILE), facts)
    markdown = as_markdown(facts, entries, kept_of_what_is_made(load_periods()), day)
    folder.mkdir(parents=True, exist_ok=True)
    text, page = folder / f"{STEM}.md", folder / f"{STEM}.html"
    write_whole(text, markdown.encode())
    write_whole(page, as_page(markdown).encode())
    return text, page
