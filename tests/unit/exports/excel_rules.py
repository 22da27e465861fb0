"""The rules by which Excel refuses or repairs a file, checked on the file's own XML."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def broken_rules(path: Path) -> list[str]:
    """List what Excel would complain of.

    Args:
        path: A workbook.

    Returns:
        A sentence per fault; empty when there is none.
    """
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    strings = _shared_strings(parts)
    faults = [f"a text of {len(text)} characters" for text in strings if len(text) > 32_767]
    faults += [f"a control character in {text!r}" for text in strings if re.search(r"[\x00-\x08\x0b-\x1f]", text)]
    faults += _sheet_names(parts)
    seen: dict[str, set[str]] = {"name": set(), "id": set()}
    for number in range(1, sum(name.startswith("xl/worksheets/sheet") for name in parts) + 1):
        faults += _sheet(parts, number, strings, seen)
    return faults


def _shared_strings(parts: dict[str, bytes]) -> list[str]:
    """Read the table of texts."""
    if "xl/sharedStrings.xml" not in parts:
        return []
    root = ET.fromstring(parts["xl/sharedStrings.xml"])  # noqa: S314  # A file the test has just written.
    return ["".join(node.text or "" for node in item.iter(f"{MAIN}t")) for item in root.iter(f"{MAIN}si")]


def _sheet_names(parts: dict[str, bytes]) -> list[str]:
    """Check the names of sheets."""
    root = ET.fromstring(parts["xl/workbook.xml"])  # noqa: S314
    names = [sheet.attrib["name"] for sheet in root.iter(f"{MAIN}sheet")]
    faults = [f"the sheet name {n!r}" for n in names if not re.fullmatch(r"(?!')[^\[\]:*?/\\]{1,31}(?<!')", n)]
    faults += ["two sheets of the same name"] if len({n.lower() for n in names}) < len(names) else []
    return faults


def _sheet(parts: dict[str, bytes], number: int, strings: list[str], seen: dict[str, set[str]]) -> list[str]:
    """Check a sheet and its tables."""
    root = ET.fromstring(parts[f"xl/worksheets/sheet{number}.xml"])  # noqa: S314
    faults = [f"sheet {number} has {tag}" for tag in ("mergeCells",) if root.find(f"{MAIN}{tag}") is not None]
    faults += [f"sheet {number} has a formula" for _ in root.iter(f"{MAIN}f")]
    cells = {c.attrib["r"]: (c.attrib.get("t"), c.findtext(f"{MAIN}v")) for c in root.iter(f"{MAIN}c")}
    targets = {}
    if (links := parts.get(f"xl/worksheets/_rels/sheet{number}.xml.rels")) is not None:
        targets = {r.attrib["Id"]: r.attrib["Target"] for r in ET.fromstring(links)}  # noqa: S314
    for part in root.iter(f"{MAIN}tablePart"):
        table = ET.fromstring(parts["xl" + targets[part.attrib[_RELATION]].removeprefix("..")])  # noqa: S314
        faults += _table(table, cells, strings, seen)
    return faults


def _table(
    table: ET.Element, cells: dict[str, tuple[str | None, str | None]], strings: list[str], seen: dict[str, set[str]]
) -> list[str]:
    """Check a table: its names, its size, and that its headings are the texts of its first row."""
    faults = []
    name, place = table.attrib["displayName"], table.attrib["ref"]
    if not re.fullmatch(r"[A-Za-z_\\][\w.]{0,254}", name) or re.fullmatch(r"(?i)[a-z]{1,3}\d+|r\d*c\d*|r|c", name):
        faults.append(f"the table name {name!r}")
    for key, value in (("name", name.lower()), ("id", table.attrib["id"])):
        faults += [f"two tables with {key} {value}"] if value in seen[key] else []
        seen[key].add(value)
    first, top, last, bottom = re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", place).groups()  # type: ignore[union-attr]
    faults += [f"table {name} has no row"] if int(bottom) <= int(top) else []
    headings = [column.attrib["name"] for column in table.iter(f"{MAIN}tableColumn")]
    faults += [f"table {name} has two columns of the same heading"] * (
        len({h.lower() for h in headings}) < len(headings)
    )
    width = _number(last) - _number(first) + 1
    faults += [f"table {name} has {len(headings)} headings over {width} columns"] if width != len(headings) else []
    for offset, heading in enumerate(headings):
        kind, value = cells.get(f"{_letters(_number(first) + offset)}{top}", (None, None))
        if kind != "s" or strings[int(value or -1)] != heading:
            faults.append(f"table {name}: heading {heading!r} is not the text of its cell")
    return faults


def _number(letters: str) -> int:
    """Number a column from 1."""
    result = 0
    for letter in letters:
        result = result * 26 + ord(letter) - 64
    return result


def _letters(number: int) -> str:
    """Write a column's letters."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text
