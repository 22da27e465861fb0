"""Drawings made ready for a page: SVG without anything active, with anchors of its own, no larger than needed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import lru_cache

from exports.report.structure import DocumentError

_SVG = "http://www.w3.org/2000/svg"
_ACTIVE = frozenset({"script", "foreignObject", "iframe", "style", "animate", "set", "a"})
_DECIMALS = re.compile(r"-?\d*\.\d{3,}")
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")
_SILENT = frozenset({"role", "class", "tabindex", "pointer-events", "version"})
_DEFAULTS = frozenset({("opacity", "1"), ("stroke-width", "1"), ("transform", "translate(0,0)"), ("display", "inline")})
_NOTHING = re.compile(r"|M[-\d.]+,[-\d.]+h0v0h-?0Z")
_INHERITED = ("fill", "stroke", "stroke-width", "font-family", "font-size", "font-weight", "font-style", "text-anchor")
_SIZE = re.compile(r"([\d.]+)(?:px)?")


@dataclass(frozen=True)
class Drawing:
    """A drawing ready to be placed.

    Attributes:
        svg: The SVG element.
        width: Its width in its own units.
        height: Its height in its own units.
    """

    svg: str
    width: float
    height: float


@lru_cache(maxsize=256)
def prepare(anchor: str, svg: str) -> Drawing:
    """Make a drawing ready for a page that holds other drawings too.

    Anchors inside the drawing get the figure's as prefix; what could run, fetch or speak for itself is left out;
    coordinates keep two decimals, a hundredth of a point.

    Args:
        anchor: The figure's anchor.
        svg: The drawing.

    Returns:
        The drawing.

    Raises:
        DocumentError: It is no SVG, or has no size.
    """
    try:
        root = ET.fromstring(svg)  # noqa: S314 - drawn by this program, and expat resolves no external entities
    except ET.ParseError as error:
        msg = f"figure {anchor}: the drawing is no SVG ({error})"
        raise DocumentError(msg) from error
    if root.tag != f"{{{_SVG}}}svg":
        msg = f"figure {anchor}: the drawing's root is {root.tag!r}, not an SVG element"
        raise DocumentError(msg)
    width, height = _size(anchor, root)
    root.set("viewBox", root.get("viewBox") or f"0 0 {width:g} {height:g}")
    _clean(root, anchor)
    root.set("width", f"{width:g}")
    root.set("height", f"{height:g}")
    ET.register_namespace("", _SVG)
    return Drawing(ET.tostring(root, encoding="unicode"), width, height)


def _size(anchor: str, root: ET.Element) -> tuple[float, float]:
    """Read the size from the attributes, or else from the view box."""
    sizes = [_SIZE.fullmatch(root.get(name, "")) for name in ("width", "height")]
    if sizes[0] and sizes[1]:
        return float(sizes[0][1]), float(sizes[1][1])
    box = root.get("viewBox", "").replace(",", " ").split()
    if len(box) == 4:  # noqa: PLR2004 - x, y, width, height
        return float(box[2]), float(box[3])
    msg = f"figure {anchor}: the drawing has neither width and height nor a view box"
    raise DocumentError(msg)


def _clean(element: ET.Element, anchor: str) -> None:
    """Clean an element and what is in it."""
    for child in list(element):
        if _draws_nothing(child):
            element.remove(child)
        else:
            _clean(child, anchor)
    _unwrap(element)
    _hoist(element)
    for name, value in list(element.attrib.items()):
        local = name.rpartition("}")[2]
        outside = local == "href" and not value.startswith("#")
        if outside or local.startswith(("on", "aria-")) or local in _SILENT:
            del element.attrib[name]
        elif local == "id":
            element.set(name, f"{anchor}-{value}")
        elif local == "href":
            element.set(name, f"#{anchor}-{value[1:]}")
        elif local != "font-family":
            short = _DECIMALS.sub(_short, _REFERENCE.sub(rf"url(#{anchor}-\1)", value))
            if (local, short) in _DEFAULTS:
                del element.attrib[name]
            else:
                element.set(name, short)


def _draws_nothing(element: ET.Element) -> bool:
    """Say whether an element may not be there, or shows nothing."""
    local = element.tag.rpartition("}")[2]
    empty = local == "path" and _NOTHING.fullmatch(element.get("d", "")) is not None
    return local in _ACTIVE or empty or element.get("display") == "none"


def _unwrap(element: ET.Element) -> None:
    """Put what is in groups that say nothing where the groups are, and take empty groups away."""
    for child in list(element):
        if child.tag == f"{{{_SVG}}}g" and (not child.attrib or not len(child)):
            place = list(element).index(child)
            element.remove(child)
            for step, grandchild in enumerate(list(child)):
                element.insert(place + step, grandchild)


def _hoist(element: ET.Element) -> None:
    """Say once, of a group, what all its parts say of themselves and would inherit from it."""
    if element.tag != f"{{{_SVG}}}g" or not len(element):
        return
    for name in _INHERITED:
        values = {child.get(name) for child in element}
        value = values.pop()
        if value is not None and not values:
            element.set(name, value)
            for child in element:
                del child.attrib[name]


def _short(number: re.Match[str]) -> str:
    """Write a number with two decimals at most."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".") or "0"
