"""After a run: its record is read, cleaned of secrets and kept. A page that cannot be written never fails a run."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from dagster import DagsterInstance

from orchestration.configuration import SECRET_SHOWN
from orchestration.nightlog.reading import read_night
from orchestration.nightlog.record import Night
from orchestration.nightlog.store import keep

_log = logging.getLogger(__name__)


def write_night(
    instance: DagsterInstance,
    run_id: str,
    output: Path,
    stage_of_step: Mapping[str, str],
    *,
    secrets: Iterable[str] = (),
    link: str | None = None,
    failure: str | None = None,
) -> Path | None:
    """Write the page of a run that has ended.

    Args:
        instance: Dagster's memory of the run.
        run_id: The run.
        output: The output folder.
        stage_of_step: The stage of each step of the job.
        secrets: Values that may never be written.
        link: Where Dagster shows the run.
        failure: Why it failed, in Danish, when that is known better than from its events.

    Returns:
        The page, or None when it could not be written: the log says why.
    """
    try:
        night = read_night(instance, run_id, stage_of_step, link=link, failure=failure)
        return keep(output, _without(night, secrets))
    except Exception:  # noqa: BLE001 - whatever is wrong with the page, the run came to what it came to
        _log.exception("The page of run %s could not be written into %s", run_id, output)
        return None


def _without(night: Night, secrets: Iterable[str]) -> Night:
    """Replace every secret in what a record says."""
    text = night.model_dump_json()
    for secret in secrets:
        if secret:
            text = text.replace(json.dumps(secret, ensure_ascii=False)[1:-1], SECRET_SHOWN)
    return Night.model_validate_json(text)
