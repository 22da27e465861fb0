"""Erased companies: found whole, kept out when they are delivered again, welcome when they come anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from sources.contract import load_contracts
from sources.erasures import FOLDER, Erasure, ErasureError, find_subject, other_keys, read_erasures, take_out_erased
from sources.landing import conservation_errors, land
from sources.pseudonyms import PseudonymKey
from sources.warehouse import open_warehouse

CONTRACTS = load_contracts()
KEY = PseudonymKey.of("en nøgle der er lang nok til det hele")
CVR = "12345674"
FILES = {
    "crm/crm_forloeb__2026-01-01.csv": f"""
forloeb_id;erhvervshus;cvr_nummer;startdato;oprettet
F1;fyn;DK {CVR};2025-01-01;2025-01-02T10:00:00
F2;fyn;{CVR};;
F3;fyn;87654321;2025-01-01;2025-01-02T10:00:00
F9;fyn;{CVR};2026-08-01;2026-08-01T10:00:00
F3;{CVR}
""",
    "crm/crm_forloeb__2026-01-02.csv": "forloeb_id;erhvervshus\nF1;fyn\n",
    "crm/crm_aktivitet__2026-01-01.csv": "aktivitet_id;forloeb_id\nA1;F1\nA3;F3\nA9;F9\n",
    "crm/crm_tema__2026-01-01.csv": "forloeb_id;tema\nF2;innovation\nF3;innovation\n",
    "register/register_virksomhed__2026-01-01.csv": f"cvr_nummer;navn\n{CVR};Nogen\n87654321;Anden\n",
    "register/register_regnskab__2026-01-01.csv": f"cvr_nummer;aar;omsaetning_tkr\n{CVR};2024;1\n87654321;2024;{CVR}\n",
}


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A build file with rows of a company and of others."""
    for name, text in FILES.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    with closing(open_warehouse(tmp_path / "w.duckdb")) as connection:
        land(connection, tmp_path / "in")
        yield connection


def erasure(on: date, courses: tuple[str, ...] = ("F1", "F2")) -> Erasure:
    """Remember an erasure of the company."""
    return Erasure(
        company=KEY.pseudonym("cvr", CVR),
        courses=tuple(KEY.pseudonym("forloeb", course) for course in courses),
        erased_on=on,
        key=KEY.fingerprint,
    )


def left(con: duckdb.DuckDBPyConnection, table: str, column: str) -> list[str]:
    """List what is left of a table."""
    rows = con.execute(f"select distinct {column} from raw.{table} order by all").fetchall()
    return [value for (value,) in rows]


def test_a_company_is_found_in_every_entity(con: duckdb.DuckDBPyConnection) -> None:
    """Without it an erasure would leave the activities, or a version of a course without its number."""
    subject = find_subject(con, CONTRACTS, CVR)
    assert subject.courses == ("F1", "F2", "F9")
    assert {name: rows for name, rows in subject.rows.items() if rows} == {
        "crm_forloeb": 4, "crm_aktivitet": 2, "crm_tema": 1, "register_virksomhed": 1, "register_regnskab": 1,
    }  # fmt: skip
    assert {"A1", "F2|innovation", f"{CVR}|2024"} <= subject.records
    assert subject.mentions == {
        "crm/crm_forloeb__2026-01-01.csv", "register/register_virksomhed__2026-01-01.csv",
        "register/register_regnskab__2026-01-01.csv",
    }  # fmt: skip


def test_what_was_erased_stays_out_and_what_is_new_comes_in(con: duckdb.DuckDBPyConnection) -> None:
    """Without it a restored backup would bring a person back, or a person could never be guided again."""
    gone = take_out_erased(con, CONTRACTS, [erasure(date(2026, 7, 1))], KEY)
    assert left(con, "crm_forloeb", "forloeb_id") == ["F3", "F9"]
    assert left(con, "crm_aktivitet", "aktivitet_id") == ["A3", "A9"]
    assert left(con, "crm_tema", "forloeb_id") == ["F3"]
    # The new course is about the company, so the register's row of it is needed again.
    assert left(con, "register_virksomhed", "navn") == ["Anden", "Nogen"]
    assert con.execute('select count(*) from raw.rejected_rows where "column" is null').fetchone() == (0,)
    assert gone == 6
    assert con.execute("select sum(erased_rows) from raw.deliveries").fetchone() == (6,)
    assert conservation_errors(con) == []
    assert take_out_erased(con, CONTRACTS, [erasure(date(2026, 7, 1))], KEY) == 0


def test_without_a_new_course_the_register_is_kept_out_too(con: duckdb.DuckDBPyConnection) -> None:
    """Without it the register's next delivery would bring a person's name and accounts back."""
    take_out_erased(con, CONTRACTS, [erasure(date(2026, 12, 1))], KEY)
    assert left(con, "crm_forloeb", "forloeb_id") == ["F3"]
    assert left(con, "register_virksomhed", "navn") == ["Anden"]
    assert left(con, "register_regnskab", "omsaetning_tkr") == [CVR]
    assert find_subject(con, CONTRACTS, CVR).rows == dict.fromkeys(find_subject(con, CONTRACTS, CVR).rows, 0)


def test_receipts_of_another_key_recognise_nobody_and_say_so(tmp_path: Path) -> None:
    """Without it a lost key would let erased people back in without a word."""
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(erasure(date(2026, 7, 1)).model_dump_json(), encoding="utf-8")
    assert read_erasures(tmp_path, KEY) == (erasure(date(2026, 7, 1)),)
    other = PseudonymKey.of("x" * 40)
    assert read_erasures(tmp_path, other) == ()
    assert other_keys(tmp_path, KEY) is None
    assert str(other_keys(tmp_path, other)).startswith("1 kvittering for sletning er lavet med en anden nøgle")
    (folder / "b.json").write_text("{", encoding="utf-8")
    with pytest.raises(ErasureError, match=r"b\.json"):
        read_erasures(tmp_path, KEY)
