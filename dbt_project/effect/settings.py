"""The published settings of the effect method, read from one file, with the fingerprint every estimate carries."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dbt_project.effect.errors import EffectSettingsError

SETTINGS_FILE = Path(__file__).with_name("settings.yml")
"""The settings of the project."""

Covariate = Literal["log_revenue", "log_full_time_equivalents", "log_productivity", "prior_growth", "log_age"]
Definition = Literal["winsorised_5_95", "winsorised_1_99", "symmetric", "log_survivors"]
Share = Annotated[float, Field(ge=0, le=1)]

HEADLINE: Definition = "winsorised_5_95"
"""The definition of growth that the goals are judged by."""


class _Part(BaseModel):
    """A part of the settings: no unknown names, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CohortSettings(_Part):
    """Which guidance belongs to which cohort."""

    outcome_offset_years: Annotated[int, Field(ge=1, le=5)]
    joined_within_months: Annotated[int, Field(ge=0, le=60)]
    complete_year_share: Share


class BaseSettings(_Part):
    """What a company must have in the baseline year."""

    revenue_floor_tkr: Annotated[float, Field(gt=0)]
    full_time_equivalents_floor: Annotated[float, Field(gt=0)]
    startup_years: Annotated[int, Field(ge=0, le=20)]


class PoolSettings(_Part):
    """Who may be a control."""

    active_when_end_year_ended: bool
    minimum_controls: Annotated[int, Field(ge=1)]


class CaliperSettings(_Part):
    """The largest differences allowed within a pair."""

    log_revenue: Annotated[float, Field(gt=0)]
    prior_growth_sd: Annotated[float, Field(gt=0)]


class MatchingSettings(_Part):
    """How controls are found."""

    neighbours: Annotated[int, Field(ge=1)]
    covariates: Annotated[tuple[Covariate, ...], Field(min_length=1)]
    calipers: CaliperSettings


class OutcomeSettings(_Part):
    """Which definition of growth the goals are judged by."""

    headline: Literal["winsorised_5_95"]


class EstimateSettings(_Part):
    """How the effect is estimated."""

    bias_adjust: bool


class PublicationSettings(_Part):
    """What may be published."""

    minimum_treated: Annotated[int, Field(ge=2)]
    minimum_treated_at_all: Annotated[int, Field(ge=2)]
    balance_good: Annotated[float, Field(gt=0)]
    balance_blocks: Annotated[float, Field(gt=0)]
    matched_share_percent: Annotated[float, Field(ge=0, le=100)]
    reuse_percent: Annotated[float, Field(gt=0, le=100)]


class SensitivitySettings(_Part):
    """The grid of methods that the headline is compared with."""

    neighbours: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]
    caliper_factors: Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=1)]
    definitions: Annotated[tuple[Definition, ...], Field(min_length=1)]


class EffectSettings(_Part):
    """All settings of the method."""

    version: Literal[1]
    cohort: CohortSettings
    base: BaseSettings
    pool: PoolSettings
    matching: MatchingSettings
    outcome: OutcomeSettings
    estimate: EstimateSettings
    publication: PublicationSettings
    sensitivity: SensitivitySettings

    @model_validator(mode="after")
    def _grid_holds_the_headline(self) -> "EffectSettings":
        """Refuse a grid without the headline itself: the range would not be around it."""
        grid = self.sensitivity
        if self.matching.neighbours not in grid.neighbours:
            raise ValueError("sensitivity.neighbours must hold matching.neighbours")
        if 1.0 not in grid.caliper_factors or HEADLINE not in grid.definitions:
            raise ValueError(f"sensitivity must hold caliper factor 1.0 and definition {HEADLINE}")
        return self

    @property
    def fingerprint(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the values, whatever the order and comments of the file."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def calipers(self, factor: float, prior_growth_sd: float) -> Mapping[str, float]:
        """Calipers in the covariates' own units.

        Args:
            factor: Multiplies the default; 0 for no calipers.
            prior_growth_sd: Standard deviation of prior growth.

        Returns:
            Largest differences, by covariate.
        """
        if factor == 0:
            return {}
        widths = self.matching.calipers
        return {
            "log_revenue": factor * widths.log_revenue,
            "prior_growth": factor * widths.prior_growth_sd * prior_growth_sd,
        }


def read_settings(path: Path) -> EffectSettings:
    """Read settings.

    Args:
        path: A YAML file.

    Returns:
        The settings.

    Raises:
        EffectSettingsError: The file cannot be read, or a setting is missing, unknown or out of its range.
    """
    try:
        return EffectSettings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise EffectSettingsError(f"{path}: the file cannot be read ({error}). It belongs to the project.") from error
    except yaml.YAMLError as error:
        raise EffectSettingsError(f"{path}: not YAML ({error}). Correct the line it names.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the settings together"
        raise EffectSettingsError(
            f"{path}: {where}: {first['msg']} (found {first['input']!r}). Correct the setting."
        ) from error


@cache
def project_settings() -> EffectSettings:
    """Read the project's own settings, once.

    Returns:
        The settings.

    Raises:
        EffectSettingsError: As `read_settings`.
    """
    return read_settings(SETTINGS_FILE)
