"""Sends a message through one channel, by Apprise. A failure is an answer, never an exception."""

from __future__ import annotations

import logging
import re
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from expectations.alert_recipients import Channel, MissingSecretError
from expectations.alert_text import Message

_log = logging.getLogger(__name__)
_URL = re.compile(r"\b[a-z]+://\S+", re.IGNORECASE)
_LONGEST_REASON = 300


@dataclass(frozen=True)
class Delivery:
    """Whether a message went out, and in Danish why it did not; no secret is in it."""

    sent: bool
    reason: str | None = None


def send(channel: Channel, message: Message, environment: Mapping[str, str] | None = None) -> Delivery:
    """Send a message, with its list attached where the channel takes attachments.

    Args:
        channel: Where to.
        message: What.
        environment: Where the secrets are; this process' environment when not given.

    Returns:
        Sent, or why not.
    """
    try:
        address = channel.address(environment)
    except MissingSecretError as error:
        return Delivery(sent=False, reason=str(error))
    secrets = channel.secrets(environment)
    try:
        with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
            warnings.simplefilter("ignore")
            attachment = Path(folder) / message.attachment_name
            attachment.write_text(message.attachment, encoding="utf-8", newline="")
            return _notify(channel, address, message, attachment, secrets)
    except Exception as error:  # noqa: BLE001  # Whatever a channel does, the run goes on and the message is kept.
        return Delivery(sent=False, reason=_clean(f"Kanalen {channel.name} fejlede: {error}", secrets))


def _notify(channel: Channel, address: str, message: Message, attachment: Path, secrets: tuple[str, ...]) -> Delivery:
    """Hand the message to Apprise."""
    import apprise  # noqa: PLC0415

    sender = apprise.Apprise()
    if not sender.add(address):
        reason = f"Kanalen {channel.name} har en adresse, som Apprise ikke kender. Ret den i filen med modtagere."
        return Delivery(sent=False, reason=reason)
    with apprise.LogCapture(level=logging.WARNING) as said:  # type: ignore[no-untyped-call]
        sent = sender.notify(
            title=message.subject,
            body=message.body,
            body_format=apprise.NotifyFormat.MARKDOWN,
            attach=[str(attachment)] if sender[0].attachment_support else None,
        )
        heard = said.getvalue().strip()
    if sent:
        return Delivery(sent=True)
    _log.warning("Channel %s did not take a message", channel.name)
    return Delivery(sent=False, reason=_clean(f"Kanalen {channel.name} tog ikke imod beskeden. {heard}", secrets))


def _clean(text: str, secrets: tuple[str, ...]) -> str:
    """Take secrets and addresses out of what a library said, and make it one line."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return " ".join(_URL.sub("***", text).split())[:_LONGEST_REASON]
