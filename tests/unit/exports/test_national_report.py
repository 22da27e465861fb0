"""The national report of any year: whole, right Danish, nothing hidden shown, and a draft that says what it lacks."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pandas as pd
import pytest

from dbt_project.effect.settings import project_settings
from exports.report import charts
from exports.report.comments import Comments, MissingCommentsError
from exports.report.document import (
    Bullets,
    Cell,
    Document,
    Figure,
    Mark,
    Note,
    NoteKind,
    Paragraph,
    Section,
    Table,
    Terms,
)
from exports.report.national import comment_template, national_report, unmet_goals
from exports.statement.assemble import effect_settings
from exports.statement.limits import Limits
from exports.statement.setting_words import LABELS, value_text
from exports.statement.statement import Freeze
from tests.unit.exports.danish_rules import violations
from tests.unit.exports.statements import AREAS, HOUSES, Options, make_statement

CASES = {
    "2025": Options(),
    "first year of an agreement": Options(year=2024),
    "first year of the agreement before": Options(year=2021),
    "2023": Options(year=2023),
    "one house alone": Options(year=2019),
    "year with contracts": Options(year=2026),
    "year without an agreement": Options(year=2030),
    "no rows at all": Options(empty=True),
    "no effect yet": Options(effect=False),
    "a house without data": Options(without={"fyn"}),
    "no national rows": Options(without={"danmark"}),
    "figures hidden": Options(hidden={(house, "nps") for house in HOUSES[:2]} | {("danmark", "awareness")}),
    "everything hidden": Options(hidden={(area, measure) for area in AREAS for measure in ("nps", "awareness")}),
    "figures missing": Options(missing={("danmark", "nps"), ("fyn", "awareness")}),
    "a measure without data": Options(missing={(area, "awareness") for area in AREAS}),
    "everything met": Options(shift=60.0),
    "nothing met": Options(shift=-60.0),
    "effect hidden": Options(hidden={("fyn", "excess_revenue_growth")}),
    "no municipalities": Options(municipalities=()),
    "frozen": Options(freeze=Freeze(2, datetime(2026, 12, 1, 9, 0, tzinfo=UTC), "Rettet levering fra Fyn")),
}


DRAWN = {"2025", "one house alone", "figures hidden"}


@pytest.fixture(scope="module", params=CASES)
def report(request: pytest.FixtureRequest) -> Document:
    """Write the draft of each case; charts are drawn for some of them, and for the others put together only."""
    return report_of(request.param)


@functools.cache
def report_of(case: str) -> Document:
    """Write the draft of a case once; documents do not change."""
    options = CASES[case]
    if case not in DRAWN:
        return draft(options)
    return national_report(make_statement(options), Comments(options.year), final=False)


def draft(options: Options) -> Document:
    """Write the draft of a case, with charts put together only."""
    with put_together_only():
        return national_report(make_statement(options), Comments(options.year), final=False)


@contextmanager
def put_together_only() -> Iterator[None]:
    """Draw no charts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "to_svg", lambda chart, _: f"<svg>{len(chart.to_dict(validate=False))}</svg>")
        yield


def sections(document: Document) -> Iterator[Section]:
    """List every section, inner ones after the one they are in."""
    waiting = list(document.sections)
    while waiting:
        section = waiting.pop(0)
        yield section
        waiting = [*section.sections, *waiting]


def blocks(document: Document) -> Iterator[object]:
    """List every block, and the table behind every figure."""
    for section in sections(document):
        for block in section.blocks:
            yield block
            if isinstance(block, Figure):
                yield block.data


def prose(document: Document) -> Iterator[str]:
    """List everything that is written as sentences."""
    for block in blocks(document):
        match block:
            case Paragraph(inline) | Note(inline=inline):
                yield "".join(part.text for part in inline)
            case Bullets(items):
                for item in items:
                    yield "".join(part.text for part in item)
            case Figure(alternative=alternative, notes=notes):
                yield alternative
                yield from notes
            case Table(notes=notes):
                yield from (one for one in notes if not one.startswith("–"))


def test_every_sentence_is_right(report: Document) -> None:
    """Whole reports hold combinations that no test of one sentence has."""
    wrong = {text: found for text in prose(report) if (found := violations(text))}
    assert not wrong


def test_no_cell_shows_a_word_of_the_program(report: Document) -> None:
    """`None` or `nan` in a table is a mistake that a ministry would print."""
    for block in blocks(report):
        if isinstance(block, Table):
            for row in block.rows:
                assert len(row) == len(block.columns), block.id
                for cell in row:
                    assert not re.search(r"\b(None|nan|NaT|True|False)\b|<NA>", cell.text), (block.id, cell)
        if isinstance(block, Terms):
            assert all(value and value[0].text for _, value in block.items)


def test_anchors_are_unique_and_nothing_is_empty(report: Document) -> None:
    """Two places of one name cannot both be linked to; an empty heading is an orphan."""
    found = [section.id for section in sections(report)]
    found += [block.id for block in blocks(report) if isinstance(block, Table | Figure)]
    assert len(found) == len(set(found))
    for section in sections(report):
        assert section.blocks or section.sections, section.id
        assert section.title
    for block in blocks(report):
        if isinstance(block, Table):
            assert block.rows, block.id
            assert block.caption
        if isinstance(block, Figure):
            assert block.data.rows, block.id
            assert block.svg.startswith("<svg")


def test_every_chapter_is_there() -> None:
    """The reader finds every goal, the effect, the spread, practice, method, annex and provenance."""
    report = report_of("2025")
    assert [section.id for section in report.sections] == [
        "sammenfatning", "maal-1", "maal-2", "maal-3", "maal-5", "effekt", "spredning", "praksis", "metode", "bilag",
        "herkomst",
    ]  # fmt: skip
    assert dict(report.facts)["Opgørelsesår"] == "2025"
    assert report.draft


def test_the_status_table_has_every_goal_for_every_area() -> None:
    """The table is the statement's shortest form, and works without colour: every figure has a mark."""
    report = draft(Options(hidden={("fyn", "nps")}))
    table = next(block for block in blocks(report) if isinstance(block, Table) and block.id == "tabel-status")
    assert len(table.rows) == 7
    assert [column.heading for column in table.columns][2:] == [
        "Danmark", "Hovedstaden", "Sjælland", "Fyn", "Sydjylland", "Midtjylland", "Nordjylland",
    ]  # fmt: skip
    marks = {row[0].text.split(" (")[0]: [cell.mark for cell in row[2:]] for row in table.rows}
    assert marks["3. Net Promoter Score, vækst"][3] is Mark.HIDDEN
    assert marks["1. Vejledte virksomheder under 3 år"][0] in {Mark.ON_PATH, Mark.BEHIND_PATH}
    assert all(mark is not None for row in marks.values() for mark in row)


def test_a_hidden_figure_is_nowhere() -> None:
    """Text, chart, table and text alternative are made of the same protected figures."""
    shown = report_of("2025")
    hidden = national_report(make_statement(Options(hidden={("fyn", "awareness")})), Comments(2025), final=False)
    assert "50,5" in everything(section_of(shown, "maal-2-awareness"))
    assert "Erhvervshus Fyn 50,5" in everything(section_of(shown, "maal-2-awareness"))
    assert "Erhvervshus Fyn 50,5" not in everything(section_of(hidden, "maal-2-awareness"))
    assert "Erhvervshus Fyn skjult" in everything(section_of(hidden, "maal-2-awareness"))


def section_of(document: Document, place: str) -> Section:
    """Find a section."""
    return next(section for section in sections(document) if section.id == place)


def everything(section: Section) -> str:
    """Write a section as one text."""
    return repr(section)


def test_a_goal_not_met_asks_for_a_comment() -> None:
    """A draft shows what is missing; a final report is refused until all are there."""
    statement = make_statement()
    wanted = unmet_goals(statement)
    assert ("fyn", "nps") not in wanted
    assert ("hovedstaden", "awareness") in wanted
    notes = [
        block for block in blocks(report_of("2025")) if isinstance(block, Note) and block.kind is NoteKind.PLACEHOLDER
    ]
    assert any("Erhvervshus Hovedstaden" in note.inline[0].text for note in notes)
    with pytest.raises(MissingCommentsError, match="Erhvervshus Hovedstaden: awareness"):
        national_report(statement, Comments(2025), final=True)
    comments = Comments(2025, None, dict.fromkeys(wanted, "Fordi kampagnen først begyndte i maj."))
    with put_together_only():
        final = national_report(statement, comments, final=True)
    assert not final.draft
    assert not [block for block in blocks(final) if isinstance(block, Note) and block.kind is NoteKind.PLACEHOLDER]
    assert any("Fordi kampagnen først begyndte i maj." in text for text in prose(final))


def test_the_template_has_a_heading_for_every_goal_not_met() -> None:
    """The analyst begins with a file that only lacks the words."""
    statement = make_statement()
    text = comment_template(statement)
    assert text.count("### ") == len(unmet_goals(statement))
    assert "## Kendskab til erhvervshuset (awareness)" in text


def test_the_first_year_of_an_agreement_compares_with_nothing_else_measured() -> None:
    """The NPS of 2024 follows a new method; saying it rose since 2023 would be wrong."""
    report = report_of("first year of an agreement")
    text = " ".join(prose(Document(**{**dataclasses.asdict(report), "sections": (section_of(report, "maal-3"),)})))
    assert "Der er ikke tal fra tidligere år efter samme definition som i 2024." in text
    assert "højere end i 2023" not in text


def test_the_same_statement_gives_the_same_report() -> None:
    """A frozen year is rendered again to the same bytes."""
    assert report_of("2025") == national_report(make_statement(), Comments(2025), final=False)


def test_provenance_names_run_code_and_fingerprint() -> None:
    """A figure can be traced to the delivery it was made of."""
    report = report_of("frozen")
    text = everything(section_of(report, "herkomst"))
    assert "7a3172ee-4599-4066-8e30-e2431e7eb076" in text
    assert "0.1.0+4bede9f0f42a" in text
    assert "17b1e9b94692dbb2 39a9f1ce6252f3f3" in text
    assert "Rettet levering fra Fyn" in text
    assert report.published_on.isoformat() == "2026-12-01"


def test_the_statements_own_settings_are_printed() -> None:
    """A frozen year would else print the settings of today, which did not decide its figures."""
    settings = {
        "disclosure_respondents": "7",
        **effect_settings(project_settings()),
        "effect.matching.neighbours": "13",
    }
    text = everything(section_of(draft(Options(settings=settings)), "metode"))
    assert (
        "Cell(text='Antal kontroller pr. vejledt virksomhed', mark=None, header=True, sort=None), Cell(text='13'"
        in text
    )
    assert "omsætning pr. årsværk" in text
    assert not re.search(r"text='(effect|disclosure)[._]", text)
    other = everything(section_of(draft(Options(settings={"effect_settings_fingerprint": "0" * 16})), "metode"))
    assert "Antal kontroller pr. vejledt virksomhed" not in other


def test_every_setting_has_a_danish_label() -> None:
    """A raw name of the program is no word for a reader."""
    named = {f"disclosure_{field.name}" for field in dataclasses.fields(Limits)} | set(
        effect_settings(project_settings())
    )
    assert named <= set(LABELS)
    assert all(re.match(r"[A-ZÆØÅ]", label) and "_" not in label for label in LABELS.values())
    words = [value_text(value) for value in effect_settings(project_settings()).values()]
    assert not [word for word in words if "_" in word or word in {"true", "false"}]


def test_limits_in_sentences_are_those_of_the_statement() -> None:
    """A year frozen under other limits would else tell its readers wrong ones."""
    settings = {
        "disclosure_respondents": "8",
        "disclosure_companies": "4",
        "disclosure_dominance": "0.6",
        "effect.publication.minimum_treated": "40",
    }
    options = Options(settings=settings, hidden={("fyn", "nps")})
    report = draft(options)
    text = everything(report)
    assert "færre end 8 svar eller 4 virksomheder" in text
    assert "færre end 5 svar" not in text
    assert "over 60 pct. " in everything(section_of(report, "metode"))
    assert "under 40 sammenlignede virksomheder" in text


def test_no_table_shows_a_code() -> None:
    """A reader knows »Net Promoter Score« and not `nps`; a column of codes beside names is noise."""
    codes = re.compile(r"[a-z]+_[a-z0-9_]+|\b(cohort|pooled|drift_survivors|vaekst|hovedstaden|sjaelland)\b")
    wrong = {
        (block.id, cell.text)
        for block in blocks(draft(Options()))
        if isinstance(block, Table) and block.id != "tabel-leverancer"
        for cell in (*(cell for row in block.rows for cell in row), *(Cell(one.heading) for one in block.columns))
        if codes.search(cell.text)
    }
    assert not wrong


def test_what_belongs_to_no_house_does_not_stretch_the_figure_of_practice() -> None:
    """Rows of no house fail the rule of having one altogether, and would press everything else together at 100."""
    statement = make_statement()
    table = statement.tables["statement_practice"]
    stray = table.frame.head(1).assign(house="ukendt", share=0.0)
    with_stray = dataclasses.replace(table, frame=pd.concat([table.frame, stray], ignore_index=True))
    changed = dataclasses.replace(statement, tables={**statement.tables, "statement_practice": with_stray})
    assert everything(section_of(national_report(changed, Comments(2025), final=False), "praksis")) == everything(
        section_of(report_of("2025"), "praksis")
    )


def test_a_dash_is_explained_once_and_only_where_it_stands() -> None:
    """A reader who meets a dash must be told; a remark under a table without one is noise."""
    shown = 0
    for block in blocks(draft(Options(hidden={("fyn", "nps")}))):
        if isinstance(block, Table):
            dashes = any(cell.text == "–" for row in block.rows for cell in row)
            assert sum(note.startswith("– :") for note in block.notes) == dashes, block.id
            shown += dashes
    assert shown
