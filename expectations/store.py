"""The file that remembers between runs, `<output>/.history/quality.duckdb`: how it is opened, and our tables in it.

It is never rebuilt with the warehouse: what was found on a day, and what a person said of it, cannot be computed again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from expectations.errors import HistoryBusyError

_PATIENCE_SECONDS = 20.0
_PAUSE_SECONDS = 0.2

_TABLES = """
create table if not exists expectation_results (
    run_id varchar not null, run_at timestamp not null, day date not null, suite varchar not null,
    check_name varchar not null, label_da varchar not null, concerns varchar not null, severity varchar not null,
    asset varchar not null, status varchar not null, checked bigint not null, unexpected bigint not null,
    observed double, message_da varchar not null, remedy_da varchar not null, reason varchar not null,
    since date not null, offenders varchar not null, expectation varchar not null, error varchar
);
create table if not exists score_cards (
    day date not null, house varchar not null, dimension varchar not null, checked bigint, passed bigint,
    share_pct double, share_last_month double, share_last_year double
);
create table if not exists alert_states (
    owner varchar not null, rule varchar not null, record_id varchar, kind varchar not null, until date,
    who varchar not null, note varchar not null, said_at timestamp not null, day date not null
);
create table if not exists alert_told (
    owner varchar not null, rule varchar not null, record_id varchar not null, weight integer not null,
    told_on date not null
);
-- For files made before the column was.
alter table alert_told add column if not exists last_open date;
create table if not exists alert_outbox (
    message_id varchar not null, owner varchar not null, channel varchar not null, day date not null,
    subject varchar not null, body varchar not null, attachment_name varchar not null, attachment varchar not null,
    status varchar not null, attempts integer not null, last_error varchar, created_at timestamp not null,
    sent_at timestamp
);
"""


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
    """Open the history for reading and writing, and make what is missing.

    Args:
        path: The file; its folder is made.

    Yields:
        A connection with the tables in place.

    Raises:
        HistoryBusyError: Another program kept the file open for over twenty seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(_connect(path)) as con:
        con.execute(_TABLES)
        yield con


def tables_in(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """List the tables of the history: those of the findings are made by the first publication.

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
