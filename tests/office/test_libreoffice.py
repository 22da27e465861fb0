"""A real office program opens the workbook without complaint, shows its values, and computes around hidden figures.

Run by `make office`, which installs LibreOffice where it may.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook

from exports.workbook import write_workbook
from tests.unit.exports import tabular_statement as sample

pytestmark = pytest.mark.office

# Comma, quotes, UTF-8, from the first line, as shown: false, all sheets: -1 (LibreOffice's filter options for CSV).
_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"


@pytest.fixture(scope="module")
def soffice() -> str:
    """The office program; the suite is asked for by name, so that it fails where there is none."""
    program = shutil.which("soffice")
    if program is None:
        pytest.fail("LibreOffice is not installed: run `make office`, or install libreoffice-calc")
    return program


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the sample statement."""
    path = tmp_path_factory.mktemp("office") / "opgoerelse.xlsx"
    write_workbook(sample.statement(), path)
    return path


def convert(soffice: str, form: str, path: Path, folder: Path) -> None:
    """Convert a file; the program's profile is the test's own."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", form, "--outdir", str(folder), str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=180)
    assert "Error" not in done.stdout + done.stderr, done.stderr


def sheet(folder: Path, stem: str, name: str) -> list[list[str]]:
    """Read what became of a sheet."""
    with (folder / f"{stem}-{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_it_becomes_a_pdf(soffice: str, workbook: Path, tmp_path: Path) -> None:
    """Without it nobody would know that print areas, footers and repeated headings are taken."""
    convert(soffice, "pdf", workbook, tmp_path)
    content = (tmp_path / "opgoerelse.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert len(content) > 20_000


def test_every_value_arrives(soffice: str, workbook: Path, tmp_path: Path) -> None:
    """A value that one program reads differently is a wrong figure for half the readers."""
    convert(soffice, _CSV, workbook, tmp_path)
    book = load_workbook(workbook)
    compared = 0
    for page in book:
        if "[" in page.title or page.title.startswith("Sære"):
            continue
        found = sheet(tmp_path, "opgoerelse", page.title)
        for row, cells in enumerate(page.iter_rows(values_only=True)):
            for column, value in enumerate(cells):
                text = found[row][column] if row < len(found) and column < len(found[row]) else ""
                if value is None:
                    assert text == "", (page.title, row, column)
                elif isinstance(value, int | float):
                    assert float(text) == pytest.approx(value), (page.title, row, column)
                elif isinstance(value, str):
                    assert text == value, (page.title, row, column)
                compared += value is not None
    assert compared > 400


def test_sums_pass_over_hidden_figures_and_arithmetic_on_them_fails(
    soffice: str, workbook: Path, tmp_path: Path
) -> None:
    """A hidden figure may count as nothing in a sum, and never as 0 in a difference or an average."""
    book = load_workbook(workbook)
    page = book["Mål 3"]
    (table,) = page.tables.values()
    heading, *rows = page[table.ref]
    place = next(cell.column_letter for cell in heading if cell.value == "Resultat")
    first, last = rows[0][0].row, rows[-1][0].row
    (hidden,) = [row[0].row for row in rows if row[-1].value == "Ja"]
    values = f"'Mål 3'!{place}{first}:{place}{last}"
    for formula in (
        f"=SUM({values})", f"=AVERAGE({values})", f"=COUNT({values})", f"=MIN({values})",
        f"=ISERROR('Mål 3'!{place}{hidden}*2)", f"=LARGE({values},3)", f"=ISERROR(LARGE({values},4))",
    ):  # fmt: skip
        book["Metode"].append([formula])
    book.save(tmp_path / "regnet.xlsx")
    convert(soffice, _CSV, tmp_path / "regnet.xlsx", tmp_path)
    results = [row[0] for row in sheet(tmp_path, "regnet", "Metode")][-7:]
    shown = (71.25, 64.0, 61.5)
    assert [float(text) for text in results[:4]] == pytest.approx([sum(shown), sum(shown) / 3, 3, 61.5])
    assert results[4:] == ["TRUE", "61.5", "TRUE"]
