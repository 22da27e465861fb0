"""Nights as tests of the page need them: a good one, one with a broken file, one that failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orchestration.nightlog.record import (
    Arrived,
    Aside,
    CheckNote,
    Failure,
    Landing,
    Left,
    Night,
    Refused,
    Retry,
    Stage,
    TableRows,
)

FIRST = datetime(2026, 11, 20, 4, tzinfo=UTC)
STAGES = {"landing": 2.0, "warehouse": 50.0, "publication": 3.0, "statement": 10.0}
WARNING = CheckNote(
    name="segment_registered",
    label="Mindst 95 pct. har et segment",
    message="94,1 pct.",
    remedy="Vælg et segment.",
    is_critical=False,
)


def good_night(day: int = 0, *, slower: float = 1.0) -> Night:
    """Make a night on which one delivery came in and everything went well."""
    return Night(
        run_id=f"{day:08d}-aaaa-4bbb-8ccc-dddddddddddd",
        origin="schedule",
        started_at=FIRST + timedelta(days=day),
        seconds=sum(STAGES.values()) * slower,
        verdict="published",
        report_year=2025,
        folder="/srv/leverancer",
        landing=Landing(
            deliveries=24,
            arrived=(
                Arrived(
                    delivery="crm/crm_forloeb__2026-11-20.csv",
                    delivered=1200,
                    accepted=1199,
                    rejected=1,
                    rejected_values=2,
                ),
            ),
        ),
        stages=tuple(Stage(name=name, seconds=seconds * slower) for name, seconds in STAGES.items()),
        checks=81,
        notes=(WARNING,),
        tables=(
            TableRows(table="fct_activity", before=1000, now=1012),
            TableRows(table="fct_evaluation", before=500, now=498),
            TableRows(table="dim_house", before=6, now=6),
        ),
    )


def bad_night(day: int = 1) -> Night:
    """Make a night with a broken file, an unfinished one, refused values, a second attempt and a new finding."""
    new = CheckNote(
        name="deliveries_are_readable",
        label="Alle leverancer kan læses",
        message="1 af 25 kan ikke læses.",
        remedy="Bestil filen igen.",
        is_critical=False,
    )
    good = good_night(day)
    assert good.landing is not None
    landing = good.landing.model_copy(
        update={
            "aside": (
                Aside(
                    delivery="crm/crm_tema__2026-11-21.csv",
                    error="Linje 3: Filen er afkortet. Forventet: en hel fil. Send den igen.",
                    stands=True,
                    is_new=True,
                ),
                Aside(delivery="crm/gammel.csv", error="Filnavnet følger ikke mønstret.", stands=False, is_new=False),
            ),
            "left": (Left(delivery="crm/crm_aktivitet__2026-11-21.csv", reason="den er ændret for 3 sek. siden"),),
            "refused": (
                Refused(
                    delivery="crm/crm_forloeb__2026-11-20.csv",
                    line=7,
                    column="startdato",
                    reason="Datoen findes ikke. Værdien er udeladt.",
                    count=3,
                ),
            ),
            "refused_kinds": 1,
        }
    )
    return good.model_copy(
        update={
            "landing": landing,
            "retries": (Retry(stage="publication", reason="Disken er optaget.", attempt=1, waited=31.0),),
            "notes": (WARNING, new),
        }
    )


def failed_night(day: int = 2) -> Night:
    """Make a night that was stopped by the form of the data."""
    good = good_night(day)
    return good.model_copy(
        update={
            "verdict": "failed",
            "tables": (),
            "stages": good.stages[:2],
            "failure": Failure(
                stage="expectations",
                message="Kontrollen af formen standsede offentliggørelsen.\n• NPS: <165> er ikke muligt.",
                is_foreseen=True,
            ),
        }
    )
