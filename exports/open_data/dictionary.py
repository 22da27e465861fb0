"""The dictionary of the open data: what every table and column holds, for programs (CSV) and for readers (Markdown)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from expectations.wording import COPENHAGEN, long_date
from exports.open_data.settings import CatalogueSettings
from exports.statement.columns import Kind, columns, kind
from exports.statement.specification import ColumnSpecification, TableSpecification
from exports.statement.statement import Statement, StatementTable

_HEADINGS = (
    "table", "table_title_da", "table_title_en", "position", "column", "type", "key", "may_be_hidden", "unit",
    "label_da", "label_en", "description_da", "description_en", "codes_da",
)  # fmt: skip

TYPES = {
    Kind.TEXT: "string",
    Kind.WHOLE: "integer",
    Kind.REAL: "number",
    Kind.FLAG: "boolean",
    Kind.DATE: "date",
    Kind.TIME: "datetime",
}
"""What the kinds of values are called: the words of the Data Package standard."""

_TYPE_WORDS = {
    Kind.TEXT: "tekst/string",
    Kind.WHOLE: "heltal/integer",
    Kind.REAL: "tal/number",
    Kind.FLAG: "sandt eller falsk/boolean",
    Kind.DATE: "dato/date",
    Kind.TIME: "tidspunkt/datetime",
}

_READING_DA = """\
Filerne kan læses af ethvert program. Vil du læse tallene i Excel, så brug regnearket i stedet.

- CSV: UTF-8 uden byte order mark, komma mellem felterne, punktum som decimaltegn, datoer som `2026-11-21`, `true` og
  `false`. Første linje er kolonnernes navne (RFC 4180).
- Parquet: samme tabeller med typer; beskrivelserne ligger i filen.
- Et tomt felt er et tal, der ikke findes eller er skjult. `is_hidden` er `true`, når rækkens tal er skjult, fordi de
  hviler på for få svar eller virksomheder, eller fordi de ellers kunne bruges til at beregne andre skjulte tal.
- En tekst i CSV-filerne, som et regneark ville opfatte som en formel, har en apostrof foran. Det har den ikke i
  Parquet-filerne.
- `dictionary.csv` indeholder denne ordbog til programmer, `datapackage.json` beskriver filerne efter Data Package-\
standarden, og `dcat.ttl` og `dcat.jsonld` beskriver dem til datakataloger (DCAT-AP-DK)."""

_READING_EN = """\
Any program can read the files. Use the workbook to read the figures in Excel.

- CSV: UTF-8 without byte order mark, comma between fields, decimal point, days as `2026-11-21`, `true` and `false`. The
  first line holds the columns' names (RFC 4180).
- Parquet: the same tables with types; descriptions are inside the file.
- An empty field is a figure that does not exist or is hidden. `is_hidden` is `true` where the row's figures are hidden,
  because they rest on too few answers or companies or would give other hidden figures away.
- A text that a spreadsheet program would take for a formula has an apostrophe in front in the CSV files, and none in
  the Parquet files."""


def dictionary_csv(tables: Sequence[StatementTable]) -> str:
    """Write the dictionary for programs: a row per column of every table.

    Args:
        tables: The tables in order.

    Returns:
        CSV text in the form of the data files, lines ending in CRLF.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    for table in tables:
        specification = table.specification
        for position, column in enumerate(columns(table), start=1):
            writer.writerow(
                (
                    specification.name,
                    specification.title_da,
                    specification.title_en,
                    position,
                    column.name,
                    TYPES[kind(column)],
                    _flag(column.name in specification.key),
                    _flag(may_be_hidden(specification, column)),
                    column.unit or "",
                    column.label_da,
                    column.label_en,
                    _line(column.description_da),
                    _line(column.description),
                    "; ".join(f"{code}={label}" for code, label in column.codes.items()),
                )
            )
    return text.getvalue()


def dictionary_markdown(statement: Statement, tables: Sequence[StatementTable], settings: CatalogueSettings) -> str:
    """Write the dictionary for readers, in Danish and English.

    Args:
        statement: The statement.
        tables: The tables in order.
        settings: Publisher and terms.

    Returns:
        Markdown.
    """
    day = long_date(statement.publication.published_at.astimezone(COPENHAGEN).date())
    edition = (
        "Tallene er et udkast og kan ændre sig."
        if statement.freeze is None
        else f"Version {statement.freeze.version}; tallene er frosset."
    )
    head = [
        f"# Ordbog til opgørelsen af erhvervshusenes mål {statement.year}",
        f"Udgivet af {settings.publisher.name_da}. Beregnet {day}. {edition}",
        f"Licens: [{settings.licence.title_da}]({settings.licence.iri}).",
        "## Sådan læses filerne",
        _READING_DA,
        "## How to read the files",
        _READING_EN,
    ]
    return "\n\n".join([*head, *(_table_text(table) for table in tables)]) + "\n"


def may_be_hidden(specification: TableSpecification, column: ColumnSpecification) -> bool:
    """Say whether a column is empty in rows that are hidden.

    Args:
        specification: The table.
        column: The column.

    Returns:
        Whether it is.
    """
    return specification.disclosure is not None and column.name in specification.disclosure.hides


def _table_text(table: StatementTable) -> str:
    """Describe one table."""
    specification = table.specification
    name = specification.name
    rows = [
        "| Kolonne / column | Type | Dansk | English |",
        "|---|---|---|---|",
        *(
            f"| `{column.name}`{' (nøgle/key)' if column.name in specification.key else ''} | {_type(column)} "
            f"| **{_cell(column.label_da)}**: {_cell(column.description_da)}{_codes(column)} "
            f"| **{_cell(column.label_en)}**: {_cell(column.description)} |"
            for column in columns(table)
        ),
    ]
    return "\n\n".join(
        [
            f"## {specification.title_da} / {specification.title_en}",
            f"Filer / files: `{name}.csv`, `{name}.parquet`",
            _line(specification.description_da),
            f"*{_line(specification.description)}*",
            "\n".join(rows),
        ]
    )


def _type(column: ColumnSpecification) -> str:
    """Write a column's type and unit."""
    words = _TYPE_WORDS[kind(column)]
    return f"{words}, {column.unit}" if column.unit else words


def _codes(column: ColumnSpecification) -> str:
    """Write a column's codes."""
    if not column.codes:
        return ""
    return " Koder: " + ", ".join(f"`{_cell(code)}` {_cell(label)}" for code, label in column.codes.items()) + "."


def _line(text: str) -> str:
    """Write a text on one line."""
    return " ".join(text.split())


def _cell(text: str) -> str:
    """Write a text as a Markdown table can hold it."""
    return _line(text).replace("|", r"\|")


def _flag(value: bool) -> str:  # noqa: FBT001
    """Write a truth value as the data files do."""
    return "true" if value else "false"
