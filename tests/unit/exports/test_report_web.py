"""The web page of a report: one file, the same as the print, and nothing in it that a text could turn into code."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from fontTools.ttLib import TTFont

from exports.report.document import Cell, Column, Paragraph, Section, Table
from exports.report.fonts import WEB_FAMILY, web_font
from exports.report.web import render_web
from tests.unit.exports.sample_document import HOSTILE, sample, words

VOID = frozenset({"meta", "br", "link"})


@pytest.fixture(scope="module")
def page() -> str:
    """The sample as a draft."""
    return render_web(sample())


class _Reader(HTMLParser):
    """Reads tags, anchors, references and text, and that every tag is closed in its place."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.said: dict[str, str] = {}
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said[self.open[-1] if self.open else ""] = self.said.get(self.open[-1] if self.open else "", "") + data


def test_page_is_well_formed_and_its_anchors_are_its_own(page: str) -> None:
    """Without it, a link leads to the wrong place, or a reader's program mends the page in its own way."""
    tags = _Reader(page).tags
    anchors = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(anchors) == len(set(anchors))
    named = [name for _, attributes in tags for name in attributes.get("aria-labelledby", "").split()]
    links = [attributes["href"][1:] for tag, attributes in tags if tag == "a" and attributes["href"].startswith("#")]
    assert set(named) | set(links) <= set(anchors)


def test_headings_descend_one_level_at_a_time(page: str) -> None:
    """Without it, who moves by headings believes that something is missing."""
    levels = [int(tag[1]) for tag, _ in _Reader(page).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_text_that_looks_like_code_is_text(page: str) -> None:
    """Without it, an analyst's comment could run in the browser of a reader."""
    reader = _Reader(page)
    assert HOSTILE in reader.said["p"]
    assert [tag for tag, _ in reader.tags].count("script") == 1


@pytest.mark.parametrize(
    "text", [HOSTILE, "<style></style>", "<script></script>", "{{ 7 * 7 }}", '" onfocus="alert(1)']
)
def test_code_is_text_wherever_it_stands(text: str) -> None:
    """Without it, one place would be forgotten: a heading, a cell, a caption, an attribute."""
    table = Table("t", text, (Column(text), Column("B")), ((Cell(text, header=True), Cell(text)),) * 3, (text,))
    document = dataclasses.replace(
        sample(),
        title=text, subtitle=text, publisher=text, summary=text, keywords=(text,), facts=((text, text),),
        sections=(Section("a", text, (Paragraph(words(text)), table)),),
    )  # fmt: skip
    reader = _Reader(render_web(document))
    assert sum(said.count(text) for said in reader.said.values()) >= 12
    assert not any(name.startswith("on") for _, attributes in reader.tags for name in attributes)
    assert [tag for tag, _ in reader.tags].count("script") == 1
    assert [tag for tag, _ in reader.tags].count("style") == 1


def test_policy_allows_the_pages_own_script_and_nothing_else(page: str) -> None:
    """Without it, whatever slipped through could run or fetch."""
    policy = next(attributes["content"] for tag, attributes in _Reader(page).tags if "http-equiv" in attributes)
    script = page.split("<script>", 1)[1].split("</script>", 1)[0]
    fingerprint = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{fingerprint}'" in policy
    assert "default-src 'none'" in policy


def test_page_names_nothing_outside_itself(page: str) -> None:
    """Without it, the page would need a network, and tell others who reads it."""
    sources = [
        attributes[name] for _, attributes in _Reader(page).tags for name in ("src", "srcset") if name in attributes
    ]
    assert sources == []
    assert set(re.findall(r"url\((?!data:|#)[^)]*\)|@import", page)) == set()


def test_same_document_gives_same_page(page: str) -> None:
    """Without it, a frozen statement could not be reproduced."""
    assert render_web(sample()) == page


def test_draft_says_so_and_final_does_not(page: str) -> None:
    """Without it, a draft on a screen could pass for the published report."""
    assert 'data-draft="Udkast"' in page
    assert "<title>Udkast: " in page
    assert "Udkast" not in render_web(sample(draft=False))


def test_tables_name_their_rows_columns_and_themselves(page: str) -> None:
    """Without it, a screen reader reads a figure without saying what it is of."""
    tags = _Reader(page).tags
    tables = [place for place, (tag, _) in enumerate(tags) if tag == "table"]
    assert all(tags[place + 1][0] == "caption" for place in tables)
    heads = [attributes["scope"] for tag, attributes in tags if tag == "th"]
    assert set(heads) == {"col", "row"}


def test_every_figure_has_words_and_its_data(page: str) -> None:
    """Without it, a figure says nothing to who cannot see it."""
    tags = _Reader(page).tags
    drawings = [attributes for tag, attributes in tags if tag == "svg"]
    assert len(drawings) == 2
    assert all(one["role"] == "img" and "Nordjylland lavest" in one["aria-label"] for one in drawings)
    assert {"figur-tilfredshed-data", "figur-bilag-data"} <= {
        attributes.get("id") for tag, attributes in tags if tag == "details"
    }


@pytest.mark.parametrize(
    ("text", "sort", "written"),
    [
        ("1.234,5 pct.", 1234.5, False),
        ("−3 procentpoint", -3.0, False),
        ("9,2", 9.198419963, False),
        ("9,2", 9.4, True),
        ("ca. 12", 12.0, True),
        ("–", 4.0, True),
        ("12. marts 2026", 20260312.0, True),
        ("3", None, False),
    ],
)
def test_cells_say_what_they_sort_by_only_where_their_text_does_not(
    text: str,
    sort: float | None,
    written: bool,  # noqa: FBT001
) -> None:
    """Without it, dates would sort by their day, or every page would be a fifth larger."""
    table = Table("t", "T", (Column("A"),), ((Cell(text, sort=sort),),))
    page = render_web(dataclasses.replace(sample(), sections=(Section("a", "A", (table,)),)))
    assert ("<td data-sort=" in page) is written


def test_web_font_has_the_letters_the_weights_and_the_licence() -> None:
    """Without it, Danish letters or bold text would fall back to another typeface, or the licence be broken."""
    data = base64.b64decode(web_font("æøå Ж").split(",", 1)[1])
    font = TTFont(io.BytesIO(data))
    assert {ord(letter) for letter in "æøåÆØÅ✓×↗↘–Ж"} <= set(font.getBestCmap())
    assert [(axis.axisTag, axis.minValue, axis.maxValue) for axis in font["fvar"].axes] == [("wght", 400, 700)]
    names = {record.nameID: record.toUnicode() for record in font["name"].names}
    assert names[1] == WEB_FAMILY
    assert "Plex" not in names[1] + names[4] + names[6]
    assert "SIL Open Font License" in names[13]
    assert len(data) < 40_000
