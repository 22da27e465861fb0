"""Landing as a whole: the warehouse is a function of the folder, whatever came when, in whatever form."""

from __future__ import annotations

import gzip
import io
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

import sources.landing
import sources.warehouse
from sources.contract import load_contracts
from sources.landing import (
    LandingReport,
    WarehouseBusyError,
    conservation_errors,
    land,
    open_warehouse,
    record_run,
)
from sources.warehouse import doubt, last_complete_year

COURSES = "forloeb_id;erhvervshus;cvr_nummer;kundesegment;startdato;oprettet;slettet\n"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Where the build file is to be."""
    return tmp_path / "out" / "warehouse.duckdb"


@pytest.fixture
def con(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A build file."""
    connection = open_warehouse(warehouse)
    yield connection
    connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty deliveries folder."""
    (tmp_path / "in" / "crm").mkdir(parents=True)
    return tmp_path / "in"


def course(folder: Path, day: str, *rows: str) -> Path:
    """Write a delivery of courses."""
    path = folder / "crm" / f"crm_forloeb__{day}.csv"
    path.write_text(COURSES + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def accepted(con: duckdb.DuckDBPyConnection, entity: str = "crm_forloeb") -> list[tuple[object, ...]]:
    """Return what a later step sees, without ids that depend on the order of arrival."""
    return con.execute(f"SELECT * EXCLUDE (_delivery_id) FROM accepted.{entity} ORDER BY ALL").fetchall()


def newest(con: duckdb.DuckDBPyConnection) -> dict[object, tuple[object, ...]]:
    """Return the newest row of each course, as staging picks it."""
    rows = con.execute(
        "SELECT forloeb_id, kundesegment, is_withdrawn FROM accepted.crm_forloeb "
        "QUALIFY row_number() OVER (PARTITION BY forloeb_id ORDER BY _delivery_order DESC, _line DESC) = 1"
    ).fetchall()
    return {key: tuple(rest) for key, *rest in rows}


def test_landing_twice_changes_nothing(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it every run would double the rows."""
    course(folder, "2026-01-01", "F1;fyn;;drift;2026-01-01;;", "F2;fyn;;x;2026-01-01;;")
    first = land(con, folder)
    rows = accepted(con)
    second = land(con, folder)
    assert (first.landed, first.reused, second.landed, second.reused) == (1, 0, 0, 1)
    assert second.deliveries == first.deliveries
    assert second.warnings == first.warnings
    assert accepted(con) == rows
    assert con.execute("SELECT count(*) FROM raw.rejected_rows").fetchone() == (1,)


def test_the_newest_delivery_of_a_key_wins_and_can_withdraw_it(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it a corrected or deleted course would count as it stood before."""
    course(folder, "2026-01-01", "F1;fyn;;drift;;;", "F2;fyn;;drift;;;", "F3;fyn;;drift;;;")
    course(folder, "2026-01-02", "F1;fyn;;vaekst;;;", "F2;fyn;;drift;;;JA", "F4;fyn;;;;;", "F4;fyn;;drift;;;")
    course(folder, "2026-01-03", "F2;fyn;;drift;;;nej")
    land(con, folder)
    assert newest(con) == {
        "F1": ("vaekst", False), "F2": ("drift", False), "F3": ("drift", False), "F4": ("drift", False),
    }  # fmt: skip
    (folder / "crm/crm_forloeb__2026-01-03.csv").unlink()
    land(con, folder)
    assert newest(con)["F2"] == ("drift", True)


def test_the_order_of_arrival_does_not_matter(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    """Without it a delivery that came late would overwrite newer data, or give other figures than a rebuild."""
    whole = tmp_path / "whole"
    (whole / "crm").mkdir(parents=True)
    for day in range(1, 7):
        course(whole, f"2026-01-{day:02d}", *(f"F{n};fyn;;{'drift' if day % 2 else 'vaekst'};;;" for n in range(day)))
    course(whole, "2026-01-06__rettelse", "F1;fyn;;;;;ja")
    land(con, whole)
    expected, kept = accepted(con), newest(con)
    for seed in range(3):
        folder = tmp_path / f"arrivals{seed}"
        (folder / "crm").mkdir(parents=True)
        other = open_warehouse(tmp_path / f"out{seed}" / "w.duckdb")
        files = sorted((whole / "crm").iterdir())
        random.Random(seed).shuffle(files)  # noqa: S311 - an order, not a secret
        for file in files:
            shutil.copy(file, folder / "crm" / file.name)
            land(other, folder)
        assert accepted(other) == expected
        assert newest(other) == kept
        assert conservation_errors(other) == []
        other.close()


def test_the_same_bytes_under_another_name_change_no_result(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it a delivery sent twice would count twice."""
    path = course(folder, "2026-01-01", "F1;fyn;;drift;;;", "F2;fyn;;vaekst;;;ja")
    land(con, folder)
    before = newest(con)
    shutil.copy(path, folder / "crm/crm_forloeb__2026-01-01__igen.csv")
    report = land(con, folder)
    assert len(report.accepted) == 2
    assert newest(con) == before


def test_a_file_that_is_gone_or_changed_is_gone_or_changed_in_raw(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it erased persons would stay in the warehouse."""
    path = course(folder, "2026-01-01", "F1;fyn;;drift;;;", "F9;hest;;drift;;;")
    course(folder, "2026-01-02", "F2;fyn;;drift;;;")
    land(con, folder)
    course(folder, "2026-01-01", "F3;fyn;;drift;;;")
    changed = land(con, folder)
    assert (changed.landed, changed.reused, changed.removed) == (1, 1, 1)
    assert set(newest(con)) == {"F2", "F3"}
    assert con.execute("SELECT count(*) FROM raw.rejected_rows").fetchone() == (0,)
    path.unlink()
    gone = land(con, folder)
    assert gone.removed == 1
    assert set(newest(con)) == {"F2"}
    assert [d.delivery_order for d in gone.deliveries] == [1]


def test_yesterdays_data_stand_when_todays_file_is_damaged(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it a transfer that broke would empty a part of the warehouse."""
    path = course(folder, "2026-01-01", "F1;fyn;;drift;;;")
    land(con, folder)
    good = path.read_bytes()
    path.write_bytes(good + b"\0")
    for _ in range(2):
        report = land(con, folder)
        assert [(d.status, d.delivery) for d in report.deliveries] == [
            ("accepted", "crm/crm_forloeb__2026-01-01.csv"),
            ("set_aside", "crm/crm_forloeb__2026-01-01.csv"),
        ]
        assert "De tidligere indlæste data gælder fortsat." in "".join(report.warnings)
        assert set(newest(con)) == {"F1"}
        assert conservation_errors(con) == []
    path.write_bytes(good)
    assert [d.status for d in land(con, folder).deliveries] == ["accepted"]
    path.write_bytes(good + b"\0")
    land(con, folder)
    course(folder, "2026-01-01", "F7;fyn;;drift;;;")
    assert [d.status for d in land(con, folder).deliveries] == ["accepted"]
    assert set(newest(con)) == {"F7"}
    assert con.execute("SELECT count(*) FROM raw.rejected_rows").fetchone() == (0,)


def test_a_folder_that_cannot_be_listed_keeps_its_data(
    con: duckdb.DuckDBPyConnection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a lost access right would look as if every delivery had been taken away."""
    course(folder, "2026-01-01", "F1;fyn;;drift;;;")
    (folder / "kendskab").mkdir()
    (folder / "kendskab/kendskab_svar__2026-01-01.csv").write_text("respondent_id;vaegt\nR1;1,5\n", encoding="utf-8")
    land(con, folder)
    real = sources.deliveries.os.scandir

    def refuse(path: Path) -> object:
        if str(path) == str(folder / "crm"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(sources.deliveries.os, "scandir", refuse)
    report = land(con, folder)
    assert [d.delivery for d in report.set_aside] == ["crm"]
    assert "Mappen kan ikke læses" in str(report.set_aside[0].error)
    assert set(newest(con)) == {"F1"}


ROWS = [
    ("H1", "F1", "privat_raadgiver", "Søren & Sønner; A/S", "2026-01-31", "nej"),
    ("H2", "F1", "GTS-institutter", 'Ærø "Industri"', "28-02-2026", ""),
    ("H3", "F2", "eu-kontorer", "linje et\nlinje to", "2026-03-01", "ja"),
    ("H4", "F3", "ukendt", "", "31-02-2026", ""),
    ("", "F3", "eifo", "", "", ""),
]
HEADER = ("Henvisning_ID", "forloeb_id", "AKTOERTYPE", " aktoer ", "dato", "slettet")


def as_csv(separator: str) -> str:
    """Write the rows as csv with every cell quoted."""
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in (HEADER, *ROWS)]
    return "".join(separator.join(row) + "\n" for row in quoted)


def as_parquet() -> bytes:
    """Write the rows as Parquet."""
    out = io.BytesIO()
    columns = zip(*ROWS, strict=True)
    pq.write_table(pa.table({n: list(c) for n, c in zip(HEADER, columns, strict=True)}), out)
    return out.getvalue()


def as_xlsx() -> bytes:
    """Write the rows as a workbook, real dates as dates."""
    book = Workbook()
    sheet = book.active
    sheet.append(HEADER)
    for row in ROWS:
        sheet.append([datetime.fromisoformat(c) if c == "2026-01-31" else c or None for c in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


OBJECTS = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
FORMS = {
    "utf-8": ("csv", as_csv(";").encode()),
    "comma": ("csv", as_csv(",").encode()),
    "byte order mark": ("csv", as_csv(";").encode("utf-8-sig")),
    "windows-1252": ("csv", as_csv(";").encode("cp1252")),
    "line ends": ("csv", as_csv(";").replace('"\n', '"\r\n').encode()),
    "gzip": ("csv.gz", gzip.compress(as_csv(";").encode())),
    "two gzip members": ("csv.gz", gzip.compress(as_csv(";").encode()[:99]) + gzip.compress(as_csv(";").encode()[99:])),
    "gzip windows-1252": ("csv.gz", gzip.compress(as_csv(",").encode("cp1252"))),
    "parquet": ("parquet", as_parquet()),
    "xlsx": ("xlsx", as_xlsx()),
    "json": ("json", json.dumps(OBJECTS, indent=1, ensure_ascii=False).encode()),
    "json windows-1252": ("json", json.dumps(OBJECTS, ensure_ascii=False).encode("cp1252")),
    "ndjson": ("ndjson", "\n".join(json.dumps(o) for o in OBJECTS).encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_format_and_encoding_gives_the_same_content(
    con: duckdb.DuckDBPyConnection, folder: Path, form: str
) -> None:
    """Without it the same registration would count differently by the program it was saved with."""
    ending, content = FORMS[form]
    (folder / f"crm/crm_henvisning__2026-04-01.{ending}").write_bytes(content)
    report = land(con, folder)
    (result,) = report.deliveries
    assert result.error is None
    assert (result.delivered_rows, result.accepted_rows, result.rejected_rows, result.rejected_values) == (5, 4, 1, 2)
    rows = con.execute(
        "SELECT henvisning_id, forloeb_id, aktoertype, aktoer, dato, is_withdrawn "
        "FROM accepted.crm_henvisning ORDER BY 1"
    ).fetchall()
    assert rows == [
        ("H1", "F1", "privat_raadgiver", "Søren & Sønner; A/S", date(2026, 1, 31), False),
        ("H2", "F1", "gts", 'Ærø "Industri"', date(2026, 2, 28), False),
        ("H3", "F2", "eu_kontor", "linje et\nlinje to", date(2026, 3, 1), True),
        ("H4", "F3", None, None, None, False),
    ]
    listed = con.execute('SELECT "column", "value", row_rejected FROM raw.rejected_rows ORDER BY 1').fetchall()
    assert listed == [
        ("aktoertype", "ukendt", False), ("dato", "31-02-2026", False), ("henvisning_id", None, True),
    ]  # fmt: skip
    assert conservation_errors(con) == []


def test_typed_columns_of_parquet_are_read(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it dates, numbers and truth values of a typed format would be rejected as text."""
    table = pa.table(
        {
            "forloeb_id": pa.array([1, 2]),
            "erhvervshus": pa.array(["fyn", "fyn"]).dictionary_encode(),
            "cvr_nummer": pa.array([12345678.0, None]),
            "p_nummer": pa.array([1003012345, None]),
            "samtykke_deling": [True, False],
            "startdato": pa.array([date(2026, 1, 1), None]),
            "slutdato": pa.array([datetime(2026, 2, 1), None], pa.timestamp("us")),  # noqa: DTZ001 - no zone
            "oprettet": pa.array([datetime(2026, 7, 1, 10), None], pa.timestamp("us", "UTC")),  # noqa: DTZ001
            "slettet": [False, True],
            "ekstra": pa.array([[1, 2], None]),
        }
    )
    pq.write_table(table, folder / "crm/crm_forloeb__2026-01-01.parquet")
    (result,) = land(con, folder).deliveries
    assert (result.accepted_rows, result.rejected_values, result.unknown_columns) == (2, 0, ("ekstra",))
    rows = con.execute(
        "SELECT forloeb_id, cvr_nummer, p_nummer, samtykke_deling, startdato, slutdato, oprettet, is_withdrawn, _line "
        "FROM accepted.crm_forloeb ORDER BY 1"
    ).fetchall()
    assert rows == [
        ("1", "12345678", "1003012345", "ja", date(2026, 1, 1), date(2026, 2, 1),
         datetime(2026, 7, 1, 12), False, 1),  # noqa: DTZ001 - local time
        ("2", None, None, "nej", None, None, None, True, 2),
    ]  # fmt: skip


def test_the_accepted_views_have_the_contracts_columns_and_types(con: duckdb.DuckDBPyConnection) -> None:
    """Without it a contract could change and staging would find out in the middle of a run."""
    for entity in load_contracts().entities:
        names = [row[0] for row in con.execute(f"DESCRIBE accepted.{entity.name}").fetchall()]
        assert names == [
            *entity.column_names, "is_withdrawn", "_delivery_id", "_delivery_order", "_extracted_on", "_line",
        ]  # fmt: skip
    types = {row[0]: row[1] for row in con.execute("DESCRIBE accepted.crm_forloeb").fetchall()}
    assert (types["startdato"], types["oprettet"], types["is_withdrawn"]) == ("DATE", "TIMESTAMP", "BOOLEAN")
    types = {row[0]: row[1] for row in con.execute("DESCRIBE accepted.kendskab_svar").fetchall()}
    assert (types["boelge"], types["vaegt"]) == ("INTEGER", "DECIMAL(18,9)")


def test_a_recount_that_differs_is_told(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it rows could be lost without anybody knowing."""
    course(folder, "2026-01-01", "F1;fyn;;drift;;;", "F2;fyn;;drift;;;")
    land(con, folder)
    assert conservation_errors(con) == []
    con.execute("DELETE FROM raw.crm_forloeb WHERE forloeb_id = 'F1'")
    (told,) = conservation_errors(con)
    assert told.startswith("crm/crm_forloeb__2026-01-01.csv: 1 rækker er leveret")
    con.execute("INSERT INTO raw.crm_forloeb (forloeb_id, _delivery_id, _line) VALUES ('F9', 99, 2)")
    assert any("ukendt leverance i raw.crm_forloeb" in line for line in conservation_errors(con))


def test_a_kill_leaves_all_or_nothing_of_a_delivery(
    con: duckdb.DuckDBPyConnection, folder: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a run that was stopped would leave rows that no later run removes."""
    course(folder, "2026-01-01", "F1;fyn;;drift;;;")
    course(folder, "2026-01-02", "F2;fyn;;drift;;;")
    calls = []

    def stop(*_: object) -> str:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return sources.casting.rejected_values_sql(load_contracts().entity("crm_forloeb"))

    with monkeypatch.context() as patched:
        patched.setattr(sources.landing, "rejected_values_sql", stop)
        with pytest.raises(KeyboardInterrupt):
            land(con, folder)
    assert con.execute("SELECT forloeb_id FROM raw.crm_forloeb").fetchall() == [("F1",)]
    assert conservation_errors(con) == []
    assert not warehouse.with_name("warehouse.duckdb.deliveries").exists()
    land(con, folder)
    assert set(newest(con)) == {"F1", "F2"}


def test_progress_is_told(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it the command line could not show how far it is."""
    course(folder, "2026-01-01", "F1;fyn;;drift;;;")
    told: list[tuple[int, int, str]] = []
    report: LandingReport = land(con, folder, lambda done, total, name: told.append((done, total, name)))
    assert told == [(0, 1, "crm/crm_forloeb__2026-01-01.csv"), (1, 1, "")]
    assert (report.delivered_rows, report.accepted_rows, report.rejected_rows, report.rejected_values) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("today", "year"), [("2026-10-31", 2025), ("2026-12-31", 2026), ("2027-01-01", 2026), ("9999-12-31", 9999)]
)
def test_the_report_year_is_the_last_complete_one(today: str, year: int) -> None:
    """Without it a run on New Year's Eve would report the year before."""
    assert last_complete_year(date.fromisoformat(today)) == year


def test_the_run_context_is_one_row_by_the_deliveries(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Without it "today" would be the wall clock, and a rerun would give other figures."""
    (folder / "kendskab").mkdir()
    (folder / "kendskab/kendskab_svar__2026-11-01.csv").write_text("respondent_id\nR1\n", encoding="utf-8")
    land(con, folder)
    record_run(con, run_id="a", report_year=None, code_version="1")
    read = "SELECT run_id, report_year, today, code_version FROM raw.run_context"
    assert con.execute(read).fetchall() == [("a", 2025, date(2026, 11, 1), "1")]
    course(folder, "2026-10-31", "F1;fyn;;drift;;;")
    land(con, folder)
    record_run(con, run_id="b", report_year=2024, code_version="2")
    assert con.execute(read).fetchall() == [("b", 2024, date(2026, 10, 31), "2")]


def test_another_layout_or_a_damaged_file_is_made_anew(warehouse: Path, folder: Path) -> None:
    """Without it a newer version of the program would fail on yesterday's file until somebody deleted it."""
    course(folder, "2026-01-01", "F1;fyn;;drift;;;")
    con = open_warehouse(warehouse)
    land(con, folder)
    con.execute("UPDATE raw._layout SET layout = 'older'")
    con.close()
    con = open_warehouse(warehouse)
    assert con.execute("SELECT count(*) FROM raw.deliveries").fetchone() == (0,)
    assert land(con, folder).landed == 1
    con.close()
    con = open_warehouse(warehouse)
    assert land(con, folder).reused == 1
    con.close()
    whole = warehouse.read_bytes()
    for damage in (b"garbage" * 1000, whole[:4096] + b"\xff" * 8192 + whole[12288:], whole[:5000]):
        warehouse.write_bytes(damage)
        con = open_warehouse(warehouse)
        assert land(con, folder).landed == 1
        con.close()


def can_be_opened_but_not_read(path: Path) -> bool:
    """Say whether a file is damaged where DuckDB does not look when it opens it."""
    try:
        with closing(duckdb.connect(str(path))) as con:
            try:
                con.execute("SELECT hash(whole) FROM raw.crm_forloeb AS whole").fetchall()
            except duckdb.Error:
                return True
    except duckdb.Error:
        pass
    return False


def test_damage_that_a_killed_run_may_have_left_is_found_and_mended(warehouse: Path, folder: Path) -> None:
    """Without it every run would fail at the first model that reads those rows, until somebody deleted the file."""
    course(folder, "2026-01-01", *(f"F{n};fyn;{n * 7919};drift;;;" for n in range(20_000)))
    with closing(open_warehouse(warehouse)) as con:
        land(con, folder)
        expected = accepted(con)
    whole = warehouse.read_bytes()
    for block in range(12_288, len(whole), 262_144):
        damaged = bytearray(whole)
        damaged[block + 5_000 : block + 5_100] = b"\xff" * 100
        warehouse.write_bytes(damaged)
        if can_be_opened_but_not_read(warehouse):
            break
    else:
        pytest.fail("no block can be damaged unseen")
    warehouse.write_bytes(damaged)
    doubt(warehouse)
    with closing(open_warehouse(warehouse)) as con:
        assert land(con, folder).landed == 1
        assert accepted(con) == expected
    assert [path.name for path in warehouse.parent.iterdir()] == [warehouse.name]


def test_a_whole_file_of_a_killed_run_is_kept(warehouse: Path, folder: Path) -> None:
    """Without it every kill would cost a landing of everything, though DuckDB repairs itself by its log."""
    course(folder, "2026-01-01", "F1;fyn;;drift;;;")
    with closing(open_warehouse(warehouse)) as con:
        land(con, folder)
    spilled = warehouse.with_name(f"{warehouse.name}.tmp")
    spilled.mkdir()
    (spilled / "duckdb_temp_storage-0.tmp").write_bytes(b"of a killed run")
    doubt(warehouse)
    with closing(open_warehouse(warehouse)) as con:
        assert land(con, folder).reused == 1
    assert [path.name for path in warehouse.parent.iterdir()] == [warehouse.name]


def test_a_warehouse_in_use_is_waited_for(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it a run right after a killed one could meet what that left behind, and end with a message."""
    connect, tried = duckdb.connect, list[str]()

    def busy_at_first(path: str, **named: object) -> duckdb.DuckDBPyConnection:
        tried.append(path)
        if len(tried) == 1:
            msg = "IO Error: Could not set lock on file"
            raise duckdb.IOException(msg)
        return connect(path, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(sources.warehouse.duckdb, "connect", busy_at_first)
    open_warehouse(warehouse).close()
    assert len(tried) == 2


def test_a_warehouse_in_use_says_so(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it two runs at once would end in a message only a database expert understands."""
    monkeypatch.setattr(sources.warehouse, "PATIENCE_SECONDS", 0.2)
    open_warehouse(warehouse).close()
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()",
         str(warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(WarehouseBusyError, match="i brug af et andet program"):
            open_warehouse(warehouse)
    finally:
        holder.communicate(b"\n")
