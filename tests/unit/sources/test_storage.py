"""What a disk refuses is said in Danish, with the path and what to do."""

from __future__ import annotations

import errno
from pathlib import Path

import duckdb
import pytest

from exports.files import write_whole
from sources import storage

NEAR = Path("/data/output")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "x", "/data/f"), "Der er ikke mere plads på disken (/data/f). Frigør plads"),
        (OSError(errno.ENOSPC, "x"), "Der er ikke mere plads på disken (/data/output). Frigør plads"),
        (OSError(errno.EDQUOT, "x", "/data/f"), "plads på disken er brugt op (/data/f). Frigør plads"),
        (OSError(errno.EFBIG, "x", "/data/f"), "så stor, som den skal være (/data/f). Hæv grænsen"),
        (OSError(errno.EROFS, "x", "/data/f"), "Mappen er skrivebeskyttet (/data/f). Gør filsystemet skrivbart"),
        (PermissionError(errno.EACCES, "x", "/data/f"), "Programmet har ikke adgang til /data/f. Giv den bruger"),
        (OSError(errno.EIO, "x", "/a", None, "/b"), "Disken svarer med en fejl (/b). Kontroller disken"),
        (duckdb.IOException('Could not write file "/data/x y.wal": No space left on device'), "(/data/x y.wal)"),
        (
            duckdb.IOException('{"exception_message":"Could not write \\"/d/7.parquet\\": No space left on device"}'),
            "(/d/7.parquet)",
        ),
        (duckdb.IOException('Cannot open file "/d/x.duckdb": Read-only file system'), "skrivebeskyttet (/d/x.duckdb)"),
        (
            duckdb.OutOfMemoryException(
                "failed to offload data block (1.0 GiB/1.0 GiB used) 'max_temp_directory_size'"
            ),
            "Der er ikke mere plads på disken (/data/output)",
        ),
        ("Runtime Error in model x: IO Error: File too large", "Hæv grænsen for filers størrelse"),
    ],
)
def test_a_refusal_names_path_and_remedy(error: BaseException | str, said: str) -> None:
    """Without it, the person on duty would meet an English line without a remedy in the night's log."""
    told = storage.trouble(error, NEAR)
    assert told is not None
    assert said in told
    assert told.endswith("kør igen.")


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "no space left on device"), "Binder Error: x"])
def test_other_errors_are_left_to_others(error: BaseException | str) -> None:
    """Without it, a mistake in a model could be told as a full disk."""
    assert storage.trouble(error, NEAR) is None


def test_a_cause_is_always_told() -> None:
    """Without it, a message would say that something failed, and not why."""
    assert storage.cause(ValueError("to tabeller hedder x."), NEAR) == (
        "Årsag: to tabeller hedder x. Ret årsagen, og kør igen."
    )
    assert storage.cause(OSError(errno.ENOSPC, "x"), NEAR).startswith("Der er ikke mere plads")


def test_a_small_file_that_does_not_fit_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, the list of deliveries taken, or a receipt, would meet a full disk that nobody can find."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "taken.json"
    path.write_bytes(b"before")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"taken\.json") as caught:
        write_whole(path, b"after")
    assert f"({path})" in str(storage.trouble(caught.value))
    assert path.read_bytes() == b"before"


def test_a_write_that_fails_gets_its_path() -> None:
    """Without it, a full disk would be told without which one: Python names no path when a write fails."""
    with pytest.raises(OSError, match="/data/output") as caught, storage.named(NEAR):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.errno == errno.ENOSPC
    with pytest.raises(FileNotFoundError) as other, storage.named(NEAR):
        raise FileNotFoundError(errno.ENOENT, "x")
    assert other.value.filename is None
