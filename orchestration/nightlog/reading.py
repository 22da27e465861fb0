"""A night's record read from what Dagster remembers of a run: its events, its metadata and its tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import duckdb
from dagster import DagsterEvent, DagsterEventType, DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.events import JobFailureData
from dagster._core.events.log import EventLogEntry
from dagster_shared.error import SerializableErrorInfo

from orchestration.assets.expectations import EXPECTATIONS
from orchestration.checks import FORM_IS_SOUND, ROWS_CONSERVED
from orchestration.errors import expected_errors
from orchestration.nightlog.facts import LANDING, PASSED_OVER, TABLES
from orchestration.nightlog.record import (
    CheckNote,
    Failure,
    Landing,
    Night,
    Retry,
    Stage,
    TableRows,
    Verdict,
)
from orchestration.tags import FOLDER, YEAR, origin_of
from sources.storage import trouble

_PARENT: Final = "dagster/parent_run_id"
_WILL_RETRY: Final = "dagster/will_retry"
_KILLED: Final = (
    "Kørslens proces blev dræbt eller forsvandt (strømsvigt, for lidt hukommelse, genstart). Det, der var "
    "offentliggjort, gælder stadig. Næste kørsel begynder forfra og fortsætter, som om intet var sket."
)
_LOST_ROWS: Final = "Rækkerne går ikke op: leveret er ikke godtaget plus afvist. Intet er offentliggjort. Meld fejlen."
_LONGEST: Final = 4000


@dataclass(frozen=True)
class _Evaluation:
    """What a check came to, as Dagster holds it."""

    name: str
    passed: bool
    metadata: Mapping[str, Any]
    is_critical: bool


def read_night(
    instance: DagsterInstance,
    run_id: str,
    stage_of_step: Mapping[str, str],
    *,
    link: str | None = None,
    failure: str | None = None,
) -> Night:
    """Read what a run came to.

    Args:
        instance: Dagster's memory of it.
        run_id: The run; it has ended, well or badly.
        stage_of_step: The stage of each step of the job.
        link: Where Dagster shows the run.
        failure: Why the run failed, in Danish, when that is known better than from its events.

    Returns:
        The record.

    Raises:
        LookupError: Dagster knows of no such run.
    """
    run = instance.get_run_by_id(run_id)
    if run is None:
        msg = f"Dagster knows of no run {run_id}"
        raise LookupError(msg)
    entries = [entry for entry in instance.all_logs(run_id) if entry.is_dagster_event]
    events = [entry.get_dagster_event() for entry in entries]
    checks = list(_evaluations(events))
    tables = _tables(events)
    verdict = _verdict(run, events, is_published=bool(tables))
    began, seconds = _times(instance, run_id, entries)
    landing = _metadata(events, LANDING)
    year = run.tags.get(YEAR)
    return Night(
        run_id=run_id,
        parent_run_id=run.tags.get(_PARENT),
        will_retry=run.tags.get(_WILL_RETRY) == "true",
        origin=origin_of(run.tags),
        started_at=datetime.fromtimestamp(began, UTC),
        seconds=seconds,
        verdict=verdict,
        report_year=int(year) if year is not None else None,
        folder=run.tags.get(FOLDER),
        landing=Landing.model_validate(landing) if landing is not None else None,
        stages=_stages(entries, stage_of_step),
        retries=tuple(_retries(events, stage_of_step)),
        # The suites' and the effect's; of the many data tests of dbt only a failure is told, and counted.
        checks=sum("label" in each.metadata or (not each.passed and each.name != FORM_IS_SOUND) for each in checks),
        notes=tuple(_note(each) for each in checks if not each.passed and each.name != FORM_IS_SOUND),
        tables=tables,
        failure=None if verdict == "published" else _failure(run, events, checks, stage_of_step, failure),
        link=link,
    )


def _verdict(run: DagsterRun, events: Sequence[DagsterEvent], *, is_published: bool) -> Verdict:
    """Say what a run came to; one whose last steps failed has published all the same."""
    failed = any(event.is_step_failure for event in events)
    if run.status == DagsterRunStatus.SUCCESS or (is_published and not failed and not run.is_finished):
        return "published"
    if is_published:
        return "published_in_part"
    return "stopped" if run.status == DagsterRunStatus.CANCELED else "failed"


def _times(instance: DagsterInstance, run_id: str, entries: Sequence[EventLogEntry]) -> tuple[float, float]:
    """Say when a run began and how long it took; what never started began when it was launched."""
    stats = instance.get_run_stats(run_id)
    times = [entry.timestamp for entry in entries]
    began = stats.start_time or stats.launch_time or min(times, default=0.0)
    return began, max((stats.end_time or max(times, default=began)) - began, 0.0)


def _metadata(events: Sequence[DagsterEvent], key: str) -> Any:  # noqa: ANN401 - JSON that the record's models read
    """Read what a step told of itself; of two attempts the later."""
    for event in reversed(events):
        if event.event_type == DagsterEventType.ASSET_MATERIALIZATION:
            value = event.materialization.metadata.get(key)
            if value is not None:
                return value.value
    return None


def _tables(events: Sequence[DagsterEvent]) -> tuple[TableRows, ...]:
    """Read what was published."""
    return tuple(TableRows.model_validate(each) for each in _metadata(events, TABLES) or ())


def _stages(entries: Sequence[EventLogEntry], stage_of_step: Mapping[str, str]) -> tuple[Stage, ...]:
    """Sum the times of the steps of each stage, waits for another attempt included, in the order they began.

    A step that the settings did not ask for is none.
    """
    began: dict[str, float] = {}
    ended: dict[str, float] = {}
    passed_over: set[str] = set()
    for entry in entries:
        event = entry.get_dagster_event()
        if event.step_key is None:
            continue
        if event.event_type == DagsterEventType.STEP_START:
            began.setdefault(event.step_key, entry.timestamp)
        elif event.event_type in {DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_FAILURE}:
            ended[event.step_key] = entry.timestamp
        elif (
            event.event_type == DagsterEventType.ASSET_MATERIALIZATION and PASSED_OVER in event.materialization.metadata
        ):
            passed_over.add(event.step_key)
    # A step that was killed lasted until the run's last word.
    last = entries[-1].timestamp if entries else 0.0
    seconds: dict[str, float] = {}
    for step, start in began.items():
        if step in passed_over:
            continue
        stage = stage_of_step.get(step, step)
        seconds[stage] = seconds.get(stage, 0.0) + max(ended.get(step, last) - start, 0.0)
    return tuple(Stage(name=name, seconds=round(took, 3)) for name, took in seconds.items())


def _retries(events: Sequence[DagsterEvent], stage_of_step: Mapping[str, str]) -> Iterator[Retry]:
    """Read which stages were tried again, and why."""
    attempts: dict[str, int] = {}
    for event in events:
        if event.event_type == DagsterEventType.STEP_UP_FOR_RETRY and event.step_key is not None:
            attempts[event.step_key] = attempts.get(event.step_key, 0) + 1
            data = event.step_retry_data
            yield Retry(
                stage=stage_of_step.get(event.step_key, event.step_key),
                reason=_said(data.error)[0],
                attempt=attempts[event.step_key],
                waited=float(data.seconds_to_wait or 0),
            )


def _evaluations(events: Sequence[DagsterEvent]) -> Iterator[_Evaluation]:
    """Read what the checks came to; of two attempts the later."""
    found: dict[tuple[object, str], _Evaluation] = {}
    for event in events:
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
            data = event.asset_check_evaluation_data
            metadata = {key: value.value for key, value in data.metadata.items()}
            is_critical = data.severity.value == "ERROR"
            found[data.asset_key, data.check_name] = _Evaluation(
                data.check_name, data.passed, metadata, is_critical=is_critical
            )
    yield from found.values()


def _note(check: _Evaluation) -> CheckNote:
    """Describe a check that is not as expected; a data test of dbt is named by a sentence."""
    return CheckNote(
        name=check.name,
        label=str(check.metadata.get("label") or check.name.replace("_", " ")),
        message=str(check.metadata.get("message") or ""),
        remedy=str(check.metadata.get("remedy") or ""),
        is_critical=check.is_critical,
    )


def _failure(
    run: DagsterRun,
    events: Sequence[DagsterEvent],
    checks: Sequence[_Evaluation],
    stage_of_step: Mapping[str, str],
    known: str | None,
) -> Failure | None:
    """Say what went wrong: by a check of our own, by the first step that failed, or by the run as a whole."""
    failed = [event for event in events if event.is_step_failure and event.step_key is not None]
    stage = stage_of_step.get(str(failed[0].step_key), failed[0].step_key) if failed else None
    if known is not None:
        return Failure(stage=stage, message=known[:_LONGEST], is_foreseen=True)
    stopping = {check.name: check for check in checks if not check.passed}
    if ROWS_CONSERVED in stopping:
        lines = "\n".join(str(line) for line in stopping[ROWS_CONSERVED].metadata.get("errors", ()))
        return Failure(stage=LANDING, message=f"{_LOST_ROWS}\n{lines}"[:_LONGEST], is_foreseen=True)
    if FORM_IS_SOUND in stopping:
        lines = "\n".join(str(line) for line in stopping[FORM_IS_SOUND].metadata.get("stopping", ()))
        said = f"Kontrollen af formen standsede offentliggørelsen; den forrige udgave gælder stadig.\n{lines}"
        return Failure(stage=EXPECTATIONS, message=said[:_LONGEST], is_foreseen=True)
    for event in failed:
        error = event.step_failure_data.error
        if error is not None:
            message, is_foreseen = _said(error)
            return Failure(stage=stage, message=message, is_foreseen=is_foreseen)
    return _run_failure(run, events)


def _run_failure(run: DagsterRun, events: Sequence[DagsterEvent]) -> Failure:
    """Say why a run ended that no step of it ended."""
    if run.status == DagsterRunStatus.CANCELED:
        said = "Kørslen blev stoppet af en person. Det, der var offentliggjort, gælder stadig."
        return Failure(stage=None, message=said, is_foreseen=True)
    for event in events:
        # A run whose process was killed has no data of its failure: nobody was there to write them.
        data = event.event_specific_data
        if event.event_type == DagsterEventType.RUN_FAILURE and isinstance(data, JobFailureData) and data.error:
            message, is_foreseen = _said(data.error)
            return Failure(stage=None, message=message, is_foreseen=is_foreseen)
    return Failure(stage=None, message=_KILLED, is_foreseen=True)


def _said(error: SerializableErrorInfo) -> tuple[str, bool]:
    """Find what a person can act on in an error that Dagster kept, and say whether it was foreseen."""
    ours = _names(expected_errors())
    chain = list(_chain(error))
    for each in chain:
        if each.cls_name in ours:
            return _without_class(each)[:_LONGEST], True
    systems = {"OSError", *_names((OSError, duckdb.Error))}
    refused = (trouble(each.message) for each in chain if each.cls_name in systems)
    said = next((text for text in refused if text is not None), None)
    if said is not None:
        return said[:_LONGEST], True
    for each in chain:
        if each.cls_name in {"OSError", *_names((OSError,))}:
            return f"Systemet siger nej: {_without_class(each)}"[:_LONGEST], True
    deepest = chain[-1]
    return f"Uventet fejl ({deepest.cls_name}): {_without_class(deepest)}"[:_LONGEST], False


def _names(classes: Sequence[type[BaseException]]) -> frozenset[str]:
    """List the names of some classes and of everything derived from them."""
    found: set[str] = set()
    todo = list(classes)
    while todo:
        each = todo.pop()
        if each.__name__ not in found:
            found.add(each.__name__)
            todo.extend(each.__subclasses__())
    return frozenset(found)


def _chain(error: SerializableErrorInfo) -> Iterator[SerializableErrorInfo]:
    """List an error and its causes, the outermost first."""
    current: SerializableErrorInfo | None = error
    while current is not None:
        yield current
        current = current.cause or current.context


def _without_class(error: SerializableErrorInfo) -> str:
    """Take the class off the front of what an error says."""
    first, colon, rest = error.message.partition(": ")
    says_class = colon and first.rpartition(".")[2] == error.cls_name
    return (rest if says_class else error.message).strip()
