"""The edition of a year is put in place whole, or the one before stays."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from exports.report.comments import CommentError, MissingCommentsError
from exports.statement.edition import (
    CONTENTS,
    Edition,
    edition_folder,
    is_untouchable,
    read_edition,
    size,
    write_edition,
)
from exports.statement.errors import EditionError

sys.path.insert(0, str(Path(__file__).parent))
import small_statement as small

HOUSES = ("fyn", "hovedstaden", "midtjylland", "nordjylland", "sjaelland", "sydjylland")


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_file_is_there_and_listed_with_its_fingerprint(tmp_path: Path) -> None:
    """Without it, a reader could not tell whether the edition is whole, or a house would lack its report."""
    edition = write_edition(small.statement(), tmp_path, renderers=small.QUICK)
    folder = edition_folder(tmp_path, 2025)
    found = contents(folder)
    reports = {
        f"{name}.{kind}" for name in ("national", *(f"kontrakt-{h}" for h in HOUSES)) for kind in ("pdf", "html")
    }
    tables = {f"aabne-data/{name}.csv" for name in small.statement().tables}
    assert set(found) == {*reports, *tables, "opgoerelse.xlsx", CONTENTS}
    assert {file.name for file in edition.files} == set(found) - {CONTENTS}
    for file in edition.files:
        assert file.sha256 == hashlib.sha256(found[file.name]).hexdigest()
        assert file.bytes == len(found[file.name])
    assert read_edition(tmp_path, 2025) == edition
    assert edition.files[0].name.startswith("aabne-data/")
    assert edition.files[-1].name.startswith("kontrakt-")
    assert (edition.rows, edition.hidden) == (6, 1)
    assert size(edition) == sum(len(found[file.name]) for file in edition.files)


def test_the_same_statement_gives_the_same_bytes(tmp_path: Path) -> None:
    """Without it, a reader could not tell a new figure from a new file."""
    write_edition(small.statement(), tmp_path / "a", renderers=small.QUICK)
    write_edition(small.statement(), tmp_path / "b", renderers=small.QUICK)
    assert contents(edition_folder(tmp_path / "a", 2025)) == contents(edition_folder(tmp_path / "b", 2025))


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ZeroDivisionError("in a renderer")])
def test_a_failure_leaves_the_edition_before(tmp_path: Path, error: Exception) -> None:
    """Without it, a full disk would leave half a report in front of its readers."""
    write_edition(small.statement(), tmp_path, renderers=small.QUICK)
    before = contents(edition_folder(tmp_path, 2025))

    def fail(_: object) -> bytes:
        raise error

    expected = EditionError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected) as caught:
        write_edition(small.statement([small.goals()]), tmp_path, renderers=replace(small.QUICK, pdf=fail))
    if isinstance(error, OSError):
        assert "den forrige udgave gælder stadig" in str(caught.value)
        assert "Der er ikke mere plads på disken" in str(caught.value)
        assert str(tmp_path / "opgoerelse") in str(caught.value)
    assert contents(edition_folder(tmp_path, 2025)) == before
    assert sorted(path.name for path in (tmp_path / "opgoerelse").iterdir()) == [".udgaver", "2025"]


def test_what_a_killed_run_left_is_never_read_and_goes_away(tmp_path: Path) -> None:
    """Without it, a kill in the middle would block every later edition, or show half of one."""
    root = tmp_path / "opgoerelse"
    (root / ".under-udarbejdelse-2025" / "aabne-data").mkdir(parents=True)
    (root / ".under-udarbejdelse-link-2025").symlink_to("nowhere")
    assert read_edition(tmp_path, 2025) is None
    write_edition(small.statement(), tmp_path, renderers=small.QUICK)
    assert sorted(path.name for path in root.iterdir()) == [".udgaver", "2025"]


def test_a_failed_switch_leaves_the_edition_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, the very last step could take the old edition away and not bring the new one."""
    write_edition(small.statement(), tmp_path, renderers=small.QUICK)
    before = contents(edition_folder(tmp_path, 2025))
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "nej")))
    with pytest.raises(EditionError, match="Programmet har ikke adgang til"):
        write_edition(small.statement([small.goals()]), tmp_path, renderers=small.QUICK)
    monkeypatch.undo()
    assert contents(edition_folder(tmp_path, 2025)) == before
    assert len(list((tmp_path / "opgoerelse" / ".udgaver").iterdir())) == 1


def test_readers_always_find_a_whole_edition(tmp_path: Path) -> None:
    """Without it, a reader could meet no folder, or one without its statement.json, while a new edition is put in."""
    write_edition(small.statement(), tmp_path, renderers=small.QUICK)
    folder = edition_folder(tmp_path, 2025)
    stop, torn, reads = threading.Event(), list[str](), 0

    def read() -> None:
        nonlocal reads
        while not stop.is_set():
            # A reader who opened the folder reads one edition to its end.
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                with open(os.open(CONTENTS, os.O_RDONLY, dir_fd=opened), "rb") as handle:  # noqa: PTH123
                    said = Edition.model_validate_json(handle.read())
                for file in said.files[-3:]:
                    with open(os.open(file.name, os.O_RDONLY, dir_fd=opened), "rb") as handle:  # noqa: PTH123
                        if hashlib.sha256(handle.read()).hexdigest() != file.sha256:
                            torn.append(file.name)
            except OSError as error:
                torn.append(str(error))
            finally:
                os.close(opened)
            reads += 1

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(12):
            table = small.goals([("nps", "fyn", 2025, 10 + number, 50.0, "met")])
            write_edition(small.statement([table]), tmp_path, renderers=small.QUICK)
            seen = reads
            # The reader may fall one edition behind, as one that stays may, but not two.
            while reads < seen + 2 and reader.is_alive():
                stop.wait(0.001)
    finally:
        stop.set()
        reader.join()
    assert reads >= 24
    assert torn == []


def test_only_the_newest_editions_stay(tmp_path: Path) -> None:
    """Without it, a nightly run would fill the disk with drafts."""
    for _ in range(4):
        write_edition(small.statement(), tmp_path, renderers=small.QUICK)
    write_edition(small.statement(manifest=small.publication(year=2024)), tmp_path, renderers=small.QUICK)
    kept = sorted(path.name[:5] for path in (tmp_path / "opgoerelse" / ".udgaver").iterdir())
    assert kept == ["2024-", "2025-", "2025-"]


def test_a_copied_output_takes_a_new_edition(tmp_path: Path) -> None:
    """Without it, an output that was copied with its links followed could never be written again."""
    folder = edition_folder(tmp_path, 2025)
    folder.mkdir(parents=True)
    (folder / "gammel.txt").write_text("x", encoding="utf-8")
    write_edition(small.statement(), tmp_path, renderers=small.QUICK)
    assert (folder / CONTENTS).exists()
    assert not (folder / "gammel.txt").exists()


def test_a_final_edition_needs_its_comments(tmp_path: Path) -> None:
    """Without it, an unmet goal could be published without a word."""
    with pytest.raises(MissingCommentsError, match="Fyn: nps"):
        write_edition(small.statement(), tmp_path, final=True, renderers=small.QUICK)
    assert not edition_folder(tmp_path, 2025).exists()
    comments = tmp_path / "kommentarer.md"
    comments.write_text(small.COMMENTS, encoding="utf-8")
    edition = write_edition(small.statement(), tmp_path, comments, final=True, renderers=small.QUICK)
    assert edition.comments == hashlib.sha256(small.COMMENTS.encode()).hexdigest()
    assert "For få svar." in (edition_folder(tmp_path, 2025) / "national.html").read_text(encoding="utf-8")
    assert is_untouchable(edition)
    assert not is_untouchable(edition.model_copy(update={"final": False}))
    assert not is_untouchable(None)


def test_missing_comments_of_all_reports_are_named_together(tmp_path: Path) -> None:
    """Without it, an analyst would mend one report only to be told of the next."""
    comments = tmp_path / "kommentarer.md"
    comments.write_text("## NPS (nps)\n", encoding="utf-8")
    with pytest.raises(MissingCommentsError, match=r"(?s)2 kommentarer.*Fyn: nps.*Sydjylland: nps"):
        write_edition(small.statement(), tmp_path, comments, final=True, renderers=small.QUICK)


def test_a_comment_on_what_is_not_measured_is_refused(tmp_path: Path) -> None:
    """Without it, a slip in a heading would leave the comment out of every report, unseen in a draft."""
    comments = tmp_path / "kommentarer.md"
    comments.write_text("## NPS (nsp)\n\n### Fyn\n\nFor få svar.\n", encoding="utf-8")
    with pytest.raises(CommentError, match=r"nsp \(mente du nps\?\)"):
        write_edition(small.statement(), tmp_path, comments, renderers=small.QUICK)
    assert not edition_folder(tmp_path, 2025).exists()


def test_tables_that_give_hidden_figures_away_are_not_published(tmp_path: Path) -> None:
    """Without it, disclosure control could be right in its tests and skipped in the edition."""

    def refuse(_: object) -> object:
        msg = "statement_goals afslører en skjult celle"
        raise ValueError(msg)

    with pytest.raises(ValueError, match="afslører"):
        write_edition(small.statement(), tmp_path, renderers=replace(small.QUICK, audit=refuse))
    assert not edition_folder(tmp_path, 2025).exists()


def test_a_damaged_list_of_contents_is_told(tmp_path: Path) -> None:
    """Without it, the person on duty would meet a traceback."""
    folder = edition_folder(tmp_path, 2025)
    folder.mkdir(parents=True)
    (folder / CONTENTS).write_text("{", encoding="utf-8")
    with pytest.raises(EditionError, match="erhvervshus report --year 2025"):
        read_edition(tmp_path, 2025)
