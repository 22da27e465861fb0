"""Landing given bad input: each case is a file, and what must be said of it."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

import sources.landing
from sources import private_copy
from sources.contract import load_contracts
from sources.landing import (
    DeliveryResult,
    LandingReport,
    NothingUsableError,
    conservation_errors,
    land,
    open_warehouse,
)

GOOD = "aktivitet_id;forloeb_id;dato;timer;kanal\nA1;F1;2026-01-01;1,5;Fysisk\n"
NAME = "crm/crm_aktivitet__2026-01-02.csv"
PARQUET_NAME, XLSX_NAME, JSON_NAME, NDJSON_NAME = (
    NAME.replace("csv", ending) for ending in ("parquet", "xlsx", "json", "ndjson")
)


@pytest.fixture(scope="module")
def build_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A build file for all cases: making one takes longer than a case."""
    connection = open_warehouse(tmp_path_factory.mktemp("out") / "warehouse.duckdb")
    yield connection
    connection.close()


@pytest.fixture
def con(build_file: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The build file, emptied."""
    for entity in load_contracts().entities:
        build_file.execute(f"DELETE FROM raw.{entity.name}")
    build_file.execute("DELETE FROM raw.deliveries; DELETE FROM raw.rejected_rows;")
    return build_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A deliveries folder with one good delivery."""
    put(tmp_path / "in", "crm/crm_forloeb__2026-01-01.csv", b"forloeb_id;erhvervshus\nF1;fyn\n")
    return tmp_path / "in"


def put(folder: Path, name: str, content: bytes) -> Path:
    """Write a delivery."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def only(report: LandingReport, name: str) -> DeliveryResult:
    """Return the one result of a delivery."""
    (result,) = [d for d in report.deliveries if d.delivery == name]
    return result


def parquet(**columns: list[object]) -> bytes:
    """Return a Parquet file."""
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def sheets(*titles: str) -> bytes:
    """Return a workbook with sheets of those titles."""
    book = Workbook()
    book.remove(book.active)
    for title in titles:
        sheet = book.create_sheet(title)
        sheet.append(["aktivitet_id", "forloeb_id"])
        sheet.append(["A1", "F1"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass(frozen=True)
class SetAside:
    """A file that cannot be read, and what its error must say."""

    case: str
    name: str
    content: bytes
    says: tuple[str, ...]


ZIPPED = gzip.compress(GOOD.encode() * 2000)
KEYLESS = "forloeb_id;dato\nF1;2026-01-01\n"
WHOLE_PARQUET = parquet(aktivitet_id=[f"A{n}" for n in range(5000)], forloeb_id=["F1"] * 5000)

CASES = [
    SetAside("truncated gzip", NAME + ".gz", ZIPPED[:-20], ("Gzip-filen er afkortet", "Send leverancen igen")),
    SetAside("damaged gzip", NAME + ".gz", ZIPPED[:40] + b"\xff" * 30 + ZIPPED[70:], ("Gzip-filen er",)),
    SetAside("csv named gz", NAME + ".gz", GOOD.encode(), ("ikke csv.gz", "formatet csv.gz")),
    SetAside("gzip named csv", NAME, ZIPPED, ("gzip", "formatet csv")),
    SetAside("parquet named csv", NAME, WHOLE_PARQUET, ("Parquet", "filen hedder .csv")),
    SetAside("parquet in gzip", NAME + ".gz", gzip.compress(WHOLE_PARQUET), ("Parquet",)),
    SetAside("workbook named csv", NAME, sheets("Ark1"), ("xlsx", "formatet csv")),
    SetAside("csv named parquet", PARQUET_NAME, GOOD.encode(), ("formatet parquet",)),
    SetAside("csv named xlsx", XLSX_NAME, GOOD.encode(), ("formatet xlsx",)),
    SetAside("html error page", NAME, b"\n<!DOCTYPE html><html>404</html>", ("HTML",)),
    SetAside("old or encrypted office", XLSX_NAME, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9,
             ("adgangskode",)),
    SetAside("zero bytes", NAME, b"", ("tom (0 byte)",)),
    SetAside("blank lines only", NAME, b"\n\n\n", ("ingen overskrift",)),
    SetAside("missing key", NAME, KEYLESS.encode(), ("mangler nøglekolonnen aktivitet_id", "forloeb_id, dato")),
    SetAside("tab separated", NAME, GOOD.replace(";", "\t").encode(), ("semikolon eller komma",)),
    SetAside("duplicate header", NAME, b"aktivitet_id;Dato; DATO \nA1;;\n", ("Kolonnen dato står to gange",)),
    SetAside("duplicate parquet", PARQUET_NAME, parquet(aktivitet_id=["A1"], Dato=["x"], dato=["y"]),
             ("Kolonnen dato står to gange",)),
    SetAside("NUL bytes", NAME, GOOD.encode() + b"A2;F\x001;;;\n", ("Linje 3", "NUL")),
    SetAside("utf-16", NAME, GOOD.encode("utf-16"), ("UTF-16",)),
    SetAside("utf-16 without mark", NAME, GOOD.encode("utf-16-le"), ("UTF-16",)),
    SetAside("undefined byte", NAME, GOOD.encode() + b"A2;F\x81;;;\n", ("Linje 3", "0x81", "Windows-1252")),
    SetAside("mixed encodings", NAME, GOOD.encode() + "A2;Fæ;;;\n".encode() + b"A3;F\xe6;;;\n", ("Linje 4", "blander")),
    SetAside("mixed, the other order", NAME, GOOD.encode() + b"A3;F\xe6;;;\n" + "A2;Fæ;;;\n".encode(),
             ("Linje 4", "blander")),
    SetAside("truncated parquet", PARQUET_NAME, WHOLE_PARQUET[:-50], ("Parquet-filen er beskadiget",)),
    SetAside("damaged pages", PARQUET_NAME, WHOLE_PARQUET[:4] + b"\xff" * 3000 + WHOLE_PARQUET[3004:],
             ("Parquet-filen er beskadiget",)),
    SetAside("truncated workbook", XLSX_NAME, sheets("Ark1")[:-200], ("Regnearket kan ikke læses",)),
    SetAside("zip of something else", XLSX_NAME, b"PK\x03\x04" + b"x" * 400, ("Regnearket kan ikke",)),
    SetAside("several sheets", XLSX_NAME, sheets("Ark1", "Ark2"), ("2 ark", "crm_aktivitet")),
    SetAside("json object", JSON_NAME, b'{"aktivitet_id": "A1"}', ("ikke en JSON-liste",)),
    SetAside("json cut off", JSON_NAME, b'[{"aktivitet_id": "A1"}, {"akt', ("afkortet",)),
    SetAside("json goes on", JSON_NAME, b'[{"aktivitet_id": "A1"}] x', ("Der står mere",)),
    SetAside("json repeats field", JSON_NAME, b'[{"aktivitet_id":"1","Aktivitet_ID":"2"}]', ("to gange",)),
    SetAside("json without key", JSON_NAME, b'[{"dato": "2026-01-01"}]', ("mangler nøglekolonnen",)),
    SetAside("csv named json", JSON_NAME, GOOD.encode(), ("ikke en JSON-liste",)),
    SetAside("list named ndjson", NDJSON_NAME, b'[{"aktivitet_id": "A1"}]', ("endelsen .json",)),
    SetAside("json deep", JSON_NAME, b"[" * 100_000, ("dybt indlejret",)),
    SetAside("no date in name", "crm/crm_aktivitet.csv", GOOD.encode(), ("mønstret",)),
    SetAside("impossible date", "crm/crm_aktivitet__2026-02-31.csv", GOOD.encode(), ("2026-02-31", "findes ikke")),
    SetAside("unknown ending", "crm/crm_aktivitet__2026-01-01.txt", GOOD.encode(), (".txt kendes ikke",)),
    SetAside("unknown entity", "crm/crm_moede__2026-01-01.csv", GOOD.encode(),
             ("crm_moede findes ikke", "crm_forloeb")),
    SetAside("wrong folder", "register/crm_aktivitet__2026-01-01.csv", GOOD.encode(), ("hører ikke til", "mappen crm")),
    SetAside("unknown source", "crm2/crm_aktivitet__2026-01-01.csv", GOOD.encode(), ("crm2 er ikke en kilde",)),
    SetAside("no source folder", "crm_aktivitet__2026-01-01.csv", GOOD.encode(), ("ikke direkte i en kildes mappe",)),
    SetAside("too deep", "crm/2026/crm_aktivitet__2026-01-01.csv", GOOD.encode(), ("ikke direkte i en kildes mappe",)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
def test_an_unreadable_delivery_is_set_aside_whole_with_a_clear_error(
    con: duckdb.DuckDBPyConnection, folder: Path, case: SetAside
) -> None:
    """Without it half a delivery would be landed, or one bad file would stop the run."""
    put(folder, case.name, case.content)
    report = land(con, folder)
    result = only(report, case.name)
    assert result.status == "set_aside"
    assert result.error is not None
    for words in (*case.says, "Forventet:"):
        assert words in result.error
    assert (result.delivered_rows, result.accepted_rows, result.rejected_rows) == (0, 0, 0)
    assert con.execute("SELECT count(*) FROM raw.crm_aktivitet").fetchone() == (0,)
    assert con.execute("SELECT forloeb_id FROM accepted.crm_forloeb").fetchall() == [("F1",)]
    listed = con.execute(
        'SELECT line, "column", "value", reason, row_rejected FROM raw.rejected_rows WHERE delivery = ?', [case.name]
    ).fetchall()
    assert listed == [(None, None, None, result.error, True)]
    assert [w for w in report.warnings if case.name in w] == [f"{case.name} er sat til side. {result.error}"]
    assert conservation_errors(con) == []


@dataclass(frozen=True)
class Rejects:
    """A file some rows of which are bad: rows delivered, lines landed, and what is listed (line, column, words)."""

    case: str
    content: str
    delivered: int
    lines: tuple[int, ...]
    listed: tuple[tuple[int, str | None, str], ...]


HEAD = "aktivitet_id;forloeb_id;dato;timer;kanal\n"
REJECTS = [
    Rejects("too few fields", HEAD + "A1;F1\nA2;F1;;;\n", 2, (3,), ((2, None, "2 felter, men overskriften har 5"),)),
    Rejects("one field", HEAD + "A1\nA2;F1;;;\n", 2, (3,), ((2, None, "1 felt, men"),)),
    Rejects("too many fields", HEAD + "A1;F1;;;;7\nA2;F1;;;\n", 2, (3,), ((2, None, "6 felter"),)),
    Rejects("separators at the end do no harm", HEAD + "A1;F1;;;;\nA2;F1;;;;;\n", 2, (2, 3), ()),
    Rejects("text after a quote", HEAD + 'A1;"F"1;;;\nA2;F1;;;\n', 2, (3,), ((2, None, "Anførselstegn"),)),
    Rejects("quote never closed", HEAD + 'A1;F1;;;"x\nA2;F1;;;\nA3;F1;;;\n', 3, (3, 4), ((2, None, "Anførselstegn"),)),
    Rejects("stray quote closed further down", HEAD + 'A1;"F1;;;\nA2;F1;;;"\nA3;F1;;;\n', 3, (4,),
            ((2, None, "Anførselstegn"), (3, None, "Anførselstegn"))),
    Rejects("line feed in a cell", HEAD + 'A1;"F\n1";;;\nA2;F1;;x;\n', 2, (2, 4), ((4, "timer", "et tal"),)),
    Rejects("blank lines", HEAD + "\nA1;F1;;;\n   \n\nA2;F1;;x;\n\n\n", 2, (3, 6), ((6, "timer", "et tal"),)),
    Rejects("blank row of a spreadsheet", HEAD + ";;;;\nA2;F1;;;\n", 2, (2, 3), ((2, "aktivitet_id", "tomt"),)),
    Rejects("empty key", HEAD + "  ;F1;;;\nA2;F1;;;\n", 2, (2, 3), ((2, "aktivitet_id", "Feltet er tomt"),)),
    Rejects("impossible date", HEAD + "A1;F1;31-02-2026;;\n", 1, (2,), ((2, "dato", "en dato, der findes"),)),
    Rejects("dates of 1900 and 2999, negative hours",
            HEAD + "A1;F1;1900-01-01;-2;\nA2;F1;2999-01-01;99;\n", 2, (2, 3), ()),
    Rejects("formula in a text cell", HEAD + 'A1;=1+1;;;\nA2;=HYPERLINK("x");;;\n', 2, (2, 3), ()),
    Rejects("unknown code", HEAD + "A1;F1;;;Teams\n", 1, (2,), ((2, "kanal", "fysisk, digital, telefon"),)),
    Rejects("nan", HEAD + "A1;F1;;nan;\n", 1, (2,), ((2, "timer", "et tal"),)),
    Rejects("two bad values", HEAD + "A1;F1;x;y;\n", 1, (2,), ((2, "dato", "en dato"), (2, "timer", "et tal"))),
    Rejects("a 1 MB cell", HEAD + "A1;" + "x" * 1_000_000 + ";;;\nA2;F1;;;\n", 2, (2, 3),
            ((2, "forloeb_id", "32.767"),)),
    Rejects("a 5 MB cell", HEAD + "A1;" + "x" * 5_000_000 + ";;;\nA2;F1;;;\n", 2, (2, 3),
            ((2, "forloeb_id", "32.767"),)),
    Rejects("a 1 MB key", HEAD + "x" * 1_000_000 + ";F1;;;\n", 1, (2,), ((2, "aktivitet_id", "hele rækken"),)),
    Rejects("no line feed at the end", HEAD + "A1;F1;;;\nA2;F1;;x;", 2, (2, 3), ((3, "timer", "et tal"),)),
    Rejects("windows line ends", HEAD.replace("\n", "\r\n") + "A1;F1;;x;\r\nA2;F1;;;\r\n", 2, (2, 3),
            ((2, "timer", ""),)),
    Rejects("mixed line ends", HEAD + "A1;F1;;x;\r\nA2;F1;;;\n", 2, (2, 3), ((2, "timer", ""),)),
    Rejects("old Mac line ends", (HEAD + "A1;F1;;x;\nA2;F1;;;\n").replace("\n", "\r"), 2, (2, 3), ((2, "timer", ""),)),
    Rejects("space around quotes", 'aktivitet_id, "timer"\n"A1", "1.5"\n"A2", x\n', 2, (2, 3),
            ((3, "timer", "et tal"),)),
    Rejects("ten thousand columns", "aktivitet_id;" + ";".join(f"k{n}" for n in range(10_000)) + "\nA1" + ";1" * 10_000
            + "\nA2" + ";" * 10_000 + "\n", 2, (2, 3), ()),
    Rejects("header only", HEAD, 0, (), ()),
    Rejects("header only, no line feed", HEAD.strip(), 0, (), ()),
    Rejects("withdrawn or not", "aktivitet_id;slettet\nA1;JA\nA2;nej\nA3;\nA4;måske\n", 4, (2, 3, 4, 5),
            ((5, "slettet", "ja eller nej"),)),
    Rejects("one column", "aktivitet_id\nA1\n\nA2\n", 2, (2, 4), ()),
]  # fmt: skip


@pytest.mark.parametrize("case", REJECTS, ids=lambda case: case.case)
def test_bad_rows_and_values_are_listed_with_their_line_and_nothing_is_lost(
    con: duckdb.DuckDBPyConnection, folder: Path, case: Rejects
) -> None:
    """Without it a row could vanish, or be listed under a line where it does not stand."""
    put(folder, NAME, case.content.encode())
    result = only(land(con, folder), NAME)
    assert result.status == "accepted", result.error
    assert result.delivered_rows == case.delivered
    assert result.delivered_rows == result.accepted_rows + result.rejected_rows
    assert con.execute("SELECT list(_line ORDER BY _line) FROM raw.crm_aktivitet").fetchone() == (
        list(case.lines) or None,
    )
    listed = con.execute(
        'SELECT line, "column", reason, "value" FROM raw.rejected_rows WHERE delivery = ? ORDER BY line, "column"',
        [NAME],
    ).fetchall()
    assert [(line, column) for line, column, _, _ in listed] == [(line, column) for line, column, _ in case.listed]
    for (_, _, reason, value), (_, _, words) in zip(listed, case.listed, strict=True):
        assert words in reason
        assert value is None or len(value) <= 200
    assert conservation_errors(con) == []


def test_ten_thousand_columns_are_kept(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it what a sender adds would be lost without a word."""
    header = "aktivitet_id;" + ";".join(f"K{n}" for n in range(10_000))
    put(folder, NAME, f"{header}\nA1{';1' * 10_000}\n".encode())
    report = land(con, folder)
    assert len(only(report, NAME).unknown_columns) == 10_000
    assert only(report, NAME).missing_columns == ("forloeb_id", "dato", "timer", "kanal")
    assert any("k0, k1" in w and "9990 til" in w for w in report.warnings)
    (kept,) = con.execute("SELECT _extra FROM raw.crm_aktivitet").fetchone() or ("",)
    assert len(json.loads(kept)) == 10_000


def test_malformed_json_lines_cost_only_themselves(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it one broken line would cost a whole ndjson delivery."""
    name = NDJSON_NAME
    lines = [
        '{"AKTIVITET_ID": "A1", "timer": 1.50, "ny": {"a": [1, 2.50]}}',
        "",
        '{"aktivitet_id": "A2", "timer": ',
        "17",
        '{"aktivitet_id": "A3", "Aktivitet_Id": "A4"}',
        '{"aktivitet_id": "A\\u00005"}',
        '{"aktivitet_id": "A\\ud800"}',
        '{"aktivitet_id": 12345678901234567890, "timer": NaN}',
        "[" * 100_000,
    ]
    put(folder, name, "\n".join(lines).encode())
    result = only(land(con, folder), name)
    assert (result.delivered_rows, result.accepted_rows, result.rejected_values) == (8, 2, 1)
    assert result.unknown_columns == ("ny",)
    rows = con.execute("SELECT aktivitet_id, timer, _extra, _line FROM raw.crm_aktivitet ORDER BY _line").fetchall()
    assert rows == [("A1", "1.50", '{"ny":"{\\"a\\":[1,2.5]}"}', 1), ("12345678901234567890", "NaN", None, 8)]
    listed = con.execute("SELECT line, reason FROM raw.rejected_rows WHERE row_rejected AND delivery = ?", [name])
    assert [line for line, _ in sorted(listed.fetchall())] == [3, 4, 5, 6, 7, 9]
    assert conservation_errors(con) == []


def test_elements_of_an_array_that_are_no_objects_are_rejected(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it a number among the objects would set the delivery aside, or vanish."""
    name = JSON_NAME
    put(folder, name, b'[{"aktivitet_id": "A1"}, 17, [1], null, {"aktivitet_id": "A2", "dato": null}]')
    result = only(land(con, folder), name)
    assert (result.delivered_rows, result.accepted_rows) == (5, 2)
    assert con.execute("SELECT list(_line ORDER BY _line) FROM raw.crm_aktivitet").fetchone() == ([1, 5],)


def test_formulas_in_a_workbook_give_their_saved_value(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it a formula could be run or its text taken for a value."""
    book = Workbook()
    sheet = book.active
    sheet.append(["aktivitet_id", "forloeb_id", "timer", None, "ny"])
    sheet.append([1.0, "F1", "=1+1", None, True])
    sheet.append([])
    sheet.append(["A2", "F1", 1.5, None, None, "uden for"])
    sheet.cell(5, 1).value = "=1+1"
    sheet.cell(5, 1).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    name = XLSX_NAME
    put(folder, name, out.getvalue())
    result = only(land(con, folder), name)
    rows = con.execute("SELECT aktivitet_id, timer, _extra, _line FROM raw.crm_aktivitet ORDER BY _line").fetchall()
    assert rows == [
        ("1", None, '{"(kolonne 4)":null,"ny":"true"}', 2),
        ("=1+1", None, '{"(kolonne 4)":null,"ny":null}', 5),
    ]
    assert (result.delivered_rows, result.rejected_rows) == (3, 1)


def test_a_workbook_of_several_sheets_gives_the_one_named_as_the_entity(
    con: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    """Without it a sheet of notes would stop the delivery, or be read as rows."""
    name = XLSX_NAME
    put(folder, name, sheets("Noter", "CRM_aktivitet"))
    assert only(land(con, folder), name).accepted_rows == 1


def test_links_pipes_and_unreadable_files_are_set_aside(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it a link could pull in any file of the machine, and a pipe would hang the run."""
    target = put(folder, "elsewhere.txt", GOOD.encode())
    (folder / "crm/crm_aktivitet__2026-01-03.csv").symlink_to(target)
    (folder / "crm/crm_aktivitet__2026-01-04.csv").symlink_to(folder / "nowhere")
    (folder / "evaluering").symlink_to(folder / "crm")
    os.mkfifo(folder / "crm/crm_aktivitet__2026-01-05.csv")
    report = land(con, folder)
    said = {d.delivery: d.error for d in report.set_aside}
    assert len(said) == 4
    assert "symbolsk henvisning" in str(said["crm/crm_aktivitet__2026-01-03.csv"])
    assert "symbolsk henvisning" in str(said["crm/crm_aktivitet__2026-01-04.csv"])
    assert "symbolsk henvisning" in str(said["evaluering"])
    assert "almindelig fil" in str(said["crm/crm_aktivitet__2026-01-05.csv"])


def test_a_file_without_read_access_is_set_aside(
    con: duckdb.DuckDBPyConnection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it one file of another user would stop the run."""
    locked = put(folder, NAME, GOOD.encode())
    real = os.open

    def refuse(path: Path, flags: int) -> int:
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return real(path, flags)

    monkeypatch.setattr(private_copy.os, "open", refuse)
    assert "Permission denied" in str(only(land(con, folder), NAME).error)


def test_what_is_none_of_our_business_is_left_alone(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it a marker or a half-written file would be reported as bad every day."""
    for name in ("crm/.hidden.csv", "crm/x.done", NAME + ".part", "crm/~$bog.xlsx", "crm/Thumbs.db", "README.md",
                 "truth/effect.parquet", ".tmp/crm_aktivitet__2026-01-01.csv"):  # fmt: skip
        put(folder, name, b"x")
    report = land(con, folder)
    assert [d.delivery for d in report.deliveries] == ["crm/crm_forloeb__2026-01-01.csv"]
    assert [d.error for d in report.set_aside] == []
    (warning,) = report.warnings
    assert warning.startswith("crm/crm_forloeb__2026-01-01.csv: kolonner mangler og er tomme: cvr_nummer, p_nummer, ")
    assert warning.endswith(" og 1 til.")


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(path.read_bytes() + b"A9;F1;;;\n"),
        lambda path: path.write_bytes(path.read_bytes().replace(b"A1", b"A2")),
        lambda path: path.write_bytes(path.read_bytes()[:20]),
        lambda path: path.unlink(),
    ],
    ids=["appended", "same size", "cut", "gone"],
)
def test_a_file_written_while_it_is_read_is_set_aside_and_read_next_time(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path], object],
) -> None:
    """Without it half of a file would be landed as if it were whole."""
    path = put(folder, NAME, GOOD.encode())
    real = sources.landing.fingerprint

    def while_read(given: Path) -> private_copy.Fingerprint:
        seen = real(given)
        if given == path:
            change(path)
        return seen

    with monkeypatch.context() as patched:
        patched.setattr(sources.landing, "fingerprint", while_read)
        first = only(land(con, folder), NAME)
    assert first.status == "set_aside"
    assert "ændret, mens den blev læst" in str(first.error)
    path.write_bytes(GOOD.encode())
    second = only(land(con, folder), NAME)
    assert (second.status, second.accepted_rows) == ("accepted", 1)


def test_a_name_that_is_not_text_does_not_stop_the_run(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it a file name in another encoding would crash the register."""
    (folder / "crm" / os.fsdecode(b"crm_aktivitet__2026-01-02__\xe6.csv")).write_bytes(GOOD.encode())
    report = land(con, folder)
    assert report.delivered_rows == 2


@pytest.mark.parametrize("kind", ["missing", "empty", "unreadable", "a file"])
def test_when_nothing_is_usable_the_warehouse_is_left_as_it_was(
    con: duckdb.DuckDBPyConnection, folder: Path, tmp_path: Path, kind: str
) -> None:
    """Without it a network drive that is not there would empty the warehouse."""
    land(con, folder)
    other = tmp_path / "other"
    if kind in {"empty", "unreadable"}:
        other.mkdir()
    if kind == "unreadable":
        put(other, NAME, b"")
    if kind == "a file":
        other.write_bytes(b"")
    with pytest.raises(NothingUsableError, match="Intet er ændret") as caught:
        land(con, other)
    assert ("0 byte" in str(caught.value)) == (kind == "unreadable")
    assert con.execute("SELECT forloeb_id FROM accepted.crm_forloeb").fetchall() == [("F1",)]


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(
    con: duckdb.DuckDBPyConnection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a small file could fill the disk or run for hours."""
    from sources import spreadsheets  # noqa: PLC0415

    monkeypatch.setattr(spreadsheets, "MAX_UNPACKED_BYTES", 100)
    name = XLSX_NAME
    put(folder, name, sheets("Ark1"))
    assert "4 GB" in str(only(land(con, folder), name).error)


def test_a_line_of_over_64_mb_is_refused(
    con: duckdb.DuckDBPyConnection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a file without line feeds would take as much memory as it is long."""
    monkeypatch.setattr(private_copy, "MAX_LINE_BYTES", 1 << 20)
    put(folder, NAME, (HEAD + "A1;" + "x" * 4_000_000 + ";;;\n").encode())
    result = only(land(con, folder), NAME)
    assert "Linje 2: Linjen er over" in str(result.error)


def test_a_workbook_without_rows_is_refused(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it an empty sheet would pass as a delivery of nothing, though it has no header."""
    out = io.BytesIO()
    Workbook().save(out)
    name = XLSX_NAME
    put(folder, name, out.getvalue())
    assert "Arket er tomt" in str(only(land(con, folder), name).error)
    assert zipfile.is_zipfile(folder / name)


def test_a_parquet_file_of_too_many_columns_is_refused(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it such a file would take minutes to bind."""
    name = PARQUET_NAME
    put(folder, name, parquet(aktivitet_id=["A1"], **{f"k{n}": ["1"] for n in range(2000)}))
    assert "2001 kolonner" in str(only(land(con, folder), name).error)
