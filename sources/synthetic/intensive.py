"""The 20-hour rule: when a house's individual guidance of a company passes 20 hours, and the decision due then."""

from dataclasses import dataclass, replace

import numpy as np

from sources.synthetic.days import NEVER, Ints
from sources.synthetic.guidance import Courses, Guidance
from sources.synthetic.selection import INDIVIDUAL, PRE_STARTER

LIMIT_HOURS = 20.0
_MONTHS = 12
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


def months_before(days: Ints, months: int) -> Ints:
    """The same day of the month that many months earlier, or that month's last day where it is shorter."""
    calendar = days.astype("datetime64[D]")
    month = calendar.astype("datetime64[M]")
    day_of_month = (calendar - month.astype("datetime64[D]")).astype(np.int64)
    earlier = month - months
    length = ((earlier + 1).astype("datetime64[D]") - earlier.astype("datetime64[D]")).astype(np.int64)
    moved: Ints = earlier.astype("datetime64[D]").astype(np.int64) + np.minimum(day_of_month, length - 1)
    return moved


def passings(guidance: Guidance) -> Passing:
    """The days on which the 12 months up to and including the day pass 20 hours, and did not before the day's own."""
    activities = guidance.activities
    rows = _individual_rows(guidance)
    _, pair = np.unique(pair_of(guidance.courses)[activities.course[rows]], return_inverse=True)
    base, day = pair.astype(np.int64) * _KEY_STEP, activities.day[rows]
    position = base + day
    sums = np.concatenate([[0.0], np.cumsum(activities.quarters[rows] / 4.0)])
    opens = np.searchsorted(position, base + months_before(day, _MONTHS), side="right")
    before = sums[np.searchsorted(position, position, side="left")] - sums[opens]
    through = sums[np.searchsorted(position, position, side="right")] - sums[opens]
    first_of_day = np.append(True, position[1:] != position[:-1])[: rows.size]
    found = rows[first_of_day & (through > LIMIT_HOURS) & (before <= LIMIT_HOURS)]
    return Passing(activities.course[found], activities.day[found])


def decide_in_time(rng: np.random.Generator, guidance: Guidance, today: int) -> Guidance:
    """Adds a management decision, at most 25 days late, wherever the limit is passed: the clean state of the rule."""
    found = passings(guidance)
    day = np.minimum(found.day + rng.integers(-14, 26, found.day.size), today)
    decision = np.full(len(guidance.courses), NEVER)
    np.minimum.at(decision, found.course, np.maximum(day, guidance.courses.start[found.course]))
    return replace(guidance, courses=replace(guidance.courses, decision=decision))
