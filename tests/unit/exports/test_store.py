"""A statement kept as a folder comes back as it was, or not at all."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from exports.files import sha256_of
from exports.statement.errors import ChangedFileError
from exports.statement.statement import Freeze
from exports.statement.store import COMMENTS, STATEMENT, SUMS, load, save, table_fingerprints

sys.path.insert(0, str(Path(__file__).parent))
import small_statement as small

FREEZE = Freeze(version=2, frozen_at=datetime(2026, 11, 21, 9, tzinfo=UTC), reason="En leverance var forkert.")


def test_a_statement_comes_back_as_it_was(tmp_path: Path) -> None:
    """Without it, a hidden count could come back as 0, a year as 2025.0, or a title as today's."""
    kept = replace(small.statement(), freeze=FREEZE)
    save(kept, tmp_path, comments=b"# Kommentarer\n", final=True, lineage=small.LINEAGE)
    back = load(tmp_path)
    for name, table in kept.tables.items():
        pd.testing.assert_frame_equal(back.statement.frame(name), table.frame)
        assert back.statement.tables[name].specification == table.specification
    assert replace(back.statement, tables={}) == replace(kept, tables={})
    assert list(back.statement.tables) == list(kept.tables)
    assert back.lineage == small.LINEAGE
    assert back.final
    assert back.comments is not None
    assert back.comments.read_bytes() == b"# Kommentarer\n"


def test_a_statement_of_an_earlier_version_opens_and_is_written_the_same(tmp_path: Path) -> None:
    """Without it, a statement frozen years ago could not be published again after an upgrade, or not as it was."""
    earlier = Path(__file__).parents[2] / "fixtures" / "earlier" / "statement-format-1"
    kept = load(earlier)
    for name, table in small.statement().tables.items():
        pd.testing.assert_frame_equal(kept.statement.frame(name), table.frame)
    assert kept.statement.freeze == Freeze(1, datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC), None)
    assert (kept.final, kept.lineage) == (True, small.LINEAGE)
    assert kept.comments is not None
    again = tmp_path / "again"
    again.mkdir()
    save(kept.statement, again, comments=kept.comments.read_bytes(), final=kept.final, lineage=kept.lineage)
    assert sorted(path.name for path in again.iterdir()) == sorted(path.name for path in earlier.iterdir())
    # The Parquet files too: a comparison by fingerprint must not call an old table changed.
    for path in earlier.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_a_statement_of_a_later_version_is_refused(tmp_path: Path) -> None:
    """Without it, an old program would publish what it does not understand."""
    save(small.statement(), tmp_path)
    path = tmp_path / STATEMENT
    changed = path.read_bytes().replace(b'"format": 1', b'"format": 2')
    for name, content in (
        (STATEMENT, changed),
        (SUMS, (tmp_path / SUMS).read_bytes().replace(sha256_of(path).encode(), sha256(changed).hexdigest().encode())),
    ):
        (tmp_path / name).chmod(0o644)
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ChangedFileError, match="kan ikke læses af denne version af programmet"):
        load(tmp_path)


def test_equal_statements_give_equal_bytes(tmp_path: Path) -> None:
    """Without it, a fingerprint would tell when a file was written and not what is in it."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        save(small.statement(), tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
    assert table_fingerprints(tmp_path / "a") == table_fingerprints(tmp_path / "b")


def test_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    """Without it, a year without contracts could not be frozen."""
    goals = small.goals()
    empty = replace(goals, frame=goals.frame.iloc[:0])
    save(small.statement([empty]), tmp_path)
    pd.testing.assert_frame_equal(load(tmp_path).statement.frame(small.GOALS), empty.frame)


@pytest.mark.parametrize("name", [f"{small.GOALS}.parquet", STATEMENT, COMMENTS])
def test_a_changed_file_is_named(tmp_path: Path, name: str) -> None:
    """Without it, somebody could improve a figure after it was published."""
    save(small.statement(), tmp_path, comments=b"# Kommentarer\n")
    path = tmp_path / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ChangedFileError, match=f"{name}: filen er ændret"):
        load(tmp_path)


def test_a_missing_file_and_a_foreign_one_are_named(tmp_path: Path) -> None:
    """Without it, a table could be taken out of a frozen statement, or comments put in."""
    save(small.statement(), tmp_path)
    foreign = tmp_path / COMMENTS
    foreign.write_text("indsmuglet", encoding="utf-8")
    with pytest.raises(ChangedFileError, match=f"{COMMENTS}: filen hører ikke til"):
        load(tmp_path)
    foreign.unlink()
    (tmp_path / f"{small.GOALS}.parquet").unlink()
    with pytest.raises(ChangedFileError, match=rf"{small.GOALS}\.parquet: filen mangler"):
        load(tmp_path)
    (tmp_path / SUMS).unlink()
    with pytest.raises(ChangedFileError, match=f"{SUMS}: fortegnelsen"):
        load(tmp_path)


def test_a_statement_of_another_format_is_refused(tmp_path: Path) -> None:
    """Without it, a program of today would read tomorrow's file and guess."""
    save(small.statement(), tmp_path)
    path = tmp_path / STATEMENT
    old = path.read_text(encoding="utf-8")
    path.chmod(0o644)
    path.write_text(old.replace('"format": 1', '"format": 9'), encoding="utf-8")
    sums = tmp_path / SUMS
    sums.chmod(0o644)
    lines = [line for line in sums.read_text(encoding="utf-8").splitlines() if STATEMENT not in line]
    digest = subprocess.run(["sha256sum", STATEMENT], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    sums.write_text("\n".join([*lines, digest]), encoding="utf-8")
    with pytest.raises(ChangedFileError, match="kan ikke læses af denne version"):
        load(tmp_path)


def test_sha256sum_can_check_the_folder(tmp_path: Path) -> None:
    """Without it, only this program could say whether a frozen statement is whole."""
    save(small.statement(), tmp_path, comments=b"# Kommentarer\n")
    checked = subprocess.run(["sha256sum", "--check", "--strict", SUMS], cwd=tmp_path, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert len(checked.stdout.splitlines()) == 5


def test_files_are_read_only(tmp_path: Path) -> None:
    """Without it, a careless editor would change a frozen file."""
    save(small.statement(), tmp_path)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o444}
