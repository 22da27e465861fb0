"""A small build file in which everything is as expected, for the tests of the expectations to spoil."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from sources.contract import load_contracts

TODAY = date(2026, 10, 31)

TABLES = """
create schema raw; create schema core; create schema goals; create schema seeds; create schema practice;
create table raw.run_context as
    select 'run-1' as run_id, 2025 as report_year, date '2026-10-31' as today,
    timestamp '2026-11-01 04:00:00' as computed_at, '1.0' as code_version;
create table raw.deliveries (
    source varchar, entity varchar, delivery varchar, extracted_on date, delivery_order bigint, status varchar,
    delivered_rows bigint, accepted_rows bigint, rejected_rows bigint, rejected_values bigint,
    unknown_columns varchar[], missing_columns varchar[]
);
create table seeds.measures as
    select unnest(['nps', 'awareness', 'entrepreneurs_guided']) as measure,
    unnest(['score', 'per cent', 'companies']) as unit;
create table goals.goal_attainment as
    select
        '2024-2027' as agreement, measure.measure, house.house, 'all' as segment, 2025 as year, 100 as n,
        60.0::double as numerator, case when measure.unit <> 'companies' then 100.0::double end as denominator,
        case when house.house = 'danmark' and measure.unit = 'companies' then 300.0 else 60.0 end::double as value,
        50.0::double as ci_low, 70.0::double as ci_high, 'not_met' as status, 'certain' as certainty
    from seeds.measures as measure
    cross join (
        select unnest(
            ['danmark', 'hovedstaden', 'sjaelland', 'fyn', 'sydjylland', 'midtjylland', 'nordjylland']
        ) as house
    ) as house;
create table core.fct_guidance_course as
    select 'c' || row as course_id, 'fyn' as house, if(row % 2 = 0, 'drift', 'vaekst') as segment,
    'individuel' as course_type, date '2026-10-31' - (row * 2)::integer as started_on
    from range(360) as rows (row);
create table core.fct_activity as
    select 'a' || row as activity_id, 'c' || row as course_id, 'fyn' as house, 'fysisk' as channel,
    date '2026-10-31' - (row * 2)::integer as activity_on
    from range(360) as rows (row);
create table core.fct_referral as select 'r1' as referral_id;
create table core.fct_evaluation as
    select 'e' || row as evaluation_id, 'c' || row as course_id, 'fyn' as house,
    date '2026-10-31' - (row * 2)::integer as sent_on,
    if(row % 2 = 0, date '2026-10-31' - (row * 2)::integer, null) as answered_on,
    if(row % 2 = 0, 9, null) as recommendation
    from range(360) as rows (row);
create table core.fct_awareness_response as select 'x1' as respondent_id;
create table core.bridge_course_theme as
    select 'c' || row as course_id, 'innovation' as theme from range(360) as rows (row);
create table core.dim_company as select '10000009' as cvr;
create table practice.registration_practice (
    house varchar, rule varchar, month date, checked integer, passed integer, severity varchar
);
create table practice.practice_unusual_change as
    select 'fyn' as house, 'registrations' as series, date '2026-10-19' as week, 10.0::double as observed,
    11.0::double as expected, 5.0::double as low, 17.0::double as high, false as is_unusual, 40 as n;
create table practice.practice_score_card as
    select 'fyn' as house, 'validity' as dimension, 100 as checked, 98 as passed, 98.0::double as share_pct,
    97.5::double as share_last_month, null::double as share_last_year;
"""

Spoiler = Callable[..., Path]


def build_file(path: Path) -> Path:
    """Write the build file."""
    with closing(duckdb.connect(str(path))) as con:
        con.execute(TABLES)
        for source in load_contracts().sources:
            for entity in source.entities:
                name = f"{source.name}/{entity.name}__2026-10-31.csv"
                con.execute(
                    "insert into raw.deliveries values (?, ?, ?, ?, 1, 'accepted', 1000, 999, 1, 2, [], [])",
                    [source.name, entity.name, name, TODAY],
                )
        con.execute(
            """
            insert into practice.registration_practice
            select 'fyn', rule, date '2026-09-01', 1000, 1000, 'warning'
            from (select unnest(['cvr_valid', 'consent_recorded', 'course_exists']) as rule)
            """
        )
    return path


@pytest.fixture(scope="session")
def clean_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build file in which everything is as expected; read it only."""
    return build_file(tmp_path_factory.mktemp("build") / "warehouse.duckdb")


@pytest.fixture
def spoil(clean_build: Path, tmp_path: Path) -> Spoiler:
    """Copy the build file and run statements on it."""

    def change(*statements: str) -> Path:
        path = tmp_path / "spoilt.duckdb"
        path.write_bytes(clean_build.read_bytes())
        with closing(duckdb.connect(str(path))) as con:
            for statement in statements:
                con.execute(statement)
        return path

    return change
