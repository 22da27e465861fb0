"""Rows planted beside a block's own: orphans, rows without a key, mistaken activities, unreadable answers."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from sources.synthetic.columns import codes, decimals, serial_ids, with_withdrawal
from sources.synthetic.days import Ints, day_texts, day_values
from sources.synthetic.evaluations import DEGREE, SATISFACTION, YES_NO, YES_NO_UNSURE, Evaluations
from sources.synthetic.faults import FaultLog
from sources.synthetic.files import table_of
from sources.synthetic.guidance import ACTORS, CHANNELS, THEMES, Guidance
from sources.synthetic.randomness import draw_flags, generator
from sources.synthetic.settings import Calendar, SyntheticSettings

_STRAY_BLOCK = "999"
_MISTAKE_BLOCK = "998"
_NATIONAL_ORPHANS = 60
_NATIONAL_MISTAKES = 80
_NATIONAL_KEYLESS = 15


def _count(settings: SyntheticSettings, national: int) -> int:
    """A national count at the scale; at least one, none in a clean Denmark."""
    return 0 if settings.clean else max(1, round(national * settings.scale))


def orphans(settings: SyntheticSettings, calendar: Calendar, log: FaultLog) -> dict[str, pa.Table]:
    """Rows of every dependent entity that refer to courses nobody ever delivers, by entity."""
    count = _count(settings, _NATIONAL_ORPHANS)
    rows = np.arange(count)
    rng = generator(settings.seed, "orphans")
    day = calendar.history - 1 - rng.integers(0, 400, count)
    course = serial_ids(f"F{_STRAY_BLOCK}", rows, 6)
    pick = rng.integers(0, 3, count)
    blank = pa.nulls(count, pa.string())
    tables = {
        "crm_aktivitet": table_of(
            [
                ("aktivitet_id", serial_ids(f"A{_STRAY_BLOCK}", rows, 7)),
                ("forloeb_id", course),
                ("dato", day_values(day)),
                ("timer", decimals(np.full(count, 150), 2)),
                ("kanal", codes(CHANNELS, pick)),
            ]
        ),
        "crm_tema": table_of([("forloeb_id", course), ("tema", codes(THEMES, pick))]),
        "crm_henvisning": table_of(
            [
                ("henvisning_id", serial_ids(f"H{_STRAY_BLOCK}", rows, 6)),
                ("forloeb_id", course),
                ("aktoertype", codes(ACTORS, pick)),
                ("aktoer", pa.array(["Aktør 1"] * count, pa.string())),
                ("dato", day_texts(day)),
            ]
        ),
        "evaluering_svar": table_of(
            [
                ("svar_id", serial_ids(f"S{_STRAY_BLOCK}", rows, 6)),
                ("forloeb_id", course),
                ("udsendt_dato", day_texts(day)),
                ("besvaret_dato", day_texts(day + 5)),
                ("anbefaling", pa.array(["9"] * count, pa.string())),
                ("faglige_kompetencer", codes(SATISFACTION, pick)),
                ("forventet_effekt", codes(DEGREE, pick)),
                ("vejledt_digitalisering", codes(YES_NO, pick % 2)),
                ("henvist", codes(YES_NO_UNSURE, pick)),
                ("henvisning_benyttet", blank),
                ("baeredygtighed_bedre_i_stand", blank),
            ]
        ),
    }
    for entity, table in tables.items():
        keys = [column.to_pylist() for column in table.columns[:2]]
        records = (
            [f"{first}|{second}" for first, second in zip(*keys, strict=True)] if entity == "crm_tema" else keys[0]
        )
        log.add("course_exists", entity, records, None, "forløbet er aldrig leveret")
    return tables


def mistaken_activities(
    settings: SyntheticSettings, calendar: Calendar, guidance: Guidance, log: FaultLog
) -> tuple[pa.Table, pa.Table]:
    """Activities in the full history that the update withdraws: the rows, and the rows that withdraw them (as text)."""
    rng = generator(settings.seed, "mistakes")
    visible = np.flatnonzero(
        (guidance.courses.created_day <= calendar.history) & (guidance.courses.start <= calendar.history)
    )
    course = np.sort(rng.choice(visible, min(visible.size, _count(settings, _NATIONAL_MISTAKES)), replace=False))
    rows = np.arange(course.size)
    ids = serial_ids(f"A{_MISTAKE_BLOCK}", rows, 7)
    begun = table_of(
        [
            ("aktivitet_id", ids),
            ("forloeb_id", serial_ids(f"F{guidance.block:03d}", course, 6)),
            ("dato", day_values(guidance.courses.start[course])),
            ("timer", decimals(np.full(course.size, 200), 2)),
            ("kanal", codes(CHANNELS, rows % len(CHANNELS))),
        ]
    )
    text = begun.set_column(2, "dato", day_texts(guidance.courses.start[course]))
    text = text.set_column(3, "timer", pa.array(["2,00"] * course.size, pa.string()))
    houses: list[int] = guidance.courses.house[course].tolist()
    log.add("withdrawn", "crm_aktivitet", ids.to_pylist(), houses, "slettet i en senere leverance")
    return begun, with_withdrawal(text, np.ones(course.size, dtype=np.bool_))


def keyless_activities(
    settings: SyntheticSettings, calendar: Calendar, delivery: str, rows_before: int, log: FaultLog
) -> pa.Table:
    """Activities without an id, the last rows of a delivery: rejected by landing, with the lines recorded here."""
    count = _count(settings, _NATIONAL_KEYLESS)
    rows = np.arange(count)
    lines = (rows + rows_before + 2).tolist()
    log.add("missing_key", "crm_aktivitet", [f"{delivery}:{line}" for line in lines], None, "aktivitet_id mangler")
    return with_withdrawal(
        table_of(
            [
                ("aktivitet_id", pa.nulls(count, pa.string())),
                ("forloeb_id", serial_ids("F000", rows, 6)),
                ("dato", day_texts(np.full(count, calendar.update))),
                ("timer", pa.array(["1,50"] * count, pa.string())),
                ("kanal", codes(CHANNELS, rows % len(CHANNELS))),
            ]
        ),
        np.zeros(count, dtype=np.bool_),
    )


def spoil_answers(
    settings: SyntheticSettings, calendar: Calendar, guidance: Guidance, evaluations: Evaluations, log: FaultLog
) -> Evaluations:
    """Recommendations that are no number from 0 to 10 (lost), and answers in other spellings (kept)."""
    rng = generator(settings.seed, "answers", guidance.block)
    readable = np.flatnonzero((evaluations.answered <= calendar.history) & (evaluations.recommend >= 0))
    spoilt = np.sort(rng.choice(readable, min(readable.size, max(1, readable.size // 1500)), replace=False))
    texts = ["ti" if odd else "11" for odd in draw_flags(rng, 0.5, spoilt.size)]
    ids = [f"S{evaluations.block:03d}{row + 1:06d}" for row in spoilt.tolist()]
    houses: list[int] = guidance.courses.house[evaluations.course[spoilt]].tolist()
    log.add("unreadable_value", "evaluering_svar", ids, houses, [f"anbefaling: {text}" for text in texts])
    satisfied = np.flatnonzero((evaluations.answered <= calendar.history) & (evaluations.competence >= 0))
    loud = satisfied[draw_flags(rng, 0.01, satisfied.size)]
    spelt = _loud_spellings(evaluations.competence[loud])
    overrides = {
        "anbefaling": dict(zip(spoilt.tolist(), texts, strict=True)),
        "faglige_kompetencer": dict(zip(loud.tolist(), spelt, strict=True)),
    }
    return replace(evaluations, texts=overrides)


def _loud_spellings(positions: Ints) -> list[str]:
    """Answers in capitals or with space around them: the same answer."""
    answers = [SATISFACTION[position] for position in positions.tolist()]
    return [f" {text} " if number % 2 else text.upper() for number, text in enumerate(answers)]
