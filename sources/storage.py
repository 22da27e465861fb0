"""What a disk refuses, told to people: full, read-only, no access; which path it was, and what to do."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_FULL: Final = (
    "Der er ikke mere plads på disken ({path}). Frigør plads, eller vælg en mappe på en anden disk, og kør igen."
)
_QUOTA: Final = (
    "Brugerens plads på disken er brugt op ({path}). Frigør plads, eller bed om en større kvote, og kør igen."
)
_TOO_LARGE: Final = (
    "Filen må ikke blive så stor, som den skal være ({path}). Hæv grænsen for filers størrelse (ulimit -f), eller vælg "
    "en mappe på et andet filsystem, og kør igen."
)
_READ_ONLY: Final = (
    "Mappen er skrivebeskyttet ({path}). Gør filsystemet skrivbart, eller vælg en anden mappe, og kør igen."
)
_DENIED: Final = (
    "Programmet har ikke adgang til {path}. Giv den bruger, som programmet kører som, adgang til at læse og skrive "
    "mappen, eller vælg en anden mappe, og kør igen."
)
_BROKEN: Final = "Disken svarer med en fejl ({path}). Kontroller disken, eller vælg en mappe på en anden, og kør igen."

_BY_NUMBER: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _QUOTA,
    errno.EFBIG: _TOO_LARGE,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EIO: _BROKEN,
}
# What DuckDB and other programs write of the same; the first that is found counts.
_BY_TEXT: Final = (
    ("no space left on device", _FULL),
    # DuckDB takes no more than nine tenths of what is free for what does not fit in memory.
    ("max_temp_directory_size", _FULL),
    ("disk quota exceeded", _QUOTA),
    ("file too large", _TOO_LARGE),
    ("read-only file system", _READ_ONLY),
    ("permission denied", _DENIED),
    ("operation not permitted", _DENIED),
    ("input/output error", _BROKEN),
)
# DuckDB's errors may be JSON, in which quotes have a backslash before them.
_QUOTED_PATH: Final = re.compile(r"""["'](/[^"'\\\n]+)\\?["']""")


def trouble(error: BaseException | str, near: Path | None = None) -> str | None:
    """Say in Danish what the disk refused.

    Args:
        error: An error of Python or DuckDB, or what another program wrote.
        near: The file or folder that was worked on, for errors that name none.

    Returns:
        What is wrong, the path and the remedy; None when the error is about something else.
    """
    text = str(error)
    form = _BY_NUMBER.get(error.errno or 0) if isinstance(error, OSError) else None
    if form is None and not isinstance(error, OSError):
        lowered = text.lower()
        form = next((form for said, form in _BY_TEXT if said in lowered), None)
    if form is None:
        return None
    named = error.filename2 or error.filename if isinstance(error, OSError) else None
    if named is None and (found := _QUOTED_PATH.search(text)):
        named = found[1]
    return form.format(path=named if named is not None else near or "ukendt mappe")


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Let an error of the disk name a path: Python names none when a write fails.

    Args:
        path: The file or folder that is worked on in the block.

    Yields:
        Nothing.

    Raises:
        OSError: What the block raised, with the path where it had none.
    """
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in _BY_NUMBER:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def cause(error: BaseException, near: Path | None = None) -> str:
    """Say in Danish why something could not be written, at the end of a message of one's own.

    Args:
        error: What happened.
        near: The file or folder that was worked on, for errors that name none.

    Returns:
        What the disk refused and the remedy, or the error as it is.
    """
    return trouble(error, near) or f"Årsag: {str(error).rstrip('.')}. Ret årsagen, og kør igen."
