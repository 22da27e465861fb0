"""The workbook: Excel accepts it, texts stay texts, figures are numbers, and what is hidden is in no cell."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given, settings
from openpyxl import Workbook as OpenWorkbook
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.statement.columns import HiddenFigureError
from exports.statement.specification import SpecificationError
from exports.statement.statement import Statement
from exports.workbook import write_workbook
from exports.workbook.fields import number_format
from exports.workbook.sheet import Sheet, clean, named, text_field
from tests.unit.exports import excel_rules
from tests.unit.exports import tabular_statement as sample


def write(statement: Statement, folder: Path) -> Path:
    """Write a statement's workbook."""
    path = folder / "opgoerelse.xlsx"
    write_workbook(statement, path)
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the sample statement."""
    return write(sample.statement(), tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def book(path: Path) -> OpenWorkbook:
    """The same, read."""
    return load_workbook(path)


def rows(page: Worksheet) -> list[dict[str, object]]:
    """Read a sheet's table as rows by heading."""
    (table,) = page.tables.values()
    heading, *body = [[cell.value for cell in row] for row in page[table.ref]]
    return [dict(zip(heading, row, strict=True)) for row in body]


def test_excel_finds_nothing_to_repair(path: Path) -> None:
    """Excel repairs or refuses a file on the smallest fault, before anybody sees a figure."""
    assert excel_rules.broken_rules(path) == []


def test_the_rules_find_faults(tmp_path: Path) -> None:
    """A checker that accepts everything would let every fault through."""
    faulty = OpenWorkbook()
    page = faulty.active
    page.append(["a", "b"])
    page.append(["=1+1", 2])
    page.merge_cells("A3:B3")
    faulty.save(tmp_path / "faulty.xlsx")
    assert excel_rules.broken_rules(tmp_path / "faulty.xlsx") == ["sheet 1 has mergeCells", "sheet 1 has a formula"]


def test_sheets_stand_in_reading_order(book: OpenWorkbook) -> None:
    """Readers begin at the front; every table and every national goal of the year's agreement has its sheet."""
    assert book.sheetnames == [
        "Forside", "Overblik", "Mål 1", "Mål 3", "Målopfyldelse", "Sære   tekster  med   et meget", "målopfyldelse 2",
        "Definitioner", "Kolonner", "Metode", "Indstillinger", "Datakilder",
    ]  # fmt: skip


def test_texts_stay_texts(book: OpenWorkbook) -> None:
    """A delivered text such as =HYPERLINK(...) may never run in a reader's Excel, not even after an edit."""
    page = book["Sære   tekster  med   et meget"]
    shown = [row["Tekst"] for row in rows(page)]
    assert shown[:-1] == [clean(text) for text in sample.ODD_TEXTS]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    risky = [cell for cell in cells if cell.value[0] in "=+-@\t"]
    assert len(risky) >= 6
    assert all(cell.quotePrefix for cell in risky)


def test_a_text_too_long_is_cut_with_a_mark() -> None:
    """Excel refuses a file with a longer text, and a silent cut would mislead."""
    cut = clean("l" * 40_000)
    assert len(cut) == 32_767
    assert cut.endswith("lll … (afkortet)")
    assert clean("a\r\nb\x00c") == "a\nb c"


def test_hidden_figures_are_signs_and_the_rest_numbers(book: OpenWorkbook) -> None:
    """A hidden figure read as 0, or a number stored as text, would give wrong sums."""
    found = {(row["House"], row["År"]): row for row in rows(book["Mål 3"])}
    hidden = found["Erhvervshus Fyn", 2025]
    assert [hidden[name] for name in ("Grundlag", "Resultat", "Nedre grænse", "Status", "Skjult")] == [
        "–", "–", "–", "–", "Ja",
    ]  # fmt: skip
    assert hidden["Måltal"] == 70
    shown = found["Danmark", 2025]
    assert [shown[name] for name in ("Grundlag", "Resultat", "Status", "Skjult")] == [1234, 71.25, "Opfyldt", "Nej"]


def test_a_missing_figure_is_an_empty_cell(book: OpenWorkbook) -> None:
    """What does not exist is not hidden, and readers must be able to tell."""
    nation = [row for row in rows(book["Mål 1"]) if row["House"] == "Danmark"]
    assert [(row["Resultat"], row["Status"]) for row in nation] == [(None, "Ingen data")]


def test_a_goal_sheet_holds_its_agreement_alone_with_words_for_codes(book: OpenWorkbook) -> None:
    """Goal 3 of another agreement is another goal; houses stand in their order, Danmark last."""
    page = book["Mål 3"]
    assert [(r["Måling"], r["House"], r["År"]) for r in rows(page)] == [
        ("Kundetilfredshed", "Erhvervshus Fyn", 2024),
        ("Kundetilfredshed", "Erhvervshus Fyn", 2025),
        ("Kundetilfredshed", "Erhvervshus Sydjylland", 2025),
        ("Kundetilfredshed", "Danmark", 2025),
    ]
    assert page["A1"].value == "Mål 3 i aftalen 2024-2027: Kundetilfredshed"
    assert page["A3"].value == "Aftalens ord: ”En NPS-score på mindst 70” (Rammeaftalen, Kap. 8.1, mål 3)"
    assert str(page["A4"].value).startswith("– betyder, at tallet er skjult: Det hviler på færre end 5 svar eller 3 v")


def test_the_overview_says_every_status_in_words(book: OpenWorkbook) -> None:
    """The overview is what most readers see; a hidden status is a sign, a goal not measured says so."""
    assert rows(book["Overblik"]) == [
        {"Mål": "Mål 1", "Måling": "Vejledte iværksættere", "Segment": "Alle", "Erhvervshus Fyn": "Opfyldt",
         "Erhvervshus Sydjylland": "Ikke opgjort", "Danmark": "Ingen data"},
        {"Mål": "Mål 3", "Måling": "Kundetilfredshed", "Segment": "Vækst", "Erhvervshus Fyn": "–",
         "Erhvervshus Sydjylland": "Ikke opfyldt", "Danmark": "Opfyldt"},
    ]  # fmt: skip


def test_number_formats_follow_type_unit_and_decimals(book: OpenWorkbook) -> None:
    """A count with decimals or a year with a thousands separator looks careless; days are Danish everywhere."""
    columns = {c.name: c for c in sample.goals().specification.columns + sample.odd().specification.columns}
    assert number_format(columns["n"]) == "#,##0"
    assert number_format(columns["year"]) == "0"
    assert number_format(columns["value"], "score") == "#,##0.0"
    assert number_format(columns["value"], "companies") == "#,##0"
    assert number_format(columns["share"]) == '#,##0.00" pct."'
    page = book["Sære   tekster  med   et meget"]
    (table,) = page.tables.values()
    first = page[table.ref][1]
    assert [cell.number_format for cell in first[2:5]] == ['#,##0.00" pct."', "General", r"[$-406]d\.\ mmmm\ yyyy"]
    assert first[4].value == datetime(2026, 2, 1)  # noqa: DTZ001  # As Excel holds it.


def test_every_sheet_prints_and_scrolls_with_its_headings(book: OpenWorkbook) -> None:
    """A page without headings, or a table cut at the right edge, cannot be read on paper."""
    for page in book:
        (table,) = page.tables.values()
        top = int("".join(filter(str.isdigit, table.ref.split(":")[0])))
        assert page.freeze_panes == f"A{top + 1}", page.title
        assert page.print_title_rows == f"${top}:${top}"
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        # Not given is one page wide; 0 is as many pages long as it takes.
        assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.oddFooter.left.text == "Udkast af 21. november 2026"
        assert page.oddFooter.right.text == "Side &P af &N"


@pytest.mark.parametrize(("repeated", "printed"), [(100, True), (101, False)])
def test_a_long_table_is_left_out_of_print_and_says_so(tmp_path: Path, repeated: int, printed: bool) -> None:  # noqa: FBT001
    """Without it, the sensitivity of the effect alone would take forty printed pages."""
    given = sample.odd()
    frame = pd.concat([given.frame.head(3)] * repeated, ignore_index=True)
    page = load_workbook(write(sample.statement(sample.with_rows(given, frame)), tmp_path)).worksheets[1]
    (table,) = page.tables.values()
    top, last = (int("".join(filter(str.isdigit, corner))) for corner in table.ref.split(":"))
    assert last - top == 3 * repeated
    assert page.print_area.rsplit("$", 1)[1] == str(last if printed else top - 1)
    said = [page.cell(row, 1).value for row in range(1, top)]
    assert any("ikke med i udskriften" in str(line) for line in said) is not printed


def test_every_table_has_a_text_alternative(path: Path, book: OpenWorkbook) -> None:
    """A screen reader says what a table holds before it reads cells."""
    with zipfile.ZipFile(path) as archive:
        tables = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/tables/")]
    assert len(tables) == len(book.sheetnames)
    assert all('altText="' in table and 'altTextSummary="' in table for table in tables)


def test_the_front_leads_to_every_sheet(book: OpenWorkbook) -> None:
    """Twenty sheets without a way in are a drawer."""
    page = book["Forside"]
    assert [row["Ark"] for row in rows(page)] == book.sheetnames[1:]
    cells = [row[0] for row in page[next(iter(page.tables.values())).ref]][1:]
    assert [cell.hyperlink.location for cell in cells] == [f"'{name}'!A1" for name in book.sheetnames[1:]]
    assert all(book[name]["A2"].hyperlink.location == "'Forside'!A1" for name in book.sheetnames[1:])


def test_a_frozen_edition_says_so(tmp_path: Path) -> None:
    """A reader must know whether the figures can still change, and why a version replaced another."""
    book = load_workbook(write(sample.statement(frozen=True), tmp_path))
    lines = [cell.value for cell in book["Forside"]["A"]]
    assert (
        "Status: Version 2, frosset 1. december 2026. Tallene ændrer sig ikke. Versionen afløser den forrige: "
        "En leverance manglede."
    ) in " ".join(str(line) for line in lines)
    assert book.properties.category == "Opgørelse"


def test_the_same_statement_gives_the_same_bytes(tmp_path: Path, path: Path) -> None:
    """A frozen statement is reproduced byte for byte on any later day: the only times are the publication's."""
    assert write(sample.statement(), tmp_path).read_bytes() == path.read_bytes()
    properties = load_workbook(path).properties
    assert properties.created == properties.modified == sample.PUBLISHED_AT.replace(tzinfo=None)
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_provenance_lists_every_delivery(book: OpenWorkbook) -> None:
    """A figure is only as good as the deliveries it names."""
    used, aside = rows(book["Datakilder"])
    assert (used["Fil"], used["Status"], used["Brugte rækker"]) == ("crm/=crm_forloeb__2026-10-31.csv", "Brugt", 1190)
    assert (aside["Dato"], aside["Status"]) == (None, "Sat til side")
    assert {"Navn": "Færrest svar bag et vist tal", "Værdi": "5", "Slags": "Indstilling"} in rows(book["Indstillinger"])
    shown = [row["Værdi"] for row in rows(book["Indstillinger"]) if str(row["Navn"]).startswith("Største andel")]
    assert shown == ["0,75"]
    assert {"Navn": "Tidligere indstilling (effect)", "Værdi": "0123abcd", "Slags": "Indstilling"} in rows(
        book["Indstillinger"]
    )


def test_a_statement_without_goals_or_measures_still_has_its_book(tmp_path: Path) -> None:
    """An early year may have no national agreement with figures."""
    book = load_workbook(write(sample.statement(sample.empty(), year=2018), tmp_path))
    assert book.sheetnames == [
        "Forside", "målopfyldelse", "Definitioner", "Metode", "Indstillinger", "Datakilder",
    ]  # fmt: skip
    assert book["målopfyldelse"]["A4"].value == "Der er ingen rækker i denne opgørelse."


def test_names_are_made_valid_and_unique() -> None:
    """Two tables may ask for one name; Excel takes no notice of case, and an address is no name."""
    same = Sheet("Mål/[1]", "t", (), "R1C1", "s", (text_field("A", ()), text_field("a", ())))
    first, second, third = named([same, same, replace(same, name="History")])
    assert [first.name, second.name, third.name] == ["Mål  1", "Mål  1 2", "History 2"]
    assert [first.table, second.table] == ["t_R1C1", "t_R1C1_2"]
    assert [field.heading for field in first.fields] == ["A", "a 2"]


def test_a_figure_in_a_hidden_row_stops_the_book(tmp_path: Path) -> None:
    """Were disclosure control ever to leave a figure behind, nothing may be published."""
    goals = sample.goals()
    frame = goals.frame.copy()
    frame.loc[frame["is_hidden"], "value"] = 12.5
    with pytest.raises(HiddenFigureError, match="statement_goals har tal i kolonnen value"):
        write(sample.statement(sample.with_rows(goals, frame)), tmp_path)
    unchecked = replace(goals, frame=goals.frame.drop(columns="is_hidden"))
    with pytest.raises(HiddenFigureError, match="mangler kolonnen is_hidden"):
        write(sample.statement(unchecked), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_type_that_is_not_published_is_refused(tmp_path: Path) -> None:
    """A list or a struct has no place in a cell."""
    blob = sample.table("statement_blob", [sample.column("x")], [("a",)], sheet="Blob")
    columns = tuple(c.model_copy(update={"type": "struct(a int)"}) for c in blob.specification.columns)
    given_table = replace(blob, specification=blob.specification.model_copy(update={"columns": columns}))
    with pytest.raises(SpecificationError, match=r"x: type struct\(a int\) is not published"):
        write(sample.statement(given_table), tmp_path)


@settings(max_examples=15, deadline=None)
@given(hidden=st.lists(st.booleans(), min_size=8, max_size=8))
def test_no_cell_holds_a_hidden_figure(tmp_path_factory: pytest.TempPathFactory, hidden: list[bool]) -> None:
    """Whatever rows are hidden, no sheet shows their figures: each row's figures are its own and found nowhere."""
    goals = sample.goals()
    frame = goals.frame.copy()
    frame["n"] = pd.array([700_001 + i for i in range(8)], dtype="Int64")
    frame["value"] = pd.array([800_001.5 + i for i in range(8)], dtype="Float64")
    frame["status"] = "met"
    frame["is_hidden"] = hidden
    frame.loc[hidden, list(goals.specification.disclosure.hides)] = pd.NA  # type: ignore[union-attr]
    book = load_workbook(write(sample.statement(sample.with_rows(goals, frame)), tmp_path_factory.mktemp("book")))
    cells = {cell.value for page in book for row in page.iter_rows() for cell in row}
    for index, gone in enumerate(hidden):
        assert (700_001 + index in cells) is not gone
        assert (800_001.5 + index in cells) is not gone
    signs = [r for r in rows(book["Målopfyldelse"]) if r["Skjult"] == "Ja"]
    assert len(signs) == sum(hidden)
    assert all(r[name] == "–" for r in signs for name in ("Grundlag", "Resultat", "Nedre grænse", "Status"))
