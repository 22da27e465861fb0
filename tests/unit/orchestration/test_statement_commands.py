"""`erhvervshus report`, `freeze` and `compare`: what they say, and their exit codes."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from exports.statement import edition as editions
from exports.statement import yearly
from exports.statement.edition import COMPARISON, edition_folder, read_edition
from exports.statement.freeze import frozen_folder
from exports.statement.statement import Statement
from orchestration.cli import app
from orchestration.lock import hold

sys.path.insert(0, str(Path(__file__).parents[1] / "exports"))
import small_statement as small


def call(*arguments: str | Path) -> Result:
    """Call the program in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "240"})


def publish(monkeypatch: pytest.MonkeyPatch, output: Path, statement: Statement) -> None:
    """Make a statement that of the newest publication."""
    (output / "manifest.json").write_text(statement.publication.model_dump_json(), encoding="utf-8")
    (output / "current.duckdb").touch()
    monkeypatch.setattr(yearly, "assembled", lambda *_: statement)
    monkeypatch.setattr(editions, "real_renderers", lambda: small.QUICK)


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output folder with a publication of 2025."""
    folder = tmp_path / "output"
    folder.mkdir()
    publish(
        monkeypatch, folder, small.statement(manifest=small.publication([small.delivery("crm_forloeb", "2026-10-31")]))
    )
    return folder


@pytest.fixture
def comments(tmp_path: Path) -> Path:
    """A file with every comment that is needed."""
    path = tmp_path / "kommentarer.md"
    path.write_text(small.COMMENTS, encoding="utf-8")
    return path


def test_report_says_what_it_wrote_and_where(output: Path) -> None:
    """Without it, the reports would lie in a folder nobody was told of."""
    result = call("report", "--output", output)
    assert result.exit_code == 0, result.output
    folder = edition_folder(output, 2025)
    assert "Opgørelsen for 2025, udkast" in result.output
    assert f"{folder / 'national'}.pdf og .html" in result.output
    assert f"{folder / 'kontrakt-*.pdf'} og .html (6 huse)" in result.output
    assert f"{folder / 'aabne-data'} (3 filer)" in result.output
    assert "Af 6 rækker i 3 tabeller er 1 skjult af hensyn til fortrolighed." in result.output


def test_report_is_final_only_with_its_comments(output: Path, comments: Path) -> None:
    """Without it, an unmet goal could be published without a word."""
    refused = call("report", "--output", output, "--year", "2025", "--final")
    assert refused.exit_code == 1
    assert "Fyn: nps" in refused.output
    assert "Traceback" not in refused.output
    result = call("report", "--output", output, "--year", "2025", "--final", "--comments", comments)
    assert result.exit_code == 0, result.output
    assert "endelig udgave" in result.output


def test_freeze_says_where_and_refuses_to_overwrite(output: Path) -> None:
    """Without it, a frozen year could be frozen again by a key press."""
    result = call("freeze", "--output", output, "--year", "2025")
    assert result.exit_code == 0, result.output
    assert "er frosset som version 1" in result.output
    assert str(frozen_folder(output, 2025) / "1") in result.output
    again = call("freeze", "--output", output, "--year", "2025")
    assert again.exit_code == 1
    assert "allerede frosset (version 1" in again.output
    assert "--reason" in again.output
    superseded = call("freeze", "--output", output, "--reason", "Fyn sendte rettede evalueringer.")
    assert superseded.exit_code == 0, superseded.output
    assert "Afløser version 1: Fyn sendte rettede evalueringer." in superseded.output
    shown = call("report", "--output", output, "--year", "2025")
    assert "Opgørelsen for 2025, udkast, frosset version 2" in shown.output


def test_compare_shows_figures_deliveries_and_the_file(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, an analyst would have to find the changed figure among a thousand."""
    call("freeze", "--output", output)
    rows = [
        ("companies_guided", "fyn", 2025, 841, 841.0, "met"),
        ("nps", "danmark", 2025, 640, 70.5, "met"),
        ("nps", "fyn", 2025, None, None, None),
        ("nps", "sydjylland", 2025, 64, 71.5, "met"),
    ]
    newer = [small.delivery("crm_forloeb", "2026-10-31"), small.delivery("crm_forloeb", "2026-11-20")]
    newer.append(small.delivery("evaluering_svar", "2026-11-20"))
    publish(
        monkeypatch,
        output,
        small.statement([small.goals(rows), small.scores(), small.measures()], small.publication(newer)),
    )
    result = call("compare", "--output", output, "--year", "2025")
    assert result.exit_code == 0, result.output
    assert "evaluering_svar__2026-11-20.csv" in result.output
    # Status changes come first.
    lines = [line for line in result.output.splitlines() if line.strip().startswith("measure=")]
    assert [line.split(",")[0].strip() for line in lines] == ["measure=nps", "measure=companies_guided"]
    for words in ("68,25", "71,50", "+3,25", "Ikke opfyldt → Opfyldt"):
        assert words in lines[0]
    assert "1 status skifter." in result.output
    path = edition_folder(output, 2025) / COMPARISON
    assert f"Alle forskelle: {path}" in result.output
    found = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    causes = {(row["raekke"].split(",")[0], row["aarsag"]) for row in found}
    # The real lineage of the real models: NPS rests on evaluations of courses, companies guided on courses alone.
    assert causes == {
        ("measure=nps", "crm_forloeb (1 ny); evaluering_svar (1 ny)"),
        ("measure=companies_guided", "crm_forloeb (1 ny)"),
    }


def test_compare_says_when_nothing_changed(output: Path, tmp_path: Path) -> None:
    """Without it, an empty table would look like an error of the program."""
    call("freeze", "--output", output)
    path = tmp_path / "forskelle" / "alle.csv"
    result = call("compare", "--output", output, "--year", "2025", "--csv", path)
    assert result.exit_code == 0, result.output
    assert " ".join(result.output.split()).count("Kode uændret Indstillinger uændrede") == 1
    assert "Ingen tal er ændret: 6 rækker i 3 tabeller er, som da opgørelsen blev frosset." in result.output
    assert path.exists()
    assert not (edition_folder(output, 2025) / COMPARISON).exists()


def test_a_later_report_year_leaves_tables_out_and_says_so(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a table that could not be compared would pass for unchanged."""
    call("freeze", "--output", output)
    publish(monkeypatch, output, small.statement(manifest=small.publication(year=2026, code="0.2.0")))
    result = call("compare", "--output", output, "--year", "2025")
    assert result.exit_code == 0, result.output
    assert "statement_practice_scores er ikke sammenlignet: Tabellen gælder kun opgørelsesåret" in result.output
    assert "0.1.0 og nu 0.2.0" in result.output
    assert "crm_forloeb__2026-10-31.csv" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report"], "har ingen offentliggjort udgave. Kør først"),
        (["freeze"], "har ingen offentliggjort udgave. Kør først"),
        (["compare", "--year", "2025"], "har ingen offentliggjort udgave. Kør først"),
    ],
)
def test_before_any_run_the_commands_say_what_to_do(tmp_path: Path, arguments: list[str], message: str) -> None:
    """Without it, a new user would meet a traceback, or an empty folder made by mistake."""
    missing = tmp_path / "findes-ikke"
    result = call(*arguments, "--output", missing)
    assert result.exit_code == 1
    assert message in result.output
    assert not missing.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "--year", "2024"], "er opgørelsen for 2025, ikke 2024"),
        (["freeze", "--year", "2024"], "er opgørelsen for 2025, ikke 2024"),
        (["compare", "--year", "2024"], "2024 er ikke frosset (frosne år: ingen)"),
    ],
)
def test_a_year_that_is_not_there_is_told(output: Path, arguments: list[str], message: str) -> None:
    """Without it, the person on duty would not know which run to make."""
    result = call(*arguments, "--output", output)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(("path", "message"), [("nowhere.md", "nowhere.md findes ikke"), (".", ". er en mappe")])
def test_a_mistyped_comments_file_is_refused_at_once(output: Path, path: str, message: str) -> None:
    """Without it, a report could be written without the comments somebody wrote."""
    result = call("report", "--output", output, "--comments", path)
    assert result.exit_code == 2
    assert message in result.output


def test_the_commands_wait_for_no_run(output: Path) -> None:
    """Without it, a report could be made of two publications."""
    with hold(output):
        for arguments in (["report"], ["freeze"], ["compare", "--year", "2025"]):
            result = call(*arguments, "--output", output)
            assert result.exit_code == 1
            assert "en anden kørsel er i gang" in result.output
    assert read_edition(output, 2025) is None
