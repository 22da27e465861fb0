"""What a load of PostgreSQL calls so that nobody reads anything without a policy: before columns change, and last."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from exports.access.cursors import Cursor, IngestingCursor
from exports.access.names import ENTITLEMENTS, SCOPE_SCHEMA
from exports.access.postgres import Applied, apply_access, step_aside
from exports.access.released import released_statement
from exports.access.rules import read_rules
from exports.access.statement_tables import load_released
from exports.publish import CURRENT, PUBLICATION_TABLE
from exports.views.record import read_record
from exports.views.specification import read_views

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GuardedLoad:
    """Access to one publication, as `load(…, access=GuardedLoad(output, manifest))` wants it.

    Attributes:
        output: The output folder: its publication has the rules, its newest released edition is what the public reads.
        manifest: dbt's manifest, which says what versions of views there are.
    """

    output: Path
    manifest: Path

    def apply(self, cursor: IngestingCursor, tables: Mapping[str, Sequence[str]]) -> Applied:
        """Load the released statement, and make roles, policies, grants and views what the rules say.

        Args:
            cursor: A cursor in the load's transaction.
            tables: The loaded tables with their columns.

        Returns:
            What was done.

        Raises:
            exports.access.errors.AccessError: Access cannot be given as the rules say; the load is to be undone.
        """
        if ENTITLEMENTS not in tables and not _is_guarded(cursor):
            _log.warning("The publication has no rules of access: nobody but the owner reads it in PostgreSQL")
            return Applied(roles=0, policies=0, views=0, changed=0)
        with closing(duckdb.connect(str((self.output / CURRENT).resolve()), read_only=True)) as con:
            rules = read_rules(con)
        versions = read_views(self.manifest, tables, read_record(), PUBLICATION_TABLE)
        return apply_access(cursor, rules, tables, load_released(cursor, released_statement(self.output)), versions)

    def step_aside(self, cursor: Cursor, table: str) -> tuple[str, ...]:
        """List what takes views and policies off a table whose columns change or that goes; `apply` puts them back.

        Args:
            cursor: A cursor in the load's transaction.
            table: The table.

        Returns:
            SQL statements for the same transaction.
        """
        return step_aside(cursor, table)


def _is_guarded(cursor: Cursor) -> bool:
    """Whether roles were given access by an earlier load, which may not go on by rules that are gone."""
    cursor.execute(f"select to_regnamespace('{SCOPE_SCHEMA}') is not null")
    return bool(cursor.fetchall()[0][0])
