"""What is used of a cursor of the Python database API, and of one of ADBC, which copies Arrow tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Cursor(Protocol):
    """What is used of a cursor of the Python database API."""

    def execute(self, operation: str, /) -> Any:  # noqa: ANN401 - drivers return what they like
        """Run a statement.

        Args:
            operation: SQL text.
        """

    def fetchall(self) -> Sequence[Sequence[Any]]:
        """Fetch the rows of the statement before.

        Returns:
            The rows.
        """


class IngestingCursor(Cursor, Protocol):
    """What is used of an ADBC cursor."""

    def adbc_ingest(self, table_name: str, data: Any, mode: Any = ..., *, db_schema_name: str | None = ...) -> int:  # noqa: ANN401
        """Copy an Arrow table into a table.

        Args:
            table_name: The table.
            data: The rows, as Arrow.
            mode: Whether the table is made, or rows are added to it.
            db_schema_name: Its schema.

        Returns:
            How many rows were copied.
        """
