"""A private copy of one delivery, made while its fingerprint is taken, so that what was hashed is what is read.

Text formats are copied as UTF-8 without byte order mark, whatever they came in; binary formats byte for byte. The
copy is made in chunks: memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

from sources.deliveries import ChangedWhileReadError, DeliveryError, Format

CHUNK_BYTES: Final = 1 << 20
"""Bytes read at a time."""

MAX_LINE_BYTES: Final = 64 << 20
"""Bytes one line of a csv or ndjson file may have."""

Encoding = Literal["utf-8", "utf-8-bom", "windows-1252"]

_MAGIC: Final = (
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", "et zip-arkiv eller regneark (xlsx)"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0", "et ældre eller adgangskodebeskyttet Office-dokument"),
    (b"%PDF", "PDF"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf", "et 7z-arkiv"),
    (b"\xfd7zXZ", "xz"),
    (b"SQLite format 3", "en SQLite-database"),
)
_MARKUP: Final = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta")
_EXPECTED_MAGIC: Final = {"parquet": b"PAR1", "xlsx": b"PK\x03\x04", "csv.gz": b"\x1f\x8b"}
_UTF16_BOMS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# UTF-8's ae, oe and aa, as they look in a file otherwise written in Windows-1252.
_UTF8_DANISH: Final = re.compile(rb"\xc3[\xa6\xb8\xa5\x86\x98\x85]")
_SPACED_QUOTE: Final = re.compile(rb'" +[;,\r\n]|[;,\n] +"')
_ENCODING_REMEDY: Final = "Gem filen som UTF-8"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What identifies a file's content: the SHA-256 of its bytes in hex, and their number."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class PrivateCopy:
    """A private copy and what was seen while it was made."""

    path: Path
    fingerprint: Fingerprint
    encoding: Encoding | None = None
    """None for binary formats."""
    newlines: int = 0
    """Line feeds in the copy."""
    carriage_returns: Literal["none", "all", "some"] = "none"
    """Whether lines end in carriage return and line feed: none, all, or something irregular."""
    spaced_quotes: bool = False
    """Whether a quoted cell may have space outside its quotes."""


def fingerprint(path: Path) -> Fingerprint:
    """Take a file's fingerprint in one streaming pass.

    Raises:
        DeliveryError: the file cannot be opened or read.
    """
    with _open(path) as stream:
        hashing = _HashingReader(stream)
        hashing.drain()
    return hashing.fingerprint


def copy(path: Path, form: Format, seen: Fingerprint, target: Path) -> PrivateCopy:
    """Copy a delivery to `target`, checking that it is what its ending says.

    Args:
        path: The delivery.
        form: Its format by its ending.
        seen: Its fingerprint as taken before; the copy must have the same.
        target: Where to put the copy; overwritten.

    Returns:
        The copy. Its content has exactly the fingerprint `seen`.

    Raises:
        ChangedWhileReadError: the content is no longer what was seen.
        DeliveryError: the file is empty, is another format, is cut off, or its text cannot be decoded.
    """
    before = _state(path)
    if seen.size_bytes == 0:
        raise DeliveryError("Filen er tom (0 byte)", expected="mindst en overskrift", remedy="Send leverancen igen")
    try:
        made = _copy(path, form, target)
    except ChangedWhileReadError:
        raise
    except DeliveryError:
        # A file in the middle of being written can look like any kind of damage: say what is really wrong.
        if _state(path) != before or fingerprint(path) != seen:
            raise ChangedWhileReadError from None
        raise
    if made.fingerprint != seen or _state(path) != before:
        raise ChangedWhileReadError
    return made


def _copy(path: Path, form: Format, target: Path) -> PrivateCopy:
    with _open(path) as stream:
        _check_magic(stream.read(16), form)
    if form in {"parquet", "xlsx"}:
        with _open(path) as stream, target.open("wb") as out:
            hashing = _HashingReader(stream)
            while chunk := hashing.read(CHUNK_BYTES):
                out.write(chunk)
        return PrivateCopy(target, hashing.fingerprint)
    try:
        return _copy_text(path, form, target, "utf-8")
    except _NotUtf8Error as error:
        if error.is_mixed:
            raise _mixed(error.line) from None
    return _copy_text(path, form, target, "windows-1252")


def _open(path: Path) -> BinaryIO:
    """Open for reading; never follow a link, never wait for a pipe."""
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except FileNotFoundError:
        raise ChangedWhileReadError from None
    except OSError as error:
        raise DeliveryError(
            f"Filen kan ikke åbnes ({error.strerror})",
            expected="en fil, som programmet har læseadgang til",
            remedy="Giv læseadgang til filen",
        ) from error


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns, seen.st_ino


class _HashingReader(io.RawIOBase):
    """A stream that hashes what is read through it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self._size = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        try:
            data = self._stream.read(-1 if size is None else size)
        except OSError as error:
            raise DeliveryError(
                f"Filen kan ikke læses ({error.strerror})", expected="en læsbar fil", remedy="Send leverancen igen"
            ) from error
        self._hash.update(data)
        self._size += len(data)
        return data

    def drain(self) -> None:
        while self.read(CHUNK_BYTES):
            pass

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self._hash.hexdigest(), self._size)


def _check_magic(head: bytes, form: Format) -> None:
    """Refuse content that is plainly another format than the ending says."""
    expected = _EXPECTED_MAGIC.get(form)
    if expected is not None and head.startswith(expected):
        return
    looks = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    if looks is None and head.lstrip().lower().startswith(_MARKUP):
        looks = "HTML eller XML"
    if looks is None and expected is None:
        return
    if looks is None:
        looks = f"ikke {form}"
    raise DeliveryError(
        f"Indholdet er {looks}, men filen hedder .{form}",
        expected=f"en fil i formatet {form}",
        remedy="Gem filen i det format, navnet siger, eller ret endelsen",
    )


def _chunks(path: Path, form: Format) -> Iterator[tuple[bytes, _HashingReader]]:
    """Yield the plain content in chunks, unpacking gzip, with the reader that has hashed what was read so far."""
    with _open(path) as stream:
        hashing = _HashingReader(stream)
        if form != "csv.gz":
            while chunk := hashing.read(CHUNK_BYTES):
                yield chunk, hashing
            yield b"", hashing
            return
        try:
            with gzip.GzipFile(fileobj=hashing, mode="rb") as unpacked:
                first = True
                while chunk := unpacked.read(CHUNK_BYTES):
                    if first:
                        _check_magic(chunk[:16], "csv")
                    first = False
                    yield chunk, hashing
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            cut = isinstance(error, EOFError)
            raise DeliveryError(
                "Gzip-filen er afkortet" if cut else "Gzip-filen er beskadiget",
                expected="en hel gzip-fil",
                remedy="Send leverancen igen; den er formentlig afbrudt under overførslen",
            ) from error
        hashing.drain()
        yield b"", hashing


class _NotUtf8Error(Exception):
    """The text is not UTF-8; when it was UTF-8 with Danish letters up to `line`, it is mixed."""

    def __init__(self, line: int, *, is_mixed: bool) -> None:
        super().__init__(line)
        self.line, self.is_mixed = line, is_mixed


def _mixed(line: int) -> DeliveryError:
    return DeliveryError(
        "Filen blander UTF-8 og et andet tegnsæt",
        expected="UTF-8 eller Windows-1252 i hele filen",
        remedy=_ENCODING_REMEDY,
        line=line,
    )


def _copy_text(path: Path, form: Format, target: Path, encoding: Literal["utf-8", "windows-1252"]) -> PrivateCopy:
    """Copy text as UTF-8, refusing what cannot be text in the given encoding."""
    seen = _TextStatistics()
    decoder = _Utf8() if encoding == "utf-8" else _Windows1252()
    has_bom = mac = False
    hashing: _HashingReader | None = None
    limited = form != "json"
    with target.open("wb") as out:
        for position, (given, reader) in enumerate(_chunks(path, form)):
            chunk, hashing = given, reader
            if position == 0:
                if chunk.startswith(_UTF16_BOMS):
                    raise _utf16(1)
                has_bom = chunk.startswith(codecs.BOM_UTF8)
                chunk = chunk.removeprefix(codecs.BOM_UTF8)
                mac = b"\r" in chunk and b"\n" not in chunk
            if b"\0" in chunk:
                line = seen.newlines + chunk.count(b"\n", 0, chunk.index(b"\0")) + 1
                raise (
                    _utf16(line)
                    if chunk.count(b"\0") > len(chunk) // 4
                    else DeliveryError(
                        "Filen indeholder NUL-tegn", expected="ren tekst", remedy="Send leverancen igen", line=line
                    )
                )
            utf8 = decoder.utf8(chunk, seen.newlines, final=not given)
            if mac:
                utf8 = utf8.replace(b"\r", b"\n")
            seen.add(utf8)
            if limited and seen.line_bytes > MAX_LINE_BYTES:
                raise DeliveryError(
                    f"Linjen er over {MAX_LINE_BYTES >> 20} MB",
                    expected="en post pr. linje",
                    remedy="Kontroller linjeskift og anførselstegn i filen",
                    line=seen.newlines + 1,
                )
            out.write(utf8)
    if has_bom and encoding == "windows-1252":
        raise _mixed(1)
    kind: Encoding = "utf-8-bom" if has_bom else encoding
    digest = hashing.fingerprint if hashing else Fingerprint("", 0)
    return PrivateCopy(target, digest, kind, seen.newlines, seen.carriage_returns, seen.spaced_quotes)


def _utf16(line: int) -> DeliveryError:
    return DeliveryError(
        "Filen er gemt som UTF-16 eller UTF-32",
        expected="UTF-8 eller Windows-1252",
        remedy=_ENCODING_REMEDY,
        line=line,
    )


class _Utf8:
    """Checks that chunks are UTF-8; the bytes pass unchanged."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._pending = False
        self._has_letters = False

    def utf8(self, chunk: bytes, lines_before: int, *, final: bool) -> bytes:
        if chunk.isascii() and not self._pending:
            return chunk
        try:
            text = self._decoder.decode(chunk, final=final)
        except UnicodeDecodeError as error:
            line = lines_before + error.object.count(b"\n", 0, error.start) + 1
            mixed = self._has_letters or not error.object[: error.start].isascii()
            raise _NotUtf8Error(line, is_mixed=mixed) from None
        self._pending = bool(self._decoder.getstate()[0])
        self._has_letters = self._has_letters or not text.isascii()
        return chunk


class _Windows1252:
    """Turns chunks of Windows-1252 into UTF-8."""

    def __init__(self) -> None:
        self._last = b""

    def utf8(self, chunk: bytes, lines_before: int, *, final: bool) -> bytes:
        del final
        if found := _UTF8_DANISH.search(self._last + chunk):
            raise _mixed(lines_before + (self._last + chunk).count(b"\n", 0, found.start()) + 1)
        self._last = chunk[-1:].replace(b"\n", b"")
        try:
            return chunk.decode("cp1252").encode()
        except UnicodeDecodeError as error:
            raise DeliveryError(
                f"Filen er hverken UTF-8 eller Windows-1252 (byte 0x{error.object[error.start]:02X})",
                expected="UTF-8 eller Windows-1252",
                remedy=_ENCODING_REMEDY,
                line=lines_before + error.object.count(b"\n", 0, error.start) + 1,
            ) from None


class _TextStatistics:
    """Counts what decides how a text file can be read."""

    def __init__(self) -> None:
        self.newlines = 0
        self.line_bytes = 0
        self.spaced_quotes = False
        self._returns = 0
        self._pairs = 0
        self._tail = b""

    def add(self, chunk: bytes) -> None:
        if not chunk:
            return
        newlines = chunk.count(b"\n")
        self.newlines += newlines
        self.line_bytes = len(chunk) - chunk.rfind(b"\n") - 1 if newlines else self.line_bytes + len(chunk)
        if b"\r" in chunk or self._tail.endswith(b"\r"):
            self._returns += chunk.count(b"\r")
            self._pairs += chunk.count(b"\r\n") + (self._tail.endswith(b"\r") and chunk.startswith(b"\n"))
        if not self.spaced_quotes and b'"' in chunk:
            self.spaced_quotes = _SPACED_QUOTE.search(self._tail + chunk) is not None
        self._tail = (self._tail + chunk)[-8:]

    @property
    def carriage_returns(self) -> Literal["none", "all", "some"]:
        if self._returns == 0:
            return "none"
        # A last line without line feed does not make the others irregular.
        return "all" if self._returns == self._pairs == self.newlines else "some"
