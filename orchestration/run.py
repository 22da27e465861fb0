"""One run of the one job, in this process: what the command line does, and what the tests do."""

from __future__ import annotations

import io
import logging
import os
import time
import uuid
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

# Before Dagster is imported: it reads these once.
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
os.environ.setdefault("DO_NOT_TRACK", "1")

from dagster import (
    AssetKey,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    JobDefinition,
)

from expectations.data_docs import FOLDER, INDEX
from expectations.gate import form_error, tally
from expectations.result_history import results_of
from expectations.store import history_file
from exports.statement.edition import FOLDER as EDITIONS
from exports.statement.edition import read_edition
from exports.switch import PUBLICATIONS
from orchestration.assembly import build_defs
from orchestration.assets.history import FINDING_HISTORY
from orchestration.assets.postgres import POSTGRES
from orchestration.assets.role_exports import ROLE_EXPORTS
from orchestration.assets.statement import STATEMENT
from orchestration.checks import FORM_IS_SOUND, ROWS_CONSERVED
from orchestration.configuration import load_configuration
from orchestration.errors import ConservationError, RunInProgressError, StorageError, expected_error
from orchestration.jobs import JOB
from orchestration.live import Live, read_live
from orchestration.nightlog.writing import write_night
from orchestration.outcome import Outcome, read_outcome
from orchestration.paths import DBT_PROJECT, build_folder
from orchestration.progress import Progress, SilentProgress
from orchestration.settings import RunSettings
from orchestration.stages import STAGE_OF_STEP
from orchestration.tags import run_tags
from sources import storage

_log = logging.getLogger(__name__)
_dbt_log = logging.getLogger("erhvervshus.dbt")

# What comes after the publication, and may fail without taking it back.
AFTER_PUBLICATION = (FINDING_HISTORY, STATEMENT, ROLE_EXPORTS, POSTGRES)
_MILLISECONDS = 1000


class _LogLines(io.TextIOBase):
    """A stream whose lines become log records: dagster-dbt repeats dbt's output on standard output."""

    def write(self, text: str) -> int:
        """Log the lines of a text."""
        for line in text.splitlines():
            if line.strip():
                _dbt_log.info(line)
        return len(text)


def run(
    settings: RunSettings,
    progress: Progress | None = None,
    started: float | None = None,
    project: Path = DBT_PROJECT,
) -> Outcome:
    """Run the job and read what it came to.

    Args:
        settings: Which deliveries, which output, which year.
        progress: Who is told how far the run has come.
        started: `time.monotonic()` when the program began, so that the stage "prepare" counts imports too.
        project: The dbt project.

    Returns:
        What the run came to. A step after the publication that fails does not take it back, nor keep the others from
        running: the outcome says why it failed.

    Raises:
        ConservationError: Rows were lost on the way in; nothing was built.
        FormError: A critical finding on form; nothing was published.
        Exception: What stopped the run; `errors.expected_error` finds the one a person can act on.
    """
    begun = started if started is not None else time.monotonic()
    teller = progress or SilentProgress()
    run_id = str(uuid.uuid4())
    with warnings.catch_warnings(), DagsterInstance.ephemeral() as instance:
        # Dagster announces what is new in it; a run's log is not the place.
        warnings.simplefilter("ignore")
        job = build_defs(project=project, settings=settings, progress=teller).resolve_job_def(JOB)
        prepared = time.monotonic() - begun
        run_ids, failures = _execute(job, instance, run_id, settings, run_tags("hand", settings.year))
        night_log = write_night(
            instance,
            run_id,
            settings.output_folder,
            STAGE_OF_STEP,
            secrets=_secrets(),
            failure="\n".join(failures.values()) or None,
        )
        events = _events(instance, run_ids)
        seconds = {"prepare": prepared, **_stage_seconds(events)}
        if not settings.reports:
            seconds.pop(STATEMENT, None)
        if not settings.role_exports:
            seconds.pop(ROLE_EXPORTS, None)
        reused, notes = _landed(events)
        live = _live(events)
        if live is None:
            seconds.pop(POSTGRES, None)
    checks = tally(results_of(settings.history, run_id))
    outcome = read_outcome(settings.output_folder, settings.warehouse, seconds, reused, notes, checks)
    with_edition = settings.reports and STATEMENT not in failures
    edition = read_edition(settings.output_folder, outcome.manifest.report_year) if with_edition else None
    return replace(outcome, edition=edition, live=live, failures=failures, night_log=night_log)


def run_and_list_rows_left(settings: RunSettings) -> dict[str, str]:
    """Run the job, and say where rows that the deliveries no longer have may be still.

    Args:
        settings: Which deliveries, which output, which year.

    Returns:
        Why the roles' files or PostgreSQL were not made anew, by step.
    """
    failures = run(settings).failures
    return {step: why for step, why in failures.items() if step in {ROLE_EXPORTS, POSTGRES}}


def _execute(
    job: JobDefinition, instance: DagsterInstance, run_id: str, settings: RunSettings, tags: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """Run the job, and give the steps after the publication that one of them kept from running a run of their own.

    An error ends a run in one process. Returns the runs, and why steps after the publication failed, by step.
    """
    run_ids = [run_id]
    failures: dict[str, str] = {}
    selection: list[AssetKey] | None = None
    while True:
        try:
            with _failed_check_named(instance, run_id, settings), redirect_stdout(_LogLines()):
                job.execute_in_process(
                    instance=instance,
                    run_id=run_ids[-1],
                    tags=dict(tags),
                    asset_selection=selection,
                    run_config={"loggers": {"console": {"config": {"log_level": _dagster_level()}}}},
                )
        except Exception as error:
            failed = _failed_steps(instance, run_ids[-1])
            if not failed or not failed <= set(AFTER_PUBLICATION):
                _write_failed_night(instance, run_id, settings, error)
                raise
            failures |= dict.fromkeys(failed, _failure(error))
        else:
            return run_ids, failures
        events = _events(instance, run_ids)
        tried = {event.step_key for event in events if event.is_step_success or event.is_step_failure}
        selection = [AssetKey(step) for step in AFTER_PUBLICATION if step not in tried]
        if not selection:
            return run_ids, failures
        run_ids.append(str(uuid.uuid4()))


def _write_failed_night(instance: DagsterInstance, run_id: str, settings: RunSettings, error: Exception) -> None:
    """Write the page of a run that failed; one that only met another run in the folder leaves that run's page alone."""
    expected = expected_error(error) or (error if isinstance(error, OSError) else None)
    if isinstance(expected, RunInProgressError):
        return
    said = str(expected) if expected is not None else None
    write_night(instance, run_id, settings.output_folder, STAGE_OF_STEP, secrets=_secrets(), failure=said)


def _secrets() -> tuple[str, ...]:
    """List what may never be written."""
    return load_configuration().secrets()


def _events(instance: DagsterInstance, run_ids: Sequence[str]) -> list[DagsterEvent]:
    """Read what happened in runs, also in those that failed."""
    entries = (entry for run_id in run_ids for entry in instance.all_logs(run_id))
    return [entry.get_dagster_event() for entry in entries if entry.is_dagster_event]


def _failed_steps(instance: DagsterInstance, run_id: str) -> set[str]:
    """List the steps of a run that failed."""
    return {str(event.step_key) for event in _events(instance, [run_id]) if event.is_step_failure}


def _failure(error: Exception) -> str:
    """Say why a step after the publication failed; what was not foreseen is logged with its traceback."""
    expected = expected_error(error)
    if expected is None:
        _log.error("A step after the publication failed", exc_info=error)
    return str(expected) if expected is not None else f"Uventet fejl: {error}"


def _dagster_level() -> str:
    """Show Dagster's own log only to someone who asked for logs."""
    return "INFO" if logging.getLogger().isEnabledFor(logging.INFO) else "CRITICAL"


def _stage_seconds(events: Sequence[DagsterEvent]) -> dict[str, float]:
    """Sum the run times of the steps of each stage."""
    seconds: dict[str, float] = {}
    for event in events:
        if event.event_type == DagsterEventType.STEP_SUCCESS and event.step_key is not None:
            stage = STAGE_OF_STEP[event.step_key]
            took = event.step_success_data.duration_ms / _MILLISECONDS
            seconds[stage] = seconds.get(stage, 0.0) + took
    return {stage: seconds[stage] for stage in dict.fromkeys(STAGE_OF_STEP.values()) if stage in seconds}


def _landed(events: Sequence[DagsterEvent]) -> tuple[int, tuple[str, ...]]:
    """Read from landing's materializations how many deliveries were reused, and what it says of them."""
    for event in events:
        if event.event_type == DagsterEventType.ASSET_MATERIALIZATION:
            metadata = event.materialization.metadata
            if "reused" in metadata:
                notes = metadata["warnings"].value
                listed = tuple(str(note) for note in notes) if isinstance(notes, list) else ()
                return int(str(metadata["reused"].value)), listed
    return 0, ()


def _live(events: Sequence[DagsterEvent]) -> Live | None:
    """Read from the materialization of the live port what was loaded."""
    for event in events:
        if event.event_type == DagsterEventType.ASSET_MATERIALIZATION and event.step_key == POSTGRES:
            return read_live({name: each.value for name, each in event.materialization.metadata.items()})
    return None


@contextmanager
def _failed_check_named(instance: DagsterInstance, run_id: str, settings: RunSettings) -> Iterator[None]:
    """Turn a failed check of our own into an error that says what was found."""
    try:
        yield
    except Exception as error:
        failed = {
            evaluation.check_name: evaluation.metadata
            for entry in instance.all_logs(run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION)
            if not (evaluation := entry.get_dagster_event().asset_check_evaluation_data).passed
        }
        if ROWS_CONSERVED in failed:
            lines = failed[ROWS_CONSERVED]["errors"].value
            listed = "\n".join(str(line) for line in lines) if isinstance(lines, list) else str(lines)
            msg = (
                "Rækkerne går ikke op: leveret er ikke godtaget plus afvist. Intet er offentliggjort. "
                f"Meld fejlen med disse linjer:\n{listed}"
            )
            raise ConservationError(msg) from error
        if FORM_IS_SOUND in failed:
            found = form_error(results_of(settings.history, run_id), str(settings.output_folder / FOLDER / INDEX))
            if found is not None:
                raise found from error
        raise


def check_output(output: Path) -> None:
    """Make sure that the output folder can be written, before any work is done.

    Args:
        output: The output folder; made when missing.

    Raises:
        StorageError: It cannot be made, or it or a folder of ours in it cannot be written.
    """
    ours = (build_folder(output), history_file(output).parent, output / PUBLICATIONS, output / EDITIONS)
    folder = output
    try:
        output.mkdir(parents=True, exist_ok=True)
        for folder in (output, *(each for each in ours if each.exists())):
            with NamedTemporaryFile(dir=folder, prefix=".skrivbar-"):
                pass
    except OSError as error:
        # The file that was tried is of no interest: its folder is.
        refused = OSError(error.errno, error.strerror, str(folder))
        msg = f"{output}: her kan ikke skrives. {storage.cause(refused)}"
        raise StorageError(msg) from error
