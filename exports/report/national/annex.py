"""The annex: the year's rows of every table of the statement."""

from __future__ import annotations

from typing import Any

from expectations.wording import NATION
from exports.report.blocks import anchor, paragraph, statement_table
from exports.report.document import Section
from exports.report.figures import area_order, records
from exports.report.national.edition import Edition
from exports.report.phrases import count
from exports.statement.statement import StatementTable

_WIDE = 8
_NATION_ONLY = {"statement_effect_sensitivity", "statement_effect_waterfall", "statement_effect_balance"}
"""Tables that are long for every house: the annex has the country, workbook and open data have all."""

_LEFT_OUT = {"statement_contract_results", "statement_municipality_contacts", "statement_measures"}
"""What belongs to the contract reports, and the goals' words, which stand in their chapters."""


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
    return Section(
        id="bilag",
        title="Bilag: tabeller",
        blocks=(
            paragraph(
                f"Bilaget viser tallene for {edition.year}. Alle år, kolonner og rækker findes i regnearket og som "
                "åbne data, der udgives sammen med rapporten."
            ),
        ),
        sections=tuple(sections),
        new_page=True,
    )


def _rows(edition: Edition, table: StatementTable) -> list[dict[str, Any]]:
    """Choose the year's rows, Danmark first."""
    name = table.specification.name
    rows = list(records(table.frame))
    columns = {column.name for column in table.specification.columns}
    year = next((column for column in ("goal_year", "year") if column in columns), None)
    if year is not None and name != "statement_published_figures":
        rows = [row for row in rows if row[year] == edition.year]
    if "agreement" in columns:
        rows = [row for row in rows if row["agreement"] == edition.goals.agreement]
    if name in _NATION_ONLY:
        rows = [row for row in rows if row["house"] == NATION]
    if "house" in columns:
        rows.sort(key=lambda row: area_order(str(row["house"])))
    return rows


def _section(edition: Edition, table: StatementTable, rows: list[dict[str, Any]]) -> Section:
    """Make the section of one table, without columns that are alike in every row or say nothing to a reader."""
    specification = table.specification
    key = set(specification.key)
    columns = [
        column.name
        for column in specification.columns
        if not _is_silent(
            column.name, rows, keep=column.name in key and column.name not in {"agreement", "year", "goal_year"}
        )
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


def _is_silent(column: str, rows: list[dict[str, Any]], *, keep: bool) -> bool:
    """Say whether a column can be left out: alike in every row of several, or a fingerprint told elsewhere."""
    if keep:
        return False
    if column in {"settings_fingerprint", "unit_kind", "counts_once_nationally", "agreement", "year", "goal_year"}:
        return True
    return all(row[column] is None for row in rows)
