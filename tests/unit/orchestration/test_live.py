"""What a load into PostgreSQL came to: through Dagster's metadata and back, and in Danish."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from exports.postgres.load import Loaded, LoadedTable
from orchestration.cli import app
from orchestration.live import live_of, metadata_of, read_live, sentence

TABLES = (LoadedTable("dim_house", 6, 0, 0), LoadedTable("fct_course", 62_996, 1_200, 7))
LOADED = Loaded("databasen bi på server:5432", "run", TABLES, 2, (), 1.25)


def test_metadata_are_read_back() -> None:
    """Without it the summary of a run would say that nothing was loaded."""
    assert read_live({"loaded": True, **metadata_of(LOADED)}) == live_of(LOADED)
    assert read_live({"loaded": False}) is None


def test_a_load_is_told_in_danish() -> None:
    """Without it nobody would see whether tonight's figures are what BI reads."""
    assert sentence(live_of(LOADED)) == (
        "databasen bi på server:5432: 2 tabeller med 63.002 rækker, 1.200 tilføjet og 7 fjernet i 1 tabel, på 1,3 sek."
    )
    same = Loaded("databasen bi på server:5432", "run", TABLES[:1], 1, (), 0.5)
    assert sentence(live_of(same)).endswith("1 tabel med 6 rækker, intet nyt, på 0,5 sek.")


def test_the_newest_publication_is_loaded_by_hand(
    small_run: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a database that was down at night would stay a day behind."""
    monkeypatch.setenv("ERHVERVSHUS_POSTGRES_URL", postgres)
    result = CliRunner().invoke(app, ["load-postgres", "--output", str(small_run)])
    assert ".." not in result.output
    assert result.exit_code == 0, result.output
    assert "PostgreSQL, databasen test_" in result.output
    again = CliRunner().invoke(app, ["load-postgres", "--output", str(small_run)])
    assert "intet nyt" in again.output


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (None, "ERHVERVSHUS_POSTGRES_URL er ikke sat, så der er ingen database at indlæse i."),
        ("postgresql://bi:hemmelig@127.0.0.1:1/bi", "har ingen offentliggjort udgave"),
    ],
)
def test_what_is_missing_is_told(url: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it somebody would look for a mistake in the database that lies in the settings."""
    if url is not None:
        monkeypatch.setenv("ERHVERVSHUS_POSTGRES_URL", url)
    result = CliRunner().invoke(app, ["load-postgres", "--output", str(tmp_path)])
    assert result.exit_code == 1
    assert said in " ".join(result.output.split())
    assert "hemmelig" not in result.output
