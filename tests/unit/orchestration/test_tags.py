"""The tags of a run: short, and they name the deliveries."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from orchestration.tags import MAX_VALUE, delivery_tags, folder_tag, origin_of, run_tags
from sources.arrivals import Trace
from sources.contract import load_contracts


def test_deliveries_are_named_by_count_newest_and_fingerprint() -> None:
    """Without it, a run in Dagster's list could not be told from the one before."""
    looked_at = {f"crm/{number}.csv": Trace(number, number) for number in range(3)}
    tags = delivery_tags(
        [("crm_forloeb", date(2026, 10, 1)), ("crm_tema", date(2026, 9, 1)), ("crm_forloeb", date(2026, 11, 1))],
        looked_at,
    )
    assert tags["erhvervshus/crm_forloeb"] == "2 until 2026-11-01"
    assert tags["erhvervshus/crm_tema"] == "1 until 2026-09-01"
    assert tags["erhvervshus/deliveries"].startswith("3 files ")
    assert tags != delivery_tags([], {**looked_at, "crm/0.csv": Trace(0, 1)})


def test_every_tag_is_short() -> None:
    """Without it, Dagster's page would be a wall of text, and some of its storages would refuse the run."""
    every = [(entity.name, date(2026, 11, 1)) for entity in load_contracts().entities]
    long_folder = Path("/srv") / "/".join(["leverancer"] * 20)
    tags = {
        **delivery_tags(every * 999, {str(n): Trace(n, n) for n in range(9999)}),
        **folder_tag(long_folder),
        **run_tags("schedule", 2025),
    }
    assert all(len(value) <= MAX_VALUE for value in tags.values())
    assert all(len(key.rpartition("/")[2]) <= MAX_VALUE for key in tags)
    assert tags["erhvervshus/folder"].startswith("…")
    assert folder_tag(Path("/srv/in")) == {"erhvervshus/folder": "/srv/in"}


def test_who_started_a_run_is_known_also_without_a_tag() -> None:
    """Without it, a run from Dagster's page would have no origin on its own page."""
    assert [origin_of(run_tags(origin, None)) for origin in ("schedule", "sensor", "hand")] == [
        "schedule",
        "sensor",
        "hand",
    ]
    assert origin_of({}) == "page"
