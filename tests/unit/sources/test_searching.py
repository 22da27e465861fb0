"""Looking for a number in files that cannot be read as deliveries."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from pathlib import Path

import pytest

from sources.erasures import number_pattern
from sources.searching import search

PATTERN = re.compile(number_pattern("12345674"))
TEXT = "forloeb_id;cvr_nummer\nF1;{}\n" + "".join(f"F{number};{number}\n" for number in range(20_000))


def _workbook(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{text}</t>" + "<t>x</t>" * 500)
    return packed.getvalue()


def _broken(content: bytes) -> bytes:
    """Spoil the middle of a packed file."""
    middle = len(content) // 2
    return content[:middle] + b"\xff" * 200 + content[middle + 200 :]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"F1;12 34 56 74;", "found"),
        (b"F1;123456740;", "absent"),
        ("F1;DK-12345674;".encode("utf-16"), "found"),
        (gzip.compress(TEXT.format("12345674").encode())[:20_000], "found"),
        (gzip.compress(TEXT.format("x").encode())[:20_000], "absent"),
        (_broken(gzip.compress(TEXT.format("x").encode())), "unknown"),
        (_workbook("12345674"), "found"),
        (_workbook("x"), "absent"),
        (_workbook("12345674")[:-60], "unknown"),
        (b"PAR1 and nothing that can be unpacked", "unknown"),
    ],
    ids=["text", "longer number", "two bytes a letter", "cut off", "cut off, without", "spoilt", "workbook",
         "workbook, without", "workbook cut off", "parquet"],
)  # fmt: skip
def test_a_number_is_found_where_no_reader_comes(tmp_path: Path, content: bytes, found: str) -> None:
    """Without it a packed file that cannot be read would keep an erased person, and the receipt would not say so."""
    path = tmp_path / "file"
    path.write_bytes(content)
    assert search(path, PATTERN) == found
