"""What a run came to, read from what it published: deliveries, rows, rejects and the national goals."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from expectations.data_docs import FOLDER, INDEX
from expectations.gate import Tally
from exports.publish import MANIFEST, Manifest, PublishedDelivery
from orchestration.live import Live
from sources.sql_text import literal

if TYPE_CHECKING:
    from exports.statement.edition import Edition

SHOWN_REJECTS = 5


@dataclass(frozen=True)
class Reject:
    """Rows or values rejected alike: delivery, first line and column (None where the whole line is meant), and why.

    `count` is how many there are of the same column and reason in the delivery.
    """

    delivery: str
    line: int | None
    column: str | None
    reason: str
    count: int = 1


@dataclass(frozen=True)
class Goal:
    """One row of the national goals; `value` and the interval are in `unit`, and None where there is no data."""

    number: str | None
    label: str
    unit: str
    segment: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    target: float | None
    comparison: str | None
    status: str
    certainty: str | None


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        output: The output folder.
        manifest: What was published.
        reused: How many deliveries were landed by an earlier run and not read again.
        notes: What landing says of the deliveries, in Danish: set aside, rejected, unknown or missing.
        seconds: Run time of each stage, in the order they ran; keys of `progress.STAGES`.
        rejects: The first rejects of accepted deliveries.
        goals: The national goals of the report year.
        checks: How many checks of the expectations ran, and what they came to.
        edition: The edition of the report year that stands, or None when there is none.
        live: What PostgreSQL holds after the run, or None when nothing was loaded.
        failures: Why steps after the publication failed, in Danish, by step; the publication stands all the same.
        night_log: The page of the run, or None when it could not be written.
    """

    output: Path
    manifest: Manifest
    reused: int
    notes: tuple[str, ...]
    seconds: dict[str, float]
    rejects: tuple[Reject, ...]
    goals: tuple[Goal, ...]
    checks: Tally = field(default_factory=Tally)
    edition: Edition | None = None
    live: Live | None = None
    failures: Mapping[str, str] = field(default_factory=dict)
    night_log: Path | None = None

    @property
    def data_docs(self) -> Path:
        """The page with every check of the run."""
        return self.output / FOLDER / INDEX

    @property
    def set_aside(self) -> tuple[PublishedDelivery, ...]:
        """The deliveries that could not be read."""
        return tuple(delivery for delivery in self.manifest.deliveries if delivery.status != "accepted")

    @property
    def accepted(self) -> tuple[PublishedDelivery, ...]:
        """The deliveries whose rows are in the warehouse."""
        return tuple(delivery for delivery in self.manifest.deliveries if delivery.status == "accepted")

    @property
    def rejected_rows(self) -> int:
        """How many rows were rejected."""
        return sum(delivery.rejected_rows for delivery in self.accepted)

    @property
    def rejected_values(self) -> int:
        """How many values were emptied in rows that were kept."""
        return sum(delivery.rejected_values for delivery in self.accepted)

    @property
    def is_clean(self) -> bool:
        """Whether everything delivered could be used."""
        return not (self.set_aside or self.rejected_rows or self.rejected_values)


def read_outcome(
    output: Path, build: Path, seconds: dict[str, float], reused: int, notes: tuple[str, ...], checks: Tally
) -> Outcome:
    """Read what a run came to from its publication.

    Args:
        output: The output folder.
        build: The private build file, which holds the measures' Danish labels.
        seconds: Run time of each stage.
        reused: How many deliveries were not read again.
        notes: What landing says of the deliveries.
        checks: What the checks of the expectations came to.

    Returns:
        The outcome.
    """
    manifest = Manifest.model_validate_json((output / MANIFEST).read_bytes())
    with closing(duckdb.connect()) as con:
        con.execute(f"attach {literal(output / manifest.warehouse)} as published (read_only)")
        con.execute(f"attach {literal(build)} as build (read_only)")
        return Outcome(
            output=output,
            manifest=manifest,
            reused=reused,
            notes=notes,
            seconds=seconds,
            rejects=_rejects(con, manifest),
            goals=_goals(con, manifest.report_year),
            checks=checks,
        )


def _rejects(con: duckdb.DuckDBPyConnection, manifest: Manifest) -> tuple[Reject, ...]:
    """Read the first kinds of rejects; those of deliveries set aside are told with the delivery."""
    aside = [delivery.delivery for delivery in manifest.deliveries if delivery.status != "accepted"]
    rows = con.execute(
        """
        select delivery, min(line), "column", reason, count(*) from published.main.rejected_rows
        where line is not null or not list_contains(?::varchar[], delivery)
        group by delivery, "column", reason
        order by delivery, min(line), "column", reason limit ?
        """,
        [aside, SHOWN_REJECTS],
    ).fetchall()
    return tuple(Reject(*row) for row in rows)


def _goals(con: duckdb.DuckDBPyConnection, year: int) -> tuple[Goal, ...]:
    """Read the national goals of a year, in the order of their numbers."""
    rows = con.execute(
        """
        select
            goal.goal_number, coalesce(measure.label_da, goal.measure), coalesce(measure.unit, ''), goal.segment,
            goal.value, goal.ci_low, goal.ci_high, goal.target, goal.comparison, goal.status, goal.certainty
        from published.main.goal_attainment as goal
        left join build.seeds.measures as measure using (measure)
        where goal.house = 'danmark' and goal.year = ?
        order by goal.agreement, try_cast(goal.goal_number as integer), goal.measure, goal.segment
        """,
        [year],
    ).fetchall()
    return tuple(Goal(*row) for row in rows)
