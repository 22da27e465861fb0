"""Writes a synthetic Denmark as deliveries, block by block, with the truth about it beside them."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sources.synthetic.accounts import Accounts, Treatments, make_accounts, with_effect
from sources.synthetic.awareness import make_wave
from sources.synthetic.columns import (
    account_table,
    activity_table,
    activity_text_table,
    company_table,
    course_table,
    decimal_comma,
    evaluation_table,
    overridden,
    referral_table,
    theme_table,
    unit_table,
    wave_table,
    with_withdrawal,
)
from sources.synthetic.companies import Companies, Units, make_companies, make_units
from sources.synthetic.days import NEVER, Flags, Ints, date_of
from sources.synthetic.dirt import make_site, plant_after_decisions, plant_before_decisions
from sources.synthetic.evaluations import Evaluations, make_evaluations
from sources.synthetic.faults import FAULT_SCHEMA, FaultLog
from sources.synthetic.files import (
    CsvSink,
    DeliveryFolder,
    JsonSink,
    NdjsonSink,
    ParquetSink,
    Sink,
    WorkbookSink,
    table_of,
)
from sources.synthetic.geography import HOUSES, Geography, read_geography
from sources.synthetic.guidance import Guidance, first_treatments, make_courses
from sources.synthetic.intensive import decide_in_time
from sources.synthetic.manual import ManualResult, make_manual_results
from sources.synthetic.randomness import draw_flags, generator, seed_sequence
from sources.synthetic.selection import draw_starts, pool_of_block
from sources.synthetic.settings import WAVE_DAY, WAVE_MONTH, Calendar, SyntheticSettings, calendar_of
from sources.synthetic.strays import keyless_activities, mistaken_activities, orphans, spoil_answers

Progress = Callable[[str, float], None]
"""Told what is being made (Danish) and how much is done (0 to 1)."""

SETTINGS_FILE = "settings.json"
"""Written last: a folder with it is complete."""

_LARGEST_WORKBOOK = 20_000
_LARGEST_JSON_ARRAY_SCALE = 2.0
_TABLES = ("companies", "units", "accounts", "selection", "courses", "dirt", "evaluations", "awareness", "manual")


@dataclass(frozen=True)
class Register:
    """What exists before anyone is guided."""

    geography: Geography
    companies: Companies
    units: Units
    accounts: Accounts


@dataclass(frozen=True)
class Block:
    """One finished block: what it delivers, the treatments it gives, the faults planted in it."""

    guidance: Guidance
    evaluations: Evaluations
    treatments: Treatments
    log: FaultLog


@dataclass
class _Truth:
    """What is collected over the blocks for the registers and the truth folder."""

    guided: Flags
    treatments: list[Treatments] = field(default_factory=list)
    faults: list[pa.Table] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)


def make_register(settings: SyntheticSettings) -> Register:
    """Companies, production units and accounts without guidance."""
    calendar = calendar_of(settings.today)
    geography = read_geography()
    companies = make_companies(settings, calendar, geography)
    units = make_units(settings, calendar, geography, companies)
    return Register(geography, companies, units, make_accounts(settings, calendar, companies))


def make_block(settings: SyntheticSettings, register: Register, block: int) -> Block:
    """One block of guidance and evaluations, with its faults unless the settings say clean."""
    calendar = calendar_of(settings.today)
    companies, units = register.companies, register.units
    starts = draw_starts(settings, calendar, register.geography, companies, register.accounts, block)
    guidance = make_courses(settings, calendar, companies, units, starts, block)
    treatments = first_treatments(guidance.courses)
    rng = generator(settings.seed, "decisions", block)
    site = make_site(settings, calendar, companies, units, pool_of_block(companies, settings, block), guidance)
    if settings.clean:
        guidance = decide_in_time(rng, guidance, calendar.today)
        evaluations = make_evaluations(settings, calendar, guidance, site.never_sent, site.always_sent)
        return Block(guidance, evaluations, treatments, site.log)
    plant_before_decisions(site)
    site.guidance = decide_in_time(rng, site.guidance, calendar.today)
    plant_after_decisions(site)
    evaluations = make_evaluations(settings, calendar, site.guidance, site.never_sent, site.always_sent)
    evaluations = spoil_answers(settings, calendar, site.guidance, evaluations, site.log)
    return Block(site.guidance, evaluations, treatments, site.log)


def _course_rows(guidance: Guidance, since: int, until: int, delivery: int) -> Ints:
    """Courses that are new or changed after `since` up to `until`, or (un)done by this delivery (1 or 2)."""
    courses = guidance.courses
    known = courses.created_day <= until
    news = courses.created_day > since
    for day in (courses.end, courses.decision):
        news |= (day > since) & (day <= until)
    news |= courses.withdrawn == delivery
    if delivery == 1:
        news |= courses.segment_later
    return np.flatnonzero(known & news)


class _Guidance:
    """The files of `crm` and `evaluering`, open while the blocks pass through them."""

    def __init__(
        self, folder: DeliveryFolder, settings: SyntheticSettings, calendar: Calendar, register: Register
    ) -> None:
        """Opens the files of every delivery."""
        self._settings, self._calendar, self._register = settings, calendar, register
        self._folder = folder
        history, update, today = (date_of(day) for day in (calendar.history, calendar.update, calendar.today))
        path = folder.path
        self._courses: list[tuple[Sink, int, int]] = [
            (CsvSink(path("crm", "crm_forloeb", history, "csv"), encoding="cp1252"), -NEVER, calendar.history),
            (CsvSink(path("crm", "crm_forloeb", update, "csv.gz"), compressed=True), calendar.history, calendar.update),
            (NdjsonSink(path("crm", "crm_forloeb", today, "ndjson")), calendar.update, calendar.today),
        ]
        self._activities_path = path("crm", "crm_aktivitet", history, "parquet")
        self._activity_update = folder.path("crm", "crm_aktivitet", today, "csv")
        self._late_activities = folder.keep(CsvSink(self._activity_update))
        self._late_activity_rows = 0
        self._activities: Sink | None = None
        self._themes: Sink | None = None
        self._late_themes = folder.keep(CsvSink(path("crm", "crm_tema", today, "csv"), separator=","))
        self._referrals = folder.keep(
            CsvSink(path("crm", "crm_henvisning", history, "csv"), separator=",", quoted=True)
        )
        self._late_referrals = folder.keep(WorkbookSink(path("crm", "crm_henvisning", today, "xlsx"), "Henvisninger"))
        self._answers = folder.keep(
            CsvSink(path("evaluering", "evaluering_svar", history, "csv"), separator=",", encoding="utf-8-sig")
        )
        self._late_answers = folder.keep(NdjsonSink(path("evaluering", "evaluering_svar", today, "ndjson")))
        for sink, _, _ in self._courses:
            folder.keep(sink)

    def append(self, block: Block) -> None:
        """Writes one block to every file."""
        guidance, calendar, register = block.guidance, self._calendar, self._register
        for number, (sink, since, until) in enumerate(self._courses):
            rows = _course_rows(guidance, since, until, number)
            table = course_table(
                guidance, register.companies, register.units, rows, until, danish=number == 0, first=number == 0
            )
            if number:
                table = with_withdrawal(table, guidance.courses.withdrawn[rows] == number)
            sink.append(table)
        early = guidance.courses.created_day <= calendar.history
        acts = guidance.activities
        begun = early[acts.course] & (acts.day <= calendar.history)
        self._write_activities(activity_table(guidance, np.flatnonzero(begun)))
        self._write_late_activities(activity_text_table(guidance, np.flatnonzero(~begun)))
        self._write_themes(theme_table(guidance, np.flatnonzero(early[guidance.themes.course])))
        self._late_themes.append(theme_table(guidance, np.flatnonzero(~early[guidance.themes.course])))
        refs = guidance.referrals
        early_refs = early[refs.course] & (refs.day <= calendar.history)
        self._referrals.append(referral_table(guidance, np.flatnonzero(early_refs)))
        self._late_referrals.append(referral_table(guidance, np.flatnonzero(~early_refs)))
        answers = block.evaluations
        self._answers.append(
            evaluation_table(answers, np.flatnonzero(answers.sent <= calendar.history), calendar.history)
        )
        news = (answers.sent > calendar.history) | (
            (answers.answered > calendar.history) & (answers.answered <= calendar.today)
        )
        self._late_answers.append(evaluation_table(answers, np.flatnonzero(news), calendar.today))

    def append_strays(self, first: Block, log: FaultLog) -> None:
        """Writes the rows planted beside the blocks: orphans, mistakes and rows without a key."""
        tables = orphans(self._settings, self._calendar, log)
        begun, undone = mistaken_activities(self._settings, self._calendar, first.guidance, log)
        self._write_activities(tables["crm_aktivitet"])
        self._write_activities(begun)
        self._write_late_activities(undone)
        delivery = self._activity_update.relative_to(self._activity_update.parents[1]).as_posix()
        self._write_late_activities(
            keyless_activities(self._settings, self._calendar, delivery, self._late_activity_rows, log)
        )
        self._write_themes(tables["crm_tema"])
        self._referrals.append(tables["crm_henvisning"])
        self._answers.append(tables["evaluering_svar"])

    def _write_activities(self, table: pa.Table) -> None:
        """Appends to the typed full history of activities."""
        if self._activities is None:
            self._activities = self._folder.keep(ParquetSink(self._activities_path, table.schema))
        self._activities.append(table)

    def _write_late_activities(self, table: pa.Table) -> None:
        """Appends to the update of activities and counts its lines."""
        self._late_activities.append(table)
        self._late_activity_rows += table.num_rows

    def _write_themes(self, table: pa.Table) -> None:
        """Appends to the full history of themes: a JSON array, or Parquet when there are too many rows for one."""
        if self._themes is None:
            day = date_of(self._calendar.history)
            small = self._settings.scale <= _LARGEST_JSON_ARRAY_SCALE
            path = self._folder.path("crm", "crm_tema", day, "json" if small else "parquet")
            self._themes = self._folder.keep(JsonSink(path) if small else ParquetSink(path, table.schema))
        self._themes.append(table)


def _write_waves(folder: DeliveryFolder, settings: SyntheticSettings, calendar: Calendar, register: Register) -> None:
    """Writes the awareness survey, each wave as another supplier's file: spreadsheet, Windows CSV, UTF-8 CSV."""
    for number, year in enumerate(calendar.waves):
        wave = make_wave(settings, register.geography, register.companies, year)
        day = settings.today.replace(year=year, month=WAVE_MONTH, day=WAVE_DAY)
        style = number % 3
        if style == 0 and wave.weight.size <= _LARGEST_WORKBOOK:
            path = folder.path("kendskab", "kendskab_svar", day, "xlsx")
            folder.keep(WorkbookSink(path, f"Bølge {year}")).append(wave_table(wave, register.geography, comma=False))
            continue
        path = folder.path("kendskab", "kendskab_svar", day, "csv")
        encoding = "cp1252" if style == 1 else "utf-8-sig"
        folder.keep(CsvSink(path, encoding=encoding)).append(wave_table(wave, register.geography, comma=True))


def _write_register(
    folder: DeliveryFolder,
    settings: SyntheticSettings,
    calendar: Calendar,
    register: Register,
    truth: _Truth,
    log: FaultLog,
) -> None:
    """Writes companies, production units and accounts."""
    companies, geography = register.companies, register.geography
    rng = generator(settings.seed, "register")
    history, today = date_of(calendar.history), date_of(calendar.today)
    rows = np.flatnonzero(companies.start <= calendar.history)
    table = company_table(companies, geography, rows, calendar.history, danish=False)
    if not settings.clean:
        spoilt = _idle_companies(rng, companies, truth.guided, calendar, 60 * settings.scale)
        texts = {"startdato": dict.fromkeys(spoilt.tolist(), "00-00-1998")}
        table = table.set_column(3, "startdato", overridden(table.column(3).combine_chunks(), texts, "startdato", rows))
        numbers = companies.cvr[spoilt].tolist()
        log.add(
            "unreadable_value",
            "register_virksomhed",
            [str(number) for number in numbers],
            None,
            "startdato: 00-00-1998",
        )
    folder.keep(CsvSink(folder.path("register", "register_virksomhed", history, "csv.gz"), compressed=True)).append(
        table
    )
    ended = (companies.end > calendar.history) & (companies.end <= calendar.today)
    news = np.flatnonzero((companies.start > calendar.history) | ended)
    update = CsvSink(folder.path("register", "register_virksomhed", today, "csv"), encoding="cp1252", quoted=True)
    folder.keep(update).append(company_table(companies, geography, news, calendar.today, danish=True))
    units = unit_table(register.units, companies, geography)
    folder.keep(ParquetSink(folder.path("register", "register_penhed", today, "parquet"), units.schema)).append(units)
    _write_accounts(folder, settings, calendar, register, truth, log)


def _idle_companies(
    rng: np.random.Generator, companies: Companies, guided: Flags, calendar: Calendar, wanted: float
) -> Ints:
    """Some companies that were never guided and did not change lately: their spoilt rows touch no measure."""
    idle = np.flatnonzero(~guided & (companies.start < calendar.history) & (companies.end == NEVER))
    return np.sort(rng.choice(idle, min(idle.size, max(1, round(wanted))), replace=False))


def _write_accounts(
    folder: DeliveryFolder,
    settings: SyntheticSettings,
    calendar: Calendar,
    register: Register,
    truth: _Truth,
    log: FaultLog,
) -> None:
    """Writes all accounts, and a later correction of a few of them; the correction holds the final figures."""
    rng = generator(settings.seed, "corrections")
    columns = [np.concatenate([getattr(part, name) for part in truth.treatments]) for name in vars(truth.treatments[0])]
    accounts = with_effect(register.accounts, Treatments(*columns), settings.effect)
    company, column = np.nonzero(accounts.present)
    corrected = np.zeros(company.size, dtype=np.bool_)
    if not settings.clean:
        recent = column >= accounts.present.shape[1] - 2
        corrected = recent & draw_flags(rng, 0.003, company.size)
    revenue = accounts.revenue.copy()
    revenue[company[corrected], column[corrected]] *= 0.97
    before = account_table(replace(accounts, revenue=revenue), register.companies, company, column)
    folder.keep(
        ParquetSink(folder.path("register", "register_regnskab", date_of(calendar.history), "parquet"), before.schema)
    ).append(before)
    if settings.clean:
        return
    after = account_table(accounts, register.companies, company[corrected], column[corrected])
    amount = decimal_comma(after.column("omsaetning_tkr").combine_chunks())
    idle = np.flatnonzero(~truth.guided[company[corrected]])[: max(1, round(20 * settings.scale))]
    amount = overridden(
        amount,
        {"omsaetning_tkr": dict.fromkeys(idle.tolist(), "ikke oplyst")},
        "omsaetning_tkr",
        np.arange(len(amount)),
    )
    after = after.set_column(2, "omsaetning_tkr", amount)
    after = after.set_column(3, "aarsvaerk", decimal_comma(after.column("aarsvaerk").combine_chunks()))
    folder.keep(CsvSink(folder.path("register", "register_regnskab", date_of(calendar.today), "csv"))).append(after)
    numbers = register.companies.cvr[company[corrected][idle]].tolist()
    years = (accounts.first_year + column[corrected][idle]).tolist()
    keys = [f"{number}|{year}" for number, year in zip(numbers, years, strict=True)]
    log.add("unreadable_value", "register_regnskab", keys, None, "omsaetning_tkr: ikke oplyst")


def _write_manual(folder: DeliveryFolder, settings: SyntheticSettings) -> None:
    """Writes the manual results: the agreements as JSON, the contracts as a spreadsheet."""
    agreements, contracts = make_manual_results(settings)
    days = tuple(date_of(day) for day in (calendar_of(settings.today).history, calendar_of(settings.today).update))
    names = list(ManualResult.__dataclass_fields__)
    if agreements:
        rows = [
            [value.isoformat() if isinstance(value, date) else value for value in row.values()] for row in agreements
        ]
        columns = zip(*rows, strict=True)
        table = table_of([(name, pa.array(list(column))) for name, column in zip(names, columns, strict=True)])
        folder.keep(JsonSink(folder.path("manuel", "manuelt_resultat", days[0], "json"))).append(table)
    if contracts:
        values = zip(*(row.values() for row in contracts), strict=True)
        table = table_of([(name, pa.array(list(column))) for name, column in zip(names, values, strict=True)])
        folder.keep(WorkbookSink(folder.path("manuel", "manuelt_resultat", days[1], "xlsx"), "Resultater")).append(
            table
        )


def _write_truth(folder: Path, settings: SyntheticSettings, register: Register, truth: _Truth) -> None:
    """Writes what is true: planted faults, planted effects, seeds."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        pa.concat_tables(truth.faults) if truth.faults else FAULT_SCHEMA.empty_table(),
        folder / "planted_faults.parquet",
    )
    parts = truth.treatments
    company = np.concatenate([part.company for part in parts])
    growth = np.concatenate([part.growth for part in parts])
    count = company.size
    effects = table_of(
        [
            ("cvr_nummer", register.companies.cvr_text.take(pa.array(company))),
            ("house", pa.array(HOUSES).take(pa.array(np.concatenate([part.house for part in parts])))),
            ("segment", pa.array(("drift", "vaekst")).take(pa.array(growth.astype(np.int64)))),
            ("baseline_year", pa.array(np.concatenate([part.baseline for part in parts]).astype(np.int32))),
            ("end_year", pa.array(np.concatenate([part.end for part in parts]).astype(np.int32))),
            ("revenue_points", pa.array(np.where(growth, settings.effect.revenue, 0.0))),
            ("employment_points", pa.array(np.where(growth, settings.effect.employment, 0.0))),
            (
                "productivity_points",
                pa.array(np.where(growth, 0.0, settings.effect.productivity), mask=np.zeros(count, np.bool_)),
            ),
        ]
    )
    pq.write_table(effects, folder / "planted_effects.parquet")
    keys = [(name, seed_sequence(settings.seed, name).spawn_key[0]) for name in _TABLES]
    seeds = table_of(
        [
            ("table", pa.array([name for name, _ in keys])),
            ("seed", pa.array([settings.seed] * len(keys))),
            ("spawn_key", pa.array([int(key) for _, key in keys])),
        ]
    )
    pq.write_table(seeds, folder / "seeds.parquet")


def write_deliveries(folder: Path, settings: SyntheticSettings, progress: Progress | None = None) -> None:
    """Writes `<folder>/deliveries`, `<folder>/truth` and, last, `<folder>/settings.json`.

    The same settings give the same bytes. The CRM, the evaluations and their faults are made and written block by
    block, so memory depends on the register only, not on the scale.

    Args:
        folder: An empty or missing folder.
        settings: What to make.
        progress: Told what is being made and how far it is.

    Raises:
        SyntheticSeedError: When the project's seed files of municipalities or legal forms cannot be read.
        OSError: When the folder cannot be written to.
    """
    tell = progress or (lambda _what, _share: None)
    calendar = calendar_of(settings.today)
    tell("Danner virksomheder og regnskaber", 0.0)
    register = make_register(settings)
    truth = _Truth(np.zeros(len(register.companies), dtype=np.bool_))
    beside = FaultLog()
    with DeliveryFolder(folder / "deliveries") as deliveries:
        files = _Guidance(deliveries, settings, calendar, register)
        first: Block | None = None
        for number in range(settings.blocks):
            tell("Danner forløb og evalueringer", 0.3 + 0.4 * number / settings.blocks)
            block = make_block(settings, register, number)
            first = first or block
            files.append(block)
            _collect(truth, block)
        if first is not None and not settings.clean:
            files.append_strays(first, beside)
        tell("Danner kendskabsmålinger", 0.7)
        _write_waves(deliveries, settings, calendar, register)
        _write_manual(deliveries, settings)
        tell("Skriver registre", 0.8)
        _write_register(deliveries, settings, calendar, register, truth, beside)
    truth.faults.append(beside.table())
    _write_truth(folder / "truth", settings, register, truth)
    summary = {"settings": settings.as_json(), "calendar": asdict(calendar), "rows": truth.rows}
    (folder / SETTINGS_FILE).write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    tell("Færdig", 1.0)


def _collect(truth: _Truth, block: Block) -> None:
    """Adds a finished block to the truth."""
    guidance = block.guidance
    company = guidance.courses.company
    truth.guided[company[company >= 0]] = True
    truth.guided[block.treatments.company] = True
    truth.treatments.append(block.treatments)
    truth.faults.append(block.log.table())
    counts = {
        "courses": len(guidance.courses),
        "activities": guidance.activities.day.size,
        "themes": guidance.themes.theme.size,
        "referrals": guidance.referrals.day.size,
        "evaluations": len(block.evaluations),
    }
    for name, count in counts.items():
        truth.rows[name] = truth.rows.get(name, 0) + count
