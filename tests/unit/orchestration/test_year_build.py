"""The statement of another year: what is left alone, what is missing, and what the build is made from."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from dagster import AssetKey

from exports.statement.edition import Edition, edition_folder
from orchestration.assets.statements_by_year import REPORT_YEARS
from orchestration.errors import ReportsError
from orchestration.jobs import STATEMENTS_BY_YEAR
from orchestration.paths import build_file, build_folder
from orchestration.year_build import _copy_landed, _own_build, write_year
from sources.landing import land, open_warehouse
from sources.pseudonyms import KEY_FILE


def test_a_final_edition_is_left_alone(tmp_path: Path) -> None:
    """Without it, a backfill would put a draft over what was published."""
    edition = Edition(
        year=2024,
        final=True,
        freeze=None,
        run_id="run",
        published_at=datetime(2025, 4, 1, tzinfo=UTC),
        code_version="0.1.0",
        comments=None,
        tables=(),
        files=(),
    )
    folder = edition_folder(tmp_path, 2024)
    folder.mkdir(parents=True)
    (folder / "statement.json").write_text(edition.model_dump_json(), encoding="utf-8")
    made = write_year(tmp_path, 2024, "run", tmp_path, tmp_path / "manifest.json")
    assert (made.edition, made.written) == (edition, False)
    assert not build_folder(tmp_path).exists(), "nothing was built"


def test_without_deliveries_it_says_what_to_do(tmp_path: Path) -> None:
    """Without it, a backfill of an empty folder would end in an error of dbt's."""
    with pytest.raises(ReportsError, match="Kør `erhvervshus run` først"):
        write_year(tmp_path, 2024, "run", tmp_path, tmp_path / "manifest.json")
    with closing(open_warehouse(build_file(tmp_path))):
        pass
    with pytest.raises(ReportsError, match="ingen indlæste leverancer"):
        write_year(tmp_path, 2024, "run", tmp_path, tmp_path / "manifest.json")
    assert not list((build_folder(tmp_path) / "years").iterdir()), "the private build is removed, also after a failure"


def test_the_build_has_what_was_landed_and_another_year(tmp_path: Path) -> None:
    """Without it, a year would be computed from other rows than the daily figures, or as the wrong year."""
    deliveries = tmp_path / "in" / "crm"
    deliveries.mkdir(parents=True)
    (deliveries / "crm_forloeb__2026-11-01.csv").write_text(
        "forloeb_id;erhvervshus;startdato\na;fyn;2024-02-01\n;fyn;2024-02-01\n", encoding="utf-8"
    )
    landed = build_file(tmp_path)
    with closing(open_warehouse(landed)) as con:
        land(con, tmp_path / "in")
        con.execute("create schema goals; create table goals.nps as select 1 as x")
        con.execute("create schema history; create table history.findings as select 1 as x")
    before = landed.read_bytes()
    copy = tmp_path / "copy.duckdb"
    _copy_landed(landed, copy, 2024, "run")
    with duckdb.connect(str(copy), read_only=True) as con:
        assert con.execute("select run_id, report_year from raw.run_context").fetchall() == [("run", 2024)]
        assert con.execute("select forloeb_id, erhvervshus from accepted.crm_forloeb").fetchall() == [("a", "fyn")]
        assert con.execute("select count(*) from raw.rejected_rows").fetchall() == [(1,)]
        assert con.execute("select * from history.findings").fetchall() == [(1,)]
        schemas = {name for (name,) in con.execute("select distinct schema_name from duckdb_tables()").fetchall()}
        assert schemas == {"raw", "history"}, "what dbt made of another year is not taken over"
    assert landed.read_bytes() == before


def test_what_another_version_landed_is_refused(tmp_path: Path) -> None:
    """Without it, a year would be computed from columns that mean something else."""
    landed = build_file(tmp_path)
    with closing(open_warehouse(landed)) as con:
        con.execute("update raw._layout set layout = '0:earlier'")
    with pytest.raises(ReportsError, match="en anden version af programmet"):
        _copy_landed(landed, tmp_path / "copy.duckdb", 2024, "run")


def test_persons_keep_their_pseudonyms_in_another_year(tmp_path: Path) -> None:
    """Without it, the same sole proprietor would be two persons in two statements."""
    (tmp_path / ".history").mkdir()
    key = tmp_path / KEY_FILE
    key.write_text("k" * 32, encoding="ascii")
    key.chmod(0o600)
    left = build_folder(tmp_path) / "years" / "2024" / "half"
    left.mkdir(parents=True)
    with _own_build(tmp_path, 2024) as private:
        assert (private / KEY_FILE).read_text(encoding="ascii") == "k" * 32
        assert not left.exists(), "what a killed run left is not built upon"
    assert key.read_text(encoding="ascii") == "k" * 32
    assert not private.exists()


def test_there_is_a_partition_for_every_report_year_also_the_current() -> None:
    """Without it, a year would have to be added by hand every January."""
    years = REPORT_YEARS.get_partition_keys(datetime(2026, 11, 21, tzinfo=UTC))
    assert years == [str(year) for year in range(2019, 2027)]
    assert REPORT_YEARS.get_partition_keys(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))[-1] == "2027", "Danish time"
    assert AssetKey("statements_by_year") == STATEMENTS_BY_YEAR
