"""One round of alerts: read what is open, decide, put messages into the outbox, and try to send what waits there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from expectations.alert_channels import Delivery, send
from expectations.alert_recipients import Channel, Recipients
from expectations.alert_store import (
    forget_closed,
    mark_failed,
    mark_sent,
    pending,
    queue,
    remember_told,
    states,
    told,
    was_written_to,
)
from expectations.alert_text import Message, write_message
from expectations.alerts import Finding, digests
from expectations.periods import load_periods
from expectations.published_findings import (
    CURRENT,
    check_findings,
    data_day,
    practice_findings,
    published,
    rule_texts,
    rules,
    unusual_changes,
)
from expectations.store import history_file, opened_history
from expectations.wording import COPENHAGEN

_log = logging.getLogger(__name__)

Sender = Callable[[Channel, Message], Delivery]


@dataclass(frozen=True)
class Round:
    """What a round came to.

    Attributes:
        written: Owners who got a new message.
        sent: How many messages went out, old ones included.
        failures: Why the others did not, by owner and channel; they stay in the outbox.
        unreachable: Owners with news but without a channel.
    """

    written: tuple[str, ...] = ()
    sent: int = 0
    failures: Mapping[tuple[str, str], str] | None = None
    unreachable: tuple[str, ...] = ()


def alert(
    output: Path,
    recipients: Recipients,
    now: datetime | None = None,
    sender: Sender = send,
) -> Round:
    """Write the messages of a day and send what waits.

    Args:
        output: The output folder.
        recipients: Who is told, and how.
        now: The time, with time zone; the wall clock when not given. Only days of sending follow it, never a rule.
        sender: Sends one message; Apprise when not given.

    Returns:
        What the round came to. A channel that fails is part of it, not an error.
    """
    time = now or datetime.now(tz=UTC)
    send_day = time.astimezone(COPENHAGEN).date()
    written, unreachable = _write(output, recipients, time, send_day)
    sent, failures = _send_pending(output, recipients, time, sender)
    for owner in unreachable:
        _log.warning("Findings of %s are told to nobody: the recipients have no channel for it", owner)
    return Round(written, sent, failures, unreachable)


def open_findings(output: Path, as_of: date | None = None) -> tuple[date | None, tuple[Finding, ...]]:
    """Read everything that is open, or was.

    Args:
        output: The output folder.
        as_of: A day of an earlier run; the published data's when not given. Unusual changes are those of the newest day
            only: of an earlier one they would be judged by what came later.

    Returns:
        The day, None when nothing is published, and the findings of houses and authority.
    """
    checks = check_findings(history_file(output), as_of)
    if not (output / CURRENT).exists():
        return None, checks
    with published(output) as con:
        newest = data_day(con)
        unusual = unusual_changes(con) if as_of in {None, newest} else ()
        return as_of or newest, (*practice_findings(con, as_of=as_of), *unusual, *checks)


def _write(
    output: Path, recipients: Recipients, time: datetime, send_day: date
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put the messages of the day into the outbox; give the owners written to and those without a channel."""
    history = history_file(output)
    day, findings = open_findings(output)
    if not findings and not history.exists():
        return (), ()
    periods = load_periods()
    data = day or send_day
    known = {}
    if day is not None:
        with published(output) as con:
            known = rules(con)
    texts = rule_texts(known, history)
    written, unreachable = [], []
    with opened_history(history) as con:
        con.begin()
        forget_closed(con, findings, data, periods.same_change)
        shown = periods.uncorrectable_shown.days
        for digest in digests(findings, states(con), told(con), data, send_day, shown):
            channels = recipients.owners.get(digest.owner, ())
            if not channels:
                unreachable.append(digest.owner)
            elif not was_written_to(con, digest.owner, send_day):
                message = write_message(digest, texts, data, send_day, recipients.link)
                queue(con, message, [channel.name for channel in channels], time)
                remember_told(con, digest.owner, digest.told, data)
                written.append(digest.owner)
        con.commit()
    return tuple(written), tuple(unreachable)


def _send_pending(
    output: Path, recipients: Recipients, time: datetime, sender: Sender
) -> tuple[int, dict[tuple[str, str], str]]:
    """Try to send what waits; the history is not held while a mail server is waited for."""
    history = history_file(output)
    if not history.exists():
        return 0, {}
    with opened_history(history) as con:
        waiting = pending(con)
    answers = {}
    for queued in waiting:
        owner = queued.message.owner
        channel = next((each for each in recipients.owners.get(owner, ()) if each.name == queued.channel), None)
        if channel is None:
            gone = f"Kanalen {queued.channel} står ikke længere hos {owner} i filen med modtagere."
            answers[queued.message_id] = (queued, Delivery(sent=False, reason=gone))
        else:
            answers[queued.message_id] = (queued, sender(channel, queued.message))
    failures: dict[tuple[str, str], str] = {}
    with opened_history(history) as con:
        for message_id, (queued, delivery) in answers.items():
            if delivery.sent:
                mark_sent(con, message_id, time)
            else:
                reason = delivery.reason or "ukendt årsag"
                mark_failed(con, message_id, reason)
                failures[queued.message.owner, queued.channel] = reason
    return sum(delivery.sent for _, delivery in answers.values()), failures
