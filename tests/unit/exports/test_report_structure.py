"""Numbers, anchors and drawings: what print and screen share."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import pytest

from exports.report.appearance import COLOURS, SIGNS, word_beside
from exports.report.document import Block, Cell, Column, Document, Mark, Paragraph, Section, Text
from exports.report.drawing import prepare
from exports.report.fonts import ALPHABET, repertoire
from exports.report.payload import build_payload
from exports.report.structure import DocumentError, read_structure
from tests.unit.exports.sample_document import SVG, drawing, picture, sample, small_table


def _document(*blocks: Block, anchor: str = "afsnit") -> Document:
    """A document of one section."""
    return dataclasses.replace(sample(), sections=(Section(anchor, "Afsnit", tuple(blocks)),))


def test_sections_are_numbered_and_what_lies_in_an_unnumbered_one_is_not() -> None:
    """Without it, the annex would count as a chapter, or its parts begin with a lone dot."""
    numbers = read_structure(sample()).sections
    assert numbers["maal-1"] == "1"
    assert numbers["maal-1-dybest"] == "1.1.1.1"
    assert numbers["metode"] == "3"
    assert not {"sammenfatning", "bilag", "bilag-a", "herkomst"} & set(numbers)


def test_folded_tables_have_no_number_and_links_to_them_lead_to_what_is_printed() -> None:
    """Without it, a link in print would lead to a table that is on the screen only."""
    structure = read_structure(sample())
    assert "tabel-foldet" not in structure.labels
    assert structure.printed["tabel-foldet"] == "metode"
    assert structure.printed["figur-tilfredshed-data"] == "figur-tilfredshed"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (_document(small_table("a"), small_table("a")), "two things have the anchor 'a'"),
        (_document(small_table("a b")), "anchor 'a b' must begin with a letter"),
        (_document(small_table("_main")), "anchor '_main' must begin with a letter"),
        (_document(Paragraph((Text("x", link="#væk"),))), "leads to nothing in the document"),
        (_document(Paragraph((Text("x", link="javascript:alert(1)"),))), "must begin with #, https://"),
        (_document(dataclasses.replace(small_table(), rows=())), "leave it out when it is empty"),
        (_document(dataclasses.replace(small_table(), columns=(Column("A"),))), "row 1: 4 cells for 1 columns"),
        (_document(dataclasses.replace(picture(), svg="<svg"), anchor="a"), "figur-tilfredshed: the drawing is no SVG"),
        (_document(dataclasses.replace(picture(), svg="<p/>"), anchor="a"), "root is 'p'"),
    ],
)
def test_document_that_does_not_hold_together_is_refused_by_name(document: Document, message: str) -> None:
    """Without it, a report of a hundred tables fails somewhere, or is published with a dead link."""
    with pytest.raises(DocumentError, match=message):
        build_payload(document)


def test_sections_too_deep_for_headings_are_refused() -> None:
    """Without it, two levels would look the same."""
    deep = Section("a6", "Seks")
    for level in range(5, 0, -1):
        deep = Section(f"a{level}", "Afsnit", sections=(deep,))
    with pytest.raises(DocumentError, match="a6 lies 6 levels deep"):
        read_structure(dataclasses.replace(sample(), sections=(deep,)))


def test_drawing_keeps_what_is_drawn_and_loses_what_could_act() -> None:
    """Without it, a drawing could run, fetch, or clip itself by another drawing's frame."""
    ready = prepare("figur-a", drawing().replace("<g ", '<g onclick="x()" '))
    root = ET.fromstring(ready.svg)  # noqa: S314 - of this test
    assert (ready.width, ready.height) == (640.0, 260.0)
    assert "Danmark" in ready.svg
    assert not {"script", "onclick", "aria-label", "alert"} & set(ready.svg.replace("<", " ").replace("=", " ").split())
    group = root.find("{http://www.w3.org/2000/svg}g")
    assert group is not None
    assert group.get("clip-path") == "url(#figur-a-clip0)"
    assert "20.12" in ready.svg
    assert "20.123" not in ready.svg


def test_drawing_without_a_size_is_refused() -> None:
    """Without it, a picture would be as large as the browser likes."""
    with pytest.raises(DocumentError, match="neither width and height nor a view box"):
        prepare("figur-b", '<svg xmlns="http://www.w3.org/2000/svg"/>')


def test_size_is_read_from_the_view_box() -> None:
    """Without it, a drawing whose width is `100%` would be refused."""
    svg = SVG.replace('width="640" height="260"', 'width="100%"').replace("{bars}", "")
    assert prepare("figur-c", svg).width == 640.0


def test_every_sign_and_letter_of_a_report_is_in_the_typeface() -> None:
    """Without it, a status would be an empty box."""
    signs = {letter for sign in SIGNS.values() for letter in sign.sign + sign.word}
    assert signs <= repertoire()
    assert repertoire() >= ALPHABET
    assert signs <= ALPHABET


def test_statuses_differ_without_colour() -> None:
    """Without it, a print in black and white, or a colour-blind reader, would mix them up."""
    assert set(SIGNS) == set(Mark)
    assert len({sign.word for sign in SIGNS.values()}) == len(Mark)


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        (Cell("54 pct.", mark=Mark.NOT_MET), "Ikke opfyldt"),
        (Cell("Målet er ikke opfyldt", mark=Mark.NOT_MET), None),
        (Cell("–", mark=Mark.HIDDEN), "Skjult"),
        (Cell("54 pct."), None),
    ],
)
def test_status_is_always_in_words(cell: Cell, word: str | None) -> None:
    """Without it, a status would be a sign that has to be learned."""
    assert word_beside(cell) == word


@pytest.mark.parametrize("ground", ["paper", "ground", "info-pale", "warning-pale"])
@pytest.mark.parametrize("ink", ["ink", "gray-dark"])
def test_text_stands_out_from_its_ground(ink: str, ground: str) -> None:
    """Without it, text on a note could be too pale to read (WCAG 2.2, 1.4.6: 7 to 1)."""
    assert _contrast(COLOURS[ink], COLOURS[ground]) >= 7


@pytest.mark.parametrize("ink", ["primary", "success", "error"])
def test_colours_that_say_something_stand_out_from_paper(ink: str) -> None:
    """Without it, a link or a sign could be too pale to see (WCAG 2.2, 1.4.3: 4.5 to 1)."""
    assert _contrast(COLOURS[ink], COLOURS["paper"]) >= 4.5


def _contrast(first: str, second: str) -> float:
    """The contrast of two colours (WCAG 2.2, contrast ratio)."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """The relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
