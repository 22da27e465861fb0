"""Renders a document as a web page: one file with its typeface, drawings and script in it, that fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import jinja2
from markupsafe import Markup, escape

from exports.report.appearance import COLOURS, FAMILY
from exports.report.document import Document
from exports.report.fonts import LICENCE, WEB_FAMILY, web_font
from exports.report.payload import Payload, build_payload

TEMPLATES: Final = Path(__file__).parent / "templates"

_TEXTS = {
    "contents": "Indhold",
    "data": "Vis tallene bag",
    "draft": "Udkast",
    "published": "Udgivet",
    "skip": "Gå til indholdet",
}
_PIXELS_PER_MM = 3.78
_DANISH_NUMBER = re.compile(r"[-−+]?\d{1,3}(?:\.?\d{3})*(?:,\d+)?(?=$|[\s%])")
_MANY_COLUMNS = 8
_REM_PER_COLUMN = {"": 5.5, "many": 4.6, "compact": 4.25}
"""The least width of a column of usual width, in the text's own size; narrower, a table scrolls inside its frame."""


def render_web(document: Document) -> str:
    """Render a document as a web page.

    Args:
        document: The document.

    Returns:
        The page, the same text for the same document.

    Raises:
        DocumentError: The document does not hold together.
    """
    payload = build_payload(document)
    script = _read("report.js")
    content = (
        _environment()
        .get_template("report.html.j2")
        .render(payload, texts=_TEXTS, font_licence=LICENCE, style="", script="", script_hash=_fingerprint(script))
    )
    style = _style(content, italic="<em>" in content)
    return content.replace("<style></style>", f"<style>{style}</style>", 1).replace(
        "<script></script>", f"<script>{script}</script>", 1
    )


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    """Make the templates' environment: every text is escaped, and an unknown name is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {
        "drawing": _drawing,
        "least_width": _least_width,
        "sort_key": _sort_key,
        "table_class": _table_class,
    }
    return environment


@lru_cache(maxsize=4)
def _read(name: str) -> str:
    """Read a file that goes into the page as it is."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _fingerprint(script: str) -> str:
    """Return the fingerprint by which the page allows its own script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


def _style(content: str, *, italic: bool) -> str:
    """Put the style sheet together: typeface, colours, looks."""
    faces = [("normal", web_font(content))] + ([("italic", web_font(content, italic=True))] if italic else [])
    return "".join(
        [
            *(
                f'@font-face{{font-family:"{WEB_FAMILY}";font-style:{style};font-weight:400 700;'
                f'font-display:block;src:url({data}) format("woff2")}}\n'
                for style, data in faces
            ),
            ":root{",
            *(f"--{name}:{value};" for name, value in COLOURS.items()),
            f'--sans:"{WEB_FAMILY}","{FAMILY}",system-ui,sans-serif}}\n',
            *(f".r{place} tr>:nth-child({place}){{text-align:right}}\n" for place in _right_columns(content)),
            _read("report.css"),
        ]
    )


def _right_columns(content: str) -> list[int]:
    """Find the places of columns that some table sets to the right."""
    classes = re.findall(r'<table class="([^"]*)"', content)
    return sorted({int(name[1:]) for names in classes for name in names.split() if re.fullmatch(r"r\d+", name)})


def _table_class(table: Payload) -> str:
    """Name a table's looks: small or not, and which columns stand to the right."""
    right = [f"r{place}" for place, column in enumerate(table["columns"], start=1) if column["right"]]
    return " ".join(filter(None, [_density(table), *right]))


def _density(table: Payload) -> str:
    """Say how close a table is set: as usual, closer for many columns, or small for the annex."""
    if table["compact"]:
        return "compact"
    return "many" if len(table["columns"]) >= _MANY_COLUMNS else ""


def _least_width(table: Payload) -> str:
    """Return the width in rem below which a table scrolls inside its frame."""
    width = sum(max(column["width"], 0.7) for column in table["columns"]) * _REM_PER_COLUMN[_density(table)]
    return f"{width:.0f}"


def _sort_key(cell: Payload) -> Markup:
    """Say what a cell sorts by, where its text does not say it."""
    if "sort" not in cell or _shows(cell["text"], cell["sort"]):
        return Markup()
    return Markup(' data-sort="{}"').format(f"{cell['sort']:.12g}")


def _shows(text: str, value: float) -> bool:
    """Say whether a text begins with a figure, rounded as it is shown; the page's script reads it the same way."""
    found = _DANISH_NUMBER.match(text)
    if found is None:
        return False
    shown = found[0].replace(".", "").replace(",", ".").replace("−", "-")
    return abs(float(shown) - value) <= 0.5000001 * 10.0 ** -len(shown.partition(".")[2])


def _drawing(figure: Payload) -> Markup:
    """Place a drawing: a picture with a text for who cannot see it."""
    width = figure["width_mm"] * _PIXELS_PER_MM
    attributes: dict[str, Any] = {"role": "img", "aria-label": figure["alternative"], "style": f"width:{width:.0f}px"}
    opening = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return Markup(figure["svg"].replace("<svg", f"<svg{opening}", 1))  # noqa: S704 - drawn here, cleaned by `prepare`
