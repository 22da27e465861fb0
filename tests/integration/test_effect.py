"""The effect step of a run: who is compared with whom, and figures that agree with each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dbt_project.effect.diagnostics import check_balance, check_placebo, check_reuse
from dbt_project.effect.settings import project_settings


@pytest.fixture(scope="module")
def warehouse(small_run: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The private warehouse of the run, for reading."""
    with duckdb.connect(str(small_run / ".build" / "warehouse.duckdb"), read_only=True) as con:
        yield con


def test_guided_companies_were_compared(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Without it every test below could pass on tables without rows."""
    assert warehouse.execute("select count(*) > 100 from effect.fct_effect_pair").fetchall() == [(True,)]
    assert warehouse.execute("select count(*) > 0 from effect.effect_estimate where att is not null").fetchall() == [
        (True,)
    ]


def test_no_control_was_guided_up_to_the_outcome_year(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Without it the effect would be measured against companies that had it too."""
    guided = warehouse.execute(
        """
        select numbers.cvr_number, min(courses.startdato)
        from effect.fct_effect_pair as pairs
        inner join private.stg_register__company_numbers as numbers on pairs.control_cvr = numbers.cvr
        inner join accepted.crm_forloeb as courses
            on numbers.cvr_number = courses.cvr_nummer and year(courses.startdato) <= pairs.goal_year
        where courses.forloeb_id not in (select course_id from staging.stg_crm__courses where is_withdrawn)
            and (courses.forloeb_id, numbers.cvr) in (select course_id, cvr from staging.stg_crm__courses)
        group by numbers.cvr_number
        """
    ).fetchall()
    assert guided == []


def test_pairs_are_of_one_size_and_inside_the_calipers(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Without it a bakery could stand in for a dairy."""
    unlike = warehouse.execute(
        """
        select count(*)
        from effect.fct_effect_pair as pairs
        inner join intermediate.int_effect_baselines as treated
            on pairs.treated_cvr = treated.cvr and pairs.baseline_year = treated.baseline_year
        inner join intermediate.int_effect_baselines as control
            on pairs.control_cvr = control.cvr and pairs.baseline_year = control.baseline_year
        where treated.size_class <> control.size_class
            or treated.is_startup <> control.is_startup
            or treated.is_growth_unknown <> control.is_growth_unknown
            or (pairs.stratum_level < 2 and treated.industry_group <> control.industry_group)
            or (pairs.stratum_level = 0 and treated.region <> control.region)
            or abs(treated.log_revenue - control.log_revenue) > 0.5
        """
    ).fetchall()
    assert unlike == [(0,)]


def test_the_waterfall_ends_where_the_estimate_begins(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Without it the report could show one number of companies and estimate on another."""
    different = warehouse.execute(
        """
        select estimates.measure, estimates.house, estimates.goal_year, estimates.n_treated, min(waterfall.remaining)
        from effect.effect_estimate as estimates
        inner join effect.effect_waterfall as waterfall
            on estimates.segment = waterfall.segment and estimates.house = waterfall.house
            and estimates.goal_year = waterfall.goal_year and waterfall.arm = 'treated'
        where estimates.scope = 'cohort'
        group by estimates.measure, estimates.house, estimates.goal_year, estimates.n_treated
        having min(waterfall.remaining) <> estimates.n_treated
        """
    ).fetchall()
    assert different == []


def test_every_estimate_carries_the_settings_it_was_made_by(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Without it a frozen statement could not say which method it used."""
    found = warehouse.execute("select distinct settings_fingerprint from effect.effect_estimate").fetchall()
    assert found == [(project_settings().fingerprint,)]


def test_goals_show_what_may_be_published_and_nothing_else(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Without it a figure on nine companies could reach the statement."""
    shown = warehouse.execute(
        """
        select goals.measure, goals.house, goals.year
        from goals.goal_attainment as goals
        inner join effect.effect_estimate as estimates
            on goals.measure = estimates.measure and goals.house = estimates.house and goals.year = estimates.goal_year
        where estimates.is_goal_figure and not estimates.is_publishable and goals.value is not null
        """
    ).fetchall()
    assert shown == []


def test_no_table_that_is_published_shows_an_effect_that_may_not_be(small_run: Path) -> None:
    """Without it a figure on a handful of companies would leave the house in the file for BI, flag or no flag."""
    with duckdb.connect(str(small_run / "current.duckdb"), read_only=True) as published:
        assert published.execute("select count(*) > 0 from effect_estimate where not is_publishable").fetchall() == [
            (True,)
        ]
        leaked = published.execute(
            """
            select measure, house, goal_year, scope
            from effect_estimate
            where not is_publishable and coalesce(
                att, se, ci_low, ci_high, treated_mean, control_mean, lowest_att, highest_att
            ) is not null
            union all
            select sensitivity.measure, sensitivity.house, sensitivity.goal_year, sensitivity.scope
            from effect_sensitivity as sensitivity
            inner join effect_estimate as estimates using (measure, house, goal_year, scope)
            where not estimates.is_publishable
            union all
            select 'survival', house, goal_year, scope from effect_survival where n < 10 and survived_share is not null
            union all
            select 'small companies', house, goal_year, 'cohort' from effect_small_companies
            where companies_with_outcome < 10 and median_revenue_change_tkr is not null
            """
        ).fetchall()
    assert leaked == []


def test_the_marts_have_what_the_warnings_are_made_of(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Without it a renamed column would be noticed when the check runs at night."""
    settings = project_settings()
    findings = [
        check_balance(warehouse.execute("from effect.effect_balance").df(), settings),
        check_placebo(warehouse.execute("from effect.effect_placebo").df()),
        check_reuse(warehouse.execute("from effect.effect_estimate").df(), settings),
    ]
    assert all(one.message_da.endswith(".") for one in findings)
