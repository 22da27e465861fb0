"""The command line: options, messages and exit codes."""

from __future__ import annotations

import errno
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.errors import WarehouseBuildError
from orchestration.outcome import Outcome

HELP_SECONDS = 1.0


def call(*arguments: str | Path) -> Result:
    """Call the program in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, clean_outcome: Outcome) -> list[Any]:
    """Replace the job by one that remembers its settings and comes to a clean outcome."""
    seen: list[Any] = []

    def run(settings: object, *_: object) -> Outcome:
        seen.append(settings)
        return clean_outcome

    monkeypatch.setattr("orchestration.run.run", run)
    return seen


def test_help_answers_without_the_heavy_imports() -> None:
    """Without it, a stray import would make `--help` take seconds."""
    code = (
        "import sys\n"
        "import orchestration.cli\n"
        "heavy = {'dagster', 'dagster_dbt', 'dbt', 'duckdb', 'pandas', 'numpy', 'pyarrow', 'great_expectations'}\n"
        "heavy = (heavy | {'apprise'}) & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "run" in call("--help").output
    assert "synthetic" in call("--help").output


def test_version_names_the_code() -> None:
    """Without it, a report of an error could not say which program made it."""
    result = call("--version")
    assert result.exit_code == 0
    assert result.output.strip()[0].isdigit()


def test_options_reach_the_job(runs: list[Any], tmp_path: Path) -> None:
    """Without it, an option could be shown in the help and do nothing."""
    deliveries = tmp_path / "in"
    deliveries.mkdir()
    result = call(
        "run", "--output", tmp_path / "out", "--deliveries", deliveries, "--year", "2025", "--keep", "5",
        "--scale", "0.5", "--seed", "7",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    (settings,) = runs
    assert settings.output_folder == tmp_path / "out"
    assert settings.deliveries == str(deliveries)
    assert (settings.year, settings.keep, settings.scale, settings.seed) == (2025, 5, 0.5, 7)
    assert "Nationale mål 2025" in result.output


def test_without_options_the_data_decide(runs: list[Any], tmp_path: Path) -> None:
    """Without it, a year would have to be bumped by hand."""
    assert call("run", "--output", tmp_path).exit_code == 0
    assert (runs[0].deliveries, runs[0].year) == (None, None)


@pytest.mark.parametrize(("strict", "code"), [((), 0), (("--strict",), 2)])
def test_warnings_matter_only_when_asked(
    strict: tuple[str, ...], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dirty_outcome: Outcome
) -> None:
    """Without it, one bad cell would stop the nightly run, or a gate would let everything through."""
    monkeypatch.setattr("orchestration.run.run", lambda *_: dirty_outcome)
    result = call("run", "--output", tmp_path, *strict)
    assert result.exit_code == code
    assert "Advarsler" in result.output


def test_reports_that_fail_are_told_with_a_code_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clean_outcome: Outcome
) -> None:
    """Without it, a scheduler would think that the reports were written, or that nothing was published."""
    failed = replace(clean_outcome, failures={"statement": "opgoerelse/2025: [disken] er fuld."})
    monkeypatch.setattr("orchestration.run.run", lambda *_: failed)
    result = call("run", "--output", tmp_path)
    assert result.exit_code == 3
    assert "Nationale mål 2025" in result.output
    assert "Fejl: opgoerelse/2025: [disken] er fuld. Datavarehuset er offentliggjort." in result.output


def test_a_run_may_leave_the_reports_out(runs: list[Any], tmp_path: Path) -> None:
    """Without it, a run that is only to refresh the dashboards would pay for pages nobody reads."""
    assert call("run", "--output", tmp_path, "--no-reports").exit_code == 0
    assert call("run", "--output", tmp_path).exit_code == 0
    assert [settings.reports for settings in runs] == [False, True]


def test_strict_is_content_with_a_clean_run(runs: list[Any], tmp_path: Path) -> None:
    """Without it, a gate would never open."""
    assert call("run", "--output", tmp_path, "--strict").exit_code == 0
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (WarehouseBuildError("Datavarehuset kunne ikke bygges."), "Fejl: Datavarehuset kunne ikke bygges."),
        (OSError(28, "No space left on device", "output/x"), "Der er ikke mere plads på disken (output/x)."),
        (
            duckdb.IOException('Could not write file "/data/x.duckdb": No space left on device'),
            "Der er ikke mere plads på disken (/data/x.duckdb). Frigør plads",
        ),
        (ZeroDivisionError("division by zero"), "Fejl: Uventet fejl: division by zero"),
        (KeyboardInterrupt(), "Afbrudt. Den forrige udgave gælder stadig."),
    ],
)
def test_failures_are_messages_with_code_1(
    error: BaseException, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, the person on duty would meet a traceback, or a scheduler would think that all went well."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("orchestration.run.run", fail)
    result = call("run", "--output", tmp_path)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--output", "out", "--deliveries", "nowhere"], "nowhere findes ikke"),
        (["run", "--output", "out", "--deliveries", "file"], "file er ikke en mappe"),
        (["run", "--output", "file"], "file er en fil"),
        (["synthetic", "--output", "file"], "file er en fil"),
    ],
)
def test_mistakes_in_paths_are_told_in_danish(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, a mistyped folder would start a run that ends in nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    result = call(*arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_an_output_that_cannot_be_written_is_refused_at_once(
    runs: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, a run would work for a minute before it found that it may not write."""

    def refuse(**given: Any) -> None:  # noqa: ANN401
        raise OSError(errno.EROFS, "Read-only file system", str(given["dir"]))

    (tmp_path / ".history").mkdir()
    monkeypatch.setattr("orchestration.run.NamedTemporaryFile", refuse)
    result = call("run", "--output", tmp_path)
    assert result.exit_code == 1
    said = f"{tmp_path}: her kan ikke skrives. Mappen er skrivebeskyttet ({tmp_path}). Gør filsystemet skrivbart"
    assert said in result.output
    assert runs == []


def test_synthetic_writes_deliveries(tmp_path: Path) -> None:
    """Without it, a newcomer could not look at what deliveries are."""
    result = call("synthetic", "--output", tmp_path / "made", "--scale", "0.002", "--today", "2026-10-31")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "made" / "deliveries" / "crm").is_dir()
    assert "deliveries" in result.output
