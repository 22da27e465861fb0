"""How long rows are kept: what goes, what stays, and that the counts stay true."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from sources.contract import load_contracts
from sources.landing import LandingReport, conservation_errors, land
from sources.retention import (
    RETENTION_FILE,
    Retention,
    RetentionError,
    expired_lines,
    load_retention,
    take_out_expired,
)
from sources.warehouse import open_warehouse

TODAY = date(2026, 1, 1)
CONTRACTS = load_contracts()
COURSES = """
forloeb_id;startdato;slutdato;oprettet;timer
old;2010-01-01;2013-12-31;2010-01-01;
ended_in_time;2010-01-01;2014-01-01;2010-01-01;
young;2025-01-01;;2025-01-01;
undated;;;;
turned;2025-01-01;;;
;2010-01-01;;;
"""
LATER = """
forloeb_id;startdato;slutdato
turned;2000-01-01;2001-01-01
back;2025-01-01;
"""
FIRST = """
forloeb_id;startdato;slutdato
back;2000-01-01;2001-01-01
"""
ACTIVITIES = """
aktivitet_id;forloeb_id;dato;timer;kanal
of_old;old;2025-06-01;1;
of_young;young;2001-01-01;ti;
orphan_old;gone;2013-12-31;1;
orphan_young;gone;2025-12-31;1;
"""


@pytest.fixture
def landed(tmp_path: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A build file and a folder with rows on both sides of twelve years."""
    folder = tmp_path / "in" / "crm"
    folder.mkdir(parents=True)
    for name, text in (
        ("crm_forloeb__2024-01-01", FIRST), ("crm_forloeb__2025-01-01", COURSES), ("crm_forloeb__2025-06-01", LATER),
        ("crm_aktivitet__2025-01-01", ACTIVITIES),
    ):  # fmt: skip
        (folder / f"{name}.csv").write_text(text.lstrip(), encoding="utf-8")
    with closing(open_warehouse(tmp_path / "w.duckdb")) as con:
        yield con, tmp_path / "in"


def landing(landed: tuple[duckdb.DuckDBPyConnection, Path], retention: Retention | None = None) -> LandingReport:
    """Land the folder and take out what is too old."""
    con, folder = landed
    rules = retention or load_retention(CONTRACTS)
    return land(con, folder, take_out=lambda c: take_out_expired(c, CONTRACTS, rules, TODAY))


def test_a_key_goes_when_its_newest_row_is_too_old(landed: tuple[duckdb.DuckDBPyConnection, Path]) -> None:
    """Without it an older row of a key could come back to life when its newest is gone."""
    report = landing(landed)
    rows = landed[0].execute("select distinct forloeb_id from raw.crm_forloeb order by all").fetchall()
    assert rows == [("back",), ("ended_in_time",), ("undated",), ("young",), (None,)]
    assert sum(d.expired_rows for d in report.deliveries) == 5
    assert any("ældre end opbevaringsfristen" in warning for warning in report.warnings)


def test_what_follows_a_course_goes_with_it(landed: tuple[duckdb.DuckDBPyConnection, Path]) -> None:
    """Without it activities of a course that is gone would stay, or young courses would lose old activities."""
    landing(landed)
    rows = landed[0].execute("select aktivitet_id from raw.crm_aktivitet order by all").fetchall()
    assert rows == [("of_young",), ("orphan_young",)]


def test_the_counts_stay_true_and_a_second_run_takes_nothing(
    landed: tuple[duckdb.DuckDBPyConnection, Path],
) -> None:
    """Without it the run after would stop, because delivered is not accepted plus rejected."""
    first = landing(landed)
    assert conservation_errors(landed[0]) == []
    assert first.delivered_rows == first.accepted_rows + first.rejected_rows == 8
    assert (first.rejected_rows, first.rejected_values) == (1, 1)
    again = landing(landed)
    assert again.reused == 4
    assert [d.expired_rows for d in again.deliveries] == [d.expired_rows for d in first.deliveries]


def test_rows_without_a_readable_key_go_with_the_delivery(landed: tuple[duckdb.DuckDBPyConnection, Path]) -> None:
    """Without it a rejected row of a person would be kept for good, because it has no date that counts."""
    con, _ = landed
    landing(landed)
    rules = load_retention(CONTRACTS)
    take_out_expired(con, CONTRACTS, rules, date(2038, 1, 1))
    assert con.execute("select count(*) from raw.crm_forloeb").fetchone() == (0,)
    assert con.execute("select count(*) from raw.rejected_rows").fetchone() == (0,)
    assert conservation_errors(con) == []


def test_the_lines_of_a_file_are_named(landed: tuple[duckdb.DuckDBPyConnection, Path]) -> None:
    """Without it nobody could take the rows out of the file."""
    con, folder = landed
    land(con, folder)
    assert expired_lines(con, CONTRACTS, load_retention(CONTRACTS), TODAY) == {
        "crm/crm_forloeb__2025-01-01.csv": frozenset({2, 6}),
        "crm/crm_forloeb__2025-06-01.csv": frozenset({2}),
        "crm/crm_aktivitet__2025-01-01.csv": frozenset({2, 4}),
    }


def test_every_entity_has_a_period_and_every_period_an_entity() -> None:
    """Without it a new delivery would be kept for good because nobody had decided."""
    assert set(load_retention(CONTRACTS).entities) == {entity.name for entity in CONTRACTS.entities}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"crm_forloeb": None}, "entities mangler crm_forloeb"),
        ({"crm_forloeb": {"months": 0}}, r"linje \d+, kolonne 5, entities.crm_forloeb.months: skal være mindst 1"),
        (
            {"crm_forloeb": {"counted_on": ["kundesegment"]}},
            "entities.crm_forloeb.counted_on: kundesegment er ikke en dato",
        ),
        ({"crm_tema": {"follows": "register_virksomhed"}}, "kan ikke følge register_virksomhed"),
        ({"ny": {"months": 1, "undated": "keep", "reason": "x", "since": TODAY}}, "ny er ikke i leverancekontrakterne"),
    ],
)
def test_periods_that_do_not_fit_are_refused(tmp_path: Path, change: dict[str, dict[str, object]], says: str) -> None:
    """Without it a slip of the pen in the controller's own file would keep rows for good."""
    content = yaml.safe_load(RETENTION_FILE.read_text(encoding="utf-8"))
    for name, values in change.items():
        if values is None:
            del content["entities"][name]
        else:
            content["entities"][name] = {**content["entities"].get(name, {}), **values}
    path = tmp_path / "retention.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(RetentionError, match=says):
        load_retention(CONTRACTS, path)
