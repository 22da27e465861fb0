"""Writing: the folder of the open data, the same bytes for the same statement and settings."""

from __future__ import annotations

from pathlib import Path

from exports.open_data.catalogue import catalogue
from exports.open_data.data_files import write_csv, write_parquet
from exports.open_data.datapackage import data_package
from exports.open_data.dictionary import dictionary_csv, dictionary_markdown
from exports.open_data.published import PublishedTable, fingerprint, open_tables
from exports.open_data.settings import CatalogueSettings, read_settings
from exports.statement.columns import require_hidden, with_measure_names
from exports.statement.statement import Statement, StatementTable

DICTIONARY_CSV = "dictionary.csv"
DICTIONARY_MARKDOWN = "ordbog.md"
DATA_PACKAGE = "datapackage.json"
CATALOGUE_TURTLE = "dcat.ttl"
CATALOGUE_JSONLD = "dcat.jsonld"


def write_open_data(statement: Statement, folder: Path, settings: CatalogueSettings | None = None) -> tuple[Path, ...]:
    """Write the open data of a statement.

    Args:
        statement: The statement, after disclosure control.
        folder: The folder, made when missing; files of the same names are written over.
        settings: Who publishes and where; `catalogue.yml` when not given.

    Returns:
        The files: CSV and Parquet of each table in order, then what describes them.

    Raises:
        HiddenFigureError: A row that is to be hidden holds a figure.
        SpecificationError: A column has a type that is not published.
        CatalogueSettingsError: The settings cannot be read.
        OSError: A file cannot be written.
    """
    settings = settings or read_settings()
    require_hidden(statement)
    statement = with_measure_names(statement)
    folder.mkdir(parents=True, exist_ok=True)
    tables = open_tables(statement)
    published = tuple(_write_table(statement, table, folder) for table in tables)
    graph = catalogue(statement, published, settings)
    texts = {
        DICTIONARY_CSV: dictionary_csv(tables),
        DICTIONARY_MARKDOWN: dictionary_markdown(statement, tables, settings),
        DATA_PACKAGE: data_package(statement, published, settings),
        CATALOGUE_TURTLE: graph.turtle,
        CATALOGUE_JSONLD: graph.jsonld,
    }
    for name, text in texts.items():
        # Line ends are the text's own, on every system.
        (folder / name).write_bytes(text.encode("utf-8"))
    data = (folder / file.name for table in published for file in (table.csv, table.parquet))
    return (*data, *(folder / name for name in texts))


def _write_table(statement: Statement, table: StatementTable, folder: Path) -> PublishedTable:
    """Write one table in both forms."""
    csv, parquet = (folder / f"{table.specification.name}.{ending}" for ending in ("csv", "parquet"))
    write_csv(table, csv)
    write_parquet(statement, table, parquet)
    return PublishedTable(table, fingerprint(csv), fingerprint(parquet))
