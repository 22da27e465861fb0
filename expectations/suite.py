"""The suites as typed data: frames, checks, tolerances with reason and date, read from `suites/*.yml`.

A check may be written once for many: `for_each` holds a name per copy with what differs, or the word `entities` for one
copy per entity of the delivery contracts, with `by_cadence` for what follows from how often the entity is delivered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from expectations.errors import SuiteError
from sources.contract import Contracts, load_contracts

SUITES_FOLDER = Path(__file__).parent / "suites"
"""Where the suites lie: one YAML file each."""

ENTITIES = "entities"
"""The value of `for_each` that means: every entity of the delivery contracts."""

Severity = Literal["warning", "critical"]
Concern = Literal["form", "practice"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Frame(_Frozen):
    """What a check looks at: a query on the build file, small enough for a pandas frame."""

    query: str = Field(min_length=1)
    """SQL on the build file; besides its tables there are `expectation_context` (one row: `reference_day`, `today`) and
    `expectation_entities` (`entity`, `source`, `cadence_days`: what the contracts name)."""
    identify: tuple[str, ...] = Field(min_length=1)
    """The columns that name an offending row."""
    noun_da: tuple[str, str]
    """What a row is, in Danish: one, many."""


class Check(_Frozen):
    """One thing that is expected, and what it means when it is not so."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    frame: str
    asset: str = Field(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)?$")
    """The asset it says something of, as `goals/goal_attainment`."""
    expectation: str = Field(pattern=r"^expect_[a-z0-9_]+$")
    """The type of Great Expectations, as `expect_column_values_to_be_between`."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    where: dict[str, str] = Field(default_factory=dict)
    """Which rows are looked at: column and the value it has."""
    severity: Severity
    label_da: str = Field(min_length=1)
    remedy_da: str = Field(min_length=1)
    reason_da: str = Field(min_length=1)
    """Why exactly this is the limit."""
    since: date
    """When the limit was set."""
    unit_da: str = ""
    """What stands after an observed figure, as ` pct.`."""


class Suite(_Frozen):
    """Checks that belong together.

    Attributes:
        concerns: `form` when a critical failure means that the figures cannot be trusted and nothing may be
            published, `practice` when it is about how people register, which never stops the publication.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label_da: str = Field(min_length=1)
    description: str = Field(min_length=1)
    concerns: Concern
    frames: dict[str, Frame]
    checks: tuple[Check, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Suite:
        names = [check.name for check in self.checks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"check {', '.join(twice)} is described twice")
        if unknown := sorted({check.frame for check in self.checks} - set(self.frames)):
            raise ValueError(f"frame {', '.join(unknown)} is used but not described")
        if unused := sorted(set(self.frames) - {check.frame for check in self.checks}):
            raise ValueError(f"frame {', '.join(unused)} is described but not used")
        if self.concerns == "practice" and any(check.severity == "critical" for check in self.checks):
            raise ValueError("a suite on practice only warns: it can never stop the publication")
        return self


@lru_cache(maxsize=8)
def load_suites(folder: Path = SUITES_FOLDER, contracts: Contracts | None = None) -> tuple[Suite, ...]:
    """Read and check every suite of a folder.

    Args:
        folder: Folder of YAML files, one per suite.
        contracts: The delivery contracts that `for_each: entities` means; the project's own when not given.

    Returns:
        The suites in alphabetical order of their files.

    Raises:
        SuiteError: A file is not YAML, breaks a rule of the models above, or there is none.
    """
    known = contracts or load_contracts()
    suites = tuple(_read(path, known) for path in sorted(folder.glob("*.yml")))
    if not suites:
        msg = f"{folder}: her er ingen suiter (*.yml). Angiv mappen med kontrollernes YAML-filer."
        raise SuiteError(msg)
    names = [suite.name for suite in suites]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        msg = f"{folder}: suiten {twice[0]} er beskrevet to gange. Giv den ene et andet navn."
        raise SuiteError(msg)
    return suites


def _read(path: Path, contracts: Contracts) -> Suite:
    """Read one suite and write its copies out."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or not isinstance(content.get("checks"), list):
            raise ValueError("a suite is a mapping with a list of checks")  # noqa: TRY301, TRY004
        checks = [copy for check in content["checks"] for copy in _copies(check, contracts)]
        return Suite.model_validate({**content, "checks": checks})
    except (yaml.YAMLError, ValidationError, ValueError, UnicodeDecodeError) as error:
        msg = f"{path.name}: suiten kan ikke bruges. Ret filen efter expectations/README.md, og kør igen.\n{error}"
        raise SuiteError(msg) from error


def _copies(check: Mapping[str, Any], contracts: Contracts) -> Iterator[dict[str, Any]]:
    """Write a check out: itself, or one copy per name of `for_each`."""
    shared = {key: value for key, value in check.items() if key not in {"for_each", "by_cadence"}}
    each = check.get("for_each")
    if each is None:
        yield shared
    elif each == ENTITIES:
        cadences = {entity.name: source.cadence_days for source in contracts.sources for entity in source.entities}
        by_cadence = check.get("by_cadence")
        for entity, days in cadences.items():
            if by_cadence is not None and days not in by_cadence:
                raise ValueError(f"{check.get('name')}: by_cadence has nothing for {days} days ({entity})")
            yield _copy(shared, entity, (by_cadence or {}).get(days, {}))
    elif isinstance(each, dict):
        for name, differs in each.items():
            yield _copy(shared, str(name), differs or {})
    else:
        raise ValueError(f"{check.get('name')}: for_each is the word {ENTITIES} or a mapping")


def _copy(shared: Mapping[str, Any], name: str, differs: Mapping[str, Any]) -> dict[str, Any]:
    """Write one copy: what differs replaces what is shared, and `{each}` becomes the copy's name."""
    merged = {**shared, **{key: value for key, value in differs.items() if key != "arguments"}}
    merged["arguments"] = {**shared.get("arguments", {}), **differs.get("arguments", {})}
    filled = _fill(merged, name)
    assert isinstance(filled, dict)  # noqa: S101
    return filled


def _fill(value: object, name: str) -> object:
    """Put a name in place of `{each}`, however deep."""
    if isinstance(value, str):
        return value.replace("{each}", name)
    if isinstance(value, dict):
        return {key: _fill(inner, name) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fill(inner, name) for inner in value]
    return value
