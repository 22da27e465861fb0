"""Tests of the readers: every format and encoding gives the same rows, and both csv readers agree."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, time
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import csv_files, json_files
from sources.contract import load_contracts
from sources.csv_files import find_separator, read_csv, records
from sources.deliveries import DeliveryError, discover
from sources.private_copy import PrivateCopy, copy, fingerprint
from sources.records import Table, normalise_name, read_header
from sources.spreadsheets import cell_text

ENTITY = load_contracts().entity("crm_henvisning")
FAST = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def private(folder: Path, content: bytes) -> PrivateCopy:
    """Copy a csv file as landing does."""
    given_path = folder / "given.csv"
    given_path.write_bytes(content)
    return copy(given_path, "csv", fingerprint(given_path), folder / "copy")


def rows_of(table: Table) -> list[tuple[object, ...]]:
    """Read a table: id, actor and line."""
    names = [table.columns.get(name, "NULL") for name in ("henvisning_id", "aktoer")]
    return (
        duckdb.connect()
        .execute(f"SELECT {', '.join(names)}, {table.extra}, {table.line} FROM {table.relation} ORDER BY 4")
        .fetchall()
    )


# A bare carriage return is left out: the writer leaves it unquoted, which no reader can tell from a line end.
CELLS = st.text(alphabet='ab ;,"\næÆ=1.\\', max_size=6)


@FAST
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6), comma=st.booleans(), all_quoted=st.booleans())
def test_what_a_csv_writer_writes_is_read_back(
    tmp_path: Path,
    rows: list[tuple[str, str, str]],
    comma: bool,  # noqa: FBT001 - drawn
    all_quoted: bool,  # noqa: FBT001 - drawn
) -> None:
    """Without it separators, quotes or line feeds inside cells would move values to other columns."""
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter="," if comma else ";",
        quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL,
        lineterminator="\n",
    )
    writer.writerows([("henvisning_id", "Aktoer", "Ekstra"), *rows])
    made = private(tmp_path, out.getvalue().encode())
    table = read_csv(ENTITY, made, tmp_path)
    slow = table.fallback() if table.fallback else table
    got = rows_of(slow)
    if made.spaced_quotes:  # Space before a quoted cell is dropped, and before others with it.
        rows = [tuple(cell.lstrip(" ") for cell in row) for row in rows]  # type: ignore[misc]
        got = [tuple((v.lstrip(" ") or None) if isinstance(v, str) else v for v in row) for row in got]
        assert [row[:2] for row in got] == [(a or None, b or None) for a, b, _ in rows]
        return
    assert [row[:2] for row in got] == [(a or None, b or None) for a, b, _ in rows]
    assert [json.loads(str(row[2])) for row in got] == [{"ekstra": c or None} for *_, c in rows]


@FAST
@given(lines=st.lists(st.text(alphabet='ab;"\\ æ', max_size=8), max_size=8), end=st.sampled_from(["\n", "\r\n"]))
def test_when_duckdb_reads_every_line_it_reads_what_python_reads(tmp_path: Path, lines: list[str], end: str) -> None:
    """Without it the same rows could be read differently in a file that happens to have a malformed line."""
    made = private(tmp_path, end.join(["henvisning_id;aktoer", *lines, ""]).encode())
    table = read_csv(ENTITY, made, tmp_path)
    if table.fallback is None:
        return
    try:
        fast = rows_of(table)
    except duckdb.Error:
        return
    if len(fast) == table.expected_rows:
        assert fast == rows_of(table.fallback())


@FAST
@given(text=st.text(alphabet='ab;"\n\r', max_size=60))
def test_no_line_is_lost_and_no_line_comes_twice(text: str) -> None:
    """Without it rows delivered would not be rows accepted plus rejected."""
    stream = io.StringIO(text, newline="\n")
    lines = [record.line for record in records(stream, ";", width=2)]
    assert lines == sorted(set(lines))
    filled = [n for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    # Every line that is not blank begins a record, unless it continues a quoted cell of an earlier one.
    assert set(lines) <= set(filled)
    if '"' not in text:
        assert lines == filled


def test_a_quoted_cell_of_too_many_lines_is_a_stray_quote(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it one stray quote could take the rest of a large file with it."""
    monkeypatch.setattr(csv_files, "_MAX_RECORD_LINES", 3)
    text = '1;"a\n2;b\n3;c\n4;d\n5;e"\n'
    found = list(records(io.StringIO(text, newline="\n"), ";", width=2))
    assert [(r.line, bool(r.problem)) for r in found] == [(1, True), (2, False), (3, False), (4, False), (5, False)]


@pytest.mark.parametrize(
    ("header", "separator"),
    [("a;b;c", ";"), ("a,b,c", ","), ('"a,b,c";d', ";"), ('"a;b;c",d', ","), ("a", ";"), ("\n\na,b", ",")],
)
def test_the_separator_is_found_in_the_header(tmp_path: Path, header: str, separator: str) -> None:
    """Without it a file of the other kind would have one column."""
    path = tmp_path / "x.csv"
    path.write_text(f"{header}\n1;2;3;4\n", encoding="utf-8")
    assert find_separator(path) == separator


def test_header_names_match_in_any_case_and_order() -> None:
    """Without it a header written by hand would miss its key."""
    header = read_header(ENTITY, ["\ufeffDATO ", " Ny ", "HENVISNING_ID", ""])
    assert header.known == {"henvisning_id": 2, "dato": 0}
    assert header.unknown == ("ny", "(kolonne 4)")
    assert header.missing == ("forloeb_id", "aktoertype", "aktoer")
    assert normalise_name(" A\u030ar ") == "år"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        ("=1+1", "=1+1"),
        (12345678.0, "12345678"),
        (12345678, "12345678"),
        (1.5, "1.5"),
        (1e20, "1e+20"),
        (True, "true"),
        (False, "false"),
        (datetime(2026, 1, 2), "2026-01-02"),  # noqa: DTZ001 - spreadsheets have local time
        (datetime(2026, 1, 2, 3, 4), "2026-01-02 03:04:00"),  # noqa: DTZ001 - spreadsheets have local time
        (date(2026, 1, 2), "2026-01-02"),
        (time(3, 4), "03:04:00"),
    ],
)
def test_cells_become_the_text_a_csv_would_hold(value: object, text: str | None) -> None:
    """Without it a CVR number from a workbook would be another company than from a csv."""
    assert cell_text(value) == text


@pytest.mark.parametrize("chunk", [1, 2, 7, 64])
def test_an_array_is_read_the_same_in_any_chunks(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """Without it an object or number on the edge of a chunk would be cut in two."""
    monkeypatch.setattr(json_files, "CHUNK_BYTES", chunk)
    text = ' [ {"a": 1.50, "b": "x,]"} , 123456 ,{"a":{"c":[true,null]}},\n{"a": false} ] \n'
    found = list(json_files.array_records(io.StringIO(text)))
    assert [(r.line, r.fields) for r in found if r.problem is None] == [
        (1, {"a": "1.50", "b": "x,]"}),
        (3, {"a": '{"c":[true,null]}'}),
        (4, {"a": "false"}),
    ]
    assert [r.text for r in found if r.problem] == ["123456"]


@pytest.mark.parametrize("text", ["", "[", "[{}", "[{},]", "[{} {}]", "[{}]]", "{}", "[,]", '[{"a": }]', "[1"])
def test_what_is_not_one_whole_array_is_an_error(text: str) -> None:
    """Without it a file cut off in transfer would be read as a short one."""
    with pytest.raises(DeliveryError):
        list(json_files.array_records(io.StringIO(text)))


def test_numbers_of_thousands_of_digits_do_not_stop_the_reading() -> None:
    """Without it one absurd number would crash the run (Python refuses to convert it)."""
    digits = "9" * 5000
    (record,) = json_files.line_records(io.StringIO(f'{{"a": [{digits}], "b": {digits}}}'))
    assert record.fields["b"] == digits
    assert digits in str(record.fields["a"])


@pytest.mark.parametrize("size", [(1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_letters_on_the_edge_of_a_chunk_survive(tmp_path: Path, size: int) -> None:
    """Without it a letter of two bytes on the edge would be taken for another encoding."""
    content = b"x" * size + "æøå\n".encode()
    made = private(tmp_path, content)
    assert (made.encoding, made.path.read_bytes()) == ("utf-8", content)
    made = private(tmp_path, content.decode().encode("cp1252"))
    assert (made.encoding, made.path.read_bytes()) == ("windows-1252", content)


def test_deliveries_come_in_the_order_they_count(tmp_path: Path) -> None:
    """Without it the register would list them by chance."""
    (tmp_path / "crm").mkdir()
    for name in ("crm_tema__2026-01-02.csv", "crm_tema__2026-01-01__b.JSON", "CRM_Tema__2026-01-01__a.csv"):
        (tmp_path / "crm" / name).write_bytes(b"x")
    found = discover(tmp_path, load_contracts()).files
    assert [f.path.name for f in found] == [
        "CRM_Tema__2026-01-01__a.csv",
        "crm_tema__2026-01-01__b.JSON",
        "crm_tema__2026-01-02.csv",
    ]
    assert [(f.entity, f.format, f.error) for f in found] == [
        ("crm_tema", "csv", None),
        ("crm_tema", "json", None),
        ("crm_tema", "csv", None),
    ]
