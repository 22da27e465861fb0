"""From the publication to the statement: what is read is what was described, or nothing is made."""

from __future__ import annotations

import importlib.util
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from dbt_project.effect.settings import project_settings
from exports.publish import Manifest
from exports.statement.assemble import AssemblyError, assemble, effect_settings
from exports.statement.disclosure import Limits
from exports.statement.specification import Disclosure, TableSpecification

_SPEC = importlib.util.spec_from_file_location("disclosure_tables", Path(__file__).with_name("disclosure_tables.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
tables = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(tables)

RULE = Disclosure(count="n", unit="companies", hides=("n", "value"))
TYPES = {**tables.TYPES, "seen": "date", "is_new": "boolean"}
SPEC: TableSpecification = tables.specification(
    "counts", ("house", "n", "value", "seen", "is_new"), ("house",), RULE, TYPES
)
EFFECT: TableSpecification = tables.specification(
    "statement_effect", ("house", "settings_fingerprint"), ("house",), None
)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder with a published warehouse and its manifest."""
    with duckdb.connect(str(tmp_path / "warehouse-1.duckdb")) as con:
        con.execute("create table _publication as select 'run-1' as run_id")
        con.execute(
            "create table counts as from (values ('fyn', 2, 1.5::double, date '2026-01-01', true), "
            "('danmark', 9, null, null, null)) t(house, n, value, seen, is_new)"
        )
        con.execute("create table statement_effect as select 'fyn' as house, 'abc' as settings_fingerprint")
    (tmp_path / "current.duckdb").symlink_to("warehouse-1.duckdb")
    manifest = Manifest(
        run_id="run-1", published_at=datetime(2026, 11, 21, tzinfo=UTC), code_version="1", report_year=2025,
        today="2026-10-31", warehouse="warehouse-1.duckdb", files=(), tables=(), deliveries=(),
    )  # fmt: skip
    (tmp_path / "manifest.json").write_text(manifest.model_dump_json(), encoding="utf-8")
    return tmp_path


def make(output: Path, *specifications: TableSpecification) -> pd.DataFrame:
    """Assemble, and return the rows of the first table."""
    statement = assemble(output / "current.duckdb", output / "manifest.json", specifications, Limits())
    return statement.frame(specifications[0].name)


def test_reads_tables_in_nullable_types_ordered_by_key(output: Path) -> None:
    """Renderers rely on the order and on missing values that are not the text 'nan'."""
    frame = make(output, SPEC)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "house": "string", "n": "Int64", "value": "Float64", "seen": "datetime64[ns]", "is_new": "boolean",
        "is_hidden": "boolean",
    }  # fmt: skip
    assert frame["house"].tolist() == ["danmark", "fyn"]
    assert frame["is_hidden"].tolist() == [False, True]
    assert frame.loc[1, ["n", "value"]].isna().all()


def test_statement_says_where_it_comes_from(output: Path) -> None:
    """Freezing compares runs, deliveries and settings by what the statement says of itself."""
    made = assemble(output / "current.duckdb", output / "manifest.json", (SPEC, EFFECT), Limits(companies=4))
    assert (made.year, made.today, made.publication.run_id, made.freeze) == (2025, date(2026, 10, 31), "run-1", None)
    assert list(made.tables) == ["counts", "statement_effect"]
    assert made.settings == {
        "disclosure_respondents": "5", "disclosure_companies": "4", "disclosure_dominance": "0.75",
        "disclosure_protection": "1", "effect_settings_fingerprint": "abc",
    }  # fmt: skip


def test_statement_carries_the_settings_its_effect_was_estimated_with(output: Path) -> None:
    """A frozen statement prints its own settings; those of another method would be a false account."""
    settings = project_settings()
    with duckdb.connect(str(output / "warehouse-1.duckdb")) as con:
        con.execute("update statement_effect set settings_fingerprint = ?", [settings.fingerprint])
    made = assemble(output / "current.duckdb", output / "manifest.json", (SPEC, EFFECT), Limits())
    assert made.settings["effect_settings_fingerprint"] == settings.fingerprint
    assert made.settings["effect.matching.neighbours"] == str(settings.matching.neighbours)
    assert made.settings["effect.matching.covariates"] == "; ".join(settings.matching.covariates)
    assert made.settings["effect.estimate.bias_adjust"] == str(settings.estimate.bias_adjust).lower()
    leaves = [name for name in made.settings if name.startswith("effect.")]
    assert leaves == list(effect_settings(settings))
    assert len(leaves) > 20


def test_missing_table_is_named(output: Path) -> None:
    """A warehouse of an older version has not the tables of today."""
    spec = SPEC.model_copy(update={"name": "nothing"})
    with pytest.raises(AssemblyError, match=r"warehouse-1\.duckdb: tabellen nothing mangler"):
        make(output, spec)


def test_missing_column_is_named(output: Path) -> None:
    """A column that is described and not built would be an empty column of the workbook."""
    spec = tables.specification("counts", ("house", "n", "value", "gone"), ("house",), RULE)
    with pytest.raises(AssemblyError, match=r"tabellen counts har ikke kolonnen gone"):
        make(output, spec)


def test_wrong_type_is_named(output: Path) -> None:
    """A number that became a text would sort and add up as one."""
    spec = tables.specification(
        "counts", ("house", "n", "value"), ("house",), RULE, {"value": "integer", "n": "bigint"}
    )
    with pytest.raises(AssemblyError, match=r"counts\.value er double, men skal være integer"):
        make(output, spec)


def test_files_of_two_runs_are_refused(output: Path) -> None:
    """Reading while another run switches would print one run's figures with the other's provenance."""
    path = output / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace("run-1", "run-2"), encoding="utf-8")
    with pytest.raises(AssemblyError, match=r"fra kørslen run-1, men manifest\.json er fra run-2"):
        make(output, SPEC)


@pytest.mark.parametrize("name", ["current.duckdb", "manifest.json"])
def test_unreadable_file_is_named(output: Path, name: str) -> None:
    """A message without the file's name leaves the reader to search."""
    (output / name).unlink()
    with pytest.raises(AssemblyError, match=rf"{name}: filen kan ikke læses"):
        make(output, SPEC)
