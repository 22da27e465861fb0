"""PostgreSQL as live port, against a real server: old or new and never a mixture, and what others made stays."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import duckdb
import pytest
from adbc_driver_manager.dbapi import Cursor
from adbc_driver_postgresql import dbapi

from exports.postgres import load as loading
from exports.postgres.address import Address
from exports.postgres.errors import (
    AddressError,
    BusyError,
    ConnectionFailedError,
    DependencyError,
    PostgresError,
    UnsuitableServerError,
)
from exports.postgres.load import Loaded, OwnerOnly, load
from exports.postgres.session import Session
from orchestration.manifest import prepare_manifest
from orchestration.retries import passes_by_itself

HOUSES = "select * from (values ('fyn', 'Fyn', 1), ('sjaelland', 'Sjælland', 2)) as t(house, name_da, sort_order)"
IDENTITY = "00000000-0000-0000-0000-000000000001"
FACTS = """
    select 'c' || i as course_id, if(i % 2 = 0, 'fyn', 'sjaelland') as house, {k} as run, i::double as hours
    from range({n}) as t(i)
"""


def node(name: str, columns: Mapping[str, bool], key: Sequence[str], meta: Mapping[str, Any]) -> dict[str, Any]:
    """Make a model as dbt's manifest holds it; each column with whether it is required."""
    return {
        "resource_type": "model",
        "unique_id": f"model.{name}",
        "alias": name,
        "description": f"One row per {key[0] if key else 'nothing'}; \\ and ' and \" are letters.",
        "columns": {
            column: {
                "name": column,
                "description": f"Hvad {column} er.",
                "constraints": [{"type": "not_null"}] if required else [],
                "config": {"meta": {"label_da": column.capitalize()}},
            }
            for column, required in columns.items()
        },
        "config": {"meta": {"key": list(key), **meta}},
    }


def reference(name: str, column: str) -> dict[str, Any]:
    """Make a test of a reference as dbt's manifest holds it."""
    return {
        "resource_type": "test",
        "test_metadata": {"name": "relationships"},
        "attached_node": f"model.{name}",
        "column_name": column,
    }


@dataclass
class Toy:
    """A small published file, and the part of a manifest that describes it."""

    folder: Path
    tables: dict[str, str] = field(
        default_factory=lambda: {"dim_house": HOUSES, "fct_course": FACTS.format(k=1, n=100)}
    )
    nodes: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "dim_house": node("dim_house", {"house": True, "name_da": True, "sort_order": False}, ["house"], {}),
            "fct_course": node("fct_course", {"course_id": True, "house": True}, ["course_id"], {}),
            "reference": reference("fct_course", "house"),
        }
    )
    run: int = 1

    def publish(self) -> tuple[Path, Path]:
        """Write the file and the manifest."""
        path, manifest = self.folder / f"warehouse-{self.run}.duckdb", self.folder / "manifest.json"
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as con:
            for name, query in self.tables.items():
                con.execute(f"create table {name} as {query}")
            con.execute(
                "create table _publication as select ?::varchar as run_id, "
                "timestamp '2026-11-21 05:00:00' as published_at, '1' as code_version, "
                "2025 as report_year, date '2026-11-20' as today, "
                "[{'table': 'dim_house', 'rows': 2}] as tables, [{'source': 'crm', 'rows': 3}] as deliveries",
                [f"run {self.run}"],
            )
        manifest.write_text(json.dumps({"nodes": self.nodes}), encoding="utf-8")
        return path, manifest

    def load(self, url: str, **options: object) -> Loaded:
        """Publish and load."""
        path, manifest = self.publish()
        return load(path, url, manifest, **options)


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """A small published file."""
    return Toy(tmp_path)


def read(url: str, query: str) -> list[tuple[Any, ...]]:
    """Read as any reader does."""
    with closing(dbapi.connect(url)) as con, closing(con.cursor()) as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def do(url: str, *statements: str) -> None:
    """Do something as the administrator of the database."""
    with closing(dbapi.connect(url, autocommit=True)) as con, closing(con.cursor()) as cursor:
        for statement in statements:
            cursor.execute(statement)


@dataclass(frozen=True)
class Hook(OwnerOnly):
    """Does something when all of a load is done but its commit."""

    work: Callable[[Cursor, Mapping[str, Sequence[str]]], None]

    def apply(self, cursor: Cursor, tables: Mapping[str, Sequence[str]]) -> None:
        """Do it."""
        self.work(cursor, tables)


def changed(loaded: Loaded) -> dict[str, tuple[int, int]]:
    """List the tables that a load changed, with rows added and removed."""
    return {table.name: (table.added, table.removed) for table in loaded.changed}


def test_tables_arrive_with_types_keys_indexes_and_comments(toy: Toy, postgres: str) -> None:
    """Without it a BI tool would get texts for dates, no keys to join by, and no word of what a column means."""
    toy.tables["odd"] = """
        select 1::hugeint as huge, 1.25::decimal(9, 2) as price, date '2026-01-02' as day, true as yes,
        2.5::float as small,
        timestamptz '2026-01-02 03:04:05+01' as at, [1, null, 3] as list, ['a', 'æ'] as texts, {'a': 1} as part,
        [{'b': 'x'}] as parts, 7::utinyint as tiny, 'a' || chr(0) || 'b' as nul, null::varchar as empty,
        'x'::enum('x', 'y') as code, [[1], [2]] as nested, uuid '{IDENTITY}' as id
    """.replace("{IDENTITY}", IDENTITY)
    loaded = toy.load(postgres)
    assert loaded.run_id == "run 1"
    assert {table.name: table.rows for table in loaded.tables} == {
        "_publication": 1, "dim_house": 2, "fct_course": 100, "odd": 1,
    }  # fmt: skip
    types = dict(
        read(
            postgres,
            "select attname::text, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = 'marts.odd'::regclass and attnum > 0",
        )
    )
    assert types == {
        "huge": "numeric(38,0)", "price": "numeric(9,2)", "day": "date", "yes": "boolean", "small": "real",
        "at": "timestamp with time zone", "list": "integer[]", "texts": "text[]", "part": "jsonb", "parts": "jsonb",
        "tiny": "smallint", "nul": "text", "empty": "text", "code": "text", "nested": "jsonb", "id": "text",
    }  # fmt: skip
    row = read(
        postgres,
        "select huge::text, price::text, day::text, yes, small, at = '2026-01-02 02:04:05Z', list[3], texts[2], "
        "(part->>'a')::int, parts->0->>'b', tiny, nul, empty, code, nested->1->>0, id from marts.odd",
    )
    assert row == [
        ("1", "1.25", "2026-01-02", True, 2.5, True, 3, "æ", 1, "x", 7, "a\ufffdb", None, "x", "2", IDENTITY)
    ]  # fmt: skip
    indexes = read(postgres, "select indexdef from pg_indexes where schemaname = 'marts' and tablename = 'fct_course'")
    assert sorted(index for (index,) in indexes) == [
        "CREATE INDEX eh_fct_course_house_idx ON marts.fct_course USING btree (house)",
        "CREATE UNIQUE INDEX eh_fct_course_pkey ON marts.fct_course USING btree (course_id)",
    ]
    primary = "select conname::text from pg_constraint where conrelid = 'marts.dim_house'::regclass and contype = 'p'"
    assert read(postgres, primary) == [("eh_dim_house_pkey",)]
    for relation in ("marts.dim_house", "bi.dim_house_v1"):
        about = read(
            postgres, f"select obj_description('{relation}'::regclass), col_description('{relation}'::regclass, 2)"
        )
        assert about == [("One row per house; \\ and ' and \" are letters.", "Name_da – Hvad name_da er.")]
    assert read(postgres, "select house, name_da from bi.dim_house_v1 order by house")[1] == ("sjaelland", "Sjælland")
    assert read(postgres, "select run_id, report_year from bi.publication_v1") == [("run 1", 2025)]
    assert read(postgres, "select deliveries->0->>'source' from marts._publication") == [("crm",)]
    options = read(postgres, "select distinct reloptions::text from pg_class where relnamespace = 'bi'::regnamespace")
    assert options == [("{security_invoker=true}",)]


def test_only_rows_that_differ_are_touched(toy: Toy, postgres: str) -> None:
    """Without it every night would write every row anew: bloat, log, and caches that are cold every morning."""
    toy.load(postgres)
    before = dict(read(postgres, "select course_id, xmin::text from marts.fct_course"))
    assert changed(toy.load(postgres)) == {}
    toy.run = 2
    toy.tables["fct_course"] = FACTS.format(k=1, n=101).replace("i::double", "if(i = 7, 99, i)::double")
    assert changed(toy.load(postgres)) == {"_publication": (1, 1), "fct_course": (2, 1)}
    after = dict(read(postgres, "select course_id, xmin::text from marts.fct_course"))
    assert [name for name in before if before[name] != after[name]] == ["c7"]
    assert read(postgres, "select count(*), sum(hours) from bi.fct_course_v1") == [(101, 5050 - 7 + 99)]


def test_a_table_without_key_and_one_with_an_empty_part_of_it(toy: Toy, postgres: str) -> None:
    """Without it rows that no key tells apart could be lost or doubled."""
    toy.nodes["rejected"] = node("rejected", {"line": False, "reason": False}, ["line", "reason"], {})
    toy.tables["rejected"] = "select * from (values (1, 'a'), (null, 'b'), (null, null)) as t(line, reason)"
    toy.tables["keyless"] = "select unnest([1, 1, 2]) as x"
    toy.load(postgres)
    unique = read(postgres, "select indexdef from pg_indexes where tablename = 'rejected'")
    assert unique[0][0].endswith("(line, reason) NULLS NOT DISTINCT")
    toy.tables["rejected"] = "select * from (values (1, 'a'), (2, null), (null, null)) as t(line, reason)"
    toy.tables["keyless"] = "select unnest([1, 2, 2, 2]) as x"
    toy.load(postgres)
    assert read(postgres, "select line, reason from marts.rejected order by 1, 2") == [
        (1, "a"),
        (2, None),
        (None, None),
    ]
    assert read(postgres, "select x, count(*) from marts.keyless group by x order by x") == [(1, 1), (2, 3)]


def test_rows_that_others_took_away_come_back(toy: Toy, postgres: str) -> None:
    """Without it a table that somebody emptied would stay empty until its content changed."""
    toy.load(postgres)
    do(postgres, "delete from marts.fct_course where course_id < 'c5'")
    toy.load(postgres)
    assert read(postgres, "select count(*) from marts.fct_course") == [(100,)]


def test_what_the_administrator_made_survives(toy: Toy, postgres: str) -> None:
    """Without it every load would take away the rights of BI, and with them every dashboard."""
    toy.load(postgres)
    do(
        postgres,
        "create role analyst",
        "create role reader login",
        "grant usage on schema marts, bi to analyst, reader",
        "grant select on marts.fct_course to analyst with grant option",
        "grant select (house) on marts.dim_house to analyst",
        "grant select on bi.fct_course_v1, marts.fct_course to reader",
        "alter table marts.fct_course enable row level security",
        "create policy only_fyn on marts.fct_course for select to reader using (house = 'fyn')",
        "create index made_by_hand on marts.fct_course (hours)",
        "create view public.theirs as select house, count(*) as n from bi.fct_course_v1 group by house",
        "create view public.deeper as select n from public.theirs",
        "create materialized view public.kept as select course_id from marts.fct_course",
        "alter table marts.fct_course set (autovacuum_enabled = false)",
    )
    kept = (
        "select relname::text, relacl::text, reloptions::text, (select array_agg(polname::text)::text from pg_policy "
        "where polrelid = c.oid), (select array_agg(attacl::text)::text from pg_attribute where attrelid = c.oid) "
        "from pg_class as c where relnamespace in ('marts'::regnamespace, 'bi'::regnamespace, 'public'::regnamespace) "
        "and relkind in ('r', 'v', 'm') order by 1"
    )
    before = read(postgres, kept)
    toy.run = 2
    toy.tables["fct_course"] = FACTS.format(k=2, n=50)
    toy.load(postgres)
    assert read(postgres, kept) == before
    toy.tables["fct_course"] = f"select *, 'ny' as added, [1] as list from ({FACTS.format(k=3, n=40)})"
    assert toy.load(postgres).reshaped == ("fct_course",)
    # A new column has no rights of its own; the rest is as it was.
    assert [row[:4] for row in read(postgres, kept)] == [row[:4] for row in before]
    assert read(postgres, "select n from public.deeper order by n") == [(20,), (20,)]
    reader = postgres.replace("postgres:@", "reader@")
    assert read(reader, "select count(*), min(house), min(added) from bi.fct_course_v1") == [(20, "fyn", "ny")]
    assert read(postgres, "select 1 from pg_indexes where indexname = 'made_by_hand'") == [(1,)]


def test_new_tables_are_readable_by_nobody(toy: Toy, postgres: str) -> None:
    """Without it a new mart would be open to every login of the database until somebody thought of it."""
    toy.load(postgres)
    do(postgres, "create role anybody login")
    anybody = postgres.replace("postgres:@", "anybody@")
    for relation in ("marts.dim_house", "bi.dim_house_v1", "load.state"):
        with pytest.raises(dbapi.ProgrammingError, match="permission denied"):
            read(anybody, f"select * from {relation}")


def test_columns_change_inside_the_transaction(toy: Toy, postgres: str) -> None:
    """Without it a release that improves a mart would need somebody to migrate the database by hand."""
    toy.load(postgres)
    do(postgres, "create role analyst", "grant select on marts.fct_course to analyst")
    toy.run = 2
    # hours becomes a decimal, run goes, a required column comes, and the key becomes two columns.
    toy.tables["fct_course"] = (
        "select course_id, house, hours::decimal(9, 1) as hours, 'a' as part from "
        f"({FACTS.format(k=2, n=60)}) union all select 'c1', 'fyn', 5::decimal(9, 1), 'b'"
    )
    kept = {"course_id": "course_id", "house": "house", "run": "2", "hours": "cast(hours as double precision)"}
    toy.nodes["fct_course"] = node(
        "fct_course",
        {"course_id": True, "part": True, "house": False},
        ["course_id", "part"],
        {"view": {"version": 2, "previous": {"columns": kept}}},
    )
    assert toy.load(postgres).reshaped == ("fct_course",)
    columns = read(
        postgres,
        "select attname::text, format_type(atttypid, atttypmod), attnotnull from pg_attribute "
        "where attrelid = 'marts.fct_course'::regclass and attnum > 0 and not attisdropped order by 1",
    )
    assert columns == [
        ("course_id", "text", True), ("hours", "numeric(9,1)", False), ("house", "text", False), ("part", "text", True),
    ]  # fmt: skip
    keys = "select pg_get_constraintdef(oid) from pg_constraint where contype = 'p' and conrelid = {}::regclass"
    assert read(postgres, keys.format("'marts.fct_course'")) == [("PRIMARY KEY (course_id, part)",)]
    assert read(postgres, "select has_table_privilege('analyst', 'marts.fct_course', 'select')") == [(True,)]
    old = read(
        postgres,
        "select course_id, house, run, hours, pg_typeof(hours)::text from bi.fct_course_v1 where course_id = 'c2'",
    )
    assert old == [("c2", "fyn", 2, 2.0, "double precision")]
    assert read(postgres, "select count(*), count(distinct part) from bi.fct_course_v2") == [(61, 2)]
    assert toy.load(postgres).reshaped == ()


@pytest.mark.parametrize("how", ["drop", "retype", "gone"])
def test_a_view_of_others_is_named_before_its_column_goes(how: str, toy: Toy, postgres: str) -> None:
    """Without it a load would drop what an analyst built, or fail in words that only the database understands."""
    toy.load(postgres)
    do(postgres, "create schema lab", "create view lab.mine as select hours from marts.fct_course")
    toy.run = 2
    changed_to = {
        "drop": "select course_id, house, run",
        "retype": "select course_id, house, run, hours::decimal(9, 1) as hours",
    }
    if how == "gone":
        del toy.tables["fct_course"]
    else:
        toy.tables["fct_course"] = f"{changed_to[how]} from ({FACTS.format(k=2, n=60)})"
    toy.nodes["fct_course"]["config"]["meta"]["view"] = {"version": 2}
    with pytest.raises(DependencyError, match=r"view lab\.mine.*Byg på views i skemaet bi"):
        toy.load(postgres)
    assert read(postgres, "select count(*), sum(hours) from lab.mine") == [(100, 4950)]
    assert read(postgres, "select run_id from bi.publication_v1") == [("run 1",)]
    do(postgres, "drop view lab.mine")
    assert toy.load(postgres).run_id == "run 2"


def test_a_policy_of_others_is_named_before_its_column_goes(toy: Toy, postgres: str) -> None:
    """Without it rows that a policy hides could be shown when its column goes."""
    toy.load(postgres)
    do(postgres, "alter table marts.fct_course enable row level security")
    do(postgres, "create policy theirs on marts.fct_course using (hours > 5)")
    toy.tables["fct_course"] = f"select course_id, house, run from ({FACTS.format(k=2, n=60)})"
    toy.nodes["fct_course"]["config"]["meta"]["view"] = {"version": 2}
    with pytest.raises(DependencyError, match="policy theirs"):
        toy.load(postgres)


def test_who_may_read_what_steps_aside_for_new_columns(toy: Toy, postgres: str) -> None:
    """Without it the policies of roles would stop every release that changes a column they look at."""
    toy.load(postgres)
    do(postgres, "alter table marts.fct_course enable row level security")
    do(postgres, "create policy ours on marts.fct_course using (hours > 5)")

    class Roles(OwnerOnly):
        aside: ClassVar[list[str]] = []

        def step_aside(self, cursor: Cursor, table: str) -> Sequence[str]:  # noqa: ARG002
            self.aside.append(table)
            return [f"drop policy ours on marts.{table}"]

        def apply(self, cursor: Cursor, tables: Mapping[str, Sequence[str]]) -> None:
            cursor.execute(f"create policy ours on marts.fct_course using ({tables['fct_course'][-1]} > 5)")

    toy.nodes["fct_course"]["config"]["meta"]["view"] = {"version": 2}
    toy.tables["fct_course"] = f"select course_id, house, run, hours as time from ({FACTS.format(k=2, n=60)})"
    toy.load(postgres, access=Roles())
    assert Roles.aside == ["fct_course"]
    policies = read(postgres, "select pg_get_expr(polqual, polrelid) from pg_policy")
    assert policies == [('("time" > (5)::double precision)',)]


def test_a_mart_that_is_gone_goes_and_tables_of_others_stay(toy: Toy, postgres: str) -> None:
    """Without it yesterday's mart would be read for ever, or a table of somebody else be dropped."""
    toy.load(postgres)
    do(postgres, "create table marts.theirs as select 1 as x", "create view bi.theirs as select x from marts.theirs")
    del toy.tables["fct_course"]
    toy.load(postgres)
    found = read(postgres, "select schemaname || '.' || viewname from pg_views where schemaname = 'bi' order by 1")
    assert found == [("bi.dim_house_v1",), ("bi.publication_v1",), ("bi.theirs",)]
    tables = read(postgres, "select tablename::text from pg_tables where schemaname = 'marts' order by 1")
    assert tables == [("_publication",), ("dim_house",), ("theirs",)]


def test_a_failure_leaves_the_old_content(toy: Toy, postgres: str) -> None:
    """Without it a load that breaks off half way would leave readers with half of it."""
    toy.load(postgres)
    toy.run = 2
    toy.tables |= {"fct_course": f"select *, 1 as more from ({FACTS.format(k=2, n=7)})", "new": "select 1 as x"}

    def fail(cursor: Cursor, tables: Mapping[str, Sequence[str]]) -> None:
        assert tables["fct_course"] == ("course_id", "house", "run", "hours", "more")
        cursor.execute("select count(*) from marts.new")
        assert cursor.fetchall() == [(1,)]
        cursor.execute("select 1 / 0")

    with pytest.raises(PostgresError, match=r"division by zero"):
        toy.load(postgres, access=Hook(fail))
    assert read(
        postgres, "select count(*), min(run), (select run_id from bi.publication_v1) from bi.fct_course_v1"
    ) == [(100, 1, "run 1")]
    assert read(postgres, "select to_regclass('marts.new') is null") == [(True,)]


def test_a_lost_connection_leaves_the_old_content(toy: Toy, postgres: str) -> None:
    """Without it a server that restarts during a load would keep a part of it."""
    toy.load(postgres)
    toy.run = 2
    toy.tables["fct_course"] = FACTS.format(k=2, n=7)

    def cut(cursor: Cursor, _: Mapping[str, Sequence[str]]) -> None:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchall()[0][0]
        do(postgres, f"select pg_terminate_backend({pid})")
        cursor.execute("select 1")

    with pytest.raises(PostgresError, match=r"gælder stadig|terminating connection"):
        toy.load(postgres, access=Hook(cut))
    assert read(postgres, "select count(*), min(run) from bi.fct_course_v1") == [(100, 1)]
    assert toy.load(postgres).run_id == "run 2"


def test_two_rows_of_one_key_are_refused_without_showing_them(toy: Toy, postgres: str) -> None:
    """Without it a CVR number could stand in a log."""
    toy.tables["dim_house"] = "select '12345678' as house, 'a' as name_da, 1 as sort_order from range(2)"
    with pytest.raises(PostgresError, match=r"to rækker har samme nøgle.*eh_dim_house_pkey") as caught:
        toy.load(postgres)
    assert "12345678" not in "".join(_chain(caught.value))


def test_one_load_at_a_time(toy: Toy, postgres: str) -> None:
    """Without it two loads would delete and insert across each other."""
    toy.load(postgres)
    toy.run = 2
    path, manifest = toy.publish()

    def meanwhile(_: Cursor, __: Mapping[str, Sequence[str]]) -> None:
        with pytest.raises(BusyError, match="en anden indlæsning er i gang"):
            load(path, postgres, manifest, turn_seconds=0)

    load(path, postgres, manifest, access=Hook(meanwhile))
    threads = [threading.Thread(target=load, args=(path, postgres, manifest)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read(postgres, "select count(*) from marts.fct_course") == [(100,)]


def test_nobody_waits_while_rows_change(toy: Toy, postgres: str) -> None:
    """Without it every dashboard would hang each night for as long as the load takes."""
    toy.load(postgres)
    toy.run = 2
    toy.tables["fct_course"] = FACTS.format(k=2, n=50)
    seen = []

    def look(_: Cursor, __: Mapping[str, Sequence[str]]) -> None:
        # All is done but the commit: a lock that a reader would meet is held now.
        with closing(dbapi.connect(postgres)) as con, closing(con.cursor()) as cursor:
            cursor.execute("set local lock_timeout = 1")
            cursor.execute(
                "select count(*), min(run), (select run_id from bi.publication_v1) "
                "from bi.fct_course_v1, bi.dim_house_v1"
            )
            seen.extend(cursor.fetchall())

    toy.load(postgres, access=Hook(look))
    assert seen == [(200, 1, "run 1")]
    assert read(postgres, "select count(*), min(run) from bi.fct_course_v1") == [(50, 2)]


def test_a_reader_in_the_way_of_new_columns_is_not_queued_behind(toy: Toy, postgres: str) -> None:
    """Without it one analyst with an open query would make a release hang, and everybody after it."""
    toy.load(postgres)
    toy.tables["fct_course"] = f"select *, 1 as more from ({FACTS.format(k=2, n=60)})"
    waits = []
    stop = threading.Event()

    def others() -> None:
        while not stop.is_set():
            started = time.monotonic()
            read(postgres, "select count(*) from bi.fct_course_v1")
            waits.append(time.monotonic() - started)

    with closing(dbapi.connect(postgres)) as con, closing(con.cursor()) as cursor:
        cursor.execute("select count(*) from marts.fct_course")
        cursor.fetchall()
        thread = threading.Thread(target=others)
        thread.start()
        with pytest.raises(BusyError, match="en læser har holdt tabellerne"):
            toy.load(postgres, lock_seconds=0.5)
        stop.set()
        thread.join()
    # The lock is tried for 30 ms at a time; connecting takes some too, and machines are busy.
    assert len(waits) > 3
    assert max(waits) < 0.5
    assert toy.load(postgres).reshaped == ("fct_course",)


def _reading(url: str, stop: threading.Event, seen: list[tuple[Any, ...]]) -> None:
    """Read several tables in one transaction, again and again, as a dashboard with several charts does."""
    with closing(dbapi.connect(url)) as con:
        while not stop.is_set():
            with closing(con.cursor()) as cursor:
                cursor.execute("set transaction isolation level repeatable read")
                row: list[Any] = []
                for query in (
                    "select substr(run_id, 5)::int from bi.publication_v1",
                    "select count(*), min(run), max(run), sum(hours) from bi.fct_course_v1",
                    "select max(sort_order) from bi.dim_house_v1",
                ):
                    cursor.execute(query)
                    row += cursor.fetchall()[0]
                seen.append(tuple(row))
            con.rollback()


def test_readers_see_the_old_or_the_new_and_never_a_mixture(toy: Toy, postgres: str) -> None:
    """Without it a dashboard could show the shares of yesterday under the counts of today."""

    def publication(k: int) -> None:
        toy.run = k
        toy.tables["fct_course"] = FACTS.format(k=k, n=1000 + k)
        toy.tables["dim_house"] = f"select 'fyn' as house, 'Fyn' as name_da, {k} as sort_order"

    publication(1)
    toy.load(postgres)
    stop = threading.Event()
    seen: list[list[tuple[Any, ...]]] = [[] for _ in range(3)]
    threads = [threading.Thread(target=_reading, args=(postgres, stop, each)) for each in seen]
    for thread in threads:
        thread.start()
    for k in range(2, 8):
        publication(k)
        toy.load(postgres)
    stop.set()
    for thread in threads:
        thread.join()
    whole = {(k, 1000 + k, k, k, sum(range(1000 + k)), k) for k in range(1, 8)}
    read_rows = [row for each in seen for row in each]
    assert set(read_rows) <= whole
    assert len(set(read_rows)) > 2
    assert all(each == sorted(each) for each in seen), "Nobody sees an older publication after a newer one."


def test_a_role_without_more_rights_than_it_needs_loads(toy: Toy, postgres: str) -> None:
    """Without it the loader would have to be a superuser."""
    database = urlsplit(postgres).path.removeprefix("/")
    loader = postgres.replace("postgres:@", "loader:hemmelig@")
    do(postgres, "create role loader login password 'hemmelig'")
    with pytest.raises(PostgresError, match=r"loader mangler rettigheder.*grant create on database") as caught:
        toy.load(loader)
    assert "hemmelig" not in "".join(_chain(caught.value))
    do(postgres, f"grant create on database {database} to loader")
    toy.load(loader)
    # Once the schemas are there, the right to make more can go.
    do(postgres, f"revoke create on database {database} from loader")
    toy.run = 2
    assert toy.load(loader).run_id == "run 2"


def _chain(error: BaseException) -> list[str]:
    """List everything that a log could show of an error: itself and what it came of."""
    said = []
    current: BaseException | None = error
    while current is not None:
        said += [str(current), repr(current)]
        current = current.__cause__ or current.__context__
    return said


@pytest.mark.parametrize(
    ("change", "said", "passes"),
    [
        (lambda url: url.replace("/test_", "/nix_"), "databasen findes ikke", False),
        (lambda url: url.replace("postgres:@", "nobody:hem%40lig@"), "brugeren findes ikke", False),
        (lambda _: "postgresql://bi:hem%40lig@127.0.0.1:1/bi", "ingen server svarer dér", True),
        (lambda _: "postgresql://bi:hem%40lig@nowhere.invalid/bi", "servernavnet er ukendt", True),
        (lambda _: "postgresql://bi:hem%40lig@127.0.0.1:1/bi?hemmelig=1", "ukendt eller ugyldig tilføjelse", False),
    ],
)
def test_a_failed_connection_says_why_without_the_password(
    change: Callable[[str], str], said: str, passes: Literal[True, False], toy: Toy, postgres: str
) -> None:
    """Without it a wrong address would be a stack trace with the password in it, or be tried again all night."""
    with pytest.raises(ConnectionFailedError, match=said) as caught:
        toy.load(change(postgres))
    told = "".join(_chain(caught.value))
    assert "hem" not in told.replace("hemmelig=1", "")
    assert passes_by_itself(caught.value) is passes
    assert "ERHVERVSHUS_POSTGRES_URL" in told


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bi:hem@lig@server/bi",
        "postgresql://bi:hem/lig@server/bi",
        "postgresql://bi:hem#lig@server/bi",
        "postgresql://bi:hem?lig@server/bi",
        "postgresql://bi:hem:lig@server/bi",
        "postgresql://bi:hemlig",
        "postgresql://bi@server:hemlig/bi",
        "postgresql://bi@[hemlig]/bi",
        "mysql://bi:hemlig@server/bi",
    ],
)
def test_an_address_that_cannot_be_read_repeats_nothing_of_it(url: str, toy: Toy) -> None:
    """Without it a password with an @ in it would stand in the log as the name of a server."""
    with pytest.raises(AddressError) as caught:
        toy.load(url)
    assert not any(part in "".join(_chain(caught.value)) for part in ("hem", "lig"))


def test_a_server_that_is_too_old_is_told(toy: Toy, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it views on an old server would show every reader what their owner may see."""
    rows = Session.rows

    def older(self: Session, query: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        return [("14.9", "UTF8")] if "server_version" in query else rows(self, query, parameters)

    monkeypatch.setattr(Session, "rows", older)
    with pytest.raises(UnsuitableServerError, match=r"version 14\.9, men skal være mindst 15"):
        toy.load(postgres)


def test_another_encoding_is_told(toy: Toy, postgres: str) -> None:
    """Without it the first ø would stop a load in the middle of the night."""
    database = urlsplit(postgres).path.removeprefix("/")
    do(postgres, f"create database {database}_latin template template0 encoding 'LATIN1' locale 'C'")
    try:
        with pytest.raises(UnsuitableServerError, match="tegnsættet LATIN1"):
            toy.load(postgres.replace(f"/{database}", f"/{database}_latin"))
    finally:
        do(postgres, f"drop database {database}_latin")


def test_a_file_that_cannot_be_read_is_told(toy: Toy, postgres: str) -> None:
    """Without it a missing publication would look like a mistake of the database."""
    _, manifest = toy.publish()
    with pytest.raises(PostgresError, match="udgaven kunne ikke læses, så PostgreSQL beholder den forrige"):
        load(toy.folder / "none.duckdb", postgres, manifest)


def test_rows_are_there_though_tidying_up_fails(
    toy: Toy, postgres: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without it a load that is done would be told as failed."""
    connect = loading.connect

    def only_once(address: Address, *, autocommit: bool = False) -> AbstractContextManager[Session]:
        if autocommit:
            msg = "no more connections"
            raise PostgresError(msg)
        return connect(address)

    monkeypatch.setattr(loading, "connect", only_once)
    # What another test called in this process may have set levels, or turned loggers off.
    monkeypatch.setattr(logging.getLogger(loading.__name__), "disabled", False)
    caplog.set_level(logging.WARNING)
    caplog.set_level(logging.WARNING, logger=loading.__name__)
    assert toy.load(postgres).rows == 103
    assert "could not be vacuumed" in caplog.text


def test_the_whole_publication_arrives(small_run: Path, postgres: str) -> None:
    """Without it a mart of the real warehouse could have a type, key or view that PostgreSQL does not take."""
    warehouse = (small_run / "current.duckdb").resolve()
    loaded = load(warehouse, postgres, Path(prepare_manifest()))
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = dict(
            con.execute("select t.table, t.rows from (select unnest(tables) as t from _publication)").fetchall()
        )
        views = con.execute("select count(*) from duckdb_views() where schema_name = 'bi'").fetchall()[0][0]
        total = con.execute("select sum(value), sum(n) from bi.goal_attainment_v1").fetchall()
    assert {table.name: table.rows for table in loaded.tables} == {**rows, "_publication": 1}
    assert loaded.views == views == len(loaded.tables)
    arrived = read(postgres, "select sum(value), sum(n)::bigint from bi.goal_attainment_v1")
    assert arrived[0] == pytest.approx(total[0])
    keyless = read(
        postgres,
        "select relname::text from pg_class as c where relnamespace = 'marts'::regnamespace and relkind = 'r' "
        "and not exists (select from pg_index where indrelid = c.oid and indisunique)",
    )
    assert keyless == []
    silent = read(
        postgres,
        "select c.relname::text, a.attname::text from pg_class as c join pg_attribute as a on a.attrelid = c.oid "
        "and attnum > 0 and not attisdropped where relnamespace = 'marts'::regnamespace and relkind = 'r' "
        "and relname <> '_publication' and col_description(c.oid, attnum) is null",
    )
    assert silent == []
    assert load(warehouse, postgres, Path(prepare_manifest())).changed == ()
