"""What is known of one run: the record that a page is made from, and that later nights are compared with."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["published", "published_in_part", "failed", "stopped"]


class Record(BaseModel):
    """A part of a night's record: immutable. A field that a later version added or took away is no error."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Arrived(Record):
    """A delivery that was new or changed, and its rows and values refused."""

    delivery: str
    delivered: int
    accepted: int
    rejected: int
    rejected_values: int


class Aside(Record):
    """A delivery that could not be used.

    Attributes:
        delivery: The file, relative to the folder.
        error: What is wrong, where, what was expected and what to do, in Danish.
        stands: Whether an earlier content of the file still counts.
        is_new: Whether it was set aside in this run and not before.
    """

    delivery: str
    error: str
    stands: bool
    is_new: bool


class Left(Record):
    """A delivery that was not whole yet, and why, in Danish; and whether what was landed under its name stands."""

    delivery: str
    reason: str
    stands: bool = False


class Refused(Record):
    """Values or rows of a new delivery that were refused alike: the first line, the column, why, and how many."""

    delivery: str
    line: int | None
    column: str | None
    reason: str
    count: int


class Landing(Record):
    """What came in.

    Attributes:
        deliveries: How many deliveries the warehouse holds.
        arrived: The new and changed ones.
        aside: What could not be used, this night's first.
        left: What was not whole yet.
        refused: The first kinds of values and rows refused of the new deliveries.
        refused_kinds: How many kinds there are in all.
        removed: How many deliveries were replaced, or are gone from the folder.
    """

    deliveries: int
    arrived: tuple[Arrived, ...] = ()
    aside: tuple[Aside, ...] = ()
    left: tuple[Left, ...] = ()
    refused: tuple[Refused, ...] = ()
    refused_kinds: int = 0
    removed: int = 0


class Stage(Record):
    """A stage and its run time in seconds, from its first attempt on."""

    name: str
    seconds: float


class Retry(Record):
    """A stage that was tried again: why, in Danish, how long it waited, and at which attempt it failed."""

    stage: str
    reason: str
    attempt: int
    waited: float


class CheckNote(Record):
    """A check that did not find what is expected.

    Attributes:
        name: Its technical name.
        label: What is expected, in Danish; of a data test of dbt its name.
        message: What was found, in Danish.
        remedy: What to do.
        is_critical: Whether it is more than a warning.
    """

    name: str
    label: str
    message: str
    remedy: str
    is_critical: bool


class TableRows(Record):
    """A published table: its rows before (None: it was not there) and now."""

    table: str
    before: int | None
    now: int


class Alerts(Record):
    """The messages of the night.

    Attributes:
        is_on: Whether anybody is to be told at all.
        written: Who has news.
        sent: How many messages went out.
        failures: Those that did not, and why, in Danish.
        unreachable: Who has news and no channel.
    """

    is_on: bool = True
    written: tuple[str, ...] = ()
    sent: int = 0
    failures: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()


class Failure(Record):
    """Why a run did not end well: the stage, what happened and what to do, in Danish, and whether it was foreseen."""

    stage: str | None
    message: str
    is_foreseen: bool


class Night(Record):
    """One run.

    Attributes:
        run_id: The run.
        parent_run_id: The run it is a second attempt at, or None.
        will_retry: Whether Dagster starts it once more by itself.
        origin: Who started it: `schedule`, `sensor`, `hand` or `page`.
        started_at: When, with time zone.
        seconds: How long it took in all.
        verdict: What it came to.
        report_year: The report year, when it got so far.
        folder: The folder of deliveries; None for a synthetic Denmark.
        landing: What came in, when it got so far.
        stages: The stages with their times, in the order they ran.
        retries: What was tried again.
        checks: How many checks ran.
        notes: The checks that are not as expected.
        tables: What was published; empty when nothing was.
        alerts: The messages, once they are sent.
        failure: What went wrong.
        link: Where Dagster shows the run, when it does.
    """

    run_id: str
    parent_run_id: str | None = None
    will_retry: bool = False
    origin: str
    started_at: datetime
    seconds: float
    verdict: Verdict
    report_year: int | None = None
    folder: str | None = None
    landing: Landing | None = None
    stages: tuple[Stage, ...] = ()
    retries: tuple[Retry, ...] = ()
    checks: int = 0
    notes: tuple[CheckNote, ...] = ()
    tables: tuple[TableRows, ...] = ()
    alerts: Alerts | None = None
    failure: Failure | None = None
    link: str | None = None
