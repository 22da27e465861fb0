"""A statement of two tables and a way to write it that takes no time, for tests of keeping, freezing and comparing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from exports.publish import Manifest, PublishedDelivery, PublishedTable
from exports.report.comments import Comments
from exports.report.document import Document
from exports.statement.edition import Renderers
from exports.statement.specification import ColumnSpecification, Disclosure, TableSpecification, Total
from exports.statement.statement import Statement, StatementTable

PUBLISHED_AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
GOALS, SCORES, MEASURES = "statement_goals", "statement_practice_scores", "statement_measures"
LINEAGE = {
    GOALS: ("crm_forloeb", "evaluering_svar", "run_context"),
    SCORES: ("crm_forloeb", "run_context"),
    MEASURES: (),
    "nps": ("evaluering_svar",),
    "companies_guided": ("crm_forloeb",),
}
"""What the tables and the measures are made from."""


def column(name: str, kind: str) -> ColumnSpecification:
    """Make a column."""
    return ColumnSpecification(
        name=name, type=kind, label_da=name, label_en=name, description=name, description_da=name
    )


def specification(
    name: str, key: Sequence[str], columns: Mapping[str, str], disclosure: Disclosure | None = None
) -> TableSpecification:
    """Make the specification of a table."""
    return TableSpecification(
        name=name,
        title_da=f"Tabellen {name}",
        title_en=name,
        description=name,
        description_da=name,
        order=[GOALS, SCORES, MEASURES].index(name),
        key=tuple(key),
        disclosure=disclosure,
        columns=tuple(column(each, kind) for each, kind in columns.items()),
    )


def goals(rows: Sequence[tuple[str, str, int, int | None, float | None, str | None]] | None = None) -> StatementTable:
    """Make the goals: measure, house, year, n, value, status; a row without n is hidden."""
    chosen = rows or [
        ("companies_guided", "fyn", 2025, 840, 840.0, "met"),
        ("nps", "danmark", 2025, 640, 70.5, "met"),
        ("nps", "fyn", 2025, None, None, None),
        ("nps", "sydjylland", 2025, 64, 68.25, "not_met"),
    ]
    names = {"measure": "varchar", "house": "varchar", "year": "integer", "n": "integer", "value": "double"}
    frame = pd.DataFrame(chosen, columns=[*names, "status"]).astype(
        {"measure": "string", "house": "string", "year": "Int64", "n": "Int64", "value": "Float64", "status": "string"}
    )
    rule = Disclosure(
        count="n",
        unit="respondents",
        hides=("n", "value", "status"),
        totals=(Total(dimension="house", total="danmark"),),
    )
    told = specification(GOALS, ["measure", "house", "year"], {**names, "status": "varchar"}, rule)
    return StatementTable(told, frame.assign(is_hidden=frame["n"].isna().astype("boolean")))


def scores(share: float = 97.5) -> StatementTable:
    """Make the score card: a table of the report year alone, with a day and a flag in it."""
    frame = pd.DataFrame(
        {
            "house": pd.array(["fyn"], dtype="string"),
            "share_pct": pd.array([share], dtype="Float64"),
            "counted_on": pd.to_datetime(["2026-10-31"]).astype("datetime64[ns]"),
            "is_new": pd.array([None], dtype="boolean"),
        }
    )
    columns = {"house": "varchar", "share_pct": "double", "counted_on": "date", "is_new": "boolean"}
    return StatementTable(specification(SCORES, ["house"], columns), frame)


def measures(text: str = "=Net Promoter Score") -> StatementTable:
    """Make the definitions: a table that rests on nothing delivered."""
    frame = pd.DataFrame({"measure": pd.array(["nps"], dtype="string"), "label": pd.array([text], dtype="string")})
    return StatementTable(specification(MEASURES, ["measure"], {"measure": "varchar", "label": "varchar"}), frame)


def delivery(entity: str, day: str, fingerprint: str = "abc", status: str = "accepted") -> PublishedDelivery:
    """Make a delivery."""
    return PublishedDelivery(
        source=entity.split("_", maxsplit=1)[0],
        entity=entity,
        delivery=f"{entity}__{day}.csv",
        extracted_on=day,
        fingerprint=fingerprint,
        status=status,
        delivered_rows=10,
        accepted_rows=10,
        rejected_rows=0,
        rejected_values=0,
        error=None,
    )


def publication(
    deliveries: Sequence[PublishedDelivery] = (), *, year: int = 2025, code: str = "0.1.0", today: str = "2026-10-31"
) -> Manifest:
    """Make what a publication says of itself."""
    return Manifest(
        run_id="run",
        published_at=PUBLISHED_AT,
        code_version=code,
        report_year=year,
        today=today,
        warehouse="warehouse-x.duckdb",
        files=(),
        tables=(PublishedTable(table=GOALS, rows=4),),
        deliveries=tuple(deliveries),
    )


def statement(
    tables: Sequence[StatementTable] | None = None,
    manifest: Manifest | None = None,
    settings: Mapping[str, str] | None = None,
) -> Statement:
    """Make a statement."""
    about = manifest or publication()
    return Statement(
        year=about.report_year,
        today=date.fromisoformat(about.today),
        tables={
            table.specification.name: table
            for table in (tables if tables is not None else (goals(), scores(), measures()))
        },
        publication=about,
        settings=settings or {"limit_respondents": "5"},
    )


def document(title: str, *, final: bool) -> Document:
    """Make a report without content."""
    return Document(
        title=title,
        subtitle="",
        publisher="Erhvervsstyrelsen",
        published_on=PUBLISHED_AT.date(),
        summary="",
        keywords=(),
        facts=(),
        sections=(),
        draft=not final,
    )


def _open_data(statement: Statement, folder: Path) -> tuple[Path, ...]:
    """Write every table as CSV."""
    paths = []
    for name, table in statement.tables.items():
        path = folder / f"{name}.csv"
        table.frame.to_csv(path, index=False)
        paths.append(path)
    return tuple(paths)


def _workbook(statement: Statement, path: Path) -> None:
    """Write the names of the tables."""
    path.write_text("\n".join(statement.tables), encoding="utf-8")


def _national(statement: Statement, comments: Comments, *, final: bool) -> Document:
    """Make the national report; its title holds the comment on Fyn's NPS."""
    return document(f"Danmark {statement.year} {comments.of('fyn', 'nps') or ''}", final=final)


def _contract(statement: Statement, house: str, comments: Comments, *, final: bool) -> Document:
    """Make a contract report; a final one needs Fyn's comment."""
    if final:
        comments.require([("fyn", "nps")])
    return document(f"{house} {statement.year}", final=final)


QUICK = Renderers(
    open_data=_open_data,
    workbook=_workbook,
    national=_national,
    contract=_contract,
    pdf=lambda report: repr(report).encode(),
    web=lambda report: f"<h1>{report.title}</h1>",
    audit=lambda _: None,
    wanted=lambda _: (("fyn", "nps"), ("sydjylland", "nps")),
)
"""Writes every file of an edition in no time."""

COMMENTS = (
    "# Kommentarer til opgørelsen for 2025\n\n## NPS (nps)\n\n### Fyn\n\nFor få svar.\n\n"
    "### Sydjylland\n\nFor sent sendt.\n"
)
