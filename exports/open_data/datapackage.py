"""The data package: a description of the CSV files that programs validate and load them by (Data Package 2.0).

The standard is https://datapackage.org/standard/data-package/; of the described standards it is the one that readers in
R, Python, DuckDB and spreadsheet tools share, and that needs no vocabulary beside plain JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from exports.open_data.dictionary import TYPES, may_be_hidden
from exports.open_data.published import PublishedTable
from exports.open_data.settings import CatalogueSettings
from exports.statement.columns import HIDDEN_COLUMN, Kind, columns, kind
from exports.statement.specification import ColumnSpecification, TableSpecification
from exports.statement.statement import Statement


def data_package(statement: Statement, tables: Sequence[PublishedTable], settings: CatalogueSettings) -> str:
    """Describe the CSV files.

    Args:
        statement: The statement.
        tables: The tables with their files, in order.
        settings: Publisher and terms.

    Returns:
        `datapackage.json`.
    """
    publisher = settings.publisher
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"{settings.identifier}-{statement.year}",
        "title": f"Opgørelse af erhvervshusenes mål {statement.year}",
        "description": (
            "Mål, resultater og effekt for de seks danske erhvervshuse. "
            "Goals, results and effect of the six Danish business houses."
        ),
        "version": version(statement),
        "created": statement.publication.published_at.isoformat().replace("+00:00", "Z"),
        "keywords": [*settings.keywords_da, *settings.keywords_en],
        "contributors": [{"title": publisher.name_da, "path": publisher.homepage, "roles": ["publisher"]}],
        "licenses": [{"name": settings.licence.spdx, "path": settings.licence.iri, "title": settings.licence.title_en}],
        "resources": [_resource(table) for table in tables],
    }
    if settings.landing_page:
        package["homepage"] = settings.landing_page
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def version(statement: Statement) -> str:
    """Number the edition: year, version and correction, as semantic versions are written.

    Args:
        statement: The statement.

    Returns:
        As `2025.2.0`; a draft is `2025.0.0-udkast`, before all versions.
    """
    if statement.freeze is None:
        return f"{statement.year}.0.0-udkast"
    return f"{statement.year}.{statement.freeze.version}.0"


def _resource(published: PublishedTable) -> dict[str, Any]:
    """Describe one CSV file."""
    specification = published.table.specification
    return {
        "name": published.name,
        "type": "table",
        "path": published.csv.name,
        "title": specification.title_da,
        "title_en": specification.title_en,
        "description": " ".join(specification.description_da.split()),
        "description_en": " ".join(specification.description.split()),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": published.csv.size,
        "hash": f"sha256:{published.csv.sha256}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_field(specification, column) for column in columns(published.table)],
            "missingValues": [""],
            "primaryKey": list(specification.key),
        },
    }


def _field(specification: TableSpecification, column: ColumnSpecification) -> dict[str, Any]:
    """Describe one column."""
    sort = kind(column)
    field: dict[str, Any] = {
        "name": column.name,
        "type": TYPES[sort],
        "title": column.label_da,
        "title_en": column.label_en,
        "description": " ".join(column.description_da.split()),
        "description_en": " ".join(column.description.split()),
    }
    field |= {"unit": column.unit} if column.unit else {}
    field |= {"trueValues": ["true"], "falseValues": ["false"]} if sort is Kind.FLAG else {}
    if column.codes and sort is Kind.TEXT:
        field["categories"] = [{"value": code, "label": label} for code, label in column.codes.items()]
    if may_be_hidden(specification, column):
        field["hiddenWhen"] = HIDDEN_COLUMN.name
    return field
