"""The record of processing: it holds what the contracts and periods hold, no less and no more."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from expectations.periods import load_periods
from exports.processing_record.pages import as_markdown, as_page
from exports.processing_record.record import (
    CLASS_NAMES,
    FACTS_FILE,
    ProcessingRecordError,
    kept_of_what_is_made,
    load_facts,
    processings,
)
from exports.processing_record.write import write_processing_record
from sources.contract import PersonalData, load_contracts
from sources.retention import load_retention

CONTRACTS = load_contracts()
FACTS = load_facts(CONTRACTS)
MADE = kept_of_what_is_made(load_periods())
MARKDOWN = as_markdown(FACTS, processings(CONTRACTS, load_retention(CONTRACTS), FACTS), MADE, date(2026, 11, 21))


def listed() -> dict[str, dict[PersonalData, set[str]]]:
    """Read the columns out of the record again."""
    found: dict[str, dict[PersonalData, set[str]]] = {}
    for section in MARKDOWN.split("\n### ")[1:]:
        name = section.split("`")[1]
        found[name] = {
            key: set(re.findall(r"`(\w+)`", line))
            for key, label in CLASS_NAMES.items()
            for line in section.splitlines()
            if line.startswith(f"- {label}:")
        }
    return found


def test_the_record_and_the_contracts_name_the_same_columns() -> None:
    """Without it a column could be delivered that the record is silent of, or the record tell of one that is gone."""
    contracts = {
        entity.name: {
            key: names
            for key in CLASS_NAMES
            if (names := {column.name for column in entity.columns if column.personal_data == key})
        }
        for entity in CONTRACTS.entities
    }
    assert listed() == contracts


def test_every_part_that_the_regulation_asks_for_is_there() -> None:
    """Without it the record would be none: GDPR article 30(1) lists what it holds."""
    for words in (
        "Dataansvarlig:", "Databeskyttelsesrådgiver:", "Formål:", "Registrerede:", "Modtagere", "Tredjelande:",
        "Slettefrist:", "Sikkerhed", "CPR-numre og følsomme oplysninger:",
        "Hjemmel:", "Udkast: ikke bekræftet", "21. november 2026",
    ):  # fmt: skip
        assert words in MARKDOWN
    assert MARKDOWN.count("- Slettefrist: ") == len(CONTRACTS.entities)
    assert "12 år efter den seneste af `startdato`, `slutdato`, `ledelsesvurdering_dato` og `oprettet`" in MARKDOWN
    assert "Slettes sammen med rækken i `crm_forloeb`; ellers 12 år efter `dato`" in MARKDOWN
    assert f"Fund: {load_periods().closed_findings_kept.days:,}".replace(",", ".") in MARKDOWN


def test_what_nobody_has_confirmed_is_marked(tmp_path: Path) -> None:
    """Without it the record would state as a fact what the program cannot know: names, processors, countries."""
    marked = re.compile(r"\(skal (bekræftes|udfyldes)\)")
    for fact in (FACTS.controller, FACTS.joint_controllers, FACTS.data_protection_officer, FACTS.legal_basis,
                 FACTS.third_countries):  # fmt: skip
        assert marked.search(fact)
    assert any("Databehandlere" in text and marked.search(text) for text in FACTS.recipients)
    content = yaml.safe_load(FACTS_FILE.read_text(encoding="utf-8"))
    content |= {"confirmed_on": date(2026, 12, 1), "third_countries": "Ingen."}
    own = tmp_path / "oplysninger.yml"
    own.write_text(yaml.safe_dump(content), encoding="utf-8")
    text, _ = write_processing_record(tmp_path, date(2026, 12, 2), facts_file=own)
    written = text.read_text(encoding="utf-8")
    assert "Bekræftet af den dataansvarlige 1. december 2026." in written
    assert "Tredjelande: Ingen." in written


def test_facts_that_do_not_fit_the_contracts_are_refused(tmp_path: Path) -> None:
    """Without it a new delivery would stand in the record without a purpose."""
    content = yaml.safe_load(FACTS_FILE.read_text(encoding="utf-8"))
    del content["entities"]["crm_tema"]
    path = tmp_path / "facts.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(ProcessingRecordError, match="crm_tema"):
        load_facts(CONTRACTS, path)
    path.write_text("controller: x", encoding="utf-8")
    with pytest.raises(ProcessingRecordError, match="fortegnelsen"):
        load_facts(CONTRACTS, path)


def test_both_files_are_written_and_need_no_network(tmp_path: Path) -> None:
    """Without it the page could fetch something from somewhere."""
    text, page = write_processing_record(tmp_path, date(2026, 11, 21))
    assert text.read_text(encoding="utf-8") == MARKDOWN
    html = page.read_text(encoding="utf-8")
    assert html == as_page(MARKDOWN)
    assert html.startswith('<!doctype html>\n<html lang="da">')
    assert "http" not in html
