"""The released statement: the newest edition that is final or frozen. A draft is nobody's but its authors'.

Drafts change every night. Who reads them all could subtract one from the next and find what each of them hides.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exports.access.errors import AccessError
from exports.files import sha256_of
from exports.statement.edition import FOLDER, OPEN_DATA, Edition, edition_folder, is_untouchable, read_edition


@dataclass(frozen=True)
class Released:
    """A released edition.

    Attributes:
        edition: What it says of itself.
        files: The Parquet file of each table after disclosure control, by table.
    """

    edition: Edition
    files: dict[str, Path]

    @property
    def fingerprint(self) -> str:
        """What tells this edition from any other: its tables."""
        listed = {file.name: file.sha256 for file in self.edition.files}
        return "-".join(listed[f"{OPEN_DATA}/{path.name}"] for path in self.files.values())


def released_statement(output: Path) -> Released | None:
    """Find the newest released edition.

    Args:
        output: The output folder.

    Returns:
        The edition of the newest year that has one, or None before any is released.

    Raises:
        AccessError: A file of it is not the one that was published.
        exports.statement.errors.EditionError: The edition cannot be read.
    """
    root = output / FOLDER
    years = sorted((int(path.name) for path in root.iterdir() if path.name.isdecimal()) if root.is_dir() else ())
    for year in reversed(years):
        edition = read_edition(output, year)
        if edition is not None and is_untouchable(edition):
            return Released(edition, _tables(edition_folder(output, year), edition))
    return None


def _tables(folder: Path, edition: Edition) -> dict[str, Path]:
    """Find the Parquet files of an edition, each as it was published."""
    # An edition that is replaced while it is read would give tables of two.
    kept = folder.resolve()
    tables = {}
    for file in edition.files:
        path = kept / file.name
        if path.parent != kept / OPEN_DATA or path.suffix != ".parquet":
            continue
        if not path.is_file() or sha256_of(path) != file.sha256:
            year = edition.year
            msg = f"{path}: filen er ikke den, der blev udgivet. Kør `erhvervshus report --year {year}`, og prøv igen."
            raise AccessError(msg)
        tables[path.stem] = path
    return dict(sorted(tables.items()))
