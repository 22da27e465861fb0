"""One backup as one file: a tar archive, whose last member lists every other with its fingerprint."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final, Literal, cast

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, ValidationError

from exports.files import sha256_of, sync, write_whole
from orchestration.backup.inventory import ROOTS, Item, kind_of
from orchestration.errors import BackupError
from sources import storage

FORMAT: Final = 1
CONTENTS: Final = "indhold.json"
SUM: Final = ".sha256"
"""What the fingerprint of a backup is called: the name of the file, and this. `sha256sum --check` reads it."""
ENDINGS: Final = (".tar", ".tar.gz", ".tar.zst")

_CHUNK: Final = 1 << 20
_PRIVATE: Final = 0o600
_GZIP_LEVEL: Final = 6
_MAX_CONTENTS: Final = 1 << 28
_Inside = dict[str, tuple[str, int]]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class BackupFile(_Frozen):
    """A file of a backup: name, SHA-256 in hex, size in bytes, permissions, and when it was changed (ns)."""

    name: str
    sha256: str
    bytes: int
    mode: int
    modified_ns: int


class Contents(_Frozen):
    """What a backup holds.

    A later version of the program may add fields, which are passed over here; what this one could not understand
    raises `format`.
    """

    format: Literal[1] = 1
    made_at: datetime
    code_version: str
    files: tuple[BackupFile, ...]

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(file.bytes for file in self.files)


def write_archive(
    target: Path,
    items: Sequence[Item],
    *,
    made_at: datetime,
    code_version: str,
    progress: Callable[[str], None] | None = None,
) -> tuple[Contents, str]:
    """Write a backup, whole or not at all, that only its owner may read.

    Args:
        target: The file; its ending says how it is compressed.
        items: What to keep.
        made_at: When, with time zone.
        code_version: The code that writes it.
        progress: Told of each file.

    Returns:
        What it holds, and the SHA-256 of the file.

    Raises:
        BackupError: A file changed while it was read, or the disk refused. There is no file.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        digest = hashlib.sha256()
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        with os.fdopen(descriptor, "wb") as handle:
            with ExitStack() as stack:
                packed = stack.enter_context(_packing(target.name, cast("IO[bytes]", _Hashing(handle, digest))))
                archive = stack.enter_context(tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT))
                files = []
                for item in items:
                    files.append(_add(archive, item))
                    if progress is not None:
                        progress(item.name)
                contents = Contents(made_at=made_at, code_version=code_version, files=tuple(files))
                _add_bytes(archive, CONTENTS, contents.model_dump_json(indent=1).encode())
            handle.flush()
            os.fsync(handle.fileno())
        # The backup last: where it is, so is its fingerprint.
        write_whole(target.with_name(target.name + SUM), f"{digest.hexdigest()}  {target.name}\n".encode())
        part.replace(target)
        sync(target.parent)
    except (OSError, tarfile.TarError) as error:
        msg = f"{target}: sikkerhedskopien blev ikke taget. {storage.cause(error, target.parent)}"
        raise BackupError(msg) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return contents, digest.hexdigest()


def check_sum(source: Path, expected: str | None = None) -> str:
    """Compare a backup with the fingerprint that was kept of it.

    Args:
        source: The backup.
        expected: Its SHA-256 in hex, kept elsewhere; the file beside the backup is read when not given, if it is there.

    Returns:
        The SHA-256 of the file.

    Raises:
        BackupError: They differ, or the backup cannot be read.
    """
    beside = source.with_name(source.name + SUM)
    try:
        found = sha256_of(source)
        kept = beside.read_text(encoding="utf-8") if expected is None and beside.exists() else expected
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{source}: sikkerhedskopien kan ikke læses. {storage.cause(error, source)}"
        raise BackupError(msg) from error
    wanted = (kept or found).split()[:1]
    if wanted != [found]:
        where = "det, der er angivet med --fingerprint" if expected is not None else str(beside)
        msg = (
            f"{source}: sikkerhedskopien er ikke den, der blev taget: dens fingeraftryk ({found}) er ikke {where}. "
            "Intet er gendannet. Brug en anden kopi."
        )
        raise BackupError(msg)
    return found


def read_archive(source: Path, place: Callable[[str], Path] | None = None) -> Contents:
    """Read a backup through, compare every file with its fingerprint, and unpack it where that is asked for.

    Args:
        source: The backup.
        place: Says where a file of the backup goes; without it nothing is written.

    Returns:
        What it holds.

    Raises:
        BackupError: It is not a backup, or not whole, or was changed, or is of a newer version of the program; or the
            disk refused.
    """
    found: _Inside = {}
    contents: Contents | None = None
    try:
        with ExitStack() as stack:
            handle = stack.enter_context(source.open("rb"))
            packed = stack.enter_context(_unpacking(handle))
            archive = stack.enter_context(tarfile.open(fileobj=packed, mode="r|"))
            for member in archive:
                if contents is not None:
                    raise _damaged(source, f"der står noget efter {CONTENTS}")
                body = archive.extractfile(member) if member.isreg() else None
                if body is None:
                    raise _damaged(source, f"{member.name!r} er ikke en almindelig fil")
                if member.name == CONTENTS:
                    contents = _read_contents(source, body)
                    continue
                _check_name(source, member.name, found)
                target = place(member.name) if place is not None else None
                with storage.named(target or source):
                    found[member.name] = _take(body, target)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, pa.ArrowException) as error:
        raise _damaged(source, str(error)) from error
    except OSError as error:
        # What pyarrow finds wrong in a compressed file has no number.
        if error.errno is None:
            raise _damaged(source, str(error)) from error
        msg = f"{source}: sikkerhedskopien kan ikke pakkes ud. {storage.cause(error, source)}"
        raise BackupError(msg) from error
    if contents is None:
        raise _damaged(source, "den slutter, før den er hel")
    _compare(source, contents, found)
    return contents


def _read_contents(source: Path, body: IO[bytes]) -> Contents:
    """Read the list of contents."""
    text = body.read(_MAX_CONTENTS)
    try:
        return Contents.model_validate_json(text)
    except ValidationError as error:
        if any(each["loc"] == ("format",) for each in error.errors()):
            msg = (
                f"{source}: sikkerhedskopien er taget af en nyere version af programmet. Opdater programmet, og prøv "
                "igen. Intet er gendannet."
            )
            raise BackupError(msg) from error
        raise _damaged(source, f"{CONTENTS} kan ikke læses") from error


def _check_name(source: Path, name: str, known: _Inside) -> None:
    """Refuse a name that could lead out of the folder, or that is not one of ours."""
    path = PurePosixPath(name)
    is_plain = str(path) == name and not path.is_absolute() and ".." not in path.parts and "\\" not in name
    if not is_plain or not name.isprintable() or path.parts[0] not in ROOTS or len(path.parts) == 1:
        raise _damaged(source, f"navnet {name!r} hører ikke til i en sikkerhedskopi")
    if name in known:
        raise _damaged(source, f"{name} står der to gange")
    kind_of(name)


def _take(body: IO[bytes], target: Path | None) -> tuple[str, int]:
    """Read a file's content, write it where that is asked for, and fingerprint it."""
    digest, size = hashlib.sha256(), 0
    with ExitStack() as stack:
        out = None
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            out = stack.enter_context(os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb"))
        while chunk := body.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if out is not None:
                out.write(chunk)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    return digest.hexdigest(), size


def _compare(source: Path, contents: Contents, found: _Inside) -> None:
    """Make sure that the files are those of the list, with the content they had."""
    listed = {file.name: (file.sha256, file.bytes) for file in contents.files}
    for name in sorted({*listed, *found}):
        if name not in found:
            raise _damaged(source, f"filen {name} mangler")
        if name not in listed:
            raise _damaged(source, f"filen {name} står ikke i {CONTENTS}")
        if listed[name] != found[name]:
            raise _damaged(source, f"filen {name} er ændret (fingeraftrykket passer ikke)")


def _damaged(source: Path, why: str) -> BackupError:
    """Say that a backup cannot be used."""
    return BackupError(
        f"{source}: sikkerhedskopien er beskadiget eller ikke en sikkerhedskopi: {why}. Intet er gendannet. "
        "Brug en anden kopi."
    )


def _add(archive: tarfile.TarFile, item: Item) -> BackupFile:
    """Put a file into the archive and fingerprint what was read of it."""
    with item.source.open("rb") as handle:
        before = os.fstat(handle.fileno())
        reader = _HashingReader(handle)
        member = tarfile.TarInfo(item.name)
        member.size, member.mode, member.mtime = before.st_size, before.st_mode & 0o777, int(before.st_mtime)
        try:
            archive.addfile(member, cast("IO[bytes]", reader))
            after = item.source.stat()
        except FileNotFoundError:
            after = None
        if after is None or (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            msg = (
                f"{item.source}: filen blev ændret, mens sikkerhedskopien blev taget. Der er ingen kopi. "
                "Vent, til filen er skrevet færdig, og prøv igen."
            )
            raise BackupError(msg)
    return BackupFile(
        name=item.name,
        sha256=reader.digest.hexdigest(),
        bytes=before.st_size,
        mode=member.mode,
        modified_ns=before.st_mtime_ns,
    )


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Put a text of our own into the archive."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), _PRIVATE
    archive.addfile(member, io.BytesIO(content))


class _Hashing(io.RawIOBase):
    """Passes on what is written and fingerprints it."""

    def __init__(self, handle: IO[bytes], digest: hashlib._Hash) -> None:
        self._handle, self._digest = handle, digest

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self._digest.update(content)
        return self._handle.write(content)


class _HashingReader:
    """Passes on what is read and fingerprints it."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle, self.digest = handle, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._handle.read(size)
        self.digest.update(content)
        return content


@contextmanager
def _packing(name: str, handle: IO[bytes]) -> Iterator[IO[bytes]]:
    """Compress what is written, as the ending of the file says."""
    if name.endswith(".gz"):
        with gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=handle, mtime=0) as packed:
            yield cast("IO[bytes]", packed)
    elif name.endswith(".zst"):
        with pa.CompressedOutputStream(pa.PythonFile(handle, mode="w"), "zstd") as packed:
            yield cast("IO[bytes]", packed)
    else:
        yield handle


@contextmanager
def _unpacking(handle: IO[bytes]) -> Iterator[IO[bytes]]:
    """Decompress what is read, as its first bytes say."""
    start = handle.read(4)
    handle.seek(0)
    if start.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=handle, mode="rb") as packed:
            yield cast("IO[bytes]", packed)
    elif start == b"\x28\xb5\x2f\xfd":
        with pa.CompressedInputStream(pa.PythonFile(handle, mode="r"), "zstd") as packed:
            yield cast("IO[bytes]", packed)
    else:
        yield handle
