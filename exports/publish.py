"""The publication: the marts as a read-only DuckDB file and as Parquet, put in place in one step or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict

from exports.files import READ_ONLY, sha256_of, sync
from exports.switch import CURRENT, MANIFEST, remove_old, staged, switch
from exports.views.record import read_record
from exports.views.specification import VIEW_SCHEMA, View, read_views
from sources import storage
from sources.sql_text import literal, quoted

__all__ = [
    "CURRENT",
    "MANIFEST",
    "Frozen",
    "Manifest",
    "Mart",
    "Publication",
    "PublicationError",
    "PublishedDelivery",
    "PublishedFile",
    "PublishedTable",
    "RunInfo",
    "publish",
    "read_marts",
]

PUBLISHED_SCHEMAS = ("core", "goals", "effect", "geography", "quality", "practice", "statement", "access")
STORAGE_VERSION = "v1.4.0"
PUBLICATION_TABLE = "_publication"


class PublicationError(Exception):
    """The publication failed; what was published before still stands. The message is Danish."""


@dataclass(frozen=True)
class RunInfo:
    """The run that publishes.

    Attributes:
        run_id: The run's id, as in `raw.run_context`.
        code_version: The code that ran.
        manifest: dbt's manifest, for descriptions and for which marts become Parquet files.
        published_at: The time of publication; now when not given. With time zone.
    """

    run_id: str
    code_version: str
    manifest: Path
    published_at: datetime | None = None


@dataclass(frozen=True)
class Mart:
    """One table that is published.

    Attributes:
        schema: The schema it is built in.
        name: Its name, the same in the published file and as a Parquet file.
        description: What it holds and its grain; empty when dbt has none.
        columns: Description of each described column.
        parquet: Whether it also becomes `<name>.parquet`.
    """

    schema: str
    name: str
    description: str
    columns: Mapping[str, str]
    parquet: bool


class Frozen(BaseModel):
    """A part of `manifest.json`: immutable, with exactly its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PublishedTable(Frozen):
    """A table of the published warehouse and its rows."""

    table: str
    rows: int


class PublishedFile(Frozen):
    """A file of the publication: its name in the output folder, SHA-256 in hex, size in bytes, and rows."""

    name: str
    sha256: str
    bytes: int
    rows: int


class PublishedDelivery(Frozen):
    """A delivery that went into the figures: its fingerprint, and its rows delivered, accepted and rejected."""

    source: str | None
    entity: str | None
    delivery: str
    extracted_on: str | None
    fingerprint: str | None
    status: str
    delivered_rows: int
    accepted_rows: int
    rejected_rows: int
    rejected_values: int
    error: str | None


class Manifest(Frozen):
    """`manifest.json`, written last: when it names a file with its fingerprint, the publication is whole."""

    run_id: str
    published_at: datetime
    code_version: str
    report_year: int
    today: str
    warehouse: str
    files: tuple[PublishedFile, ...]
    tables: tuple[PublishedTable, ...]
    deliveries: tuple[PublishedDelivery, ...]


@dataclass(frozen=True)
class Publication:
    """What was published.

    Attributes:
        warehouse: The published file, which `current.duckdb` now points at.
        manifest: The content of `manifest.json`.
    """

    warehouse: Path
    manifest: Manifest

    @property
    def report_year(self) -> int:
        """The report year."""
        return self.manifest.report_year

    @property
    def tables(self) -> tuple[PublishedTable, ...]:
        """The published tables with their rows."""
        return self.manifest.tables


def publish(
    build: Path,
    output: Path,
    run: RunInfo,
    keep: int = 3,
    progress: Callable[[str], None] | None = None,
) -> Publication:
    """Publish the marts of a private build file.

    Everything is written and verified in a folder of its own inside the output folder, and readers see all of it in one
    step. A reader that holds the file of yesterday keeps it; a failure at any step leaves what was there, and so does a
    kill.

    Args:
        build: The private build file.
        output: The output folder; made when missing.
        run: The run that publishes.
        keep: How many published warehouses stay, this one included.
        progress: Told of each table and file.

    Returns:
        What was published.

    Raises:
        PublicationError: Nothing was published; the publication before still stands.
    """
    tell = progress or (lambda _: None)
    published_at = (run.published_at or datetime.now(tz=UTC)).astimezone(UTC).replace(microsecond=0)
    label = f"{published_at:%Y%m%dT%H%M%SZ}-{run.run_id[:8]}"
    try:
        with staged(output, label) as staging, closing(duckdb.connect()) as con:
            con.execute(f"attach {literal(build)} as build (read_only)")
            marts = read_marts(run.manifest, con)
            warehouse = staging.warehouse
            tables = _write_warehouse(con, marts, warehouse, tell)
            content = _describe(con, run, published_at, warehouse.name, tables)
            _write_publication_table(con, content)
            views = _write_views(con, run.manifest)
            _close_warehouse(con, warehouse, content.tables, views)
            files = tuple(_write_parquet(con, marts, staging.files, tell))
            listed = (_fingerprint(warehouse, sum(table.rows for table in tables)), *files)
            content = content.model_copy(update={"files": listed})
            _write_manifest(staging.files / MANIFEST, content)
            switch(staging)
    except (OSError, duckdb.Error, LookupError, ValueError) as error:
        msg = (
            f"{output}: resultatet kunne ikke offentliggøres, så den forrige udgave gælder stadig. "
            f"{storage.cause(error, output)}"
        )
        raise PublicationError(msg) from error
    remove_old(output, keep)
    return Publication(warehouse=output / warehouse.name, manifest=content)


def read_marts(manifest: Path, con: duckdb.DuckDBPyConnection) -> tuple[Mart, ...]:
    """Find what to publish: the tables of the published schemas in the build file, described by dbt's manifest.

    Args:
        manifest: dbt's manifest.
        con: A connection with the build file attached as `build`.

    Returns:
        The marts by schema and name.

    Raises:
        ValueError: There is none, two share a name, or one that dbt describes is not in the build file.
    """
    nodes = {
        (node["schema"], node["alias"]): node
        for node in json.loads(manifest.read_bytes())["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS
    }
    present = con.execute(
        """
        select table_schema, table_name from information_schema.tables
        where table_catalog = 'build' and table_schema in (select unnest(?))
        order by all
        """,
        [list(PUBLISHED_SCHEMAS)],
    ).fetchall()
    missing = sorted(set(nodes) - set(present))
    if missing:
        msg = f"tabellen {missing[0][0]}.{missing[0][1]} mangler i {manifest.parent}"
        raise ValueError(msg)
    # A table that no model makes any more is left from an earlier build: it is not published.
    marts = tuple(_mart(nodes[key]) for key in present if key in nodes)
    if not marts:
        msg = "der er ingen tabeller at offentliggøre"
        raise ValueError(msg)
    names = [mart.name for mart in marts]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"to tabeller hedder {twice[0]}; de skal hedde noget forskelligt, fordi de offentliggøres side om side"
        raise ValueError(msg)
    return marts


def _mart(node: Mapping[str, Any]) -> Mart:
    """Read one mart from dbt's node."""
    meta = node.get("config", {}).get("meta") or node.get("meta") or {}
    return Mart(
        schema=node["schema"],
        name=node["alias"],
        description=node.get("description") or "",
        columns={
            column["name"]: column["description"]
            for column in node.get("columns", {}).values()
            if column.get("description")
        },
        parquet=bool((meta.get("publish") or {}).get("parquet")),
    )


def _write_warehouse(
    con: duckdb.DuckDBPyConnection, marts: Sequence[Mart], path: Path, tell: Callable[[str], None]
) -> tuple[PublishedTable, ...]:
    """Copy the marts with their comments, in a storage format that DuckDB 1.4 reads."""
    con.execute(f"attach {literal(path)} as published (storage_version {literal(STORAGE_VERSION)})")
    tables = []
    for mart in marts:
        target = f"published.main.{quoted(mart.name)}"
        con.execute(f"create table {target} as from build.{quoted(mart.schema)}.{quoted(mart.name)}")
        _comment(con, mart, target)
        source = f"build.{quoted(mart.schema)}.{quoted(mart.name)}"
        tables.append(PublishedTable(table=mart.name, rows=_count(con, source)))
        tell(mart.name)
    return tuple(tables)


def _comment(con: duckdb.DuckDBPyConnection, mart: Mart, target: str) -> None:
    """Carry dbt's descriptions over: a table made from a query has none of its own."""
    if mart.description:
        con.execute(f"comment on table {target} is {literal(mart.description)}")
    present = {row[0] for row in con.execute(f"describe {target}").fetchall()}
    for column, description in mart.columns.items():
        if column in present:
            con.execute(f"comment on column {target}.{quoted(column)} is {literal(description)}")


def _describe(
    con: duckdb.DuckDBPyConnection,
    run: RunInfo,
    published_at: datetime,
    warehouse: str,
    tables: tuple[PublishedTable, ...],
) -> Manifest:
    """Put together what the publication says of itself; its files are added when they are written."""
    year, today = con.execute("select report_year, today::varchar from build.raw.run_context").fetchall()[0]
    deliveries = con.execute(
        """
        select
            source, entity, delivery, extracted_on::varchar, fingerprint, status,
            coalesce(delivered_rows, 0), coalesce(accepted_rows, 0), coalesce(rejected_rows, 0),
            coalesce(rejected_values, 0), error
        from build.raw.deliveries
        order by source, entity, delivery, status
        """,
    ).fetchall()
    fields = list(PublishedDelivery.model_fields)
    return Manifest(
        run_id=run.run_id,
        published_at=published_at,
        code_version=run.code_version,
        report_year=year,
        today=today,
        warehouse=warehouse,
        files=(),
        tables=tables,
        deliveries=tuple(PublishedDelivery.model_validate(dict(zip(fields, row, strict=True))) for row in deliveries),
    )


def _write_publication_table(con: duckdb.DuckDBPyConnection, content: Manifest) -> None:
    """Write the one row that says where the file comes from, so that the file alone tells it."""
    con.execute(
        f"""
        create table published.main.{PUBLICATION_TABLE} as
        select
            ?::varchar as run_id,
            ?::timestamp as published_at,
            ?::varchar as code_version,
            ?::integer as report_year,
            ?::date as today,
            ?::struct("table" varchar, "rows" bigint)[] as tables,
            ?::struct(
                source varchar, entity varchar, delivery varchar, extracted_on varchar, fingerprint varchar,
                status varchar, delivered_rows bigint, accepted_rows bigint, rejected_rows bigint,
                rejected_values bigint, error varchar
            )[] as deliveries
        """,
        [
            content.run_id,
            content.published_at.replace(tzinfo=None),
            content.code_version,
            content.report_year,
            content.today,
            [table.model_dump() for table in content.tables],
            [delivery.model_dump() for delivery in content.deliveries],
        ],
    )
    about = (
        "One row: the run that published this file, when (UTC), with which code, the rows of each table, and every "
        "delivery with its fingerprint and its rows."
    )
    con.execute(f"comment on table published.main.{PUBLICATION_TABLE} is {literal(about)}")


def _write_views(con: duckdb.DuckDBPyConnection, manifest: Path) -> tuple[View, ...]:
    """Write the versioned views with their comments; DuckDB keeps no name of the file in them."""
    con.execute(f"create schema published.{VIEW_SCHEMA}")
    views = read_views(manifest, table_columns(con, "published"), read_record(), PUBLICATION_TABLE)
    for view in views:
        target = f"published.{VIEW_SCHEMA}.{quoted(view.name)}"
        con.execute(f"create view {target} as {view.query('main')}")
        if view.description:
            con.execute(f"comment on view {target} is {literal(view.description)}")
        for column in view.columns:
            if column.description:
                con.execute(f"comment on column {target}.{quoted(column.name)} is {literal(column.description)}")
    return views


def table_columns(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, tuple[str, ...]]:
    """List the columns of the published tables.

    Args:
        con: A connection with the published file attached.
        database: The name it is attached under.

    Returns:
        The columns in order, by table.
    """
    rows = con.execute(
        """
        select table_name, list(column_name order by column_index) from duckdb_columns()
        where database_name = ? and schema_name = 'main' and not internal
        group by table_name order by table_name
        """,
        [database],
    ).fetchall()
    return {table: tuple(columns) for table, columns in rows}


def _close_warehouse(
    con: duckdb.DuckDBPyConnection, path: Path, tables: Sequence[PublishedTable], views: Sequence[View]
) -> None:
    """Write the file out whole, make it read-only, and read tables and views again as a reader would."""
    con.execute("checkpoint published")
    con.execute("detach published")
    path.chmod(READ_ONLY)
    with closing(duckdb.connect(str(path), read_only=True)) as reader:
        for table in tables:
            found = _count(reader, quoted(table.table))
            if found != table.rows:
                msg = f"tabellen {table.table} har {found} rækker i {path.name}, men skal have {table.rows}"
                raise ValueError(msg)
        for view in views:
            reader.execute(f"describe {VIEW_SCHEMA}.{quoted(view.name)}")
    sync(path)


def _write_parquet(
    con: duckdb.DuckDBPyConnection, marts: Sequence[Mart], staging: Path, tell: Callable[[str], None]
) -> Iterator[PublishedFile]:
    """Write the marts that are files too, ordered by their columns, so that equal rows give equal bytes."""
    # More threads would cut the rows into groups differently from run to run.
    con.execute("set threads = 1")
    for mart in marts:
        if not mart.parquet:
            continue
        path = staging / f"{mart.name}.parquet"
        table = f"build.{quoted(mart.schema)}.{quoted(mart.name)}"
        con.execute(f"copy (from {table} order by all) to {literal(path)} (format parquet, compression zstd)")
        path.chmod(READ_ONLY)
        sync(path)
        yield _fingerprint(path, _count(con, f"read_parquet({literal(path)})"))
        tell(path.name)


def _write_manifest(path: Path, content: Manifest) -> None:
    """Write `manifest.json`."""
    path.write_text(content.model_dump_json(indent=2) + "\n", encoding="utf-8")
    path.chmod(READ_ONLY)
    sync(path)


def _fingerprint(path: Path, rows: int) -> PublishedFile:
    """Fingerprint a file."""
    return PublishedFile(name=path.name, sha256=sha256_of(path), bytes=path.stat().st_size, rows=rows)


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Count the rows of a relation."""
    return int(con.execute(f"select count(*) from {relation}").fetchall()[0][0])
