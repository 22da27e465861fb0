"""Erasing a company: deliveries, history, build, publications, in an order that can be done again after a kill.

The order is what makes it safe: what is to be found is written down first, then the deliveries are changed, and
everything that is made of them is made anew. The receipt comes last; it keeps later deliveries of the same rows out.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from expectations.erasing import ForgottenRecords, forget_records
from expectations.wording import long_date, number
from exports.erasing import remove_leftovers
from exports.files import sync, write_whole
from orchestration.lock import hold
from orchestration.privacy.pseudonym_key import made_key
from orchestration.settings import COPENHAGEN, RunSettings
from sources.contract import Contracts, load_contracts
from sources.cutting import CutDelivery, company_cuts, cut_rows, look_up
from sources.deliveries import discover
from sources.erasures import FOLDER, ErasureError, Subject
from sources.pseudonyms import PseudonymKey

_log = logging.getLogger(__name__)
_DIGITS = 8


class Receipt(BaseModel):
    """What was erased, where, when and by whom. It names nobody: companies and courses stand as keyed pseudonyms.

    Attributes:
        company: Pseudonym of the CVR number.
        courses: Pseudonyms of the ids of its courses.
        erased_on: The day; registrations of a later day are new ones.
        key: Fingerprint of the key of the pseudonyms.
        finished_at: When it was done, UTC.
        done_by: Who did it.
        rows: Rows of the company per entity.
        deliveries: The deliveries that were written again.
        unreadable: Deliveries that cannot be read and hold the number: they are left to a person.
        findings: Findings that were forgotten.
        states: What people had said of them.
        told: What owners had been told of them.
        messages: Messages that named them.
        removed: Files of the output that were removed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    company: str
    courses: tuple[str, ...]
    erased_on: date
    key: str
    finished_at: datetime
    done_by: str
    rows: dict[str, int]
    deliveries: tuple[dict[str, str | int], ...]
    unreadable: tuple[str, ...]
    findings: int = 0
    states: int = 0
    told: int = 0
    messages: int = 0
    removed: tuple[str, ...] = ()


class _Plan(BaseModel):
    """What an erasure that has begun was about: the ids are gone from the deliveries when it is taken up again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    courses: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    rows: dict[str, int] = {}
    deliveries: tuple[dict[str, str | int], ...] = ()
    forgotten: dict[str, int] = {}

    def with_found(self, subject: Subject) -> _Plan:
        """Add what stands in the deliveries now to what was found before a kill."""
        found = {
            "courses": tuple(sorted({*self.courses, *subject.courses})),
            "records": tuple(sorted({*self.records, *subject.records})),
            "rows": {name: self.rows.get(name, 0) + rows for name, rows in subject.rows.items()},
        }
        return self.model_copy(update=found)


def normalised(cvr: str) -> str:
    """Read a CVR number as people type it.

    Args:
        cvr: As `12345678`, `12 34 56 78` or `DK12345678`.

    Returns:
        Eight digits.

    Raises:
        ErasureError: It is none; the message does not repeat it.
    """
    digits = cvr.upper().removeprefix("DK").replace(" ", "").replace("-", "").replace(".", "")
    if len(digits) != _DIGITS or not digits.isdecimal():
        msg = "--cvr skal være et CVR-nummer med otte cifre."
        raise ErasureError(msg)
    return digits


def erase(
    settings: RunSettings,
    cvr: str,
    *,
    run: Callable[[RunSettings], object],
    done_by: str | None = None,
    dry_run: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Receipt, Path | None]:
    """Erase a company.

    Args:
        settings: Which deliveries and which output.
        cvr: The CVR number, eight digits.
        run: Runs the job, so that everything is made anew of the deliveries.
        done_by: Who does it; the user of the machine when not given.
        dry_run: Whether only to say what would go.
        tell: Told of each step.

    Returns:
        The receipt and where it lies; no file in a dry run.

    Raises:
        ErasureError: Nothing is known of the company, or a delivery cannot be changed.
        RunInProgressError: A run holds the output folder.
    """
    if settings.deliveries is None:
        msg = "Angiv mappen med leverancer med --deliveries: det syntetiske Danmark har ingen at slette."
        raise ErasureError(msg)
    folder, output = Path(settings.deliveries), settings.output_folder
    contracts, key = load_contracts(), made_key(output)
    private = settings.build_folder / "erasing"
    began = output / FOLDER / f".{key.pseudonym('cvr', cvr)}.begun"
    with hold(output):
        try:
            tell("find")
            subject, report = look_up(folder, contracts, cvr, private)
            plan = _read_plan(began)
            is_resumed = bool(plan.courses or plan.records or plan.deliveries)
            if not subject.lines and not subject.mentions and not is_resumed:
                msg = "Der er ingen rækker om virksomheden i leverancerne. Intet er ændret."
                raise ErasureError(msg)
            unreadable = _unreadable(folder, contracts, [one.delivery for one in report.set_aside], cvr)
            plan = plan.with_found(subject)
            if dry_run:
                return _receipt(cvr, key, plan, unreadable, done_by), None
            _write_plan(began, plan)
            tell("deliveries")
            cut = cut_rows(folder, contracts, company_cuts(subject, cvr), report, private, cvr)
            plan = plan.model_copy(update={"deliveries": (*plan.deliveries, *map(_as_plain, cut))})
            _write_plan(began, plan)
            tell("history")
            forgotten = forget_records(settings.history, plan.records)
            plan = plan.model_copy(update={"forgotten": _sum(plan.forgotten, forgotten)})
            _write_plan(began, plan)
            _remove_build(settings)
        finally:
            shutil.rmtree(private, ignore_errors=True)
    tell("run")
    run(settings.model_copy(update={"keep": 1}))
    with hold(output):
        names = {cvr, key.pseudonym("cvr", cvr), *plan.courses}
        receipt = _receipt(cvr, key, plan, unreadable, done_by, remove_leftovers(output, names))
        path = _write_receipt(output, receipt)
        began.unlink(missing_ok=True)
        sync(began.parent)
    return receipt, path


def _as_plain(cut: CutDelivery) -> dict[str, str | int]:
    """Return a changed delivery as the receipt lists it."""
    return asdict(cut)


def _sum(before: dict[str, int], now: ForgottenRecords) -> dict[str, int]:
    """Add what was forgotten now to what was before a kill."""
    return {name: before.get(name, 0) + count for name, count in asdict(now).items()}


def _unreadable(folder: Path, contracts: Contracts, set_aside: list[str], cvr: str) -> tuple[str, ...]:
    """List the deliveries that cannot be read but hold the number in their bytes."""
    files = {file.delivery: file.path for file in discover(folder, contracts).files}
    number = cvr.encode()
    return tuple(name for name in set_aside if files[name].is_file() and number in files[name].read_bytes())


def _remove_build(settings: RunSettings) -> None:
    """Remove the private build: deleted rows stay in the pages of a database, and it is made anew of the deliveries."""
    for path in settings.build_folder.glob(f"{settings.warehouse.name}*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _read_plan(path: Path) -> _Plan:
    """Read what an interrupted erasure left."""
    return _Plan.model_validate_json(path.read_bytes()) if path.exists() else _Plan()


def _write_plan(path: Path, plan: _Plan) -> None:
    """Write down what is being erased, for this user alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(plan.model_dump_json())
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)


def _receipt(
    cvr: str,
    key: PseudonymKey,
    plan: _Plan,
    unreadable: tuple[str, ...],
    done_by: str | None,
    removed: tuple[str, ...] = (),
) -> Receipt:
    """Put the receipt together."""
    now = datetime.now(tz=UTC).replace(microsecond=0)
    return Receipt(
        company=key.pseudonym("cvr", cvr),
        courses=tuple(sorted(key.pseudonym("forloeb", course) for course in plan.courses)),
        erased_on=now.astimezone(COPENHAGEN).date(),
        key=key.fingerprint,
        finished_at=now,
        done_by=done_by or getpass.getuser(),
        rows={name: rows for name, rows in plan.rows.items() if rows},
        deliveries=plan.deliveries,
        unreadable=unreadable,
        removed=removed,
        **plan.forgotten,
    )


def _write_receipt(output: Path, receipt: Receipt) -> Path:
    """Write the receipt for programs and for people."""
    folder = output / FOLDER
    stem = f"{receipt.finished_at:%Y%m%dT%H%M%SZ}-{receipt.company}"
    write_whole(folder / f"{stem}.txt", receipt_text(receipt).encode())
    path = folder / f"{stem}.json"
    write_whole(path, (json.dumps(receipt.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n").encode())
    sync(folder)
    return path


def receipt_text(receipt: Receipt) -> str:
    """Write the receipt in Danish.

    Args:
        receipt: The receipt.

    Returns:
        The text.
    """
    lines = [
        "Kvittering for sletning",
        "",
        f"Virksomhed (pseudonym): {receipt.company}",
        f"Slettet: {long_date(receipt.erased_on)}, kl. {receipt.finished_at.astimezone(COPENHAGEN):%H.%M}",
        f"Udført af: {receipt.done_by}",
        "",
        "Rækker slettet i leverancerne:",
        *(f"  {name}: {number(rows)}" for name, rows in receipt.rows.items()),
        "Leverancer skrevet om (den gamle fil er væk):",
        *(
            f"  {one['delivery']}: {number(int(one['rows']))} rækker slettet, "
            f"{number(int(one['texts']))} tekster ændret"
            for one in receipt.deliveries
        ),
        "",
        f"Historik: {number(receipt.findings)} fund, {number(receipt.states)} svar på fund, "
        f"{number(receipt.told)} påmindelser og {number(receipt.messages)} beskeder slettet.",
        "Byggefilen (.build) er slettet og lavet på ny, og datavarehuset er offentliggjort uden virksomheden.",
        "PostgreSQL er indlæst på ny af samme kørsel, hvis den er sat op.",
        f"Andre filer fjernet: {', '.join(receipt.removed) if receipt.removed else 'ingen'}.",
        "",
        "Det, der står tilbage:",
        "  Frosne opgørelser er uændrede: de indeholder kun tal, der ikke kan føres tilbage til en virksomhed.",
        "  Sikkerhedskopier fra før sletningen indeholder stadig rækkerne. Når en kopi genskabes, indlæses de ikke,",
        "  fordi kvitteringen følger med.",
        "  Fritekst, der nævner en person ved navn, kan ikke findes automatisk. Gennemgå aktoer og kommentar.",
        "  Filer, som nogen har hentet eller fået tilsendt, skal slettes hos dem.",
    ]
    if receipt.unreadable:
        lines += [
            "",
            "Skal slettes i hånden: disse leverancer kan ikke læses, men indeholder nummeret:",
            *(f"  {name}" for name in receipt.unreadable),
        ]
    lines += [
        "",
        "Rækker om virksomheden fra før sletningen, som leveres igen, bliver ikke indlæst. Et nyt forløb, der er",
        "registreret efter sletningen, er en ny sag og bliver indlæst.",
        "",
    ]
    return "\n".join(lines)
