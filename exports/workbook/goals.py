"""The sheets of the goals: the status of them all in one table, and a sheet for each goal of the year's agreement."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from exports.statement.columns import HIDDEN_SIGN, MEASURES, hidden_note
from exports.statement.statement import IS_HIDDEN, Statement, StatementTable
from exports.workbook.fields import label, table_fields
from exports.workbook.sheet import Sheet, text_field

GOALS = "statement_goals"
_NATIONAL = re.compile(r"(\d{4})-(\d{4})")
_SHOWN = (
    "measure", "segment", "house", "year", "unit", "value", "ci_low", "ci_high", "target", "status", "certainty", "n",
    "numerator", "denominator", IS_HIDDEN,
)  # fmt: skip
_ORDER = ("measure", "segment", "house", "year")
_NO_GOAL = "Ikke opgjort"
_QUOTES = ('"', "”", "»", "“")


def national_agreement(statement: Statement) -> str | None:
    """Find the national agreement that the report year lies in.

    Args:
        statement: The statement.

    Returns:
        The agreement, as `2024-2027`; the newest that has begun when none reaches the year, None when there is none.
    """
    if GOALS not in statement.tables:
        return None
    spans = [
        (int(span.group(2)) >= statement.year, int(span.group(1)), span.group())
        for agreement in statement.frame(GOALS)["agreement"].dropna().unique()
        if (span := _NATIONAL.fullmatch(str(agreement))) and int(span.group(1)) <= statement.year
    ]
    return max(spans)[2] if spans else None


def goal_sheets(statement: Statement) -> tuple[Sheet, ...]:
    """Make the overview and a sheet per goal.

    Args:
        statement: The statement.

    Returns:
        The sheets; none when no national agreement has figures.
    """
    agreement = national_agreement(statement)
    if agreement is None:
        return ()
    table = statement.tables[GOALS]
    table = replace(table, frame=_ordered(table, agreement))
    numbers = sorted(table.frame["goal_number"].dropna().unique(), key=_natural)
    return (_overview(statement, table, agreement), *(_goal(statement, table, agreement, str(n)) for n in numbers))


def _ordered(table: StatementTable, agreement: str) -> pd.DataFrame:
    """Pick the rows of an agreement, ordered as the codes are listed: houses before Danmark."""
    frame = table.frame[table.frame["agreement"] == agreement]
    keys = pd.DataFrame(index=frame.index)
    for name in _ORDER:
        codes = list(table.specification.column(name).codes)
        ranks = {code: rank for rank, code in enumerate(codes)}
        # What has no place in the list comes after it.
        keys[name] = frame[name].map(lambda value, ranks=ranks: (ranks.get(value, len(ranks)), str(value)))
    order = keys.sort_values(list(_ORDER), kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _natural(number: str) -> tuple[int, str]:
    """Order goal numbers as numbers."""
    found = re.match(r"\d+", number)
    return (int(found.group()) if found else 0, number)


def _goal(statement: Statement, table: StatementTable, agreement: str, number: str) -> Sheet:
    """Make the sheet of one goal."""
    part = replace(table, frame=table.frame[table.frame["goal_number"] == number].reset_index(drop=True))
    measures = list(dict.fromkeys(part.frame["measure"]))
    column = table.specification.column("measure")
    names = ", ".join(label(column, measure) for measure in measures)
    return Sheet(
        name=f"Mål {number}",
        title=f"Mål {number} i aftalen {agreement}: {names}",
        lines=(*_targets(statement, agreement, measures), hidden_note(statement.settings)),
        table=f"goal_{number}",
        summary=f"Resultat, usikkerhed, måltal og status for mål {number}, en række pr. måling, segment, hus og år.",
        fields=table_fields(part, _SHOWN),
    )


def _targets(statement: Statement, agreement: str, measures: list[str]) -> tuple[str, ...]:
    """Quote what the agreement asks for, once where several measures share the words."""
    if MEASURES not in statement.tables:
        return ()
    frame = statement.frame(MEASURES)
    frame = frame[(frame["agreement"] == agreement) & frame["measure"].isin(measures)]
    quotes = {}
    for row in frame.dropna(subset=["goal_text"]).to_dict("records"):
        source = ", ".join(str(row[name]) for name in ("source_document", "source_chapter") if pd.notna(row[name]))
        text = str(row["goal_text"]).strip()
        quoted = text if text.startswith(_QUOTES) else f"”{text}”"
        quotes[text] = f"Aftalens ord: {quoted} ({source})"
    return tuple(quotes.values())


def _overview(statement: Statement, table: StatementTable, agreement: str) -> Sheet:
    """Make the table of the year's statuses: a row per measure and segment, a column per house."""
    specification = table.specification
    measure, segment, house, status = (specification.column(n) for n in ("measure", "segment", "house", "status"))
    frame = table.frame[table.frame["year"] == statement.year]
    rows = list(dict.fromkeys(frame[["goal_number", "measure", "segment"]].itertuples(index=False, name=None)))
    rows.sort(key=lambda row: _natural(str(row[0])))
    present = set(frame["house"])
    houses = [code for code in house.codes if code in present] or sorted(present)
    found: dict[tuple[object, ...], str] = {}
    for row in frame.to_dict("records"):
        key = (row["goal_number"], row["measure"], row["segment"], row["house"])
        if pd.notna(row["status"]):
            found[key] = label(status, str(row["status"]))
        elif row.get(IS_HIDDEN) is True:
            found[key] = HIDDEN_SIGN
    cells = [
        text_field(label(house, code), tuple(found.get((*row, code), _NO_GOAL) for row in rows)) for code in houses
    ]
    return Sheet(
        name="Overblik",
        title=f"Status for målene i {statement.year}",
        lines=(
            f"Aftalen {agreement}. Tallene bag hver status står på målets eget ark.",
            hidden_note(statement.settings),
        ),
        table="goals_overview",
        summary=f"Status for hvert mål i {statement.year}, en række pr. måling og segment og en kolonne pr. hus.",
        fields=(
            text_field("Mål", tuple(f"Mål {row[0]}" for row in rows)),
            text_field(measure.label_da, tuple(label(measure, str(row[1])) for row in rows)),
            text_field(segment.label_da, tuple(label(segment, str(row[2])) for row in rows)),
            *cells,
        ),
    )
