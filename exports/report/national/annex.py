"""The annex: the year's rows of every table of the statement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from expectations.wording import NATION
from exports.report.blocks import anchor, paragraph, statement_table
from exports.report.document import Section
from exports.report.figures import area_order, records
from exports.report.national.edition import Edition
from exports.report.national.practice import rule_table
from exports.report.phrases import count
from exports.statement.statement import StatementTable

_WIDE = 8
_NATION_ONLY = {"statement_effect_sensitivity", "statement_effect_waterfall", "statement_effect_balance"}
"""Tables that are long for every house: the annex has the country, workbook and open data have all."""

_LEFT_OUT = {
    "statement_contract_results",
    "statement_municipality_contacts",
    "statement_measures",
    "statement_practice",
}
"""What belongs to the contract reports or stands in the chapters, and what is set as a matrix."""


def annex(edition: Edition) -> Section:
    """Write the annex.

    Args:
        edition: The edition.

    Returns:
        The chapter.
    """
    sections = []
    for table in sorted(edition.statement.tables.values(), key=lambda one: one.specification.order):
        if table.specification.name in _LEFT_OUT:
            continue
        rows = _rows(edition, table)
        if rows:
            sections.append(_section(edition, table, rows))
    rules = edition.rows("statement_practice", year=edition.year)
    if rules:
        caption = f"Andel af registreringer, der overholder hver regel, {edition.year}"
        matrix = replace(rule_table(rules, caption), id="tabel-bilag-regler", collapsed=False)
        sections.append(Section(id="bilag-regler", title="Registreringspraksis pr. regel", blocks=(matrix,)))
    return Section(
        id="bilag",
        title="Bilag: tabeller",
        blocks=(
            paragraph(
                f"Bilaget viser tallene for {edition.year}, for målene også tidligere år i aftalen. Alle år, "
                "kolonner og rækker findes i regnearket og som åbne data, der udgives sammen med rapporten."
            ),
        ),
        sections=tuple(sections),
        new_page=True,
    )


def _rows(edition: Edition, table: StatementTable) -> list[dict[str, Any]]:
    """Choose rows: the agreement's years of the goals, else the report year; Danmark first."""
    name = table.specification.name
    rows = list(records(table.frame))
    columns = {column.name for column in table.specification.columns}
    if "agreement" in columns:
        rows = [
            row
            for row in rows
            if row["agreement"] == edition.goals.agreement and row.get("year", edition.year) <= edition.year
        ]
    elif name != "statement_published_figures":
        year = next((column for column in ("goal_year", "year") if column in columns), None)
        rows = [row for row in rows if year is None or row[year] == edition.year]
    if name in _NATION_ONLY:
        rows = [row for row in rows if row["house"] == NATION and row.get("scope", "cohort") == "cohort"]
    if "house" in columns:
        rows.sort(key=lambda row: area_order(str(row["house"])))
    if "measure" in columns:
        rows.sort(key=lambda row: _measure_order(edition, str(row["measure"])))
    return rows


def _measure_order(edition: Edition, measure: str) -> int:
    """Order measures as the agreement does; others come last."""
    names = [one.measure for one in edition.measures]
    return names.index(measure) if measure in names else len(names)


def _section(edition: Edition, table: StatementTable, rows: list[dict[str, Any]]) -> Section:
    """Make the section of one table, without columns that are alike in every row or say nothing to a reader."""
    specification = table.specification
    key = set(specification.key)
    columns = [
        column.name for column in specification.columns if not _is_silent(column.name, rows, keep=column.name in key)
    ]
    notes = []
    if len(rows) < len(table.frame):
        notes.append(f"Udsnit: {count(len(rows), 'række', 'rækker')} af {count(len(table.frame), 'række', 'rækker')}.")
    return Section(
        id=anchor("bilag", specification.name),
        title=specification.title_da,
        blocks=(
            statement_table(
                table,
                rows,
                anchor_id=anchor("tabel-bilag", specification.name),
                caption=f"{specification.title_da}, {edition.year}",
                columns=columns,
                notes=tuple(notes),
            ),
        ),
        landscape=len(columns) > _WIDE,
    )


_SILENT = {
    "settings_fingerprint", "unit_kind", "counts_once_nationally", "agreement", "goal_year", "step", "se",
    "is_publishable", "is_goal_figure", "comparison", "numerator", "denominator",
}  # fmt: skip
"""Columns that are told elsewhere or are for machines."""


def _is_silent(column: str, rows: list[dict[str, Any]], *, keep: bool) -> bool:
    """Say whether a column can be left out: told elsewhere, or empty or alike in every row."""
    if column in _SILENT:
        return True
    values = {row[column] for row in rows}
    if column in {"year", "scope"}:
        return len(values) == 1
    return not keep and values == {None}
