"""Access in a real PostgreSQL: every role sees exactly its rows, and nobody gets around it."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import psycopg2
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))
import access_database as database
from access_database import People, Told, load_and_guard

from exports.access.errors import AccessError

if TYPE_CHECKING:
    from tests.conftest import PostgresServer

ATTEMPTS_FILE = Path(__file__).parents[1] / "fixtures" / "access" / "attempts.yml"
HOUSE, OTHER_HOUSE = "fyn", "sydjylland"
PLACE, OTHER_PLACE = "0461", "0540"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Facts:
    """What lies in the publication, worked out without the rules under test.

    Attributes:
        tokens: Everything that names a company, a course or another record.
        seen: What of it each person may see.
        examples: One record of each kind that somebody would like to see.
    """

    tokens: frozenset[str]
    seen: dict[str, frozenset[str]]
    examples: dict[str, str]

    def leaked(self, person: str, told: Told) -> set[str]:
        """Find what a person was told and may not know."""
        return set(_WORD.findall(told.text)) & (self.tokens - self.seen[person])


@dataclass(frozen=True)
class Guarded:
    """A guarded database with its people and its facts."""

    people: People
    facts: Facts
    output: Path


@pytest.fixture(scope="module")
def output(small_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small publication whose statement is released."""
    return database.released_output(small_run, tmp_path_factory.mktemp("access"))


@pytest.fixture(scope="module")
def guarded(output: Path, postgres_server: PostgresServer) -> Iterator[Guarded]:
    """A guarded database, and people with the roles that attacks start from; tests read it and leave it as it is."""
    with postgres_server.fresh_database() as url:
        load_and_guard(url, output)
        people = People(url)
        for name, roles in PEOPLE.items():
            people.create(name, roles)
        people.create("noemi", [f"hus_{HOUSE}"], "noinherit")
        # The right to connect is inherited too.
        people.admin(f"grant connect on database {people.admin('select current_database()')[0][0]} to noemi")
        yield Guarded(people, _facts(output), output)


PEOPLE = {
    "edith": ["erst"],
    "hanne": [f"hus_{HOUSE}"],
    "kurt": [f"kommune_{PLACE}"],
    "oda": ["offentlig"],
    "begge": [f"hus_{HOUSE}", f"hus_{OTHER_HOUSE}"],
    "blandet": [f"hus_{HOUSE}", f"kommune_{OTHER_PLACE}"],
}


def _facts(output: Path) -> Facts:
    """Work out who may know what, and choose records to look for."""
    everything = """
        select unnest([f.course_id, f.cvr, f.p_number]) from fct_guidance_course f union
        select cvr from dim_company where is_guided union select activity_id from fct_activity union
        select evaluation_id from fct_evaluation union select referral_id from fct_referral union
        select record_id from registration_findings union select respondent_id from fct_awareness_response
    """
    of_house = f"""
        with c as (select * from fct_guidance_course where house = '{HOUSE}')
        select unnest([course_id, cvr, p_number]) from c union
        select activity_id from fct_activity where house = '{HOUSE}' union
        select evaluation_id from fct_evaluation where house = '{HOUSE}' union
        select referral_id from fct_referral where house = '{HOUSE}' union
        select record_id from registration_findings where house = '{HOUSE}'
    """
    shared = f"""
        select f.*, d.is_natural_person from fct_guidance_course f inner join dim_company d using (cvr)
        where f.consent_to_share = 'ja' and d.municipality_code = '{PLACE}'
    """
    of_place = f"""
        with c as ({shared})
        select course_id from c union
        select unnest([cvr, p_number]) from c where not is_natural_person union
        select activity_id from fct_activity where course_id in (select course_id from c) union
        select referral_id from fct_referral where course_id in (select course_id from c)
    """
    examples = {
        "other_cvr": f"""
            select min(cvr) from fct_guidance_course where house = '{OTHER_HOUSE}'
            and cvr not in (select cvr from fct_guidance_course where house = '{HOUSE}' and cvr is not null)
        """,
        "other_course": f"select min(course_id) from fct_guidance_course where house = '{OTHER_HOUSE}'",
        "shared_cvr": f"""
            select min(cvr) from fct_guidance_course where cvr is not null group by all
            having bool_or(house = '{HOUSE}') and count(distinct house) > 1
        """,
        "person_cvr": f"select min(cvr) from ({shared}) where is_natural_person",
        "person_course": f"select min(course_id) from ({shared}) where is_natural_person",
        "company_cvr": f"select min(cvr) from ({shared}) where not is_natural_person",
        "silent_course": f"""
            select min(course_id) from fct_guidance_course f inner join dim_company d using (cvr)
            where d.municipality_code = '{PLACE}' and f.consent_to_share is distinct from 'ja'
        """,
        "place_evaluation": f"select min(evaluation_id) from fct_evaluation inner join ({shared}) using (course_id)",
    }
    with closing(duckdb.connect(str(output / "current.duckdb"), read_only=True)) as con:

        def words(query: str) -> frozenset[str]:
            return frozenset(str(row[0]) for row in con.execute(query).fetchall() if row[0] is not None)

        tokens, house, place = words(everything), words(of_house), words(of_place)
        found = {}
        for name, query in examples.items():
            (value,) = con.execute(query).fetchall()[0]
            assert value is not None, f"the small run has no {name}"
            found[name] = str(value)
    seen = {name: frozenset() for name in ("oda", "nobody")} | {"hanne": house, "noemi": house, "kurt": place}
    return Facts(tokens, seen, found)


@dataclass(frozen=True)
class Attempt:
    """One attempt to see more.

    Attributes:
        name: What is tried.
        person: Who tries.
        statements: What is run, in order, in one session.
        expect: `refused` when the last statement must fail, `empty` when it must give no row, `silent` when it must
            name nothing, `unmoved` when it must run, though a hidden row would make it fail.
    """

    name: str
    person: str
    statements: tuple[str, ...]
    expect: str


def _attempts() -> list[Attempt]:
    """Read what is tried."""
    groups = yaml.safe_load(ATTEMPTS_FILE.read_text(encoding="utf-8"))
    return [
        Attempt(
            name=each["name"],
            person=group["person"],
            statements=tuple([each["sql"]] if isinstance(each["sql"], str) else each["sql"]),
            expect=group["expect"],
        )
        for group in groups
        for each in group["attempts"]
    ]


ATTEMPTS = _attempts()


def test_no_attempt_is_tried_twice() -> None:
    """Without it, the number of attempts would say more than was tried."""
    names = [attempt.name for attempt in ATTEMPTS]
    assert len(set(names)) == len(names)
    assert len(names) >= 60


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: f"{attempt.person}: {attempt.name}")
def test_an_attempt_tells_nothing(guarded: Guarded, attempt: Attempt) -> None:
    """Without it, somebody could learn of a company, a course or an answer that is none of theirs."""
    examples = guarded.facts.examples
    statements = [_filled(statement, examples) for statement in attempt.statements]
    told = guarded.people.ask(attempt.person, *statements)
    asked = set(_WORD.findall(" ".join(statements)))
    assert guarded.facts.leaked(attempt.person, told) - asked == set()
    if attempt.expect == "refused":
        assert len(told.errors) > 0, told.rows
    else:
        assert told.errors == () or attempt.expect == "silent"
    if attempt.expect in {"refused", "empty"}:
        assert told.rows == ()


def _filled(statement: str, examples: dict[str, str]) -> str:
    """Put records into a statement."""
    for name, value in examples.items():
        statement = statement.replace(f"{{{name}}}", value)
    return statement


@pytest.mark.parametrize(
    ("person", "view", "cvr"),
    [
        ("hanne", "hus.fct_guidance_course", "other_cvr"),
        ("hanne", "hus.fct_guidance_course", "shared_cvr"),
        ("hanne", "hus.fct_activity", "other_cvr"),
        ("hanne", "hus.dim_company", "other_cvr"),
        ("hanne", "hus.fct_evaluation", "other_cvr"),
        ("kurt", "kommune.fct_guidance_course", "person_cvr"),
        ("kurt", "kommune.dim_company", "person_cvr"),
        ("kurt", "kommune.fct_activity", "other_cvr"),
    ],
)
@pytest.mark.parametrize("setting", ["", "enable_seqscan", "enable_indexscan", "enable_hashagg", "enable_bitmapscan"])
def test_the_work_of_a_count_tells_nothing(guarded: Guarded, person: str, view: str, cvr: str, setting: str) -> None:
    """Without it, time would tell: a hidden row that is read and thrown away takes longer than none, and is counted."""
    asked = guarded.facts.examples[cvr]
    first = (f"set {setting} = off",) if setting else ()

    def work(number: str) -> list[str]:
        query = (
            f"explain (analyze, buffers, timing off, summary off) select count(*) from {view} where cvr = '{number}'"
        )
        lines = [row[0] for row in guarded.people.ask(person, *first, query, query).rows]
        # The second run: the first one also reads the catalog. What reading the catalog takes says nothing of rows.
        half = lines[len(lines) // 2 :]
        planning = next((i for i, line in enumerate(half) if line.startswith("Planning")), len(half))
        return [line.replace(f"'{number}'", "a number") for line in half[:planning]]

    own_rows = guarded.people.ask(person, f"select count(*) from {view} where cvr = '{asked}'").rows[0][0]
    if own_rows == 0:
        assert work(asked) == work("00000000")
    else:
        # Of a company of two houses one's own rows are met, and no more.
        removed = [line for line in work(asked) if "Rows Removed by Filter" in line]
        total = guarded.people.ask(person, f"select count(*) from {view}").rows[0][0]
        assert f"Rows Removed by Filter: {total - own_rows}" in removed[0]


def test_a_person_without_a_role_cannot_even_connect(guarded: Guarded) -> None:
    """Without it, whoever has a login on the server could look at the catalog of this database."""
    guarded.people.create("fremmed", [])
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        guarded.people.ask("fremmed", "select 1")


def test_a_grant_that_was_made_by_mistake_shows_no_row(guarded: Guarded) -> None:
    """Without it, one `grant select to public` would open everything: policies count, and default to nothing."""
    people = guarded.people
    people.admin("grant usage on schema marts, adgang to public; grant select on all tables in schema marts to public")
    try:
        told = people.ask("hanne", "select * from marts.fct_guidance_course", "select * from marts.dim_house")
        assert told.rows == ()
        assert told.errors == ()
    finally:
        people.admin(
            "revoke usage on schema marts, adgang from public; revoke all on all tables in schema marts from public"
        )


def test_a_table_without_a_rule_is_read_by_nobody(guarded: Guarded) -> None:
    """Without it, a new mart would be open until somebody thought of it."""
    people = guarded.people
    people.admin("create table marts.ny (house text); insert into marts.ny values ('fyn')")
    try:
        for person in ("edith", "hanne", "kurt", "oda"):
            assert people.ask(person, "select * from marts.ny").errors != ()
    finally:
        people.admin("drop table marts.ny")


def test_two_roles_see_what_either_sees(guarded: Guarded) -> None:
    """Without it, a person with two jobs would need two logins, or would see everything."""
    people = guarded.people
    houses = people.ask("begge", "select distinct house from hus.fct_guidance_course").rows
    assert {house for (house,) in houses} == {HOUSE, OTHER_HOUSE}
    query = "select distinct house from hus.fct_guidance_course"
    prepared = people.ask(
        "begge", f"prepare p as {query}", "execute p", f"set role hus_{HOUSE}", "execute p", "reset role", "execute p"
    )
    assert prepared.errors == ()
    assert len(prepared.rows) == 5, "a prepared statement follows the role of the moment"
    mixed = people.ask(
        "blandet",
        "select distinct house from hus.fct_activity",
        "select distinct municipality_code from kommune.dim_company",
    )
    assert mixed.rows == ((HOUSE,), (OTHER_PLACE,))


def test_a_role_that_is_not_inherited_is_taken_on(guarded: Guarded) -> None:
    """Without it, logins that take roles on by hand would see nothing."""
    told = guarded.people.ask("noemi", f"set role hus_{HOUSE}", "select distinct house from hus.fct_guidance_course")
    assert told.rows == ((HOUSE,),)


def test_a_role_that_is_taken_back_shows_nothing(guarded: Guarded) -> None:
    """Without it, somebody who has left would go on reading."""
    guarded.people.create("gæst", [f"hus_{HOUSE}"])
    query = "select count(*) from hus.fct_guidance_course"
    assert guarded.people.ask("gæst", query).rows[0][0] > 0
    with guarded.people.session("gæst") as cursor:
        guarded.people.admin(f"revoke hus_{HOUSE} from gæst")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(query)


def test_every_object_is_guarded(guarded: Guarded) -> None:
    """Without it, a table without policies or a view without barrier could be added and work."""
    admin = guarded.people.admin
    open_tables = admin(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'marts'::regnamespace "
        "and not (relrowsecurity and relforcerowsecurity)"
    )
    assert open_tables == []
    open_views = admin(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where c.relkind in ('v', 'm') and n.nspname in ('hus', 'kommune') and (c.relowner::regrole::text "
        "not in ('adgang_hus', 'adgang_kommune') or not c.reloptions @> array['security_barrier=true'] "
        "or pg_get_viewdef(c.oid) !~ 'OFFSET 0')"
    )
    assert open_views == []
    to_everybody = admin(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace, "
        "aclexplode(c.relacl) a where a.grantee = 0 "
        "and n.nspname in ('marts', 'bi', 'hus', 'kommune', 'adgang', 'offentlig')"
    )
    assert to_everybody == []
    members = admin("select 1 from pg_auth_members where roleid::regrole::text in ('adgang_hus', 'adgang_kommune')")
    assert members == []
    strong = admin(
        "select rolname from pg_roles where (rolname ~ '^(hus|kommune|adgang)_' or rolname in ('erst', 'offentlig')) "
        "and (rolsuper or rolcanlogin or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)"
    )
    assert strong == []


def test_each_role_sees_what_it_should(guarded: Guarded) -> None:
    """Without it, a database that shows nobody anything would pass every test above."""
    people = guarded.people
    with closing(duckdb.connect(str(guarded.output / "current.duckdb"), read_only=True)) as con:

        def published(query: str) -> int:
            return int(con.execute(query).fetchall()[0][0])

        def told(person: str, query: str) -> int:
            return int(people.ask(person, query).rows[0][0])

        for table in ("fct_guidance_course", "fct_activity", "fct_evaluation", "registration_findings"):
            own = published(f"select count(*) from {table} where house = '{HOUSE}'")
            assert own > 0
            assert told("hanne", f"select count(*) from hus.{table}") == own
            assert told("edith", f"select count(*) from bi.{table}_v1") == published(f"select count(*) from {table}")
        shared = f"""
            from fct_guidance_course f inner join dim_company d using (cvr)
            where f.consent_to_share = 'ja' and d.municipality_code = '{PLACE}'
        """
        assert told("kurt", "select count(*) from kommune.fct_guidance_course") == published(
            f"select count(*) {shared}"
        )
        companies = published(f"select count(distinct cvr) {shared} and not is_natural_person")
        assert companies > 0
        assert told("kurt", "select count(*) from kommune.dim_company") == companies
        assert told("kurt", "select count(distinct cvr) from kommune.fct_guidance_course") == companies
        assert told("kurt", "select count(*) from kommune.geographic_spread") > 0
        for person in ("edith", "hanne", "kurt", "oda"):
            assert told(person, "select count(*) from offentlig.statement_goals") > 0
            assert told(person, "select count(*) from offentlig.udgave") == 1


def test_a_second_load_changes_nothing_and_keeps_what_a_dba_granted(
    output: Path, postgres: str, tmp_path: Path
) -> None:
    """Without it, readers would be locked out every night, and rights given by hand be gone in the morning."""
    first = load_and_guard(postgres, output)
    assert first.changed == first.policies + first.views
    people = People(postgres)
    people.create("anna", [f"hus_{HOUSE}"])
    people.create("bi_server", [])
    people.admin(f"grant connect on database {people.admin('select current_database()')[0][0]} to bi_server")
    people.admin("grant usage on schema hus to bi_server; grant select on hus.dim_house to bi_server")
    assert load_and_guard(postgres, output).changed == 0

    people.admin("alter policy adgang_hus on marts.dim_house using (false)")
    people.admin("alter view hus.dim_house set (security_barrier = false)")
    assert load_and_guard(postgres, output).changed == 2, "what was changed by hand is mended"

    changed = shutil.copytree(output, tmp_path / "output", symlinks=True)
    warehouse = (changed / "current.duckdb").resolve()
    warehouse.chmod(0o600)
    with closing(duckdb.connect(str(warehouse))) as con:
        con.execute("alter table dim_house drop column kkr")
        con.execute("alter table fct_activity rename column hours to duration")
    with pytest.raises(AccessError, match="fct_activity: reglen nævner kolonnen hours"):
        load_and_guard(postgres, changed)
    with closing(duckdb.connect(str(warehouse))) as con:
        con.execute(
            "update access_entitlements set visible_columns = replace(visible_columns, 'hours', 'duration') "
            "where table_name = 'fct_activity'"
        )
    load_and_guard(postgres, changed)
    for person in ("anna", "bi_server"):
        told = people.ask(person, "select count(*) from hus.dim_house", "select kkr from hus.dim_house")
        assert told.rows == ((6,),)
        assert len(told.errors) == 1
    activities = people.ask("anna", "select distinct house from hus.fct_activity where duration > 0")
    assert activities.rows == ((HOUSE,),)


def test_a_publication_without_rules_opens_nothing_and_keeps_nothing_open(
    guarded: Guarded, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    """Without it, a publication of an earlier version would be open to all, or be read by the rules of another day."""
    changed = shutil.copytree(guarded.output, tmp_path / "output", symlinks=True)
    warehouse = (changed / "current.duckdb").resolve()
    warehouse.chmod(0o600)
    with closing(duckdb.connect(str(warehouse))) as con:
        con.execute("drop view if exists bi.access_entitlements_v1")
        con.execute("drop table access_entitlements")
    with postgres_server.fresh_database() as url:
        assert load_and_guard(url, changed).roles == 0
        granted = People(url).admin(
            "select count(*) from pg_class as c, aclexplode(c.relacl) as a "
            "where c.relnamespace = 'marts'::regnamespace and a.grantee <> c.relowner"
        )
        assert granted == [(0,)]
    with pytest.raises(AccessError, match="Udgaven har ingen regler for adgang"):
        load_and_guard(guarded.people.url, changed)


def test_an_owner_that_is_no_superuser_can_give_access(guarded: Guarded, postgres_server: PostgresServer) -> None:
    """Without it, the load would need a superuser, whom no policy holds back."""
    with postgres_server.fresh_database() as url:
        people = People(url)
        people.create("loader", [], "createrole")
        people.admin(f"alter database {people.admin('select current_database()')[0][0]} owner to loader")
        own = people.url_of("loader")
        if int(people.admin("show server_version_num")[0][0]) >= 160_000:
            # The roles of the server were made by a superuser for another database.
            with pytest.raises(AccessError, match=r"grant adgang_hus to <bruger>"):
                load_and_guard(own, guarded.output)
            people.admin("grant adgang_hus, adgang_kommune to loader")
        assert load_and_guard(own, guarded.output).changed > 0
        assert load_and_guard(own, guarded.output).changed == 0
        people.create("anna", [f"hus_{HOUSE}"])
        assert people.ask("anna", "select distinct house from hus.fct_activity").rows == ((HOUSE,),)
        assert people.ask("anna", "set role loader").errors != ()


def test_a_role_that_is_more_than_a_role_is_refused(guarded: Guarded) -> None:
    """Without it, a login that happens to be called erst would see everything."""
    guarded.people.admin("alter role erst login")
    try:
        with pytest.raises(AccessError, match="Rollen erst i PostgreSQL kan logge ind"):
            load_and_guard(guarded.people.url, guarded.output)
    finally:
        guarded.people.admin("alter role erst nologin")


def test_a_member_of_the_owner_of_the_views_is_refused(guarded: Guarded) -> None:
    """Without it, somebody who owns the views could take their barrier off."""
    guarded.people.create("ejer", ["adgang_hus"])
    try:
        with pytest.raises(AccessError, match="Rollen ejer i adgang_hus"):
            load_and_guard(guarded.people.url, guarded.output)
    finally:
        guarded.people.admin("drop role ejer")
