"""Who owns what: the lists that row rules look rows up in, as SQL that PostgreSQL and DuckDB both read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from exports.access.errors import AccessError
from exports.access.names import Dataset
from exports.statement.limits import Limits

Located = Callable[[Dataset, str], str]
"""Says where a table is found: its name in SQL."""
_PERSON_COLUMNS = ("is_natural_person", "is_personally_owned")


@dataclass(frozen=True)
class _Places:
    """How a mart about places is released: as which table, and which mart counts the companies behind a row."""

    released: str
    counted: str
    place: str
    count: str


_PLACES = {
    "geographic_spread": _Places("statement_spread", "geographic_spread", "kommunekode", "companies_guided"),
    "municipality_contacts": _Places(
        "statement_municipality_contacts", "statement_municipality_contacts", "municipality_code", "companies"
    ),
}


@dataclass(frozen=True)
class ScopeTable:
    """A list of owners.

    Attributes:
        name: The table of schema `adgang`.
        columns: Its columns with their SQL types.
        query: What it is filled with.
    """

    name: str
    columns: Mapping[str, str]
    query: str


def scope_tables(
    located: Located, tables: Mapping[str, Sequence[str]], released: Mapping[str, Sequence[str]]
) -> tuple[ScopeTable, ...]:
    """List the tables that say which house or municipality a course, company or place belongs to.

    Args:
        located: Where tables are found.
        tables: The published tables with their columns.
        released: The tables of the released statement; none before one is released.

    Returns:
        The tables.

    Raises:
        AccessError: Nothing says which companies belong to a person.
    """
    courses = located(Dataset.WAREHOUSE, "fct_guidance_course")
    companies = located(Dataset.WAREHOUSE, "dim_company")
    return (
        ScopeTable(
            "house_courses",
            {"course_id": "text", "cvr": "text", "scope": "text"},
            f"select c.course_id, c.cvr, c.house from {courses} as c where c.house is not null",
        ),
        ScopeTable(
            "consented_courses",
            {"course_id": "text", "cvr": "text", "scope": "text", "is_person": "boolean"},
            f"select c.course_id, c.cvr, d.municipality_code, {_is_person(tables.get('dim_company', ()))} "
            f"from {courses} as c inner join {companies} as d on d.cvr = c.cvr "
            "where c.consent_to_share = 'ja' and d.municipality_code is not null",
        ),
        ScopeTable(
            "disclosed_places",
            {"table_name": "text", "house": "text", "scope": "text", "year": "integer"},
            _disclosed(located, tables, released),
        ),
    )


def _is_person(columns: Sequence[str]) -> str:
    """Write which companies belong to a person; one of unknown form does, until the register says otherwise."""
    known = [f"coalesce(d.{name}, true)" for name in _PERSON_COLUMNS if name in columns]
    if not known:
        msg = (
            f"dim_company har ingen af kolonnerne {', '.join(_PERSON_COLUMNS)}, så ingen ved, hvilke virksomheder "
            "der er personligt ejede. Ret modellen, før der gives adgang."
        )
        raise AccessError(msg)
    return " or ".join([*known, "d.legal_form is null"])


def _disclosed(located: Located, tables: Mapping[str, Sequence[str]], released: Mapping[str, Sequence[str]]) -> str:
    """Write which cells about places may be seen: the released statement shows them, and they are not few today."""
    limit = f"{Limits().companies:g}"
    parts = [
        f"select distinct '{mart}' as table_name, d.house, d.municipality_code as scope, d.year "
        f"from {located(Dataset.STATEMENT, about.released)} as d "
        f"inner join {located(Dataset.WAREHOUSE, about.counted)} as n "
        f"on n.house = d.house and n.{about.place} = d.municipality_code and n.year = d.year "
        f"where not d.is_hidden and (n.{about.count} = 0 or n.{about.count} >= {limit})"
        for mart, about in _PLACES.items()
        if about.released in released and mart in tables and about.counted in tables
    ]
    return " union all ".join(parts) or "select '', '', '', 0 where false"
