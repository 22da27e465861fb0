"""The address of a PostgreSQL database: read, completed, and named without its password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit, urlunsplit

from exports.postgres.errors import AddressError

VARIABLE = "ERHVERVSHUS_POSTGRES_URL"
CONNECT_SECONDS = 10
APPLICATION = "erhvervshus"
_HOST = re.compile(r"^([A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$")
_DEFAULT_HOST = "denne maskine"


@dataclass(frozen=True)
class Address:
    """A database and how it is reached.

    Attributes:
        url: The whole address, with the password: never shown, also not by `repr`.
        database: The database's name.
        host: The server, with its port when one is given.
        user: The user; empty when the address names none.
    """

    url: str = field(repr=False)
    database: str
    host: str
    user: str

    def __str__(self) -> str:
        """Name the database for people.

        Returns:
            As `databasen bi på server:5432`.
        """
        return f"databasen {self.database} på {self.host}"


def read_address(url: str) -> Address:
    """Read an address, and add how long a connection may take and who connects.

    Args:
        url: As `postgresql://user:password@host:5432/database?sslmode=verify-full`.

    Returns:
        The address.

    Raises:
        AddressError: It cannot be read; the message repeats nothing of it.
    """
    msg = (
        f"{VARIABLE}: adressen kan ikke læses. Skriv postgresql://bruger:adgangskode@server:5432/database. Tegnene "
        "@ / : # ? % i brugernavn og adgangskode skrives som %40 %2F %3A %23 %3F %25."
    )
    parts = _split(url)
    if parts is None:
        raise AddressError(msg)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    login, _, host = parts.netloc.rpartition("@")
    # A password with signs of an address in it would put a piece of itself in the host's place, and into messages.
    misplaced = "@" in login or "@" in parts.path or "@" in parts.query or parts.fragment or login.count(":") > 1
    if parts.scheme not in {"postgresql", "postgres"} or misplaced or not all(map(_HOST.match, host.split(","))):
        raise AddressError(msg)
    user = unquote(login.partition(":")[0])
    completed = {"connect_timeout": str(CONNECT_SECONDS), "application_name": APPLICATION, **options}
    # Not urlencode: libpq reads a plus sign as a plus sign.
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in completed.items())
    return Address(
        url=urlunsplit(parts._replace(query=query)),
        database=unquote(parts.path.removeprefix("/")) or options.get("dbname") or user or "postgres",
        host=host or options.get("host") or _DEFAULT_HOST,
        user=user or options.get("user", ""),
    )


def _split(url: str) -> SplitResult | None:
    """Take an address apart; its errors quote it, so they end here."""
    try:
        return urlsplit(url)
    except ValueError:
        return None
