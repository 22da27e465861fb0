"""Which failures are tried again, and how long after."""

from __future__ import annotations

import errno

import duckdb
import pytest

from expectations.errors import FormError, HistoryBusyError
from exports.publish import PublicationError
from exports.statement.errors import EditionError
from orchestration.errors import ConfigurationError, RunInProgressError, WarehouseBuildError
from orchestration.retries import passes_by_itself, seconds_to_wait
from sources.landing import NothingUsableError
from sources.warehouse import WarehouseBusyError


def caused(error: Exception, cause: BaseException) -> Exception:
    """Put a cause under an error."""
    error.__cause__ = cause
    return error


class DriverError(Exception):
    """What a database driver raises, with the state that PostgreSQL gave."""

    def __init__(self, sqlstate: str) -> None:
        """Keep the state."""
        super().__init__("the server said no")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "error",
    [
        HistoryBusyError("optaget"),
        RunInProgressError("optaget"),
        ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
        OSError(errno.EBUSY, "busy"),
        OSError(errno.ESTALE, "stale"),
        caused(PublicationError("kunne ikke offentliggøres"), OSError(errno.EBUSY, "busy")),
        caused(EditionError("kunne ikke skrives"), duckdb.IOException("Could not set lock on file")),
        WarehouseBuildError("dbt skriver:\nIO Error: Could not set lock on file"),
        DriverError("08006"),
        DriverError("40001"),
        DriverError("57P03"),
    ],
    ids=str,
)
def test_what_is_busy_or_away_is_tried_again(error: Exception) -> None:
    """Without it, a lock that is held for a second would cost the night."""
    assert passes_by_itself(error)


@pytest.mark.parametrize(
    "error",
    [
        FormError("kritisk fund"),
        NothingUsableError.__new__(NothingUsableError),
        WarehouseBuildError("dbt skriver:\nFailure in test nps_is_possible"),
        PublicationError("to tabeller hedder ens"),
        caused(PublicationError("kunne ikke offentliggøres"), OSError(errno.ENOSPC, "No space left on device")),
        caused(PublicationError("kunne ikke offentliggøres"), PermissionError(errno.EACCES, "no")),
        caused(ConfigurationError("filen kan ikke læses"), OSError(errno.EBUSY, "busy")),
        DriverError("42501"),
        ValueError("a bug"),
    ],
    ids=repr,
)
def test_what_needs_a_person_is_not(error: Exception) -> None:
    """Without it, a failed test would fail three times, and a person would be told a minute later."""
    assert not passes_by_itself(error)


def test_a_busy_build_file_is_tried_again(tmp_path: object) -> None:
    """Without it, dbt of a killed run, which lives a little longer, would fail the run that follows."""
    assert passes_by_itself(WarehouseBusyError(tmp_path))  # type: ignore[arg-type]


def test_a_suppressed_context_is_not_looked_into() -> None:
    """Without it, an error that deliberately hides another would be judged by it."""
    error = ValueError("bad data")
    error.__context__ = OSError(errno.EBUSY, "busy")
    assert passes_by_itself(error)
    error.__suppress_context__ = True
    assert not passes_by_itself(error)


def test_the_wait_doubles_with_some_chance_in_it() -> None:
    """Without it, two runs that met would meet again at every attempt."""
    assert [seconds_to_wait(30, attempt, lambda: 0.5) for attempt in (1, 2, 3)] == [30, 60, 120]
    assert (seconds_to_wait(30, 1, lambda: 0.0), seconds_to_wait(30, 1, lambda: 1.0)) == (24, 36)
    assert len({seconds_to_wait(30, 1) for _ in range(20)}) > 1
