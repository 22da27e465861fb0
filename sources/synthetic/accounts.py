"""Revenue and full-time equivalents per company and year: heavy-tailed growth and the planted effect of guidance."""

from dataclasses import dataclass

import numpy as np

from sources.synthetic.companies import Companies
from sources.synthetic.days import Flags, Floats, Ints, years_of
from sources.synthetic.industries import INDUSTRIES
from sources.synthetic.randomness import draw_flags, generator, heavy_tailed
from sources.synthetic.settings import ACCOUNT_YEARS, Calendar, SyntheticSettings, TrueEffect

OUTCOME_YEARS = 2
"""The effect is fully there this many years after the guidance ended."""

_CYCLE = {2020: -0.03, 2021: 0.06, 2022: 0.07, 2023: 0.00, 2024: 0.02, 2025: 0.025}
"""Log growth common to all companies in a year; other years have the long-run 0.02."""


@dataclass(frozen=True)
class Accounts:
    """Two matrices, companies x account years.

    Attributes:
        first_year: Calendar year of the first column.
        revenue: Thousand kr.
        employees: Full-time equivalents.
        present: Whether the company has accounts for the year.
    """

    first_year: int
    revenue: Floats
    employees: Floats
    present: Flags

    def prior_growth(self, year: int) -> Floats:
        """Log growth of revenue over the two years before the year before `year`; 0 where it is outside the window."""
        base, before = year - 1 - self.first_year, year - 3 - self.first_year
        if before < 0 or base >= self.revenue.shape[1]:
            return np.zeros(self.revenue.shape[0])
        growth = np.log(self.revenue[:, base] / self.revenue[:, before])
        return np.where(self.present[:, base] & self.present[:, before], growth, 0.0)


@dataclass(frozen=True)
class Treatments:
    """First guidance of each company that a true effect is planted for.

    Attributes:
        company: Position of the company, once each.
        house: Position of the house.
        growth: Growth segment (else the operating segment).
        baseline: Calendar year before the guidance started.
        end: Calendar year in which the (chained) guidance ended.
    """

    company: Ints
    house: Ints
    growth: Flags
    baseline: Ints
    end: Ints


def make_accounts(settings: SyntheticSettings, calendar: Calendar, companies: Companies) -> Accounts:
    """Draws the accounts as they would be without any guidance."""
    rng = generator(settings.seed, "accounts")
    count = len(companies)
    industry_level = np.log(np.array([row.revenue for row in INDUSTRIES]))[companies.industry]
    staffed = companies.employees > 0
    workload = np.log(np.maximum(companies.employees, 0.35))
    start_revenue = industry_level + 1.02 * workload + rng.normal(0.0, 0.55, count)
    start_revenue += np.where(draw_flags(rng, 0.01, count), np.log1p(rng.pareto(1.1, count)), 0.0)
    spread = np.array([1.35, 1.15, 1.0, 0.9, 0.8, 0.7])[companies.size]
    years = np.arange(calendar.first_account_year, calendar.last_account_year + 1)
    cycle = np.array([_CYCLE.get(int(year), 0.02) for year in years])
    shock = heavy_tailed(rng, (count, ACCOUNT_YEARS), 0.11, 0.12) * spread[:, None]
    hiring = heavy_tailed(rng, (count, ACCOUNT_YEARS), 0.05, 0.10) * spread[:, None]
    young = np.clip(1.0 - (years - years_of(companies.start)[:, None]) / 5.0, 0.0, 1.0)
    growth = np.clip(cycle + shock + 0.06 * young, -1.8, 1.8)
    growth[:, 0] = 0.0
    revenue = np.exp(start_revenue[:, None] + np.cumsum(growth, axis=1))
    staff_growth = np.clip(0.45 * growth + hiring, -1.5, 1.5)
    staff_growth[:, 0] = 0.0
    employees = companies.employees[:, None] * np.exp(np.cumsum(staff_growth, axis=1))
    started = years_of(companies.start)[:, None] <= years
    there = started & (years < years_of(companies.end)[:, None])
    return Accounts(int(years[0]), revenue, np.where(staffed[:, None], employees, 0.0), there)


def with_effect(accounts: Accounts, treatments: Treatments, effect: TrueEffect) -> Accounts:
    """The accounts with the effect of guidance added.

    Growth segment: `effect` percentage points of the baseline's level, building up evenly from the baseline year to two
    years after the end and lasting from then on. Operating segment: revenue per full-time equivalent rises by the
    productivity effect in log points, employment unchanged. A company that ceases keeps no effect.
    """
    revenue, employees = accounts.revenue.copy(), accounts.employees.copy()
    years = accounts.first_year + np.arange(revenue.shape[1])
    inside = (treatments.baseline >= years[0]) & (treatments.baseline <= years[-1])
    row, growth = treatments.company[inside], treatments.growth[inside]
    baseline, end = treatments.baseline[inside], treatments.end[inside]
    full = end + OUTCOME_YEARS
    built = np.clip((years - baseline[:, None]) / (full - baseline)[:, None], 0.0, 1.0)
    at = baseline - accounts.first_year
    for matrix, points in ((revenue, effect.revenue), (employees, effect.employment)):
        own = matrix[row]
        base = own[np.arange(row.size), at][:, None]
        outcome = np.minimum(full - accounts.first_year, own.shape[1] - 1)
        level = own[np.arange(row.size), outcome][:, None]
        lasting = np.where(years > full[:, None], own / np.maximum(level, 1e-9), 1.0)
        raised = own + points / 100.0 * base * built * lasting
        matrix[row] = np.where(growth[:, None], raised, own)
    productivity = np.where(growth[:, None], 1.0, np.exp(effect.productivity / 100.0 * built))
    revenue[row] *= productivity
    return Accounts(accounts.first_year, np.maximum(revenue, 0.1), np.maximum(employees, 0.0), accounts.present)
