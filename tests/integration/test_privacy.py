"""Nobody of the small synthetic Denmark is in anything its run hands out; the planted people are in tests/privacy."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from sources.pseudonyms import find_key
from tests.privacy.scan import contents

PRIVATE = (".build", ".history/pseudonym.key")
DIGITS = re.compile(rb"(?<![0-9])(?:[0-9]{8}|[0-9]{10})(?![0-9])")


@pytest.fixture(scope="module")
def people(small_run: Path) -> dict[str, set[str]]:
    """Read from the private build file who may be named nowhere."""
    with closing(duckdb.connect(str(small_run / ".build" / "warehouse.duckdb"), read_only=True)) as con:

        def all_of(query: str) -> set[str]:
            return {value for (value,) in con.execute(query).fetchall() if value}

        of_people = "select cvr_number from private.stg_register__company_numbers where is_personally_owned"
        return {
            "cvr": all_of(of_people),
            "p_number": all_of(f"select p_nummer from accepted.register_penhed where cvr_nummer in ({of_people})"),
            "name": all_of(f"select navn from accepted.register_virksomhed where cvr_nummer in ({of_people})")
            - all_of(f"select navn from accepted.register_virksomhed where cvr_nummer not in ({of_people})"),
            "employee": all_of("select distinct forretningsudvikler from accepted.crm_forloeb"),
            "respondent": all_of("select respondent_id from accepted.kendskab_svar"),
            "assessor": all_of("select vurderet_af from accepted.manuelt_resultat"),
        }


def test_no_number_of_a_person_is_in_any_file(small_run: Path, people: dict[str, set[str]]) -> None:
    """Without it one join too many could bring the numbers of sole proprietors back into a mart or a page."""
    numbers = people["cvr"] | people["p_number"]
    assert len(numbers) > 1000
    found, looked = [], 0
    for place, content in contents(small_run, PRIVATE):
        looked += 1
        found += [
            f"{number.decode()} in {place}" for number in set(DIGITS.findall(content)) if number.decode() in numbers
        ]
    assert looked > 500
    assert found == []


def test_no_name_or_id_of_a_person_is_in_any_published_table(small_run: Path, people: dict[str, set[str]]) -> None:
    """Without it a name could be published under another column than the one that was cleared."""
    words = people["name"] | people["employee"] | people["respondent"] | people["assessor"]
    assert min(len(people[kind]) for kind in ("name", "employee", "respondent", "assessor")) > 0
    found, looked = [], 0
    with closing(duckdb.connect(str(small_run / "current.duckdb"), read_only=True)) as con:
        columns = con.execute(
            "select table_name, column_name from duckdb_columns() where data_type = 'VARCHAR' and not internal"
        ).fetchall()
        for table, column in columns:
            looked += 1
            values = {value for (value,) in con.execute(f'select distinct "{column}" from "{table}"').fetchall()}
            found += [f"{value} in {table}.{column}" for value in values & words]
    assert looked > 200
    assert found == []


def test_companies_and_rules_see_one_company_under_one_name(small_run: Path) -> None:
    """Without it a sole proprietor's course, accounts and register row would be those of different companies."""
    key = find_key(small_run)
    assert key is not None
    with closing(duckdb.connect(str(small_run / ".build" / "warehouse.duckdb"), read_only=True)) as con:
        rows = con.execute(
            """
            select given.cvr_nummer, courses.cvr, courses.is_personally_owned
            from accepted.crm_forloeb as given
            inner join staging.stg_crm__courses as courses on given.forloeb_id = courses.course_id
            where given.cvr_nummer is not null
            qualify row_number() over (
                partition by given.forloeb_id order by given._delivery_order desc, given._line desc
            ) = 1
            """
        ).fetchall()
        joined = con.execute(
            """
            select
                count(*) filter (where is_personally_owned),
                count(*) filter (where is_personally_owned and cvr in (select cvr from staging.stg_register__accounts))
            from staging.stg_register__companies
            """
        ).fetchone()
    assert {is_owned for *_, is_owned in rows} == {True, False}
    assert [
        (number, shown)
        for number, shown, is_owned in rows
        if shown != (key.pseudonym("cvr", number) if is_owned else number)
    ] == []
    assert joined is not None
    assert joined[1] > joined[0] / 2
