"""Who is guided when: which companies start a course of which type in which year."""

from dataclasses import dataclass

import numpy as np

from sources.synthetic.accounts import Accounts
from sources.synthetic.companies import SIZE_CLASSES, Companies
from sources.synthetic.days import Flags, Floats, Ints, day_of
from sources.synthetic.geography import HOUSES, Geography
from sources.synthetic.industries import INDUSTRIES
from sources.synthetic.randomness import draw_flags, draw_weighted, generator
from sources.synthetic.settings import FIRST_GUIDANCE_YEAR, Calendar, SyntheticSettings

INDIVIDUAL, COLLECTIVE, EARLY_WARNING = 0, 1, 2
"""Course types, as positions in the contract's code list."""

PRE_STARTER = -1
"""Stands for the company of a course without a CVR number."""

_COURSES_IN_FIRST_YEAR = 7_100
_COURSES_MORE_PER_YEAR = 280
_TYPE_SHARES = (0.68, 0.23, 0.09)
_PRE_STARTER_SHARE = 0.035
_RETURNING_SHARE = 0.32
_SECOND_COURSE_SHARE = 0.04
_OTHER_HOUSE_SHARE = 0.03

_YOUNG_COURSES = {2019: 400, 2022: 470, 2025: 850, 2027: 1000}
"""Individual courses started with companies under three years old, nationally; straight lines in between."""

_SIZE_INTEREST = np.array([0.35, 1.5, 2.6, 3.6, 2.2, 0.7])
_HOUSE_INTEREST = np.array([0.75, 1.0, 1.1, 1.25, 1.1, 1.3])
_AMBITION = 0.25
"""How much interest follows growth: the log of interest per unit of log growth. No published figure is known. Later
guidance that follows growth biases every comparison with companies never guided: `dbt_project/effect/README.md`.
"""
_YOUNG_DAYS = 840
_OLD_DAYS = 1096
_ALWAYS_CONTROLS = 200_000
"""A pool smaller than this many companies per national block keeps half its companies for ever without guidance."""


@dataclass(frozen=True)
class Starts:
    """One row per course to be: who, which type, which house, which year, and the days it can start on.

    Attributes:
        company: Position of the company, or PRE_STARTER.
        kind: Course type.
        house: Position of the house.
        municipality: Position of the municipality (the company's, or the pre-starter's own).
        earliest: First possible start day.
        latest: Last possible start day.
    """

    company: Ints
    kind: Ints
    house: Ints
    municipality: Ints
    earliest: Ints
    latest: Ints


@dataclass(frozen=True)
class _Year:
    """What the draw of one year needs to know about the pool."""

    earliest: Ints
    latest: Ints
    interest: Floats
    courses: float
    young_courses: float


def pool_of_block(companies: Companies, settings: SyntheticSettings, block: int) -> Ints:
    """The companies a block may guide. Blocks share no company, so every rule about companies holds within a block."""
    pool = np.arange(block, len(companies), settings.blocks, dtype=np.int64)
    if pool.size < _ALWAYS_CONTROLS * settings.block_share and settings.scale > 1:
        pool = pool[: pool.size // 2]
    return pool


def _interest(rng: np.random.Generator, companies: Companies, geography: Geography, pool: Ints) -> Floats:
    """How eager each company of the pool is, apart from its growth and size: industry, house and place."""
    eager = np.array([row.guided for row in INDUSTRIES])[companies.industry[pool]]
    place = companies.municipality[pool]
    local = np.exp(rng.normal(0.0, 0.12, len(geography.code)))[place]
    interest: Floats = eager * local * _HOUSE_INTEREST[geography.house[place]] * companies.guidable[pool]
    return interest


def _year(
    settings: SyntheticSettings,
    calendar: Calendar,
    companies: Companies,
    accounts: Accounts,
    pool: Ints,
    interest: Floats,
    year: int,
) -> _Year:
    """The pool as it stands in one year; the year of `today` counts with the part that has passed."""
    first, last = day_of(year), min(day_of(year + 1) - 1, calendar.today)
    earliest = np.maximum(companies.start[pool], first)
    latest = np.minimum(companies.end[pool] - 2, last)
    possible = latest >= earliest
    ambition = np.exp(_AMBITION * np.clip(accounts.prior_growth(year)[pool], -1.0, 1.0))
    interest = interest * _SIZE_INTEREST[_size_before(accounts, pool, year)]
    part = settings.block_share * (last - first + 1) / 365.25
    courses = (_COURSES_IN_FIRST_YEAR + _COURSES_MORE_PER_YEAR * (year - FIRST_GUIDANCE_YEAR)) * part
    young = float(np.interp(year, list(_YOUNG_COURSES), list(_YOUNG_COURSES.values()))) * part
    return _Year(earliest, latest, np.where(possible, interest * ambition, 0.0), courses, young)


def _size_before(accounts: Accounts, pool: Ints, year: int) -> Ints:
    """Size class the year before: what a house sees. The size at the outset would select on growth long before it."""
    column = min(max(year - 1 - accounts.first_year, 0), accounts.employees.shape[1] - 1)
    lowest = np.array([low for low, _ in SIZE_CLASSES[1:]])
    classes: Ints = np.searchsorted(lowest, accounts.employees[pool, column], side="right").astype(np.int64)
    return classes


def _individual(rng: np.random.Generator, now: _Year, started: Ints, troubled: Flags, previous: Ints) -> Ints:
    """Pool positions that start an individual course: returning, young and other companies, and second courses."""
    wanted = now.courses * _TYPE_SHARES[INDIVIDUAL] * (1 - _PRE_STARTER_SHARE)
    interest = np.where(troubled, 0.0, now.interest)
    age = now.earliest - started
    young = np.where(age < _YOUNG_DAYS, interest, 0.0)
    old = np.where(age > _OLD_DAYS, interest, 0.0)
    back = np.zeros_like(interest)
    back[previous] = interest[previous]
    returning = draw_weighted(rng, back, min(round(wanted * _RETURNING_SHARE), previous.size // 2))
    new_young = draw_weighted(rng, young, max(1, round(now.young_courses * 0.85)))
    rest = wanted * (1 - _SECOND_COURSE_SHARE) - returning.size - new_young.size
    others = draw_weighted(rng, old, max(1, round(rest)))
    first = np.concatenate([returning, new_young, others])
    second = rng.choice(first, round(wanted * _SECOND_COURSE_SHARE)) if first.size else first
    return np.concatenate([first, second])


def draw_starts(
    settings: SyntheticSettings,
    calendar: Calendar,
    geography: Geography,
    companies: Companies,
    accounts: Accounts,
    block: int,
) -> Starts:
    """Draws the courses of one block, year by year, from the first year of the houses to today.

    Companies are chosen among those alive in the year by size, industry, growth up to the year before (never after: the
    planted effect must be recoverable), region and place. Companies in trouble get Early Warning only.
    """
    rng = generator(settings.seed, "selection", block)
    pool = pool_of_block(companies, settings, block)
    interest = _interest(rng, companies, geography, pool)
    troubled = companies.crisis[pool]
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    previous = np.empty(0, dtype=np.int64)
    for year in range(FIRST_GUIDANCE_YEAR, calendar.year + 1):
        now = _year(settings, calendar, companies, accounts, pool, interest, year)
        individual = _individual(rng, now, companies.start[pool], troubled, previous)
        previous = np.unique(individual)
        together = draw_weighted(
            rng, np.where(troubled, 0.0, now.interest), round(now.courses * _TYPE_SHARES[COLLECTIVE])
        )
        warned = draw_weighted(
            rng, np.where(troubled, now.interest, 0.0), round(now.courses * _TYPE_SHARES[EARLY_WARNING])
        )
        for type_number, chosen in ((INDIVIDUAL, individual), (COLLECTIVE, together), (EARLY_WARNING, warned)):
            parts.append((pool[chosen], np.full(chosen.size, type_number), now.earliest[chosen], now.latest[chosen]))
        alone = round(now.courses * _TYPE_SHARES[INDIVIDUAL] * _PRE_STARTER_SHARE)
        opens, closes = day_of(year), min(day_of(year + 1) - 1, calendar.today)
        parts.append(
            (np.full(alone, PRE_STARTER), np.zeros(alone, np.int64), np.full(alone, opens), np.full(alone, closes))
        )
    company, kind, earliest, latest = (np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True))
    anywhere = rng.choice(len(geography.code), company.size, p=geography.shares)
    place = np.where(company == PRE_STARTER, anywhere, companies.municipality[company])
    house = geography.house[place]
    stranger = draw_flags(rng, _OTHER_HOUSE_SHARE, company.size) & (company != PRE_STARTER)
    house = np.where(stranger, (house + rng.integers(1, len(HOUSES), company.size)) % len(HOUSES), house)
    return Starts(company, kind, house, place, earliest, latest)
