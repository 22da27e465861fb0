"""The 20-hour rule: when a house's individual guidance of a company passes 20 hours, and the decision due then."""

from dataclasses import dataclass, replace

import numpy as np

from sources.synthetic.days import NEVER, Flags, Floats, Ints
from sources.synthetic.guidance import Courses, Guidance
from sources.synthetic.selection import INDIVIDUAL, PRE_STARTER

LIMIT_HOURS = 20.0
_WINDOW_DAYS = 367
_KEY_STEP = 100_000


@dataclass(frozen=True)
class Passing:
    """Where the hours of a house and company pass the limit.

    Attributes:
        course: Course of the activity that passes it.
        day: Day of that activity.
    """

    course: Ints
    day: Ints


def pair_of(courses: Courses) -> Ints:
    """One number per house and company."""
    return courses.house + 10 * courses.company


def _individual_rows(guidance: Guidance) -> Ints:
    """Activities that count, ordered by house, company, day: individual courses with a company, not withdrawn."""
    courses, activities = guidance.courses, guidance.activities
    counted = (courses.kind == INDIVIDUAL) & (courses.company != PRE_STARTER) & (courses.withdrawn == 0)
    rows = np.flatnonzero(counted[activities.course])
    return rows[np.lexsort((activities.day[rows], pair_of(courses)[activities.course[rows]]))]


def rolling_hours(guidance: Guidance, rows: Ints) -> tuple[Ints, Floats]:
    """House-company numbers and the hours of the 367 days up to and including each activity's day."""
    activities = guidance.activities
    _, pair = np.unique(pair_of(guidance.courses)[activities.course[rows]], return_inverse=True)
    position = pair.astype(np.int64) * _KEY_STEP + activities.day[rows] + _WINDOW_DAYS
    sums = np.concatenate([[0.0], np.cumsum(activities.quarters[rows] / 4.0)])
    before = np.searchsorted(position, position - _WINDOW_DAYS, side="left")
    through = np.searchsorted(position, position, side="right")
    return pair.astype(np.int64), sums[through] - sums[before]


def _first_of_each(pair: Ints, over: Flags) -> Flags:
    """The first row of every unbroken run of rows over the limit within one house and company."""
    opens = over.copy()
    opens[1:] &= ~over[:-1] | (pair[1:] != pair[:-1])
    return opens


def passings(guidance: Guidance, *, strictly: bool) -> Passing:
    """Where the limit is passed: strictly more than 20 hours, or generously from 20 hours on."""
    rows = _individual_rows(guidance)
    pair, hours = rolling_hours(guidance, rows)
    first = rows[_first_of_each(pair, hours > LIMIT_HOURS if strictly else hours >= LIMIT_HOURS)]
    return Passing(guidance.activities.course[first], guidance.activities.day[first])


def decide_in_time(rng: np.random.Generator, guidance: Guidance, today: int) -> Guidance:
    """Adds a management decision, at most 25 days late, wherever the limit is reached: the clean state of the rule."""
    found = passings(guidance, strictly=False)
    day = np.minimum(found.day + rng.integers(-14, 26, found.day.size), today)
    decision = np.full(len(guidance.courses), NEVER)
    np.minimum.at(decision, found.course, np.maximum(day, guidance.courses.start[found.course]))
    return replace(guidance, courses=replace(guidance.courses, decision=decision))
