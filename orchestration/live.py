"""What PostgreSQL holds after a load: as metadata of the asset, read back from it, and in Danish for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration import danish

if TYPE_CHECKING:
    from exports.postgres.load import Loaded

LOADED = "loaded"
DATABASE = "database"


@dataclass(frozen=True)
class Live:
    """What a load came to.

    Attributes:
        database: The database, named without its password.
        tables: Its tables.
        rows: Their rows.
        changed: How many tables had rows added or removed.
        added: Rows added.
        removed: Rows removed.
        views: The views over them.
        seconds: How long it took.
    """

    database: str
    tables: int
    rows: int
    changed: int
    added: int
    removed: int
    views: int
    seconds: float


def live_of(loaded: Loaded) -> Live:
    """Sum up a load.

    Args:
        loaded: What was loaded.

    Returns:
        The sums.
    """
    return Live(
        database=loaded.database,
        tables=len(loaded.tables),
        rows=loaded.rows,
        changed=len(loaded.changed),
        added=sum(table.added for table in loaded.tables),
        removed=sum(table.removed for table in loaded.tables),
        views=loaded.views,
        seconds=round(loaded.seconds, 3),
    )


def metadata_of(loaded: Loaded) -> dict[str, str | int | float]:
    """Describe a load to Dagster.

    Args:
        loaded: What was loaded.

    Returns:
        The fields of `Live`.
    """
    return dict(vars(live_of(loaded)))


def read_live(metadata: Mapping[str, object]) -> Live | None:
    """Read a load back from the metadata of its asset.

    Args:
        metadata: The plain values.

    Returns:
        The load; None when nothing was loaded.
    """
    if not metadata.get(LOADED):
        return None
    return Live(**{name: metadata[name] for name in Live.__dataclass_fields__})  # type: ignore[arg-type]


def sentence(live: Live) -> str:
    """Say in Danish what a load came to.

    Args:
        live: The load.

    Returns:
        One line.
    """
    held = f"{danish.count(live.tables, 'tabel', 'tabeller')} med {danish.count(live.rows, 'række', 'rækker')}"
    news = "intet nyt"
    if live.changed:
        news = (
            f"{danish.number(live.added)} tilføjet og {danish.number(live.removed)} fjernet i "
            f"{danish.count(live.changed, 'tabel', 'tabeller')}"
        )
    return f"{live.database}: {held}, {news}, på {danish.duration(live.seconds)}"
