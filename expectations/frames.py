"""The frames that checks look at: queries on the private build file, fetched as pandas frames."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from expectations.suite import Frame
from sources.contract import Contracts, load_contracts

_log = logging.getLogger(__name__)

MAXIMUM_ROWS = 200_000
"""A frame larger than this is a mistake: counting belongs in the query."""


class FrameTooLargeError(ValueError):
    """A query gave more rows than a frame may have."""


@contextmanager
def opened(build: Path, reference_day: date | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the build file for reading, with the tables that queries of frames may use besides its own.

    Args:
        build: The private build file.
        reference_day: The day freshness is judged on; the day of the data (`raw.run_context`) when not given.

    Yields:
        A connection with `expectation_context` (one row) and `expectation_entities` (a row per contract entity).
    """
    with closing(duckdb.connect(str(build), read_only=True)) as con:
        con.execute(
            """
            create temp table expectation_context as
            select coalesce(?::date, today) as reference_day, today from raw.run_context
            """,
            [reference_day],
        )
        _add_entities(con, load_contracts())
        yield con


def _add_entities(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> None:
    """Write what the contracts name into a temporary table."""
    con.execute("create temp table expectation_entities (entity varchar, source varchar, cadence_days integer)")
    con.executemany(
        "insert into expectation_entities values (?, ?, ?)",
        [[entity.name, source.name, source.cadence_days] for source in contracts.sources for entity in source.entities],
    )


def fetch(con: duckdb.DuckDBPyConnection, frame: Frame) -> pd.DataFrame:
    """Fetch a frame.

    Args:
        con: A connection from `opened`.
        frame: Its query.

    Returns:
        The rows; text as `object`, so that a column that is empty throughout is still a column of text.

    Raises:
        duckdb.Error: The query cannot run, as when a table is not there.
        FrameTooLargeError: It gave over `MAXIMUM_ROWS` rows.
    """
    result = con.execute(f"select * from ({frame.query}) limit {MAXIMUM_ROWS + 1}").df()
    if len(result) > MAXIMUM_ROWS:
        raise FrameTooLargeError(f"the query gave over {MAXIMUM_ROWS} rows: count in the query instead")
    text = [name for name, kind in result.dtypes.items() if pd.api.types.is_string_dtype(kind)]
    return result.astype(dict.fromkeys(text, object))
