"""Files that are put in place whole: fingerprints, writing through to disk, and replacing by renaming."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from sources import storage

READ_ONLY = 0o444


def sha256_of(path: Path) -> str:
    """Fingerprint a file.

    Args:
        path: The file.

    Returns:
        SHA-256 in hex.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, survive a power failure.

    Args:
        path: The file or folder.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader meets the old content or the new, never a part.

    Args:
        path: The file; its folder exists.
        content: What it shall hold.
    """
    new = path.with_name(f".{path.name}.new")
    with storage.named(path):
        new.write_bytes(content)
        sync(new)
        new.replace(path)
