"""Erasing a company, with a run that is only pretended: the order of things, and taking them up again after a kill."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import duckdb
import pytest
from dagster import DagsterInstance, asset, materialize

from expectations.store import history_file, opened_history
from exports.erasing import remove_leftovers
from exports.publish import Manifest
from exports.switch import CURRENT, PUBLICATIONS, warehouse_name
from orchestration.privacy.erasing import Receipt, erase, normalised, receipt_text
from orchestration.privacy.erasure_plan import read_plan, unfinished
from orchestration.privacy.expired import delete_expired, find_expired
from orchestration.settings import RunSettings
from sources.erasures import FOLDER, ErasureError, read_erasures
from sources.pseudonyms import find_or_make_key

CVR = "12345674"
COURSES = f"""forloeb_id;erhvervshus;cvr_nummer;startdato
F1;fyn;{CVR};2025-01-01
F2;fyn;87654321;2025-01-01
F3;fyn;87654321;1999-01-01
"""


def nothing_left(_: RunSettings) -> dict[str, str]:
    """Stand for a run of which every step succeeds."""
    return {}


@pytest.fixture
def settings(tmp_path: Path) -> RunSettings:
    """Deliveries of two companies, an output with a history, a private build and a file of rows."""
    deliveries, output = tmp_path / "in", tmp_path / "out"
    for name, text in (
        ("crm/crm_forloeb__2026-01-01.csv", COURSES),
        ("crm/crm_aktivitet__2026-01-01.csv", "aktivitet_id;forloeb_id;dato\nA1;F1;2025-01-01\nA2;F2;2025-01-01\n"),
        ("crm/crm_aktivitet__2000-01-01.csv", "aktivitet_id;forloeb_id;dato\nA3;F3;1999-01-01\n"),
        ("register/register_virksomhed__2026-01-01.json", f'[{{"cvr_nummer": "{CVR}", "navn": "Nogen"}}'),
    ):
        path = deliveries / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (output / ".build").mkdir(parents=True)
    (output / ".build" / "warehouse.duckdb").write_bytes(b"rows")
    (output / "explain").mkdir()
    (output / "explain" / "a.csv").write_text("indgaar;course_id\nja;F1\n", encoding="utf-8")
    (output / "explain" / "b.csv").write_text("indgaar;course_id\nja;F12\n", encoding="utf-8")
    with opened_history(history_file(output)) as con:
        con.execute("insert into alert_told values ('fyn', 'r', 'A1', 1, '2026-01-01', null)")
    return RunSettings(output=str(output), deliveries=str(deliveries))


def test_a_company_goes_from_deliveries_history_build_and_files(settings: RunSettings) -> None:
    """Without it something that holds the company would be forgotten, or the run would start before all is clean."""
    seen: list[tuple[int, bool, str]] = []

    def run(given: RunSettings) -> dict[str, str]:
        text = (Path(str(given.deliveries)) / "crm" / "crm_forloeb__2026-01-01.csv").read_text(encoding="utf-8")
        seen.append((given.keep, given.warehouse.exists(), text))
        return {}

    receipt, path = erase(settings, CVR, run=run, done_by="En medarbejder")
    assert seen == [(1, False, COURSES.replace(f"F1;fyn;{CVR};2025-01-01\n", ""))]
    assert path is not None
    assert Receipt.model_validate_json(path.read_bytes()) == receipt
    assert receipt.rows == {"crm_forloeb": 1, "crm_aktivitet": 1}
    assert receipt.told == 1
    assert receipt.removed == ("explain/a.csv",)
    assert receipt.unreadable == ("register/register_virksomhed__2026-01-01.json",)
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    assert text == receipt_text(receipt)
    assert "Skal slettes i hånden" in text
    for given in (text, path.read_text(encoding="utf-8"), path.name):
        assert CVR not in given
        assert "F1" not in given
    key = find_or_make_key(settings.output_folder)
    (remembered,) = read_erasures(settings.output_folder, key)
    assert remembered.courses == (key.pseudonym("forloeb", "F1"),)


def test_the_publication_that_stands_loses_no_file_for_a_word_like_an_id(settings: RunSettings) -> None:
    """Without it a course with the id 7 would take the goals away, whose numbers are such words too."""
    output = settings.output_folder
    for label in ("before", "now"):
        (output / PUBLICATIONS / label).mkdir(parents=True)
        (output / warehouse_name(label)).touch()
        duckdb.execute(f"copy (select 'F1' as goal_number) to '{output / PUBLICATIONS / label / 'goals.parquet'}'")
    (output / PUBLICATIONS / "current").symlink_to("now")
    (output / CURRENT).symlink_to(warehouse_name("now"))
    (output / "goals.parquet").symlink_to(Path(PUBLICATIONS, "current", "goals.parquet"))
    receipt, _ = erase(settings, CVR, run=nothing_left)
    assert receipt.removed == (warehouse_name("before"), "explain/a.csv")
    assert not (output / PUBLICATIONS / "before").exists()
    assert (output / "goals.parquet").is_file()


def test_an_erasure_that_was_killed_is_taken_up_where_it_was(
    settings: RunSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it the ids of the courses would be gone with the deliveries, and the history would keep them."""

    class KilledError(Exception):
        """Stands for a kill."""

    def kill(*_: object) -> NoReturn:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr("orchestration.privacy.erasing.forget_records", kill)
        with pytest.raises(KilledError):
            erase(settings, CVR, run=nothing_left)
    (plan,) = (settings.output_folder / FOLDER).iterdir()
    assert plan.name.startswith(".P-")
    assert plan.stat().st_mode & 0o077 == 0
    with pytest.raises(KilledError):
        erase(settings, CVR, run=kill)
    receipt, _ = erase(settings, CVR, run=nothing_left)
    assert receipt.rows == {"crm_forloeb": 1, "crm_aktivitet": 1}
    assert [one["delivery"] for one in receipt.deliveries] == [
        "crm/crm_aktivitet__2026-01-01.csv", "crm/crm_forloeb__2026-01-01.csv",
    ]  # fmt: skip
    assert receipt.told == 1
    assert not plan.exists()


def test_no_receipt_says_erased_while_a_reader_still_sees_the_company(settings: RunSettings) -> None:
    """Without it PostgreSQL would show a person whose erasure is confirmed in writing."""
    told: list[str] = []
    with pytest.raises(ErasureError, match="kan fortsat stå her:\nPostgreSQL svarer ikke"):
        erase(settings, CVR, run=lambda _: {"postgres": "PostgreSQL svarer ikke"}, tell=told.append)
    assert told[-1] == "unfinished"
    assert not list((settings.output_folder / FOLDER).glob("*.json"))
    # The process that is at it says nothing of itself; every later one does, and what it says names nobody.
    assert list(unfinished(settings.output_folder)) == []
    (plan,) = (settings.output_folder / FOLDER).iterdir()
    plan.write_text(read_plan(plan).model_copy(update={"process": 0}).model_dump_json(), encoding="utf-8")
    (note,) = unfinished(settings.output_folder)
    assert "erhvervshus erase --cvr …" in note
    assert CVR not in note
    receipt, _ = erase(settings, CVR, run=nothing_left)
    assert receipt.rows == {"crm_forloeb": 1, "crm_aktivitet": 1}
    assert list(unfinished(settings.output_folder)) == []


def test_the_receipt_is_true_of_postgres(settings: RunSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it whoever erases without the setting would believe that the database was loaded again."""
    receipt, _ = erase(settings, CVR, run=nothing_left)
    assert "PostgreSQL er ikke indlæst: ERHVERVSHUS_POSTGRES_URL er ikke sat." in receipt_text(receipt)
    copy = Path(str(settings.deliveries)) / "crm" / "crm_forloeb__2026-01-02.csv"
    copy.write_text(COURSES, encoding="utf-8")
    monkeypatch.setenv("ERHVERVSHUS_POSTGRES_URL", "postgresql://u@h:1/d")
    receipt, _ = erase(settings, CVR, run=nothing_left)
    assert "PostgreSQL er indlæst på ny uden virksomheden." in receipt_text(receipt)


def test_what_is_published_after_an_erasure_is_the_same_year_and_the_roles_files(settings: RunSettings) -> None:
    """Without it the warehouse would change to another report year, or a role's folder lose files for good."""
    output = settings.output_folder
    (output / "adgang").mkdir()
    (output / "current.duckdb").touch()
    manifest = Manifest(
        run_id="r", published_at=datetime(2026, 1, 1, tzinfo=UTC), code_version="c", report_year=2023,
        today="2026-01-01", warehouse="w", files=(), tables=(), deliveries=(),
    )  # fmt: skip
    (output / "manifest.json").write_text(manifest.model_dump_json(), encoding="utf-8")
    given: list[RunSettings] = []

    def run(settings: RunSettings) -> dict[str, str]:
        # As a job gets them: Dagster makes the resource anew.
        @asset
        def told(settings: RunSettings) -> None:
            given.append(settings)

        with DagsterInstance.ephemeral() as instance:
            assert materialize([told], resources={"settings": settings}, instance=instance).success
        return {}

    erase(settings, CVR, run=run)
    assert [(one.keep, one.year, one.role_exports) for one in given] == [(1, 2023, True)]


def test_what_a_restore_moved_aside_is_left_to_a_person(settings: RunSettings) -> None:
    """Without it the history from before a restore would keep the company, and nobody would know."""
    aside = settings.output_folder / ".history.foer-gendannelse-20260101T000000Z"
    aside.mkdir()
    receipt, _ = erase(settings, CVR, run=nothing_left)
    assert receipt.aside == (str(aside),)
    assert str(aside) in receipt_text(receipt)


def test_a_file_that_many_roles_have_goes_everywhere_and_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a role would keep the company, or erasing take a quarter of an hour over thousands of equal files."""
    first = tmp_path / "adgang" / "kommune_0101" / "a.csv"
    second = tmp_path / "adgang" / "kommune_0147" / "a.csv"
    for path in (first, second):
        path.parent.mkdir(parents=True)
    first.write_text("course_id\nF1\n", encoding="utf-8")
    second.hardlink_to(first)
    opened: list[object] = []
    connect = duckdb.connect
    monkeypatch.setattr("exports.erasing.duckdb.connect", lambda: opened.append(1) or connect())
    assert remove_leftovers(tmp_path, {"F1"}) == ("adgang/kommune_0101/a.csv", "adgang/kommune_0147/a.csv")
    assert len(opened) == 1
    assert not first.exists()
    assert not second.exists()


def test_a_dry_run_changes_nothing(settings: RunSettings) -> None:
    """Without it nobody could look before it is too late."""
    files = {path: path.read_bytes() for path in Path(str(settings.deliveries)).rglob("*.csv")}
    receipt, path = erase(settings, CVR, run=lambda _: pytest.fail("ran"), dry_run=True)
    assert path is None
    assert receipt.rows == {"crm_forloeb": 1, "crm_aktivitet": 1}
    assert {name: name.read_bytes() for name in files} == files
    assert not (settings.output_folder / FOLDER).exists()
    assert settings.warehouse.exists()


def test_what_cannot_be_erased_is_said_without_the_number(settings: RunSettings) -> None:
    """Without it a slip of the pen would be answered with nothing, or a log would hold the number."""
    with pytest.raises(ErasureError, match="ingen rækker") as said:
        erase(settings, "11111111", run=nothing_left)
    assert "11111111" not in str(said.value)
    erase(settings, CVR, run=nothing_left)
    with pytest.raises(ErasureError, match=r"Virksomheden blev slettet \d+\. \w+ \d{4}") as said:
        erase(settings, CVR, run=nothing_left)
    # It was in one that cannot be read, and still is.
    assert "Skal slettes i hånden" in str(said.value)
    assert normalised("dk-12 34 56 74") == CVR
    for wrong in ("1234567", "123456789", "abcdefgh", "１２３４５６７８"):
        with pytest.raises(ErasureError) as refused:
            normalised(wrong)
        assert wrong not in str(refused.value)
    with pytest.raises(ErasureError, match="--deliveries"):
        erase(RunSettings(output=settings.output), CVR, run=nothing_left)


def test_expired_rows_are_listed_and_deleted_only_when_asked(settings: RunSettings) -> None:
    """Without it a house's files would change by themselves, or rows that are too old would stay in them for good."""
    folder = Path(str(settings.deliveries))
    found = find_expired(settings)
    assert [(one.delivery, one.expired, one.rows, one.is_whole) for one in found] == [
        ("crm/crm_aktivitet__2000-01-01.csv", 1, 1, True), ("crm/crm_forloeb__2026-01-01.csv", 1, 3, False),
    ]  # fmt: skip
    assert (folder / "crm" / "crm_aktivitet__2000-01-01.csv").exists()
    assert delete_expired(settings) == found
    assert not (folder / "crm" / "crm_aktivitet__2000-01-01.csv").exists()
    assert (folder / "crm" / "crm_forloeb__2026-01-01.csv").read_text(encoding="utf-8") == COURSES.replace(
        "F3;fyn;87654321;1999-01-01\n", ""
    )
    assert find_expired(settings) == ()
