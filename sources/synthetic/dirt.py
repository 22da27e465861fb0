"""The dirt of real registrations, planted exactly: every fault breaks its rule, and nothing else does.

A course gets at most one planted fault, so that no fault hides or repairs another. Faults are more frequent in some
houses than in others, as practice differs. What a fault brings along is recorded with `implied_by`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sources.synthetic.companies import Companies, Units
from sources.synthetic.days import DAY_SECONDS, NEVER, Flags, Ints, date_of, years_of
from sources.synthetic.faults import FaultLog
from sources.synthetic.guidance import (
    GROWTH,
    NO_ANSWER,
    NO_SEGMENT,
    OPERATING,
    Activities,
    Guidance,
    Referrals,
    Themes,
    append_courses,
)
from sources.synthetic.intensive import LIMIT_HOURS, pair_of, passings
from sources.synthetic.randomness import draw_flags, generator
from sources.synthetic.selection import COLLECTIVE, INDIVIDUAL, PRE_STARTER
from sources.synthetic.settings import Calendar, SyntheticSettings

_HOUSE_SLOPPINESS = np.array([1.3, 1.0, 0.7, 0.8, 1.1, 0.9])
_COURSE = "crm_forloeb"
_SETTLED_DAYS = 40
"""Courses ended longer ago than this were sent to evaluation under every reading of the rule's grace period."""

_LONG_HOURS = 3.25
_SHORT_HOURS = 2.75
_SMALL_TOTAL = 6.0
"""House and company pairs with at most this many hours stay under 20 hours whatever single activity is planted."""


@dataclass
class Site:
    """A block under treatment: the guidance, what is planted so far, and which courses are still untouched.

    Attributes:
        guidance: The block's guidance, replaced as faults are planted.
        free: Courses without a planted fault.
        log: The record of faults.
        never_sent: Courses that must not be sent to evaluation.
        always_sent: Courses that must be sent to evaluation.
    """

    rng: np.random.Generator
    calendar: Calendar
    companies: Companies
    units: Units
    pool: Ints
    guidance: Guidance
    free: Flags
    never_sent: Flags
    always_sent: Flags
    log: FaultLog = field(default_factory=FaultLog)

    @property
    def with_company(self) -> Flags:
        """Courses with a CVR number."""
        known: Flags = self.guidance.courses.company != PRE_STARTER
        return known

    def take(self, candidates: Flags, share: float) -> Ints:
        """Draws free candidates (a share of all courses, at least one while there are any) and marks them as used."""
        rows = np.flatnonzero(candidates & self.free)
        count = min(rows.size, max(1, round(share * self.free.size)))
        if count == 0:
            return rows
        chance = _HOUSE_SLOPPINESS[self.guidance.courses.house[rows]]
        chosen = np.sort(self.rng.choice(rows, count, replace=False, p=chance / chance.sum()))
        self.free[chosen] = False
        return chosen

    def houses(self, courses: Ints) -> list[int]:
        """House positions of courses."""
        positions: list[int] = self.guidance.courses.house[courses].tolist()
        return positions

    def record(self, kind: str, courses: Ints, detail: str | list[str], implied_by: str | None = None) -> None:
        """Records a fault of courses."""
        self.log.add(kind, _COURSE, self.guidance.course_ids(courses), self.houses(courses), detail, implied_by)

    def set_courses(self, courses: Ints, **columns: Ints | int) -> None:
        """Sets values of some courses."""
        changed: dict[str, Any] = {}
        for name, values in columns.items():
            column = getattr(self.guidance.courses, name).copy()
            column[courses] = values
            changed[name] = column
        self.guidance = replace(self.guidance, courses=replace(self.guidance.courses, **changed))

    def set_texts(self, column: str, courses: Ints, texts: list[str]) -> None:
        """Sets the delivered text of a column of some courses."""
        every = dict(self.guidance.course_texts)
        every[column] = {**every.get(column, {}), **dict(zip(courses.tolist(), texts, strict=True))}
        self.guidance = replace(self.guidance, course_texts=every)

    def alone(self) -> Flags:
        """Courses that are their house's only course with that company, of any type."""
        pair = np.where(self.with_company, pair_of(self.guidance.courses), -1 - np.arange(self.free.size))
        _, position, size = np.unique(pair, return_inverse=True, return_counts=True)
        single: Flags = (size[position] == 1) & self.with_company
        return single

    def small(self) -> Flags:
        """Courses alone with their company in the house, and of few hours."""
        return self.alone() & (self.guidance.hours <= _SMALL_TOTAL)


def make_site(
    settings: SyntheticSettings, calendar: Calendar, companies: Companies, units: Units, pool: Ints, guidance: Guidance
) -> Site:
    """A block as drawn, with nothing planted yet."""
    untouched = np.ones(len(guidance.courses), dtype=np.bool_)
    rng = generator(settings.seed, "dirt", guidance.block)
    return Site(rng, calendar, companies, units, pool, guidance, untouched, ~untouched, ~untouched.copy())


def plant_before_decisions(site: Site) -> None:
    """Withdrawals and all faults that change courses, activities, themes or referrals."""
    for plant in _BEFORE_DECISIONS:
        plant(site)


def _withdrawn(site: Site) -> None:
    """Courses withdrawn by a later delivery: in no measure and no rule, so first and never with another fault."""
    courses = site.guidance.courses
    chosen = site.take((courses.created_day <= site.calendar.history) & (site.alone() | ~site.with_company), 0.006)
    site.set_courses(chosen, withdrawn=site.rng.integers(1, 3, chosen.size))
    site.record("withdrawn", chosen, "slettet i en senere leverance")


def _duplicates(site: Site) -> None:
    """The same course registered twice: same house, company, type and start, each with its own rows."""
    courses = site.guidance.courses
    originals = site.take(site.small() & (courses.withdrawn == 0), 0.004)
    known = len(courses)
    copies = known + np.arange(originals.size)
    place = np.full(known, -1)
    place[originals] = copies
    acts, themes = site.guidance.activities, site.guidance.themes
    again, theme_again = place[acts.course] >= 0, place[themes.course] >= 0
    site.guidance = replace(
        site.guidance,
        courses=append_courses(courses, originals),
        activities=_append(acts, again, place),
        themes=Themes(
            np.concatenate([themes.course, place[themes.course[theme_again]]]),
            np.concatenate([themes.theme, themes.theme[theme_again]]),
        ),
    )
    unused = np.zeros(originals.size, dtype=np.bool_)
    site.free = np.concatenate([site.free, unused])
    site.never_sent = np.concatenate([site.never_sent, unused])
    site.always_sent = np.concatenate([site.always_sent, unused])
    site.record("no_duplicate_course", copies, [f"kopi af {text}" for text in site.guidance.course_ids(originals)])
    site.record("no_duplicate_course", originals, "registreret to gange", "no_duplicate_course")


def _append(activities: Activities, again: Flags, place: Ints) -> Activities:
    """Activities with copies of the marked ones appended to other courses."""
    return Activities(
        np.concatenate([activities.course, place[activities.course[again]]]),
        np.concatenate([activities.day, activities.day[again]]),
        np.concatenate([activities.quarters, activities.quarters[again]]),
        np.concatenate([activities.channel, activities.channel[again]]),
    )


def _missing_segment(site: Site) -> None:
    """Individual courses without a customer segment."""
    chosen = site.take(site.guidance.courses.kind == INDIVIDUAL, 0.02)
    site.set_courses(chosen, segment=NO_SEGMENT)
    site.record("segment_registered", chosen, "individuelt forløb uden kundesegment")


def _inconsistent_segment(site: Site) -> None:
    """Two courses of one company in one house and year with different segments; the company has no third course."""
    courses = site.guidance.courses
    pair = np.where(site.with_company, pair_of(courses), -1 - np.arange(len(courses)))
    order = np.lexsort((np.arange(len(courses)), pair))
    _, opening, size = np.unique(pair[order], return_index=True, return_counts=True)
    first, second = order[opening[size == 2]], order[opening[size == 2] + 1]  # noqa: PLR2004  Exactly two courses.
    both = np.stack([first, second])
    segments = courses.segment[both]
    fits = (segments > NO_SEGMENT).all(axis=0) & site.free[both].all(axis=0)
    years = np.concatenate([years_of(courses.start[both]), years_of(site.guidance.last_day[both])])
    fits &= (years == years[0]).all(axis=0) & (courses.end[both] < NEVER).all(axis=0)
    fits &= (years_of(np.minimum(courses.end[both], site.calendar.today)) == years[0]).all(axis=0)
    rows = np.flatnonzero(fits)
    wanted = min(rows.size, max(1, round(0.002 * len(courses))))
    rows = np.sort(site.rng.choice(rows, wanted, replace=False)) if wanted else rows
    first, second = first[rows], second[rows]
    site.free[first] = site.free[second] = False
    site.set_courses(second, segment=np.where(courses.segment[first] == GROWTH, OPERATING, GROWTH))
    site.record("segment_consistent", second, [f"andet segment end {text}" for text in site.guidance.course_ids(first)])
    site.record("segment_consistent", first, "andet forløb samme år har et andet segment", "segment_consistent")


def _broken_cvr(site: Site) -> None:
    """CVR numbers with a wrong last digit or a digit missing; only courses that carry no other course's hours."""
    chosen = site.take(site.alone(), 0.004)
    correct = site.companies.cvr[site.guidance.courses.company[chosen]]
    short = draw_flags(site.rng, 0.3, chosen.size)
    wrong = np.where(short, correct // 10, correct - correct % 10 + (correct % 10 + 1) % 10)
    site.set_texts("cvr_nummer", chosen, [str(number) for number in wrong.tolist()])
    site.record(
        "cvr_valid", chosen, [f"{number} i stedet for {right}" for number, right in zip(wrong, correct, strict=True)]
    )
    site.record("cvr_in_register", chosen, "ugyldigt CVR-nummer", "cvr_valid")
    site.record("p_number_of_company", chosen, "ugyldigt CVR-nummer", "cvr_valid")


def _unknown_cvr(site: Site) -> None:
    """Valid CVR numbers that the register does not have."""
    spare = site.companies.spare_cvr[site.guidance.block :: 1000]
    chosen = site.take(site.alone(), 0.003)[: spare.size]
    site.set_texts("cvr_nummer", chosen, [str(number) for number in spare[: chosen.size].tolist()])
    site.record("cvr_in_register", chosen, "findes ikke i registret")
    site.record("p_number_of_company", chosen, "CVR-nummeret findes ikke i registret", "cvr_in_register")


def _outside_life(site: Site) -> None:
    """Companies guided after they ceased or before they started; they have no other course."""
    guided = np.zeros(len(site.companies), dtype=np.bool_)
    guided[site.guidance.courses.company[site.with_company]] = True
    idle = site.pool[~guided[site.pool]]
    courses = site.guidance.courses
    eligible = site.alone() & (courses.end <= site.calendar.today)
    for label, order_by, past in (("ophørt før forløbet", "end", True), ("endnu ikke startet", "start", False)):
        days = getattr(site.companies, order_by)[idle]
        order = idle[np.argsort(days, kind="stable")]
        days = np.sort(days)
        chosen = site.take(eligible, 0.0015)
        edge = (
            courses.start[chosen] - 1 if past else np.maximum(courses.end[chosen], site.guidance.last_day[chosen]) + 1
        )
        found = np.searchsorted(days, edge, side="left") - 1 if past else np.searchsorted(days, edge, side="right")
        usable = (found >= 0) & (found < order.size)
        usable[usable] &= days[found[usable]] < NEVER
        _, once = np.unique(np.where(usable, found, -1), return_index=True)
        keep = np.zeros(chosen.size, dtype=np.bool_)
        keep[once] = True
        keep &= usable
        site.free[chosen[~keep]] = True
        chosen, company = chosen[keep], order[found[keep]]
        idle = np.setdiff1d(idle, company)
        site.set_courses(chosen, company=company, unit=company)
        site.record("cvr_in_register", chosen, label)
        site.record("p_number_of_company", chosen, label, "cvr_in_register")


def _foreign_unit(site: Site) -> None:
    """P-numbers that belong to another company."""
    chosen = site.take(site.with_company, 0.012)
    own = site.guidance.courses.company[chosen]
    other = site.pool[site.rng.integers(0, site.pool.size, chosen.size)]
    other = np.where(other == own, site.pool[(np.searchsorted(site.pool, own) + 1) % site.pool.size], other)
    site.set_courses(chosen, unit=other)
    site.record(
        "p_number_of_company", chosen, [f"tilhører CVR {number}" for number in site.companies.cvr[other].tolist()]
    )


def _short_unit(site: Site) -> None:
    """P-numbers with nine digits."""
    chosen = site.take(site.with_company, 0.004)
    numbers = site.units.number[site.guidance.courses.unit[chosen]] // 10
    site.set_texts("p_nummer", chosen, [str(number) for number in numbers.tolist()])
    site.record("p_number_valid", chosen, "9 cifre")
    site.record("p_number_of_company", chosen, "ugyldigt P-nummer", "p_number_valid")


def _late_registration(site: Site) -> None:
    """Courses created more than 14 days after their first activity."""
    old = site.guidance.first_day <= site.calendar.today - 120
    chosen = site.take(old, 0.04)
    delay = 15 + np.minimum(site.rng.geometric(0.05, chosen.size), 100)
    site.set_courses(chosen, created=(site.guidance.first_day[chosen] + delay) * DAY_SECONDS + 10 * 3600)
    site.record(
        "registered_in_time", chosen, [f"oprettet {days} dage efter første aktivitet" for days in delay.tolist()]
    )


def _missing_consent(site: Site) -> None:
    """Courses without an answer to sharing, and some with an answer that cannot be read."""
    chosen = site.take(np.ones(site.free.size, dtype=np.bool_), 0.025)
    site.set_courses(chosen, consent=NO_ANSWER)
    site.record("consent_recorded", chosen, "samtykke mangler")
    unread = site.take(np.ones(site.free.size, dtype=np.bool_), 0.0004)
    site.set_texts("samtykke_deling", unread, ["måske"] * unread.size)
    site.record("unreadable_value", unread, "samtykke_deling: måske")
    site.record("consent_recorded", unread, "samtykke kan ikke læses", "unreadable_value")


def _missing_theme(site: Site) -> None:
    """Courses without a theme, and some whose only theme is not on the list."""
    guidance = site.guidance
    chosen = site.take(np.ones(site.free.size, dtype=np.bool_), 0.012)
    gone = np.isin(guidance.themes.course, chosen)
    site.guidance = replace(guidance, themes=Themes(guidance.themes.course[~gone], guidance.themes.theme[~gone]))
    site.record("theme_registered", chosen, "intet tema")
    count = np.bincount(site.guidance.themes.course, minlength=len(site.guidance.courses))
    odd = site.take(count == 1, 0.0006)
    rows = np.flatnonzero(np.isin(site.guidance.themes.course, odd))
    site.guidance = replace(site.guidance, theme_texts={"tema": dict.fromkeys(rows.tolist(), "netvaerk")})
    site.record("theme_registered", odd, "eneste tema findes ikke på listen")
    ids = [f"{text}|netvaerk" for text in site.guidance.course_ids(odd)]
    site.log.add("unreadable_key", "crm_tema", ids, site.houses(odd), "temaet findes ikke på listen")


def _implausible_hours(site: Site) -> None:
    """Activities of no, negative or far too many hours, and activities in the future."""
    guidance = site.guidance
    acts, courses = guidance.activities, guidance.courses
    live = courses.withdrawn == 0
    chosen = site.take((site.small() | ((courses.kind == COLLECTIVE) & site.with_company)) & live, 0.006)
    rows = _one_activity(site.rng, acts, chosen)
    quarters = acts.quarters.copy()
    together = courses.kind[acts.course[rows]] == COLLECTIVE
    options = np.stack(
        [np.zeros(rows.size), np.full(rows.size, -6), np.full(rows.size, 52), np.where(together, 300, 53)]
    )
    quarters[rows] = options[site.rng.integers(0, len(options), rows.size), np.arange(rows.size)].astype(np.int64)
    site.always_sent[chosen] = True
    _record_activities(site, rows, [f"{value / 4:g} timer" for value in quarters[rows].tolist()])
    last = np.flatnonzero(np.append(acts.course[1:] != acts.course[:-1], True))
    last = last[acts.day[last] > guidance.first_day[acts.course[last]]]
    several = np.zeros(len(courses), dtype=np.bool_)
    several[acts.course[last]] = True
    ahead = site.take(several & (courses.end == NEVER) & live & site.small(), 0.001)
    rows = last[np.isin(acts.course[last], ahead)]
    day = acts.day.copy()
    day[rows] = site.calendar.today + site.rng.integers(2, 300, rows.size)
    site.guidance = replace(guidance, activities=replace(acts, quarters=quarters, day=day))
    _record_activities(site, rows, [f"dato i fremtiden: {date_of(value).isoformat()}" for value in day[rows].tolist()])


def _one_activity(rng: np.random.Generator, activities: Activities, courses: Ints) -> Ints:
    """One random activity of each of the courses (rows)."""
    rows = np.flatnonzero(np.isin(activities.course, courses))
    rows = rows[np.lexsort((rng.random(rows.size), activities.course[rows]))]
    first = np.ones(rows.size, dtype=np.bool_)
    first[1:] = activities.course[rows[1:]] != activities.course[rows[:-1]]
    return rows[first]


def _record_activities(site: Site, rows: Ints, details: list[str]) -> None:
    """Records faults of activities under the rule of plausible hours."""
    ids = [f"A{site.guidance.block:03d}{row + 1:07d}" for row in rows.tolist()]
    houses = site.houses(site.guidance.activities.course[rows])
    site.log.add("hours_plausible", "crm_aktivitet", ids, houses, details)


def _incomplete_referrals(site: Site) -> None:
    """Referrals without an actor type, with one not on the list, without a readable date, or before the start."""
    refs, courses = site.guidance.referrals, site.guidance.courses
    rows = np.flatnonzero(courses.withdrawn[refs.course] == 0)
    fault = np.full(refs.course.size, -1)
    fault[rows] = np.where(
        draw_flags(site.rng, 0.04, rows.size), site.rng.choice(4, rows.size, p=[0.6, 0.05, 0.05, 0.3]), -1
    )
    day = np.where(fault == 3, courses.start[refs.course] - site.rng.integers(1, 40, fault.size), refs.day)  # noqa: PLR2004
    actor = np.where(fault == 0, -1, refs.actor)
    odd = {int(row): "kommunikationsbureau" for row in np.flatnonzero(fault == 1)}
    undated = {int(row): "31-02-2024" for row in np.flatnonzero(fault == 2)}  # noqa: PLR2004
    site.guidance = replace(
        site.guidance,
        referrals=Referrals(refs.course, actor, day, refs.name),
        referral_texts={"aktoertype": odd, "dato": undated},
    )
    labels = ("aktørtype mangler", "aktørtype findes ikke på listen", "dato kan ikke læses", "dato før forløbets start")
    for number, label in enumerate(labels):
        found = np.flatnonzero(fault == number)
        ids, houses = referral_ids(site.guidance.block, found), site.houses(refs.course[found])
        site.log.add("referral_complete", "crm_henvisning", ids, houses, label)
        if number in (1, 2):
            site.log.add("unreadable_value", "crm_henvisning", ids, houses, label, "referral_complete")


def referral_ids(block: int, rows: Ints) -> list[str]:
    """Ids of referrals."""
    return [f"H{block:03d}{row + 1:06d}" for row in rows.tolist()]


def _unreadable(site: Site) -> None:
    """Values that landing must list: a change time that is no time, a channel nobody knows."""
    chosen = site.take(np.ones(site.free.size, dtype=np.bool_), 0.0005)
    site.set_texts("aendret", chosen, ["31-02-2024 10:00"] * chosen.size)
    site.record("unreadable_value", chosen, "aendret: 31-02-2024 10:00")
    acts = site.guidance.activities
    recent = np.flatnonzero((acts.day > site.calendar.history) & (acts.day <= site.calendar.today))
    rows = np.sort(site.rng.choice(recent, min(recent.size, max(1, recent.size // 200)), replace=False))
    ids = [f"A{site.guidance.block:03d}{row + 1:07d}" for row in rows.tolist()]
    site.guidance = replace(site.guidance, activity_texts={"kanal": dict.fromkeys(rows.tolist(), "brevdue")})
    site.log.add("unreadable_value", "crm_aktivitet", ids, site.houses(acts.course[rows]), "kanal: brevdue")


def _corrected_segments(site: Site) -> None:
    """Courses whose segment is missing in the full history and corrected by a later delivery: no fault in the end."""
    courses = site.guidance.courses
    chosen = site.take((courses.segment > NO_SEGMENT) & (courses.created_day <= site.calendar.history), 0.008)
    site.set_courses(chosen, segment_later=True)
    site.record("corrected_later", chosen, "kundesegment mangler i den første leverance")


def _messy_spellings(site: Site) -> None:
    """Spellings of correct CVR numbers that are mere form: spaces, a country prefix, a spreadsheet's decimals."""
    written = site.guidance.course_texts.get("cvr_nummer", {})
    rows = np.flatnonzero(draw_flags(site.rng, 0.02, site.free.size) & site.with_company)
    rows = rows[~np.isin(rows, list(written))]
    styles: tuple[Callable[[str], str], ...] = (
        lambda text: f"{text[:2]} {text[2:4]} {text[4:6]} {text[6:]}",
        lambda text: f"DK{text}",
        lambda text: f"{text}.0",
        lambda text: f" {text} ",
        lambda text: f"DK-{text}",
    )
    numbers = site.companies.cvr[site.guidance.courses.company[rows]].tolist()
    picks = site.rng.integers(0, len(styles), rows.size).tolist()
    site.set_texts("cvr_nummer", rows, [styles[pick](str(number)) for pick, number in zip(picks, numbers, strict=True)])


_BEFORE_DECISIONS: tuple[Callable[[Site], None], ...] = (
    _withdrawn,
    _duplicates,
    _inconsistent_segment,
    _outside_life,
    _implausible_hours,
    _missing_segment,
    _broken_cvr,
    _unknown_cvr,
    _foreign_unit,
    _short_unit,
    _late_registration,
    _missing_consent,
    _missing_theme,
    _incomplete_referrals,
    _unreadable,
    _corrected_segments,
    _messy_spellings,
)
"""Order matters: what needs courses of companies with no other course comes before what takes any course."""


def plant_after_decisions(site: Site) -> None:
    """Management decisions that are missing or late, and courses that were never sent to evaluation."""
    _decisions(site)
    courses, hours = site.guidance.courses, site.guidance.hours
    settled = (courses.end <= site.calendar.today - _SETTLED_DAYS) & ~site.always_sent & (courses.withdrawn == 0)
    long = site.take(settled & (hours >= _LONG_HOURS), 0.014)
    site.record("evaluation_over_3_hours", long, [f"{value:g} timer" for value in hours[long].tolist()])
    individual = courses.kind == INDIVIDUAL
    site.record("evaluation_all", long[individual[long]], "aldrig sendt til evaluering", "evaluation_over_3_hours")
    short = site.take(settled & individual & (hours <= _SHORT_HOURS), 0.012)
    site.record("evaluation_all", short, "aldrig sendt til evaluering")
    site.never_sent[long] = site.never_sent[short] = True


def _decisions(site: Site) -> None:
    """Takes away or delays the decision where one course alone passes 20 hours, more than 45 days ago."""
    guidance = site.guidance
    courses = guidance.courses
    found = passings(guidance, strictly=True)
    passed = np.full(len(courses), NEVER)
    np.minimum.at(passed, found.course, found.day)
    span = guidance.last_day - courses.start
    fits = site.alone() & (guidance.hours > LIMIT_HOURS + 0.25) & (passed <= site.calendar.today - 140) & (span <= 330)  # noqa: PLR2004
    missing = site.take(fits, min(0.0025, 0.2 * float(fits.mean())))
    late = site.take(fits, min(0.0020, 0.15 * float(fits.mean())))
    days = site.rng.integers(31, 130, late.size)
    site.set_courses(missing, decision=NEVER)
    site.set_courses(late, decision=passed[late] + days)
    over = [f"{date_of(day).isoformat()} passeredes 20 timer" for day in passed[missing].tolist()]
    site.record("management_decision_over_20_hours", missing, [f"{text}, ingen ledelsesvurdering" for text in over])
    site.record(
        "management_decision_over_20_hours",
        late,
        [f"ledelsesvurdering {value} dage for sent taget op" for value in days.tolist()],
    )
