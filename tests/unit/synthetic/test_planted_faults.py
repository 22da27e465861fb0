"""The rules of registration practice, written a second time: exactly the planted rows break them."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

TODAY = "date '2026-10-31'"
SUM = " + ".join(
    f"{weight} * try_cast({{0}}[{place}] as integer)" for place, weight in enumerate((2, 7, 6, 5, 4, 3, 2, 1), 1)
)
VALID = f"coalesce(length({{0}}) = 8 and ({SUM}) % 11 = 0, false)"
HOURS = "(select forloeb_id, sum(timer) as hours, min(dato) as first, max(dato) as last from crm_aktivitet group by 1)"
ENDED = f"c.slutdato <= {TODAY}"
UNSENT = "not exists (from evaluering_svar as e where e.forloeb_id = c.forloeb_id)"

RULES = {
    "cvr_valid": f"""select forloeb_id from crm_forloeb
        where cvr_nummer is not null and not {VALID.format("cvr_nummer")}""",
    "cvr_in_register": """select distinct c.forloeb_id from crm_forloeb as c
        left join crm_aktivitet as a using (forloeb_id)
        left join register_virksomhed as v on v.cvr_nummer = c.cvr_nummer
        where c.cvr_nummer is not null and (v.cvr_nummer is null or least(a.dato, c.startdato) < v.startdato
            or greatest(least(a.dato, date '2026-10-31'), c.startdato) >= v.ophoersdato)""",
    "p_number_valid": "select forloeb_id from crm_forloeb where p_nummer is not null and length(p_nummer) <> 10",
    "p_number_of_company": f"""select c.forloeb_id from crm_forloeb as c left join {HOURS} as h using (forloeb_id)
        where c.p_nummer is not null and not exists (from register_penhed as p where p.p_nummer = c.p_nummer
            and p.cvr_nummer = c.cvr_nummer and p.startdato <= least(h.first, c.startdato)
            and (p.ophoersdato is null or p.ophoersdato >= least(h.last, date '2026-10-31')))""",
    "segment_registered": """select forloeb_id from crm_forloeb
        where forloebstype = 'individuel' and kundesegment is null""",
    "segment_consistent": """select forloeb_id from (
        select forloeb_id, min(kundesegment) over w <> max(kundesegment) over w as mixed
        from crm_forloeb where cvr_nummer is not null and kundesegment is not null
        window w as (partition by erhvervshus, cvr_nummer, year(startdato))) where mixed""",
    "theme_registered": """select forloeb_id from crm_forloeb as c
        where not exists (from crm_tema as t where t.forloeb_id = c.forloeb_id)""",
    "referral_complete": """select henvisning_id from crm_henvisning as h join crm_forloeb as c using (forloeb_id)
        where h.aktoertype is null or h.dato is null or h.dato < c.startdato""",
    "evaluation_over_3_hours": f"""select c.forloeb_id from crm_forloeb as c join {HOURS} as h using (forloeb_id)
        where h.hours > 3 and c.slutdato < {TODAY} - 30 and {UNSENT}""",
    "evaluation_all": f"""select forloeb_id from crm_forloeb as c
        where forloebstype = 'individuel' and {ENDED} and {UNSENT}""",
    "management_decision_over_20_hours": """with counted as (
            select c.forloeb_id, c.erhvervshus, c.cvr_nummer, a.dato, sum(a.timer) over (
                partition by erhvervshus, cvr_nummer order by a.dato
                range between interval 12 months preceding and current row) as hours
            from crm_forloeb as c join crm_aktivitet as a using (forloeb_id)
            where c.forloebstype = 'individuel' and c.cvr_nummer is not null)
        select distinct forloeb_id from counted as n where hours > 20 and not exists (from crm_forloeb as d
            where d.erhvervshus = n.erhvervshus and d.cvr_nummer = n.cvr_nummer and d.ledelsesvurdering_dato <= (
                select min(m.dato) + 30 from counted as m
                where m.erhvervshus = n.erhvervshus and m.cvr_nummer = n.cvr_nummer and m.hours > 20))""",
    "registered_in_time": f"""select c.forloeb_id from crm_forloeb as c join {HOURS} as h using (forloeb_id)
        where c.oprettet::date > h.first + 14""",
    "hours_plausible": f"""select aktivitet_id from crm_aktivitet join crm_forloeb using (forloeb_id)
        where timer <= 0 or timer > 12 or dato > {TODAY}""",
    "no_duplicate_course": """select forloeb_id from crm_forloeb where cvr_nummer is not null
        qualify count(*) over (partition by erhvervshus, cvr_nummer, forloebstype, startdato) > 1""",
    "consent_recorded": "select forloeb_id from crm_forloeb where samtykke_deling is null",
}

ORPHANS = {
    entity: f"select {record} from {entity} where forloeb_id not in (select forloeb_id from known)"
    for entity, record in (
        ("crm_aktivitet", "aktivitet_id"),
        ("crm_tema", "forloeb_id || '|' || tema"),
        ("crm_henvisning", "henvisning_id"),
        ("evaluering_svar", "svar_id"),
    )
}


def planted(folder: Path, kind: str, entity: str | None = None) -> set[str]:
    """Ids of the records planted with a fault, also those that another fault brings along."""
    table = pq.read_table(folder / "truth" / "planted_faults.parquet").to_pylist()
    return {row["record_id"] for row in table if row["kind"] == kind and entity in {None, row["entity"]}}


@pytest.mark.parametrize("rule", RULES)
def test_exactly_the_planted_records_break_the_rule(
    rule: str, dirty: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """Without it the practice checks of the warehouse would be judged against a truth that is not true."""
    offending = {record for (record,) in warehouse.execute(RULES[rule]).fetchall()}
    expected = planted(dirty, rule)
    assert expected, f"no {rule} planted"
    assert offending == expected, (
        f"not planted: {sorted(offending - expected)[:5]}, not broken: {sorted(expected - offending)[:5]}"
    )


@pytest.mark.parametrize("rule", RULES)
def test_clean_denmark_breaks_no_rule(rule: str, clean_warehouse: duckdb.DuckDBPyConnection) -> None:
    """Without it a check that cries wolf could not be told from dirt."""
    assert clean_warehouse.execute(RULES[rule]).fetchall() == []


@pytest.mark.parametrize("entity", ORPHANS)
def test_exactly_the_planted_orphans_have_no_course(
    entity: str, dirty: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """Without it rows of withdrawn courses and rows of courses never delivered could be confused."""
    withdrawn = planted(dirty, "withdrawn", "crm_forloeb")
    warehouse.execute("create or replace temp table known as select forloeb_id from crm_forloeb")
    warehouse.executemany("insert into known values (?)", [[record] for record in sorted(withdrawn)])
    assert {record for (record,) in warehouse.execute(ORPHANS[entity]).fetchall()} == planted(
        dirty, "course_exists", entity
    )


def test_withdrawn_courses_are_marked_in_a_later_delivery(dirty: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Without it withdrawals would not be tried at all: they must arrive after the row they take back."""
    live = {record for (record,) in warehouse.execute("select forloeb_id from crm_forloeb").fetchall()}
    gone = planted(dirty, "withdrawn", "crm_forloeb")
    assert gone
    assert not gone & live
    assert planted(dirty, "withdrawn", "crm_aktivitet")


def test_clean_denmark_has_no_planted_faults(make: object) -> None:
    """Without it the truth of a clean Denmark would hold faults nobody can find."""
    folder = make(scale=0.04, clean=True)  # type: ignore[operator]
    assert pq.read_table(folder / "truth" / "planted_faults.parquet").num_rows == 0


def test_no_course_carries_two_planted_faults(dirty: Path) -> None:
    """Without it one fault could hide another, and the truth would be wrong for both."""
    table = pq.read_table(dirty / "truth" / "planted_faults.parquet").to_pylist()
    own = [row["record_id"] for row in table if row["entity"] == "crm_forloeb" and row["implied_by"] is None]
    assert len(own) == len(set(own))
