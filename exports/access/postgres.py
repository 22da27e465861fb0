"""Access in PostgreSQL: roles, row-level security, and the views that houses and municipalities read.

Base tables lie in schema `marts` and are read by `erst` alone. Houses and municipalities read views in schemas `hus`
and `kommune`. A view belongs to a role that nobody has; row-level security of the base table lets through what the
caller's own roles (`current_user`) own, and the view chooses columns. `offset 0` keeps what a reader asks from reaching
the base table: else `explain analyze` would count hidden rows. Everything runs in the caller's transaction, and what is
as it should be is left alone, since changing a policy or a view locks readers out until the commit.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exports.access.cursors import Cursor
from exports.access.errors import AccessError
from exports.access.names import MARTS_SCHEMA, READER_SCHEMAS, SCOPE_SCHEMA, STATEMENT_SCHEMA, Dataset, RoleKind
from exports.access.rules import Entitlement, Role, Rules
from exports.access.scopes import ScopeTable, scope_tables
from exports.access.statement_tables import EDITION_TABLE
from exports.views.specification import View
from sources.sql_text import literal, quoted

_log = logging.getLogger(__name__)

_WORD = re.compile(r"\w+")

POLICY_PREFIX = "adgang_"
BI_SCHEMA = "bi"
LOAD_SCHEMA = "load"
"""What the loader knows of its tables, their rows among it; read by no reader."""
VIEW_OWNERS = {kind: f"{POLICY_PREFIX}{schema}" for kind, schema in READER_SCHEMAS.items()}
"""The roles that the views of a kind belong to: nobody is a member of them."""
LOWEST_VERSION = 15
_OWN = (
    "= any (array(select o.scope from {scopes}.scopes as o "
    "inner join pg_catalog.pg_roles as r on r.rolname = o.role "
    "where o.kind = {kind} and pg_catalog.pg_has_role(current_user, r.oid, 'USAGE')))"
)
_FORBIDDEN = "rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls or rolcanlogin"


@dataclass(frozen=True)
class Applied:
    """What was done.

    Attributes:
        roles: Roles that people can be given.
        policies: Policies that stand.
        views: Views that stand.
        changed: Policies and views that were made or changed; none on an ordinary night.
    """

    roles: int
    policies: int
    views: int
    changed: int


@dataclass(frozen=True)
class _Policy:
    """A policy of ours on a base table."""

    table: str
    name: str
    command: str
    role: str
    predicate: str

    @property
    def create(self) -> str:
        """Write it as SQL."""
        check = f" with check ({self.predicate})" if self.command == "all" else ""
        return (
            f"create policy {quoted(self.name)} on {MARTS_SCHEMA}.{quoted(self.table)} as permissive "
            f"for {self.command} to {self.role} using ({self.predicate}){check}"
        )


@dataclass(frozen=True)
class _View:
    """A view of ours: which roles read it, its table, its name and its query."""

    kind: RoleKind
    table: str
    name: str
    query: str

    @property
    def full_name(self) -> str:
        """Its name with its schema."""
        return f"{READER_SCHEMAS[self.kind]}.{quoted(self.name)}"

    @property
    def create(self) -> str:
        """Write it as SQL."""
        return f"create view {self.full_name} with (security_barrier = true) as {self.query}"


def apply_access(
    cursor: Cursor,
    rules: Rules,
    tables: Mapping[str, Sequence[str]],
    released: Mapping[str, Sequence[str]] | None = None,
    versions: Sequence[View] = (),
) -> Applied:
    """Make roles, policies, grants and views what the rules say; run at the end of every load, in its transaction.

    Roles that a DBA has made, memberships, and grants to roles that are not ours stay as they are.

    Args:
        cursor: A cursor of the connection that owns the tables; its transaction is the caller's.
        rules: The rules and roles.
        tables: The base tables in schema `marts` with their columns.
        released: The tables of the released statement in schema `offentlig` with their columns; none before one is
            released.
        versions: The views with versioned names that `bi` has: houses and municipalities get them too, with the columns
            they see.

    Returns:
        What was done.

    Raises:
        AccessError: The server is too old, a role of a name of ours is more than a role, or a rule does not fit.
    """
    statement = released or {}
    _check_version(cursor)
    _make_roles(cursor, rules)
    _make_schemas(cursor, rules)
    _fill_scopes(cursor, rules, tables, statement)
    owner = _value(cursor, "select pg_catalog.quote_ident(current_user)")
    policies = [policy for table in tables for policy in _policies(rules, table, tables[table], str(owner))]
    views = [view for kind in READER_SCHEMAS for view in _views(rules, kind, tables, versions)]
    _guard_tables(cursor, tables)
    changed = _put_policies(cursor, policies, tables)
    _grant_tables(cursor, rules, tables, statement)
    changed += _put_views(cursor, views)
    _grant_views(cursor, rules, views)
    _log.info(
        "Access: %d roles, %d policies, %d views; %d changed", len(rules.roles), len(policies), len(views), changed
    )
    return Applied(len(rules.roles), len(policies), len(views), changed)


def step_aside(cursor: Cursor, table: str) -> tuple[str, ...]:
    """List what takes policies and views off a base table whose columns change; `apply_access` puts them back.

    Until then, in the same transaction, nobody reads the table. Grants that a DBA made on the views are kept.

    Args:
        cursor: A cursor of the connection that owns the table; it only reads.
        table: The table in schema `marts`.

    Returns:
        SQL statements.
    """
    if _value(cursor, f"select to_regclass('{SCOPE_SCHEMA}.applied')::text") is None:
        return ()
    statements = []
    for schema, view in _rows(
        cursor,
        "select distinct n.nspname::text, v.relname::text from pg_catalog.pg_depend as d "
        "inner join pg_catalog.pg_rewrite as r on r.oid = d.objid and d.classid = 'pg_catalog.pg_rewrite'::regclass "
        "inner join pg_catalog.pg_class as v on v.oid = r.ev_class "
        "inner join pg_catalog.pg_namespace as n on n.oid = v.relnamespace "
        f"where d.refobjid = to_regclass({literal(f'{MARTS_SCHEMA}.{quoted(table)}')}) "
        f"and n.nspname in ({', '.join(map(literal, READER_SCHEMAS.values()))}) order by 1, 2",
    ):
        statements += [_keeping_grants(schema, view), f"drop view {schema}.{quoted(view)}"]
    policies = _rows(
        cursor,
        f"select policyname::text from pg_catalog.pg_policies where schemaname = '{MARTS_SCHEMA}' "
        f"and tablename = {literal(table)} and starts_with(policyname::text, '{POLICY_PREFIX}')",
    )
    statements += [f"drop policy {quoted(policy)} on {MARTS_SCHEMA}.{quoted(table)}" for (policy,) in policies]
    return tuple(statements)


def _rows(cursor: Cursor, query: str) -> list[tuple[Any, ...]]:
    """Run a query and fetch its rows."""
    cursor.execute(query)
    return [tuple(row) for row in cursor.fetchall()]


def _value(cursor: Cursor, query: str) -> Any:  # noqa: ANN401 - a value of the database
    """Run a query of one value."""
    return _rows(cursor, query)[0][0]


def _check_version(cursor: Cursor) -> None:
    """Refuse servers whose views know nothing of the caller."""
    version = int(_value(cursor, "select current_setting('server_version_num')")) // 10_000
    if version < LOWEST_VERSION:
        msg = f"PostgreSQL {version} er for gammel til adgang pr. rolle. Brug version {LOWEST_VERSION} eller nyere."
        raise AccessError(msg)


def _make_roles(cursor: Cursor, rules: Rules) -> None:
    """Make the roles that are missing: none can log in, own a database or give rights away."""
    # Roles belong to the whole server: two loads at a time would both find one missing.
    cursor.execute("select pg_catalog.pg_advisory_xact_lock(hashtext('erhvervshus:adgang'))")
    wanted = [*(role.name for role in rules.roles), *VIEW_OWNERS.values()]
    listed = ", ".join(literal(name) for name in wanted)
    found = {
        str(name): bool(is_more)
        for name, is_more in _rows(
            cursor, f"select rolname::text, ({_FORBIDDEN}) from pg_catalog.pg_roles where rolname in ({listed})"
        )
    }
    for name, is_more in sorted(found.items()):
        if is_more:
            msg = (
                f"Rollen {name} i PostgreSQL kan logge ind eller har særlige rettigheder, men skal kun kunne tildeles. "
                f"Kør `alter role {quoted(name)} nologin nosuperuser nocreaterole nocreatedb noreplication "
                "nobypassrls`, eller omdøb den, hvis den bruges til andet."
            )
            raise AccessError(msg)
    missing = [name for name in wanted if name not in found]
    if missing and not _value(
        cursor, "select rolsuper or rolcreaterole from pg_catalog.pg_roles where rolname = current_user"
    ):
        msg = (
            f"Rollen {missing[0]} mangler i PostgreSQL ({len(missing)} roller i alt), og brugeren må ikke oprette "
            "roller. Kør `alter role <bruger> createrole` som administrator, og kør igen."
        )
        raise AccessError(msg)
    for name in missing:
        cursor.execute(f"create role {quoted(name)} nologin")
    owners = ", ".join(literal(name) for name in VIEW_OWNERS.values())
    for (member,) in _rows(
        cursor,
        "select m.rolname::text || ' i ' || g.rolname::text from pg_catalog.pg_auth_members as a "
        "inner join pg_catalog.pg_roles as m on m.oid = a.member "
        "inner join pg_catalog.pg_roles as g on g.oid = a.roleid "
        f"where g.rolname in ({owners}) and m.rolname <> current_user",
    ):
        msg = f"Rollen {member}: ingen må være medlem af den rolle, der ejer viewene. Fjern medlemskabet, og kør igen."
        raise AccessError(msg)
    for name in VIEW_OWNERS.values():
        _act_as(cursor, name)


def _act_as(cursor: Cursor, owner: str) -> None:
    """Make sure that the views can be handed over to their owner, for which one must be able to act as it."""
    may, may_grant = _rows(
        cursor,
        f"select pg_catalog.pg_has_role({literal(owner)}, 'USAGE'), "
        f"pg_catalog.pg_has_role({literal(owner)}, 'MEMBER WITH ADMIN OPTION') "
        # Before version 16, who could make roles could also give them.
        "or (rolcreaterole and current_setting('server_version_num')::int < 160000) "
        "from pg_catalog.pg_roles where rolname = current_user",
    )[0]
    if not may and not may_grant:
        msg = (
            f"Rollen {owner} i PostgreSQL er oprettet af en anden end den bruger, der indlæser. "
            f"Kør `grant {owner} to <bruger>` som administrator, og kør igen."
        )
        raise AccessError(msg)
    if not may:
        cursor.execute(f"grant {quoted(owner)} to current_user")


def _make_schemas(cursor: Cursor, rules: Rules) -> None:
    """Make the schemas, and take from everybody what PostgreSQL gives to everybody."""
    schemas = (SCOPE_SCHEMA, STATEMENT_SCHEMA, *READER_SCHEMAS.values())
    for schema in schemas:
        cursor.execute(f"create schema if not exists {schema}")
    readers = _listed(role.name for role in rules.roles)
    present = [
        str(name)
        for (name,) in _rows(
            cursor,
            "select nspname::text from pg_catalog.pg_namespace "
            f"where nspname in ({', '.join(map(literal, (*schemas, MARTS_SCHEMA, BI_SCHEMA, LOAD_SCHEMA)))})",
        )
    ]
    for schema in present:
        cursor.execute(f"revoke all on schema {schema} from public, {readers}")
        cursor.execute(f"revoke all on all tables in schema {schema} from public, {readers}")
        cursor.execute(f"revoke all on all routines in schema {schema} from public")
    for schema in {MARTS_SCHEMA, BI_SCHEMA} & set(present):
        cursor.execute(f"grant usage on schema {schema} to erst")
    cursor.execute(f"grant usage on schema {STATEMENT_SCHEMA} to {readers}")
    for kind, schema in READER_SCHEMAS.items():
        cursor.execute(f"grant usage on schema {schema} to {_listed(role.name for role in rules.roles_of(kind))}")
        owner = quoted(VIEW_OWNERS[kind])
        cursor.execute(f"grant usage on schema {MARTS_SCHEMA}, {SCOPE_SCHEMA} to {owner}")
    database, owned = _rows(
        cursor,
        "select pg_catalog.quote_ident(datname::text), pg_catalog.pg_has_role(current_user, datdba, 'USAGE') "
        "from pg_catalog.pg_database where datname = current_database()",
    )[0]
    if owned:
        cursor.execute(f"revoke all on database {database} from public")
        cursor.execute("revoke create on schema public from public")
        cursor.execute(f"grant connect on database {database} to {readers}")
    else:
        _log.warning(
            "Not the owner of the database: the right to connect and to make temporary tables stay as they are"
        )


def _fill_scopes(
    cursor: Cursor, rules: Rules, tables: Mapping[str, Sequence[str]], released: Mapping[str, Sequence[str]]
) -> None:
    """Write who owns what."""
    cursor.execute(
        f"create table if not exists {SCOPE_SCHEMA}.scopes "
        "(role name primary key, kind text not null, scope text not null)"
    )
    cursor.execute(
        f"create table if not exists {SCOPE_SCHEMA}.applied (object text primary key, fingerprint text not null)"
    )
    cursor.execute(
        f"create table if not exists {SCOPE_SCHEMA}.kept_grants "
        "(object text not null, grantee name not null, privilege text not null, is_grantable boolean not null)"
    )
    cursor.execute(f"delete from {SCOPE_SCHEMA}.scopes")
    values = ", ".join(
        f"({literal(role.name)}, {literal(role.kind)}, {literal(role.scope)})"
        for role in rules.roles
        if role.scope is not None
    )
    cursor.execute(f"insert into {SCOPE_SCHEMA}.scopes (role, kind, scope) values {values}")
    for scope in scope_tables(_located, tables, released):
        _fill(cursor, scope)
    owners = ", ".join(quoted(name) for name in VIEW_OWNERS.values())
    cursor.execute(f"grant select on all tables in schema {SCOPE_SCHEMA} to {owners}")


def _fill(cursor: Cursor, scope: ScopeTable) -> None:
    """Write one list of owners. Readers of the old one are not locked out."""
    name = f"{SCOPE_SCHEMA}.{quoted(scope.name)}"
    columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in scope.columns.items())
    cursor.execute(f"create table if not exists {name} ({columns})")
    cursor.execute(f"create index if not exists {quoted(f'{scope.name}_scope')} on {name} (scope)")
    cursor.execute(f"delete from {name}")
    cursor.execute(f"insert into {name} {scope.query}")


def _located(dataset: Dataset, table: str) -> str:
    """Say where a table lies in PostgreSQL."""
    return f"{MARTS_SCHEMA if dataset == Dataset.WAREHOUSE else STATEMENT_SCHEMA}.{quoted(table)}"


def _policies(rules: Rules, table: str, columns: Sequence[str], owner: str) -> Iterable[_Policy]:
    """List the policies of a base table. A kind of role without one sees no row."""
    # The owner writes; it is no reader's role, and a view that runs as the owner would still need a policy.
    yield _Policy(table, f"{POLICY_PREFIX}ejer", "all", owner, "true")
    if table in rules.of(RoleKind.ERST, Dataset.WAREHOUSE):
        yield _Policy(table, f"{POLICY_PREFIX}erst", "select", "erst", "true")
    for kind, role in VIEW_OWNERS.items():
        entitlement = rules.of(kind, Dataset.WAREHOUSE).get(table)
        if entitlement is not None:
            yield _Policy(table, role, "select", quoted(role), _predicate(entitlement, columns))


def _predicate(entitlement: Entitlement, columns: Sequence[str]) -> str:
    """Write which rows the caller's roles own."""
    rule = entitlement.row_rule(columns)
    own = _OWN.format(scopes=SCOPE_SCHEMA, kind=literal(entitlement.kind))
    return "true" if rule is None else rule.predicate(entitlement.table, columns, own)


def _views(
    rules: Rules, kind: RoleKind, tables: Mapping[str, Sequence[str]], versions: Sequence[View]
) -> Iterable[_View]:
    """List the views of a kind of role: one under the table's own name, and those with versioned names."""
    for table, entitlement in rules.of(kind, Dataset.WAREHOUSE).items():
        if table not in tables:
            continue
        visible = frozenset(entitlement.columns(tables[table]))
        seen = ", ".join(
            f"{entitlement.expression(name, 't')} as {quoted(name)}" for name in entitlement.columns(tables[table])
        )
        # Without the offset, a comparison that is leakproof would be carried out on hidden rows, and be counted.
        query = f"select {seen} from {MARTS_SCHEMA}.{quoted(table)} as t offset 0"
        yield _View(kind, table, table, query)
        for version in versions:
            columns = [
                f"{column.expression} as {quoted(column.name)}"
                for column in version.columns
                if version.table == table and set(_WORD.findall(column.expression)) & set(tables[table]) <= visible
            ]
            if columns:
                yield _View(kind, table, version.name, f"select {', '.join(columns)} from ({query}) as t")


def _guard_tables(cursor: Cursor, tables: Mapping[str, Sequence[str]]) -> None:
    """Turn row-level security on, for the owner too."""
    for (table,) in _rows(
        cursor,
        "select c.relname::text from pg_catalog.pg_class as c "
        f"where c.relnamespace = '{MARTS_SCHEMA}'::regnamespace and c.relkind = 'r' "
        "and not (c.relrowsecurity and c.relforcerowsecurity)",
    ):
        if table in tables:
            name = f"{MARTS_SCHEMA}.{quoted(table)}"
            cursor.execute(f"alter table {name} enable row level security")
            cursor.execute(f"alter table {name} force row level security")


def _put_policies(cursor: Cursor, policies: Sequence[_Policy], tables: Mapping[str, Sequence[str]]) -> int:
    """Make the policies what they should be, and remove ours that should not be there."""
    wanted = {(policy.table, policy.name): policy for policy in policies}
    found = {
        (str(table), str(name)): str(text)
        for table, name, text in _rows(
            cursor,
            "select tablename::text, policyname::text, concat_ws('|', permissive, cmd, roles::text, qual, with_check) "
            f"from pg_catalog.pg_policies where schemaname = '{MARTS_SCHEMA}' "
            f"and starts_with(policyname::text, '{POLICY_PREFIX}')",
        )
    }
    known = _known(cursor)
    changed = 0
    for (table, name), text in found.items():
        policy = wanted.get((table, name))
        if policy is not None and known.get(f"policy {table} {name}") == _fingerprint(policy.create, text):
            del wanted[table, name]
        elif table in tables:
            cursor.execute(f"drop policy {quoted(name)} on {MARTS_SCHEMA}.{quoted(table)}")
            changed += policy is None
    for policy in wanted.values():
        cursor.execute(policy.create)
        text = _value(
            cursor,
            "select concat_ws('|', permissive, cmd, roles::text, qual, with_check) from pg_catalog.pg_policies "
            f"where schemaname = '{MARTS_SCHEMA}' and tablename = {literal(policy.table)} "
            f"and policyname = {literal(policy.name)}",
        )
        _remember(cursor, f"policy {policy.table} {policy.name}", _fingerprint(policy.create, str(text)))
    return changed + len(wanted)


def _grant_tables(
    cursor: Cursor, rules: Rules, tables: Mapping[str, Sequence[str]], released: Mapping[str, Sequence[str]]
) -> None:
    """Grant base tables to Erhvervsstyrelsen, and to the owners of the views only the columns the views show."""
    readable = [table for table in rules.of(RoleKind.ERST, Dataset.WAREHOUSE) if table in tables]
    if readable:
        listed = ", ".join(f"{MARTS_SCHEMA}.{quoted(table)}" for table in readable)
        cursor.execute(f"grant select on {listed} to erst")
    for (view,) in _rows(
        cursor,
        f"select c.relname::text from pg_catalog.pg_class as c inner join pg_catalog.pg_namespace as n "
        f"on n.oid = c.relnamespace where n.nspname = '{BI_SCHEMA}' and c.relkind = 'v'",
    ):
        cursor.execute(f"grant select on {BI_SCHEMA}.{quoted(view)} to erst")
    for kind, owner in VIEW_OWNERS.items():
        cursor.execute(f"revoke all on all tables in schema {MARTS_SCHEMA} from {quoted(owner)}")
        for table, entitlement in rules.of(kind, Dataset.WAREHOUSE).items():
            if table in tables:
                seen = ", ".join(quoted(name) for name in _read_columns(entitlement, tables[table]))
                cursor.execute(f"grant select ({seen}) on {MARTS_SCHEMA}.{quoted(table)} to {quoted(owner)}")
    for kind in RoleKind:
        readers = _listed(role.name for role in rules.roles_of(kind))
        shown = [table for table in (*rules.of(kind, Dataset.STATEMENT), EDITION_TABLE) if table in released]
        if shown:
            listed = ", ".join(f"{STATEMENT_SCHEMA}.{quoted(table)}" for table in shown)
            cursor.execute(f"grant select on {listed} to {readers}")


def _read_columns(entitlement: Entitlement, present: Sequence[str]) -> tuple[str, ...]:
    """List the columns that a view reads: those it shows, and those its masks look the row up by."""
    seen = entitlement.columns(present)
    return tuple(dict.fromkeys([*seen, *(["course_id"] if entitlement.person else [])]))


def _put_views(cursor: Cursor, views: Sequence[_View]) -> int:
    """Make the views what they should be, and remove those that should not be there."""
    wanted = {(READER_SCHEMAS[view.kind], view.name): view for view in views}
    schemas = ", ".join(literal(schema) for schema in READER_SCHEMAS.values())
    described = (
        "select n.nspname::text, c.relname::text, "
        "concat_ws('|', pg_catalog.pg_get_userbyid(c.relowner), c.reloptions::text, pg_catalog.pg_get_viewdef(c.oid)) "
        "from pg_catalog.pg_class as c inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace "
        f"where c.relkind = 'v' and n.nspname in ({schemas})"
    )
    known = _known(cursor)
    for schema, name, text in _rows(cursor, described):
        view = wanted.get((schema, name))
        if view is not None and known.get(f"view {schema}.{name}") == _fingerprint(view.create, str(text)):
            del wanted[schema, name]
        else:
            cursor.execute(_keeping_grants(schema, name))
            cursor.execute(f"drop view {schema}.{quoted(name)}")
    for kind, schema in READER_SCHEMAS.items():
        owner = quoted(VIEW_OWNERS[kind])
        made = [view for view in wanted.values() if view.kind == kind]
        if made:
            cursor.execute(f"grant usage, create on schema {schema} to {owner}")
        for view in made:
            cursor.execute(view.create)
            _describe(cursor, view)
            cursor.execute(f"alter view {view.full_name} owner to {owner}")
        if made:
            cursor.execute(f"revoke all on schema {schema} from {owner}")
    texts = {(schema, name): str(text) for schema, name, text in _rows(cursor, described)}
    for (schema, name), view in wanted.items():
        _remember(cursor, f"view {schema}.{name}", _fingerprint(view.create, texts[schema, name]))
        _give_back_grants(cursor, schema, name)
    return len(wanted)


def _describe(cursor: Cursor, view: _View) -> None:
    """Carry the descriptions of a table and its columns over to a view of it."""
    table = literal(f"{MARTS_SCHEMA}.{quoted(view.table)}")
    for column, text in _rows(
        cursor,
        "select a.attname::text, pg_catalog.col_description(a.attrelid, a.attnum) from pg_catalog.pg_attribute as a "
        f"inner join pg_catalog.pg_attribute as v on v.attname = a.attname and v.attnum > 0 "
        f"where a.attrelid = {table}::regclass and v.attrelid = {literal(view.full_name)}::regclass and a.attnum > 0 "
        "and pg_catalog.col_description(a.attrelid, a.attnum) is not null",
    ):
        cursor.execute(f"comment on column {view.full_name}.{quoted(column)} is {literal(text)}")
    text = _value(cursor, f"select pg_catalog.obj_description({table}::regclass)")
    if text is not None:
        cursor.execute(f"comment on view {view.full_name} is {literal(text)}")


def _grant_views(cursor: Cursor, rules: Rules, views: Sequence[_View]) -> None:
    """Let the roles of a kind read its views, as they are, without rights to give on."""
    for kind in READER_SCHEMAS:
        listed = ", ".join(view.full_name for view in views if view.kind == kind)
        readers: Iterable[Role] = rules.roles_of(kind)
        if listed:
            cursor.execute(f"grant select on {listed} to {_listed(role.name for role in readers)}")


def _keeping_grants(schema: str, name: str) -> str:
    """Write down what a DBA has granted on a view to roles that are not ours, before the view is made anew."""
    return (
        f"insert into {SCOPE_SCHEMA}.kept_grants "
        f"select {literal(f'{schema}.{name}')}, r.rolname, g.privilege_type, g.is_grantable "
        "from pg_catalog.pg_class as c cross join lateral pg_catalog.aclexplode(c.relacl) as g "
        "inner join pg_catalog.pg_roles as r on r.oid = g.grantee "
        f"where c.oid = {literal(f'{schema}.{quoted(name)}')}::regclass and g.grantee <> c.relowner "
        f"and r.rolname not in (select role from {SCOPE_SCHEMA}.scopes)"
    )


def _give_back_grants(cursor: Cursor, schema: str, name: str) -> None:
    """Grant again what a DBA had granted, to roles that are still there."""
    full_name = literal(f"{schema}.{name}")
    for grantee, privilege, is_grantable in _rows(
        cursor,
        "select k.grantee::text, k.privilege, k.is_grantable "
        f"from {SCOPE_SCHEMA}.kept_grants as k inner join pg_catalog.pg_roles as r on r.rolname = k.grantee "
        f"where k.object = {full_name}",
    ):
        option = " with grant option" if is_grantable else ""
        cursor.execute(f"grant {privilege} on {schema}.{quoted(name)} to {quoted(grantee)}{option}")
    cursor.execute(f"delete from {SCOPE_SCHEMA}.kept_grants where object = {full_name}")


def _known(cursor: Cursor) -> dict[str, str]:
    """Read what was made, with its fingerprint."""
    return {str(name): str(text) for name, text in _rows(cursor, f"select * from {SCOPE_SCHEMA}.applied")}


def _remember(cursor: Cursor, name: str, fingerprint: str) -> None:
    """Write down what was made."""
    cursor.execute(
        f"insert into {SCOPE_SCHEMA}.applied (object, fingerprint) values ({literal(name)}, {literal(fingerprint)}) "
        "on conflict (object) do update set fingerprint = excluded.fingerprint"
    )


def _fingerprint(wanted: str, found: str) -> str:
    """Recognise an object by what we wrote and by what the catalog makes of it, so that a change by hand is found."""
    return hashlib.sha256(f"{wanted}\n{found}".encode()).hexdigest()


def _listed(names: Iterable[str]) -> str:
    """Write names of roles as a list."""
    return ", ".join(quoted(name) for name in names)
