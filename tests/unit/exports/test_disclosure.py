"""Disclosure control: nothing under its limit is shown, and nothing hidden can be worked out."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.statement.attack import Intervals, solve
from exports.statement.disclosure import Audit, DisclosureError, Limits, audit, protect, suppress
from exports.statement.specification import Disclosure, TableSpecification, Total
from exports.statement.statement import IS_HIDDEN, StatementTable
from exports.statement.system import Masked, read_system

_SPEC = importlib.util.spec_from_file_location("disclosure_tables", Path(__file__).with_name("disclosure_tables.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
tables = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(tables)

Table = tuple[TableSpecification, pd.DataFrame]


def hidden_of(shown: StatementTable, *key: str) -> set[Any]:
    """Name the hidden rows by their key, or by one column of it."""
    columns = list(key or shown.specification.key)
    rows = shown.frame.loc[shown.frame[IS_HIDDEN].to_numpy(dtype=bool), columns]
    return set(rows[columns[0]]) if len(columns) == 1 else set(rows.itertuples(index=False, name=None))


def only_primary(table: Table, limits: Limits | None = None) -> StatementTable:
    """Hide only what few are behind, as a careless publisher would."""
    spec, _ = table
    done = suppress({spec.name: table}, limits)
    truth = suppress({spec.name: (spec.model_copy(update={"disclosure": None}), table[1])}).tables[spec.name].frame
    frame = done.tables[spec.name].frame.copy()
    back = done.secondary[spec.name]
    assert spec.disclosure is not None
    for column in spec.disclosure.hides:
        frame[column] = frame[column].mask(back, truth[column])
    frame[IS_HIDDEN] = frame[IS_HIDDEN].mask(back, other=False)
    return StatementTable(spec, frame)


def known(shown: Mapping[str, StatementTable], limits: Limits | None = None) -> pd.DataFrame:
    """Attack tables exactly: every hidden count with its interval."""
    masks = {
        name: Masked(table.specification, table.frame, table.frame[IS_HIDDEN].to_numpy(dtype=bool))
        for name, table in shown.items()
        if table.specification.disclosure is not None
    }
    system = read_system(masks, limits or Limits())
    found: Intervals = solve(system, system.hidden)
    at = np.flatnonzero(system.hidden & (system.column != ""))
    return pd.DataFrame(
        {
            "table": [system.names[i] for i in system.table[at]],
            "row": system.row[at],
            "lower": found.lower[at],
            "upper": found.upper[at],
        }
    )


class TestPrimary:
    """What few are behind is hidden, and nothing else where there is no total."""

    @pytest.mark.parametrize(
        ("unit", "n", "is_hidden"),
        [
            ("companies", 2, True),
            ("companies", 3, False),
            ("respondents", 4, True),
            ("respondents", 5, False),
            ("contacts", 1, False),
        ],
    )
    def test_limit_of_the_unit(self, unit: str, n: int, *, is_hidden: bool) -> None:
        """A limit that is off by one shows the answers of four respondents."""
        shown = protect({"counts": tables.houses({"fyn": n}, unit=unit, totals=())})["counts"]
        assert list(shown.frame[IS_HIDDEN]) == [is_hidden]

    def test_hides_every_column_of_the_row(self) -> None:
        """A status beside a hidden value says on which side of the target it lies."""
        frame = protect({"counts": tables.houses({"fyn": 1, "sjaelland": 7}, totals=())})["counts"].frame
        assert frame.loc[0, ["n", "value", "status"]].isna().all()
        assert frame.loc[1, ["n", "value", "status"]].notna().all()
        assert [str(frame[c].dtype) for c in ("house", "n", "value", IS_HIDDEN)] == [
            "string", "Int64", "Float64", "boolean",
        ]  # fmt: skip

    def test_zero_is_shown(self) -> None:
        """Nobody is behind a zero; hiding it would hide that a house has no companies."""
        shown = protect({"counts": tables.houses({"fyn": 0, "sjaelland": 7, "danmark": 7})})["counts"]
        assert hidden_of(shown) == set()

    def test_figures_without_a_count_are_hidden(self) -> None:
        """A mean of nobody knows how many may be of one."""
        spec, frame = tables.houses({"fyn": 7, "sjaelland": 8}, totals=())
        frame["n"] = frame["n"].astype("Int64").mask(frame["house"] == "fyn")
        assert hidden_of(protect({"counts": (spec, frame)})["counts"]) == {"fyn"}

    def test_minimum_of_the_table_replaces_the_limit(self) -> None:
        """Estimates of nine companies are too weak to publish, whatever the limit of companies is."""
        shown = protect({"counts": tables.houses({"fyn": 9, "sjaelland": 10}, totals=(), minimum=10)})["counts"]
        assert hidden_of(shown) == {"fyn"}

    def test_unit_can_differ_by_row(self) -> None:
        """Figures of respondents, companies and other things lie in one table."""
        spec, frame = tables.houses({"a": 4, "b": 4, "c": 1}, totals=())
        frame["kind"] = ["respondents", "companies", "other"]
        rule = spec.disclosure.model_copy(update={"unit": "kind"})
        spec = tables.specification("counts", ("house", "kind", "n", "value", "status"), ("house",), rule)
        assert hidden_of(protect({"counts": (spec, frame)})["counts"]) == {"a"}

    def test_dominance(self) -> None:
        """A mean of four companies of which one has 76 per cent is that company's figure."""
        rule = Disclosure(count="n", unit="companies", hides=("n", "value", "largest_share"))
        columns = ("house", "n", "value", "largest_share")
        spec = tables.specification("money", columns, ("house",), rule, {**tables.TYPES, "largest_share": "double"})
        frame = pd.DataFrame({"house": ["a", "b"], "n": 4, "value": 9.0, "largest_share": [0.76, 0.75]})
        shown = protect({"money": (spec, frame)})["money"]
        assert hidden_of(shown) == {"a"}
        assert "largest_share" not in shown.frame
        assert "largest_share" not in {column.name for column in shown.specification.columns}
        assert audit({"money": shown}).hidden_rows == 1

    def test_tables_without_disclosure_are_left_alone(self) -> None:
        """Definitions have no hidden rows, and no column that says so."""
        spec, frame = tables.houses({"fyn": 1})
        shown = protect({"counts": (spec.model_copy(update={"disclosure": None}), frame)})["counts"]
        assert IS_HIDDEN not in shown.frame
        assert shown.frame["n"].tolist() == [1]


class TestSecondary:
    """Textbook examples of what a total gives away."""

    def test_one_hidden_in_a_row_takes_the_smallest_other(self) -> None:
        """Total minus the others is the hidden figure."""
        table = tables.houses({"a": 2, "b": 30, "c": 8, "danmark": 40})
        with pytest.raises(DisclosureError, match=r"counts: house a: n er skjult, men kan regnes ud"):
            audit({"counts": only_primary(table)})
        shown = protect({"counts": table})
        assert hidden_of(shown["counts"]) == {"a", "c"}
        assert known(shown)[["lower", "upper"]].to_numpy().tolist() == [[0, 10], [0, 10]]

    def test_two_small_ones_that_are_nearly_known_take_a_third(self) -> None:
        """Two companies of two houses: each house has none, one or two, which is too well known."""
        shown = protect({"counts": tables.houses({"a": 1, "b": 1, "c": 9, "danmark": 11})})
        assert hidden_of(shown["counts"]) == {"a", "b", "c"}

    def test_knowing_which_are_small_does_not_help(self) -> None:
        """Two cells of two add up to four: who knows that both are under three knows both."""
        shown = protect({"counts": tables.houses({"a": 2, "b": 2, "c": 9, "danmark": 13})})
        assert hidden_of(shown["counts"]) == {"a", "b", "c"}

    def test_total_goes_last(self) -> None:
        """Denmark's figure is what readers look for first: it is hidden only when no house is left."""
        shown = protect({"counts": tables.houses({"a": 1, "b": 3, "danmark": 4})})
        assert hidden_of(shown["counts"]) == {"a", "b"}
        shown = protect({"counts": tables.houses({"a": 2, "danmark": 2})})
        assert hidden_of(shown["counts"]) == {"a", "danmark"}

    def test_distinct_total_leaves_a_point(self) -> None:
        """At least total minus the others, at most the limit: for two companies that is a point."""
        table = tables.houses({"a": 2, "b": 5, "c": 9, "danmark": 16}, distinct=True)
        shown = protect({"counts": table})
        assert hidden_of(shown["counts"]) == {"a", "b"}

    def test_distinct_total_far_below_the_sum_gives_nothing_away(self) -> None:
        """Where companies use several houses, the total says little of any one house."""
        shown = protect({"counts": tables.houses({"a": 2, "b": 8, "c": 9, "danmark": 12}, distinct=True)})
        assert hidden_of(shown["counts"]) == {"a"}
        assert known(shown)[["lower", "upper"]].to_numpy().tolist() == [[0, 12]]

    def test_two_way_table(self) -> None:
        """Every line has two hidden cells, and still the sums of rows and columns determine some."""
        cells = [[1, 40, 30, 50], [20, 2, 45, 35], [33, 21, 1, 60], [25, 44, 37, 52]]
        table = tables.grid(cells)
        with pytest.raises(DisclosureError):
            audit({"grid": only_primary(table)})
        shown = protect({"grid": table})
        found = audit(shown)
        assert found.narrow == 0
        assert found.narrowest is not None
        assert found.narrowest >= 3
        # A triangle of rows and columns: three small cells and three more close it.
        assert found.hidden_rows == 6

    def test_lines_with_two_hidden_can_still_be_determined(self) -> None:
        """Two rows and two columns whose hidden cells sit in one line more: counting two per line is not enough."""
        cells = [[1, 9, 30, 40], [7, 8, 35, 45], [50, 60, 6, 5]]
        spec, frame = tables.grid(cells)
        hides = {("house0", "segment0"), ("house0", "segment1"), ("house1", "segment0"), ("house1", "segment1")}
        extra = {("house2", "segment2"), ("house2", "segment3")}
        truth = protect({"grid": (spec.model_copy(update={"disclosure": None}), frame)})["grid"].frame
        keys = list(zip(truth["house"], truth["segment"], strict=True))
        hidden = np.array([key in hides | extra for key in keys])
        masked = truth.assign(**{column: truth[column].mask(hidden) for column in ("n", "value")})
        masked[IS_HIDDEN] = pd.array(hidden, dtype="boolean")
        # Columns 2 and 3 have one hidden cell each: the extra two are known, the square is not.
        found = known({"grid": StatementTable(spec, masked)})
        width = (found["upper"] - found["lower"]).tolist()
        assert sorted(width)[:2] == [0, 0]
        assert sorted(width)[2] > 0

    def test_repeated_cells_are_hidden_together(self) -> None:
        """A figure hidden under the framework agreement stands in the house's contract too."""
        rows = [
            (agreement, house, n, 1.0)
            for agreement in ("2024-2027", "fyn-2026")
            for house, n in (("fyn", 2), ("sjaelland", 8), ("nordjylland", 9), ("danmark", 19))
            if agreement == "2024-2027" or house in ("fyn", "danmark")
        ]
        columns = ("agreement", "house", "n", "value")
        rule = Disclosure(
            count="n", unit="companies", hides=("n", "value"), additive=("n",), totals=(tables.HOUSE_TOTAL,),
            repeats_over=("agreement",),
        )  # fmt: skip
        spec = tables.specification("goals", columns, ("agreement", "house"), rule)
        shown = protect({"goals": (spec, pd.DataFrame(rows, columns=list(columns)))})
        assert hidden_of(shown["goals"]) == {("2024-2027", "fyn"), ("fyn-2026", "fyn"), ("2024-2027", "sjaelland")}
        # One of the two shown again gives both away.
        frame = shown["goals"].frame.copy()
        at = (frame["agreement"] == "fyn-2026") & (frame["house"] == "fyn")
        frame["n"] = frame["n"].mask(at, 3)
        frame[IS_HIDDEN] = frame[IS_HIDDEN].mask(at, other=False)
        with pytest.raises(
            DisclosureError, match="agreement fyn-2026, house fyn viser et tal, der er skjult i en anden række"
        ):
            audit({"goals": StatementTable(spec, frame)})

    def test_the_same_figures_in_another_table(self) -> None:
        """What one table hides to protect another cell stands in a second table under another name."""
        counts = {"a": 2, "b": 7, "c": 30, "d": 41, "danmark": 80}
        spec, frame = tables.houses(counts)
        rule = Disclosure(count="n", unit="companies", hides=("n", "value"))
        key = ("house", "year")
        first = spec.model_copy(
            update={"key": key, "columns": (*spec.columns, tables.specification("", ("year",), (), None).columns[0])}
        )
        second = tables.specification("other", ("house", "year", "n", "value"), key, rule)
        frame = frame.assign(year=2025)
        shown = protect({"counts": (first, frame), "other": (second, frame)})
        assert hidden_of(shown["counts"], "house") == {"a", "b"}
        assert hidden_of(shown["other"], "house") == {"a", "b"}

    def test_running_totals_over_years(self) -> None:
        """What the pooled count grew by since last year is this year's own count."""
        own = {"a": (20, 2), "b": (30, 9), "c": (14, 11), "d": (25, 12)}
        rows = [
            {"house": house, "year": 2024 + i, "scope": scope, "n": sum(years[: i + 1]) if scope == "pooled" else n}
            for house, years in own.items()
            for i, n in enumerate(years)
            for scope in ("cohort", "pooled")
        ]
        rule = Disclosure(count="n", unit="companies", hides=("n",))
        key = ("house", "year", "scope")
        spec = tables.specification("effect", ("house", "year", "scope", "n"), key, rule)
        shown = protect({"effect": (spec, pd.DataFrame(rows))})
        assert hidden_of(shown["effect"]) == {("a", 2025, "cohort"), ("a", 2024, "pooled")}
        assert audit(shown).narrowest == 22

    def test_expected_numbers_beside_a_hidden_total(self) -> None:
        """Expected number by share is the total, printed on every row."""
        counts = {"a": 20, "b": 30, "c": 50}
        share = {"a": 0.25, "b": 0.35, "c": 0.4}
        rows = [
            {
                "house": house,
                "place": place,
                "n": n,
                "share": share.get(place, 1.0),
                "expected": share.get(place, 1.0) * total,
            }
            for house, factor, total in (("x", 1, 100), ("y", 2, 200))
            for place, n in [*((p, c * factor) for p, c in counts.items()), ("total", total)]
        ]
        rule = Disclosure(
            count="n",
            unit="companies",
            hides=("n",),
            additive=("n",),
            totals=(Total(dimension="place", total="total"),),
        )
        types = {**tables.TYPES, "share": "double", "expected": "double"}
        spec = tables.specification(
            "spread", ("house", "place", "n", "share", "expected"), ("house", "place"), rule, types
        )
        frame = pd.DataFrame(rows)
        hidden = ((frame["place"] == "total") & (frame["house"] == "x")) | (
            (frame["place"] == "a") & (frame["house"] == "x")
        )
        frame[IS_HIDDEN] = hidden
        frame["n"] = frame["n"].astype("Int64").mask(hidden)
        found = known({"spread": StatementTable(spec, frame)})
        assert found[["lower", "upper"]].to_numpy().tolist() == [[20, 20], [100, 100]]

    def test_what_is_always_shown_beside_a_count_bounds_it(self) -> None:
        """Three evaluations were sent, so that at most three were answered; nothing can be hidden against that."""
        houses = ("a", "b", "c", "d")
        frame = pd.DataFrame({"house": houses, "sent": [3, 50, 60, 70], "answered": [2, 20, 30, 40]})
        rule = Disclosure(count="answered", unit="respondents", hides=("answered",), additive=("answered",))
        spec = tables.specification("rates", ("house", "sent", "answered"), ("house",), rule)
        shown = protect({"rates": (spec, frame)})
        assert audit(shown) == Audit(tables=1, rows=4, hidden_rows=1, figures=1, narrow=1, narrowest=3.0)

    def test_equal_tables_give_equal_choices(self) -> None:
        """A report that hides other cells on every run lets readers put the runs side by side."""
        spec, frame = tables.grid([[1, 9, 9, 9], [9, 2, 9, 9], [9, 9, 9, 9]])
        first = protect({"grid": (spec, frame)})["grid"].frame
        again = protect({"grid": (spec, frame.sample(frac=1.0, random_state=1))})["grid"].frame
        pd.testing.assert_frame_equal(first, again)


class TestRefusals:
    """Tables that cannot be protected are not published."""

    def test_total_that_does_not_add_up(self) -> None:
        """An unknown remainder gives away what nobody attacked."""
        with pytest.raises(DisclosureError, match=r"counts: house danmark: n er 41, men delene giver 40.*distinct"):
            protect({"counts": tables.houses({"a": 2, "b": 38, "danmark": 41})})

    def test_visible_column_that_repeats_the_count(self) -> None:
        """A column that is left out of `hides` shows the hidden figure under another name."""
        spec, frame = tables.houses({"a": 2, "b": 38, "c": 11}, totals=())
        columns = ("house", "n", "value", "status", "answered")
        spec = tables.specification("counts", columns, ("house",), spec.disclosure)
        with pytest.raises(DisclosureError, match=r"counts: n er skjult i nogle rækker, men følger af answered.*hides"):
            protect({"counts": (spec, frame.assign(answered=2 * frame["n"]))})

    def test_visible_expected_number_and_deviation(self) -> None:
        """A deviation in per cent of an expected number is the hidden figure again."""
        rule = Disclosure(count="n", unit="companies", hides=("n",))
        types = {**tables.TYPES, "expected": "double", "deviation": "double"}
        spec = tables.specification("spread", ("house", "n", "expected", "deviation"), ("house",), rule, types)
        frame = pd.DataFrame({"house": ["a", "b", "c", "d"], "n": [2, 7, 12, 30], "expected": [3.0, 8.0, 9.0, 33.0]})
        frame["deviation"] = 100 * (frame["n"] / frame["expected"] - 1)
        with pytest.raises(DisclosureError, match="n er skjult i nogle rækker, men følger af expected og deviation"):
            protect({"spread": (spec, frame)})
        safe = spec.model_copy(update={"disclosure": rule.model_copy(update={"hides": ("n", "deviation")})})
        assert hidden_of(protect({"spread": (safe, frame)})["spread"]) == {"a"}

    def test_audit_finds_a_figure_in_a_hidden_row(self) -> None:
        """A renderer trusts the frame: what is left in it is printed."""
        shown = protect({"counts": tables.houses({"a": 2, "b": 38}, totals=())})["counts"]
        frame = shown.frame.assign(value=5.0)
        with pytest.raises(DisclosureError, match="house a er skjult, men viser stadig tal"):
            audit({"counts": replace(shown, frame=frame)})

    def test_audit_finds_a_row_under_the_limit(self) -> None:
        """A table that never passed disclosure control is stopped."""
        spec, frame = tables.houses({"a": 2, "b": 38}, totals=())
        with pytest.raises(DisclosureError, match="house a hviler på for få"):
            audit({"counts": StatementTable(spec, frame.assign(**{IS_HIDDEN: False}))})

    def test_contradiction_names_the_table(self) -> None:
        """Parts larger than their total leave no value for the hidden ones."""
        spec, frame = tables.houses({"a": 3, "b": 38, "c": 5, "danmark": 46})
        frame["n"] = frame["n"].astype("Int64").mask(frame["house"].isin(["a", "c"])).replace(38, 50)
        frame[["value", "status"]] = None
        frame[IS_HIDDEN] = frame["n"].isna()
        with pytest.raises(DisclosureError, match="counts: de viste tal stemmer ikke"):
            audit({"counts": StatementTable(spec, frame)})


def _check(table: Table, limits: Limits) -> None:
    """Whatever the table: nothing small is shown, nothing hidden is known, and nothing is hidden without need."""
    spec, truth = table
    done = suppress({spec.name: table}, limits)
    shown = done.tables[spec.name]
    audit({spec.name: shown}, limits)
    n = shown.frame["n"]
    small = truth.set_index(list(spec.key))["n"].between(1, limits.companies - 1)
    if not small.any():
        assert not shown.frame[IS_HIDDEN].any()
    assert not (n.between(1, limits.companies - 1)).any()
    exact = known({spec.name: shown}, limits)
    # The truth is among what an attacker thinks possible, and is never all of it.
    true = truth.sort_values(list(spec.key), kind="stable", ignore_index=True)["n"].to_numpy()[exact["row"]]
    assert ((exact["lower"] <= true) & (true <= exact["upper"])).all()
    assert (exact["upper"] - exact["lower"] >= 1).all()


COUNTS = st.integers(0, 12)


@settings(max_examples=120, deadline=None)
@given(counts=st.lists(COUNTS, min_size=2, max_size=7), distinct=st.booleans(), limit=st.integers(2, 5), data=st.data())
def test_any_line_is_protected(counts: list[int], *, distinct: bool, limit: int, data: st.DataObject) -> None:
    """One house too few hidden and the line is open; found by trying, not by thinking of cases."""
    total = data.draw(st.integers(max(counts), sum(counts))) if distinct else sum(counts)
    named = {f"house{i}": n for i, n in enumerate(counts)}
    _check(tables.houses({**named, "danmark": total}, distinct=distinct), Limits(companies=limit))


@settings(max_examples=60, deadline=None)
@given(
    cells=st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(COUNTS, min_size=width, max_size=width), min_size=2, max_size=5)
    ),
    distinct=st.booleans(),
)
def test_any_two_way_table_is_protected(cells: list[list[int]], *, distinct: bool) -> None:
    """Rows and columns together give away what neither does."""
    _check(tables.grid(cells, distinct=distinct), Limits())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(3, 50), min_size=2, max_size=7))
def test_nothing_is_hidden_when_nothing_is_sensitive(counts: list[int]) -> None:
    """Every hidden figure is a loss to the readers."""
    named = {f"house{i}": n for i, n in enumerate(counts)}
    shown = protect({"counts": tables.houses({**named, "danmark": sum(counts)})})["counts"]
    assert not shown.frame[IS_HIDDEN].any()
