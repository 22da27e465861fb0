"""The shared CRM: courses, activities, themes and referrals of one block, before any dirt."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from sources.synthetic.accounts import Treatments
from sources.synthetic.companies import Companies, Units
from sources.synthetic.days import DAY_SECONDS, NEVER, Flags, Floats, Ints, years_of
from sources.synthetic.randomness import draw_codes, draw_flags, generator
from sources.synthetic.selection import COLLECTIVE, EARLY_WARNING, INDIVIDUAL, PRE_STARTER, Starts
from sources.synthetic.settings import Calendar, SyntheticSettings

NO_SEGMENT, OPERATING, GROWTH = 0, 1, 2
"""Customer segments; `drift` and `vaekst` in the deliveries."""

NO_ANSWER, YES, NO = 0, 1, 2
"""Consent to share."""

THEMES = (
    "digitalisering_automatisering", "innovation", "kapital", "internationalisering", "forretningsmodel",
    "baeredygtighed", "krisehaandtering", "ledelse_organisation", "ejerskifte", "ivaerksaetteri",
    "arbejdskraft_kompetencer", "ipr", "samfundsansvar", "designtaenkning", "detail_turisme_bymidter", "forsvar",
)  # fmt: skip
SUSTAINABILITY = THEMES.index("baeredygtighed")
DIGITAL = THEMES.index("digitalisering_automatisering")
_CRISIS = THEMES.index("krisehaandtering")
_START_UP = THEMES.index("ivaerksaetteri")
_DEFENCE = THEMES.index("forsvar")
_THEME_WEIGHTS = np.array([1.6, 1.1, 1.2, 1.1, 1.7, 1.2, 0.3, 0.8, 0.4, 0.4, 0.6, 0.25, 0.15, 0.15, 0.35, 0.02])

ACTORS = (
    "privat_raadgiver", "eifo", "innovationsfonden", "trade_council", "pvs", "klynge", "gts", "edih", "eu_kontor",
    "lokal_erhvervsservice", "jobcenter_beskaeftigelse", "uddannelse_viden", "privat_kapital", "virksomhedsguiden",
)  # fmt: skip
_ACTOR_WEIGHTS = np.array([3.0, 1.2, 0.7, 0.8, 0.4, 1.0, 0.5, 0.4, 0.5, 1.0, 0.4, 0.6, 0.7, 0.5])
CHANNELS = ("fysisk", "digital", "telefon")

_LONGEST_COURSE = 500
_INTENSIVE_SHARE = 0.035
_REFERRED_SHARE = 0.38
_FORGOTTEN_OPEN_SHARE = 0.015
_DEVELOPERS_PER_HOUSE = 45


@dataclass(frozen=True)
class Courses:
    """Guidance courses, one position each; positions are stable and only ever appended to.

    Attributes:
        house: Position of the house.
        company: Position of the company, or PRE_STARTER.
        unit: Row of the production unit, or -1.
        segment: NO_SEGMENT, OPERATING or GROWTH.
        kind: Course type.
        start: Start day.
        end: End day, or NEVER while open.
        consent: NO_ANSWER, YES or NO.
        decision: Day of the management decision, or NEVER.
        developer: Number of the business developer.
        created: Seconds since 1970, local time, when the course was created in the CRM.
        withdrawn: 0, or the delivery (1 or 2) that withdraws the course.
        segment_later: The full history lacks the segment; a later delivery corrects it.
    """

    house: Ints
    company: Ints
    unit: Ints
    segment: Ints
    kind: Ints
    start: Ints
    end: Ints
    consent: Ints
    decision: Ints
    developer: Ints
    created: Ints
    withdrawn: Ints
    segment_later: Flags

    def __len__(self) -> int:
        """Number of courses."""
        return int(self.house.size)

    @property
    def created_day(self) -> Ints:
        """Day the course was created in the CRM."""
        return self.created // DAY_SECONDS


@dataclass(frozen=True)
class Activities:
    """Activities: course position, day, quarter hours, channel. Ordered by course and day."""

    course: Ints
    day: Ints
    quarters: Ints
    channel: Ints


@dataclass(frozen=True)
class Referrals:
    """Referrals: course position, actor type (-1 when missing), day, number of the actor's name."""

    course: Ints
    actor: Ints
    day: Ints
    name: Ints


@dataclass(frozen=True)
class Themes:
    """Themes of courses: course position and theme."""

    course: Ints
    theme: Ints


Overrides = dict[str, dict[int, str]]
"""Delivered text that replaces a column's own, by column and row position: unreadable values and messy spellings."""


@dataclass(frozen=True)
class Guidance:
    """Everything one block delivers about guidance.

    Attributes:
        block: Number of the block; part of every id.
        courses: The courses.
        activities: Their activities.
        themes: Their themes.
        referrals: Their referrals.
        course_texts: Texts that replace values of `crm_forloeb`.
        activity_texts: Texts that replace values of `crm_aktivitet` (only rows of the update, which is text).
        referral_texts: Texts that replace values of `crm_henvisning`.
        theme_texts: Texts that replace values of `crm_tema`.
    """

    block: int
    courses: Courses
    activities: Activities
    themes: Themes
    referrals: Referrals
    course_texts: Overrides = field(default_factory=dict)
    activity_texts: Overrides = field(default_factory=dict)
    referral_texts: Overrides = field(default_factory=dict)
    theme_texts: Overrides = field(default_factory=dict)

    @cached_property
    def hours(self) -> Floats:
        """Hours of activities per course."""
        quarters = np.bincount(self.activities.course, weights=self.activities.quarters, minlength=len(self.courses))
        return quarters[: len(self.courses)] / 4.0

    @cached_property
    def first_day(self) -> Ints:
        """Day of the first activity per course (the start day where there is none)."""
        first = np.full(len(self.courses), NEVER)
        np.minimum.at(first, self.activities.course, self.activities.day)
        return np.where(first == NEVER, self.courses.start, first)

    @cached_property
    def last_day(self) -> Ints:
        """Day of the last activity per course (the start day where there is none)."""
        last = self.courses.start.copy()
        np.maximum.at(last, self.activities.course, self.activities.day)
        return last

    def course_ids(self, positions: Ints) -> list[str]:
        """Course ids of positions."""
        return [f"F{self.block:03d}{position + 1:06d}" for position in positions.tolist()]


def _lengths(rng: np.random.Generator, kind: Ints, growth: Flags, intensive: Flags) -> Ints:
    """Planned length in days: collective courses are short, growth courses long."""
    typical = np.where(growth, 110.0, 55.0)
    typical = np.where(kind == COLLECTIVE, 18.0, np.where(kind == EARLY_WARNING, 90.0, typical))
    days = typical * np.exp(rng.normal(0.0, 0.65, kind.size))
    days = np.where(intensive, rng.uniform(150.0, 290.0, kind.size), days)
    whole: Ints = np.clip(days, 0, _LONGEST_COURSE).astype(np.int64)
    return whole


def _meetings(rng: np.random.Generator, kind: Ints, growth: Flags, intensive: Flags) -> Ints:
    """Planned number of activities per course, at least one."""
    expected = np.where(growth, 4.1, 3.1)
    expected = np.where(kind == COLLECTIVE, 0.9, np.where(kind == EARLY_WARNING, 3.6, expected))
    return np.where(intensive, rng.integers(10, 20, kind.size), 1 + rng.poisson(expected)).astype(np.int64)


def _quarters(rng: np.random.Generator, kind: Ints, intensive: Flags) -> Ints:
    """Quarter hours per activity."""
    hours = np.exp(rng.normal(0.22, 0.5, kind.size))
    hours = np.where(kind == COLLECTIVE, rng.uniform(0.5, 1.6, kind.size), hours)
    hours = np.where(intensive, np.exp(rng.normal(0.62, 0.3, kind.size)), hours)
    return np.clip(np.round(hours * 4), 1, 24).astype(np.int64)


def _choose_units(rng: np.random.Generator, units: Units, company: Ints, start: Ints, last: Ints) -> Ints:
    """A production unit the company has during the whole course: a further one now and then, else the main one."""
    safe = np.maximum(company, 0)
    wanted = draw_flags(rng, 0.35, company.size) & (units.extras[safe] > 0)
    further = units.first_extra[safe] + (rng.random(company.size) * units.extras[safe]).astype(np.int64)
    further = np.where(wanted, further, safe)
    fits = (units.start[further] <= start) & (units.end[further] > last)
    return np.where(company == PRE_STARTER, -1, np.where(wanted & fits, further, safe))


def make_courses(
    settings: SyntheticSettings, calendar: Calendar, companies: Companies, units: Units, starts: Starts, block: int
) -> Guidance:
    """Draws courses and their activities, themes and referrals; as made here they break no rule of practice.

    A course ends before its company ceases, is registered within ten days of its first activity, belongs to a unit of
    its company throughout, and no two courses share house, company, type and start.
    """
    rng = generator(settings.seed, "courses", block)
    start = starts.earliest + (rng.random(starts.kind.size) * (starts.latest - starts.earliest + 1)).astype(np.int64)
    order = _distinct(starts, start)
    company, kind, house = starts.company[order], starts.kind[order], starts.house[order]
    start, count = start[order], order.size
    known = company != PRE_STARTER
    inclined = np.where(known, companies.growth_segment[np.maximum(company, 0)], draw_flags(rng, 0.5, count))
    individual = kind == INDIVIDUAL
    intensive = individual & inclined & draw_flags(rng, _INTENSIVE_SHARE, count)
    limit = np.where(known, companies.end[np.maximum(company, 0)] - 1, NEVER)
    planned = np.minimum(start + _lengths(rng, kind, inclined, intensive), limit)
    end = np.minimum(planned + rng.integers(0, 10, count), limit)
    forgotten = draw_flags(rng, _FORGOTTEN_OPEN_SHARE, count)
    activities = _make_activities(
        rng, calendar, kind, intensive, start, planned, _meetings(rng, kind, inclined, intensive)
    )
    last = np.minimum(np.minimum(end, limit), calendar.today)
    shown = individual | ((kind == EARLY_WARNING) & draw_flags(rng, 0.5, count))
    courses = Courses(
        house=house,
        company=company,
        unit=_choose_units(rng, units, company, start, last),
        segment=np.where(shown, np.where(inclined, GROWTH, OPERATING), NO_SEGMENT),
        kind=kind,
        start=start,
        end=np.where((end > calendar.today) | (forgotten & (limit > calendar.today)), NEVER, end),
        consent=np.where(draw_flags(rng, 0.8, count), YES, NO),
        decision=np.full(count, NEVER),
        developer=house * 100 + rng.integers(1, _DEVELOPERS_PER_HOUSE + 1, count),
        created=_created(rng, calendar, start),
        withdrawn=np.zeros(count, dtype=np.int64),
        segment_later=np.zeros(count, dtype=np.bool_),
    )
    themes = _make_themes(
        rng, courses, years_of(start), start - np.where(known, companies.start[np.maximum(company, 0)], start)
    )
    return Guidance(block, courses, activities, themes, _make_referrals(rng, calendar, courses))


def _distinct(starts: Starts, start: Ints) -> Ints:
    """Positions in order of start day, without a second course of the same house, company, type and start day."""
    order = np.lexsort((starts.kind, starts.house, starts.company, start))
    keys = np.stack([starts.kind, starts.house, starts.company, start])[:, order]
    same = np.zeros(order.size, dtype=np.bool_)
    same[1:] = (keys[:, 1:] == keys[:, :-1]).all(axis=0) & (keys[2, 1:] != PRE_STARTER)
    distinct: Ints = order[~same]
    return distinct


def _created(rng: np.random.Generator, calendar: Calendar, start: Ints) -> Ints:
    """Creation time: some days before to ten days after the first activity, in office hours, never after today."""
    day = np.minimum(start + rng.integers(-8, 11, start.size), calendar.today)
    seconds: Ints = day * DAY_SECONDS + rng.integers(8 * 3600, 17 * 3600, start.size)
    return seconds


def _make_activities(
    rng: np.random.Generator,
    calendar: Calendar,
    kind: Ints,
    intensive: Flags,
    start: Ints,
    planned: Ints,
    meetings: Ints,
) -> Activities:
    """Activities between start and planned end, the first on the start day; those after today have not happened."""
    course = np.repeat(np.arange(kind.size), meetings)
    span = (planned - start)[course]
    day = start[course] + (rng.random(course.size) * (span + 1)).astype(np.int64)
    opening = np.cumsum(meetings) - meetings
    day[opening] = start
    quarters = _quarters(rng, kind[course], intensive[course])
    channel = draw_codes(rng, np.array([0.45, 0.40, 0.15]), course.size)
    happened = day <= calendar.today
    course, day, quarters, channel = course[happened], day[happened], quarters[happened], channel[happened]
    order = np.lexsort((day, course))
    return Activities(course[order], day[order], quarters[order], channel[order])


def _make_themes(rng: np.random.Generator, courses: Courses, year: Ints, age: Ints) -> Themes:
    """One to three different themes per course, by type, year and the company's age in days."""
    count = len(courses)
    weights = np.tile(_THEME_WEIGHTS, (count, 1))
    weights[:, SUSTAINABILITY] *= 0.7 + 0.12 * (year - 2019)
    weights[:, _CRISIS] = np.where(courses.kind == EARLY_WARNING, 40.0, weights[:, _CRISIS])
    weights[:, _START_UP] = np.where(age < 1096, 4.0, weights[:, _START_UP])  # noqa: PLR2004  Three years in days.
    weights[:, _DEFENCE] = np.where(year >= 2025, 0.3, weights[:, _DEFENCE])  # noqa: PLR2004  The theme is from 2025.
    keys = rng.standard_exponential(weights.shape) / weights
    nearest = np.argsort(keys, axis=1)[:, :3]
    wanted = 1 + draw_codes(rng, np.array([0.55, 0.30, 0.15]), count)
    taken = np.arange(3) < wanted[:, None]
    return Themes(np.repeat(np.arange(count), wanted), nearest[taken])


def _make_referrals(rng: np.random.Generator, calendar: Calendar, courses: Courses) -> Referrals:
    """One or two referrals for a share of individual and Early Warning courses, dated within the course."""
    referred = np.flatnonzero((courses.kind != COLLECTIVE) & draw_flags(rng, _REFERRED_SHARE, len(courses)))
    course = np.repeat(referred, 1 + draw_flags(rng, 0.25, referred.size))
    until = np.minimum(np.minimum(courses.end[course], calendar.today), courses.start[course] + 200)
    day = courses.start[course] + (rng.random(course.size) * (until - courses.start[course] + 1)).astype(np.int64)
    actor = draw_codes(rng, _ACTOR_WEIGHTS, course.size)
    return Referrals(course, actor, day, rng.integers(1, 400, course.size))


def first_treatments(courses: Courses) -> Treatments:
    """The first individual guidance of each company: courses less than 12 months apart are one.

    Companies whose first guidance is still open have no outcome to plant an effect in and are left out.
    """
    rows = np.flatnonzero((courses.kind == INDIVIDUAL) & (courses.company != PRE_STARTER))
    rows = rows[np.lexsort((courses.start[rows], courses.company[rows]))]
    company, start = courses.company[rows], courses.start[rows]
    opens = np.ones(rows.size, dtype=np.bool_)
    opens[1:] = company[1:] != company[:-1]
    owner = np.cumsum(opens) - 1
    # The running latest end within a company: owners are ascending, so one maximum over shifted ends does it.
    shifted = np.maximum.accumulate(courses.end[rows] + owner * 2 * NEVER)
    latest = shifted - owner * 2 * NEVER
    broken = np.zeros(rows.size, dtype=np.int64)
    broken[1:] = ~opens[1:] & (start[1:] > latest[:-1] + 365)
    before = np.cumsum(broken)
    chained = before == before[np.flatnonzero(opens)][owner]
    end = np.zeros(int(opens.sum()), dtype=np.int64)
    np.maximum.at(end, owner[chained], courses.end[rows][chained])
    first = rows[opens]
    closed = end < NEVER
    return Treatments(
        company=courses.company[first][closed],
        house=courses.house[first][closed],
        growth=(courses.segment[first] == GROWTH)[closed],
        baseline=years_of(courses.start[first][closed]) - 1,
        end=years_of(end[closed]),
    )


def append_courses(courses: Courses, originals: Ints) -> Courses:
    """The courses with copies of some of them appended."""
    columns = {name: np.concatenate([column, column[originals]]) for name, column in vars(courses).items()}
    return replace(courses, **columns)
