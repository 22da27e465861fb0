"""What a delivery is: which files of a folder are deliveries, of what, from which day, and what they are not.

Only names and file kinds are judged here; the content is copied in `sources.private_copy` and read in
`sources.readers`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final, Literal

from sources.contract import Contracts, Entity
from sources.showable import shown_delivery, shown_text

Format = Literal["csv", "csv.gz", "parquet", "xlsx", "json", "ndjson"]

FORMATS: Final[tuple[Format, ...]] = ("csv", "csv.gz", "parquet", "xlsx", "json", "ndjson")
"""The endings a delivery may have; each means one format."""

_PATTERN: Final = re.compile(
    r"(?P<entity>[^_].*?)__(?P<date>\d{4}-\d{2}-\d{2})(?:__(?P<more>.+?))?\.(?P<ending>csv\.gz|[^.]+)", re.IGNORECASE
)
_UNFINISHED_ENDINGS: Final = (".tmp", ".part", ".partial", ".crdownload", ".done", ".ok", ".md5", ".sha256")
_DESKTOP_FILES: Final = frozenset({"thumbs.db", "desktop.ini"})
_FORM: Final = "<kilde>/<entitet>__ÅÅÅÅ-MM-DD.<csv, csv.gz, parquet, xlsx, json eller ndjson>"


class DeliveryError(Exception):
    """A delivery cannot be used; the message says in Danish what was found, what was expected and what to do.

    The delivery is set aside whole; the run goes on.
    """

    def __init__(self, found: str, *, expected: str, remedy: str, line: int | None = None) -> None:
        """Build the message.

        Args:
            found: What is wrong, as a sentence without its full stop.
            expected: What was expected, as a phrase.
            remedy: What the sender should do, as a sentence without its full stop.
            line: Line of the file, when there is one to name (the header is 1).
        """
        self.found, self.expected, self.remedy, self.line = found, expected, remedy, line
        where = f"Linje {line}: " if line is not None else ""
        super().__init__(f"{where}{found}. Forventet: {expected}. {remedy}.")


class ChangedWhileReadError(DeliveryError):
    """The file changed while it was read; the next run will see it whole."""

    def __init__(self) -> None:
        """Build the message."""
        super().__init__(
            "Filen blev ændret, mens den blev læst",
            expected="en fil, der er skrevet færdig",
            remedy="Skriv filen under et navn, der ender på .part, og omdøb den, når den er færdig. "
            "Den læses igen ved næste kørsel",
        )


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file of the deliveries folder that is a delivery, or claims to be one.

    A file with an `error` is set aside without being opened. Without an error all other fields are filled.
    """

    path: Path
    delivery: str
    """Path relative to the deliveries folder, with `/`; what in it may name a person is held back."""
    source: str | None = None
    entity: str | None = None
    extracted_on: date | None = None
    format: Format | None = None
    error: DeliveryError | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Everything found in a deliveries folder.

    `unreadable_folders` are paths (with `/` at the end) whose files could not be listed: what was landed from them
    before must not be taken for gone.
    """

    files: tuple[FoundFile, ...]
    unreadable_folders: tuple[str, ...]


def printable(path: Path) -> str:
    """Return a path as text that any system can store, also when its bytes are not UTF-8."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")


def discover(folder: Path, contracts: Contracts) -> Found:
    """List the deliveries of a folder, in the order they are to be landed.

    Args:
        folder: The deliveries folder; must be a folder.
        contracts: Which sources and entities there are.

    Returns:
        One entry per file that is a delivery or looks meant as one. Left out are hidden files, files being written
        (`.part`, `.tmp`), markers (`.done`), and whatever lies in folders that are no source and is not named as a
        delivery.
    """
    files: list[FoundFile] = []
    unreadable: list[str] = []
    for path, problem in _walk(folder):
        if problem is not None:
            name = printable(path.relative_to(folder))
            unreadable.append(f"{name}/" if name != "." else "")
            files.append(FoundFile(path, name, error=problem))
            continue
        found = _identify(path, path.relative_to(folder), contracts)
        if found is not None:
            files.append(found)
    files.sort(key=lambda f: (f.entity or "", f.extracted_on or date.min, f.path.name, f.delivery))
    return Found(tuple(_named(files, contracts)), tuple(unreadable))


def _named(files: list[FoundFile], contracts: Contracts) -> Iterator[FoundFile]:
    """Give every file the name it goes by: what may name a person is held back, and numbered to keep two apart."""
    held_back = 0
    for file in files:
        match = _PATTERN.fullmatch(file.path.name)
        said = match["entity"] if match else file.path.name.partition(".")[0]
        name = shown_delivery(
            file.delivery,
            said + (f"__{match['date']}" if match else "") if _is_entity_like(said, contracts) else None,
            held_back + 1,
        )
        held_back += name != file.delivery
        yield replace(file, delivery=name)


def _is_entity_like(name: str, contracts: Contracts) -> bool:
    """Whether a name is meant as an entity's: a slip of the pen is shown, what is like none of them may be anything."""
    entities = [entity.name for entity in contracts.entities]
    heads = {entity.partition("_")[0] for entity in entities}
    head, _, tail = name.lower().partition("_")
    return bool(get_close_matches(name.lower(), entities, n=1, cutoff=_LIKE)) or (head in heads and tail.isalpha())


def _shown_entity(name: str, contracts: Contracts) -> str:
    """Return the entity of a file's name as it may be shown."""
    return name if _is_entity_like(name, contracts) else shown_text(name)


def _walk(folder: Path) -> Iterator[tuple[Path, DeliveryError | None]]:
    """Yield every file below a folder, and every folder that cannot be listed with its error."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield (
            folder,
            DeliveryError(
                f"Mappen kan ikke læses ({error.strerror})",
                expected="en mappe, som programmet har læseadgang til",
                remedy="Giv læseadgang til mappen",
            ),
        )
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        else:
            yield Path(entry.path), None


def _is_ignored(name: str) -> bool:
    lowered = name.lower()
    return lowered.startswith("~$") or lowered.endswith(_UNFINISHED_ENDINGS) or lowered in _DESKTOP_FILES


def _identify(path: Path, relative: Path, contracts: Contracts) -> FoundFile | None:
    """Tell what a file is by its name and kind; None when it is none of our business."""
    if _is_ignored(path.name):
        return None
    match = _PATTERN.fullmatch(path.name)
    sources = {source.name for source in contracts.sources}
    folder = relative.parts[0] if len(relative.parts) > 1 else None
    in_source = folder in sources and len(relative.parts) == _DEPTH
    linked_source = folder is None and path.name in sources
    if match is None and not in_source and not linked_source:
        return None
    name = printable(relative)
    entities = {entity.name: entity for entity in contracts.entities}
    entity = entities.get(match["entity"].lower()) if match else None
    day = _day(match["date"]) if match else None
    form = next((form for form in FORMATS if match and form == match["ending"].lower()), None)
    error = (
        _kind_error(path)
        or (_place_error(folder, contracts) if not in_source else None)
        or (_name_error(match, str(folder), entity, contracts) if match else _NO_PATTERN)
    )
    source = folder if folder in sources else None
    return FoundFile(path, name, source, entity.name if entity else None, day, form, error)


_DEPTH: Final = 2  # <source>/<file>
_LIKE: Final = 0.75  # How alike two names are, of 1, for one to be meant as the other.
_NO_PATTERN: Final = DeliveryError(
    "Filnavnet følger ikke mønstret", expected=_FORM, remedy="Omdøb filen, eller flyt den ud af mappen"
)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _kind_error(path: Path) -> DeliveryError | None:
    """Refuse what is no ordinary file: what a link points to can lie anywhere and change unseen, a pipe can wait."""
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return DeliveryError(
            f"Filen kan ikke læses ({error.strerror})", expected="en læsbar fil", remedy="Giv læseadgang til filen"
        )
    if stat.S_ISLNK(mode):
        return DeliveryError(
            "Det er en symbolsk henvisning (link)",
            expected="selve filen eller mappen",
            remedy="Læg selve indholdet i mappen",
        )
    if not stat.S_ISREG(mode):
        return DeliveryError(
            "Det er ikke en almindelig fil", expected="en almindelig fil", remedy="Læg selve filen i mappen"
        )
    return None


def _place_error(folder: str | None, contracts: Contracts) -> DeliveryError:
    names = [source.name for source in contracts.sources]
    in_source = folder is None or folder in names
    return DeliveryError(
        "Filen ligger ikke direkte i en kildes mappe"
        if in_source
        else f"Mappen {shown_text(folder or '')} er ikke en kilde",
        expected=f"en fil direkte i en af mapperne {', '.join(names)}",
        remedy="Flyt filen til sin kildes mappe",
    )


def _name_error(match: re.Match[str], folder: str, entity: Entity | None, contracts: Contracts) -> DeliveryError | None:
    if entity is None:
        there = ", ".join(e.name for e in contracts.source(folder).entities)
        return DeliveryError(
            f"Entiteten {_shown_entity(match['entity'], contracts)} findes ikke",
            expected=f"en af {there}",
            remedy="Ret filnavnet",
        )
    if entity.source != folder:
        return DeliveryError(
            f"{entity.name} hører ikke til kilden {folder}",
            expected=f"filen i mappen {entity.source}",
            remedy="Flyt filen til den rigtige mappe",
        )
    if _day(match["date"]) is None:
        return DeliveryError(
            f"Datoen {match['date']} i filnavnet findes ikke",
            expected="en dato i kalenderen",
            remedy="Ret filnavnet",
        )
    if match["ending"].lower() not in FORMATS:
        return DeliveryError(
            f"Endelsen .{shown_text(match['ending'])} kendes ikke",
            expected=f"en af {', '.join(FORMATS)}",
            remedy="Gem filen i et af formaterne",
        )
    return None
