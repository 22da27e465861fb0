"""Tags the cells that head a row as such.

Typst tags the heads of columns itself; its way of marking those of rows is experimental and closed to other programs.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import pikepdf

_TABLE, _BODY = pikepdf.Name.Table, pikepdf.Name.TBody

Heads = Sequence[Sequence[Sequence[bool]]]
"""Of each table, each row and each cell, whether the cell heads its row."""


class TaggingError(Exception):
    """The tags of a PDF are not those that the document's tables lead to expect."""


def tag_row_headers(pdf: bytes, tables: Heads) -> bytes:
    """Make the cells that head rows header cells with the row as their scope.

    The explicit lists of header cells that Typst writes know columns only; they are taken away from tables with row
    headers, so that scope decides, as it does on a web page.

    Args:
        pdf: A tagged PDF.
        tables: The tables' cells in the order of the document.

    Returns:
        The PDF, the same bytes for the same PDF.

    Raises:
        TaggingError: The PDF has other tables, rows or cells.
    """
    with pikepdf.open(io.BytesIO(pdf)) as file:
        elements = list(_tables(file.Root.StructTreeRoot))
        if len(elements) != len(tables):
            msg = f"the PDF has {len(elements)} tables, the document {len(tables)}"
            raise TaggingError(msg)
        for place, (element, heads) in enumerate(zip(elements, tables, strict=True), start=1):
            if any(any(row) for row in heads):
                _tag_table(place, element, heads)
        target = io.BytesIO()
        file.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return target.getvalue()


def _tag_table(place: int, table: pikepdf.Object, heads: Sequence[Sequence[bool]]) -> None:
    """Tag the row headers of one table."""
    body = [part for part in _children(table) if part.S == _BODY]
    rows = [row for part in body for row in _children(part)]
    if len(rows) != len(heads):
        msg = f"table {place} of the PDF has {len(rows)} rows, the document's {len(heads)}"
        raise TaggingError(msg)
    for row, marks in zip(rows, heads, strict=True):
        cells = list(_children(row))
        if len(cells) != len(marks):
            msg = f"a row of table {place} of the PDF has {len(cells)} cells, the document's {len(marks)}"
            raise TaggingError(msg)
        for cell, heads_row in zip(cells, marks, strict=True):
            _tag_cell(cell, heads_row=heads_row)


def _tag_cell(cell: pikepdf.Object, *, heads_row: bool) -> None:
    """Tag one cell."""
    for attributes in _several(cell.get("/A")):
        if attributes.get("/O") == _TABLE:
            if "/Headers" in attributes:
                del attributes["/Headers"]
            if heads_row:
                attributes["/Scope"] = pikepdf.Name.Row
    if heads_row:
        cell.S = pikepdf.Name.TH


def _tables(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield the tables of a structure tree in order."""
    for child in _children(element):
        if child.S == _TABLE:
            yield child
        else:
            yield from _tables(child)


def _children(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield the structure elements directly inside another."""
    for child in _several(element.get("/K")):
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child


def _several(value: pikepdf.Object | None) -> Iterator[pikepdf.Object]:
    """Yield the parts of what may be one object, several, or none."""
    if value is None:
        return
    if isinstance(value, pikepdf.Array):
        yield from iter(value)
    else:
        yield value
