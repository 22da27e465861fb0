"""Trying a step again: which failures can pass by themselves, and how long to wait for it."""

from __future__ import annotations

import errno
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import duckdb
from dagster import AssetCheckExecutionContext, AssetExecutionContext, RetryRequested

from expectations.errors import HistoryBusyError
from orchestration.errors import ConfigurationError, RunInProgressError, WarehouseBuildError
from orchestration.settings import RunSettings
from sources.warehouse import WarehouseBusyError

_BUSY: Final = (HistoryBusyError, WarehouseBusyError, RunInProgressError, ConnectionError, TimeoutError)
_PASSING_ERRNO: Final = frozenset(
    {
        errno.EAGAIN,
        errno.EBUSY,
        errno.EINTR,
        errno.ETXTBSY,
        errno.ENOLCK,
        errno.EDEADLK,
        errno.EMFILE,
        errno.ENFILE,
        errno.ESTALE,
        errno.ETIMEDOUT,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.ECONNABORTED,
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.ENETDOWN,
    }
)
"""What an operating system says of a disk, lock or net that is busy or away. A full disk needs a person."""
_PASSING_SIGNS: Final = (
    "could not set lock",
    "resource temporarily unavailable",
    "device or resource busy",
    "stale file handle",
    "connection refused",
    "connection timed out",
    "server closed the connection",
    "too many open files",
)
_PASSING_SQLSTATES: Final = ("08", "40", "53300", "55P03", "57P")
"""PostgreSQL: connection lost, deadlock, too many connections, lock not available, server starting or stopping."""
_JITTER: Final = 0.2


def passes_by_itself(error: BaseException) -> bool:
    """Say whether a failure can be gone at another try.

    Bad data, a failed test, the gate on form, a wrong setting and a full disk cannot.

    Args:
        error: The failure, with its causes.

    Returns:
        True when it, or what caused it, is something that is busy or out of reach.
    """
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        if isinstance(current, ConfigurationError):
            return False
        if _is_passing(current):
            return True
        seen.add(id(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return False


def seconds_to_wait(base: float, attempt: int, chance: Callable[[], float] = random.random) -> float:
    """Say how long to wait before the next attempt.

    Args:
        base: Seconds before the second attempt.
        attempt: The attempt that failed, from 1.
        chance: Draws from 0 to 1: two that met once shall not meet again.

    Returns:
        Seconds: doubled for each attempt, up to a fifth more or less.
    """
    return float(base * 2 ** (attempt - 1) * (1 + _JITTER * (2 * chance() - 1)))


@contextmanager
def retried(context: AssetExecutionContext | AssetCheckExecutionContext, settings: RunSettings) -> Iterator[None]:
    """Ask Dagster to try a step again when it fails of something that can pass.

    The step must come to the same when it is done twice: landing takes each file in one transaction, dbt builds
    everything anew, and publication, history and statement replace what they wrote.

    Args:
        context: The step's; knows which attempt it is.
        settings: How many attempts there are, and how long to wait.

    Yields:
        Nothing.

    Raises:
        RetryRequested: It failed, and there is an attempt left.
    """
    try:
        yield
    except Exception as error:
        attempt = context.op_execution_context.retry_number + 1
        if attempt >= settings.attempts or not passes_by_itself(error):
            raise
        wait = seconds_to_wait(settings.backoff_seconds, attempt)
        context.log.warning("Attempt %d of %d failed: %s", attempt, settings.attempts, error)
        raise RetryRequested(max_retries=settings.attempts - 1, seconds_to_wait=wait) from error


def _is_passing(error: BaseException) -> bool:
    """Judge one error without its causes."""
    if isinstance(error, _BUSY) or (isinstance(error, OSError) and error.errno in _PASSING_ERRNO):
        return True
    if str(getattr(error, "sqlstate", None) or "").startswith(_PASSING_SQLSTATES):
        return True
    # What dbt and DuckDB say of the system they run on has no class of its own.
    said = str(error).lower() if isinstance(error, duckdb.IOException | WarehouseBuildError) else ""
    return any(sign in said for sign in _PASSING_SIGNS)
