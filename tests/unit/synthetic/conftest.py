"""Reads synthetic deliveries as the contracts say, independently of landing, so that planted faults can be checked."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from sources.synthetic import SyntheticSettings, write_deliveries

TODAY = date(2026, 10, 31)
CONTRACTS = Path(__file__).resolve().parents[3] / "sources" / "contracts"


def keys_of_entities() -> dict[str, tuple[list[str], list[str]]]:
    """Key and columns of every entity of the contracts."""
    found = {}
    for path in sorted(CONTRACTS.glob("*.yml")):
        for entity in yaml.safe_load(path.read_text(encoding="utf-8"))["entities"]:
            found[entity["name"]] = (entity["key"], [column["name"] for column in entity["columns"]])
    return found


def _csv_rows(content: bytes) -> list[dict[str, str | None]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    separator = ";" if ";" in text.partition("\n")[0] else ","
    return [
        {name: value or None for name, value in row.items()}
        for row in csv.DictReader(io.StringIO(text), delimiter=separator)
    ]


def rows_of(path: Path) -> tuple[list[str], list[dict[str, str | None]]]:
    """Column names and rows of a delivery, everything as text or None."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        table = pa.table([column.cast(pa.string()) for column in table.columns], names=table.column_names)
        return table.column_names, table.to_pylist()
    if path.suffix == ".xlsx":
        # A spreadsheet leaves out empty cells at the end of a row.
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            sheet = book.worksheets[0].iter_rows(values_only=True)
            lines = [["" if cell is None else str(cell) for cell in row] for row in sheet]
        header, body = lines[0], [line + [""] * (len(lines[0]) - len(line)) for line in lines[1:]]
        return header, [{name: value or None for name, value in zip(header, row, strict=True)} for row in body]
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if path.suffix in {".json", ".ndjson"}:
        text = content.decode("utf-8")
        found = json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
        rows = [{name: None if value is None else str(value) for name, value in row.items()} for row in found]
        return list(rows[0]), rows
    rows = _csv_rows(content)
    header = content.partition(b"\n")[0].decode("utf-8-sig").replace(",", ";").split(";")
    return header, rows


def deliveries_of(folder: Path, entity: str) -> list[Path]:
    """The deliveries of an entity in order of extraction."""
    return sorted((folder / "deliveries").glob(f"*/{entity}__*"), key=lambda path: path.name)


def latest_rows(folder: Path, entity: str) -> list[dict[str, str | None]]:
    """One row per key: the newest delivery wins; rows without a complete key are left out."""
    key, columns = keys_of_entities()[entity]
    newest: dict[tuple[str | None, ...], dict[str, str | None]] = {}
    for path in deliveries_of(folder, entity):
        for row in rows_of(path)[1]:
            identity = tuple(row[name] for name in key)
            if None not in identity:
                newest[identity] = {name: row.get(name) for name in [*columns, "slettet"]}
    return list(newest.values())


def open_warehouse(folder: Path) -> duckdb.DuckDBPyConnection:
    """The current state of the deliveries that the rules need, typed, in a database in memory."""
    connection = duckdb.connect()
    for entity in (
        "crm_forloeb",
        "crm_aktivitet",
        "crm_tema",
        "crm_henvisning",
        "evaluering_svar",
        "register_virksomhed",
        "register_penhed",
    ):
        _, columns = keys_of_entities()[entity]
        rows = latest_rows(folder, entity)
        names = [*columns, "slettet"]
        table = pa.table([pa.array([row[name] for row in rows], pa.string()) for name in names], names=names)
        connection.register("delivered", table)
        typed = ", ".join(_typed(name) for name in names)
        connection.execute(f"create table {entity} as select {typed} from delivered")
        connection.unregister("delivered")
    connection.execute("delete from crm_forloeb where slettet = 'ja'; delete from crm_aktivitet where slettet = 'ja'")
    connection.execute("delete from crm_tema where tema = 'netvaerk'")
    return connection


TYPED = {
    "cvr_nummer": "regexp_replace(regexp_replace(cvr_nummer, '\\.0$', ''), '[^0-9]', '', 'g')",
    "kundesegment": "replace(lower(kundesegment), 'æ', 'ae')",
    "aktoertype": "nullif(aktoertype, 'kommunikationsbureau')",
    "samtykke_deling": "nullif(samtykke_deling, 'måske')",
    "timer": "cast(replace(timer, ',', '.') as double)",
    "oprettet": "cast(oprettet as timestamp)",
}


def _typed(name: str) -> str:
    read_date = f"coalesce(try_cast({name} as date), try_strptime({name}, '%d-%m-%Y')::date)"
    return f"{TYPED.get(name, read_date if name.endswith('dato') else name)} as {name}"


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes deliveries with the given settings once and returns the folder."""
    made: dict[str, Path] = {}

    def _make(name: str = "", **settings: object) -> Path:
        chosen = SyntheticSettings(**({"today": TODAY, "scale": 0.01} | settings))  # type: ignore[arg-type]
        key = f"{name}{chosen}"
        if key not in made:
            made[key] = tmp_path_factory.mktemp("denmark")
            write_deliveries(made[key], chosen)
        return made[key]

    return _make


@pytest.fixture(scope="session")
def dirty(make: Callable[..., Path]) -> Path:
    """A small Denmark with dirt, large enough that every kind of fault is planted."""
    return make(scale=0.04)


@pytest.fixture(scope="session")
def warehouse(dirty: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The dirty Denmark as tables."""
    connection = open_warehouse(dirty)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def clean_warehouse(make: Callable[..., Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The clean Denmark as tables."""
    connection = open_warehouse(make(scale=0.04, clean=True))
    yield connection
    connection.close()
