"""What a report reads from a statement: which figures compare, and how far they differ."""

from __future__ import annotations

import dataclasses
import math

import pytest

from exports.report.figures import State, agreement_years, change, read_goals
from tests.unit.exports.statements import Options, make_statement


def wilson(successes: int, total: int) -> tuple[float, float]:
    """Compute a Wilson interval in per cent."""
    z, share = 1.959964, successes / total
    middle, spread = share + z * z / (2 * total), z * math.sqrt(share * (1 - share) / total + z * z / (4 * total**2))
    return 100 * (middle - spread) / (1 + z * z / total), 100 * (middle + spread) / (1 + z * z / total)


@pytest.mark.parametrize(
    ("later", "earlier", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10: 56/70-48/80, 9/10-3/10, 10/10-0/20.
        ((56, 70), (48, 80), 5.24, 33.39),
        ((9, 10), (3, 10), 17.05, 80.90),
        ((10, 10), (0, 20), 67.91, 100.0),
    ],
)
def test_the_interval_of_a_change_is_newcombes(
    later: tuple[int, int], earlier: tuple[int, int], low: float, high: float
) -> None:
    """A change is called larger than chance by this interval."""
    goals = read_goals(make_statement())
    one = next(figure for figure in goals.figures if figure.measure == "awareness")

    def share(part: tuple[int, int], year: int) -> object:
        ends = wilson(*part)
        return dataclasses.replace(one, year=year, value=100 * part[0] / part[1], ci_low=ends[0], ci_high=ends[1])

    found = change(share(later, 2025), share(earlier, 2024))  # type: ignore[arg-type]
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))
    assert found.since == 2024
    assert found.beyond_chance


def test_only_figures_of_the_same_definition_are_compared() -> None:
    """The NPS of 2021-23 rests on the year before: its difference to 2024 is no change."""
    goals = read_goals(make_statement(Options(year=2024)))
    figures = {figure.measure: figure for figure in goals.figures if figure.year == 2024 and figure.house == "fyn"}
    assert goals.before(figures["nps"]) is None
    before = goals.before(figures["awareness"])
    assert before is not None
    assert (before.agreement, before.year) == ("2021-2023", 2023)


def test_the_agreement_is_the_one_of_the_year() -> None:
    """A report of 2022 is about the agreement of 2021-23, whatever came later."""
    assert [read_goals(make_statement(Options(year=year))).agreement for year in (2019, 2022, 2025)] == [
        "2019-2020",
        "2021-2023",
        "2024-2027",
    ]
    assert read_goals(make_statement(Options(year=2030))).agreement is None
    assert agreement_years("sydjylland-2026") is None


def test_hidden_and_missing_figures_are_told_apart() -> None:
    """A hidden figure is known to somebody; a missing one is not."""
    goals = read_goals(make_statement(Options(hidden={("fyn", "nps")}, missing={("sjaelland", "nps")})))
    measure = goals.measure("2024-2027", "nps")
    states = {figure.house: figure.state for figure in goals.of(measure, year=2025)}
    assert states["fyn"] is State.HIDDEN
    assert "sjaelland" not in states
    fyn = next(figure for figure in goals.of(measure, year=2025) if figure.house == "fyn")
    assert change(fyn, fyn) is None


def test_published_figures_stand_only_where_none_is_computed() -> None:
    """A baseline beside the figure that replaced it would show one year twice."""
    goals = read_goals(make_statement())
    published = goals.baselines(goals.measure("2024-2027", "awareness"))
    assert {one.year for one in published} == {2020}
    assert goals.baselines(goals.measure("2024-2027", "nps")) == ()
