"""What must be kept, in this one place: everything that cannot be made again, and why; and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from expectations.store import history_file
from exports.statement.edition import FOLDER, edition_folder, read_edition

DELIVERIES_ROOT: Final = "leverancer"
HISTORY_ROOT: Final = "historik"
EDITIONS_ROOT: Final = FOLDER
ROOTS: Final = (DELIVERIES_ROOT, HISTORY_ROOT, EDITIONS_ROOT)
"""The folders of a backup: the deliveries, `.history` of the output, and final editions."""

_UNFINISHED: Final = (".part", ".tmp", ".partial", ".crdownload")


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that must be kept.

    Attributes:
        key: Its name in the backup's list of contents.
        label_da: What people call it.
        why_da: Why it must be kept.
        place: Where it lies in a backup: a path, or the beginning of one when it ends with `/`.
        is_personal: Whether it names persons, or lets them be named.
    """

    key: str
    label_da: str
    why_da: str
    place: str
    is_personal: bool = False


KINDS: Final = (
    Kind(
        "deliveries",
        "Rå leverancer",
        "Alt andet beregnes af dem. Systemerne, de kommer fra, kan ikke levere en tidligere dag igen.",
        f"{DELIVERIES_ROOT}/",
        is_personal=True,
    ),
    Kind(
        "quality",
        "Kvalitetshistorik",
        "Siden hvornår et fund har været der, resultatet af hver kontrol, svar på fund og de beskeder, der er sendt.",
        f"{HISTORY_ROOT}/quality.duckdb",
        is_personal=True,
    ),
    Kind(
        "statements",
        "Frosne opgørelser",
        "Tallene, som de er udgivet, med deres kommentarer. De kan ikke regnes frem igen af nyere leverancer.",
        f"{HISTORY_ROOT}/statements/",
    ),
    Kind(
        "pseudonym_key",
        "Nøglen til pseudonymer",
        "Uden den får de samme personer nye pseudonymer, og fund kan ikke følges over tid.",
        f"{HISTORY_ROOT}/pseudonym.key",
        is_personal=True,
    ),
    Kind(
        "erasures",
        "Kvitteringer for sletning",
        "Dokumentation for, at en persons oplysninger er slettet, og for hvad der blev slettet.",
        f"{HISTORY_ROOT}/erasures/",
        is_personal=True,
    ),
    Kind(
        "remembered",
        "Andet i .history",
        "Mappen .history rummer kun det, der ikke kan laves igen.",
        f"{HISTORY_ROOT}/",
        is_personal=True,
    ),
    Kind(
        "final_editions",
        "Endelige udgaver, der ikke er frosset",
        "En endelig udgave bygger på en fil med kommentarer, som ligger et andet sted.",
        f"{EDITIONS_ROOT}/",
    ),
)
"""The kinds in the order in which they are looked for: the first whose place fits is a file's kind."""

LEFT_OUT: Final = (
    (".build", "Byggefilen og dbt's mappe laves igen ved næste kørsel."),
    ("Datavarehuset, Parquet-filer, data-docs og udkast", "De laves igen af leverancerne ved næste kørsel."),
    ("erhvervshus.yml og filen med modtagere", "De ligger uden for output. Gem dem sammen med serverens opsætning."),
    ("Hemmeligheder i miljøvariabler", "De hører til i et hemmelighedslager, også nøglen til pseudonymer."),
    ("Dagsters tilstand (.dagster eller state_url) og natlog", "De viser, hvordan kørsler gik, og indgår ikke i tal."),
)
"""What is not kept, and why, in Danish."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file to keep: where it is, and its name in the backup."""

    source: Path
    name: str

    @property
    def kind(self) -> Kind:
        """What it is."""
        return kind_of(self.name)


def kind_of(name: str) -> Kind:
    """Say what a file of a backup is.

    Args:
        name: Its name in the backup.

    Returns:
        The kind.

    Raises:
        LookupError: It is none of ours.
    """
    for kind in KINDS:
        if name == kind.place or (kind.place.endswith("/") and name.startswith(kind.place)):
            return kind
    raise LookupError(name)


def inventory(output: Path, deliveries: Path | None) -> tuple[Item, ...]:
    """List every file that must be kept.

    Args:
        output: The output folder.
        deliveries: The folder with deliveries; None when they are synthetic and can be made again.

    Returns:
        The files by their names in the backup.
    """
    found = [*_remembered(output), *_final_editions(output)]
    if deliveries is not None:
        found += _delivered(deliveries, output)
    return tuple(sorted(found, key=lambda item: item.name))


def _remembered(output: Path) -> Iterator[Item]:
    """List `.history`, without what only belongs to a program that is running."""
    history = history_file(output)
    for path in _files(history.parent):
        beside = path.parent == history.parent and path.name.startswith(f"{history.stem}.")
        if path == history or not beside:
            yield Item(path, _name(HISTORY_ROOT, path.relative_to(history.parent)))


def _final_editions(output: Path) -> Iterator[Item]:
    """List the editions that a person made final; a frozen one is written again of its tables."""
    years = sorted((output / FOLDER).glob("[0-9]*")) if (output / FOLDER).is_dir() else []
    for link in years:
        edition = read_edition(output, int(link.name))
        if edition is not None and edition.final and edition.freeze is None:
            folder = edition_folder(output, edition.year).resolve()
            for path in _files(folder):
                yield Item(path, _name(EDITIONS_ROOT, Path(link.name, path.relative_to(folder))))


def _delivered(deliveries: Path, output: Path) -> Iterator[Item]:
    """List the deliveries, markers included; an output inside the folder is no delivery."""
    for path in _files(deliveries, leave=output):
        if not path.name.lower().endswith(_UNFINISHED):
            yield Item(path, _name(DELIVERIES_ROOT, path.relative_to(deliveries)))


def _files(folder: Path, leave: Path | None = None) -> Iterator[Path]:
    """List the ordinary files of a folder and its folders: no hidden ones, and no links, which lead anywhere."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink() or (leave is not None and path.resolve() == leave.resolve()):
            continue
        if path.is_dir():
            yield from _files(path, leave)
        elif path.is_file():
            yield path


def _name(root: str, path: Path) -> str:
    """Name a file in the backup."""
    return str(PurePosixPath(root, *path.parts))
