"""The file that remembers between runs, `<output>/.history/quality.duckdb`: how it is opened.

It is never rebuilt with the warehouse: what was found on a day, and what a person said of it, cannot be computed again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from expectations.errors import HistoryBusyError, HistoryError
from expectations.migrations import copy_database, migrate
from sources import storage

_PATIENCE_SECONDS = 20.0
_PAUSE_SECONDS = 0.2


def history_file(output: Path) -> Path:
    """Return where an output folder keeps what is remembered between runs.

    Args:
        output: The output folder.

    Returns:
        `<output>/.history/quality.duckdb`.
    """
    return output / ".history" / "quality.duckdb"


@contextmanager
def opened_history(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the history for reading and writing, made when it is missing and brought up to date when it is old.

    Args:
        path: The file; its folder is made.

    Yields:
        A connection with the tables in place.

    Raises:
        HistoryBusyError: Another program kept the file open for over twenty seconds.
        HistoryVersionError: The file is of a newer version of the program.
        HistoryError: The file is damaged, or may not be read or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        con = _connect(path)
    except (OSError, duckdb.Error) as error:
        raise unusable(path, error) from error
    with closing(con):
        migrate(con, path)
        yield con


def save_copy(path: Path, copy: Path) -> None:
    """Copy the history into a new file, as it is after its last transaction.

    Args:
        path: The history.
        copy: The file to make.

    Raises:
        HistoryError: The history cannot be read, or the copy cannot be written.
    """
    with opened_history(path) as con:
        try:
            copy_database(con, copy)
        except duckdb.Error as error:
            raise unusable(path, error) from error


def unusable(path: Path, error: BaseException) -> HistoryError:
    """Say in Danish that the history cannot be used, and what to do.

    Args:
        path: The file.
        error: What happened.

    Returns:
        The error to raise.
    """
    refused = storage.trouble(error, path)
    msg = f"{path}: historikken kan ikke læses eller skrives. " + (
        refused
        or "Luk andre programmer, der bruger filen, og kør igen. Er den beskadiget, så gendan den fra en "
        "sikkerhedskopi (`erhvervshus restore`), eller flyt den væk for at begynde forfra; så regnes alle fund for "
        "nye. "
        f"Årsag: {error}"
    )
    return HistoryError(msg)


def tables_in(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """List the tables of the history.

    Args:
        con: The history.

    Returns:
        Their names.
    """
    return frozenset(name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall())


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Connect; a file that another program writes is tried again for a while."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return duckdb.connect(str(path))
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            if time.monotonic() > deadline:
                msg = f"{path} er i brug af et andet program. Luk det program, eller vent, og prøv igen."
                raise HistoryBusyError(msg) from error
            time.sleep(_PAUSE_SECONDS)
