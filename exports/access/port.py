"""What a load of PostgreSQL calls so that nobody reads anything without a policy: before columns change, and last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from exports.access.postgres import Applied, apply_access, step_aside
from exports.access.released import released_statement
from exports.access.rules import read_rules
from exports.access.statement_tables import IngestingCursor, load_released
from exports.publish import CURRENT


@dataclass(frozen=True)
class GuardedLoad:
    """Access to one publication, as `load(…, access=guarded.apply, aside=guarded.step_aside)` wants it.

    Attributes:
        output: The output folder: its publication has the rules, its newest released edition is what the public reads.
    """

    output: Path

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
        with closing(duckdb.connect(str((self.output / CURRENT).resolve()), read_only=True)) as con:
            rules = read_rules(con)
        return apply_access(cursor, rules, tables, load_released(cursor, released_statement(self.output)))

    def step_aside(self, cursor: IngestingCursor, tables: Sequence[str]) -> tuple[str, ...]:
        """List what takes views and policies off tables whose columns change; `apply` puts them back.

        Args:
            cursor: A cursor in the load's transaction.
            tables: The tables.

        Returns:
            SQL statements for the same transaction.
        """
        return tuple(statement for table in tables for statement in step_aside(cursor, table))
