"""The delivery contract as typed data: sources, entities, columns and codes, read from `contracts/*.yml`.

Everything that needs to know what a delivery may hold asks here; nothing else reads the YAML files.
"""

from __future__ import annotations

import hashlib
import unicodedata
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

CONTRACTS_FOLDER = Path(__file__).parent / "contracts"
"""Where the contracts lie: one YAML file per source."""

WITHDRAWN_COLUMN = "slettet"
"""The optional column of every entity that marks a key as withdrawn."""

RESERVED_COLUMNS = frozenset({WITHDRAWN_COLUMN, "is_withdrawn"})
"""Names a contract may not use itself; names that begin with `_` are landing's own."""

ColumnType = Literal[
    "text",
    "cvr",
    "p_number",
    "code",
    "integer",
    "year",
    "decimal",
    "date",
    "timestamp",
    "yes_no",
    "municipality",
    "industry",
]
PersonalData = Literal["none", "company", "pseudonym", "person"]
"""What a column tells by itself, from least to most: nothing of anyone; something of one company that others do not
know; an id that leads to a person only with another system or a key; a person's name, a text that may hold one, or a
number that a public register knows the person of."""

_FOLDS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


class ContractError(ValueError):
    """A contract file cannot be used; the message names the file and what is wrong with it."""


class UnknownEntityError(KeyError):
    """An entity was asked for by a name that no contract has."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        """Name the entity asked for and those there are."""
        super().__init__(f"Unknown entity {name!r}. The contracts have: {', '.join(known)}.")


def fold(text: str) -> str:
    """Return text as codes are compared: lower case, single spaces, æ/ø/å as ae/oe/aa.

    The same folding is written in SQL in `sources.casting.fold_sql`; a test holds the two together.
    """
    return " ".join(unicodedata.normalize("NFC", text).lower().split()).translate(_FOLDS)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Frozen):
    """One column of an entity: its name as delivered, its type, and the values it may have."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: ColumnType
    description: str = Field(min_length=1)
    personal_data: PersonalData
    codes: dict[str, str] = Field(default_factory=dict)
    """Canonical code to the label people write; both are accepted, only the code is kept."""
    minimum: int | None = None
    maximum: int | None = None
    exclusive_minimum: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Column:
        if (self.type == "code") != bool(self.codes):
            raise ValueError(f"column {self.name}: exactly the columns of type code have codes")
        meanings: dict[str, str] = {}
        for code, label in self.codes.items():
            for written in (fold(code), fold(label)):
                if meanings.setdefault(written, code) != code:
                    raise ValueError(f"column {self.name}: {written!r} means both {meanings[written]} and {code}")
        bounded = self.minimum is not None or self.maximum is not None or self.exclusive_minimum
        if bounded and self.type not in {"integer", "decimal", "year"}:
            raise ValueError(f"column {self.name}: only numbers have a minimum or maximum")
        return self


class Entity(_Frozen):
    """One kind of delivery: its key and its columns, in the contract's order."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str = Field(min_length=1)
    key: tuple[str, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Entity:
        names = self.column_names
        if len(set(names)) != len(names):
            raise ValueError(f"entity {self.name}: a column is named twice")
        if reserved := RESERVED_COLUMNS.intersection(names):
            raise ValueError(f"entity {self.name}: {', '.join(sorted(reserved))} is reserved")
        if unknown := set(self.key).difference(names):
            raise ValueError(f"entity {self.name}: the key names {', '.join(sorted(unknown))}, which is no column")
        return self

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in the contract's order, without `slettet`."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            KeyError: no column has that name.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"Entity {self.name} has no column {name!r}.")


class Source(_Frozen):
    """A system that delivers, who answers for it, and how often it delivers."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    cadence_days: int = Field(gt=0)
    """Days between two deliveries; freshness is judged by it."""
    entities: tuple[Entity, ...] = Field(min_length=1)

    @property
    def name(self) -> str:
        """The name of the source, which is also the name of its folder."""
        return self.source

    @model_validator(mode="before")
    @classmethod
    def _name_the_source_in_entities(cls, data: object) -> object:
        if not isinstance(data, dict) or not isinstance(data.get("entities"), list):
            return data
        named = [
            {"source": data.get("source"), **entity} if isinstance(entity, dict) else entity
            for entity in data["entities"]
        ]
        return {**data, "entities": named}


class Contracts(_Frozen):
    """All contracts together."""

    sources: tuple[Source, ...]

    @model_validator(mode="after")
    def _unique(self) -> Contracts:
        for kind, names in (
            ("source", [source.name for source in self.sources]),
            ("entity", [entity.name for entity in self.entities]),
        ):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{kind} {', '.join(twice)} is described twice")
        return self

    @cached_property
    def entities(self) -> tuple[Entity, ...]:
        """Every entity of every source."""
        return tuple(entity for source in self.sources for entity in source.entities)

    @property
    def digest(self) -> str:
        """A hex digest of what decides how deliveries are read and what of them is shown; wording is not in it."""
        decisive = [
            (
                entity.source,
                entity.name,
                entity.key,
                [column.model_dump(exclude={"description"}) for column in entity.columns],
            )
            for entity in self.entities
        ]
        return hashlib.sha256(repr(decisive).encode()).hexdigest()

    def entity(self, name: str) -> Entity:
        """Return the entity of that name.

        Raises:
            UnknownEntityError: no contract has it.
        """
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise UnknownEntityError(name, tuple(entity.name for entity in self.entities))

    def source(self, name: str) -> Source:
        """Return the source of that name.

        Raises:
            KeyError: there is no such source.
        """
        for source in self.sources:
            if source.name == name:
                return source
        raise KeyError(f"Unknown source {name!r}. There are: {', '.join(s.name for s in self.sources)}.")


@lru_cache(maxsize=8)
def load_contracts(folder: Path = CONTRACTS_FOLDER) -> Contracts:
    """Read and check every contract in a folder.

    Args:
        folder: Folder of YAML files, one per source.

    Returns:
        The contracts, sources in alphabetical order of their files.

    Raises:
        ContractError: a file is not YAML, breaks a rule of the models above, or there is none.
    """
    sources: list[Source] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            sources.append(Source.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))))
        except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
            raise ContractError(f"{path.name}: {error}") from error
    if not sources:
        raise ContractError(f"No contracts (*.yml) in {folder}.")
    try:
        return Contracts(sources=tuple(sources))
    except ValidationError as error:
        raise ContractError(f"{folder.name}: {error}") from error
