"""Pseudonyms by keyed hash: the key, where it is kept, and the one way to make a pseudonym, in Python and in SQL.

A pseudonym is HMAC-SHA256 (RFC 2104) of a kind and a value, cut to 64 bits and written in hex after a prefix that no
delivered number has. Without the key nobody can make it from a number, so nobody can find the number by trying them
all, as with a plain hash. The key reaches SQL as session variables and stands in no statement.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol

KEY_VARIABLE: Final = "ERHVERVSHUS_PSEUDONYM_KEY"
"""The environment variable with the key; dbt's own process reads it too."""

KEY_FILE: Final = Path(".history") / "pseudonym.key"
"""Where the key lies in an output folder when the environment has none."""

SHORTEST_KEY: Final = 32
HEX_DIGITS: Final = 16
"""Digits of a pseudonym: 64 bits, so that two of three million companies share one once in four million keys."""

Kind = Literal["cvr", "p_nummer", "medarbejder", "respondent", "forloeb", "record"]

PREFIXES: Final = MappingProxyType[Kind, str](
    {"cvr": "P-", "p_nummer": "PE-", "medarbejder": "M-", "respondent": "R-", "forloeb": "F-", "record": "N-"}
)
"""What a pseudonym of each kind begins with; the same prefixes stand in the dbt macro `pseudonym`."""

_BLOCK: Final = 64  # Bytes of a block of SHA-256.
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


class PseudonymKeyError(Exception):
    """There is no usable key; the message is Danish, names the file or variable and never the key."""


class _Connection(Protocol):
    def execute(self, query: str, parameters: Any = ..., /) -> Any: ...  # noqa: ANN401


@dataclass(frozen=True)
class PseudonymKey:
    """A key. It is in no `repr`, and nothing but pseudonyms comes out of it.

    Attributes:
        secret: The key's bytes.
        is_new: Whether the key file was made just now.
    """

    secret: bytes = field(repr=False)
    is_new: bool = False

    @classmethod
    def of(cls, text: str) -> PseudonymKey:
        """Take a key as people give it.

        Args:
            text: At least 32 characters.

        Returns:
            The key.

        Raises:
            PseudonymKeyError: It is shorter.
        """
        if len(text) < SHORTEST_KEY:
            raise PseudonymKeyError(f"{KEY_VARIABLE}: nøglen til pseudonymer skal have mindst {SHORTEST_KEY} tegn.")
        return cls(text.encode())

    def pseudonym(self, kind: Kind, value: str) -> str:
        """Make a pseudonym.

        Args:
            kind: What the value is; equal values of two kinds get different pseudonyms.
            value: The value as the contract reads it.

        Returns:
            The kind's prefix and 16 hex digits.
        """
        digest = hmac.new(self.secret, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()
        return PREFIXES[kind] + digest[:HEX_DIGITS]

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that tell one key from another and say nothing of the key."""
        return hmac.new(self.secret, b"fingerprint", hashlib.sha256).hexdigest()[:8]

    def give(self, connection: _Connection) -> None:
        """Let a DuckDB session make pseudonyms: RFC 2104's padded keys become its variables, as parameters.

        Args:
            connection: A connection or cursor; the variables go with it.
        """
        key = self.secret if len(self.secret) <= _BLOCK else hashlib.sha256(self.secret).digest()
        padded = key.ljust(_BLOCK, b"\0")
        connection.execute("set variable pseudonym_inner = ?", [padded.translate(_INNER)])
        connection.execute("set variable pseudonym_outer = ?", [padded.translate(_OUTER)])


def pseudonym_sql(kind: Kind, expression: str) -> str:
    """Return the SQL expression that makes a pseudonym; NULL of NULL. It needs `PseudonymKey.give`.

    Args:
        kind: What the value is.
        expression: SQL text of the value.

    Returns:
        SQL text, which fails in a session without the key.
    """
    variables = (
        # Without the cast an absent variable has no type, and DuckDB would make all of it NULL instead of failing.
        f"coalesce(cast(getvariable('pseudonym_{which}') as blob), error('no pseudonym key in this session'))"
        for which in ("inner", "outer")
    )
    inner, outer = variables
    inside = f"unhex(sha256({inner} || encode('{kind}:' || {expression})))"
    return f"('{PREFIXES[kind]}' || left(sha256({outer} || {inside}), {HEX_DIGITS}))"


def find_key(output: Path, given: str | None = None) -> PseudonymKey | None:
    """Find the key of an output folder.

    Args:
        output: The output folder.
        given: The key of the settings, which comes before the file.

    Returns:
        The key; None when neither the settings nor the folder has one.

    Raises:
        PseudonymKeyError: The key is too short, or its file cannot be read or can be read by others.
    """
    if given is not None:
        return PseudonymKey.of(given)
    path = output / KEY_FILE
    try:
        if path.stat().st_mode & 0o077:
            raise PseudonymKeyError(
                f"{path}: andre brugere har adgang til nøglen til pseudonymer. Kør: chmod 600 {path}"
            )
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PseudonymKeyError(f"{path}: nøglen til pseudonymer kan ikke læses. Giv læseadgang til filen.") from error
    if len(text) < SHORTEST_KEY:
        raise PseudonymKeyError(
            f"{path}: nøglen til pseudonymer er ikke hel. Hent filen fra sikkerhedskopien, eller slet den for at få en "
            "ny; så får alle nye pseudonymer."
        )
    return PseudonymKey(text.encode())


def find_or_make_key(output: Path, given: str | None = None) -> PseudonymKey:
    """Find the key of an output folder, or make one that only this user can read.

    Args:
        output: The output folder.
        given: The key of the settings, which comes before the file.

    Returns:
        The key; `is_new` when it was made.

    Raises:
        PseudonymKeyError: As `find_key`.
    """
    found = find_key(output, given)
    if found is not None:
        return found
    path = output / KEY_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    text = secrets.token_hex(32)
    # A link is made or not: a run that is killed here leaves no half key, and of two runs one makes it.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, text.encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    made = find_key(output)
    if made is None:
        raise PseudonymKeyError(f"{path}: nøglen til pseudonymer kan ikke oprettes. Giv skriveadgang til mappen.")
    return PseudonymKey(made.secret, is_new=made.secret == text.encode())
