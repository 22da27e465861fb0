"""The key of the pseudonyms of a run: from the settings, else from the output folder, and handed to dbt's process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exports.files import write_whole
from orchestration.configuration import load_configuration
from sources.pseudonyms import KEY_FILE, KEY_VARIABLE, PseudonymKey, find_or_make_key

FINGERPRINT_FILE = KEY_FILE.with_suffix(".fingerprint")
"""Where the fingerprint of the key of the newest run lies."""


def made_key(output: Path) -> PseudonymKey:
    """Find the key of an output folder, or make it: what a run does before anything else.

    Args:
        output: The output folder.

    Returns:
        The key.

    Raises:
        PseudonymKeyError: It cannot be used, read or made.
        ConfigurationError: A setting cannot be used.
    """
    return find_or_make_key(output, _given())


def key_notice(key: PseudonymKey, output: Path) -> str | None:
    """Say once, when the key file was made for real deliveries, what its owner should do.

    Args:
        key: The key of the run.
        output: The output folder.

    Returns:
        The sentences in Danish; None when there is nothing to say.
    """
    if not key.is_new:
        return None
    return (
        f"Der er lavet en nøgle til pseudonymer i {output / KEY_FILE}. Den bør i stedet angives i {KEY_VARIABLE} og "
        "opbevares sikkert. Uden nøglen får personer nye pseudonymer ved næste kørsel."
    )


def changed_key_notice(key: PseudonymKey, output: Path) -> str | None:
    """Say that the key is another than the one before: it was lost, or the setting was changed.

    Args:
        key: The key of the run.
        output: The output folder.

    Returns:
        The sentences in Danish; None at the first run, and when the key is the same.
    """
    before = output / FINGERPRINT_FILE
    if not before.exists() or before.read_text(encoding="ascii").strip() == key.fingerprint:
        return None
    return (
        "Nøglen til pseudonymer er en anden end ved den forrige kørsel. Personer får nye pseudonymer, og fund om dem "
        "kan ikke følges tilbage. Var det ikke meningen, så sæt den tidligere nøgle tilbage, og kør igen. "
        f"Den er i sikkerhedskopien, hvis den lå i {KEY_FILE}."
    )


def remember_key(key: PseudonymKey, output: Path) -> None:
    """Keep the key's fingerprint, which tells one key from another and says nothing of it.

    Args:
        key: The key of the run.
        output: The output folder.
    """
    path = output / FINGERPRINT_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, f"{key.fingerprint}\n".encode())


@contextmanager
def key_in_environment() -> Iterator[None]:
    """Let a process that is started in the block have a key that only stands in the file of settings.

    Yields:
        Nothing. A key in the environment already is left as it is; a key file is found by dbt itself.
    """
    given = _given()
    if given is None or KEY_VARIABLE in os.environ:
        yield
        return
    os.environ[KEY_VARIABLE] = given
    try:
        yield
    finally:
        del os.environ[KEY_VARIABLE]


def _given() -> str | None:
    """Read the key of the settings."""
    key = load_configuration().pseudonym_key
    return key.get_secret_value() if key is not None else None
