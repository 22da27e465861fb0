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
    explained = [figure for figure in explained if figure.family != "effect"]
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


def test_before_any_run_the_command_says_what_to_do(tmp_path: Path) -> None:
    """Without it a new user would meet a traceback."""
    result = CliRunner().invoke(app, ["explain", "nps", "--output", str(tmp_path)])
    assert result.exit_code == 1
    assert "Kør først" in result.output
