"""A small statement with everything that tables can hold: hidden rows, odd texts, every type, an empty table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from exports.publish import Manifest, PublishedDelivery
from exports.statement.specification import ColumnSpecification, Disclosure, TableSpecification, Total
from exports.statement.statement import Freeze, Statement, StatementTable

HOUSES = {"fyn": "Erhvervshus Fyn", "sydjylland": "Erhvervshus Sydjylland", "danmark": "Danmark"}
STATUSES = {"met": "Opfyldt", "not_met": "Ikke opfyldt", "no_data": "Ingen data"}
ODD_TEXTS = (
    '=HYPERLINK("http://example.com";"klik")',
    "+45 12 34 56 78",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "=1+1\nanden linje",
    'citat " og komma, semikolon;',
    "styretegn \x01\x07 og \ufffe",
    "_x0041_",
    "123",
    "l" * 40_000,
)
NOON = datetime(2026, 2, 1, 12, 30)  # noqa: DTZ001  # As the frames hold it.
PUBLISHED_AT = datetime(2026, 11, 21, 11, 19, 13, tzinfo=UTC)
_DTYPES = {
    "varchar": "string", "integer": "Int64", "double": "Float64", "boolean": "boolean", "date": "datetime64[ns]",
    "timestamp": "datetime64[ns]",
}  # fmt: skip


def column(name: str, sort: str = "varchar", label: str | None = None, **more: Any) -> ColumnSpecification:  # noqa: ANN401
    """Make a column; its texts follow from its name."""
    return ColumnSpecification(
        name=name,
        type=sort,
        label_da=label or name.capitalize(),
        label_en=f"English {name}",
        description=f"What {name} holds.",
        description_da=f"Hvad {name} indeholder.",
        **more,
    )


def table(
    name: str,
    columns: Sequence[ColumnSpecification],
    rows: Sequence[Sequence[object]],
    order: int = 9,
    sheet: str | None = None,
    **more: Any,  # noqa: ANN401  # What a specification takes.
) -> StatementTable:
    """Make a table; with disclosure its rows end in whether they are hidden."""
    disclosure = more.get("disclosure")
    types = {c.name: _DTYPES[c.type] for c in columns} | ({"is_hidden": "boolean"} if disclosure else {})
    frame = pd.DataFrame(
        {name: pd.Series([row[i] for row in rows], dtype=t) for i, (name, t) in enumerate(types.items())}
    )
    specification = TableSpecification(
        name=name,
        title_da=f"Titel på {name}",
        title_en=f"Title of {name}",
        description=f"One row per thing of {name}.",
        description_da=f"Én række pr. ting i {name}.",
        order=order,
        key=more.pop("key", (columns[0].name,)),
        sheet=sheet,
        columns=tuple(columns),
        **more,
    )
    return StatementTable(specification, frame)


def goals() -> StatementTable:
    """The goals: a shown row, a hidden one, one of counts, one of another agreement and one without data."""
    columns = [
        column("agreement"),
        column("measure", label="Måling"),
        column("goal_number"),
        column("house", codes=HOUSES),
        column("segment", codes={"all": "Alle", "drift": "Drift", "vaekst": "Vækst"}),
        column("year", "integer", "År"),
        column("unit", codes={"companies": "virksomheder", "per cent": "pct.", "score": "score"}),
        column("unit_kind"),
        column("n", "integer", "Grundlag"),
        column("value", "double", "Resultat", decimals=1),
        column("ci_low", "double", "Nedre grænse", decimals=1),
        column("target", "double", "Måltal", decimals=1),
        column("status", codes=STATUSES),
    ]
    answers, firms = "respondents", "companies"
    rows = [
        ("2024-2027", "nps", "3", "danmark", "vaekst", 2025, "score", answers, 1234, 71.25, 60.5, 70.0, "met", False),
        ("2024-2027", "nps", "3", "fyn", "vaekst", 2025, "score", answers, None, None, None, 70.0, None, True),
        ("2024-2027", "nps", "3", "sydjylland", "vaekst", 2025, "score", answers, 40, 64.0, 50.0, 70.0, "not_met",
         False),
        ("2024-2027", "nps", "3", "fyn", "vaekst", 2024, "score", answers, 33, 61.5, 44.0, 70.0, "not_met", False),
        ("2024-2027", "entrepreneurs_guided", "1", "fyn", "all", 2025, "companies", firms, 1094, 1094.0, None, 900.0,
         "met", False),
        ("2024-2027", "entrepreneurs_guided", "1", "danmark", "all", 2025, "companies", firms, 0, None, None, 900.0,
         "no_data", False),
        ("fyn-2026", "nps", "12", "fyn", "vaekst", 2025, "score", answers, 40, 64.0, 50.0, 70.0, "not_met", False),
        ("2021-2023", "nps", "3", "fyn", "vaekst", 2023, "score", answers, 40, 64.0, 50.0, 70.0, "not_met", False),
    ]  # fmt: skip
    rule = Disclosure(
        count="n",
        unit="unit_kind",
        hides=("n", "value", "ci_low", "status"),
        additive=("n",),
        totals=(Total(dimension="house", total="danmark", distinct=True),),
    )
    key = ("agreement", "measure", "house", "segment", "year")
    return table("statement_goals", columns, rows, 1, "Målopfyldelse", disclosure=rule, key=key)


def measures() -> StatementTable:
    """The measures with their names, and the agreement's own words for one of them."""
    columns = [
        column(name) for name in ("agreement", "measure", "label", "goal_text", "source_document", "source_chapter")
    ]
    rows = [
        ("2024-2027", "entrepreneurs_guided", "Vejledte iværksættere", None, "Rammeaftalen", None),
        ("2024-2027", "nps", "Kundetilfredshed", "En NPS-score på mindst 70", "Rammeaftalen", "Kap. 8.1, mål 3"),
    ]
    return table("statement_measures", columns, rows, 2, "Definitioner", key=("agreement", "measure"))


def odd() -> StatementTable:
    """Texts that a careless writer breaks on, beside a value of every type and two columns with the same heading."""
    columns = [
        column("text", label="Tekst"),
        column("again", label="TEKST"),
        column("share", "double", "Andel", unit="per cent", decimals=2),
        column("flag", "boolean", "Flag"),
        column("day", "date", "Dag"),
        column("at", "timestamp", "Tidspunkt"),
        column("code", codes={"a": "Første & eneste"}),
    ]
    day = date(2026, 2, 1)
    rows: list[tuple[object, ...]] = [
        (text, "a", 12.5 + i, i % 2 == 0, day, NOON, "a") for i, text in enumerate(ODD_TEXTS)
    ]
    rows.append((None, None, None, None, None, None, "b"))
    return table("statement_odd", columns, rows, 3, "Sære: [tekster]/med \\ et meget langt navn")


def closed() -> StatementTable:
    """A table that is neither open data nor has a sheet."""
    return table("statement_closed", [column("name")], [("Kun internt",)], 4, open_data=False)


def empty() -> StatementTable:
    """A table without rows."""
    return table("statement_empty", [column("house"), column("n", "integer")], [], 5, "målopfyldelse")


def statement(*tables: StatementTable, frozen: bool = False, year: int = 2025) -> Statement:
    """Make a statement of the tables, or of all of them."""
    chosen = tables or (goals(), measures(), odd(), closed(), empty())
    delivery = PublishedDelivery(
        source="crm", entity="crm_forloeb", delivery="crm/=crm_forloeb__2026-10-31.csv", extracted_on="2026-10-31",
        fingerprint="ab" * 32, status="accepted", delivered_rows=1200, accepted_rows=1190, rejected_rows=10,
        rejected_values=12, error=None,
    )  # fmt: skip
    broken = delivery.model_copy(update={"delivery": "crm/x.csv", "extracted_on": None, "status": "set_aside"})
    run = Manifest(
        run_id="7a3172ee-4599", published_at=PUBLISHED_AT, code_version="0.1.0+abc", report_year=year,
        today="2026-10-31", warehouse="warehouse-1.duckdb", files=(), tables=(), deliveries=(delivery, broken),
    )  # fmt: skip
    return Statement(
        year=year,
        today=date(2026, 10, 31),
        tables={t.specification.name: t for t in chosen},
        publication=run,
        settings={
            "disclosure_respondents": "5",
            "disclosure_companies": "3",
            "disclosure_dominance": "0.75",
            "effect": "0123abcd",
        },
        freeze=Freeze(2, datetime(2026, 12, 1, 9, 0, tzinfo=UTC), "En leverance manglede.") if frozen else None,
    )


def with_rows(given: StatementTable, frame: pd.DataFrame) -> StatementTable:
    """Give a table other rows."""
    return replace(given, frame=frame.astype(given.frame.dtypes.to_dict()))
