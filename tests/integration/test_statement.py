"""The yearly statement from the real job: written, frozen, written again after newer deliveries, and compared."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from exports.report.comments import read_comments
from exports.report.contract import contract_report
from exports.report.national import national_report
from exports.statement.edition import COMPARISON, OPEN_DATA, WORKBOOK, Edition, edition_folder, read_edition
from exports.statement.freeze import frozen_folder, load_frozen
from exports.statement.store import SUMS
from exports.statement.yearly import find
from orchestration.cli import app
from orchestration.manifest import prepare_manifest
from orchestration.run import run
from orchestration.settings import RunSettings

YEAR = 2026
HOUSES = ("fyn", "hovedstaden", "midtjylland", "nordjylland", "sjaelland", "sydjylland")


@dataclass(frozen=True)
class Frozen:
    """A year that was frozen and then run again with newer evaluations: its output, and its files when frozen."""

    output: Path
    files: dict[str, bytes]
    said: str


def call(*arguments: str | Path) -> Result:
    """Call the program in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def frozen(small_run_details: Any, tmp_path_factory: pytest.TempPathFactory) -> Frozen:  # noqa: ANN401
    """Freeze the small run's year; then deliver every evaluation again with the lowest score, and run again."""
    folder = tmp_path_factory.mktemp("frozen")
    deliveries, output = folder / "deliveries", folder / "output"
    shutil.copytree(small_run_details.deliveries, deliveries)
    shutil.copytree(small_run_details.output, output, symlinks=True)
    result = call("freeze", "--output", output, "--year", str(YEAR))
    assert result.exit_code == 0, result.output
    files = contents(edition_folder(output, YEAR))
    path = deliveries / "evaluering" / "evaluering_svar__2026-11-01.csv"
    with duckdb.connect(str(output / ".build" / "warehouse.duckdb"), read_only=True) as con:
        con.execute(
            f"copy (select svar_id, forloeb_id, udsendt_dato, besvaret_dato, '0' as anbefaling "
            f"from accepted.evaluering_svar where besvaret_dato is not null order by all) "
            f"to '{path}' (format csv, header)"
        )
    run(RunSettings(output=str(output), deliveries=str(deliveries), year=YEAR))
    return Frozen(output, files, result.output)


def test_the_job_ends_with_the_edition_of_the_year(small_run_details: Any) -> None:  # noqa: ANN401
    """Without it, `make report` could end without the reports it is named for."""
    outcome = small_run_details.outcome
    assert outcome.failures == {}
    edition: Edition = outcome.edition
    folder = edition_folder(outcome.output, YEAR)
    names = {file.name for file in edition.files}
    assert {
        f"{name}.{kind}" for name in ("national", *(f"kontrakt-{h}" for h in HOUSES)) for kind in ("pdf", "html")
    } <= names
    assert WORKBOOK in names
    open_data = {name for name in names if name.startswith(f"{OPEN_DATA}/")}
    for table in edition.tables:
        assert {f"{OPEN_DATA}/{table.name}.csv", f"{OPEN_DATA}/{table.name}.parquet"} <= open_data, table.name
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        *names,
        "statement.json",
    }
    for file in edition.files:
        assert hashlib.sha256((folder / file.name).read_bytes()).hexdigest() == file.sha256, file.name
        assert file.bytes > 0, file.name
    assert (edition.final, edition.freeze, edition.year) == (False, None, YEAR)
    assert edition.run_id == outcome.manifest.run_id
    assert 0 < edition.hidden < edition.rows


def test_a_frozen_year_is_written_again_byte_for_byte(frozen: Frozen) -> None:
    """Without it, a published figure could change under the same name when newer deliveries come."""
    nightly = contents(edition_folder(frozen.output, YEAR))
    assert nightly == frozen.files, "a nightly run touched a frozen edition"
    result = call("report", "--output", frozen.output, "--year", str(YEAR))
    assert result.exit_code == 0, result.output
    again = contents(edition_folder(frozen.output, YEAR))
    assert [name for name in frozen.files if frozen.files[name] != again.get(name)] == []
    edition = read_edition(frozen.output, YEAR)
    assert edition is not None
    assert edition.freeze is not None
    assert edition.freeze.version == 1


def test_the_tables_of_a_draft_are_those_that_are_frozen(small_run_details: Any, frozen: Frozen) -> None:  # noqa: ANN401
    """Without it, freezing could change what people saw the day before."""
    draft = contents(edition_folder(small_run_details.output, YEAR))
    tables = [name for name in draft if name.startswith(f"{OPEN_DATA}/statement_")]
    assert len(tables) > 20
    assert [name for name in tables if draft[name] != frozen.files[name]] == []


def test_a_changed_frozen_file_is_refused(frozen: Frozen, tmp_path: Path) -> None:
    """Without it, a figure could be changed after it was published, and reports would be written of it."""
    output = tmp_path / "output"
    shutil.copytree(frozen.output / ".history", output / ".history")
    table = frozen_folder(output, YEAR) / "1" / "statement_goals.parquet"
    table.chmod(0o644)
    table.write_bytes(table.read_bytes()[:-1])
    result = call("report", "--output", output, "--year", str(YEAR))
    assert result.exit_code == 1
    assert "statement_goals.parquet: filen er ændret" in result.output
    assert not edition_folder(output, YEAR).exists()


def test_the_frozen_folder_names_its_inputs(frozen: Frozen) -> None:
    """Without it, nobody could find the deliveries that a published figure was computed from."""
    kept = load_frozen(frozen.output, YEAR)
    accepted = [each for each in kept.statement.publication.deliveries if each.status == "accepted"]
    assert accepted
    assert all(each.fingerprint for each in accepted)
    assert "evaluering_svar__2026-11-01.csv" not in {each.delivery for each in accepted}
    assert kept.statement.settings
    assert kept.statement.publication.code_version
    assert {"crm_forloeb", "evaluering_svar"} <= set(kept.lineage["nps"])
    assert (frozen_folder(frozen.output, YEAR) / "1" / SUMS).exists()
    assert "er frosset som version 1" in frozen.said


def test_compare_blames_the_delivery_that_did_it(frozen: Frozen) -> None:
    """Without it, an analyst could not say why a recomputation differs from what was published."""
    result = call("compare", "--output", frozen.output, "--year", str(YEAR))
    assert result.exit_code == 0, result.output
    assert "evaluering_svar__2026-11-01.csv" in result.output
    path = edition_folder(frozen.output, YEAR) / COMPARISON
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    goals = [row for row in rows if row["tabel"] == "statement_goals" and row["kolonne"] == "value"]
    assert goals
    nps = [row for row in goals if "measure=nps" in row["raekke"] and row["aendring"] == "ændret"]
    assert nps
    for row in nps:
        assert "evaluering_svar (1 ny)" in row["aarsag"]
        assert float(row["forskel"].replace(",", ".")) < 0
    # Companies guided and the awareness survey are made from nothing that was delivered anew.
    untouched = {"companies_guided", "awareness", "entrepreneurs_guided", "company_contacts"}
    changed = {row["raekke"].split("measure=")[1].split(",")[0] for row in goals}
    assert changed & untouched == set()
    hidden = [row for row in rows if "skjult" in (row["foer"], row["nu"])]
    assert all(row["forskel"] == "" for row in hidden)


def test_a_filled_template_makes_the_edition_final(small_run_details: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Without it, an analyst would have to guess which comments are asked for, a report at a time."""
    path = tmp_path / "kommentarer.md"
    arguments = ["report", "--output", small_run_details.output, "--comment-template", path]
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    written = path.read_text(encoding="utf-8")
    assert written.count("\n### ") > 5
    path.write_text(re.sub(r"(?m)^### .*$", r"\g<0>\n\nDer blev vejledt færre end ventet.", written), encoding="utf-8")
    comments = read_comments(path, YEAR)
    statement = find(small_run_details.output, YEAR, prepare_manifest).statement
    for house in HOUSES:
        assert not contract_report(statement, house, comments, final=True).draft
    assert not national_report(statement, comments, final=True).draft
    again = call(*arguments)
    assert again.exit_code == 1
    assert "bliver ikke overskrevet" in again.output


def test_a_frozen_year_is_not_overwritten(frozen: Frozen) -> None:
    """Without it, a published figure could be replaced by a key press."""
    before = contents(frozen_folder(frozen.output, YEAR))
    refused = call("freeze", "--output", frozen.output)
    assert refused.exit_code == 1
    assert "allerede frosset" in refused.output
    assert contents(frozen_folder(frozen.output, YEAR)) == before
