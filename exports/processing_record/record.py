"""The content of the record of processing: what is processed, of whom, why, who sees it, and when it is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from expectations.periods import Period, Periods
from expectations.wording import number
from sources.contract import Contracts, Entity, PersonalData
from sources.retention import Retention, Rule

FACTS_FILE = Path(__file__).parent / "facts.yml"

CLASS_NAMES: dict[PersonalData, str] = {
    "person": "Oplysninger, der kan identificere en person",
    "pseudonym": "Id'er, der kun sammen med et andet system fører til en person",
    "company": "Oplysninger om virksomheden, som er en persons, når virksomheden er personligt ejet",
    "none": "Øvrige oplysninger",
}


class ProcessingRecordError(Exception):
    """The facts of the record cannot be used; the message is Danish and names the file and what is wrong with it."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EntityFacts(_Frozen):
    """What no contract knows of an entity: what people call it, what it is used for, and whom it is about."""

    title: str = Field(min_length=1)
    purpose: str = Field(min_length=1)
    subjects: str = Field(min_length=1)


class Facts(_Frozen):
    """What no contract knows, in Danish."""

    confirmed_on: date | None
    controller: str
    joint_controllers: str
    data_protection_officer: str
    legal_basis: str
    purpose: str
    special_categories: str
    third_countries: str
    recipients: tuple[str, ...]
    security: tuple[str, ...]
    entities: dict[str, EntityFacts]


@dataclass(frozen=True)
class Processing:
    """One entity of the record.

    Attributes:
        entity: The delivered entity.
        title: What people call it.
        source: The system that delivers it.
        owner: Who answers for that system.
        purpose: What it is used for.
        subjects: Whom it is about.
        columns: Its columns by class, the most personal first; classes without columns are left out.
        kept: How long it is kept.
    """

    entity: str
    title: str
    source: str
    owner: str
    purpose: str
    subjects: str
    columns: tuple[tuple[PersonalData, tuple[str, ...]], ...]
    kept: str


def load_facts(contracts: Contracts, path: Path = FACTS_FILE) -> Facts:
    """Read the facts and compare them with the contracts.

    Args:
        contracts: The contracts.
        path: The YAML.

    Returns:
        The facts.

    Raises:
        ProcessingRecordError: The file cannot be read, or names other entities than the contracts.
    """
    try:
        facts = Facts.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        msg = f"{path}: oplysningerne til fortegnelsen kan ikke bruges. Ret filen, og kør igen.\n{error}"
        raise ProcessingRecordError(msg) from error
    wrong = {entity.name for entity in contracts.entities} ^ set(facts.entities)
    if wrong:
        msg = f"{path}: leverancerne og fortegnelsen nævner ikke det samme: {', '.join(sorted(wrong))}. Ret filen."
        raise ProcessingRecordError(msg)
    return facts


def processings(contracts: Contracts, retention: Retention, facts: Facts) -> tuple[Processing, ...]:
    """List what is processed, one entry per delivered entity.

    Args:
        contracts: The contracts.
        retention: How long rows are kept.
        facts: What no contract knows.

    Returns:
        The entries, in the order of the contracts.
    """
    return tuple(
        Processing(
            entity=entity.name,
            title=facts.entities[entity.name].title,
            source=source.name,
            owner=source.owner,
            purpose=facts.entities[entity.name].purpose,
            subjects=facts.entities[entity.name].subjects,
            columns=_by_class(entity),
            kept=_kept(retention.entities[entity.name]),
        )
        for source in contracts.sources
        for entity in source.entities
    )


def _by_class(entity: Entity) -> tuple[tuple[PersonalData, tuple[str, ...]], ...]:
    """Sort the columns of an entity by class."""
    sorted_columns = (
        (name, tuple(column.name for column in entity.columns if column.personal_data == name)) for name in CLASS_NAMES
    )
    return tuple((name, columns) for name, columns in sorted_columns if columns)


def _kept(rule: Rule) -> str:
    """Say in Danish how long rows are kept."""
    years, months = divmod(rule.months, 12)
    period = f"{years} år" if not months else f"{rule.months} måneder"
    parts = []
    if rule.follows is not None:
        parts.append(f"Slettes sammen med rækken i `{rule.follows}`")
    if rule.counted_on:
        named = [f"`{name}`" for name in rule.counted_on]
        dates = " og ".join((", ".join(named[:-1]), named[-1])).removeprefix(" og ")
        latest = "den seneste af " if len(rule.counted_on) > 1 else ""
        parts.append(f"{'ellers ' if parts else ''}{period} efter {latest}{dates}")
    undated = "rækker uden dato beholdes" if rule.undated == "keep" else f"rækker uden dato {period} efter leverancen"
    text = "; ".join([*parts, undated])
    return f"{text[:1].upper()}{text[1:]}."


def kept_of_what_is_made(periods: Periods) -> tuple[str, ...]:
    """Say in Danish how long the program keeps what it makes itself of the deliveries.

    Args:
        periods: The periods of findings, results and messages.

    Returns:
        One sentence per kind.
    """
    return (
        "Datavarehuset, Parquet-filer, kontrolsider og udkast laves på ny ved hver kørsel og indeholder kun det, der "
        "er i leverancerne.",
        f"Fund: {_days(periods.closed_findings_kept)}, efter at de er lukket. Åbne fund beholdes.",
        f"Resultater af kontroller: {_days(periods.results_kept)}.",
        f"Beskeder om fund: {_days(periods.messages_kept)}.",
        f"Kørslernes sider i natlog: {_days(periods.night_logs_kept)}. Dagsters log: {_days(periods.runs_kept)}.",
        "Frosne opgørelser og kvitteringer for sletning beholdes. De nævner ingen person; "
        "kvitteringer har et pseudonym.",
    )


def _days(period: Period) -> str:
    """Write a period."""
    return f"{number(period.days)} dage"
