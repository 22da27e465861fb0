"""Who publishes the open data, where and under which terms: settings, read from one file."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

DEFAULTS = Path(__file__).with_name("catalogue.yml")


class CatalogueSettingsError(Exception):
    """The settings of the catalogue cannot be read; the message is Danish and names file and field."""


class Setting(BaseModel):
    """A part of the settings: immutable, with exactly its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Publisher(Setting):
    """Who publishes: address of the organisation in the CVR register, CVR number, names, homepage and kind."""

    iri: str
    cvr: str
    name_da: str
    name_en: str
    homepage: str
    type: str


class Contact(Setting):
    """Where questions go: a mail address, a page, or both."""

    name_da: str
    name_en: str
    email: str = ""
    page: str = ""

    @model_validator(mode="after")
    def _reachable(self) -> Contact:
        """Somebody can be asked."""
        if not (self.email or self.page):
            msg = "en af email og page skal være udfyldt"
            raise ValueError(msg)
        return self


class Licence(Setting):
    """The terms: address, SPDX name, titles and kind."""

    iri: str
    spdx: str
    title_da: str
    title_en: str
    type: str


class Theme(Setting):
    """A theme of the EU's list: its code and labels."""

    code: str
    label_da: str
    label_en: str


class CatalogueSettings(Setting):
    """The settings of the catalogue.

    Attributes:
        base: The address of the folder the files are published in, ending in a slash; empty for relative addresses.
        landing_page: The page about the statement; empty for the dictionary.
        identifier: The lasting name of the statement, part of every data set's.
        publisher: Who publishes.
        contact: Where questions go.
        licence: The terms.
        themes: Its themes.
        keywords_da: Danish keywords.
        keywords_en: English keywords.
    """

    base: str
    landing_page: str
    identifier: str
    publisher: Publisher
    contact: Contact
    licence: Licence
    themes: tuple[Theme, ...]
    keywords_da: tuple[str, ...]
    keywords_en: tuple[str, ...]

    @field_validator("base")
    @classmethod
    def _is_folder(cls, base: str) -> str:
        """A base that does not end in a slash would lose its last part."""
        if base and not (base.startswith(("https://", "http://")) and base.endswith("/")):
            msg = "base skal begynde med https:// og slutte med /, eller være tom"
            raise ValueError(msg)
        return base


def read_settings(path: Path = DEFAULTS) -> CatalogueSettings:
    """Read the settings.

    Args:
        path: A YAML file in the form of `catalogue.yml`.

    Returns:
        The settings.

    Raises:
        CatalogueSettingsError: The file is missing, is no YAML, or a field is wrong.
    """
    try:
        return CatalogueSettings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        msg = f"{path}: filen kan ikke læses ({error}). Brug exports/open_data/catalogue.yml som forlæg."
        raise CatalogueSettingsError(msg) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "filen"
        msg = f"{path}: {field}: {first['msg']}. Brug exports/open_data/catalogue.yml som forlæg."
        raise CatalogueSettingsError(msg) from error
