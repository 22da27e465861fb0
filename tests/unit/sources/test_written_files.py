"""YAML that people write: every mistake has its place and its Danish words, and no value is repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from sources.written_files import WrittenFileError, read_written


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    months: int
    names: tuple[str, ...] = ()


class _File(BaseModel):
    entries: dict[str, _Entry]


def written(folder: Path, text: str) -> Path:
    """Write a file."""
    path = folder / "file.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_mistake_has_its_place_and_its_words(tmp_path: Path) -> None:
    """Without it, the reader of a long file would search it for what an English sentence means."""
    text = "entries:\n  a:\n    months: hemmelig\n    monhts: 3\n  b:\n    names: [x, 2]\n"
    file = read_written(written(tmp_path, text))
    with pytest.raises(ValidationError) as caught:
        _File.model_validate(file.content)
    assert file.explain(caught.value).splitlines() == [
        "linje 3, kolonne 5, entries.a.months: skal være et helt tal.",
        "linje 4, kolonne 5, entries.a.monhts: kendes ikke.",
        "linje 5, kolonne 3, entries.b.months: mangler.",
        "linje 6, kolonne 16, entries.b.names.1: skal være en tekst.",
    ]


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    """Without it, a file of comments alone would be a mistake."""
    assert read_written(written(tmp_path, "# intet\n")).content == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [hemmelig\n", "linje 2, kolonne 1: dette er ikke gyldig YAML"),
        ("a: 1\nb: {c: hemmelig,\n  c: 2}\n", "linje 3, kolonne 3: c står også i linje 2; behold den ene"),
    ],
)
def test_what_is_no_yaml_is_placed_and_not_repeated(tmp_path: Path, text: str, said: str) -> None:
    """Without it, a password in a broken line would be written to a log, or the later of two values win in silence."""
    with pytest.raises(WrittenFileError) as caught:
        read_written(written(tmp_path, text))
    assert str(caught.value) == said


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """Without it, a mistyped path would look like a mistake inside the file."""
    with pytest.raises(WrittenFileError, match="findes ikke"):
        read_written(tmp_path / "nowhere.yml")
    with pytest.raises(WrittenFileError, match="kan ikke læses"):
        read_written(tmp_path)
    path = tmp_path / "other.yml"
    path.write_bytes(b"a: \xe6\n")
    with pytest.raises(WrittenFileError, match="ikke UTF-8-tekst"):
        read_written(path)
