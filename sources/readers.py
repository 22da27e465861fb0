"""Which reader reads which format; each format's own rules lie in its own module."""

from __future__ import annotations

from pathlib import Path

from sources.contract import Entity
from sources.csv_files import read_csv
from sources.deliveries import Format
from sources.json_files import read_json
from sources.parquet_files import read_parquet
from sources.private_copy import PrivateCopy
from sources.records import Table


def read(entity: Entity, copy: PrivateCopy, form: Format, folder: Path) -> Table:
    """Read a delivery's private copy to a table of text.

    Args:
        entity: What the delivery holds.
        copy: Its private copy.
        form: The delivery's format.
        folder: An empty private folder for what the reader writes.

    Returns:
        The table; its relation is valid as long as the copy and the folder are.

    Raises:
        DeliveryError: the delivery cannot be read as a whole.
    """
    match form:
        case "csv" | "csv.gz":
            return read_csv(entity, copy, folder)
        case "json" | "ndjson":
            return read_json(entity, copy, form, folder)
        case "xlsx":
            # openpyxl takes longer to import than most deliveries take to land.
            from sources.spreadsheets import read_xlsx  # noqa: PLC0415

            return read_xlsx(entity, copy, folder)
        case "parquet":
            return read_parquet(entity, copy)
