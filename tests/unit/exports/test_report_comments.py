"""The analysts' comments: read from Markdown, refused with file and line, required of a final report."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.report.comments import CommentError, Comments, MissingCommentsError, read_comments, template

GOOD = """# Kommentarer til opgørelsen for 2025

<!-- En note til
den, der skriver. -->

## Net Promoter Score (nps)

### Fyn

Første afsnit med *betoning*
over to linjer.

- et punkt
- et punkt til

### Erhvervshus Sjælland

Et andet hus.

### Danmark

## Har benyttet henvisning (referral_used)

### midtjylland

Med husets kode.
"""


def write(folder: Path, text: str) -> Path:
    """Write a file of comments."""
    path = folder / "kommentarer.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_comments_are_found_by_house_and_measure(tmp_path: Path) -> None:
    """A comment that lands under another house would explain the wrong figure."""
    comments = read_comments(write(tmp_path, GOOD), 2025)
    assert comments.of("fyn", "nps") == "Første afsnit med betoning over to linjer.\n\n• et punkt\n\n• et punkt til"
    assert comments.of("sjaelland", "nps") == "Et andet hus."
    assert comments.of("midtjylland", "referral_used") == "Med husets kode."
    assert comments.of("danmark", "nps") is None
    assert comments.of("fyn", "referral_used") is None


def test_without_a_file_there_are_no_comments() -> None:
    """A draft needs none."""
    assert read_comments(None, 2025).of("fyn", "nps") is None


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("# Kommentarer for 2024\n", 1, "2025"),
        ("\n## Net Promoter Score\n", 2, "nøgle"),
        ("## N (nps)\n\n### Bornholm\n", 3, "Fyn"),
        ("### Fyn\n", 1, "målepunkt"),
        ("## N (nps)\n\nTekst uden hus.\n", 3, "###"),
        ("## N (nps)\n\n### Fyn\n\nEn.\n\n### fyn\n\nTo.\n", 7, "allerede"),
        ("## N (nps)\n\n### Fyn\n\n#### Dybere\n", 5, "dyb"),
        ("<!-- tre\nlinjer\n-->\n## N\n", 4, "nøgle"),
        ("## N (nps)\n\n### Fyn\n\n```\nkode\n```\n", 5, "afsnit"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    """An analyst mends the line that is named."""
    path = write(tmp_path, text)
    with pytest.raises(CommentError) as error:
        read_comments(path, 2025)
    assert f"{path}, linje {line}:" in str(error.value)
    assert word in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file and one that is no UTF-8 are told apart from an empty one."""
    with pytest.raises(CommentError, match="findes ikke"):
        read_comments(tmp_path / "mangler.md", 2025)
    path = tmp_path / "latin.md"
    path.write_bytes("## Målet (nps)".encode("latin-1"))
    with pytest.raises(CommentError, match="UTF-8"):
        read_comments(path, 2025)


def test_all_missing_comments_are_listed_at_once() -> None:
    """One at a time would take as many tries as there are comments."""
    comments = Comments(2025, None, {("fyn", "nps"): "Fordi."})
    comments.require([("fyn", "nps")])
    with pytest.raises(MissingCommentsError) as error:
        comments.require([("fyn", "nps"), ("fyn", "awareness"), ("danmark", "nps")])
    assert "Erhvervshus Fyn: awareness" in str(error.value)
    assert "Danmark: nps" in str(error.value)
    assert "Fyn: nps" not in str(error.value)
    assert "2 kommentarer" in str(error.value)


def test_the_template_can_be_read_and_filled(tmp_path: Path) -> None:
    """Who fills in the template must not have to mend its headings."""
    wanted = [("danmark", "nps"), ("fyn", "nps"), ("fyn", "awareness")]
    text = template(2025, wanted, {"nps": "Net Promoter Score"})
    assert read_comments(write(tmp_path, text), 2025).texts == {}
    filled = text.replace("### Fyn\n", "### Fyn\n\nFordi.\n")
    assert read_comments(write(tmp_path, filled), 2025).texts == {
        ("fyn", "nps"): "Fordi.",
        ("fyn", "awareness"): "Fordi.",
    }
