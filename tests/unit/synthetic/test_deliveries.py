"""The delivery files: deterministic, as the contracts say, in the formats and on the days they should be."""

import gzip
import hashlib
import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sources.synthetic import (
    SyntheticSettings,
    SyntheticSettingsError,
    TrueEffect,
    cached_deliveries,
    default_today,
    write_deliveries,
)
from sources.synthetic import cache as cache_module
from tests.unit.synthetic.conftest import TODAY, deliveries_of, keys_of_entities, latest_rows, rows_of

Make = Callable[..., Path]


def fingerprints(folder: Path) -> dict[str, str]:
    """Hash of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_settings_give_the_same_bytes(make: Make) -> None:
    """Without it landing would take every run's files for new ones, and no figure could be reproduced."""
    assert fingerprints(make("once")) == fingerprints(make("again"))


def test_another_seed_gives_another_denmark(make: Make) -> None:
    """Without it a seed would be a promise without content."""
    one, two = fingerprints(make()), fingerprints(make(seed=1))
    same = {name for name in one if one[name] == two.get(name)}
    assert same <= {name for name in one if name.startswith("deliveries/manuel/manuelt_resultat__2026-10-17")}


@pytest.mark.parametrize("entity", keys_of_entities())
def test_every_delivery_has_exactly_the_columns_of_its_contract(entity: str, dirty: Path) -> None:
    """Without it the embedded default would teach landing another contract than the one written down."""
    _, columns = keys_of_entities()[entity]
    paths = deliveries_of(dirty, entity)
    assert paths
    for path in paths:
        assert [name for name in rows_of(path)[0] if name != "slettet"] == columns, path.name


def test_the_newest_crm_delivery_is_dated_today_and_none_is_later(dirty: Path) -> None:
    """Without it `today`, which every rule counts from, would not be the day the settings say."""
    dates = {path: path.name.partition("__")[2].split(".")[0] for path in (dirty / "deliveries").rglob("*__*")}
    assert max(day for path, day in dates.items() if path.parent.name == "crm") == TODAY.isoformat()
    assert max(dates.values()) == TODAY.isoformat()


def test_every_format_and_spelling_of_the_deliveries_page_occurs(dirty: Path) -> None:
    """Without it a format could break in landing with nobody noticing until a house delivers it."""
    endings = {path.name.partition(".")[2] for path in (dirty / "deliveries").rglob("*__*")}
    assert endings == {"csv", "csv.gz", "parquet", "xlsx", "json", "ndjson"}
    history = (dirty / "deliveries/crm/crm_forloeb__2026-10-01.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        history.decode("utf-8")
    text = history.decode("cp1252")
    assert "Vækst" in text
    for spelling in ("DK9", ".0;", "DK-9"):
        assert spelling in text
    assert (dirty / "deliveries/evaluering/evaluering_svar__2026-10-01.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    weights = [row["vaegt"] or "" for row in rows_of(dirty / "deliveries/kendskab/kendskab_svar__2023-10-15.csv")[1]]
    assert all("," in weight for weight in weights if weight not in {"1", "0"})


def test_gzip_headers_hold_no_time(dirty: Path) -> None:
    """Without it two runs a second apart would give different fingerprints."""
    for path in (dirty / "deliveries").rglob("*.gz"):
        assert path.read_bytes()[4:8] == bytes(4)
        assert gzip.decompress(path.read_bytes())


def test_later_deliveries_change_earlier_rows(dirty: Path) -> None:
    """Without it upsert by key would never be tried: open courses must end, missing segments be corrected."""
    first = {row["forloeb_id"]: row for row in rows_of(deliveries_of(dirty, "crm_forloeb")[0])[1]}
    final = {row["forloeb_id"]: row for row in latest_rows(dirty, "crm_forloeb")}
    closed = [key for key, row in first.items() if row["slutdato"] is None and final[key]["slutdato"] is not None]
    corrected = [key for key, row in first.items() if row["kundesegment"] is None and final[key]["kundesegment"]]
    assert closed
    assert corrected
    assert len(final) > len(first)


def test_dates_follow_today(make: Make) -> None:
    """Without it somebody would have to bump a year by hand every January."""
    folder = make(today=date(2028, 2, 29))
    waves = [path.name for path in deliveries_of(folder, "kendskab_svar")]
    assert [name[15:19] for name in waves] == ["2021", "2023", "2024", "2025", "2026", "2027"]
    years = set(pq.read_table(deliveries_of(folder, "register_regnskab")[0])["aar"].to_pylist())
    assert years == set(range(2019, 2027))


def test_settings_are_written_last_and_say_what_was_made(dirty: Path) -> None:
    """Without it an interrupted run could be taken for a finished one."""
    summary = json.loads((dirty / "settings.json").read_text(encoding="utf-8"))
    assert summary["settings"]["today"] == TODAY.isoformat()
    assert summary["rows"]["courses"] == len(latest_rows(dirty, "crm_forloeb"))
    newest = max(path.stat().st_mtime_ns for path in dirty.rglob("*") if path.is_file())
    assert (dirty / "settings.json").stat().st_mtime_ns == newest


def test_more_than_one_block_keeps_ids_apart(make: Make) -> None:
    """Without it two blocks of a large Denmark would overwrite each other's courses."""
    folder = make("blocks", scale=1.01, clean=True)
    courses = sum(
        pq.read_table(path).num_rows for path in deliveries_of(folder, "crm_aktivitet") if path.suffix == ".parquet"
    )
    table = pq.read_table(deliveries_of(folder, "crm_aktivitet")[0], columns=["aktivitet_id", "forloeb_id"])
    assert len(set(table["aktivitet_id"].to_pylist())) == table.num_rows == courses
    assert {key[:4] for key in table["forloeb_id"].to_pylist()} == {"F000", "F001"}


def test_cache_makes_once_and_again_when_settings_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it every run would wait for the synthetic Denmark, or get yesterday's programs' one."""
    made: list[float] = []

    def counting(folder: Path, settings: SyntheticSettings, progress: object = None) -> None:
        made.append(settings.scale)
        write_deliveries(folder, settings, None if progress is None else lambda _what, _share: None)

    monkeypatch.setattr(cache_module, "write_deliveries", counting)
    settings = SyntheticSettings(today=TODAY, scale=0.003)
    first = cached_deliveries(tmp_path, settings)
    assert first == cached_deliveries(tmp_path, settings)
    assert cached_deliveries(tmp_path, SyntheticSettings(today=TODAY, scale=0.004)) != first
    assert made == [0.003, 0.004]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    (first.parent / "settings.json").unlink()
    assert cached_deliveries(tmp_path, settings) == first
    assert made == [0.003, 0.004, 0.003]


def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it half a Denmark could be reported as a whole one."""

    def failing(folder: Path, _settings: SyntheticSettings, _progress: object = None) -> None:
        (folder / "deliveries").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(cache_module, "write_deliveries", failing)
    with pytest.raises(KeyboardInterrupt):
        cached_deliveries(tmp_path, SyntheticSettings(today=TODAY, scale=0.003))
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_from_start_to_end(tmp_path: Path) -> None:
    """Without it a user would look at a still screen while the Denmark is made."""
    told: list[tuple[str, float]] = []
    write_deliveries(
        tmp_path, SyntheticSettings(today=TODAY, scale=0.003), lambda what, share: told.append((what, share))
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (date(2026, 11, 21), date(2026, 10, 31)),
        (date(2026, 1, 1), date(2025, 12, 31)),
        (date(2028, 3, 31), date(2028, 2, 29)),
    ],
)
def test_default_today_is_the_last_day_of_the_month_before(clock: date, expected: date) -> None:
    """Without it the default would age, or change every day and empty the cache."""
    assert default_today(clock) == expected


@pytest.mark.parametrize(
    "wrong", [{"scale": 0}, {"scale": float("nan")}, {"scale": 1e6}, {"seed": -1}, {"today": date(2019, 5, 1)}]
)
def test_impossible_settings_are_refused_by_name(wrong: dict[str, object]) -> None:
    """Without it a typing error would end deep inside the arithmetic."""
    with pytest.raises(SyntheticSettingsError, match=next(iter(wrong))):
        SyntheticSettings(**({"today": TODAY} | wrong))  # type: ignore[arg-type]


def test_planted_effects_name_the_points_of_the_settings(make: Make) -> None:
    """Without it the effect step could not be judged against the truth."""
    folder = make(effect=TrueEffect(20.0, 10.0, 4.0))
    rows = pq.read_table(folder / "truth" / "planted_effects.parquet").to_pylist()
    growth = [row for row in rows if row["segment"] == "vaekst"]
    operating = [row for row in rows if row["segment"] == "drift"]
    assert {(row["revenue_points"], row["employment_points"], row["productivity_points"]) for row in growth} == {
        (20, 10, 0)
    }
    assert {(row["revenue_points"], row["employment_points"], row["productivity_points"]) for row in operating} == {
        (0, 0, 4)
    }
    assert all(row["end_year"] > row["baseline_year"] for row in rows)


def test_a_small_denmark_is_made_quickly(tmp_path: Path) -> None:
    """Without it every end-to-end test would be slow."""
    start = time.perf_counter()
    write_deliveries(tmp_path, SyntheticSettings(today=TODAY, scale=0.01))
    assert time.perf_counter() - start < 10
