"""The switch: how readers go from one publication to the next in one step, and how what a killed run left is cleared.

<output>/.publications/<label>/     one publication: manifest.json, the Parquet files, a link to its warehouse
<output>/.publications/current      the link that says which one stands; replacing it is the whole switch
<output>/manifest.json, ...         links through `current`, which stay as they are from day to day
<output>/.publish-<label>/          a publication being made; while it is there, <label> may be half in place
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from exports.files import sync

CURRENT: Final = "current.duckdb"
MANIFEST: Final = "manifest.json"
PUBLICATIONS: Final = ".publications"
_STANDING: Final = "current"
_STAGING: Final = ".publish-"
_ADOPTED: Final = ".adopted"
_FILES: Final = "files"

_log = logging.getLogger(__name__)


class Staging:
    """The folder a publication is made in, on the output's own file system."""

    def __init__(self, output: Path, label: str) -> None:
        """Name the folders.

        Args:
            output: The output folder.
            label: What tells the publication from all others; the folder and the warehouse are named by it.
        """
        self.output, self.label = output, label
        self.folder = output / f"{_STAGING}{label}"
        self.files = self.folder / _FILES
        self.warehouse = self.folder / warehouse_name(label)


def warehouse_name(label: str) -> str:
    """Name the warehouse of a publication.

    Args:
        label: The publication's label.

    Returns:
        `warehouse-<label>.duckdb`.
    """
    return f"warehouse-{label}.duckdb"


@contextmanager
def staged(output: Path, label: str) -> Iterator[Staging]:
    """Make a folder to publish from; clear what killed runs left before, and what this one leaves after.

    Args:
        output: The output folder; made when missing.
        label: The publication's label. Another is chosen when it is taken.

    Yields:
        The folders to write the warehouse and the other files to.

    Raises:
        OSError: The file system refused; the publication that stands is as it was.
    """
    output.mkdir(parents=True, exist_ok=True)
    for left in sorted(output.glob(f"{_STAGING}*")):
        _log.warning("Removing %s, left by a run that was killed", left)
        _clear(Staging(output, left.name.removeprefix(_STAGING)))
    if _points_at_a_warehouse(output / CURRENT):
        _adopt(output)
    elif standing(output) is not None:
        _name_files(output)
    staging = Staging(output, _unused(output, label))
    staging.files.mkdir(parents=True)
    try:
        yield staging
    finally:
        with suppress(OSError):
            _clear(staging)


def switch(staging: Staging) -> None:
    """Let readers see what was staged, all of it at once.

    Args:
        staging: The folders, with the warehouse and the other files in them, written through to disk.

    Raises:
        OSError: The file system refused; readers find what they found before.
    """
    output, label = staging.output, staging.label
    publications = output / PUBLICATIONS
    publications.mkdir(exist_ok=True)
    before = standing(output)
    back, link = staging.folder / "back", staging.folder / "link"
    if before is not None:
        back.symlink_to(before)
    link.symlink_to(label)
    (staging.files / CURRENT).symlink_to(Path("..", "..", warehouse_name(label)))
    os.replace(staging.warehouse, output / warehouse_name(label))  # noqa: PTH105
    os.replace(staging.files, publications / label)  # noqa: PTH105
    # What the link will point at is on disk before the link is.
    sync(publications / label)
    sync(output)
    os.replace(link, publications / _STANDING)  # noqa: PTH105
    try:
        _name_files(output)
        sync(publications)
        sync(output)
    except OSError:
        if before is None:
            (publications / _STANDING).unlink()
        else:
            os.replace(back, publications / _STANDING)  # noqa: PTH105
        with suppress(OSError):
            _name_files(output)
        raise


def standing(output: Path) -> str | None:
    """Say which publication stands.

    Args:
        output: The output folder.

    Returns:
        Its label, or None when there is none yet, or one made before there were labels.
    """
    link = output / PUBLICATIONS / _STANDING
    return link.readlink().name if link.is_symlink() else None


def remove_old(output: Path, keep: int) -> None:
    """Remove publications beyond the newest few, never the one that stands.

    Args:
        output: The output folder.
        keep: How many stay, the one that stands included.
    """
    current = (output / CURRENT).resolve()
    # Names begin with the time of publication, so that their order is the order of publications.
    for old in sorted(output.glob(warehouse_name("*")), reverse=True)[keep:]:
        if old.resolve() != current:
            _remove(old)
    there = {path.name for path in output.glob(warehouse_name("*"))}
    for folder in (output / PUBLICATIONS).iterdir():
        if not folder.is_symlink() and warehouse_name(folder.name) not in there:
            _remove(folder)


def _remove(path: Path) -> None:
    """Remove a file or folder that nobody needs; what cannot be removed now is removed another time."""
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError:
        _log.warning("Cannot remove %s; the next publication tries again", path, exc_info=True)


def _clear(staging: Staging) -> None:
    """Remove a staging folder, last of all, and what it had put in place if readers never saw it."""
    if standing(staging.output) != staging.label:
        (staging.output / warehouse_name(staging.label)).unlink(missing_ok=True)
        shutil.rmtree(staging.output / PUBLICATIONS / staging.label, ignore_errors=True)
    shutil.rmtree(staging.folder, ignore_errors=True)


def _unused(output: Path, label: str) -> str:
    """Choose a label that no publication has: a run may publish twice within a second."""
    tried, number = label, 1
    while (output / warehouse_name(tried)).exists() or (output / PUBLICATIONS / tried).exists():
        number += 1
        tried = f"{label}-{number}"
    return tried


def _name_files(output: Path) -> None:
    """Let the output folder have a link for each file of the publication that stands, and for no other."""
    through = Path(PUBLICATIONS, _STANDING)
    folder = output / through
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    # The manifest last: where it is, everything is.
    for name in sorted(names, key=lambda each: (each == MANIFEST, each)):
        link = output / name
        if not link.is_symlink() or link.readlink() != through / name:
            new = output / PUBLICATIONS / f".link-{name}"
            new.unlink(missing_ok=True)
            new.symlink_to(through / name)
            os.replace(new, link)  # noqa: PTH105
    for link in output.iterdir():
        if link.name not in names and link.is_symlink() and link.readlink() == through / link.name:
            link.unlink()


def _points_at_a_warehouse(link: Path) -> bool:
    """Say whether an output is of the form before there were labels: `current.duckdb` is a link to the warehouse."""
    return link.is_symlink() and link.readlink().parent == Path()


def _adopt(output: Path) -> None:
    """Give a publication of the earlier form a folder of its own; readers find the same content all the time."""
    publications = output / PUBLICATIONS
    warehouse = (output / CURRENT).readlink()
    label = warehouse.stem.removeprefix("warehouse-")
    publications.mkdir(exist_ok=True)
    # It stands already when a run was killed before every name was a link.
    if standing(output) != label:
        adopted = publications / _ADOPTED
        for left in (adopted, publications / label):
            shutil.rmtree(left, ignore_errors=True)
        adopted.mkdir()
        for name in _listed(output / MANIFEST):
            if (output / name).is_file():
                shutil.copy2(output / name, adopted / name)
                sync(adopted / name)
        (adopted / CURRENT).symlink_to(Path("..", "..", warehouse))
        os.replace(adopted, publications / label)  # noqa: PTH105
        link = publications / f".link-{_STANDING}"
        link.unlink(missing_ok=True)
        link.symlink_to(label)
        os.replace(link, publications / _STANDING)  # noqa: PTH105
    _name_files(output)
    _log.info("%s has been given a folder for each publication", output)


def _listed(manifest: Path) -> tuple[str, ...]:
    """List the files of a publication of the earlier form, besides the warehouse."""
    try:
        content = json.loads(manifest.read_bytes())
        return (*(file["name"] for file in content["files"] if file["name"] != content["warehouse"]), MANIFEST)
    except (OSError, ValueError, LookupError, TypeError):
        return ()
