"""What of a delivery's own text may be shown: values, and names of columns and files."""

from __future__ import annotations

import duckdb
import pytest

from sources.contract import load_contracts
from sources.showable import (
    HELD_BACK,
    shown_column_name,
    shown_delivery,
    shown_value_sql,
)

HELD = (
    "0101901234", "010190-1234", "311299 4321", "født 010190 - 1234", "12345678", "DK 12 34 56 78", "1003456789",
    "jens@firma.dk", "Jens Hansen", "Anne-Marie Sørensen", "Ole von Bülow", "JENS HANSEN", "HansenJens",
)  # fmt: skip
SHOWN = (
    "31-02-2026", "2026-13-01", "20261121", "ikke oplyst", "i går", "1.000,5", "ti", "Måske", "1234567", "-5",
    "31-02-2024 10:00", "123456789", "nordjyland", "999990",
)  # fmt: skip


def shown(column: str | None, value: str, entity: str = "crm_forloeb") -> str | None:
    """Ask DuckDB what is shown of a value."""
    sql = shown_value_sql(load_contracts().entity(entity), "c", "v")
    with duckdb.connect() as con:
        row = con.execute(f"select {sql} from (select ?::varchar as c, ?::varchar as v)", [column, value]).fetchone()
    assert row is not None
    return None if row[0] is None else str(row[0])


@pytest.mark.parametrize("value", HELD)
def test_what_leads_to_a_person_is_held_back(value: str) -> None:
    """Without it a CPR number typed in the wrong field would be published."""
    assert shown("startdato", value) is None
    assert shown("kundesegment", value) is None


@pytest.mark.parametrize("value", SHOWN)
def test_what_leads_to_nobody_is_shown(value: str) -> None:
    """Without it a sender would have to look every bad date up in the file."""
    assert shown("startdato", value) == value
    assert shown("kundesegment", value) == value


@pytest.mark.parametrize("column", ["cvr_nummer", "p_nummer", "forretningsudvikler", "forloeb_id", None])
def test_columns_of_people_and_whole_lines_are_never_shown(column: str | None) -> None:
    """Without it half a CVR number of a sole proprietor, or a line with a name, would be published."""
    assert shown(column, "ti") is None


def test_names_of_columns_that_are_data_are_held_back() -> None:
    """Without it a file without header would publish its first row as names of columns."""
    assert shown_column_name("Jens Hansen") == HELD_BACK
    assert shown_column_name("0101901234") == HELD_BACK
    assert shown_column_name("antal_ansatte") == "antal_ansatte"
    assert shown_column_name("bemærkning") == "bemærkning"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("crm/crm_forloeb__2026-11-21.csv", None),
        ("crm/crm_forloeb__2026-11-21__2.csv.gz", None),
        ("crm/crm_forloeb__2026-11-21__fyn.xlsx", None),
        ("crm/crm_forloeb__2026-11-21__Jens Hansen.csv.gz", "crm/crm_forloeb__2026-11-21__(navn udeladt 1).csv.gz"),
        ("crm/crm_forloeb__2026-11-21__jens-hansen.csv", "crm/crm_forloeb__2026-11-21__(navn udeladt 1).csv"),
        ("crm/crm_forloeb__2026-11-21__010190-1234.csv", "crm/crm_forloeb__2026-11-21__(navn udeladt 1).csv"),
    ],
)
def test_names_of_files_that_name_somebody_are_held_back(name: str, expected: str | None) -> None:
    """Without it a sender's habit of naming files after people would end in the manifest and on every page."""
    assert shown_delivery(name, "crm_forloeb__2026-11-21", 1) == (expected or name)
    assert shown_delivery("crm/Jens Hansen.csv", None, 3) == "crm/(navn udeladt 3).csv"
