"""The settings of the method: one file, checked, with a fingerprint."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dbt_project.effect.errors import EffectSettingsError
from dbt_project.effect.settings import SETTINGS_FILE, project_settings, read_settings


def test_the_projects_settings_are_the_published_method() -> None:
    """Without it a default could be changed without anyone deciding to; the fingerprint changes with it."""
    settings = project_settings()
    assert settings.cohort.outcome_offset_years == 2
    assert (settings.matching.neighbours, settings.matching.calipers.log_revenue) == (5, 0.5)
    assert (settings.publication.minimum_treated, settings.publication.minimum_treated_at_all) == (30, 10)
    assert (settings.publication.balance_blocks, settings.publication.matched_share_percent) == (0.25, 85)
    assert settings.calipers(1.0, prior_growth_sd=0.4) == {"log_revenue": 0.5, "prior_growth": 0.4}
    assert settings.calipers(0.0, prior_growth_sd=0.4) == {}


def _changed(tmp_path: Path, section: str, name: str, value: object) -> Path:
    loaded = yaml.safe_load(SETTINGS_FILE.read_text(encoding="utf-8"))
    loaded[section][name] = value
    path = tmp_path / "settings.yml"
    path.write_text(yaml.safe_dump(loaded), encoding="utf-8")
    return path


def test_the_fingerprint_follows_values_and_not_comments(tmp_path: Path) -> None:
    """Without it a changed method could keep its fingerprint, or a reworded comment break a frozen statement."""
    same = tmp_path / "same.yml"
    same.write_text(yaml.safe_dump(yaml.safe_load(SETTINGS_FILE.read_text(encoding="utf-8"))), encoding="utf-8")
    assert read_settings(same).fingerprint == project_settings().fingerprint
    other = read_settings(_changed(tmp_path, "pool", "minimum_controls", 21))
    assert other.fingerprint != project_settings().fingerprint
    assert len(other.fingerprint) == 16


@pytest.mark.parametrize(
    ("section", "name", "value", "message"),
    [
        ("matching", "neighbours", 0, "matching.neighbours"),
        ("matching", "covariates", ["shoe_size"], "matching.covariates"),
        ("matching", "unknown", 1, "matching.unknown"),
        ("sensitivity", "neighbours", [1, 3], "must hold matching.neighbours"),
        ("sensitivity", "caliper_factors", [0.5], "must hold caliper factor 1.0"),
        ("publication", "balance_blocks", -1, "publication.balance_blocks"),
    ],
)
def test_a_wrong_setting_is_refused_with_file_and_name(
    tmp_path: Path, section: str, name: str, value: object, message: str
) -> None:
    """Without it a slip of the pen would become the method."""
    with pytest.raises(EffectSettingsError, match=message) as raised:
        read_settings(_changed(tmp_path, section, name, value))
    assert "settings.yml" in str(raised.value)


def test_a_file_that_is_missing_or_not_yaml_is_named(tmp_path: Path) -> None:
    """Without it the error would speak of a key instead of the file."""
    with pytest.raises(EffectSettingsError, match="cannot be read"):
        read_settings(tmp_path / "none.yml")
    broken = tmp_path / "broken.yml"
    broken.write_text("a: [", encoding="utf-8")
    with pytest.raises(EffectSettingsError, match="not YAML"):
        read_settings(broken)
