"""Looking for a number in a file that cannot be read as a delivery: its bytes, and what is packed in them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

Found = Literal["found", "absent", "unknown"]
"""Whether a number is there; `unknown` when a part of the file is packed and cannot be unpacked."""

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_PARQUET: Final = b"PAR1"
_GZIP_WINDOW: Final = 31
_PIECE: Final = 64 * 1024
_CODES: Final = ("latin-1", "utf-16-le", "utf-16-be")
"""Each reads any bytes; between them digits are found in every encoding a delivery may have."""


def search(path: Path, pattern: re.Pattern[str]) -> Found:
    """Look for a number in a file.

    Args:
        path: The file.
        pattern: The number as people write it.

    Returns:
        Whether it is there.
    """
    unknown = False
    for content in _contents(path.read_bytes()):
        if content is None:
            unknown = True
        elif any(pattern.search(content.decode(code, "replace")) for code in _CODES):
            return "found"
    return "unknown" if unknown else "absent"


def _contents(content: bytes) -> Iterator[bytes | None]:
    """Yield the bytes of a file and of its parts, and None for what cannot be unpacked."""
    yield content
    if content.startswith(_GZIP):
        yield from _unzipped(content)
    elif content.startswith(_ZIP):
        yield from _members(content)
    elif content.startswith(_PARQUET):
        # Its columns are packed, each in its own way, and the list of them is what cannot be read.
        yield None


def _unzipped(content: bytes) -> Iterator[bytes | None]:
    """Unpack a gzip file as far as it goes: one that was cut off holds nothing beyond its end."""
    unpacker, found = zlib.decompressobj(_GZIP_WINDOW), io.BytesIO()
    try:
        for at in range(0, len(content), _PIECE):
            found.write(unpacker.decompress(content[at : at + _PIECE]))
    except zlib.error:
        yield None
    yield found.getvalue()


def _members(content: bytes) -> Iterator[bytes | None]:
    """Unpack the parts of a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        yield None
