"""A delivery written again without some rows: in every format, read back through landing."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from sources.contract import load_contracts
from sources.cutting import company_cuts, cut_rows, look_up
from sources.deliveries import Format
from sources.erasures import ErasureError, number_pattern
from sources.landing import land
from sources.rewriting import Cut, rewrite
from sources.warehouse import open_warehouse

CVR = "12345674"
HEAD = ("forloeb_id", "erhvervshus", "cvr_nummer", "forretningsudvikler", "note")
ROWS = (
    ("F1", "fyn", CVR, "m1", "æøå"),
    ("F2", "fyn", "87654321", "m2", f"samme ejer som DK {CVR}."),
    ("F3", "fyn", "87654321", "m3", None),
    ("F4", "fyn", CVR, "m4", None),
)
DAY = "2026-01-01"


def as_csv(separator: str = ";", newline: str = "\n") -> str:
    """Write the rows as csv, the last with a line feed in a cell."""
    lines = [separator.join(HEAD), *(separator.join(value or "" for value in row) for row in ROWS)]
    lines += [
        "",
        f'F5{separator}fyn{separator}{separator}"to{newline}linjer"{separator}',
        f"F6{separator}{CVR}{separator}x",
    ]
    return newline.join(lines) + newline


def csv(path: Path) -> None:
    """Write csv."""
    path.write_bytes(as_csv().encode())


def gz(path: Path) -> None:
    """Write packed csv in Windows-1252."""
    path.write_bytes(gzip.compress(as_csv(",", "\r\n").encode("cp1252")))


def ndjson(path: Path) -> None:
    """Write an object a line, the last broken."""
    lines = [json.dumps(dict(zip(HEAD, row, strict=True)), ensure_ascii=False) for row in ROWS]
    path.write_text("\n".join([*lines, f'{{"forloeb_id": "F6", "cvr_nummer": "{CVR}"']) + "\n", encoding="utf-8")


def array(path: Path) -> None:
    """Write an array with a byte order mark."""
    rows = [dict(zip(HEAD, row, strict=True)) for row in ROWS]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8-sig")


def parquet(path: Path) -> None:
    """Write Parquet in two row groups."""
    pq.write_table(pa.table({name: [row[n] for row in ROWS] for n, name in enumerate(HEAD)}), path, row_group_size=3)


def xlsx(path: Path) -> None:
    """Write a workbook, the number as a number."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD, *ROWS):
        sheet.append([int(value) if value == CVR else value for value in row])
    book.save(path)


FORMATS: tuple[tuple[Format, Callable[[Path], None]], ...] = (
    ("csv", csv), ("csv.gz", gz), ("ndjson", ndjson), ("json", array), ("parquet", parquet), ("xlsx", xlsx),
)  # fmt: skip


@pytest.mark.parametrize(("form", "write"), FORMATS, ids=[form for form, _ in FORMATS])
def test_a_company_is_cut_out_and_everything_else_stays(
    tmp_path: Path, form: Format, write: Callable[[Path], None]
) -> None:
    """Without it erasing one company could cost others their rows, or leave its own in one of the formats."""
    folder, private = tmp_path / "in", tmp_path / "private"
    path = folder / "crm" / f"crm_forloeb__{DAY}.{form}"
    path.parent.mkdir(parents=True)
    write(path)
    contracts = load_contracts()
    subject, report = look_up(folder, contracts, CVR, private)
    assert subject.courses == ("F1", "F4")
    (changed,) = cut_rows(folder, contracts, company_cuts(subject, CVR), report, private, CVR)
    malformed = form in {"csv", "csv.gz", "ndjson"}
    assert (changed.rows, changed.texts) == (3 if malformed else 2, 1)
    assert changed.before != changed.after
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    again, _ = look_up(folder, contracts, CVR, private)
    assert (again.lines, again.courses, again.mentions) == ({}, (), frozenset())
    with closing(open_warehouse(tmp_path / "w.duckdb")) as con:
        land(con, folder)
        left = con.execute("select forloeb_id, forretningsudvikler, _extra from raw.crm_forloeb order by 1").fetchall()
    expected = ["F2", "F3", "F5"] if form in {"csv", "csv.gz"} else ["F2", "F3"]
    assert [row[0] for row in left] == expected
    assert "[slettet]" in left[0][2]
    assert left[0][1] == "m2"


def test_what_a_file_is_written_in_stays(tmp_path: Path) -> None:
    """Without it a house's file would come back in another encoding, or with other line ends."""
    entity, folder = load_contracts().entity("crm_forloeb"), tmp_path / "new"
    folder.mkdir()
    path = tmp_path / "f.csv.gz"
    gz(path)
    rewritten = rewrite(entity, path, "csv.gz", Cut(frozenset({5})), folder)
    text = gzip.decompress(rewritten.path.read_bytes())
    assert "æøå".encode("cp1252") in text
    assert text.count(b"\r\n") == as_csv().count("\n") - 2
    assert rewritten.rows == 1


def test_amounts_are_not_taken_for_numbers_of_companies(tmp_path: Path) -> None:
    """Without it another company's revenue could be erased because it has the same digits."""
    entity, folder = load_contracts().entity("register_regnskab"), tmp_path / "new"
    folder.mkdir()
    path = tmp_path / "f.csv"
    path.write_text(f"cvr_nummer;aar;omsaetning_tkr;note\n87654321;2024;{CVR};{CVR}\n", encoding="utf-8")
    rewritten = rewrite(entity, path, "csv", Cut(frozenset(), re.compile(number_pattern(CVR))), folder)
    assert rewritten.path.read_text(encoding="utf-8").splitlines()[1] == f"87654321;2024;{CVR};[slettet]"


def test_a_workbook_keeps_what_its_cells_show(tmp_path: Path) -> None:
    """Without it the widths and formats a house has given its sheet would be lost."""
    entity, folder = load_contracts().entity("crm_forloeb"), tmp_path / "new"
    folder.mkdir()
    path = tmp_path / "f.xlsx"
    xlsx(path)
    book = load_workbook(path)
    book.worksheets[0]["A3"].number_format = "@"
    book.save(path)
    rewritten = rewrite(entity, path, "xlsx", Cut(frozenset({2})), folder)
    sheet = load_workbook(rewritten.path).worksheets[0]
    assert sheet["A2"].value == "F2"
    assert sheet["A2"].number_format == "@"


def test_a_new_file_with_other_rows_replaces_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it a slip in writing would be found when the original is gone."""
    folder, private = tmp_path / "in", tmp_path / "private"
    path = folder / "crm" / f"crm_forloeb__{DAY}.csv"
    path.parent.mkdir(parents=True)
    csv(path)
    given = path.read_bytes()
    contracts = load_contracts()
    subject, report = look_up(folder, contracts, CVR, private)
    cuts = company_cuts(subject, CVR)
    monkeypatch.setattr(
        "sources.cutting.rewrite",
        lambda entity, old, form, cut, to: rewrite(entity, old, form, Cut(cut.lines | {3}, cut.pattern), to).__class__(
            to / old.name, 1, 0
        ),
    )
    with pytest.raises(ErasureError, match="Intet er ændret"):
        cut_rows(folder, contracts, cuts, report, private, CVR)
    assert path.read_bytes() == given


@pytest.mark.parametrize(
    ("text", "is_hit"),
    [
        (CVR, True), (f"DK-{CVR}", True), ("12 34 56 74", True), ("12.34.56.74", True), (f"{CVR}.0", True),
        (f"1{CVR}", False), (f"{CVR}1", False), ("12345 674", False),
    ],
)  # fmt: skip
def test_a_number_is_found_as_people_write_it(text: str, is_hit: bool) -> None:  # noqa: FBT001
    """Without it a number with spaces would stay behind, or a longer one would be cut in two."""
    assert (re.search(number_pattern(CVR), text) is not None) is is_hit
