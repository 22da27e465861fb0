"""The tags of a run: who started it, which deliveries it is about, and which report year.

Dagster cuts nothing off, but its page shows tags as short labels: every value here has at most 63 characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final, Literal

from sources.arrivals import Trace, fingerprint

PREFIX: Final = "erhvervshus/"
ORIGIN: Final = f"{PREFIX}started-by"
DELIVERIES: Final = f"{PREFIX}deliveries"
FOLDER: Final = f"{PREFIX}folder"
YEAR: Final = f"{PREFIX}year"
BUILD: Final = f"{PREFIX}build"
"""On every job that builds: the queue runs one of them at a time."""
MAX_VALUE: Final = 63

Origin = Literal["schedule", "sensor", "hand", "page"]

RETRY_ALL_STEPS: Final = {"dagster/retry_strategy": "ALL_STEPS"}
"""A run that was killed starts from its first step: what a step left half done is not known."""


def delivery_tags(deliveries: Iterable[tuple[str, date]], looked_at: Mapping[str, Trace]) -> dict[str, str]:
    """Name the deliveries of a run.

    Args:
        deliveries: Entity and day of each delivery that can be told apart.
        looked_at: Every file by delivery, as it looked from outside.

    Returns:
        How many files there are with their fingerprint, and for each entity how many deliveries, the newest from when.
    """
    days: dict[str, list[date]] = {}
    for entity, day in deliveries:
        days.setdefault(entity, []).append(day)
    tags = {DELIVERIES: f"{len(looked_at)} files {fingerprint(looked_at)}"}
    for entity in sorted(days):
        tags[f"{PREFIX}{entity}"] = f"{len(days[entity])} until {max(days[entity]).isoformat()}"
    return tags


def folder_tag(folder: Path) -> dict[str, str]:
    """Name the folder of deliveries; of a long path the end, which tells it apart.

    Args:
        folder: The folder.

    Returns:
        One tag.
    """
    text = str(folder)
    return {FOLDER: text if len(text) <= MAX_VALUE else f"…{text[-MAX_VALUE + 1 :]}"}


def run_tags(origin: Origin, year: int | None) -> dict[str, str]:
    """Say who starts a run, and for which report year.

    Args:
        origin: Who.
        year: The report year, when it was chosen; landing adds the one that follows from the data.

    Returns:
        The tags.
    """
    return {ORIGIN: origin, **({YEAR: str(year)} if year is not None else {})}


def origin_of(tags: Mapping[str, str]) -> Origin:
    """Read who started a run; one without a tag was launched on Dagster's page.

    Args:
        tags: The tags of the run.

    Returns:
        Who.
    """
    known: dict[str, Origin] = {"schedule": "schedule", "sensor": "sensor", "hand": "hand"}
    return known.get(tags.get(ORIGIN, ""), "page")
