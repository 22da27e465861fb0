"""Erasing a company: deliveries, history, build, publications, in an order that can be done again after a kill.

The order is what makes it safe: what is to be found is written down first, then the deliveries are changed, and
everything that is made of them is made anew. The receipt comes last; it keeps later deliveries of the same rows out.
"""

from __future__ import annotations

import getpass
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from expectations.erasing import ForgottenRecords, forget_records
from expectations.wording import long_date, number
from exports.access.parquet import FOLDER as ROLES
from exports.erasing import remove_leftovers
from exports.files import sync, write_whole
from exports.statement.yearly import published_year
from orchestration.backup.restore import set_aside_by_restores
from orchestration.configuration import load_configuration, variable
from orchestration.danish import count
from orchestration.lock import hold
from orchestration.privacy.erasure_plan import Plan, plan_file, read_plan, write_plan
from orchestration.privacy.pseudonym_key import made_key
from orchestration.settings import COPENHAGEN, RunSettings
from sources.contract import Contracts, load_contracts
from sources.cutting import CutDelivery, company_cuts, cut_rows, look_up
from sources.deliveries import discover
from sources.erasures import FOLDER, ErasureError, number_pattern, read_erasures
from sources.pseudonyms import PseudonymKey
from sources.searching import search

_DIGITS = 8
_LISTED = 20


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
        unsearched: Deliveries that cannot be read and not be looked through either.
        aside: Folders that a restore moved aside, from before the erasure.
        is_postgres_loaded: Whether PostgreSQL was loaded again; no when the settings name none.
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
    unsearched: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    is_postgres_loaded: bool = False
    findings: int = 0
    states: int = 0
    told: int = 0
    messages: int = 0
    removed: tuple[str, ...] = ()


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
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdecimal()):
        msg = "--cvr skal være et CVR-nummer med otte cifre."
        raise ErasureError(msg)
    return digits


def erase(
    settings: RunSettings,
    cvr: str,
    *,
    run: Callable[[RunSettings], Mapping[str, str]],
    done_by: str | None = None,
    dry_run: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Receipt, Path | None]:
    """Erase a company.

    Args:
        settings: Which deliveries and which output.
        cvr: The CVR number, eight digits.
        run: Runs the job, so that everything is made anew of the deliveries. Returns what failed after the publication
            and may hold rows of the company still, as PostgreSQL: why, by step.
        done_by: Who does it; the user of the machine when not given.
        dry_run: Whether only to say what would go.
        tell: Told of each step, and `unfinished` when it ends before the receipt.

    Returns:
        The receipt and where it lies; no file in a dry run.

    Raises:
        ErasureError: Nothing is known of the company, a delivery cannot be changed, or rows are left somewhere.
        RunInProgressError: A run holds the output folder.
    """
    if settings.deliveries is None:
        msg = "Angiv mappen med leverancer med --deliveries: det syntetiske Danmark har ingen at slette."
        raise ErasureError(msg)
    folder, output = Path(settings.deliveries), settings.output_folder
    contracts, key = load_contracts(), made_key(output)
    private = settings.build_folder / "erasing"
    began = plan_file(output, key, cvr)
    with _told_when_unfinished(began, tell):
        with hold(output):
            try:
                tell("find")
                subject, report = look_up(folder, contracts, cvr, private)
                plan = read_plan(began)
                unreadable = _search_unreadable(folder, contracts, [one.delivery for one in report.set_aside], cvr)
                if not subject.lines and not subject.mentions and not plan.is_begun:
                    raise ErasureError(_nothing(output, key, cvr, unreadable))
                plan = plan.model_copy(
                    update={
                        "courses": tuple(sorted({*plan.courses, *subject.courses})),
                        "records": tuple(sorted({*plan.records, *subject.records})),
                        "rows": {name: plan.rows.get(name, 0) + rows for name, rows in subject.rows.items()},
                    }
                )
                if dry_run:
                    return _receipt(cvr, key, plan, unreadable, done_by), None
                write_plan(began, plan)
                tell("deliveries")
                cut = cut_rows(folder, contracts, company_cuts(subject, cvr), report, private, cvr)
                plan = plan.model_copy(update={"deliveries": (*plan.deliveries, *map(_as_plain, cut))})
                write_plan(began, plan)
                tell("history")
                forgotten = forget_records(settings.history, plan.records)
                plan = plan.model_copy(update={"forgotten": _sum(plan.forgotten, forgotten)})
                write_plan(began, plan)
                _remove_build(settings)
            finally:
                shutil.rmtree(private, ignore_errors=True)
        tell("run")
        _refuse_what_is_left(run(_of_the_standing_publication(settings)))
        with hold(output):
            names = {cvr, key.pseudonym("cvr", cvr), *plan.courses}
            removed = remove_leftovers(output, names)
            aside = tuple(str(each) for each in set_aside_by_restores(output, folder))
            receipt = _receipt(cvr, key, plan, unreadable, done_by, removed, aside)
            path = _write_receipt(output, receipt)
            began.unlink(missing_ok=True)
            sync(began.parent)
    return receipt, path


@contextmanager
def _told_when_unfinished(began: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Say that an erasure must be finished, when it ends after something was changed and before the receipt."""
    try:
        yield
    except BaseException:
        if began.exists():
            tell("unfinished")
        raise


def _of_the_standing_publication(settings: RunSettings) -> RunSettings:
    """Make the same again that people have before them: its report year, and the roles' files where they are."""
    return settings.changed(
        keep=1,
        year=settings.year or published_year(settings.output_folder),
        role_exports=settings.role_exports or (settings.output_folder / ROLES).is_dir(),
    )


def _refuse_what_is_left(failures: Mapping[str, str]) -> None:
    """Give no receipt while somewhere the rows may be still."""
    if failures:
        listed = "\n".join(failures.values())
        msg = f"Datavarehuset er offentliggjort uden virksomheden, men den kan fortsat stå her:\n{listed}"
        raise ErasureError(msg)


def _nothing(output: Path, key: PseudonymKey, cvr: str, unreadable: _Unreadable) -> str:
    """Say why there is nothing to erase, without the number."""
    company = key.pseudonym("cvr", cvr)
    said = "Der er ingen rækker om virksomheden i de leverancer, der kan læses. Intet er ændret."
    before = [erasure.erased_on for erasure in read_erasures(output, key) if erasure.company == company]
    if before:
        said += f" Virksomheden blev slettet {long_date(max(before))}; kvitteringen ligger i {output / FOLDER}."
    for words, names in (
        ("Skal slettes i hånden, for de kan ikke læses, men indeholder nummeret", unreadable.found),
        ("Skal ses efter i hånden, for de kan hverken læses eller gennemsøges", unreadable.unknown),
    ):
        said += f"\n{words}: {', '.join(names)}" if names else ""
    return said


def _as_plain(cut: CutDelivery) -> dict[str, str | int]:
    """Return a changed delivery as the receipt lists it."""
    return asdict(cut)


def _sum(before: dict[str, int], now: ForgottenRecords) -> dict[str, int]:
    """Add what was forgotten now to what was before a kill."""
    return {name: before.get(name, 0) + count for name, count in asdict(now).items()}


@dataclass(frozen=True)
class _Unreadable:
    """The deliveries that cannot be read: those that hold the number, and those nobody can tell of."""

    found: tuple[str, ...]
    unknown: tuple[str, ...]


def _search_unreadable(folder: Path, contracts: Contracts, set_aside: Collection[str], cvr: str) -> _Unreadable:
    """Look for the number in the deliveries that cannot be read."""
    files = {file.delivery: file.path for file in discover(folder, contracts).files}
    pattern = re.compile(number_pattern(cvr))
    seen = {name: search(files[name], pattern) for name in set_aside if name in files and files[name].is_file()}
    found, unknown = (tuple(name for name, each in seen.items() if each == kind) for kind in ("found", "unknown"))
    return _Unreadable(found, unknown)


def _remove_build(settings: RunSettings) -> None:
    """Remove the private build: deleted rows stay in the pages of a database, and it is made anew of the deliveries."""
    for path in settings.build_folder.glob(f"{settings.warehouse.name}*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _receipt(
    cvr: str,
    key: PseudonymKey,
    plan: Plan,
    unreadable: _Unreadable,
    done_by: str | None,
    removed: tuple[str, ...] = (),
    aside: tuple[str, ...] = (),
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
        unreadable=unreadable.found,
        unsearched=unreadable.unknown,
        aside=aside,
        is_postgres_loaded=load_configuration().postgres_url is not None,
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


def dry_run_text(receipt: Receipt) -> str:
    """Say in Danish what would be erased.

    Args:
        receipt: The receipt of a dry run.

    Returns:
        The text.
    """
    lines = [
        "Prøve: intet er slettet. Disse rækker ville blive slettet:",
        *(f"  {name}: {number(rows)}" for name, rows in receipt.rows.items()),
        f"De hører til {count(len(receipt.courses), 'forløb', 'forløb')}.",
        *_by_hand(receipt),
    ]
    return "\n".join(lines)


def _by_hand(receipt: Receipt) -> list[str]:
    """List what the program leaves to a person."""
    lines = []
    for words, names in (
        ("Skal slettes i hånden: disse leverancer kan ikke læses, men indeholder nummeret:", receipt.unreadable),
        ("Skal ses efter i hånden: disse leverancer kan hverken læses eller gennemsøges:", receipt.unsearched),
        ("Skal slettes i hånden: disse mapper blev flyttet til side af en gendannelse:", receipt.aside),
    ):
        if names:
            lines += ["", words, *(f"  {name}" for name in names)]
    return lines


def _postgres_text(receipt: Receipt) -> str:
    """Say what became of PostgreSQL."""
    if receipt.is_postgres_loaded:
        return "PostgreSQL er indlæst på ny uden virksomheden."
    return (
        f"PostgreSQL er ikke indlæst: {variable('postgres_url')} er ikke sat. Er der en database, så sæt den, og kør "
        "erhvervshus load-postgres."
    )


def _removed_text(removed: Collection[str]) -> list[str]:
    """List the files that were removed, or count them by folder: a company may stand in the files of many roles."""
    if not removed:
        return ["Andre filer fjernet: ingen."]
    if len(removed) <= _LISTED:
        return ["Andre filer fjernet:", *(f"  {name}" for name in removed)]
    folders = Counter(name.partition("/")[0] for name in removed)
    return ["Andre filer fjernet:", *(f"  {name}: {number(count)}" for name, count in folders.items())]


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
            f"  {one['delivery']}: {count(int(one['rows']), 'række', 'rækker')} slettet, "
            f"{count(int(one['texts']), 'tekst', 'tekster')} ændret"
            for one in receipt.deliveries
        ),
        "",
        f"Historik: {number(receipt.findings)} fund, {number(receipt.states)} svar på fund, "
        f"{count(receipt.told, 'påmindelse', 'påmindelser')} og "
        f"{count(receipt.messages, 'besked', 'beskeder')} slettet.",
        "Byggefilen (.build) er slettet og lavet på ny, og datavarehuset er offentliggjort uden virksomheden.",
        _postgres_text(receipt),
        *_removed_text(receipt.removed),
        "",
        "Det, der står tilbage:",
        "  Frosne opgørelser er uændrede: de indeholder kun tal, der ikke kan føres tilbage til en virksomhed.",
        "  Sikkerhedskopier fra før sletningen indeholder stadig rækkerne. Slet dem efter fristen for kopier.",
        "  Gendannes en af dem, holder denne kvittering rækkerne ude, hvis den ligger i .history/erasures før næste",
        "  kørsel. Opbevar den derfor også et andet sted.",
        "  Fritekst, der nævner en person ved navn, kan ikke findes automatisk. Gennemgå aktoer og kommentar.",
        "  Filer, som nogen har hentet eller fået tilsendt, skal slettes hos dem.",
    ]
    lines += _by_hand(receipt)
    lines += [
        "",
        "Rækker om virksomheden fra før sletningen, som leveres igen, bliver ikke indlæst. Et nyt forløb, der er",
        "registreret efter sletningen, er en ny sag og bliver indlæst.",
        "",
    ]
    return "\n".join(lines)
