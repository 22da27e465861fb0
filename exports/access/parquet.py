"""A folder of Parquet files for each role, made of the same rules as the roles of PostgreSQL.

`<output>/adgang/<role>/` is a link to the role's folder of the newest edition. All editions lie in `.udgaver`.
"""

from __future__ import annotations

import logging
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict

from exports.access.errors import AccessError
from exports.access.guide import GUIDE, GuideFile, Labels, guide_text
from exports.access.names import SCOPE_SCHEMA, Dataset, RoleKind
from exports.access.released import Released, released_statement
from exports.access.rules import EVERYTHING, Entitlement, Role, Rules, read_rules
from exports.access.scopes import scope_tables
from exports.files import READ_ONLY, sha256_of, sync
from exports.publish import CURRENT, PUBLICATION_TABLE
from sources import storage
from sources.sql_text import literal, quoted

_log = logging.getLogger(__name__)

FOLDER = "adgang"
MANIFEST = "manifest.json"
STATEMENT_FOLDER = "opgoerelse"
"""Where a role's folder holds the tables of the released statement."""
_EDITIONS = ".udgaver"
_STAGING = ".under-udarbejdelse-"
_PASSABLE = 0o711
"""A folder that can be passed through and not listed."""
_PRIVATE = 0o700
"""A role's folder, until an administrator opens it to the role's people."""
_KEPT = 2


class _Frozen(BaseModel):
    """A part of a manifest: immutable, with exactly its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SharedFile(_Frozen):
    """A file of a role: its path in the role's folder, rows, SHA-256 in hex, bytes, and the rule behind its rows."""

    name: str
    rows: int
    sha256: str
    bytes: int
    rule: str


class RoleManifest(_Frozen):
    """`manifest.json` of a role's folder: of which publication and released statement it is, and every table."""

    role: str
    run_id: str
    published_at: datetime
    statement_year: int | None
    files: tuple[SharedFile, ...]


@dataclass(frozen=True)
class Shared:
    """What was written.

    Attributes:
        folders: The folder of each role.
        files: How many files they hold together.
        bytes: Their size on disk; a file that several roles have counts once.
    """

    folders: Mapping[str, Path]
    files: int
    bytes: int


@dataclass(frozen=True)
class _Written:
    """One file that is written once, and how many rows it has."""

    path: Path
    rows: int


def share(output: Path, now: datetime | None = None, labels: Labels | None = None) -> Shared:
    """Write the folders of all roles and put them in place, each in one step.

    Args:
        output: The output folder, with a publication.
        now: When, for the edition's name; the wall clock when not given.
        labels: What columns are called, for the guide of each folder.

    Returns:
        What was written.

    Raises:
        AccessError: A rule cannot be used, or a file cannot be written; the folders that were there still stand.
    """
    target = output / FOLDER
    label = f"{now or datetime.now(tz=UTC):%Y%m%dT%H%M%S%fZ}"
    with _failures_told(target), _staged(target) as staging:
        manifests = write_role_exports(_warehouse(output), staging, None, released_statement(output), labels)
        folders = _put_in_place(staging, target, label, sorted(manifests))
    return _measured(folders, manifests)


def hand_over(output: Path, role: str, to: Path | None = None, labels: Labels | None = None) -> Shared:
    """Write the folder of one role, to be given to its people.

    Args:
        output: The output folder, with a publication.
        role: The role's name.
        to: The folder that gets the role's folder; the working folder when not given.
        labels: What columns are called, for the guide of the folder.

    Returns:
        What was written.

    Raises:
        AccessError: The role does not exist, its folder is there already, or a file cannot be written.
    """
    target = to if to is not None else Path.cwd()
    made = target / role
    with _failures_told(target), _staged(target) as staging:
        manifests = write_role_exports(_warehouse(output), staging, [role], released_statement(output), labels)
        if made.exists() or made.is_symlink():
            msg = f"{made}: mappen findes allerede og bliver ikke overskrevet. Flyt den, eller angiv en anden med --to."
            raise AccessError(msg)
        (staging / role).rename(made)
        sync(target)
    return _measured({role: made}, manifests)


def _warehouse(output: Path) -> Path:
    """Find the published file; its link may be switched while it is read."""
    warehouse = (output / CURRENT).resolve()
    if not warehouse.is_file():
        msg = f"{output}: mappen har ingen offentliggjort udgave. Kør først `erhvervshus run --output {output}`."
        raise AccessError(msg)
    return warehouse


@contextmanager
def _failures_told(target: Path) -> Iterator[None]:
    """Say in Danish what could not be written."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        cause = storage.cause(error, target)
        msg = f"{target}: rollernes filer kunne ikke skrives, så de forrige gælder stadig. {cause}"
        raise AccessError(msg) from error


def _measured(folders: Mapping[str, Path], manifests: Mapping[str, RoleManifest]) -> Shared:
    """Count files and bytes; a file that several roles have is one on disk."""
    sizes = {
        (found.st_dev, found.st_ino): found.st_size
        for folder in folders.values()
        for path in folder.rglob("*")
        if stat.S_ISREG((found := path.stat()).st_mode)
    }
    files = sum(len(manifest.files) for manifest in manifests.values())
    _log.info("Shared %d files with %d roles, %d bytes on disk", files, len(folders), sum(sizes.values()))
    return Shared(folders, files, sum(sizes.values()))


def write_role_exports(
    warehouse: Path,
    folder: Path,
    roles: Sequence[str] | None = None,
    released: Released | None = None,
    labels: Labels | None = None,
) -> dict[str, RoleManifest]:
    """Write a folder for each role: one statement per table and kind of role, whatever the number of roles.

    Args:
        warehouse: The published file.
        folder: An empty folder.
        roles: Names of roles; all of them when not given.
        released: The released statement, or None before one is released.
        labels: What columns are called, for the guides.

    Returns:
        The manifest of each role.

    Raises:
        AccessError: A role does not exist, or a rule cannot be used.
    """
    files = {} if released is None else released.files
    with closing(duckdb.connect()) as con:
        # More threads would cut the rows into groups differently from run to run.
        con.execute("set threads = 1")
        con.execute(f"attach {literal(warehouse)} as published (read_only)")
        rules = read_rules(con, "published.main")
        chosen = rules.roles if roles is None else tuple(rules.role(name) for name in dict.fromkeys(roles))
        tables = _published_columns(con)
        statement = _statement_columns(con, files)
        _fill_scopes(con, chosen, tables, statement)
        run_id, published_at = con.execute(
            f"select run_id, published_at from published.main.{PUBLICATION_TABLE}"
        ).fetchall()[0]
        year = released.edition.year if released is not None else None
        writer = _Writer(con, folder, rules)
        for kind in RoleKind:
            own = tuple(role for role in chosen if role.kind == kind)
            if own:
                for dataset, columns in ((Dataset.WAREHOUSE, tables), (Dataset.STATEMENT, statement)):
                    writer.write_kind(kind, own, dataset, columns)
        manifests = {
            role.name: RoleManifest(
                role=role.name,
                run_id=run_id,
                published_at=published_at.replace(tzinfo=UTC),
                statement_year=year,
                files=tuple(sorted(writer.files.get(role.name, []), key=lambda file: file.name)),
            )
            for role in chosen
        }
    shutil.rmtree(folder / _Writer.COMMON, ignore_errors=True)
    kinds = {role.name: role.kind for role in chosen}
    for name, manifest in manifests.items():
        guided = sorted(writer.guided.get(name, []), key=lambda file: file.name)
        text = guide_text(name, kinds[name], manifest.published_at, year, guided, labels or {})
        _finish(folder / name, manifest, text)
    return manifests


class _Writer:
    """Writes files: once where roles see the same, else cut by role."""

    COMMON = ".common"

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path, rules: Rules) -> None:
        """Begin in an empty folder."""
        self.files: dict[str, list[SharedFile]] = {}
        self.guided: dict[str, list[GuideFile]] = {}
        self._con, self._folder, self._rules = con, folder, rules
        self._same: dict[tuple[str, ...], _Written] = {}
        self._digests: dict[int, str] = {}
        (folder / self.COMMON).mkdir()

    def write_kind(
        self, kind: RoleKind, roles: Sequence[Role], dataset: Dataset, tables: Mapping[str, Sequence[str]]
    ) -> None:
        """Write all tables of a dataset that a kind of role sees."""
        for role in roles:
            (self._folder / role.name).mkdir(exist_ok=True)
        for table, entitlement in sorted(self._rules.of(kind, dataset).items()):
            if table not in tables:
                continue
            if entitlement.rule == EVERYTHING:
                written = self._write_same(entitlement, entitlement.columns(tables[table]))
                for role in roles:
                    self._hand_out(role, entitlement, written, entitlement.columns(tables[table]))
            else:
                self._write_cut(entitlement, roles, tables[table])

    def _write_same(self, entitlement: Entitlement, columns: Sequence[str], where: str = "true") -> _Written:
        """Write a table that is the same for every role that sees these columns."""
        key = (entitlement.dataset, entitlement.table, where, *columns)
        if key not in self._same:
            listed = ", ".join(f"t.{quoted(name)}" for name in columns)
            path = self._folder / self.COMMON / f"{len(self._same)}.parquet"
            query = f"select {listed} from {_located(entitlement.dataset, entitlement.table)} as t where {where}"
            self._copy(f"{query} order by all", path)
            self._same[key] = _Written(path, self._counted(str(path))[str(path)])
        return self._same[key]

    def _write_cut(self, entitlement: Entitlement, roles: Sequence[Role], present: Sequence[str]) -> None:
        """Write a table of which every role sees its own rows."""
        rule = entitlement.row_rule(present)
        assert rule is not None  # noqa: S101 - only `all` has none, and that is not cut
        columns = entitlement.columns(present)
        owners, matches = rule.owners(entitlement.table, present)
        seen = ", ".join(f"{entitlement.expression(name, 't')} as {quoted(name)}" for name in columns)
        cut = self._folder / self.COMMON / f"cut-{entitlement.table}"
        self._copy(
            f"select {seen}, r.role as _role from {_located(entitlement.dataset, entitlement.table)} as t "
            f"inner join {owners} on {matches} inner join roles as r on r.scope = s.scope order by all",
            cut,
            ", partition_by (_role)",
        )
        counted = self._counted(f"{cut}/*/*.parquet") if any(cut.glob("*")) else {}
        empty = None
        for role in roles:
            path = cut / f"_role={role.name}" / "data_0.parquet"
            if str(path) in counted:
                written = _Written(path, counted[str(path)])
            else:
                # A role without rows gets the table all the same: no rows is an answer, no file is a question.
                empty = empty or self._write_same(entitlement, columns, "false")
                written = empty
            self._hand_out(role, entitlement, written, columns)
        shutil.rmtree(cut, ignore_errors=True)

    def _copy(self, query: str, path: Path, options: str = "") -> None:
        """Write the rows of a query."""
        self._con.execute(f"copy ({query}) to {literal(path)} (format parquet, compression zstd{options})")

    def _counted(self, files: str) -> dict[str, int]:
        """Count the rows of files, by their path."""
        query = f"select file_name, num_rows from parquet_file_metadata({literal(files)})"
        return dict(self._con.execute(query).fetchall())

    def _hand_out(self, role: Role, entitlement: Entitlement, written: _Written, columns: Sequence[str]) -> None:
        """Put a file into a role's folder; one that several roles have is one file on disk."""
        inside = f"{STATEMENT_FOLDER}/" if entitlement.dataset == Dataset.STATEMENT else ""
        name = f"{inside}{entitlement.table}.parquet"
        path = self._folder / role.name / name
        path.parent.mkdir(exist_ok=True)
        os.link(written.path, path)
        path.chmod(READ_ONLY)
        found = path.stat()
        if found.st_ino not in self._digests:
            self._digests[found.st_ino] = sha256_of(path)
        shared = SharedFile(
            name=name,
            rows=written.rows,
            sha256=self._digests[found.st_ino],
            bytes=found.st_size,
            rule=entitlement.rule,
        )
        self.files.setdefault(role.name, []).append(shared)
        self.guided.setdefault(role.name, []).append(
            GuideFile(name, written.rows, entitlement.table, tuple(columns), entitlement.person, entitlement.reason)
        )


def _published_columns(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """List the published tables with their columns."""
    rows = con.execute(
        """
        select table_name, list(column_name order by column_index)
        from duckdb_columns() inner join duckdb_tables() using (database_name, schema_name, table_name)
        where database_name = 'published' and schema_name = 'main'
        group by table_name
        """
    ).fetchall()
    return {table: tuple(columns) for table, columns in rows}


def _statement_columns(con: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> dict[str, tuple[str, ...]]:
    """Make a view of each released table, and list their columns."""
    con.execute("create schema statement")
    columns = {}
    for table, path in files.items():
        con.execute(f"create view statement.{quoted(table)} as from read_parquet({literal(path)})")
        columns[table] = tuple(row[0] for row in con.execute(f"describe statement.{quoted(table)}").fetchall())
    return columns


def _fill_scopes(
    con: duckdb.DuckDBPyConnection,
    roles: Sequence[Role],
    tables: Mapping[str, Sequence[str]],
    statement: Mapping[str, Sequence[str]],
) -> None:
    """Write who owns what, for these roles."""
    con.execute(f"create schema {SCOPE_SCHEMA}")
    for scope in scope_tables(_located, tables, statement):
        con.execute(f"create table {SCOPE_SCHEMA}.{quoted(scope.name)} ({_typed(scope.columns)})")
        con.execute(f"insert into {SCOPE_SCHEMA}.{quoted(scope.name)} {scope.query}")
    con.execute("create table roles (role varchar, scope varchar)")
    scoped = [(role.name, role.scope) for role in roles if role.scope is not None]
    if scoped:
        con.executemany("insert into roles values (?, ?)", scoped)


def _typed(columns: Mapping[str, str]) -> str:
    """Write columns with their types."""
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())


def _located(dataset: Dataset, table: str) -> str:
    """Say where a table lies in DuckDB."""
    return f"{'published.main' if dataset == Dataset.WAREHOUSE else 'statement'}.{quoted(table)}"


def _finish(folder: Path, manifest: RoleManifest, guide: str) -> None:
    """Write a role's guide and manifest, and close its folder."""
    path = folder / GUIDE
    path.write_text(guide, encoding="utf-8")
    path.chmod(READ_ONLY)
    path = folder / MANIFEST
    path.write_text(f"{manifest.model_dump_json(indent=2)}\n", encoding="utf-8")
    path.chmod(READ_ONLY)
    folder.chmod(_PRIVATE)


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """Make a private folder beside the editions, and remove it and those of killed runs."""
    target.mkdir(parents=True, exist_ok=True)
    for left in target.glob(f"{_STAGING}*"):
        _log.warning("Removing %s, left by a run that was killed", left)
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    folder = target / f"{_STAGING}{os.getpid()}"
    folder.mkdir(mode=_PRIVATE)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(staging: Path, target: Path, label: str, roles: Sequence[str]) -> dict[str, Path]:
    """Let readers see finished folders: an edition gets a name of its own, then each role's link points into it."""
    editions = target / _EDITIONS
    editions.mkdir(exist_ok=True)
    for role in roles:
        _keep_rights(target / role, staging / role)
    made = editions / label
    # Thousands of small files: one call for all of them takes a tenth of a call for each.
    os.sync()
    staging.rename(made)
    for folder in (target, editions, made):
        folder.chmod(_PASSABLE)
    folders = {}
    for role in roles:
        link = target / f"{_STAGING}{role}"
        link.symlink_to((made / role).relative_to(target))
        link.replace(target / role)
        folders[role] = target / role
    # A role that is no more, as a municipality that was merged away, keeps no folder.
    for left in target.iterdir():
        if left.is_symlink() and left.name not in folders:
            left.unlink()
    sync(editions)
    sync(target)
    _remove_old(editions, {path.resolve().parent.name for path in target.iterdir() if path.is_symlink()})
    return folders


def _keep_rights(old: Path, new: Path) -> None:
    """Give a role's new folder the group, mode and access list that an administrator gave the one before."""
    if old.is_dir():
        found = old.stat()
        try:
            os.chown(new, -1, found.st_gid)
            shutil.copystat(old, new)
        except OSError:
            _log.warning(
                "Cannot give %s the rights of the folder before; it is closed until an administrator does", new
            )
            new.chmod(_PRIVATE)


def _remove_old(editions: Path, in_use: Iterable[str]) -> None:
    """Remove editions that no role's link points at, but for the one before, for readers who are half through it."""
    used = set(in_use)
    for old in sorted((path for path in editions.iterdir() if path.name not in used), reverse=True)[_KEPT - 1 :]:
        try:
            shutil.rmtree(old)
        except OSError:
            _log.warning("Cannot remove %s; the next edition tries again", old, exc_info=True)
