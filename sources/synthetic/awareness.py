"""The awareness survey: one stratified, weighted sample of companies per wave."""

from dataclasses import dataclass

import numpy as np

from sources.synthetic.companies import Companies
from sources.synthetic.days import Flags, Floats, Ints, day_of
from sources.synthetic.evaluations import BLANK
from sources.synthetic.geography import HOUSES, Geography
from sources.synthetic.industries import INDUSTRIES
from sources.synthetic.randomness import draw_codes_by_row, generator
from sources.synthetic.settings import SyntheticSettings

RESPONDENTS_PER_WAVE = 6_000
SIZE_GROUPS = ("0-4 årsværk", "5-49 årsværk", "50 årsværk og derover")
INDUSTRY_GROUPS = tuple(sorted({row.group for row in INDUSTRIES}))

_SIZE_ALLOCATION = np.array([0.55, 0.30, 0.15])
_GROUP_OF_CLASS = np.array([0, 0, 1, 1, 2, 2])
_KNOWN_2020 = np.array([0.26, 0.34, 0.33, 0.32, 0.36, 0.40])
_KNOWN_PER_YEAR = np.array([0.032, 0.030, 0.036, 0.042, 0.030, 0.028])
_KNOWN_BY_SIZE = np.array([-0.06, 0.10, 0.16])
_OFFERS_2020 = np.array([0.44, 0.47, 0.49, 0.50, 0.46, 0.52])
_GREEN_2020 = np.array([0.60, 0.53, 0.59, 0.68, 0.60, 0.64])
_RAKING_ROUNDS = 25


@dataclass(frozen=True)
class Wave:
    """One wave, one position per respondent; answers are 0 Ja, 1 Nej, 2 Ved ikke or BLANK when not asked."""

    year: int
    municipality: Ints
    house: Ints
    industry_group: Ints
    size_group: Ints
    weight: Floats
    heard: Ints
    offers: Ints
    green: Ints


def make_wave(settings: SyntheticSettings, geography: Geography, companies: Companies, year: int) -> Wave:
    """Draws one wave: the houses get equal samples, larger companies are oversampled, the weights undo both.

    Weights are raked to the register's companies by house and size and by industry group, have mean 1 and six decimals.
    Very large scales draw the same company more than once.
    """
    rng = generator(settings.seed, "awareness", year)
    survey_day = day_of(year, 9, 1)
    alive = np.flatnonzero((companies.start <= survey_day) & (companies.end > survey_day) & companies.guidable)
    house_of = geography.house[companies.municipality[alive]]
    cell_of = house_of * len(SIZE_GROUPS) + _GROUP_OF_CLASS[companies.size[alive]]
    wanted = max(30, round(RESPONDENTS_PER_WAVE * settings.scale / len(HOUSES)))
    picked: list[Ints] = []
    for cell in range(len(HOUSES) * len(SIZE_GROUPS)):
        members = alive[cell_of == cell]
        count = round(wanted * _SIZE_ALLOCATION[cell % len(SIZE_GROUPS)])
        if members.size:
            picked.append(rng.choice(members, count, replace=bool(count > members.size)))
    respondent = rng.permutation(np.concatenate(picked))
    house = geography.house[companies.municipality[respondent]]
    size_group = _GROUP_OF_CLASS[companies.size[respondent]]
    groups = np.array([INDUSTRY_GROUPS.index(row.group) for row in INDUSTRIES])
    weight = _raked(
        (house * len(SIZE_GROUPS) + size_group, cell_of),
        (groups[companies.industry[respondent]], groups[companies.industry[alive]]),
    )
    heard, offers, green = _answers(rng, year, house, size_group)
    return Wave(
        year,
        companies.municipality[respondent],
        house,
        groups[companies.industry[respondent]],
        size_group,
        weight,
        heard,
        offers,
        green,
    )


def _raked(*margins: tuple[Ints, Ints]) -> Floats:
    """Weights whose sums agree with the population on every margin (sample, population categories); mean 1."""
    weight = np.ones(margins[0][0].size)
    for _ in range(_RAKING_ROUNDS):
        for sample, population in reversed(margins):
            categories = int(max(sample.max(), population.max())) + 1
            target = np.bincount(population, minlength=categories).astype(np.float64)
            target *= sample.size / target[np.unique(sample)].sum()
            reached = np.bincount(sample, weights=weight, minlength=categories)
            weight = weight * (target / np.maximum(reached, 1e-9))[sample]
    rounded: Floats = np.round(np.maximum(weight / weight.mean(), 1e-6), 6)
    return rounded


def _answers(rng: np.random.Generator, year: int, house: Ints, size_group: Ints) -> tuple[Ints, Ints, Ints]:
    """Draws the three answers; the two about offers are asked only of those who know the house."""
    passed = year - 2020
    known = np.clip(
        _KNOWN_2020[house] + _KNOWN_PER_YEAR[house] * passed + _KNOWN_BY_SIZE[size_group] + 0.02, 0.03, 0.95
    )
    heard = _yes_no_unsure(rng, known, np.ones(house.size, dtype=np.bool_), 0.05)
    knows = heard == 0
    offers = _yes_no_unsure(rng, np.clip(_OFFERS_2020[house] + 0.016 * passed, 0, 0.95), knows, 0.12)
    green = _yes_no_unsure(rng, np.clip(_GREEN_2020[house] + 0.022 * passed, 0, 0.95), knows, 0.25)
    return heard, offers, green


def _yes_no_unsure(rng: np.random.Generator, yes: Floats, asked: Flags, unsure: float) -> Ints:
    """0 Ja, 1 Nej, 2 Ved ikke, BLANK where not asked."""
    rest = 1.0 - yes
    answer = draw_codes_by_row(rng, np.stack([yes, rest * (1 - unsure), rest * unsure], axis=1))
    return np.where(asked, answer, BLANK)
