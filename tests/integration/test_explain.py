"""`erhvervshus explain`: what it says of a figure is what the figure was computed from."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from exports.explain import ExplainError, FigureKey, explain, opened, write_rows
from orchestration.cli import app
from orchestration.paths import build_file


def test_the_waterfall_ends_with_the_base_of_the_figure(small_run: Path) -> None:
    """Without it the steps could add up to something else than the figure they explain."""
    with opened(build_file(small_run)) as con:
        rows = con.execute(
            "select measure, house, segment, year, agreement from goals.goal_attainment where n > 0 order by all"
        ).fetchall()
        explained = [explain(con, FigureKey(*row)) for row in rows[::7]]
    assert len(explained) > 30
    for figure in explained:
        assert figure.steps[-1].remaining == figure.n, figure.key
        assert figure.steps[0].remaining - sum(step.left for step in figure.steps) == figure.n, figure.key


def test_the_rows_written_add_up_to_the_figure(small_run: Path, tmp_path: Path) -> None:
    """Without it an analyst could count the rows and reach another figure."""
    path = tmp_path / "rows.csv"
    with opened(build_file(small_run)) as con:
        figure = explain(con, FigureKey("nps", "danmark", "vaekst", 2025))
        written = write_rows(con, figure.key, path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    inside = [row for row in rows if row["indgaar"] == "ja"]
    assert len(rows) == written == figure.steps[0].remaining
    assert len(inside) == figure.n
    assert sum(int(row["contribution"]) for row in inside) == figure.numerator
    assert all(row["aarsag"] for row in rows if row["indgaar"] == "nej")


def test_every_reason_a_row_can_leave_by_has_its_words(small_run: Path) -> None:
    """Without it a step would be missing from the waterfall, and the steps would not add up."""
    with opened(build_file(small_run)) as con:
        bases = con.execute(
            "select table_name from information_schema.tables "
            "where table_schema = 'intermediate' and table_name like '%\\_base' escape '\\'"
        ).fetchall()
        unknown = {
            base: reasons
            for (base,) in bases
            if (
                reasons := con.execute(
                    f"select distinct left_because from intermediate.{base} where left_because is not null "
                    "and left_because not in (select reason from seeds.base_steps)"
                ).fetchall()
            )
        }
    assert len(bases) > 10
    assert unknown == {}


def test_text_that_a_spreadsheet_would_run_is_written_as_text(small_run: Path, tmp_path: Path) -> None:
    """Without it a course id such as =HYPERLINK(...) would run when the analyst opens the file."""
    copy = tmp_path / "warehouse.duckdb"
    copy.write_bytes(build_file(small_run).read_bytes())
    with duckdb.connect(str(copy)) as con:
        con.execute("update intermediate.int_evaluation_units set course_id = '=1+1' where course_id is not null")
        key = explain(con, FigureKey("nps", "danmark", "drift", 2025)).key
        write_rows(con, key, tmp_path / "rows.csv")
    rows = csv.DictReader((tmp_path / "rows.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    assert {row["course_id"] for row in rows} == {"'=1+1"}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (FigureKey("npx", "fyn", "all", 2025), "Vælg en af: awareness"),
        (FigureKey("nps", "fyn", "all", 1999), "segmenter: "),
        (FigureKey("nps", "fyn", "drift", 2025, "1999-2000"), "aftaler: "),
    ],
)
def test_a_figure_that_is_not_there_is_answered_with_those_that_are(small_run: Path, key: FigureKey, said: str) -> None:
    """Without it the analyst would have to guess keys."""
    with opened(build_file(small_run)) as con, pytest.raises(ExplainError, match=said):
        explain(con, key)


def test_the_command_prints_definition_source_and_steps(small_run: Path, tmp_path: Path) -> None:
    """Without it the function could be right and the command wrong."""
    path = tmp_path / "rows.csv"
    arguments = ["explain", "nps", "--house", "danmark", "--segment", "drift", "--output", str(small_run)]
    result = CliRunner().invoke(app, [*arguments, "--year", "2025", "--csv", str(path)], env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.output
    for words in ("Net Promoter Score: Danmark, drift, 2025", "Kilde", "kap. 8.1, mål 3", "Besvaret", "Udgår"):
        assert words in result.output
    assert path.exists()


def test_figures_delivered_without_rows_say_so(small_run: Path) -> None:
    """Without it the command would write an empty file for a figure that has no rows to show."""
    arguments = ["explain", "guidance_influenced_company", "--house", "sydjylland", "--year", "2019"]
    result = CliRunner().invoke(app, [*arguments, "--output", str(small_run)])
    assert result.exit_code == 0, result.output
    assert "ingen rækker bag det" in result.output


def _effects(con: duckdb.DuckDBPyConnection, *, shown: bool) -> list[FigureKey]:
    """The effect figures of the run that may be shown, or those that may not though companies stand behind them."""
    found = con.execute(
        """
        select goals.measure, goals.house, goals.segment, goals.year, goals.agreement
        from goals.goal_attainment as goals
        inner join seeds.measures as measures using (measure)
        semi join effect.effect_estimate as estimates
            on
                goals.measure = estimates.measure
                and goals.house = estimates.house
                and goals.segment = estimates.segment
                and goals.year = estimates.goal_year
        where measures.family = 'effect' and (goals.value is not null) = ?
        order by all
        """,
        [shown],
    ).fetchall()
    return [FigureKey(*row) for row in found]


def test_the_companies_of_an_effect_average_to_the_figure_before_correction(small_run: Path, tmp_path: Path) -> None:
    """Without it an analyst could average the rows and reach another effect than the one published."""
    with opened(build_file(small_run)) as con:
        keys = _effects(con, shown=True)
        assert {key.measure for key in keys} == {
            "excess_revenue_growth",
            "excess_employment_growth",
            "excess_productivity_growth",
        }
        for key in keys:
            figure = explain(con, key)
            effect = figure.effect
            assert effect is not None
            path = tmp_path / "rows.csv"
            written = write_rows(con, figure.key, path)
            rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
            inside = [row for row in rows if row["indgaar"] == "ja"]
            differences = [float(row["difference"].replace(",", ".")) for row in inside]
            assert effect.treated_mean is not None
            assert effect.control_mean is not None
            raw = effect.treated_mean - effect.control_mean
            assert sum(differences) / len(differences) == pytest.approx(raw, abs=1e-9), key
            assert len(inside) == figure.n == effect.n_treated == figure.steps[-1].remaining
            assert len({(row["cvr"], row["end_year"]) for row in inside}) == len(inside)
            assert sum(int(row["controls"]) for row in inside) >= effect.n_controls
            assert len(rows) == written == figure.steps[0].remaining
            assert all(row["aarsag"] and not row["difference"] for row in rows if row["indgaar"] == "nej")


def test_the_rows_of_one_cohort_are_those_of_that_cohort(small_run: Path, tmp_path: Path) -> None:
    """Without it a figure of the newest cohort could be explained by earlier companies; the run has pooled only."""
    copy, path = tmp_path / "warehouse.duckdb", tmp_path / "rows.csv"
    copy.write_bytes(build_file(small_run).read_bytes())
    with duckdb.connect(str(copy)) as con:
        con.execute("update effect.effect_estimate set is_goal_figure = scope = 'cohort', is_publishable = true")
        cohorts = con.execute(
            """
            select goals.measure, goals.house, goals.segment, goals.year, goals.agreement,
                checked.n_treated, checked.treated_mean - checked.control_mean
            from intermediate.int_effect_checked as checked
            inner join goals.goal_attainment as goals
                on checked.measure = goals.measure and checked.house = goals.house and checked.goal_year = goals.year
            where checked.scope = 'cohort' and checked.att is not null
            """
        ).fetchall()
        assert cohorts
        for *key, n_treated, raw in cohorts:
            figure = explain(con, FigureKey(*key))
            write_rows(con, figure.key, path)
            rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
            differences = [float(row["difference"].replace(",", ".")) for row in rows if row["indgaar"] == "ja"]
            assert figure.effect is not None
            assert figure.effect.end_years == (figure.key.year - figure.effect.method.outcome_offset_years,)
            assert len(differences) == n_treated == figure.steps[-1].remaining
            assert sum(differences) / n_treated == pytest.approx(raw, abs=1e-9)


def test_an_effect_that_may_not_be_shown_is_explained_without_it(small_run: Path, tmp_path: Path) -> None:
    """Without it the figure could be averaged from the rows of companies too few to be published."""
    path = tmp_path / "rows.csv"
    with opened(build_file(small_run)) as con:
        keys = _effects(con, shown=False)
        assert keys
        for key in keys:
            figure = explain(con, key)
            assert figure.effect is not None
            assert figure.effect.reason is not None
            assert figure.effect.reason.endswith(".")
            assert (figure.value, figure.effect.treated_mean, figure.effect.lowest) == (None, None, None)
            assert figure.steps[-1].remaining == figure.n
            assert write_rows(con, figure.key, path) == 0
    assert not path.exists()
    few = next(key for key in keys if key.house != "danmark")
    arguments = ["explain", few.measure, "--house", few.house, "--segment", few.segment, "--year", str(few.year)]
    result = CliRunner().invoke(app, [*arguments, "--output", str(small_run)], env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.output
    assert "Tallet vises ikke." in result.output
    assert "vejledte virksomheder har en sammenlignelig virksomhed" in result.output
    assert "Rækkerne bag tallet" not in result.output


def test_the_command_explains_an_effect_with_method_arithmetic_and_balance(small_run: Path, tmp_path: Path) -> None:
    """Without it the most looked-at figure of the report would be the one that cannot be followed."""
    path = tmp_path / "rows.csv"
    with opened(build_file(small_run)) as con:
        key = max((key for key in _effects(con, shown=True) if key.house == "danmark"), key=lambda key: key.year)
        effect = explain(con, key).effect
    assert effect is not None
    arguments = ["explain", key.measure, "--house", "danmark", "--segment", key.segment, "--year", str(key.year)]
    arguments += ["--output", str(small_run), "--csv", str(path)]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.output
    for words in (
        "Forløb afsluttet i perioden",
        "Virksomhedens første vejledning",
        "Forskel før korrektion",
        f"Metodens fingeraftryk: {effect.method.fingerprint}",
        "Omsætning pr. årsværk",
        "må tallet ikke offentliggøres",
        "forskellige virksomheder, og den mest brugte indgår",
    ):
        assert words in " ".join(result.output.split())
    assert path.exists()


def test_a_year_without_an_effect_says_when_there_will_be_one(small_run: Path) -> None:
    """Without it the analyst would look for a mistake in the deliveries."""
    with opened(build_file(small_run)) as con, pytest.raises(ExplainError, match="når virksomhedernes regnskaber"):
        explain(con, FigureKey("excess_revenue_growth", "danmark", "vaekst", 2050))


def test_before_any_run_the_command_says_what_to_do(tmp_path: Path) -> None:
    """Without it a new user would meet a traceback."""
    result = CliRunner().invoke(app, ["explain", "nps", "--output", str(tmp_path)])
    assert result.exit_code == 1
    assert "Kør først" in result.output
