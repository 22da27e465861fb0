"""Reads back what a PDF says: the text of its pages, and its tags with the pages they stand on."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf

_RANGE = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_CHARACTER = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


@dataclass(frozen=True)
class Element:
    """A tag: its kind, the pages its content stands on, its text, its attributes and what is inside it."""

    kind: str
    pages: tuple[int, ...]
    text: str
    scope: str
    alternative: str
    inside: tuple[Element, ...]

    def walk(self) -> Iterator[Element]:
        """Yield the element and everything in it."""
        yield self
        for element in self.inside:
            yield from element.walk()

    def of_kind(self, *kinds: str) -> list[Element]:
        """Return every element of some kinds, in order."""
        return [element for element in self.walk() if element.kind in kinds]


@dataclass(frozen=True)
class TaggedPdf:
    """A PDF read back: its root element, and for each page the tagged text and the text of artifacts."""

    root: Element
    tagged: tuple[str, ...]
    artifacts: tuple[str, ...]


def read_tagged(data: bytes) -> TaggedPdf:
    """Read a PDF back."""
    with pikepdf.open(io.BytesIO(data)) as file:
        pages = [_read_page(page) for page in file.pages]
        numbers = {page.objgen: number for number, page in enumerate(file.pages)}
        roots = [_element(kid, pages, numbers, None) for kid in _kids(file.Root.StructTreeRoot)]
        return TaggedPdf(
            roots[0],
            tuple("".join(text for _, text in sorted(marked.items())) for marked, _ in pages),
            tuple(artifacts for _, artifacts in pages),
        )


def _element(
    node: pikepdf.Object,
    pages: list[tuple[dict[int, str], str]],
    numbers: dict[tuple[int, int], int],
    above: int | None,
) -> Element:
    """Read one element and what is in it."""
    page = numbers[node.Pg.objgen] if "/Pg" in node else above
    inside, text, found = [], "", set()
    for kid in _kids(node):
        if isinstance(kid, int):
            text += pages[page or 0][0].get(kid, "")
            found.add(page or 0)
        elif "/MCID" in kid:
            place = numbers[kid.Pg.objgen] if "/Pg" in kid else page or 0
            text += pages[place][0].get(int(kid.MCID), "")
            found.add(place)
        elif "/S" in kid:
            element = _element(kid, pages, numbers, page)
            inside.append(element)
            text += element.text
            found.update(element.pages)
    attributes = node.get("/A")
    several = attributes if isinstance(attributes, pikepdf.Array) else [attributes] if attributes is not None else []
    scope = next((str(one.Scope) for one in several if "/Scope" in one), "")
    return Element(str(node.S)[1:], tuple(sorted(found)), text, scope, str(node.get("/Alt", "")), tuple(inside))


def _kids(node: pikepdf.Object) -> list[pikepdf.Object]:
    """Return what is directly inside a node."""
    if "/K" not in node:
        return []
    return list(node.K) if isinstance(node.K, pikepdf.Array) else [node.K]


def _read_page(page: pikepdf.Page) -> tuple[dict[int, str], str]:
    """Read the text of a page by marked content, and that of its artifacts."""
    fonts = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    marked: dict[int, str] = {}
    artifacts = ""
    stack: list[int | None] = []
    letters: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" | "BMC":
                properties = operands[1] if len(operands) > 1 else None
                has_number = isinstance(properties, pikepdf.Dictionary) and "/MCID" in properties
                stack.append(int(properties.MCID) if has_number and properties is not None else None)
                if stack[-1] is not None:
                    marked.setdefault(stack[-1], "")
            case "EMC":
                stack.pop()
            case "Tf":
                letters = fonts[str(operands[0])]
            case "Tj" | "TJ":
                parts = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
                text = "".join(_decode(bytes(part), letters) for part in parts if isinstance(part, pikepdf.String))
                number = next((one for one in reversed(stack) if one is not None), None)
                if number is None:
                    artifacts += text
                else:
                    marked[number] += text
    return marked, artifacts


def _decode(codes: bytes, letters: dict[int, str]) -> str:
    """Turn codes of two bytes into text."""
    return "".join(letters.get(int.from_bytes(codes[place : place + 2]), "") for place in range(0, len(codes), 2))


def _letters(font: pikepdf.Object) -> dict[int, str]:
    """Read which code of a font stands for which letters."""
    if "/ToUnicode" not in font:
        return {}
    table = font.ToUnicode.read_bytes().decode("ascii", "replace")
    letters: dict[int, str] = {}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, target in _RANGE.findall(block):
            start = _unicode(target)
            for step in range(int(last, 16) - int(first, 16) + 1):
                letters[int(first, 16) + step] = start[:-1] + chr(ord(start[-1]) + step)
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        letters |= {int(code, 16): _unicode(target) for code, target in _CHARACTER.findall(block)}
    return letters


def _unicode(digits: str) -> str:
    """Read UTF-16 written as hexadecimal digits."""
    return bytes.fromhex(digits).decode("utf-16-be")
