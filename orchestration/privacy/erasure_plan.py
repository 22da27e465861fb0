"""What is written down of an erasure before anything is changed, so that it can be finished when it was interrupted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from expectations.wording import long_date
from orchestration.settings import COPENHAGEN
from sources.erasures import FOLDER
from sources.pseudonyms import PseudonymKey

_ENDING = ".begun"


class Plan(BaseModel):
    """What an erasure that has begun was about: the ids are gone from the deliveries when it is taken up again.

    Attributes:
        courses: The ids of the company's courses.
        records: The keys of its rows as findings name them.
        rows: Rows of the company per entity.
        deliveries: The deliveries written again so far, as the receipt lists them.
        forgotten: What was deleted of the history so far, by the names of the receipt.
        process: The process that does it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    courses: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    rows: dict[str, int] = {}
    deliveries: tuple[dict[str, str | int], ...] = ()
    forgotten: dict[str, int] = {}
    process: int | None = None

    @property
    def is_begun(self) -> bool:
        """Whether anything was written down."""
        return bool(self.courses or self.records or self.deliveries)


def plan_file(output: Path, key: PseudonymKey, cvr: str) -> Path:
    """Name the file of a company's erasure; it does not hold the number.

    Args:
        output: The output folder.
        key: The key of the pseudonyms.
        cvr: The CVR number, eight digits.

    Returns:
        A hidden file beside the receipts.
    """
    return output / FOLDER / f".{key.pseudonym('cvr', cvr)}{_ENDING}"


def read_plan(path: Path) -> Plan:
    """Read what an interrupted erasure left.

    Args:
        path: The file.

    Returns:
        The plan; an empty one when nothing is there.
    """
    return Plan.model_validate_json(path.read_bytes()) if path.exists() else Plan()


def write_plan(path: Path, plan: Plan) -> None:
    """Write down what is being erased, for this user alone and through to disk.

    Args:
        path: The file.
        plan: What it is about.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(plan.model_copy(update={"process": os.getpid()}).model_dump_json())
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)


def unfinished(output: Path) -> Iterator[str]:
    """Say of every erasure that was interrupted what to do; those this process is at are none.

    Args:
        output: The output folder.

    Yields:
        A sentence or two in Danish for each. They name the company by its pseudonym.
    """
    for path in sorted((output / FOLDER).glob(f".*{_ENDING}")):
        if read_plan(path).process == os.getpid():
            continue
        begun = datetime.fromtimestamp(path.stat().st_mtime, tz=COPENHAGEN)
        company = path.name.removeprefix(".").removesuffix(_ENDING)
        yield (
            f"En sletning ({company}) blev afbrudt {long_date(begun.date())} kl. {begun:%H.%M} og er ikke færdig. "
            "Kør `erhvervshus erase --cvr …` igen med samme CVR-nummer."
        )
