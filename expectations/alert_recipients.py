"""Who is told, and through which channels: one YAML, with every secret taken from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from expectations.errors import RecipientsError
from expectations.wording import AUTHORITY, houses
from sources.written_files import WrittenFileError, read_written

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


class MissingSecretError(RecipientsError):
    """A channel needs a variable that the environment does not have."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Channel(_Frozen):
    """One way to reach an owner: a name for logs, and an Apprise address with `${VARIABLE}` where a secret belongs."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    url: str = Field(min_length=1)

    @model_validator(mode="after")
    def _without_secrets(self) -> Channel:
        whole = _VARIABLE.fullmatch(self.url)
        if whole is None:
            # Placeholders hold signs that an address may not have where they stand.
            parts = urlsplit(_VARIABLE.sub("VARIABLE", self.url))
            if not parts.scheme:
                raise ValueError(f"kanalen {self.name}: adressen begynder ikke som mailtos://")
            if parts.password and parts.password != "VARIABLE":  # noqa: S105
                raise ValueError(f"kanalen {self.name}: skriv adgangskoden som ${{VARIABEL}}, og sæt den i miljøet")
        return self

    def address(self, environment: Mapping[str, str] | None = None) -> str:
        """Return the address with the secrets in it.

        Args:
            environment: The variables; this process' own when not given.

        Returns:
            The address. A variable that is the whole address is taken as it is; inside an address its signs are
            written as an address needs them.

        Raises:
            MissingSecretError: A variable is not set.
        """
        known = os.environ if environment is None else environment
        whole = _VARIABLE.fullmatch(self.url)
        missing = [name for name in _VARIABLE.findall(self.url) if not known.get(name)]
        if missing:
            msg = f"Kanalen {self.name} mangler miljøvariablen {missing[0]}. Sæt den, hvor kørslen startes."
            raise MissingSecretError(msg)
        if whole:
            return known[whole[1]]
        return _VARIABLE.sub(lambda match: quote(known[match[1]], safe=""), self.url)

    def secrets(self, environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """List the values that may not be written to a log.

        Args:
            environment: The variables; this process' own when not given.

        Returns:
            The values of the variables in the address, as they are and as an address writes them.
        """
        known = os.environ if environment is None else environment
        values = [known[name] for name in _VARIABLE.findall(self.url) if known.get(name)]
        return tuple({*values, *(quote(value, safe="") for value in values)})


class Recipients(_Frozen):
    """Everyone who is told.

    Attributes:
        link: Where all results can be seen; stands in every message.
        owners: The channels of each owner, by the house's code or `erst`.
    """

    link: str | None = None
    owners: dict[str, tuple[Channel, ...]]

    @model_validator(mode="after")
    def _known_owners(self) -> Recipients:
        known = {*houses(), AUTHORITY}
        if unknown := sorted(set(self.owners) - known):
            raise ValueError(f"owners: {', '.join(unknown)} kendes ikke; kendte er {', '.join(sorted(known))}")
        for owner, channels in self.owners.items():
            names = [channel.name for channel in channels]
            if len(set(names)) != len(names):
                raise ValueError(f"owners.{owner}: to kanaler har samme navn")
        return self


def load_recipients(path: Path) -> Recipients:
    """Read who is told.

    Args:
        path: The YAML, as `expectations/recipients.example.yml` shows it.

    Returns:
        The recipients.

    Raises:
        RecipientsError: The file is not there, is not such a YAML, or holds a secret.
    """
    remedy = "Ret den efter expectations/recipients.example.yml, eller ret indstillingen recipients."
    unusable = f"{path}: filen med modtagere kan ikke bruges. {remedy}\n"
    try:
        written = read_written(path)
    except WrittenFileError as error:
        raise RecipientsError(f"{unusable}{error}.") from None
    try:
        return Recipients.model_validate(written.content)
    except ValidationError as error:
        # The message of the model would repeat what was written, and with it a secret.
        raise RecipientsError(f"{unusable}{written.explain(error)}") from None
