"""What can stop a load; every message is Danish, says the remedy, and holds neither password nor rows."""

from __future__ import annotations

from typing import Self

BUSY = "55P03"
"""PostgreSQL's code of a lock that cannot be had in time."""


class PostgresError(Exception):
    """The load did not happen; what PostgreSQL held before still stands.

    Attributes:
        sqlstate: PostgreSQL's code of what went wrong, by which others know whether it can pass; empty when unknown.
    """

    sqlstate: str = ""

    def with_state(self, sqlstate: str) -> Self:
        """Add the code.

        Args:
            sqlstate: PostgreSQL's code.

        Returns:
            This error.
        """
        self.sqlstate = sqlstate
        return self


class AddressError(PostgresError):
    """The address of the database cannot be read."""


class ConnectionFailedError(PostgresError):
    """No connection, or it was lost."""


class UnsuitableServerError(PostgresError):
    """The server is too old, or the database has another encoding than UTF-8."""


class BusyError(PostgresError):
    """Another load, or a reader in the way of a changed table, did not finish in time."""


class DependencyError(PostgresError):
    """Something that others made depends on a column, view or table that has to go."""
