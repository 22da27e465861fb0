"""Tests of casting: what each contract type reads, and what it refuses."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.casting import cast_sql, clean_sql, fold_sql, reason
from sources.contract import Column, ColumnType, fold, load_contracts
from sources.sql_text import literal

CON = duckdb.connect()
CON.execute("SET TimeZone = 'America/New_York'")  # No result may depend on the session's time zone.
FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def column(kind: ColumnType, **more: object) -> Column:
    """Return a column of a type."""
    return Column.model_validate({"name": "x", "type": kind, "description": "x", "personal_data": "none", **more})


def read(given_text: str | None, col: Column) -> object:
    """Read one delivered text by its contract."""
    cleaned = clean_sql("given")
    row = CON.execute(
        f"SELECT {cast_sql(col, 'x')} FROM (SELECT {cleaned} AS x FROM (SELECT ?::VARCHAR AS given))",
        [given_text],
    ).fetchone()
    assert row is not None
    return row[0]


THEMES = load_contracts().entity("crm_tema").column("tema")
SEGMENT = load_contracts().entity("crm_forloeb").column("kundesegment")
KIND = load_contracts().entity("crm_forloeb").column("forloebstype")
ANSWER = load_contracts().entity("evaluering_svar").column("faglige_kompetencer")
SCORE = load_contracts().entity("evaluering_svar").column("anbefaling")
WEIGHT = load_contracts().entity("kendskab_svar").column("vaegt")

ONE_OF_EACH = {col.type: col for entity in load_contracts().entities for col in entity.columns}

READ: list[tuple[Column, str, object]] = [
    (column("text"), "  Bager Jørgensen\u00a0", "Bager Jørgensen"),
    (column("text"), "=1+1", "=1+1"),
    (column("text"), "x" * 32_767, "x" * 32_767),
    *[(column("cvr"), text, "12345678") for text in (
        "12345678", " 12 34 56 78 ", "DK12345678", "dk-12345678", "DK 12345678", "12345678.0", "12345678,0",
        "1.2345678E7", "1,2345678e+07", "12\u00a034\u00a056\u00a078", "\ufeff12345678", "DK12345678.0",
    )],
    (column("cvr"), "1.234567E7", "12345670"),
    (column("cvr"), "1", "1"),
    (column("cvr"), "01234567", "01234567"),
    (column("p_number"), "1003012345.0", "1003012345"),
    (column("p_number"), "1.003012345E9", "1003012345"),
    *[(SEGMENT, text, "vaekst") for text in ("vaekst", "Vækst", " VÆKST ", "Vækst\u00a0", "VAEKST")],
    (KIND, "Early  Warning", "early_warning"),
    (ANSWER, "meget TILFREDS", "meget_tilfreds"),
    (ANSWER, "Hverken/eller", "hverken_eller"),
    (THEMES, "Digitalisering og automatisering", "digitalisering_automatisering"),
    (THEMES, "Ba\u0308eredygtighed".replace("a\u0308e", "æ"), "baeredygtighed"),
    (load_contracts().entity("evaluering_svar").column("forventet_effekt"), "I HØJ GRAD", "i_hoej_grad"),
    *[(column("yes_no"), text, "ja") for text in ("ja", "JA", " Ja ", "true", "1", "SAND")],
    *[(column("yes_no"), text, "nej") for text in ("nej", "Nej", "False", "0", "FALSK")],
    *[(SCORE, text, 7) for text in ("7", "7.0", "7,0", "07", "+7", "7.00")],
    (column("integer"), "-7", -7),
    (column("year"), "2025", 2025),
    (column("year"), "2025.0", 2025),
    *[(column("decimal"), text, Decimal("1234.5")) for text in (
        "1234.5", "1234,5", "1.234,5", "1,234.5", "1 234,5", "1\u00a0234,5", "+1234,50", "1.2345E3", "1,2345e+03",
    )],
    (column("decimal"), "1.234.567", Decimal(1234567)),
    (column("decimal"), "1.234", Decimal("1.234")),
    (column("decimal"), "-0,5", Decimal("-0.5")),
    (column("decimal"), ",5", Decimal("0.5")),
    (column("decimal"), "1e-05", Decimal("0.00001")),
    (WEIGHT, "0.123456789", Decimal("0.123456789")),
    *[(column("date"), text, date(2024, 2, 29)) for text in (
        "2024-02-29", "29-02-2024", "2024-02-29 00:00:00", "2024-02-29T00:00:00.000", "2024-02-29T00:00:00Z",
    )],
    (column("date"), "1900-01-01", date(1900, 1, 1)),
    (column("date"), "2999-12-31", date(2999, 12, 31)),
    (column("date"), "0001-01-01", date(1, 1, 1)),
    *[(column("timestamp"), text, datetime(2024, 7, 1, 12, 30)) for text in (  # noqa: DTZ001 - local time
        "2024-07-01T12:30", "2024-07-01 12:30:00", "2024-07-01T10:30:00Z", "2024-07-01T12:30:00+02:00",
        "2024-07-01 10:30:00+00", "2024-07-01T06:30:00-0400", "2024-07-01T12:30:00,000",
    )],
    (column("timestamp"), "2024-01-01T10:00:00Z", datetime(2024, 1, 1, 11)),  # noqa: DTZ001 - local time
    (column("timestamp"), "2024-07-01", datetime(2024, 7, 1)),  # noqa: DTZ001 - local time
    *[(column("municipality"), text, "0101") for text in ("101", "0101", "101.0")],
    *[(column("industry"), text, "011100") for text in ("11100", "011100", "01.11.00", "1.11.00", "11100.0")],
    (column("industry"), "62.01.00", "620100"),
]  # fmt: skip

REFUSED: list[tuple[Column, str]] = [
    (column("text"), "x" * 32_768),
    *[(column("cvr"), text) for text in (
        "abc", "12345678x", "-12345678", "1.23E+07", "1.2345E7", "12.345.678", "DK", "SE12345678",
        "１２３４５６７８", "#N/A",
    )],
    (SEGMENT, "andet"),
    (SEGMENT, "drift;vaekst"),
    *[(column("yes_no"), text) for text in ("j", "måske", "2")],
    *[(SCORE, text) for text in ("11", "-1", "7.5", "syv", "1.000", "7-8", "999999999999")],
    *[(column("year"), text) for text in ("25", "20250", "0999", "2025-01-01")],
    *[(column("decimal"), text) for text in (
        "nan", "inf", "-Infinity", "12.34,5", "1,2,3", "1.23.456", "1 2", "12,", "5 timer", "--1", "1e99", "0x1F",
        "1_000",
        "12345678901,0",
    )],
    *[(WEIGHT, text) for text in ("0", "0,0", "-1", "-0,001")],
    *[(column("date"), text) for text in (
        "31-02-2024", "2023-02-29", "2024-13-01", "2024-1-5", "01/02/2024", "20240101", "0000-01-01", "i går",
        "2024-02-29 13:00:00", "infinity", "45292", "2024-01-01 (BC)",
    )],
    *[(column("timestamp"), text) for text in (
        "2024-07-01T24:00:00", "2024-02-30T10:00", "kl. 10", "2024-07-01T10", "2024-07-01T10:61", "infinity", "now",
    )],
    *[(column("municipality"), text) for text in ("Odense", "10101", "1", "-101")],
    *[(column("industry"), text) for text in ("62.01", "6201", "abc", "6201000", "62-01-00")],
]  # fmt: skip


@pytest.mark.parametrize(("col", "text", "expected"), READ, ids=lambda v: repr(v)[:40] if isinstance(v, str) else "")
def test_reads_what_people_and_spreadsheets_write(col: Column, text: str, expected: object) -> None:
    """Without it a common way to write a value would be rejected, or read as another value."""
    assert read(text, col) == expected


@pytest.mark.parametrize(("col", "text"), REFUSED, ids=lambda v: repr(v)[:40] if isinstance(v, str) else "")
def test_refuses_what_would_be_a_guess(col: Column, text: str) -> None:
    """Without it a value that is none, or may mean two things, would enter the figures."""
    assert read(text, col) is None


@pytest.mark.parametrize("text", [None, "", "   ", "\u00a0", "\t"])
@pytest.mark.parametrize("kind", ["text", "cvr", "integer", "decimal", "date", "timestamp", "yes_no", "industry"])
def test_empty_is_no_value_and_no_error(text: str | None, kind: ColumnType) -> None:
    """Without it blank cells would be listed as errors by the thousand."""
    assert read(text, column(kind)) is None


def danish(value: Decimal, thousands: str) -> str:
    """Write a number the Danish way."""
    return f"{value:,f}".replace(",", "\0").replace(".", ",").replace("\0", thousands)


@FAST
@given(
    value=st.decimals(min_value=-999_999_999, max_value=999_999_999, places=3),
    thousands=st.sampled_from(["", ".", " ", "\u00a0", "\u202f"]),
)
def test_danish_numbers_round_trip(value: Decimal, thousands: str) -> None:
    """Without it a revenue could be read a thousand times too large or small."""
    assert read(danish(value, thousands), column("decimal")) == value


@FAST
@given(value=st.decimals(min_value=-999_999_999, max_value=999_999_999, places=2), comma=st.booleans())
def test_english_numbers_round_trip(value: Decimal, comma: bool) -> None:  # noqa: FBT001 - drawn
    """Without it numbers of systems set to English would be misread."""
    assert read(f"{value:,f}" if comma else f"{value:f}", column("decimal")) == value


@FAST
@given(value=st.floats(min_value=-1e8, max_value=1e8, allow_nan=False))
def test_floats_of_typed_formats_are_read(value: float) -> None:
    """Without it the way a program writes a float (1e-05) would be rejected."""
    got = read(repr(value), column("decimal"))
    assert isinstance(got, Decimal)
    assert abs(float(got) - value) < 1e-6


@FAST
@given(
    day=st.dates(), form=st.sampled_from(["%Y-%m-%d", "%d-%m-%Y"]), tail=st.sampled_from(["", " 00:00:00", "T00:00"])
)
def test_every_real_day_is_read_in_both_forms(day: date, form: str, tail: str) -> None:
    """Without it a day and a month could be swapped, or a year lost."""
    text = form.replace("%Y", f"{day.year:04d}").replace("%m", f"{day.month:02d}").replace("%d", f"{day.day:02d}")
    assert read(text + tail, column("date")) == day


@FAST
@given(day=st.integers(0, 99), month=st.integers(0, 99), year=st.integers(1, 9999))
def test_days_that_do_not_exist_are_refused(day: int, month: int, year: int) -> None:
    """Without it 31-02 could roll over to 2 March."""
    try:
        expected = date(year, month, day)
    except ValueError:
        expected = None
    assert read(f"{day:02d}-{month:02d}-{year:04d}", column("date")) == expected


@FAST
@given(
    moment=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2036, 12, 31)),  # noqa: DTZ001 - local
    hours=st.integers(-11, 14),
)
def test_offsets_become_danish_time(moment: datetime, hours: int) -> None:
    """Without it a registration near midnight would land on the wrong day."""
    moment = moment.replace(microsecond=0)
    zone = ZoneInfo("Europe/Copenhagen")
    utc = (moment - timedelta(hours=hours)).replace(tzinfo=ZoneInfo("UTC"))
    text = f"{moment.isoformat()}{'+' if hours >= 0 else '-'}{abs(hours):02d}:00"
    assert read(text, column("timestamp")) == utc.astimezone(zone).replace(tzinfo=None)


@FAST
@given(
    number=st.integers(10_000_000, 99_999_999).map(str),
    prefix=st.sampled_from(["", "DK", "dk", "DK ", "DK-", " ", "\u00a0"]),
    suffix=st.sampled_from(["", ".0", ",0", ".00", " ", "\u00a0"]),
    group=st.sampled_from(["", " ", "\u00a0"]),
)
def test_messy_cvr_numbers_become_one(number: str, prefix: str, suffix: str, group: str) -> None:
    """Without it one company would be counted as several."""
    spread = group.join(number[place : place + 2] for place in range(0, 8, 2))
    assert read(prefix + spread + suffix, column("cvr")) == number


@FAST
@given(text=st.text(max_size=40))
def test_no_text_makes_a_cast_fail(text: str) -> None:
    """Without it one odd cell would stop the whole landing instead of being rejected."""
    casts = ", ".join(cast_sql(col, "x") for col in ONE_OF_EACH.values())
    given_text = literal(text.replace("\0", ""))
    CON.execute(f"SELECT {casts} FROM (SELECT {clean_sql(given_text)} AS x)").fetchone()


@FAST
@given(text=st.text(alphabet="abcÆØÅæøåÄé -_/\u00a0\t", max_size=20))
def test_sql_and_python_fold_codes_alike(text: str) -> None:
    """Without it a code the contract accepts would not match in the warehouse."""
    row = CON.execute(f"SELECT {fold_sql(literal(text.strip()))}").fetchone()
    assert row is not None
    assert row[0] == fold(text.strip())


def test_decomposed_letters_are_the_same_code() -> None:
    """Without it answers typed on a Mac (a + ring) would be unknown codes."""
    col = load_contracts().entity("crm_tema").column("tema")
    assert read("Iværksætteri og opstart", col) == "ivaerksaetteri"
    assert fold("A\u030arhus") == fold("Århus") == "aarhus"


def test_every_code_and_label_is_its_code() -> None:
    """Without it a label of the contract could be rejected."""
    for entity in load_contracts().entities:
        for col in entity.columns:
            for code, label in col.codes.items():
                for text in (code, label, label.upper(), f"  {label.lower()} "):
                    assert read(text, col) == code


def test_reasons_say_what_was_expected_and_what_happened() -> None:
    """Without it the sender could not correct the value."""
    assert reason(SCORE, key=False) == (
        "Værdien kan ikke læses: forventet et helt tal fra 0 til 10. Værdien er udeladt."
    )
    assert "over 0" in reason(WEIGHT, key=False)
    assert reason(column("cvr"), key=True).endswith("hele rækken er afvist.")
    assert "drift, vaekst" in reason(SEGMENT, key=False)
