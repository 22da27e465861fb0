"""The company register: companies with legal form, industry, size, life span, and their production units."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sources.synthetic.days import NEVER, Flags, Floats, Ints, day_of
from sources.synthetic.geography import Geography, read_seed
from sources.synthetic.identifiers import FIRST_P_NUMBER, LARGEST_REGISTER, valid_cvr_numbers
from sources.synthetic.industries import INDUSTRIES
from sources.synthetic.randomness import draw_codes, draw_flags, generator
from sources.synthetic.settings import Calendar, SyntheticSettings

NATIONAL_COMPANIES = 300_000

SIZE_CLASSES = ((0.0, 1.5), (1.5, 5.0), (5.0, 10.0), (10.0, 50.0), (50.0, 250.0), (250.0, 2500.0))
"""Full-time equivalents: 0-1, 2-4, 5-9, 10-49, 50-249, 250 and more; bounds of the draw."""

_SIZE_SHARES = np.array([0.70, 0.14, 0.075, 0.069, 0.013, 0.003])
_EXIT_RATE = np.array([0.038, 0.028, 0.022, 0.017, 0.012, 0.010])
"""Share that ceases per year, by size class."""

_EXTRA_UNITS = np.array([0.02, 0.08, 0.25, 0.8, 3.0, 10.0])
_BORN_SHARE = 0.17
"""Share of companies started after the first account year."""

_GUIDED_FORMS = (10, 15, 30, 40, 60, 80, 81, 130, 140, 151, 170, 180)
_LIMITED = (60, 80)
_NATURAL_PERSONS = (10, 15, 20)
_EMPLOYER_CLASS = 3
_NEVER_DRAWN_FORMS = (20, 230, 235, 240, 245, 250, 270, 990)


@dataclass(frozen=True)
class Companies:
    """The register's companies, one position each.

    Attributes:
        cvr: CVR numbers, valid and unique.
        spare_cvr: Valid CVR numbers that no company has.
        form: Legal form codes.
        start: First day, as day number.
        end: Day the company ceased, or NEVER.
        industry: Position in `INDUSTRIES`.
        municipality: Position in the geography.
        size: Position in `SIZE_CLASSES` at the outset.
        employees: Full-time equivalents at the outset.
        crisis: Companies in economic trouble: they get Early Warning and nothing else.
        growth_segment: Whether the houses would place the company in the growth segment.
    """

    cvr: Ints
    spare_cvr: Ints
    form: Ints
    start: Ints
    end: Ints
    industry: Ints
    municipality: Ints
    size: Ints
    employees: Floats
    crisis: Flags
    growth_segment: Flags

    def __len__(self) -> int:
        """Number of companies."""
        return int(self.cvr.size)

    @cached_property
    def guidable(self) -> Flags:
        """Companies of a legal form that seeks guidance."""
        return np.isin(self.form, _GUIDED_FORMS)

    @cached_property
    def cvr_text(self) -> pa.Array:
        """CVR numbers as text."""
        return pa.array(self.cvr).cast(pa.string())


@dataclass(frozen=True)
class Units:
    """Production units: one row per P-number, company and period. Row i < companies is company i's main unit.

    Attributes:
        number: P-numbers.
        company: Position of the company that has the unit in the period.
        start: First day of the period.
        end: Last day of the period, or NEVER.
        municipality: Position in the geography.
        first_extra: Per company, its first further unit (row number).
        extras: Per company, how many further units follow `first_extra`.
    """

    number: Ints
    company: Ints
    start: Ints
    end: Ints
    municipality: Ints
    first_extra: Ints
    extras: Ints


def company_count(scale: float) -> int:
    """Companies in the register at a scale.

    Proportional below national scale. Above it the register grows by the square root, at most to the CVR numbers there
    are: a hundred times the guidance does not mean a hundred Denmarks.
    """
    if scale <= 1:
        return max(400, round(NATIONAL_COMPANIES * scale))
    return min(LARGEST_REGISTER, round(NATIONAL_COMPANIES * math.sqrt(scale)))


def _draw_forms(rng: np.random.Generator, size: Ints, start: Ints) -> Ints:
    """Legal forms by their share in the register; companies with staff are mostly limited companies."""
    rows = read_seed("legal_forms.csv", ("virksomhedsformkode", "antal_2025_09_08"))
    codes = np.array([int(row["virksomhedsformkode"]) for row in rows])
    counts = np.array([float(row["antal_2025_09_08"]) for row in rows])
    counts[np.isin(codes, _NEVER_DRAWN_FORMS)] = 0
    forms = codes[draw_codes(rng, counts, size.size)]
    employer = size >= _EMPLOYER_CLASS
    limited = np.where(draw_flags(rng, 0.55, size.size), *_LIMITED)
    forms = np.where(employer & draw_flags(rng, 0.85, size.size), limited, forms)
    # IVS existed from 2014 to April 2019, PMV from 2014.
    forms = np.where((forms == 81) & ((start < day_of(2014)) | (start > day_of(2019, 4, 14))), 80, forms)  # noqa: PLR2004
    return np.where((forms == 15) & (start < day_of(2014)), 10, forms).astype(np.int64)  # noqa: PLR2004


def make_companies(settings: SyntheticSettings, calendar: Calendar, geography: Geography) -> Companies:
    """Draws the register's companies.

    Municipalities follow the population, industries and sizes the register. Exits are exponential with a rate that
    falls with size and begin in the first account year, so that accounts begin with a whole population.
    """
    rng = generator(settings.seed, "companies")
    count = company_count(settings.scale)
    numbers = rng.permutation(valid_cvr_numbers())
    size = draw_codes(rng, _SIZE_SHARES, count)
    low, high = np.array(SIZE_CLASSES).T
    low = np.maximum(low, 0.15)
    employees = np.exp(np.log(low[size]) + rng.random(count) ** 1.3 * np.log(high[size] / low[size]))
    employees = np.where((size == 0) & draw_flags(rng, 0.45, count), 0.0, employees)
    window_opens = day_of(calendar.first_account_year)
    born = draw_flags(rng, _BORN_SHARE, count)
    young_start = rng.integers(window_opens, calendar.today + 1, count)
    age = np.minimum(rng.gamma(1.6, 9.0, count), 90.0)
    start = np.where(born, young_start, window_opens - 1 - (age * 365.25).astype(np.int64))
    rate = _EXIT_RATE[size] * np.where(born, 1.6, 1.0)
    lasting = (rng.standard_exponential(count) / rate * 365.25).astype(np.int64) + 60
    end = np.maximum(start, window_opens) + lasting
    industry = draw_codes(rng, np.array([row.share for row in INDUSTRIES]), count)
    eager = np.array([row.guided for row in INDUSTRIES])[industry]
    return Companies(
        cvr=numbers[:count],
        spare_cvr=numbers[count:],
        form=_draw_forms(rng, size, start),
        start=start,
        end=np.where(end > calendar.today, NEVER, end),
        industry=industry,
        municipality=draw_codes(rng, geography.shares, count),
        size=size,
        employees=employees,
        crisis=draw_flags(rng, 0.05, count),
        growth_segment=draw_flags(rng, np.clip(0.42 + 0.08 * eager + 0.08 * born, 0.3, 0.8), count),
    )


def make_units(settings: SyntheticSettings, calendar: Calendar, geography: Geography, companies: Companies) -> Units:
    """Draws production units: a main unit per company, further ones for larger companies, some that change hands."""
    rng = generator(settings.seed, "units")
    count = len(companies)
    extras = rng.poisson(_EXTRA_UNITS[companies.size])
    owner = np.repeat(np.arange(count), extras)
    lives_until = np.minimum(companies.end[owner], calendar.today)
    span = np.maximum(lives_until - companies.start[owner], 0)
    start = companies.start[owner] + (rng.random(owner.size) * 0.9 * span).astype(np.int64)
    closed = draw_flags(rng, 0.10, owner.size)
    end = np.where(
        closed, start + (rng.random(owner.size) * (lives_until - start)).astype(np.int64), companies.end[owner]
    )
    elsewhere = draw_codes(rng, geography.shares, owner.size)
    place = np.where(draw_flags(rng, 0.8, owner.size), companies.municipality[owner], elsewhere)
    moving = draw_flags(rng, 0.06, owner.size) & ~closed
    taker = rng.integers(0, count, owner.size)
    moved_on = start + (rng.random(owner.size) * np.maximum(lives_until - start, 1)).astype(np.int64)
    moving &= (companies.start[taker] <= moved_on) & (companies.end[taker] > moved_on + 1) & (taker != owner)
    moving &= (moved_on > start) & (moved_on < lives_until)
    end = np.where(moving, moved_on, end)
    numbers = FIRST_P_NUMBER + rng.permutation(count + owner.size).astype(np.int64)
    moved = np.flatnonzero(moving)
    return Units(
        number=np.concatenate([numbers, numbers[count + moved]]),
        company=np.concatenate([np.arange(count), owner, taker[moved]]),
        start=np.concatenate([companies.start, start, moved_on[moved] + 1]),
        end=np.concatenate([companies.end, end, companies.end[taker[moved]]]),
        municipality=np.concatenate([companies.municipality, place, place[moved]]),
        first_extra=count + np.cumsum(extras) - extras,
        extras=extras.astype(np.int64),
    )


_STEMS = (
    "Nordbæk", "Solhøj", "Lyngå", "Åbrink", "Ravnsø", "Egedam", "Klintved", "Birkholt", "Skovlund", "Havkær",
    "Møllebro", "Fjordvig", "Stenager", "Tornby", "Elmvang", "Brogård", "Hvidmark", "Kildeås", "Vesterhede", "Granlo",
)  # fmt: skip
_TRADES = (
    "Teknik", "Handel", "Byg", "Rådgivning", "Design", "Transport", "Service", "Fødevarer", "Energi", "Digital",
    "Maskiner", "Kontor", "Natur", "Værksted", "Invest", "Pleje",
)  # fmt: skip
_ENDINGS = {
    10: "",
    15: "",
    20: " (dødsbo)",
    30: " I/S",
    40: " K/S",
    60: " A/S",
    70: " P/S",
    80: " ApS",
    81: " IVS",
    140: " A.M.B.A.",
}


def company_names(companies: Companies) -> pa.Array:
    """Invented names, unique by their number; a sole proprietor's reads as a person's but names nobody."""
    position = np.arange(len(companies))
    stem = pa.array(_STEMS).take(pa.array(position * 7 % len(_STEMS)))
    trade = pa.array(_TRADES).take(pa.array(position * 11 % len(_TRADES)))
    serial = pa.array(position + 1).cast(pa.string())
    forms, kind = np.unique(companies.form, return_inverse=True)
    ending = pa.array([_ENDINGS.get(int(form), "") for form in forms]).take(pa.array(kind))
    firm = pc.binary_join_element_wise(stem, pa.scalar(" "), trade, pa.scalar(" "), serial, ending, "")
    person = pc.binary_join_element_wise(pa.scalar("Person "), serial, pa.scalar(", syntetisk"), "")
    return pc.if_else(pa.array(np.isin(companies.form, _NATURAL_PERSONS)), person, firm)
