"""What people said of findings, what owners were told, and the outbox: kept in the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

import duckdb

from expectations.alert_text import Message
from expectations.alerts import UNUSUAL_CHANGE, Finding, Key, State, StateKind, Told
from expectations.periods import Period

PENDING = "pending"
SENT = "sent"
SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Queued:
    """A message in the outbox: which, for whom, through which channel, and how often it was tried."""

    message_id: str
    channel: str
    attempts: int
    message: Message


def save_state(con: duckdb.DuckDBPyConnection, state: State) -> None:
    """Keep what a person said; nothing said before is removed.

    Args:
        con: The history.
        state: What was said.
    """
    con.execute(
        "insert into alert_states values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            state.owner,
            state.rule,
            state.record_id,
            state.kind.value,
            state.until,
            state.who,
            state.note,
            state.said_at.astimezone(UTC).replace(tzinfo=None),
            state.day,
        ],
    )


def states(con: duckdb.DuckDBPyConnection) -> tuple[State, ...]:
    """Read everything that was said.

    Args:
        con: The history.

    Returns:
        The states, oldest first.
    """
    rows = con.execute(
        """
        select owner, rule, record_id, kind, until, who, note, said_at, day
        from alert_states order by said_at, rowid
        """
    ).fetchall()
    return tuple(
        State(owner, rule, record, StateKind(kind), until, who, note, said_at.replace(tzinfo=UTC), day)
        for owner, rule, record, kind, until, who, note, said_at, day in rows
    )


def told(con: duckdb.DuckDBPyConnection) -> dict[Key, Told]:
    """Read what owners were told.

    Args:
        con: The history.

    Returns:
        By owner, rule and record.
    """
    rows = con.execute("select owner, rule, record_id, weight, told_on from alert_told").fetchall()
    return {(owner, rule, record): Told(weight, day) for owner, rule, record, weight, day in rows}


def remember_told(con: duckdb.DuckDBPyConnection, owner: str, now_told: Mapping[Key, Told], day: date) -> None:
    """Keep what an owner has been told of; what was open on an earlier day stays until `forget_closed` takes it.

    Args:
        con: The history.
        owner: The owner.
        now_told: Everything the owner's newest message holds.
        day: The day of the data.
    """
    con.execute("delete from alert_told where owner = ? and last_open >= ?", [owner, day])
    # Rows go in as columns, since there may be tens of thousands.
    con.execute(
        """
        insert into alert_told by name
        select
            unnest(?::varchar[]) as owner, unnest(?::varchar[]) as rule, unnest(?::varchar[]) as record_id,
            unnest(?::integer[]) as weight, unnest(?::date[]) as told_on, ?::date as last_open
        """,
        [
            *([key[place] for key in now_told] for place in range(3)),
            [each.weight for each in now_told.values()],
            [each.told_on for each in now_told.values()],
            day,
        ],
    )


def forget_closed(
    con: duckdb.DuckDBPyConnection, still_open: Iterable[Finding], day: date, same_change: Period
) -> None:
    """Forget findings that are gone: should one come back, it is new.

    An unusual change is gone when a period without it has passed: one that is away for a day and back the next shares
    days with the one before, and is the same.

    Args:
        con: The history.
        still_open: Every finding that is open now.
        day: The day of the data.
        same_change: How many days an unusual change covers.
    """
    keys = [finding.key for finding in still_open]
    columns = [[key[place] for key in keys] for place in range(3)]
    is_open = """
        (owner, rule, record_id) in (select (unnest(?::varchar[]), unnest(?::varchar[]), unnest(?::varchar[])))
    """
    con.execute(
        f"""
        delete from alert_told
        where if(rule = ?, coalesce(last_open, told_on) <= ?, not {is_open})
        """,
        [UNUSUAL_CHANGE, same_change.before(day), *columns],
    )
    con.execute(f"update alert_told set last_open = greatest(?::date, last_open) where {is_open}", [day, *columns])


def was_written_to(con: duckdb.DuckDBPyConnection, owner: str, day: date) -> bool:
    """Say whether an owner has a message of a day already.

    Args:
        con: The history.
        owner: The owner.
        day: The day.

    Returns:
        True when there is one, sent or not.
    """
    return bool(con.execute("select 1 from alert_outbox where owner = ? and day = ? limit 1", [owner, day]).fetchall())


def queue(con: duckdb.DuckDBPyConnection, message: Message, channels: Iterable[str], now: datetime) -> None:
    """Put a message into the outbox, once per channel; what waits there for the same owner and channel is replaced.

    Args:
        con: The history.
        message: The message; it holds all that is open, so an older one that never went out says nothing more.
        channels: The names of the owner's channels.
        now: When, with time zone.
    """
    for channel in channels:
        con.execute(
            "update alert_outbox set status = ? where owner = ? and channel = ? and status = ?",
            [SUPERSEDED, message.owner, channel, PENDING],
        )
        con.execute(
            "insert into alert_outbox values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, null, ?, null)",
            [
                str(uuid4()),
                message.owner,
                channel,
                message.day,
                message.subject,
                message.body,
                message.attachment_name,
                message.attachment,
                PENDING,
                now.astimezone(UTC).replace(tzinfo=None),
            ],
        )


def pending(con: duckdb.DuckDBPyConnection) -> tuple[Queued, ...]:
    """Read what waits in the outbox.

    Args:
        con: The history.

    Returns:
        The messages, oldest first.
    """
    rows = con.execute(
        """
        select message_id, channel, attempts, owner, day, subject, body, attachment_name, attachment
        from alert_outbox where status = ? order by created_at, rowid
        """,
        [PENDING],
    ).fetchall()
    return tuple(Queued(row[0], row[1], row[2], Message(*row[3:])) for row in rows)


def mark_sent(con: duckdb.DuckDBPyConnection, message_id: str, now: datetime) -> None:
    """Keep that a message went out.

    Args:
        con: The history.
        message_id: Which.
        now: When, with time zone.
    """
    con.execute(
        """
        update alert_outbox set status = ?, attempts = attempts + 1, last_error = null, sent_at = ?
        where message_id = ?
        """,
        [SENT, now.astimezone(UTC).replace(tzinfo=None), message_id],
    )


def mark_failed(con: duckdb.DuckDBPyConnection, message_id: str, reason: str) -> None:
    """Keep that a message did not go out; it stays in the outbox.

    Args:
        con: The history.
        message_id: Which.
        reason: Why, without secrets.
    """
    con.execute(
        "update alert_outbox set attempts = attempts + 1, last_error = ? where message_id = ?", [reason, message_id]
    )
