"""Outcomes of runs as tests of the command line and the summary need them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from exports.publish import Manifest, PublishedDelivery, PublishedFile, PublishedTable
from orchestration.outcome import Goal, Outcome, Reject


def delivery(name: str, *, status: str = "accepted", rejected: int = 0, values: int = 0) -> PublishedDelivery:
    """Make a delivery of 1,500 rows."""
    return PublishedDelivery(
        source="crm",
        entity="crm_forloeb",
        delivery=name,
        extracted_on="2026-10-31",
        fingerprint="abc",
        status=status,
        delivered_rows=1500,
        accepted_rows=1500 - rejected,
        rejected_rows=rejected,
        rejected_values=values,
        error=None if status == "accepted" else "Filen er tom. Bestil den igen.",
    )


def make_outcome(
    deliveries: tuple[PublishedDelivery, ...],
    *,
    goals: tuple[Goal, ...] = (),
    rejects: tuple[Reject, ...] = (),
    notes: tuple[str, ...] = (),
) -> Outcome:
    """Make the outcome of a run with these deliveries."""
    manifest = Manifest(
        run_id="run",
        published_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
        code_version="0.1.0",
        report_year=2025,
        today="2026-10-31",
        warehouse="warehouse-x.duckdb",
        files=(
            PublishedFile(name="warehouse-x.duckdb", sha256="a", bytes=1, rows=2),
            PublishedFile(name="goal_attainment.parquet", sha256="b", bytes=1, rows=2),
        ),
        tables=(PublishedTable(table="goal_attainment", rows=2),),
        deliveries=deliveries,
    )
    return Outcome(
        output=Path("output"),
        manifest=manifest,
        reused=1,
        notes=notes,
        seconds={"prepare": 2.25, "warehouse": 63.0},
        rejects=rejects,
        goals=goals,
    )


GOALS = (
    Goal("1", "Vejledte virksomheder", "companies", "all", 1234.0, None, None, 1200.0, "at_least", "on_path", None),
    Goal("3", "NPS", "score", "drift", 68.25, 64.1, 72.0, 70.0, "at_least", "not_met", "uncertain"),
    Goal("5", "Mervækst", "percentage points", "vaekst", 0.4, 0.1, 0.7, 0.0, "more_than", "met", "certain"),
    Goal(None, "Kendskab", "per cent", "all", None, None, None, None, None, "no_data", None),
    Goal("9", "Andet", "per cent", "alle slags", 52.0, 50.0, 54.0, 50.5, "at_least", "new_status", "certain"),
)


@pytest.fixture
def clean_outcome() -> Outcome:
    """A run whose every row could be used."""
    return make_outcome((delivery("crm/a.csv"), delivery("crm/b.csv")), goals=GOALS)


@pytest.fixture
def dirty_outcome() -> Outcome:
    """A run with a delivery set aside, a rejected row and two emptied values."""
    return make_outcome(
        (delivery("crm/a.csv", rejected=1, values=2), delivery("crm/b.csv", status="set_aside")),
        rejects=(
            Reject("crm/a.csv", 7, "startdato", "31-02-2025 er ikke en dato."),
            Reject("crm/a.csv", None, None, "Rækken kan ikke læses."),
        ),
        notes=tuple(f"crm/b.csv er sat til side ({number})." for number in range(14)),
    )
