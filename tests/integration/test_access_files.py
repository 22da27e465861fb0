"""The folders of roles: the same rows and columns as PostgreSQL shows, and nothing to be found around them."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import psycopg2
import pytest
from dagster import materialize
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))
import access_database as database
from access_database import load_and_guard, sorted_rows

from exports.access import parquet
from exports.access.errors import AccessError
from exports.access.guide import GUIDE
from exports.access.names import READER_SCHEMAS, Dataset, RoleKind
from exports.access.parquet import MANIFEST, STATEMENT_FOLDER, RoleManifest, Shared, hand_over, share
from exports.access.rules import EVERYTHING, Role, Rules
from exports.files import sha256_of
from orchestration.assets.role_exports import ROLE_EXPORTS, role_exports
from orchestration.cli import app
from orchestration.errors import expected_error
from orchestration.progress import SilentProgress
from orchestration.run import AFTER_PUBLICATION
from orchestration.settings import RunSettings

if TYPE_CHECKING:
    from tests.conftest import PostgresServer

PLACE = "0461"
ROLES = 1 + 6 + 98 + 1
WHEN = datetime(2026, 11, 21, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def output(small_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small publication whose statement is released; tests leave it as it is."""
    return database.released_output(small_run, tmp_path_factory.mktemp("access-files"))


@pytest.fixture(scope="module")
def shared(output: Path) -> Shared:
    """The folders of all roles."""
    return share(output, now=WHEN)


@pytest.fixture(scope="module")
def rules(output: Path) -> Rules:
    """The rules of the publication."""
    return database.published_rules(output)


@pytest.fixture
def files() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads files."""
    with closing(duckdb.connect()) as con:
        yield con


@pytest.fixture
def few_roles(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave three roles: what happens to folders is the same for each."""
    few = tuple(role for role in rules.roles if role.name in {"hus_fyn", "hus_sjaelland", "offentlig"})
    monkeypatch.setattr(parquet, "read_rules", lambda *_: replace(rules, roles=few))


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """Put logging back: a command sets it up for its own process."""
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]


def _read(con: duckdb.DuckDBPyConnection, path: Path) -> tuple[list[str], list[tuple[object, ...]]]:
    """Read the columns and rows of a file."""
    relation = con.sql(f"from read_parquet('{path}', hive_partitioning = false)")
    return relation.columns, sorted_rows(relation.fetchall())


def _location(role: Role, dataset: Dataset, table: str) -> str:
    """Say where a role reads a table in PostgreSQL."""
    if dataset == Dataset.STATEMENT:
        return f'offentlig."{table}"'
    return f'{READER_SCHEMAS.get(role.kind, "marts")}."{table}"'


def test_every_role_has_in_its_files_what_postgres_shows(
    output: Path, shared: Shared, rules: Rules, postgres_server: PostgresServer, files: duckdb.DuckDBPyConnection
) -> None:
    """Without it, two engines would read the rules in two ways, and one of them would show too much."""
    assert len(rules.roles) == len(shared.folders) == ROLES
    compared, rows_compared = 0, 0
    whole: set[tuple[RoleKind, Dataset, str]] = set()
    with postgres_server.fresh_database() as url:
        load_and_guard(url, output)
        with closing(psycopg2.connect(url)) as con, con.cursor() as cursor:
            for role in rules.roles:
                cursor.execute(f'set role "{role.name}"')
                for dataset in Dataset:
                    for table, entitlement in rules.of(role.kind, dataset).items():
                        # What is the same for all roles of a kind is compared once; that they can read it, each time.
                        once = (role.kind, dataset, table)
                        limit = " limit 0" if entitlement.rule == EVERYTHING and once in whole else ""
                        whole.add(once)
                        cursor.execute(f"select * from {_location(role, dataset, table)}{limit}")
                        seen = [column.name for column in cursor.description or ()]
                        inside = STATEMENT_FOLDER if dataset == Dataset.STATEMENT else ""
                        path = shared.folders[role.name] / inside / f"{table}.parquet"
                        if limit:
                            assert path.is_file()
                            continue
                        columns, rows = _read(files, path)
                        assert columns == seen, (role.name, table)
                        if table != "_publication":
                            assert _plain(rows) == _plain(cursor.fetchall()), (role.name, table)
                        compared, rows_compared = compared + 1, rows_compared + len(rows)
    assert compared > 1_000
    assert rows_compared > 20_000


def _plain(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Order rows, and take times without their zone."""
    plain = [
        tuple(value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in row) for row in rows
    ]
    return sorted_rows(plain)


def test_no_role_has_a_table_that_no_rule_gives(shared: Shared, rules: Rules) -> None:
    """Without it, a table without a rule could be handed out with the others."""
    for role in rules.roles:
        given = {f"{table}.parquet" for table in rules.of(role.kind, Dataset.WAREHOUSE)}
        given |= {f"{STATEMENT_FOLDER}/{table}.parquet" for table in rules.of(role.kind, Dataset.STATEMENT)}
        folder = shared.folders[role.name]
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        assert found == {*given, MANIFEST, GUIDE}, role.name


def test_no_house_finds_anothers_company_in_any_file(
    output: Path, shared: Shared, rules: Rules, files: duckdb.DuckDBPyConnection
) -> None:
    """Without it, a file nobody thought of could hold the key of another house's course."""
    files.execute(f"attach '{output / 'current.duckdb'}' as published (read_only)")
    for role in rules.roles_of(RoleKind.HOUSE):
        keys = "select unnest([course_id, cvr, p_number]) as word from published.fct_guidance_course where house"
        foreign = f"{keys} <> '{role.scope}' except {keys} = '{role.scope}'"
        assert _words_in(files, shared.folders[role.name], foreign) == []


def test_no_municipality_finds_persons_or_the_unwilling_in_any_file(
    output: Path, shared: Shared, rules: Rules, files: duckdb.DuckDBPyConnection
) -> None:
    """Without it, a sole proprietor or a company without consent could be named in a file of its municipality."""
    files.execute(f"attach '{output / 'current.duckdb'}' as published (read_only)")
    hidden = """
        from published.fct_guidance_course as f inner join published.dim_company as d using (cvr)
    """
    for scope in (PLACE, "0101", "0851"):
        folder = shared.folders[f"kommune_{scope}"]
        willing = f"f.consent_to_share = 'ja' and d.municipality_code = '{scope}'"
        courses = f"select f.course_id as word {hidden} except select f.course_id {hidden} where {willing}"
        numbers = f"""
            select unnest([f.cvr, f.p_number]) as word {hidden}
            except select unnest([f.cvr, f.p_number]) {hidden} where {willing} and not d.is_natural_person
        """
        assert _words_in(files, folder, courses) == []
        assert _words_in(files, folder, numbers) == []
    assert all(f"kommune_{role.scope}" in shared.folders for role in rules.roles_of(RoleKind.MUNICIPALITY))


def _words_in(con: duckdb.DuckDBPyConnection, folder: Path, words: str) -> list[tuple[object, ...]]:
    """Find words in any text of any file of a folder."""
    con.execute(
        f"create or replace temporary table words as select distinct word from ({words}) where word is not null"
    )
    assert con.execute("select count(*) from words").fetchall()[0][0] > 0
    found: list[tuple[object, ...]] = []
    for path in folder.rglob("*.parquet"):
        columns = con.execute(f"describe from read_parquet('{path}')").fetchall()
        for name in (name for name, kind, *_ in columns if kind == "VARCHAR"):
            query = f"select '{path.name}', word from read_parquet('{path}') inner join words on \"{name}\" = word"
            found += con.execute(query).fetchall()
    return found


def test_files_hold_no_statistics_of_hidden_rows(shared: Shared, files: duckdb.DuckDBPyConnection) -> None:
    """Without it, the footer of a file could tell the least and greatest value of rows that were filtered out."""
    path = shared.folders["hus_fyn"] / "fct_guidance_course.parquet"
    least = files.execute(
        f"select min(stats_min_value), max(stats_max_value) from parquet_metadata('{path}') "
        "where path_in_schema = 'house'"
    ).fetchall()
    assert least == [("fyn", "fyn")]


def test_a_municipality_and_the_public_learn_no_hidden_cell_by_subtraction(
    shared: Shared, files: duckdb.DuckDBPyConnection
) -> None:
    """Without it, a municipality's own figure, shown to protect nobody, would give a neighbour's hidden one away."""
    files.execute(
        f"create view spread as from '{shared.folders['offentlig'] / STATEMENT_FOLDER}/statement_spread.parquet'"
    )
    hidden = files.execute("select count(*) from spread where is_hidden").fetchall()[0][0]
    assert hidden > 0, "there is something to find out"
    for name, folder in shared.folders.items():
        if not name.startswith("kommune_"):
            continue
        for table, released in (
            ("geographic_spread", "statement_spread"),
            ("municipality_contacts", "statement_municipality_contacts"),
        ):
            columns, _ = _read(files, folder / f"{table}.parquet")
            place = "kommunekode" if "kommunekode" in columns else "municipality_code"
            more = files.execute(
                f"""
                select * from '{folder / table}.parquet' as own
                left join '{folder / STATEMENT_FOLDER / released}.parquet' as s
                on s.house = own.house and s.municipality_code = own.{place} and s.year = own.year
                where s.is_hidden is distinct from false
                """
            ).fetchall()
            assert more == [], (name, table)


def test_another_role_cannot_list_or_open_a_folder(shared: Shared) -> None:
    """Without it, everybody on the server would read every role's files."""
    for folder in shared.folders.values():
        assert folder.resolve().stat().st_mode & 0o777 == 0o700
        assert folder.resolve().parent.stat().st_mode & 0o777 == 0o711
    root = shared.folders["erst"].parent
    assert root.stat().st_mode & 0o777 == 0o711
    for path in shared.folders["erst"].rglob("*"):
        assert not path.stat().st_mode & 0o222 or path.is_dir()


def test_a_file_says_what_it_is_of_and_is_what_was_written(shared: Shared) -> None:
    """Without it, nobody could tell tonight's file from last year's, or a whole one from half of one."""
    folder = shared.folders[f"kommune_{PLACE}"]
    manifest = RoleManifest.model_validate_json((folder / MANIFEST).read_bytes())
    assert manifest.role == f"kommune_{PLACE}"
    assert manifest.statement_year == 2026
    for file in manifest.files:
        assert sha256_of(folder / file.name) == file.sha256
        assert (folder / file.name).stat().st_size == file.bytes
    assert {file.rule for file in manifest.files} > {"all", "own_municipality_consented", "own_municipality_company"}


def test_equal_publications_give_equal_files(output: Path, shared: Shared, tmp_path: Path) -> None:
    """Without it, every night would look like news to whoever copies the files on."""
    again = hand_over(output, "hus_fyn", tmp_path)
    for path in again.folders["hus_fyn"].rglob("*"):
        if path.is_file():
            twin = shared.folders["hus_fyn"] / path.relative_to(again.folders["hus_fyn"])
            assert path.read_bytes() == twin.read_bytes(), path.name


@pytest.mark.usefixtures("few_roles")
def test_a_new_edition_replaces_the_old_and_keeps_the_rights_an_administrator_gave(
    output: Path, tmp_path: Path
) -> None:
    """Without it, a role's people would be locked out every night, and the disk fill with old editions."""
    copy = shutil.copytree(output, tmp_path / "output", symlinks=True, ignore=shutil.ignore_patterns("adgang"))
    first = share(copy)
    opened = first.folders["hus_fyn"].resolve()
    opened.chmod(0o750)
    if os.geteuid() == 0:
        os.chown(opened, -1, 12_345)
    reader = (first.folders["hus_fyn"] / "dim_house.parquet").open("rb")
    second = share(copy)
    now = second.folders["hus_fyn"].resolve()
    assert now != opened
    assert now.stat().st_mode & 0o777 == 0o750
    assert now.stat().st_gid == opened.stat().st_gid
    assert second.folders["hus_sjaelland"].resolve().stat().st_mode & 0o777 == 0o700
    third = share(copy)
    assert not opened.exists()
    with reader:
        assert reader.read(4) == b"PAR1", "who has a file open keeps it"
    assert len(list((third.folders["hus_fyn"].parent / ".udgaver").iterdir())) == 2


@pytest.mark.usefixtures("few_roles")
def test_what_a_killed_run_left_is_removed_and_a_lost_role_loses_its_folder(output: Path, tmp_path: Path) -> None:
    """Without it, half-written files would lie open, and a municipality that was merged away keep its last ones."""
    copy = shutil.copytree(output, tmp_path / "output", symlinks=True, ignore=shutil.ignore_patterns("adgang"))
    root = copy / "adgang"
    (root / ".under-udarbejdelse-1" / "hus_fyn").mkdir(parents=True)
    (root / "kommune_9999").symlink_to(".udgaver/x/kommune_9999")
    share(copy)
    assert sorted(path.name for path in root.iterdir() if not path.is_symlink()) == [".udgaver"]
    assert not (root / "kommune_9999").is_symlink()


def test_a_draft_is_nobodys(small_run: Path, tmp_path: Path) -> None:
    """Without it, whoever keeps every night's draft could subtract one from the next."""
    made = hand_over(small_run, "offentlig", tmp_path)
    assert sorted(path.name for path in made.folders["offentlig"].rglob("*")) == [GUIDE, MANIFEST]
    place = hand_over(small_run, f"kommune_{PLACE}", tmp_path).folders[f"kommune_{PLACE}"]
    with closing(duckdb.connect()) as con:
        assert _read(con, place / "geographic_spread.parquet")[1] == []


def test_an_edition_that_was_changed_is_not_handed_on(output: Path, tmp_path: Path) -> None:
    """Without it, a hidden figure written into an open file would reach the public's folder."""
    copy = shutil.copytree(output, tmp_path / "output", symlinks=True, ignore=shutil.ignore_patterns("adgang"))
    path = copy / "opgoerelse" / "2026" / "aabne-data" / "statement_goals.parquet"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(AccessError, match="er ikke den, der blev udgivet"):
        share(copy)


@pytest.mark.usefixtures("few_roles")
@pytest.mark.parametrize("wanted", [True, False])
def test_a_run_writes_the_folders_when_they_are_wanted(output: Path, tmp_path: Path, *, wanted: bool) -> None:
    """Without it, the setting would say what no run does."""
    copy = shutil.copytree(output, tmp_path / "output", symlinks=True, ignore=shutil.ignore_patterns("adgang"))
    resources = {"settings": RunSettings(output=str(copy), role_exports=wanted), "progress": SilentProgress()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = materialize([role_exports], resources=resources)
    assert result.success
    (event,) = result.get_asset_materialization_events()
    assert event.materialization.metadata["written"].value is wanted
    assert (copy / "adgang" / "hus_fyn" / MANIFEST).is_file() is wanted


def test_a_failure_of_the_folders_does_not_take_the_publication_back() -> None:
    """Without it, a full disk under adgang would be told as if nothing had been published."""
    assert ROLE_EXPORTS in AFTER_PUBLICATION
    assert expected_error(AccessError("Ret reglen.")) is not None


@pytest.mark.usefixtures("logs_as_before")
def test_share_hands_over_one_role_and_overwrites_nothing(output: Path, tmp_path: Path) -> None:
    """Without it, a municipality's files could not be sent to it, or be mixed with those of another day."""
    runner = CliRunner()
    arguments = ["share", "--output", str(output), "--to", str(tmp_path), "--role"]
    first = runner.invoke(app, [*arguments, f"kommune_{PLACE}"])
    assert first.exit_code == 0, first.output
    assert f"kommune_{PLACE}" in first.output
    assert (tmp_path / f"kommune_{PLACE}" / "fct_guidance_course.parquet").is_file()
    again = runner.invoke(app, [*arguments, f"kommune_{PLACE}"])
    assert again.exit_code == 1
    assert "bliver ikke overskrevet" in " ".join(again.output.split())
    unknown = runner.invoke(app, [*arguments, "kommune_0000"])
    assert unknown.exit_code == 1
    assert "Rollen kommune_0000 findes ikke" in " ".join(unknown.output.split())
