"""A frozen year can be published again, and never silently become another."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exports.statement import yearly
from exports.statement.edition import edition_folder, read_edition
from exports.statement.errors import FreezeError, NoPublicationError
from exports.statement.freeze import (
    frozen_folder,
    frozen_years,
    load_frozen,
    next_freeze,
    store_frozen,
    versions,
)
from exports.statement.statement import Statement

sys.path.insert(0, str(Path(__file__).parent))
import small_statement as small

NOW = datetime(2026, 11, 21, 9, 30, 15, 400, tzinfo=UTC)
REASON = "Fyn sendte rettede evalueringer."


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output folder whose newest publication is what `publish` put there."""
    publish(monkeypatch, tmp_path, small.statement())
    return tmp_path


def publish(monkeypatch: pytest.MonkeyPatch, output: Path, statement: Statement) -> None:
    """Make a statement that of the newest publication."""
    (output / "manifest.json").write_text(statement.publication.model_dump_json(), encoding="utf-8")
    (output / "current.duckdb").touch()
    monkeypatch.setattr(yearly, "assembled", lambda *_: statement)


def freeze(output: Path, reason: str | None = None, comments: Path | None = None, *, final: bool = False) -> Statement:
    """Freeze 2025 and put its edition in place."""
    return yearly.freeze(
        output,
        2025,
        output / "dbt.json",
        small.LINEAGE,
        reason=reason,
        comments=comments,
        final=final,
        now=NOW,
        renderers=small.QUICK,
    ).statement


def report(output: Path, year: int | None = None) -> dict[str, bytes]:
    """Write the edition of a year and read it."""
    yearly.report(output, year, lambda: output / "dbt.json", renderers=small.QUICK)
    folder = edition_folder(output, year or 2025)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_frozen_year_is_the_same_after_newer_deliveries(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a citizen who fetches last year's statement again could get other figures under the same name."""
    frozen = freeze(output)
    first = report(output, 2025)
    newer = small.statement(
        [small.goals([("nps", "fyn", 2025, 900, 12.5, "not_met")])],
        small.publication([small.delivery("evaluering_svar", "2026-11-20")], code="0.2.0", today="2026-11-20"),
    )
    publish(monkeypatch, output, newer)
    assert report(output, 2025) == first
    assert frozen.freeze is not None
    assert (frozen.freeze.version, frozen.freeze.frozen_at, frozen.freeze.reason) == (
        1, NOW.replace(microsecond=0), None,
    )  # fmt: skip

    publish(monkeypatch, output, small.statement(manifest=small.publication(year=2026)))
    assert report(output, 2025) == first
    # Without a year it is the publication's, which is not frozen.
    yearly.report(output, None, lambda: output / "dbt.json", renderers=small.QUICK)
    edition = read_edition(output, 2026)
    assert edition is not None
    assert edition.freeze is None


def test_a_frozen_year_needs_no_publication(output: Path) -> None:
    """Without it, a statement could not be published from the backup of .history alone."""
    freeze(output)
    first = report(output, 2025)
    (output / "manifest.json").unlink()
    yearly.check(output, 2025)
    assert report(output, 2025) == first
    with pytest.raises(NoPublicationError, match="Kør først"):
        yearly.check(output, 2024)


def test_a_frozen_year_is_superseded_only_with_a_reason(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a published figure could be replaced and nobody would know why."""
    freeze(output)
    with pytest.raises(FreezeError, match=r"allerede frosset.*kan ikke overskrives.*--reason"):
        freeze(output)
    with pytest.raises(FreezeError, match="kan ikke overskrives"):
        freeze(output, reason="  ")
    assert versions(output, 2025) == (1,)
    publish(monkeypatch, output, small.statement([small.goals([("nps", "fyn", 2025, 9, 12.5, "not_met")])]))
    second = freeze(output, reason=REASON)
    assert versions(output, 2025) == (1, 2)
    assert second.freeze is not None
    assert second.freeze.reason == REASON
    assert len(load_frozen(output, 2025).statement.frame(small.GOALS)) == 1
    assert len(load_frozen(output, 2025, 1).statement.frame(small.GOALS)) == 4
    edition = read_edition(output, 2025)
    assert edition is not None
    assert edition.freeze is not None
    assert edition.freeze.version == 2


def test_the_first_version_supersedes_nothing(output: Path) -> None:
    """Without it, a reason would be dropped unseen."""
    with pytest.raises(FreezeError, match="ingen version at afløse"):
        freeze(output, reason=REASON)


def test_what_cannot_be_published_is_not_frozen(output: Path) -> None:
    """Without it, a frozen statement could lack the reports it was frozen for."""
    with pytest.raises(Exception, match="Fyn: nps"):
        freeze(output, final=True)
    assert versions(output, 2025) == ()
    assert not edition_folder(output, 2025).exists()


def test_comments_and_finality_are_frozen_too(output: Path) -> None:
    """Without it, the report of a frozen year would lose its words, or become a draft again."""
    comments = output / "kommentarer.md"
    comments.write_text(small.COMMENTS, encoding="utf-8")
    freeze(output, comments=comments, final=True)
    comments.unlink()
    found = report(output, 2025)
    assert "For få svar." in found["national.html"].decode()
    edition = read_edition(output, 2025)
    assert edition is not None
    assert edition.final


def test_a_kept_version_cannot_be_written_or_replaced(output: Path) -> None:
    """Without it, a second process or a careless editor could change what was frozen."""
    statement = freeze(output)
    folder = frozen_folder(output, 2025) / "1"
    assert folder.stat().st_mode & 0o777 == 0o555
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in folder.iterdir())
    with pytest.raises(FreezeError, match=r"allerede frosset"):
        store_frozen(statement, output)
    with pytest.raises(FreezeError, match="ingen version"):
        store_frozen(replace(statement, freeze=None), output)


def test_a_kill_or_a_full_disk_freezes_nothing(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, half a statement could count as frozen."""
    (frozen_folder(output, 2025) / ".under-udarbejdelse-1").mkdir(parents=True)
    assert versions(output, 2025) == ()
    rename = Path.rename
    monkeypatch.setattr(
        Path,
        "rename",
        lambda self, target: (
            (_ for _ in ()).throw(OSError(28, "No space left on device"))
            if ".history" in os.fspath(target)
            else rename(self, target)
        ),
    )
    with pytest.raises(FreezeError, match=r"intet er gemt.*ikke mere plads"):
        freeze(output)
    monkeypatch.undo()
    assert versions(output, 2025) == ()
    assert list(frozen_folder(output, 2025).iterdir()) == []
    assert not edition_folder(output, 2025).exists()


def test_a_year_that_is_not_there_is_answered_with_what_is(output: Path) -> None:
    """Without it, the person on duty would have to look in hidden folders."""
    with pytest.raises(FreezeError, match=r"2024 er ikke frosset \(frosne år: ingen\)"):
        load_frozen(output, 2024)
    freeze(output)
    assert frozen_years(output) == (2025,)
    with pytest.raises(FreezeError, match=r"frosne år: 2025"):
        load_frozen(output, 2024)
    with pytest.raises(FreezeError, match=r"ingen version 7\. Vælg en af: 1"):
        load_frozen(output, 2025, 7)


def test_a_publication_of_another_year_is_refused(output: Path) -> None:
    """Without it, `--year 2024` would write 2025's figures, or fail with a traceback."""
    with pytest.raises(NoPublicationError, match="er opgørelsen for 2025, ikke 2024"):
        yearly.report(output, 2024, lambda: output / "dbt.json", renderers=small.QUICK)
    (output / "manifest.json").unlink()
    with pytest.raises(NoPublicationError, match="Kør først `erhvervshus run"):
        yearly.report(output, None, lambda: output / "dbt.json", renderers=small.QUICK)


def test_the_wall_clock_is_used_when_no_time_is_given(output: Path) -> None:
    """Without it, every freeze would have to be told when it is."""
    frozen_at = next_freeze(output, 2025, None).frozen_at
    assert frozen_at.tzinfo is not None
    assert abs((datetime.now(tz=UTC) - frozen_at).total_seconds()) < 60
