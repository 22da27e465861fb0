"""The PDF of a report: tagged, laid out so that nothing stands alone, and deaf to text that looks like code."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest

from exports.report.document import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Mark,
    Note,
    NoteKind,
    Paragraph,
    Section,
    Table,
)
from exports.report.payload import Payload, build_payload
from exports.report.pdf import column_widths, render_pdf
from exports.report.row_headers import TaggingError, tag_row_headers
from tests.unit.exports.sample_document import HOSTILE, picture, prose, sample, small_table, words
from tests.unit.exports.tagged_pdf import Element, TaggedPdf, read_tagged

BIN = Path(sys.executable).parent
LEVELS = ("error", "warning", "info")
HEADINGS = ("H1", "H2", "H3", "H4", "H5")


@pytest.fixture(scope="module")
def rendered() -> bytes:
    """The sample as a draft."""
    return render_pdf(sample())


@pytest.fixture(scope="module")
def tagged(rendered: bytes) -> TaggedPdf:
    """The sample, read back."""
    return read_tagged(rendered)


def _document(*sections: Section) -> Document:
    """A document of some sections."""
    return dataclasses.replace(sample(), sections=sections)


def _section(*blocks: Block, **settings: object) -> Section:
    """A section with some blocks."""
    return dataclasses.replace(Section("afsnit", "Afsnit", tuple(blocks)), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("draft", [True, False], ids=["draft", "final"])
def test_two_checkers_of_pdf_ua_find_nothing(draft: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """Without it, a report could be published that a screen reader cannot read."""
    path, found = tmp_path / "rapport.pdf", tmp_path / "found.json"
    path.write_bytes(render_pdf(sample(draft=draft)))
    subprocess.run([BIN / "outloud", path, "--fail-on", "never", "--quiet", "--json", found], check=True)
    listed = json.loads(found.read_text(encoding="utf-8"))
    assert [(file["counts"], file["error"]) for file in listed["results"]] == [(dict.fromkeys(LEVELS, 0), None)]
    checked = subprocess.run([BIN / "pdfua", "check", "--format", "json", path], check=False, capture_output=True)
    assert checked.returncode == 0, checked.stdout.decode()


def test_same_document_gives_same_bytes(rendered: bytes) -> None:
    """Without it, a frozen statement could not be reproduced."""
    assert render_pdf(sample()) == rendered


def test_metadata_come_from_the_document(rendered: bytes) -> None:
    """Without it, a library or a search engine would not know what the file is."""
    with pikepdf.open(io.BytesIO(rendered)) as file:
        assert str(file.Root.Lang).lower().startswith("da")
        assert str(file.docinfo["/Title"]) == "National målopgørelse 2025"
        assert str(file.docinfo["/CreationDate"]).startswith("D:20261121")
        with file.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert "Resultater for hvert mål" in str(metadata["dc:description"])
        with file.open_outline() as outline:
            titles = [entry.title for entry in outline.root]
    assert "Sammenfatning" in titles
    assert "1 Mål 1: Tilfredshed med vejledningen" in titles


def test_draft_is_marked_on_every_page_as_decoration(tagged: TaggedPdf) -> None:
    """Without it, a page of a draft could pass for the published report."""
    assert all("Udkast" in artifacts for artifacts in tagged.artifacts)


def test_final_report_says_nothing_of_a_draft() -> None:
    """Without it, a published report would call itself a draft."""
    final = read_tagged(render_pdf(sample(draft=False)))
    assert not any("Udkast" in text for text in (*final.tagged, *final.artifacts))


def test_pages_are_numbered_and_name_their_chapter(tagged: TaggedPdf) -> None:
    """Without it, a printed page cannot be put back where it belongs."""
    last = len(tagged.artifacts)
    for number, artifacts in enumerate(tagged.artifacts[1:], start=2):
        assert f"Side {number} af {last}" in artifacts
    assert "Side" not in tagged.artifacts[0]
    assert "Mål 1: Tilfredshed med vejledningen" in tagged.artifacts[4]


def test_no_page_is_empty(tagged: TaggedPdf) -> None:
    """Without it, a chapter that begins on a new page could leave a blank one before it."""
    assert all(text.strip() for text in tagged.tagged)


def test_contents_name_every_chapter_with_its_page(tagged: TaggedPdf) -> None:
    """Without it, a reader of the print leafs."""
    contents = tagged.root.of_kind("TOC")[0].text
    for section in sample().sections:
        heading = next(one for one in tagged.root.of_kind("H1") if section.title in one.text)
        assert section.title in contents
        assert str(heading.pages[0] + 1) in contents.split(section.title, 1)[1][:8]


def test_a_short_report_has_no_contents() -> None:
    """Without it, a contract report of five pages begins with one that is nearly empty."""
    short = dataclasses.replace(sample(), has_contents=False)
    assert not read_tagged(render_pdf(short)).root.of_kind("TOC")


def test_text_that_looks_like_code_is_text(tagged: TaggedPdf) -> None:
    """Without it, an analyst's comment could read files of the machine, or stop the report."""
    assert HOSTILE.replace(" ", "") in "".join(tagged.tagged).replace(" ", "")


@pytest.mark.parametrize(
    "text", [HOSTILE, "#panic()", "#sys.inputs", ']#read("x")[', "= Overskrift", "- a", "/ a: b", "@x <y>"]
)
def test_code_is_text_wherever_it_stands(text: str) -> None:
    """Without it, one place would be forgotten: a heading, a cell, a caption, a fact."""
    table = dataclasses.replace(
        small_table(), caption=text, notes=(text,), rows=tuple((Cell(text), *row[1:]) for row in small_table().rows)
    )
    section = _section(table, Note(NoteKind.NOTE, text, words(text)), title=text)
    document = dataclasses.replace(_document(section), title=text, subtitle=text, publisher=text, facts=((text, text),))
    read = read_tagged(render_pdf(document))
    squeezed = "".join(read.tagged).replace(" ", "").replace("\u00ad", "").replace("‐", "")
    assert squeezed.count(text.replace(" ", "")[:6]) >= 8


def test_character_that_the_typeface_lacks_is_told_of_and_replaced(caplog: pytest.LogCaptureFixture) -> None:
    """Without it, a smiley in a comment would stop the whole report."""
    with caplog.at_level(logging.WARNING):
        read = read_tagged(render_pdf(_document(_section(Paragraph(words("Flot 😀 år\u2028med\x0btegn"))))))
    assert "Flot?årmedtegn" in "".join(read.tagged).replace(" ", "")
    assert "U+1F600" in caplog.text


def test_row_headers_are_tagged(tagged: TaggedPdf) -> None:
    """Without it, a screen reader reads a figure without saying whose it is."""
    for table in tagged.root.of_kind("Table"):
        heads, body = table.of_kind("THead")[0], table.of_kind("TBody")[0]
        assert {head.scope for head in heads.of_kind("TH")} == {"/Column"}
        for row in body.inside:
            assert [cell.kind for cell in row.inside] == ["TH"] + ["TD"] * (len(row.inside) - 1)
            assert row.inside[0].scope == "/Row"


def test_other_tables_than_the_documents_are_an_error(rendered: bytes) -> None:
    """Without it, the wrong cells would become headers when tables are left out or added."""
    with pytest.raises(TaggingError, match="the document 0"):
        tag_row_headers(rendered, [])
    with pytest.raises(TaggingError, match="7 rows, the document's 1"):
        tag_row_headers(rendered, [[[True, False, False, False]]] * 5)


def test_captions_are_numbered_and_figures_described(tagged: TaggedPdf) -> None:
    """Without it, `tabel 3` of a discussion would be another table in print than on screen."""
    captions = [caption.text for caption in tagged.root.of_kind("Caption")]
    assert [text.split(".")[0] for text in captions if text.startswith("Tabel")] == [f"Tabel {n}" for n in range(1, 6)]
    assert [text.split(".")[0] for text in captions if text.startswith("Figur")] == ["Figur 1", "Figur 2"]
    assert all("Danmark ligger højest" in figure.alternative for figure in tagged.root.of_kind("Figure"))


def test_sign_of_a_status_is_decoration_and_its_word_is_text(tagged: TaggedPdf) -> None:
    """Without it, a screen reader says `check mark` or `multiplication sign` in every row."""
    cells = [cell.text.strip() for cell in tagged.root.of_kind("TD")]
    assert {"Opfyldt", "Ikke opfyldt", "På sporet", "Bagud", "Ingen data"} <= {
        text.replace("\u00a0", " ") for text in cells
    }
    assert any("✓" in artifacts for artifacts in tagged.artifacts)
    assert "✓" not in "".join(tagged.tagged)


def test_status_beside_a_figure_is_said_in_words() -> None:
    """Without it, a coloured figure would be a status that only some can see."""
    row = (Cell("Fyn", header=True), Cell("54 pct.", mark=Mark.NOT_MET), *small_table().rows[0][2:])
    table = dataclasses.replace(small_table(), rows=(row,) * 3)
    read = read_tagged(render_pdf(_document(_section(table))))
    assert "Ikke opfyldt" in read.root.of_kind("TD")[0].text.replace("\u00a0", " ")


def test_names_and_values_have_no_row_headers() -> None:
    """Without it, a list of settings would be more heads than data, which a checker takes for a torn table."""
    table = Table("t", "T", (Column("Indstilling"), Column("Værdi")), ((Cell("Naboer", header=True), Cell("3")),) * 9)
    read = read_tagged(render_pdf(_document(_section(table))))
    assert [cell.kind for cell in read.root.of_kind("TBody")[0].inside[0].inside] == ["TD", "TD"]


def test_columns_are_as_wide_as_their_words() -> None:
    """Without it, a long name is printed over the figures beside it, and figures get half of the page."""
    columns = (Column("Måling"), Column("n", Align.RIGHT), Column("Enhed"))
    row = (Cell("virksomhedsudvikling"), Cell("7"), Cell("virksomheder"))
    names, figures, units = column_widths(_table(Table("t", "T", columns, (row,) * 5)), 100)
    assert names > units > figures
    assert names + figures + units == pytest.approx(100)
    wished = (Column("A", width=1.0), Column("B", width=3.0))
    first, second = column_widths(_table(Table("t", "T", wished, ((Cell("a"), Cell("b")),))), 100)
    assert second == pytest.approx(3 * first)
    tight = column_widths(_table(Table("t", "T", wished, ((Cell("virksomheder"), Cell("b")),))), 40)
    assert tight[0] >= len("virksomheder")
    assert sum(column_widths(_table(Table("t", "T", columns, (row,) * 5)), 12)) == pytest.approx(12)


def _table(table: Table) -> Payload:
    """A table as the templates get it."""
    section = build_payload(_document(_section(table)))["sections"][0]
    built: Payload = section["blocks"][0]
    return built


def test_long_table_repeats_its_headings_and_breaks_between_rows(tagged: TaggedPdf) -> None:
    """Without it, the second page of a table is columns without names, or half a row."""
    table = next(one for one in tagged.root.of_kind("Table") if len(one.of_kind("TR")) > 90)
    assert len(table.pages) > 1
    for page in table.pages[1:]:
        assert "Bemærkningtilregistreringen" in tagged.artifacts[page].replace(" ", "").replace("\u00ad", "")
    assert all(len(row.pages) == 1 for row in table.of_kind("TR"))


def test_row_longer_than_a_page_is_not_cut(tagged: TaggedPdf) -> None:
    """Without it, the end of a long comment would be missing from the print."""
    row = next(row for row in tagged.root.of_kind("TR") if row.text.startswith("Mål 4"))
    assert row.text.count("48") == 28


def test_annex_lies_across_the_page(rendered: bytes) -> None:
    """Without it, a table with ten columns is too narrow to read."""
    with pikepdf.open(io.BytesIO(rendered)) as file:
        across = [float(page.mediabox[2]) > float(page.mediabox[3]) for page in file.pages]
    assert any(across)
    assert not across[0]
    assert not across[-1]


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_nothing_stands_alone_at_the_foot_of_a_page(first: int) -> None:
    """Without it, a heading or a caption stands on one page and what it names on the next."""
    for lines in range(first, first + 10):
        section = _section(
            *(prose(1) for _ in range(lines)),
            sections=(
                Section("a", "Underafsnit", sections=(Section("b", "Tabellen", (small_table("t", rows=40),)),)),
                Section("c", "Figuren", (*(prose(1) for _ in range(lines % 7)), picture())),
            ),
        )
        read = read_tagged(render_pdf(_document(section)))
        for element, after in _neighbours(read.root):
            if element.kind in HEADINGS:
                assert element.pages[-1] == after.pages[0], f"{lines} lines: {element.text!r} stands alone"
        for table in read.root.of_kind("Table"):
            caption, first_row = table.of_kind("Caption")[0], table.of_kind("TBody")[0].inside[0]
            assert caption.pages == first_row.pages, f"{lines} lines: {caption.text!r} stands alone"
        assert all(text.strip() for text in read.tagged)


def _neighbours(root: Element) -> Iterator[tuple[Element, Element]]:
    """Yield each element with the one that follows it, in reading order."""
    flat = [
        element for element in root.walk() if element.kind in {*HEADINGS, "P", "Table", "Figure", "Caption", "L", "TOC"}
    ]
    return pairwise(flat)


def test_folded_tables_are_for_the_screen_only(tagged: TaggedPdf) -> None:
    """Without it, every figure's data would stand in print twice."""
    assert len(tagged.root.of_kind("Table")) == 5


def test_day_of_publication_is_written_in_danish(tagged: TaggedPdf) -> None:
    """Without it, the front page would show a day as computers write it."""
    assert "21. november 2026" in tagged.tagged[0]
    first = dataclasses.replace(sample(), published_on=date(2027, 1, 2), sections=sample().sections[-1:])
    assert "2. januar 2027" in read_tagged(render_pdf(first)).tagged[0]
