"""The statement of any one report year: a build of its own from what is landed, of which only the statement is kept.

A figure of an earlier year is computed by the same models with another report year, from the deliveries as they are
known today. Nothing of it may be seen as the daily publication, so it is built and published inside `.build`.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from exports.publish import RunInfo, publish
from exports.statement.edition import Edition, is_untouchable, read_edition, write_edition
from exports.statement.freeze import versions
from exports.statement.yearly import current_statement
from orchestration.dbt import prepare_workspace, warehouse_dbt
from orchestration.errors import ReportsError, WarehouseBuildError
from orchestration.paths import build_file, build_folder
from orchestration.privacy.pseudonym_key import key_in_environment
from orchestration.version import code_version
from sources.landing import open_warehouse, record_run
from sources.pseudonyms import KEY_FILE
from sources.sql_text import literal

_log = logging.getLogger(__name__)
_YEARS = "years"
_BUILD_COMMAND = ("build", "--exclude-resource-type", "unit_test")


@dataclass(frozen=True)
class YearStatement:
    """What came of a year: its edition, and whether it was written now or left as a person made it."""

    edition: Edition
    written: bool


def write_year(
    output: Path,
    year: int,
    run_id: str,
    project: Path,
    manifest: Path,
    *,
    tell: Callable[[str], None] | None = None,
) -> YearStatement:
    """Write the edition of a report year from what is landed, as a draft.

    An edition that a person made final or froze is left as it is, and nothing is built.

    Args:
        output: The output folder, held by the caller.
        year: The report year.
        run_id: The run that asks.
        project: The dbt project.
        manifest: dbt's manifest.
        tell: Told of each step, in words for the log.

    Returns:
        The edition.

    Raises:
        ReportsError: Nothing is landed.
        WarehouseBuildError: The warehouse of that year could not be built, or one of its tests failed.
        PublicationError: Its marts could not be written.
        StatementError: The edition could not be written; the one before still stands.
    """
    say = tell or (lambda _: None)
    edition = read_edition(output, year)
    if edition is not None and (is_untouchable(edition) or versions(output, year)):
        return YearStatement(edition, written=False)
    with _own_build(output, year) as private:
        build = build_file(private)
        _copy_landed(build_file(output), build, year, run_id)
        say("copied")
        _run_dbt(project, manifest, build_folder(private))
        say("built")
        publish(build, private, RunInfo(run_id, code_version(), manifest), keep=1)
        statement = current_statement(private, year, manifest)
        say("assembled")
        written = write_edition(statement, output)
    return YearStatement(written, written=True)


@contextmanager
def _own_build(output: Path, year: int) -> Iterator[Path]:
    """Make a folder for one year's build, without what a killed run left in it, and remove it in the end."""
    folder = build_folder(output) / _YEARS / str(year)
    shutil.rmtree(folder, ignore_errors=True)
    build_folder(folder).mkdir(parents=True)
    key, own_key = output / KEY_FILE, folder / KEY_FILE
    if key.exists():
        # The same persons get the same pseudonyms: dbt looks for the key beside the build.
        own_key.parent.mkdir()
        own_key.symlink_to(key.absolute())
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_landed(landed: Path, build: Path, year: int, run_id: str) -> None:
    """Copy what is landed, and nothing that dbt made of it, and say which year is asked for."""
    if not landed.exists():
        msg = f"{landed}: her er ingen indlæste leverancer. Kør `erhvervshus run` først."
        raise ReportsError(msg)
    with closing(open_warehouse(build)) as con:
        con.execute(f"attach {literal(landed)} as landed (read_only)")
        _refuse_another_layout(con, landed)
        tables = con.execute(
            """
            select schema_name, table_name from duckdb_tables()
            where database_name = 'landed' and schema_name in ('raw', 'history') and table_name <> '_layout'
            order by all
            """
        ).fetchall()
        for schema, table in tables:
            con.execute(f'create schema if not exists "{schema}"')
            con.execute(f'create or replace table "{schema}"."{table}" as from landed."{schema}"."{table}"')
        con.execute("detach landed")
        record_run(con, run_id=run_id, report_year=year, code_version=code_version())
        if not _has_deliveries(con):
            msg = f"{landed}: her er ingen indlæste leverancer. Kør `erhvervshus run` først."
            raise ReportsError(msg)


def _refuse_another_layout(con: duckdb.DuckDBPyConnection, landed: Path) -> None:
    """Refuse what another version of the program landed: its columns may be others."""
    own, other = (con.execute(f"select layout from {place}raw._layout").fetchall() for place in ("", "landed."))
    if own != other:
        msg = f"{landed}: leverancerne er indlæst af en anden version af programmet. Kør `erhvervshus run` først."
        raise ReportsError(msg)


def _has_deliveries(con: duckdb.DuckDBPyConnection) -> bool:
    """Say whether anything was landed."""
    return bool(con.execute("select 1 from raw.deliveries where status = 'accepted' limit 1").fetchall())


def _run_dbt(project: Path, manifest: Path, build: Path) -> None:
    """Build and test every model for the year."""
    from orchestration.assets.warehouse import explain  # noqa: PLC0415

    workspace = prepare_workspace(project, manifest, build)
    with key_in_environment():
        invocation = warehouse_dbt(workspace).cli([*_BUILD_COMMAND], target_path=workspace / "target")
    try:
        invocation.wait()
    except DagsterDbtCliRuntimeError as error:
        raise WarehouseBuildError(explain(error, workspace)) from error
