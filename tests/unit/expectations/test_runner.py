"""Running the suites: what is found, what stops the publication, and that a broken check is not bad data."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from expectations.builder import build_expectation
from expectations.errors import SuiteError
from expectations.frames import FrameTooLargeError, fetch, opened
from expectations.gate import form_error, tally
from expectations.results import CheckResult, exception_message, read_result
from expectations.runner import run_suites
from expectations.suite import Frame, Suite, load_suites

Spoiler = object
SUITES = load_suites()


def suite(name: str) -> Suite:
    """Return one of the project's suites."""
    return next(each for each in SUITES if each.name == name)


def failed(results: tuple[CheckResult, ...]) -> dict[str, CheckResult]:
    """Return what failed, by check."""
    return {result.check: result for result in results if result.status == "failed"}


@pytest.fixture(scope="module")
def clean_results(clean_build: Path) -> tuple[CheckResult, ...]:
    """Every suite on a build file in which everything is as expected."""
    return run_suites(SUITES, clean_build)


def test_everything_as_expected_passes(clean_results: tuple[CheckResult, ...]) -> None:
    """Without it, people would get warnings about nothing and stop reading them."""
    assert [result for result in clean_results if result.status != "passed"] == []
    assert len(clean_results) == sum(len(each.checks) for each in SUITES)
    assert form_error(clean_results, "index.html") is None
    assert tally(clean_results).checks == len(clean_results)
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"


@pytest.mark.parametrize(
    ("statement", "suite_name", "check", "stops"),
    [
        ("update raw.deliveries set accepted_rows = 998", "deliveries", "no_delivery_loses_rows", True),
        ("update raw.deliveries set status = 'set_aside'", "deliveries", "every_delivery_can_be_read", False),
        (
            "update raw.deliveries set accepted_rows = 900, rejected_rows = 100",
            "deliveries", "few_rows_are_rejected", False,
        ),
        ("insert into core.dim_company values ('10000009')", "keys", "dim_company_has_one_row_per_key", True),
        (
            "update goals.goal_attainment set value = 100.5, numerator = 100.5 where measure = 'awareness'",
            "goals", "shares_are_possible", True,
        ),
        ("update goals.goal_attainment set value = -101 where measure = 'nps'", "goals", "scores_are_possible", True),
        ("update goals.goal_attainment set value = 61.5 where house = 'fyn'", "goals", "counts_are_whole", True),
        ("update goals.goal_attainment set house = 'fyen' where house = 'fyn'", "goals", "houses_are_known", True),
        (
            "insert into goals.goal_attainment from goals.goal_attainment limit 1",
            "goals", "goal_attainment_has_one_row_per_key", True,
        ),
        (
            "update goals.goal_attainment set value = 999 where house = 'danmark' and measure = 'entrepreneurs_guided'",
            "goals", "national_counts_are_within_the_houses", True,
        ),
        (
            "update raw.deliveries set unknown_columns = ['ny'] where entity = 'crm_tema'",
            "schema", "crm_tema_has_no_unknown_columns", False,
        ),
        (
            "update raw.deliveries set missing_columns = ['timer'] where entity = 'crm_aktivitet'",
            "schema", "crm_aktivitet_has_every_column", False,
        ),
        (
            "update raw.deliveries set extracted_on = date '2026-10-01' where entity = 'evaluering_svar'",
            "freshness", "evaluering_svar_is_fresh", False,
        ),
        (
            "update practice.registration_practice set passed = 900 where rule = 'cvr_valid'",
            "practice", "cvr_valid", False,
        ),
        (
            "update core.fct_guidance_course set segment = 'drift' where started_on > date '2025-10-31'",
            "distributions", "segment_does_not_jump", False,
        ),
        (
            "update practice.practice_unusual_change set is_unusual = true",
            "distributions", "newest_week_is_as_usual", False,
        ),
        (
            "update practice.registration_practice set passed = 0, house = 'ukendt' where rule = 'course_exists'",
            "practice", "course_exists", False,
        ),
    ],
)  # fmt: skip
def test_each_fault_is_found_and_only_form_stops(
    spoil: object,
    statement: str,
    suite_name: str,
    check: str,
    stops: bool,  # noqa: FBT001
) -> None:
    """Without it, a fault would be published, or bad practice would hold the figures back."""
    assert callable(spoil)
    results = run_suites([suite(suite_name)], spoil(statement))
    found = failed(results)
    assert check in found, [result.message_da for result in results]
    assert found[check].stops_publication is stops
    assert found[check].unexpected >= 1
    error = form_error(results, "data-docs/index.html")
    assert (error is not None) is stops
    if error is not None:
        assert "den forrige udgave gælder stadig" in str(error)
        assert found[check].label_da in str(error)


def test_a_finding_names_the_house_and_the_figure_in_danish(spoil: object) -> None:
    """Without it, the reader would learn that something is wrong, and not where."""
    assert callable(spoil)
    build = spoil("update practice.registration_practice set passed = 912 where rule = 'cvr_valid'")
    result = failed(run_suites([suite("practice")], build))["cvr_valid"]
    assert [(each.name, each.observed) for each in result.offenders] == [("Erhvervshus Fyn", "91,2 pct.")]
    assert result.message_da == "1 af 1 hus er ikke som forventet: Erhvervshus Fyn: 91,2 pct."
    assert (result.checked, result.unexpected, result.since) == (1, 1, "2026-11-21")


def test_an_unusual_week_is_told_with_what_was_expected(spoil: object) -> None:
    """Without it, the reader would not know whether it was too few or too many."""
    assert callable(spoil)
    build = spoil("update practice.practice_unusual_change set is_unusual = true, observed = 3")
    (offender,) = failed(run_suites([suite("distributions")], build))["newest_week_is_as_usual"].offenders
    assert offender.name == "Erhvervshus Fyn, registreringer (forløb og aktiviteter)"
    assert offender.observed == "3, ventet 5,0 til 17,0"


def test_rows_without_a_course_count_against_the_nation_and_no_house(spoil: object) -> None:
    """Without it, a house called unknown would fail every day by its very nature."""
    assert callable(spoil)
    build = spoil(
        "insert into practice.registration_practice "
        "values ('ukendt', 'course_exists', date '2026-09-01', 3, 0, 'warning'), "
        "('ukendt', 'cvr_valid', date '2026-09-01', 30, 0, 'warning')"
    )
    assert failed(run_suites([suite("practice")], build)) == {}


def test_freshness_is_judged_on_the_day_of_the_run(clean_build: Path) -> None:
    """Without it, a CRM that stopped delivering would look fresh for ever: the data's day would stand still with it."""
    results = run_suites([suite("freshness")], clean_build, date(2026, 11, 10))
    assert set(failed(results)) == {
        f"{entity}_is_fresh"
        for entity in ("crm_forloeb", "crm_aktivitet", "crm_tema", "crm_henvisning", "evaluering_svar")
    }


def test_a_broken_check_is_not_bad_data(spoil: object) -> None:
    """Without it, a mistake of ours would be sent to the houses as theirs, or stop the publication."""
    assert callable(spoil)
    build = spoil("drop table core.dim_company", "alter table goals.goal_attainment rename n to units")
    results = run_suites([suite("keys"), suite("goals")], build)
    assert {result.status for result in results if result.suite == "keys"} == {"broken"}
    assert {result.check for result in results if result.status == "failed"} == set()
    assert all("siger intet om data" in result.message_da for result in results if result.status == "broken")
    assert form_error(results, "") is None
    assert tally(results).broken == sum(result.status == "broken" for result in results)


def test_an_exception_inside_one_expectation_breaks_only_that_one(clean_build: Path) -> None:
    """Without it, one misspelt column would take the other checks of its frame with it."""
    goals = suite("goals")
    wrong = goals.checks[2].model_copy(update={"arguments": {"column": "nowhere", "min_value": 0}})
    changed = goals.model_copy(update={"checks": (*goals.checks[:2], wrong, *goals.checks[3:])})
    results = {result.check: result for result in run_suites([changed], clean_build)}
    assert results[wrong.name].status == "broken"
    assert "nowhere" in (results[wrong.name].error or "")
    assert {result.status for name, result in results.items() if name != wrong.name} == {"passed"}


@pytest.mark.parametrize(
    ("info", "message"),
    [
        (None, None),
        ({}, None),
        ({"raised_exception": False, "exception_message": None}, None),
        ({"raised_exception": True, "exception_message": "no such column"}, "no such column"),
        ({"raised_exception": True, "exception_message": None, "exception_traceback": "Traceback"}, "Traceback"),
        ({"MetricConfigurationID(…)": {"raised_exception": True, "exception_message": "deep"}}, "deep"),
        ({"MetricConfigurationID(…)": {"raised_exception": False}}, None),
        ({"raised_exception": True}, "ukendt fejl"),
    ],
)
def test_both_shapes_of_exception_info_are_read(info: object, message: str | None) -> None:
    """Without it, an exception in the second shape would be taken for bad data."""
    assert exception_message(info) == message


def test_a_whole_table_is_told_by_its_figure() -> None:
    """Without it, a check of a table's size would have no message."""
    goals = suite("goals")
    raw = {"success": False, "result": {"observed_value": 1234}, "exception_info": {}, "expectation_config": {}}
    result = read_result(goals, goals.checks[0], raw)
    assert (result.observed, result.unexpected, result.message_da) == (1234.0, 1, "Fundet: 1.234.")


def test_an_expectation_that_does_not_exist_is_a_mistake_in_the_suite() -> None:
    """Without it, a misspelt expectation would be a broken check every morning instead of a message to its author."""
    goals = suite("goals")
    for update in ({"expectation": "expect_the_best"}, {"arguments": {"colum": "n"}}):
        with pytest.raises(SuiteError, match=r"goals\.yml: kontrollen goal_attainment_has_one_row_per_key"):
            build_expectation(goals, goals.checks[0].model_copy(update=update))


def test_a_frame_that_is_no_summary_is_refused(clean_build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a query that forgot to count would fill the memory at a hundred times the scale."""
    monkeypatch.setattr("expectations.frames.MAXIMUM_ROWS", 10)
    frame = Frame(query="select * from range(11)", identify=("range",), noun_da=("række", "rækker"))
    with opened(clean_build) as con, pytest.raises(FrameTooLargeError):
        fetch(con, frame)
    small = suite("goals").model_copy(update={"frames": {**suite("goals").frames, "figures": frame}})
    results = run_suites([small], clean_build)
    assert all(result.status == "broken" for result in results if result.check != "x" and not result.checked)


def test_great_expectations_failing_as_a_whole_breaks_the_checks_of_its_frame(
    clean_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, a defect in the library would stop the nightly run."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("inside the library")

    monkeypatch.setattr("great_expectations.ValidationDefinition.run", fail)
    seen: list[str] = []
    results = run_suites([suite("keys")], clean_build, progress=seen.append)
    assert {result.status for result in results} == {"broken"}
    assert results[0].error == "inside the library"
    assert seen == [suite("keys").label_da]
    assert replace(results[0], status="failed").stops_publication
