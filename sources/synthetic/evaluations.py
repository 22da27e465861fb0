"""The user evaluation: who is sent one, who answers, and what; drifting over years and differing by house."""

from dataclasses import dataclass, field

import numpy as np

from sources.synthetic.days import NEVER, Flags, Floats, Ints, years_of
from sources.synthetic.guidance import DIGITAL, GROWTH, NO_SEGMENT, SUSTAINABILITY, Guidance, Overrides
from sources.synthetic.randomness import draw_codes, draw_codes_by_row, draw_flags, generator
from sources.synthetic.selection import EARLY_WARNING, INDIVIDUAL
from sources.synthetic.settings import FIRST_GUIDANCE_YEAR, Calendar, SyntheticSettings

BLANK = -1
"""An answer that was not given."""

SATISFACTION = ("Meget tilfreds", "Tilfreds", "Hverken/eller", "Utilfreds", "Meget utilfreds", "Ved ikke")
DEGREE = ("I høj grad", "I nogen grad", "I lav grad", "Slet ikke", "Ved ikke")
YES_NO = ("Ja", "Nej")
YES_NO_UNSURE = ("Ja", "Nej", "Ved ikke")
USED = ("Ja", "Forventer at benytte inden for et halvt år", "Nej", "Ved ikke")

LONG_COURSE_HOURS = 3.0
"""Courses of more hours than this are always sent to evaluation."""

_RESPONSE = np.array([0.46, 0.52, 0.58, 0.55, 0.50, 0.60])
_PROMOTERS = np.array([0.715, 0.775, 0.815, 0.795, 0.755, 0.840])
_SATISFIED = np.array([0.74, 0.79, 0.84, 0.81, 0.78, 0.85])
_EXPECTING = np.array([0.58, 0.63, 0.68, 0.66, 0.61, 0.70])
_USING = np.array([0.34, 0.40, 0.46, 0.43, 0.38, 0.50])
_ABLE = np.array([0.60, 0.66, 0.73, 0.71, 0.65, 0.76])
_BLANK_SHARE = 0.03
_SENT_ANYWAY = 0.08


@dataclass(frozen=True)
class Evaluations:
    """Evaluations sent, one position each; answers are positions in their scales, BLANK when not given."""

    block: int
    course: Ints
    sent: Ints
    answered: Ints
    recommend: Ints
    competence: Ints
    expected: Ints
    digital: Ints
    referred: Ints
    used: Ints
    sustainability: Ints
    texts: Overrides = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of evaluations sent."""
        return int(self.course.size)


def make_evaluations(
    settings: SyntheticSettings, calendar: Calendar, guidance: Guidance, never_sent: Flags, always_sent: Flags
) -> Evaluations:
    """Sends evaluations and draws the answers.

    Every ended individual course and every ended course of three hours or more is sent one, within twelve days and
    never after today; short collective and Early Warning courses only now and then. `never_sent` and `always_sent` are
    the courses that planted faults decide for.
    """
    rng = generator(settings.seed, "evaluations", guidance.block)
    courses = guidance.courses
    ended = courses.end <= calendar.today
    due = (courses.kind == INDIVIDUAL) | (guidance.hours >= LONG_COURSE_HOURS) | always_sent
    course = np.flatnonzero(ended & ~never_sent & (due | draw_flags(rng, _SENT_ANYWAY, len(courses))))
    sent = np.minimum(courses.end[course] + np.minimum(rng.geometric(0.25, course.size), 12), calendar.today)
    answered = sent + np.minimum(rng.geometric(0.12, course.size), 60)
    replies = draw_flags(rng, _RESPONSE[courses.house[course]], course.size) & (answered <= calendar.today)
    return _answers(rng, guidance, course, sent, np.where(replies, answered, NEVER))


def _answers(rng: np.random.Generator, guidance: Guidance, course: Ints, sent: Ints, answered: Ints) -> Evaluations:
    """Draws the answers of those who replied; everyone else's stay blank."""
    courses = guidance.courses
    house, count = courses.house[course], course.size
    drift = np.minimum(years_of(sent) - FIRST_GUIDANCE_YEAR, 8).astype(np.float64)
    growth = np.where(courses.segment[course] == GROWTH, 0.015, -0.015)
    growth = np.where(courses.segment[course] == NO_SEGMENT, -0.005, growth)
    replied = answered < NEVER
    given = replied & ~draw_flags(rng, _BLANK_SHARE, count)
    themes = guidance.themes
    is_green = _has_theme(guidance, themes.course[themes.theme == SUSTAINABILITY])[course]
    is_digital = _has_theme(guidance, themes.course[themes.theme == DIGITAL])[course]
    was_referred = _has_theme(guidance, guidance.referrals.course)[course]
    referred = draw_codes_by_row(rng, np.where(was_referred[:, None], [0.82, 0.12, 0.06], [0.12, 0.80, 0.08]))
    using = np.clip(_USING[house] + 0.008 * drift, 0, 0.9)
    used = draw_codes_by_row(rng, np.stack([using, 0.40 * (1 - using), 0.48 * (1 - using), 0.12 * (1 - using)], axis=1))
    able = np.clip(_ABLE[house] + 0.006 * drift, 0, 0.95)
    green_asked = is_green | draw_flags(rng, 0.04, count)
    digital_yes = np.where(is_digital, 0.86, 0.16)
    crisis = np.where(courses.kind[course] == EARLY_WARNING, -0.05, 0.0)
    return Evaluations(
        block=guidance.block,
        course=course,
        sent=sent,
        answered=answered,
        recommend=np.where(given, _recommend(rng, _PROMOTERS[house] + growth + 0.006 * drift - 0.02), BLANK),
        competence=_scale(rng, given, _SATISFIED[house] + growth + 0.004 * drift, (0.62, 0.2, 0.08, 0.03, 0.07)),
        expected=_scale(rng, given, _EXPECTING[house] + growth + crisis + 0.004 * drift, (0.60, 0.2, 0.08, 0.12)),
        digital=np.where(given, np.where(draw_flags(rng, digital_yes, count), 0, 1), BLANK),
        referred=np.where(given, referred, BLANK),
        used=np.where(given & (referred == 0) & ~draw_flags(rng, _BLANK_SHARE, count), used, BLANK),
        sustainability=np.where(green_asked, _scale(rng, given, able, (0.62, 0.18, 0.08, 0.12)), BLANK),
    )


def _has_theme(guidance: Guidance, course: Ints) -> Flags:
    """Marks the given courses among all courses of the block."""
    marked = np.zeros(len(guidance.courses), dtype=np.bool_)
    marked[course] = True
    return marked


def _recommend(rng: np.random.Generator, promoters: Floats) -> Ints:
    """Answers 0 to 10: promoters 9-10, the rest mostly 7-8 with a tail of detractors."""
    count = promoters.size
    high = np.where(draw_flags(rng, 0.62, count), 10, 9)
    middle = np.where(draw_flags(rng, 0.65, count), 8, 7)
    low = draw_codes(rng, np.array([1.0, 0.4, 0.5, 0.8, 0.9, 2.4, 2.6]), count)
    rest = np.where(draw_flags(rng, 0.36, count), low, middle)
    return np.where(draw_flags(rng, np.clip(promoters, 0, 0.97), count), high, rest)


def _scale(rng: np.random.Generator, given: Flags, best: Floats, others: tuple[float, ...]) -> Ints:
    """Answers on a scale whose best category has its own probability; the others share the rest."""
    best = np.clip(best, 0, 0.97)
    answer = draw_codes_by_row(rng, np.concatenate([best[:, None], (1 - best)[:, None] * np.array(others)], axis=1))
    return np.where(given & ~draw_flags(rng, _BLANK_SHARE, given.size), answer, BLANK)
