"""Every figure of a run, computed a second time in plain Python from the accepted rows, without the warehouse's SQL."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

Row = dict[str, Any]
# n, numerator, denominator, value and the ends of the interval; None where the base is empty.
Figure = tuple[float | None, ...] | None
HOUSES = ("hovedstaden", "sjaelland", "fyn", "sydjylland", "midtjylland", "nordjylland")
SCOPES = (*HOUSES, "danmark")
PATH_START, PATH_END = (2022, 600), (2027, 1200)
ENTREPRENEURS_2027 = {
    "hovedstaden": 385,
    "midtjylland": 275,
    "sjaelland": 171,
    "sydjylland": 156,
    "nordjylland": 119,
    "fyn": 94,
    "danmark": 1200,
}


@dataclass
class Accepted:
    """The newest row of every key, withdrawals applied, as plain dictionaries."""

    courses: dict[str, Row]
    activities: list[Row]
    evaluations: list[Row]
    sustainability: set[str]
    respondents: list[Row]
    started_on: dict[str, date | None]
    guided: dict[tuple[str, int, str], dict[str, date]] = field(default_factory=dict)


def _newest(con: duckdb.DuckDBPyConnection, entity: str, key: tuple[str, ...]) -> Iterator[Row]:
    cursor = con.execute(f"select * from accepted.{entity} order by _delivery_order, _line")
    names = [column[0] for column in cursor.description]
    newest = {tuple(row[names.index(k)] for k in key): dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    return (row for row in newest.values() if not row["is_withdrawn"])


@pytest.fixture(scope="module")
def accepted(small_run: Path) -> Accepted:
    """Read what the run accepted."""
    with duckdb.connect(str(small_run / ".build" / "warehouse.duckdb"), read_only=True) as con:
        courses = {row["forloeb_id"]: row for row in _newest(con, "crm_forloeb", ("forloeb_id",))}
        data = Accepted(
            courses=courses,
            activities=[
                row | {"course": courses[row["forloeb_id"]]}
                for row in _newest(con, "crm_aktivitet", ("aktivitet_id",))
                if row["forloeb_id"] in courses and row["dato"] is not None
            ],
            evaluations=[
                row | {"course": courses[row["forloeb_id"]]}
                for row in _newest(con, "evaluering_svar", ("svar_id",))
                if row["forloeb_id"] in courses
            ],
            sustainability={
                row["forloeb_id"]
                for row in _newest(con, "crm_tema", ("forloeb_id", "tema"))
                if row["tema"] == "baeredygtighed"
            },
            respondents=list(_newest(con, "kendskab_svar", ("respondent_id",))),
            started_on={
                row["cvr_nummer"]: row["startdato"] for row in _newest(con, "register_virksomhed", ("cvr_nummer",))
            },
        )
    guided: dict[tuple[str, int, str], dict[str, date]] = defaultdict(dict)
    for activity in data.activities:
        course, day = activity["course"], activity["dato"]
        if course["cvr_nummer"] is None or course["forloebstype"] is None:
            continue
        mode = "collective" if course["forloebstype"] == "kollektiv" else "individual"
        for house in (course["erhvervshus"], "danmark"):
            first = guided[house, day.year, mode]
            first[course["cvr_nummer"]] = min(day, first.get(course["cvr_nummer"], day))
    data.guided = guided
    return data


@pytest.fixture(scope="module")
def attainment(small_run: Path) -> dict[tuple[str, str, str, str, int], Row]:
    """Read the published figures by key."""
    with duckdb.connect() as con:
        cursor = con.execute("select * from read_parquet(?)", [str(small_run / "goal_attainment.parquet")])
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {(r["agreement"], r["measure"], r["house"], r["segment"], r["year"]): r for r in rows}


def _units(data: Accepted, house: str, segment: str, year: int, *, theme: bool = False) -> list[Row]:
    """The newest answered response of every unit in a scope."""
    newest: dict[str, Row] = {}
    for row in data.evaluations:
        course = row["course"]
        ended, sent = course["slutdato"], row["udsendt_dato"]
        evaluation_year = ended.year if ended else sent.year if sent else None
        if (
            row["besvaret_dato"] is None
            or evaluation_year != year
            or (house != "danmark" and course["erhvervshus"] != house)
            or (segment != "all" and course["kundesegment"] != segment)
            or (theme and row["forloeb_id"] not in data.sustainability)
        ):
            continue
        unit = course["cvr_nummer"] or f"course {row['forloeb_id']}"
        best = newest.get(unit)
        if best is None or (row["besvaret_dato"], row["svar_id"]) > (best["besvaret_dato"], best["svar_id"]):
            newest[unit] = row
    return list(newest.values())


def _wilson(k: int, n: int) -> tuple[float, float]:
    z, p = 1.959963984540054, k / n
    centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return 100 * max(0, (centre - half) / (1 + z * z / n)), 100 * min(1, (centre + half) / (1 + z * z / n))


def _share(answers: Iterable[bool]) -> Figure:
    listed = list(answers)
    n, k = len(listed), sum(listed)
    return (n, k, n, 100 * k / n, *_wilson(k, n)) if n else None


def _nps(scores: list[int]) -> Figure:
    if not scores:
        return None
    n, up, down = len(scores), sum(s >= 9 for s in scores), sum(s <= 6 for s in scores)
    p, c = (up + 0.75) / (n + 3), (down + 0.75) / (n + 3)
    half = 1.96 * math.sqrt((p + c - (p - c) ** 2) / (n + 3))
    return n, up - down, n, 100 * (up - down) / n, max(-100, 100 * (p - c - half)), min(100, 100 * (p - c + half))


def _weighted(rows: list[tuple[float, bool]]) -> Figure:
    if not rows:
        return None
    total, n = math.fsum(w for w, _ in rows), len(rows)
    p = math.fsum(w for w, yes in rows if yes) / total
    if n == 1:
        return n, p * total, total, 100 * p, None, None
    variance = n / (n - 1) * math.fsum((w * (yes - p)) ** 2 for w, yes in rows) / total**2
    half = 1.959963984540054 * math.sqrt(variance)
    return n, p * total, total, 100 * p, 100 * (p - half), 100 * (p + half)


def _evaluation(data: Accepted, measure: str, agreement: str, house: str, segment: str, year: int) -> Figure:
    base = year - 1 if agreement == "2021-2023" else year
    units = _units(data, house, segment, base, theme=measure == "sustainability_helped")
    if measure == "nps":
        return _nps([u["anbefaling"] for u in units if u["anbefaling"] is not None])
    if measure == "referral_used":
        used = {"ja", "forventer"} if agreement == "2021-2023" else {"ja"}
        answers = [u["henvisning_benyttet"] for u in units if u["henvist"] == "ja"]
        return _share(a in used for a in answers if a not in (None, "ved_ikke"))
    question, counted = {
        "competence_satisfaction": ("faglige_kompetencer", "meget_tilfreds"),
        "expected_effect": ("forventet_effekt", "i_hoej_grad"),
        "expected_effect_digital": ("forventet_effekt", "i_hoej_grad"),
        "sustainability_helped": ("baeredygtighed_bedre_i_stand", "i_hoej_grad"),
    }[measure]
    if measure == "expected_effect_digital":
        units = [u for u in units if u["vejledt_digitalisering"] == "ja"]
    return _share(u[question] == counted for u in units if u[question] is not None)


def _awareness(data: Accepted, measure: str, house: str, year: int) -> Figure:
    question = {
        "awareness": "hoert_om_erhvervshus",
        "awareness_of_offers": "kender_tilbud",
        "awareness_of_sustainability_offers": "kender_tilbud_baeredygtighed",
    }[measure]
    return _weighted(
        [
            (float(r["vaegt"]), r[question] == "ja")
            for r in data.respondents
            if r["boelge"] == year
            and house in (r["erhvervshus"], "danmark")
            and r["vaegt"] is not None
            and r[question] is not None
            and (measure == "awareness" or r["hoert_om_erhvervshus"] == "ja")
        ]
    )


def _three_years_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 3)
    except ValueError:
        return day.replace(year=day.year - 3, day=28)


def _count(data: Accepted, measure: str, house: str, year: int) -> int:
    individual = data.guided.get((house, year, "individual"), {})
    if measure == "entrepreneurs_guided":
        starts = {cvr: data.started_on.get(cvr) for cvr in individual}
        return sum(s is not None and s > _three_years_before(individual[cvr]) for cvr, s in starts.items())
    if measure == "companies_guided":
        return len(individual)
    if measure == "participants":
        return len(individual) + len(data.guided.get((house, year, "collective"), {}))
    mine = [a for a in data.activities if a["dato"].year == year and a["course"]["erhvervshus"] == house]
    if measure == "company_contacts":
        return sum(a["course"]["cvr_nummer"] is not None for a in mine)
    assert measure == "growth_courses"
    return len(
        {
            a["forloeb_id"]
            for a in mine
            if a["course"]["forloebstype"] == "individuel" and a["course"]["kundesegment"] == "vaekst"
        }
    )


def _new_share(data: Accepted, house: str, year: int) -> Figure:
    before = data.guided.get((house, year - 1, "individual"), {})
    return _share(cvr not in before for cvr in data.guided.get((house, year, "individual"), {}))


AWARENESS = {"awareness", "awareness_of_offers", "awareness_of_sustainability_offers"}
COUNTS = {"entrepreneurs_guided", "companies_guided", "participants", "company_contacts", "growth_courses"}
DELIVERED = {"crisis_guidance_effect", "guidance_influenced_company"}


def _expected(data: Accepted, row: Row) -> Figure:
    measure, house, year = row["measure"], row["house"], row["year"]
    if measure in AWARENESS:
        return _awareness(data, measure, house, year)
    if measure in COUNTS:
        value = _count(data, measure, house, year)
        return value, value, None, value, None, None
    if measure == "new_companies_share":
        return _new_share(data, house, year)
    return _evaluation(data, measure, row["agreement"], house, row["segment"], year)


def test_every_figure_agrees_with_a_second_computation(
    accepted: Accepted, attainment: dict[tuple[str, str, str, str, int], Row]
) -> None:
    """Without it the models could be tested one by one and still be joined wrongly."""
    compared = 0
    wrong = []
    for key, row in attainment.items():
        if row["measure"] in DELIVERED or row["measure"].startswith("excess_"):
            continue
        expected = _expected(accepted, row)
        if expected is None:
            expected = (0, None, None, None, None, None)
        found = tuple(row[name] for name in ("n", "numerator", "denominator", "value", "ci_low", "ci_high"))
        same = all(
            (e is None and f is None) or (e is not None and f is not None and math.isclose(e, f, abs_tol=1e-6))
            for e, f in zip(expected, found, strict=True)
        )
        compared += 1
        if not same:
            wrong.append((key, expected, found))
    assert wrong == []
    assert compared > 250


def test_status_and_certainty_follow_from_value_target_and_interval(
    attainment: dict[tuple[str, str, str, str, int], Row],
) -> None:
    """Without it a figure could be right and its verdict wrong."""
    paths = {"entrepreneurs_guided": range(2024, 2027), "awareness_of_offers": (2024,)}
    early_paths = {"awareness": (2022,), "awareness_of_sustainability_offers": (2022,)}
    for (agreement, measure, house, _, year), row in attainment.items():
        is_path = year in (early_paths if agreement == "2021-2023" else paths).get(measure, ())
        reaches: Callable[[float], bool] = (
            row["target"].__lt__ if row["comparison"] == "more_than" else row["target"].__le__
        )
        if row["value"] is None:
            assert row["status"] == "no_data"
        elif is_path:
            assert row["status"] == ("on_path" if reaches(row["value"]) else "behind_path"), (measure, house, year)
        else:
            assert row["status"] == ("met" if reaches(row["value"]) else "not_met"), (measure, house, year)
        if row["ci_low"] is None:
            assert row["certainty"] is None
        else:
            same_side = reaches(row["ci_low"]) == reaches(row["ci_high"])
            assert row["certainty"] == ("certain" if same_side else "uncertain")


@pytest.mark.parametrize("house", SCOPES)
def test_the_path_of_goal_1_is_the_straight_line_of_the_agreement(
    house: str, attainment: dict[tuple[str, str, str, str, int], Row]
) -> None:
    """Without it the years before 2027 would be judged against a line nobody agreed."""
    for year in (2024, 2025):
        (from_year, start), (to_year, end) = PATH_START, PATH_END
        nationally = start + (end - start) * (year - from_year) / (to_year - from_year)
        row = attainment["2024-2027", "entrepreneurs_guided", house, "all", year]
        assert row["target"] == pytest.approx(nationally * ENTREPRENEURS_2027[house] / end)


def test_the_baselines_of_2020_set_the_targets_of_2021(
    attainment: dict[tuple[str, str, str, str, int], Row],
) -> None:
    """Without it the targets of the contract (37 and 73 for Sydjylland) could drift from the printed baselines."""
    assert attainment["2021-2023", "awareness", "sydjylland", "all", 2021]["target"] == 37
    assert attainment["2021-2023", "awareness_of_sustainability_offers", "sydjylland", "all", 2021]["target"] == 73
