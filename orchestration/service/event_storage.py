"""Dagster's log of events in SQLite, with its connections kept open.

Dagster opens and closes a connection for every event. Closing the last one writes the whole log through to disk, some
80 ms each on a busy disk: a run of ours has four thousand events, and spent more time telling than doing.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

_OPEN_SHARDS: Final = 16
"""How many files are kept open: the index, and the newest runs that somebody looks at."""


class KeptOpenEventLogStorage(SqliteEventLogStorage):
    """SQLite's event log, with one connection per file that stays open.

    With the write-ahead log and `synchronous = normal`, a commit is a write to the log without waiting for the disk. A
    power failure may cost the last events of a run that it ended anyway; it never damages the file, and a process that
    is killed costs nothing.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open the storage.

        Args:
            base_dir: The folder of the files.
            inst_data: Dagster's own description of the storage.
        """
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Make the storage as `dagster.yaml` says.

        Args:
            inst_data: Dagster's own description of the storage.
            config_value: Its configuration: `base_dir`.

        Returns:
            The storage.
        """
        return cls(inst_data=inst_data, **config_value)

    def dispose(self) -> None:
        """Close every file."""
        super().dispose()
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()

    def forget_file(self, run_id: str) -> None:
        """Remove the file of a run whose events were deleted: it would stay as large as it was.

        Args:
            run_id: The run.
        """
        with self._db_lock:
            engine = self._engines.pop(run_id, None)
            if engine is not None:
                engine.dispose()
            self._initialized_dbs.discard(run_id)
            for path in Path(self._base_dir).glob(f"{run_id}.db*"):
                path.unlink(missing_ok=True)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """Give the open connection of a file, in a transaction; one at a time, as Dagster does."""
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as con, con.begin():
                yield con

    def _engine(self, shard: str) -> Engine:
        """Find the open connection of a file, or open it; the one that was longest without use is closed."""
        engine = self._engines.get(shard)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            event.listen(engine, "connect", _write_without_waiting)
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        while len(self._engines) > _OPEN_SHARDS:
            self._engines.popitem(last=False)[1].dispose()
        return engine


def _write_without_waiting(connection: sqlite3.Connection, _record: object) -> None:
    """Let a commit return when the log is written, not when the disk has it."""
    connection.execute("pragma synchronous = normal")
