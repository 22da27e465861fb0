"""Erased companies: finding every row of one, and keeping rows of one out when a later delivery brings them again.

What is remembered of an erasure is pseudonyms only (`sources.pseudonyms`): of the CVR number and of its courses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from sources.casting import MAX_SHOWN_LENGTH, cast_sql, clean_sql
from sources.contract import Contracts, Entity
from sources.pseudonyms import PseudonymKey, pseudonym_sql
from sources.sql_text import literal, quoted
from sources.withholding import choose, withhold

FOLDER: Final = Path(".history") / "erasures"
"""Where the receipts of erasures lie in an output folder."""

COURSES: Final = "crm_forloeb"
COURSE: Final = "forloeb_id"
NUMBER: Final = "cvr_nummer"


class ErasureError(Exception):
    """An erasure cannot be done or its receipt not be read; the message is Danish and says what to do."""


class Erasure(BaseModel):
    """What is remembered of an erasure, the part of its receipt that later runs read.

    Attributes:
        company: Pseudonym of the CVR number.
        courses: Pseudonyms of the ids of its courses.
        erased_on: The day; registrations of a later day are new ones.
        key: Fingerprint of the key the pseudonyms were made with.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    company: str
    courses: tuple[str, ...]
    erased_on: date
    key: str


@dataclass(frozen=True)
class Subject:
    """Everything delivered of one company.

    Attributes:
        lines: Per delivery the lines of its rows.
        mentions: The deliveries in which its number stands in other texts, malformed lines included.
        rows: Per entity how many rows it has: courses and what hangs on them, and rows of the registers.
        courses: The ids of its courses.
        records: The keys of its rows as findings name them (parts joined by `|`), of all entities.
    """

    lines: dict[str, frozenset[int]]
    mentions: frozenset[str]
    rows: dict[str, int]
    courses: tuple[str, ...]
    records: frozenset[str]


def read_erasures(output: Path, key: PseudonymKey | None) -> tuple[Erasure, ...]:
    """Read what is remembered of erasures.

    Args:
        output: The output folder.
        key: The key of this run. Pseudonyms of another key recognise nobody: `other_keys` says so.

    Returns:
        The erasures made with this key, oldest first.

    Raises:
        ErasureError: A receipt cannot be read.
    """
    return tuple(one for one in _receipts(output) if key is not None and one.key == key.fingerprint)


def other_keys(output: Path, key: PseudonymKey) -> str | None:
    """Say that erased companies cannot be recognised any more, when their receipts were made with another key.

    Args:
        output: The output folder.
        key: The key of this run.

    Returns:
        The sentences in Danish; None when all receipts are of this key.

    Raises:
        ErasureError: A receipt cannot be read.
    """
    others = sum(one.key != key.fingerprint for one in _receipts(output))
    if not others:
        return None
    counted = "1 kvittering" if others == 1 else f"{others} kvitteringer"
    return (
        f"{counted} for sletning er lavet med en anden nøgle til pseudonymer. Leveres de slettede rækker igen, bliver "
        "de indlæst. Sæt den tidligere nøgle tilbage, eller slet virksomhederne igen, hvis de er der."
    )


def _receipts(output: Path) -> Iterator[Erasure]:
    """Read all receipts, oldest first."""
    for path in sorted((output / FOLDER).glob("*.json")):
        try:
            yield Erasure.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            msg = f"{path}: kvitteringen for en sletning kan ikke læses. Hent filen fra sikkerhedskopien."
            raise ErasureError(msg) from error


def find_subject(con: duckdb.DuckDBPyConnection, contracts: Contracts, cvr: str) -> Subject:
    """Find every row of a company that was landed, rejected ones included.

    Args:
        con: A build file with the deliveries landed.
        contracts: The contracts it was made with.
        cvr: The CVR number, eight digits.

    Returns:
        Its courses and the rows that hang on them, in every version delivered, and its rows of the registers.
    """
    course_of = _read(contracts.entity(COURSES), COURSE)
    number_of = _read(contracts.entity(COURSES), NUMBER)
    found = con.execute(f"SELECT DISTINCT {course_of} FROM raw.{COURSES} WHERE {number_of} = ?", [cvr]).fetchall()
    courses = tuple(sorted(course for (course,) in found if course is not None))
    lines: dict[str, set[int]] = {}
    rows: dict[str, int] = {}
    records: set[str] = set()
    mentions: set[str] = set()
    for entity in contracts.entities:
        mentions.update(_mentioned(con, entity, cvr))
        tests = []
        if NUMBER in entity.column_names:
            tests.append(f"{_read(entity, NUMBER)} = $cvr")
        if COURSE in entity.column_names:
            tests.append(f"list_contains($courses, {_read(entity, COURSE)})")
        if not tests:
            continue
        own = " OR ".join(tests)
        key = " || '|' || ".join(f"coalesce(CAST({_read(entity, name)} AS VARCHAR), '')" for name in entity.key)
        parameters = {name: value for name, value in (("cvr", cvr), ("courses", list(courses))) if f"${name}" in own}
        mine = con.execute(
            f"SELECT deliveries.delivery, _line, {key} FROM raw.{quoted(entity.name)} "
            f"JOIN raw.deliveries AS deliveries ON deliveries.delivery_id = _delivery_id WHERE {own}",
            parameters,
        ).fetchall()
        rows[entity.name] = len(mine)
        for delivery, line, record in mine:
            lines.setdefault(delivery, set()).add(line)
            records.add(record)
    return Subject(
        {name: frozenset(each) for name, each in lines.items()}, frozenset(mentions), rows, courses, frozenset(records)
    )


def _mentioned(con: duckdb.DuckDBPyConnection, entity: Entity, cvr: str) -> Iterator[str]:
    """Find the deliveries of an entity in which a number stands anywhere but among the amounts."""
    texts = [quoted(column.name) for column in entity.columns if column.type not in {"decimal", "integer", "year"}]
    pattern = literal(number_pattern(cvr))
    tests = " OR ".join(f"regexp_matches({text}, {pattern})" for text in (*texts, "_extra"))
    # A malformed line is kept here cut short: beyond its end the file itself must be looked at.
    rows = con.execute(
        f"SELECT delivery FROM raw.deliveries WHERE delivery_id IN ("
        f"SELECT _delivery_id FROM raw.{quoted(entity.name)} WHERE {tests} "
        f'UNION SELECT delivery_id FROM raw.rejected_rows WHERE entity = {literal(entity.name)} AND "column" IS NULL '
        f'AND line IS NOT NULL AND (regexp_matches("value", {pattern}) OR length("value") >= {MAX_SHOWN_LENGTH}))'
    ).fetchall()
    yield from (delivery for (delivery,) in rows)


def number_pattern(cvr: str) -> str:
    """Return the pattern of a CVR number as people write it: `12345678`, `12 34 56 78`, `DK-12345678`, `12345678.0`.

    Args:
        cvr: The number, eight digits. Numbers that only contain it do not match.

    Returns:
        A pattern for Python and for RE2, with what is around the number as two groups.
    """
    pairs = "[ .-]?".join(cvr[place : place + 2] for place in range(0, len(cvr), 2))
    return f"(^|[^0-9]){pairs}([^0-9]|$)"


def take_out_erased(
    con: duckdb.DuckDBPyConnection, contracts: Contracts, erasures: Sequence[Erasure], key: PseudonymKey
) -> int:
    """Take out of `raw` what belongs to an erased company and was registered before its erasure.

    A restored backup, or a sender's old file, brings such rows. A course registered after the erasure is a new matter
    between the house and the company: it stays, and with it the register's rows of the company.

    Args:
        con: The build file, with the deliveries landed and numbered.
        contracts: The contracts.
        erasures: The erasures.
        key: The key their pseudonyms were made with.

    Returns:
        How many rows were taken out.
    """
    if not erasures:
        return 0
    key.give(con)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE erased AS SELECT unnest(?::VARCHAR[]) AS company, unnest(?::DATE[]) AS erased_on",
        [[each.company for each in erasures], [each.erased_on for each in erasures]],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE erased_courses AS SELECT unnest(?::VARCHAR[]) AS course",
        [[course for each in erasures for course in each.courses]],
    )
    courses = contracts.entity(COURSES)
    registered = " , ".join(f"CAST({_read(courses, name)} AS DATE)" for name in ("startdato", "oprettet"))
    number, course = _read(courses, NUMBER), _read(courses, COURSE)
    before = f"coalesce(greatest({registered}) <= erased.erased_on, true)"
    # The ids of courses that go now, too: a version of a course without its number must not stay behind.
    con.execute(
        f"INSERT INTO erased_courses SELECT DISTINCT {pseudonym_sql('forloeb', course)} FROM raw.{COURSES} "
        f"JOIN erased ON erased.company = {pseudonym_sql('cvr', number)} WHERE {before} AND {course} IS NOT NULL"
    )
    gone = 0
    for entity in sorted(contracts.entities, key=lambda each: each.name != COURSES):
        tests = []
        if COURSE in entity.column_names:
            tests.append(f"{pseudonym_sql('forloeb', _read(entity, COURSE))} IN (SELECT course FROM erased_courses)")
        if entity.name == COURSES:
            tests.append(
                f"EXISTS (SELECT 1 FROM erased WHERE erased.company = {pseudonym_sql('cvr', number)} AND {before})"
            )
        elif NUMBER in entity.column_names:
            own = pseudonym_sql("cvr", _read(entity, NUMBER))
            tests.append(
                f"{own} IN (SELECT company FROM erased) "
                f"AND {_read(entity, NUMBER)} NOT IN (SELECT {number} FROM raw.{COURSES} WHERE {number} IS NOT NULL)"
            )
        if tests and choose(con, _erased_rows_sql(entity, tests)):
            gone += withhold(con, entity, "erased_rows")
    return gone


def _erased_rows_sql(entity: Entity, tests: Sequence[str]) -> str:
    """Return the query for rows that pass a test, and for malformed lines, which are known by the numbers in them."""
    numbers = "regexp_extract_all(\"value\", '[0-9]{8,}')"
    in_line = f"list_transform({numbers}, lambda n: {pseudonym_sql('cvr', 'n')})"
    return (
        f"SELECT _delivery_id AS delivery_id, _line AS line FROM raw.{quoted(entity.name)} "
        f"WHERE {' OR '.join(f'({test})' for test in tests)} "
        f"UNION ALL SELECT delivery_id, line FROM raw.rejected_rows WHERE entity = {literal(entity.name)} "
        f'AND "column" IS NULL AND line IS NOT NULL '
        f"AND list_has_any({in_line}, (SELECT list(company) FROM erased))"
    )


def _read(entity: Entity, column: str) -> str:
    """Return the SQL expression that reads a raw column by its contract."""
    return f"({cast_sql(entity.column(column), clean_sql(quoted(column)))})"
