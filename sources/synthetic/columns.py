"""The rows of each entity as tables in the contract's column order, as they stood on a given day."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sources.synthetic.accounts import Accounts
from sources.synthetic.awareness import INDUSTRY_GROUPS, SIZE_GROUPS, Wave
from sources.synthetic.companies import Companies, Units, company_names
from sources.synthetic.days import (
    DANISH,
    DAY_SECONDS,
    ISO,
    NEVER,
    Flags,
    Floats,
    Ints,
    day_texts,
    day_values,
    time_texts,
    years_of,
)
from sources.synthetic.evaluations import BLANK, DEGREE, SATISFACTION, USED, YES_NO, YES_NO_UNSURE, Evaluations
from sources.synthetic.files import table_of
from sources.synthetic.geography import HOUSES, Geography
from sources.synthetic.guidance import ACTORS, CHANNELS, THEMES, Guidance, Overrides
from sources.synthetic.industries import DB25_FROM_YEAR, INDUSTRIES

SEGMENTS = (None, "drift", "vaekst")
_SEGMENTS_SPELT = (None, "Drift", "Vækst")
_TYPES = ("individuel", "kollektiv", "early_warning")
_CONSENT = (None, "ja", "nej")
_FREE_TEXTS = ("rådgivning", "finansiering", "netværk; sparring", 'kontakt, "varm" overlevering')


def codes(values: tuple[str | None, ...], positions: Ints) -> pa.Array:
    """Code texts of positions; BLANK (-1) becomes null."""
    return pa.array(values, pa.string()).take(pa.array(positions, mask=positions == BLANK))


def decimals(unscaled: Ints, scale: int, precision: int = 18) -> pa.Array:
    """Whole numbers as a decimal column with `scale` decimals, without going through floating point."""
    words = np.empty((unscaled.size, 2), dtype=np.int64)
    words[:, 0] = unscaled
    words[:, 1] = unscaled >> 63
    return pa.Array.from_buffers(pa.decimal128(precision, scale), unscaled.size, [None, pa.py_buffer(words)])


def decimal_comma(column: pa.Array) -> pa.Array:
    """A decimal column as text with a decimal comma."""
    return pc.replace_substring(column.cast(pa.string()), ".", ",")


def serial_ids(prefix: str, rows: Ints, width: int) -> pa.Array:
    """Ids: a prefix and the row number plus one, padded with zeros."""
    return pc.binary_join_element_wise(
        pa.scalar(prefix), pc.utf8_lpad(pa.array(rows + 1).cast(pa.string()), width, padding="0"), ""
    )


def overridden(column: pa.Array, texts: Overrides, name: str, rows: Ints) -> pa.Array:
    """The column as text with the replaced texts of the chosen rows put in."""
    replaced = texts.get(name)
    column = column.cast(pa.string())
    if not replaced or rows.size == 0:
        return column
    positions = np.array(sorted(replaced), dtype=np.int64)
    mask = np.isin(rows, positions)
    values = pa.array([replaced[row] for row in rows[mask].tolist()], pa.string())
    return pc.replace_with_mask(column, pa.array(mask), values)


def with_withdrawal(table: pa.Table, withdrawn: Flags) -> pa.Table:
    """The table with the column that withdraws a key."""
    return table.append_column("slettet", codes((None, "ja"), withdrawn.astype(np.int64)))


def course_changed(guidance: Guidance, rows: Ints, as_of: int) -> Ints:
    """Seconds of the last change of the courses as of a day: created, decided or ended."""
    courses = guidance.courses
    changed = courses.created[rows]
    for column, hour in ((courses.end, 12), (courses.decision, 14)):
        day = column[rows]
        changed = np.maximum(changed, np.where(day <= as_of, day * DAY_SECONDS + hour * 3600, 0))
    return changed


def course_table(
    guidance: Guidance, companies: Companies, units: Units, rows: Ints, as_of: int, *, danish: bool, first: bool
) -> pa.Table:
    """`crm_forloeb` as of a day.

    Args:
        guidance: The block.
        companies: The register, for CVR numbers.
        units: Production units, for P-numbers.
        rows: Courses to deliver.
        as_of: Day; what happened later is not in the rows.
        danish: Dates as DD-MM-YYYY and segments as spelt in the user interface.
        first: The full history, in which some segments are still missing.
    """
    courses, texts = guidance.courses, guidance.course_texts
    pattern = DANISH if danish else ISO

    def known(days: Ints) -> pa.Array:
        return day_texts(np.where(days <= as_of, days, NEVER), pattern)

    company, unit = courses.company[rows], courses.unit[rows]
    segment = np.where(courses.segment_later[rows] & first, 0, courses.segment[rows])
    cvr = companies.cvr_text.take(pa.array(np.maximum(company, 0), mask=company < 0))
    p_number = pa.array(units.number[np.maximum(unit, 0)], mask=unit < 0)
    developer = pa.array(courses.developer[rows]).cast(pa.string())
    changed = time_texts(course_changed(guidance, rows, as_of))
    return table_of(
        [
            ("forloeb_id", serial_ids(f"F{guidance.block:03d}", rows, 6)),
            ("erhvervshus", codes(HOUSES, courses.house[rows])),
            ("cvr_nummer", overridden(cvr, texts, "cvr_nummer", rows)),
            ("p_nummer", overridden(p_number, texts, "p_nummer", rows)),
            ("kundesegment", codes(_SEGMENTS_SPELT if danish else SEGMENTS, segment)),
            ("forloebstype", codes(_TYPES, courses.kind[rows])),
            ("startdato", day_texts(courses.start[rows], pattern)),
            ("slutdato", known(courses.end[rows])),
            ("samtykke_deling", overridden(codes(_CONSENT, courses.consent[rows]), texts, "samtykke_deling", rows)),
            ("ledelsesvurdering_dato", known(courses.decision[rows])),
            ("forretningsudvikler", pc.binary_join_element_wise(pa.scalar("fu"), developer, "")),
            ("oprettet", time_texts(courses.created[rows])),
            ("aendret", overridden(changed, texts, "aendret", rows)),
        ]
    )


def activity_table(guidance: Guidance, rows: Ints) -> pa.Table:
    """`crm_aktivitet` with typed days and hours."""
    acts = guidance.activities
    return table_of(
        [
            ("aktivitet_id", serial_ids(f"A{guidance.block:03d}", rows, 7)),
            ("forloeb_id", serial_ids(f"F{guidance.block:03d}", acts.course[rows], 6)),
            ("dato", day_values(acts.day[rows])),
            ("timer", decimals(acts.quarters[rows] * 25, 2)),
            ("kanal", codes(CHANNELS, acts.channel[rows])),
        ]
    )


def activity_text_table(guidance: Guidance, rows: Ints) -> pa.Table:
    """`crm_aktivitet` as text with decimal commas, unreadable values and withdrawals included."""
    acts = guidance.activities
    table = activity_table(guidance, rows)
    table = table.set_column(2, "dato", day_texts(acts.day[rows]))
    table = table.set_column(3, "timer", decimal_comma(table.column("timer").combine_chunks()))
    channel = overridden(table.column("kanal").combine_chunks(), guidance.activity_texts, "kanal", rows)
    return with_withdrawal(table.set_column(4, "kanal", channel), np.zeros(rows.size, dtype=np.bool_))


def theme_table(guidance: Guidance, rows: Ints) -> pa.Table:
    """`crm_tema`."""
    theme = overridden(codes(THEMES, guidance.themes.theme[rows]), guidance.theme_texts, "tema", rows)
    return table_of(
        [("forloeb_id", serial_ids(f"F{guidance.block:03d}", guidance.themes.course[rows], 6)), ("tema", theme)]
    )


def referral_table(guidance: Guidance, rows: Ints) -> pa.Table:
    """`crm_henvisning`, with the actor's name as somebody typed it."""
    refs = guidance.referrals
    name = refs.name[rows]
    free = codes(_FREE_TEXTS, name % len(_FREE_TEXTS))
    actor = pc.binary_join_element_wise(
        pa.scalar("Aktør "), pa.array(name).cast(pa.string()), pa.scalar(", "), free, ""
    )
    return table_of(
        [
            ("henvisning_id", serial_ids(f"H{guidance.block:03d}", rows, 6)),
            ("forloeb_id", serial_ids(f"F{guidance.block:03d}", refs.course[rows], 6)),
            ("aktoertype", overridden(codes(ACTORS, refs.actor[rows]), guidance.referral_texts, "aktoertype", rows)),
            ("aktoer", actor),
            ("dato", overridden(day_texts(refs.day[rows]), guidance.referral_texts, "dato", rows)),
        ]
    )


def evaluation_table(evaluations: Evaluations, rows: Ints, as_of: int) -> pa.Table:
    """`evaluering_svar` as of a day: answers given later are still blank."""
    answered = np.where(evaluations.answered[rows] <= as_of, evaluations.answered[rows], NEVER)
    here = answered < NEVER

    def answers(values: tuple[str, ...], positions: Ints) -> pa.Array:
        return codes(values, np.where(here, positions[rows], BLANK))

    recommend = np.where(here, evaluations.recommend[rows], BLANK)
    return table_of(
        [
            ("svar_id", serial_ids(f"S{evaluations.block:03d}", rows, 6)),
            ("forloeb_id", serial_ids(f"F{evaluations.block:03d}", evaluations.course[rows], 6)),
            ("udsendt_dato", day_texts(evaluations.sent[rows])),
            ("besvaret_dato", day_texts(answered)),
            (
                "anbefaling",
                overridden(pa.array(recommend, mask=recommend == BLANK), evaluations.texts, "anbefaling", rows),
            ),
            (
                "faglige_kompetencer",
                overridden(
                    answers(SATISFACTION, evaluations.competence), evaluations.texts, "faglige_kompetencer", rows
                ),
            ),
            ("forventet_effekt", answers(DEGREE, evaluations.expected)),
            ("vejledt_digitalisering", answers(YES_NO, evaluations.digital)),
            ("henvist", answers(YES_NO_UNSURE, evaluations.referred)),
            ("henvisning_benyttet", answers(USED, evaluations.used)),
            ("baeredygtighed_bedre_i_stand", answers(DEGREE, evaluations.sustainability)),
        ]
    )


def wave_table(wave: Wave, geography: Geography, *, comma: bool) -> pa.Table:
    """`kendskab_svar` of one wave; weights as text with a decimal comma, or as numbers."""
    count = wave.weight.size
    weight = decimals(np.round(wave.weight * 1e6).astype(np.int64), 6)
    return table_of(
        [
            ("respondent_id", serial_ids(f"R{wave.year}-", np.arange(count), 6)),
            ("boelge", pa.array(np.full(count, wave.year))),
            ("kommunekode", codes(geography.code, wave.municipality)),
            ("erhvervshus", codes(HOUSES, wave.house)),
            ("branchegruppe", codes(INDUSTRY_GROUPS, wave.industry_group)),
            ("stoerrelsesgruppe", codes(SIZE_GROUPS, wave.size_group)),
            ("vaegt", decimal_comma(weight) if comma else weight.cast(pa.float64())),
            ("hoert_om_erhvervshus", codes(YES_NO_UNSURE, wave.heard)),
            ("kender_tilbud", codes(YES_NO_UNSURE, wave.offers)),
            ("kender_tilbud_baeredygtighed", codes(YES_NO_UNSURE, wave.green)),
        ]
    )


def company_table(companies: Companies, geography: Geography, rows: Ints, as_of: int, *, danish: bool) -> pa.Table:
    """`register_virksomhed` as of a day."""
    pattern = DANISH if danish else ISO
    end = companies.end[rows]
    industry = companies.industry[rows]
    newer = np.array([row.db25 is not None for row in INDUSTRIES])[industry] & (
        years_of(companies.start[rows]) >= DB25_FROM_YEAR
    )
    old_code = codes(tuple(row.code for row in INDUSTRIES), industry)
    new_code = codes(tuple(row.db25 for row in INDUSTRIES), industry)
    return table_of(
        [
            ("cvr_nummer", companies.cvr_text.take(pa.array(rows))),
            ("navn", company_names(companies).take(pa.array(rows))),
            ("virksomhedsform", pa.array(companies.form[rows])),
            ("startdato", day_texts(companies.start[rows], pattern)),
            ("ophoersdato", day_texts(np.where(end <= as_of, end, NEVER), pattern)),
            ("branchekode", pc.if_else(pa.array(newer), new_code, old_code)),
            ("branchekode_system", codes(("DB07", "DB25"), newer.astype(np.int64))),
            ("kommunekode", codes(geography.code, companies.municipality[rows])),
        ]
    )


def unit_table(units: Units, companies: Companies, geography: Geography) -> pa.Table:
    """`register_penhed`, complete."""
    return table_of(
        [
            ("p_nummer", pa.array(units.number).cast(pa.string())),
            ("cvr_nummer", companies.cvr_text.take(pa.array(units.company))),
            ("startdato", day_values(units.start)),
            ("ophoersdato", day_values(units.end)),
            ("kommunekode", codes(geography.code, units.municipality)),
        ]
    )


def account_table(accounts: Accounts, companies: Companies, company: Ints, column: Ints) -> pa.Table:
    """`register_regnskab` of chosen companies and year columns: thousand kr. with one decimal, employees with two."""

    def rounded(matrix: Floats, scale: int) -> pa.Array:
        return decimals(np.round(matrix[company, column] * 10**scale).astype(np.int64), scale)

    return table_of(
        [
            ("cvr_nummer", companies.cvr_text.take(pa.array(company))),
            ("aar", pa.array((accounts.first_year + column).astype(np.int32))),
            ("omsaetning_tkr", rounded(accounts.revenue, 1)),
            ("aarsvaerk", rounded(accounts.employees, 2)),
        ]
    )
