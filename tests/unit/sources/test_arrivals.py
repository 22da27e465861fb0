"""Which files are whole: by the clock, by their marker, and over several looks at the folder."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from sources.arrivals import Observation, Sighting, Trace, Wait, fingerprint, observe, trace, why_unfinished
from sources.contract import load_contracts
from sources.deliveries import discover
from sources.landing import NothingUsableError, land, open_warehouse

NOW = 1_800_000_000.0
STABLE = Wait("stable", 120)
DONE = Wait("done", 120)
HEADER = "forloeb_id;erhvervshus\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty deliveries folder."""
    (tmp_path / "in" / "crm").mkdir(parents=True)
    return tmp_path / "in"


def write(folder: Path, day: str, text: str = HEADER, *, changed: float = NOW) -> Path:
    """Write a delivery that was last changed at a time."""
    path = folder / "crm" / f"crm_forloeb__{day}.csv"
    path.write_text(text, encoding="utf-8")
    os.utime(path, (changed, changed))
    return path


def mark(path: Path, *, changed: float = NOW) -> Path:
    """Mark a delivery as whole."""
    marker = path.with_name(f"{path.name}.done")
    marker.touch()
    os.utime(marker, (changed, changed))
    return marker


class Watcher:
    """Looks at a folder again and again, as the sensor does."""

    def __init__(self, folder: Path, wait: Wait) -> None:
        """Begin with nothing seen."""
        self._folder, self._wait = folder, wait
        self._waiting: dict[str, Sighting] = {}
        self.taken: dict[str, Trace] = {}

    def look(self, at: float) -> Observation:
        """Look at the folder at a time."""
        found = discover(self._folder, load_contracts())
        seen = observe(found.files, self.taken, self._waiting, self._wait, at)
        self._waiting = dict(seen.waiting)
        return seen


@pytest.mark.parametrize(
    ("age", "is_whole"),
    [(0, False), (119, False), (120, True), (9e6, True), (-60, False), (-7200, True)],
)
def test_a_stable_file_is_as_old_as_asked_for(folder: Path, age: float, is_whole: bool) -> None:  # noqa: FBT001
    """Without it, half a file would be landed; and one from a server whose clock is hours ahead never would."""
    path = write(folder, "2026-11-01", changed=NOW - age)
    assert (why_unfinished(path, STABLE, NOW) is None) is is_whole


def test_a_file_by_hand_is_taken_as_it_is(folder: Path) -> None:
    """Without it, a person would have to wait two minutes for nothing."""
    assert why_unfinished(write(folder, "2026-11-01"), Wait(), NOW) is None


def test_a_marked_file_needs_its_own_marker(folder: Path) -> None:
    """Without it, a file written over an older one would be taken on the older one's marker, half written."""
    path = write(folder, "2026-11-01", changed=NOW)
    assert "findes ikke endnu" in str(why_unfinished(path, DONE, NOW))
    marker = mark(path, changed=NOW - 60)
    assert "er ældre end den selv" in str(why_unfinished(path, DONE, NOW))
    os.utime(marker, (NOW - 1, NOW - 1))
    assert why_unfinished(path, DONE, NOW) is None, "file systems tell time to two seconds"


def test_markers_are_no_deliveries(folder: Path) -> None:
    """Without it, every marker would be set aside as a delivery with an impossible name."""
    mark(write(folder, "2026-11-01"))
    assert [file.delivery for file in discover(folder, load_contracts()).files] == ["crm/crm_forloeb__2026-11-01.csv"]


def test_what_is_no_file_is_not_waited_for(folder: Path) -> None:
    """Without it, a link would be left for ever instead of being set aside with its reason."""
    link = folder / "crm" / "crm_forloeb__2026-11-01.csv"
    link.symlink_to(folder)
    assert trace(link) is None
    assert why_unfinished(link, DONE, NOW) is None


def test_a_growing_file_does_not_start_a_run(folder: Path) -> None:
    """Without it, a run would start on every slow upload and set the file aside."""
    watcher = Watcher(folder, STABLE)
    path = write(folder, "2026-11-01")
    for step in range(10):
        write(folder, "2026-11-01", HEADER * (step + 1), changed=NOW + 60 * step)
        assert not watcher.look(NOW + 60 * step).whole
    assert not watcher.look(NOW + 60 * 9 + 119).whole
    seen = watcher.look(NOW + 60 * 9 + 120)
    assert list(seen.whole) == ["crm/crm_forloeb__2026-11-01.csv"]
    assert seen.settled
    assert path.exists()


def test_a_copy_with_the_time_of_its_original_is_watched_too(folder: Path) -> None:
    """Without it, `cp -p` and rsync would make a file look finished from its first byte."""
    watcher = Watcher(folder, STABLE)
    write(folder, "2026-11-01", changed=NOW - 1e6)
    assert not watcher.look(NOW).whole
    write(folder, "2026-11-01", HEADER * 2, changed=NOW - 1e6)
    assert not watcher.look(NOW + 100).whole
    assert not watcher.look(NOW + 130).whole
    assert watcher.look(NOW + 220).whole


@pytest.mark.parametrize("wait", [STABLE, DONE])
def test_files_that_arrive_together_start_one_run(folder: Path, wait: Wait) -> None:
    """Without it, ten files over five minutes would start ten runs."""
    watcher = Watcher(folder, wait)
    starts = []
    for tick in range(40):
        at = NOW + 30 * tick
        if tick < 10:
            mark(write(folder, f"2026-11-{tick + 1:02}", changed=at), changed=at)
        seen = watcher.look(at)
        if seen.whole and seen.settled:
            starts.append((tick, len(seen.whole)))
            watcher.taken |= seen.whole
    assert [files for _, files in starts] == [10]


def test_one_file_that_is_never_whole_holds_the_others_back_for_a_while_only(folder: Path) -> None:
    """Without it, a log that somebody writes into the folder would stop every delivery."""
    watcher = Watcher(folder, STABLE)
    write(folder, "2026-11-01")
    started = None
    for tick in range(100):
        at = NOW + 30 * tick
        write(folder, "2026-11-02", HEADER * (tick + 1), changed=at)
        seen = watcher.look(at)
        if seen.settled:
            started = at - NOW
            break
    assert started == 10 * 120
    assert list(seen.whole) == ["crm/crm_forloeb__2026-11-01.csv"]
    assert list(seen.unfinished) == ["crm/crm_forloeb__2026-11-02.csv"]


def test_what_was_taken_is_no_news_until_it_changes(folder: Path) -> None:
    """Without it, a file that is set aside as broken would start a run every half minute."""
    watcher = Watcher(folder, STABLE)
    path = write(folder, "2026-11-01", "broken")
    watcher.taken = {"crm/crm_forloeb__2026-11-01.csv": Trace(6, int(NOW) * 10**9)}
    assert trace(path) == watcher.taken["crm/crm_forloeb__2026-11-01.csv"]
    assert not watcher.look(NOW + 1000).waiting
    write(folder, "2026-11-01", "mended", changed=NOW + 1000)
    watcher.look(NOW + 1000)
    assert watcher.look(NOW + 1200).settled


def test_a_clock_that_is_set_back_starts_the_waiting_again(folder: Path) -> None:
    """Without it, a file would wait for the hours that the clock was wrong."""
    watcher = Watcher(folder, STABLE)
    write(folder, "2026-11-01")
    watcher.look(NOW + 7200)
    watcher.look(NOW)
    assert watcher.look(NOW + 120).settled


def test_the_fingerprint_follows_name_size_and_time() -> None:
    """Without it, one run would stand for different deliveries."""
    one = {"a": Trace(1, 2), "b": Trace(3, 4)}
    assert fingerprint(one) == fingerprint(dict(reversed(one.items())))
    others = [
        {"a": Trace(1, 2)},
        {**one, "b": Trace(3, 5)},
        {**one, "b": Trace(4, 4)},
        {"a": Trace(1, 2), "c": Trace(3, 4)},
    ]
    assert len({fingerprint(each) for each in (one, *others)}) == 5


def test_landing_leaves_what_is_not_whole_and_takes_it_later(folder: Path, tmp_path: Path) -> None:
    """Without it, the nightly run would take half a file as a whole one, and yesterday's rows would be gone."""
    with closing(open_warehouse(tmp_path / "w.duckdb")) as con:
        first = write(folder, "2026-11-01", HEADER + "a;fyn\nb;fyn\n")
        mark(first)
        land(con, folder, wait=DONE)
        write(folder, "2026-11-01", HEADER + "a;fyn\n", changed=NOW + 60)
        write(folder, "2026-11-02", HEADER)
        report = land(con, folder, wait=DONE)
        assert set(report.left) == {"crm/crm_forloeb__2026-11-01.csv", "crm/crm_forloeb__2026-11-02.csv"}
        assert not report.looked_at
        assert [(each.delivery, each.delivered_rows) for each in report.deliveries] == [
            ("crm/crm_forloeb__2026-11-01.csv", 2)
        ]
        assert "filen er ikke hel endnu" in report.warnings[0]

        mark(first, changed=NOW + 60)
        mark(folder / "crm" / "crm_forloeb__2026-11-02.csv")
        report = land(con, folder, wait=DONE)
        assert not report.left
        assert set(report.looked_at) == {"crm/crm_forloeb__2026-11-01.csv", "crm/crm_forloeb__2026-11-02.csv"}
        assert [each.delivered_rows for each in report.deliveries] == [1, 0]


def test_landing_nothing_but_unfinished_files_says_so(folder: Path, tmp_path: Path) -> None:
    """Without it, the first night would say that nothing can be read."""
    write(folder, "2026-11-01")
    with (
        closing(open_warehouse(tmp_path / "w.duckdb")) as con,
        pytest.raises(
            NothingUsableError, match=r"ingen af filerne er hele endnu\. Intet er ændret\. Kør igen, når de er hele\."
        ),
    ):
        land(con, folder, wait=DONE)


def test_a_folder_without_deliveries_is_told_with_what_to_do(tmp_path: Path) -> None:
    """Without it, whoever mistyped a path would read that nothing is there, and not that the path may be wrong."""
    (tmp_path / "empty").mkdir()
    with closing(open_warehouse(tmp_path / "warehouse.duckdb")) as con:
        with pytest.raises(NothingUsableError, match=r"mappen er tom.* eller ret stien til den, og kør igen"):
            land(con, tmp_path / "empty")
        with pytest.raises(NothingUsableError, match=r"mappen findes ikke.* Ret stien til mappen"):
            land(con, tmp_path / "nowhere")
