"""The sensor that starts a run when the folder of deliveries has something new that is whole."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from dagster import (
    DagsterInstance,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    sensor,
)
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from orchestration.configuration import Configuration
from orchestration.danish import count
from orchestration.jobs import JOB, erhvervshus
from orchestration.service.schedules import is_on
from orchestration.settings import RunSettings
from orchestration.tags import delivery_tags, folder_tag, run_tags
from orchestration.taken import read_taken
from sources.arrivals import Observation, Sighting, Trace, fingerprint, observe, trace
from sources.contract import load_contracts
from sources.deliveries import Found, discover

_log = logging.getLogger(__name__)

NEW_DELIVERIES: Final = "new_deliveries"
INTERVAL_SECONDS: Final = 30
_SHORT: Final = 8
_NAMED: Final = 3


def build_new_deliveries(
    configuration: Configuration, *, serving: bool = False, clock: Callable[[], float] = time.time
) -> SensorDefinition:
    """Make the sensor.

    It looks at names, sizes and times, never into a file. What waits is remembered in its cursor, so that it goes on
    where it was after a restart; what was taken in is what the newest landing wrote down (`orchestration.taken`).

    Args:
        configuration: The settings: the folder, and when a file is whole.
        serving: Whether it is turned on from the start; without a folder of deliveries it is not.
        clock: Tells the time in seconds of Unix time.

    Returns:
        The sensor.
    """
    settings = RunSettings.of(configuration, unattended=True)

    @sensor(
        name=NEW_DELIVERIES,
        job=erhvervshus,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=DefaultSensorStatus.RUNNING
        if is_on(configuration, serving=serving)
        else DefaultSensorStatus.STOPPED,
        description="Starts a run when the folder of deliveries has new or changed files and they are whole.",
    )
    def new_deliveries(context: SensorEvaluationContext) -> SensorResult:
        """Look at the folder.

        Args:
            context: Dagster's; holds what waited the last time.

        Returns:
            A request for one run, or why none is needed, in Danish.
        """
        if configuration.deliveries is None:
            return SensorResult(skip_reason="Ingen mappe med leverancer er angivet (indstillingen deliveries).")
        folder = configuration.deliveries.absolute()
        problem = _problem(folder)
        if problem is not None:
            return SensorResult(skip_reason=problem, cursor=context.cursor)
        found = discover(folder, load_contracts())
        taken = read_taken(settings.output_folder)
        seen = observe(found.files, taken.files, _read_cursor(context.cursor), settings.wait, clock())
        cursor = _write_cursor(seen.waiting)
        reason = _reason_to_wait(seen, context.instance)
        if reason is not None:
            return SensorResult(skip_reason=reason, cursor=cursor)
        whole = _whole(found, seen)
        tags = {
            **run_tags("sensor", configuration.year),
            **folder_tag(folder),
            **delivery_tags(
                [
                    (f.entity, f.extracted_on)
                    for f in found.files
                    if f.entity and f.extracted_on and f.delivery in whole
                ],
                whole,
            ),
        }
        # After another landing the same files can be news again: one was deleted, landed without, and put back.
        run_key = f"{fingerprint(whole)}-after-{(taken.run_id or 'nothing')[:_SHORT]}"
        request = RunRequest(run_key=run_key, run_config=settings.run_config(), tags=tags)
        return SensorResult(run_requests=[request], cursor=cursor)

    return new_deliveries


def _problem(folder: Path) -> str | None:
    """Say why the folder cannot be looked at."""
    remedy = "Ret indstillingen deliveries, eller gør mappen tilgængelig."
    if not folder.exists():
        return f"{folder}: mappen med leverancer findes ikke. {remedy}"
    if not folder.is_dir():
        return f"{folder} er ikke en mappe. {remedy}"
    if not os.access(folder, os.R_OK | os.X_OK):
        return f"{folder}: programmet har ikke læseadgang til mappen med leverancer. {remedy}"
    return None


def _reason_to_wait(seen: Observation, instance: DagsterInstance) -> str | None:
    """Say why no run is started now."""
    if not seen.waiting:
        return "Ingen nye leverancer."
    if not seen.whole:
        first, why = next(iter(seen.unfinished.items()))
        return f"{_files(len(seen.unfinished))} er ikke {_whole_da(len(seen.unfinished))} endnu: {first} ({why})."
    if not seen.settled:
        named = ", ".join(list(seen.unfinished)[:_NAMED]) or "der kan komme flere"
        ready = f"{_files(len(seen.whole))} er {_whole_da(len(seen.whole))}"
        return f"{ready}; venter på dem, der er på vej: {named}."
    if instance.get_runs_count(RunsFilter(job_name=JOB, statuses=list(NOT_FINISHED_STATUSES))):
        ready = f"{_files(len(seen.whole))} er {_whole_da(len(seen.whole))}"
        return f"{ready}; venter på en kørsel, der er i gang eller i kø."
    return None


def _files(number: int) -> str:
    """Write how many files."""
    return count(number, "ny fil", "nye filer")


def _whole_da(number: int) -> str:
    """Write that one file is whole, or that several are."""
    return "hel" if number == 1 else "hele"


def _whole(found: Found, seen: Observation) -> dict[str, Trace]:
    """List every file that the run will take in, the known ones too."""
    traces = {file.delivery: trace(file.path) for file in found.files if file.delivery not in seen.unfinished}
    return {name: each for name, each in traces.items() if each is not None}


def _write_cursor(waiting: Mapping[str, Sighting]) -> str:
    """Write what waits as the sensor's cursor."""
    return json.dumps(
        {
            name: [each.trace.size_bytes, each.trace.modified_ns, each.marked, each.since]
            for name, each in sorted(waiting.items())
        },
        separators=(",", ":"),
    )


def _read_cursor(cursor: str | None) -> dict[str, Sighting]:
    """Read the cursor; one that cannot be read starts the waiting again."""
    try:
        content = json.loads(cursor or "{}")
        return {
            str(name): Sighting(Trace(int(size), int(time)), bool(marked), float(since))
            for name, (size, time, marked, since) in content.items()
        }
    except (ValueError, TypeError, AttributeError):
        _log.warning("The cursor of %s cannot be read: the waiting begins again", NEW_DELIVERIES)
        return {}
