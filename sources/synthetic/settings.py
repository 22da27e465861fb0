"""What a user chooses about the synthetic Denmark, and the days that follow from it."""

import math
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from sources.synthetic.days import day_number
from sources.synthetic.errors import SyntheticSettingsError

FIRST_GUIDANCE_YEAR = 2019
"""The business houses were founded on 1 January 2019."""

ACCOUNT_YEARS = 8
"""Years of accounts delivered; with births and exits a company has seven of them on average."""

_LARGEST_SCALE = 500.0
_ACCOUNTS_READY_MONTH = 7
_EARLIEST_TODAY = date(2022, 1, 1)


@dataclass(frozen=True)
class TrueEffect:
    """The planted effect of individual guidance, from the year before it started to two years after it ended.

    Attributes:
        revenue: Percentage points added to the revenue growth of the growth segment (`vaekst`).
        employment: Percentage points added to the employment growth of the growth segment.
        productivity: Log points times 100 added to revenue per full-time equivalent in the operating segment (`drift`).
    """

    revenue: float = 12.0
    employment: float = 6.0
    productivity: float = 2.0


@dataclass(frozen=True, kw_only=True)
class SyntheticSettings:
    """Everything that decides the bytes of the synthetic deliveries.

    Attributes:
        today: The day of the newest CRM delivery; every other day is relative to it.
        seed: Root of all random numbers.
        scale: 1 is national scale. Multiplies the rows of CRM, evaluation and awareness survey.
        effect: The true effect of guidance that is planted in the accounts.
        clean: Without dirt: no planted faults, no messy spellings, no withdrawals.

    Raises:
        SyntheticSettingsError: When scale, seed or today is outside what can be made.
    """

    today: date
    seed: int = 2019
    scale: float = 1.0
    effect: TrueEffect = field(default_factory=TrueEffect)
    clean: bool = False

    def __post_init__(self) -> None:
        """Refuses settings that cannot give a plausible Denmark."""
        if not (math.isfinite(self.scale) and 0 < self.scale <= _LARGEST_SCALE):
            raise SyntheticSettingsError(
                f"scale er {self.scale}, men skal være over 0 og højst {_LARGEST_SCALE:.0f}. 1 er hele landet."
            )
        if self.seed < 0:
            raise SyntheticSettingsError(f"seed er {self.seed}, men skal være 0 eller derover.")
        if self.today < _EARLIEST_TODAY:
            raise SyntheticSettingsError(
                f"today er {self.today.isoformat()}, men skal være {_EARLIEST_TODAY.isoformat()} eller senere, "
                "så der er mindst tre års vejledning at opgøre."
            )

    def as_json(self) -> dict[str, object]:
        """The settings as plain values, for `settings.json` and the cache key."""
        return {**asdict(self), "today": self.today.isoformat()}

    @property
    def blocks(self) -> int:
        """Number of independent blocks the CRM is made in, so that memory does not grow with scale."""
        return max(1, math.ceil(self.scale))

    @property
    def block_share(self) -> float:
        """The size of one block, as a share of national scale (at most 1)."""
        return self.scale / self.blocks


@dataclass(frozen=True)
class Calendar:
    """The days the deliveries are dated, as day numbers since 1 January 1970.

    Attributes:
        today: Day of the newest deliveries.
        update: Day of the update in between (14 days earlier).
        history: Day of the full history: the first of a month, at least 30 days before today.
        first_account_year: First year of accounts.
        last_account_year: Last year of accounts; last year's accounts are in the register from July.
        waves: Years of the awareness survey: 2021 and 2023, then every autumn.
    """

    today: int
    update: int
    history: int
    first_account_year: int
    last_account_year: int
    waves: tuple[int, ...]
    year: int


WAVE_MONTH, WAVE_DAY = 10, 15
"""The awareness survey is delivered in the middle of October."""

_EARLY_WAVES = (2021, 2023)


def calendar_of(today: date) -> Calendar:
    """The delivery days and years that follow from `today`."""
    history = (today - timedelta(days=30)).replace(day=1)
    last_account_year = today.year - (1 if today.month >= _ACCOUNTS_READY_MONTH else 2)
    every_year = range(_EARLY_WAVES[-1] + 1, today.year + 1)
    waves = tuple(year for year in (*_EARLY_WAVES, *every_year) if date(year, WAVE_MONTH, WAVE_DAY) <= today)
    return Calendar(
        today=day_number(today),
        update=day_number(today - timedelta(days=14)),
        history=day_number(history),
        first_account_year=last_account_year - ACCOUNT_YEARS + 1,
        last_account_year=last_account_year,
        waves=waves,
        year=today.year,
    )


def default_today(wall_clock: date) -> date:
    """The last day of the month before `wall_clock`: synthetic data stays current without a constant to bump."""
    return wall_clock.replace(day=1) - timedelta(days=1)
