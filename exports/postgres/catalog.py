"""What a database holds already: our schemas, tables and views, and what others have made to depend on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exports.postgres.errors import DependencyError, UnsuitableServerError
from exports.postgres.session import Session
from exports.views.specification import VIEW_SCHEMA
from sources.sql_text import literal, quoted

TABLE_SCHEMA = "marts"
STATE_SCHEMA = "load"
STATE_TABLE = "state"
SCHEMAS = {
    TABLE_SCHEMA: "The published tables of the warehouse; read the views in bi, whose names have versions.",
    VIEW_SCHEMA: "The views that BI reads: <mart>_v<version>. A breaking change keeps the version before.",
    STATE_SCHEMA: "What the loader knows of the tables it has loaded.",
}
OLDEST_SERVER = 15
"""Views check the reader's own rights (`security_invoker`) from this version on."""
_OLD_PREFIX = "old "


@dataclass(frozen=True)
class Known:
    """What the loader wrote of a table or view when it loaded it: fingerprints, and the table's rows."""

    structure: str
    comments: str
    contents: str
    rows: int


@dataclass(frozen=True)
class Catalog:
    """What the database holds.

    Attributes:
        schemas: Which of our schemas exist.
        tables: The columns of each table, each with its type as PostgreSQL writes it and whether it must be filled.
        views: The views.
        known: What the loader knows of them, by qualified name.
    """

    schemas: frozenset[str]
    tables: Mapping[str, Mapping[str, tuple[str, bool]]]
    views: frozenset[str]
    known: Mapping[str, Known]


def qualified(schema: str, name: str) -> str:
    """Write the full name of a table or view.

    Args:
        schema: The schema.
        name: The name in it.

    Returns:
        Both, quoted.
    """
    return f"{quoted(schema)}.{quoted(name)}"


def check_server(session: Session) -> None:
    """Make sure that the server can hold what is loaded.

    Args:
        session: A connection.

    Raises:
        UnsuitableServerError: It is too old, or the database has another encoding.
    """
    version, encoding = session.rows("select current_setting('server_version'), current_setting('server_encoding')")[0]
    if int(version.split(".")[0].split()[0]) < OLDEST_SERVER:
        msg = (
            f"PostgreSQL, {session.address}: serveren er version {version}, men skal være mindst {OLDEST_SERVER}. "
            "Opgradér den."
        )
        raise UnsuitableServerError(msg)
    if encoding != "UTF8":
        msg = (
            f"PostgreSQL, {session.address}: databasen bruger tegnsættet {encoding}, men skal bruge UTF8. Opret den "
            "med create database … encoding 'UTF8' template template0."
        )
        raise UnsuitableServerError(msg)


def read_catalog(session: Session) -> Catalog:
    """Read what the database holds.

    Args:
        session: A connection.

    Returns:
        What there is in our schemas.
    """
    listed = ", ".join(f"'{schema}'" for schema in SCHEMAS)
    schemas = frozenset(
        row[0] for row in session.rows(f"select nspname::text from pg_namespace where nspname in ({listed})")
    )
    rows = session.rows(
        """
        select c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = $1 and c.relkind in ('r', 'p')
        order by c.relname, a.attnum
        """,
        [TABLE_SCHEMA],
    )
    tables: dict[str, dict[str, tuple[str, bool]]] = {}
    for table, column, data_type, required in rows:
        tables.setdefault(table, {})[column] = (data_type, required)
    views = session.rows("select viewname::text from pg_views where schemaname = $1", [VIEW_SCHEMA])
    known: dict[str, Known] = {}
    if session.rows(f"select to_regclass('{STATE_SCHEMA}.{STATE_TABLE}') is not null")[0][0]:
        state = session.rows(f"select relation, structure, comments, contents, rows from {STATE_SCHEMA}.{STATE_TABLE}")
        known = {row[0]: Known(*row[1:]) for row in state}
    return Catalog(schemas, tables, frozenset(row[0] for row in views), known)


def refuse_dependents(session: Session, relation: str, columns: Iterable[str] | None, reason: str) -> None:
    """Make sure that nothing others made would go with a relation or with columns of it.

    Args:
        session: A connection.
        relation: The table or view, quoted.
        columns: The columns that go; None when all of it goes.
        reason: Why it goes, in Danish.

    Raises:
        DependencyError: Something depends on it; the message names all of it.
    """
    listed = "" if columns is None else "and a.attname in ({})".format(", ".join(literal(name) for name in columns))
    rows = session.rows(
        f"""
        select distinct
            case when c.oid is not null then
                case c.relkind when 'm' then 'materialiseret view ' else 'view ' end
                || quote_ident(n.nspname) || '.' || quote_ident(c.relname)
            else 'policy ' || quote_ident(p.polname) end
        from pg_depend as d
        left join pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        left join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        left join pg_class as c on c.oid = r.ev_class and c.oid <> d.refobjid
        left join pg_namespace as n on n.oid = c.relnamespace
        left join pg_policy as p on d.classid = 'pg_policy'::regclass and p.oid = d.objid and p.polrelid <> 0
        where d.refclassid = 'pg_class'::regclass and d.refobjid = {literal(relation)}::regclass
            and (c.oid is not null or (p.oid is not null and d.refobjsubid > 0 and {str(columns is not None).lower()}))
            {listed}
        order by 1
        """
    )
    if rows:
        names = ", ".join(row[0] for row in rows)
        msg = (
            f"PostgreSQL, {session.address}: {reason}, men noget, andre har oprettet, bygger på det: {names}. Ret "
            f"eller slet det, og kør igen. Indtil da gælder det gamle indhold. Byg på views i skemaet {VIEW_SCHEMA}, "
            "som beholder deres kolonner."
        )
        raise DependencyError(msg)


def old_name(column: str) -> str:
    """Name a column that is about to go, while the new one of its name is made.

    Args:
        column: The column.

    Returns:
        The name, as long as PostgreSQL keeps.
    """
    return f"{_OLD_PREFIX}{column}"[:63]
