"""The sheets on the statement itself: the front, the method, the settings and the deliveries it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from expectations.wording import COPENHAGEN, long_date
from exports.statement.columns import HIDDEN_SIGN, Kind
from exports.statement.setting_words import label_of, value_text
from exports.statement.statement import Statement
from exports.workbook.fields import DATE_FORMAT
from exports.workbook.sheet import Field, Sheet, count_field, text_field

FRONT = "Forside"

_DELIVERY_STATUSES = {"accepted": "Brugt", "set_aside": "Sat til side"}

# Emne and text; the words of the domain's rules as readers need them beside the figures.
_METHOD = (
    (
        "Virksomheder",
        "En virksomhed er et CVR-nummer. En virksomhed, som to erhvervshuse har vejledt, tæller én gang i hvert hus og "
        "én gang i tallet for Danmark. Tallene for husene kan derfor give mere end tallet for Danmark.",
    ),
    (
        "Danmark",
        "Tallet for Danmark er beregnet af de enkelte registreringer og svar. Det er ikke et gennemsnit af husene.",
    ),
    (
        "Svar på brugerevalueringen",
        "Den enkelte virksomheds nyeste svar tæller, én gang pr. hus og evalueringsår, og pr. segment, hvor målet er "
        "opdelt på segmenter. Evalueringsåret er det år, forløbet sluttede. Ubesvarede spørgsmål indgår ikke.",
    ),
    (
        "Status",
        "Et mål er opfyldt, når resultatet når måltallet. Ligger måltallet i et senere år, viser status, om resultatet "
        "er på vej mod det. Usikkerheden ændrer aldrig status.",
    ),
    (
        "Usikkerhed",
        "Nedre og øvre grænse er et 95 pct.-interval: for andele Wilsons interval, for NPS justeret Wald, for vægtede "
        "andele en lineariseret standardfejl og for effekt Abadie og Imbens. Ligger hele intervallet på den ene side "
        "af måltallet, er resultatet sikkert, ellers usikkert.",
    ),
    (
        "Effekt i virksomhederne",
        "Mervæksten er forskellen mellem vejledte virksomheders vækst og væksten i sammenlignelige virksomheder, der "
        "ikke har været vejledt. Forskelle i ambition, som registrene ikke viser, er ikke fjernet.",
    ),
    (
        "Skjulte tal",
        "Tal, der hviler på for få svar eller virksomheder, er skjult. Hvor et skjult tal kunne beregnes af andre tal, "
        f"er endnu et tal skjult. Et skjult tal vises som {HIDDEN_SIGN}. Grænserne står på arket Indstillinger.",
    ),
    (
        "Beregninger i regnearket",
        f"{HIDDEN_SIGN} er en tekst: SUM, MIDDEL og andre funktioner springer den over, den sorteres efter tallene, og "
        "et regnestykke direkte på cellen giver en fejl i stedet for et forkert tal. En sum af en kolonne med skjulte "
        "tal mangler de skjulte. Kolonnen Skjult viser, hvilke rækker det gælder.",
    ),
)  # fmt: skip


def edition(statement: Statement) -> str:
    """Name the edition, as it stands on every printed page.

    Args:
        statement: The statement.

    Returns:
        As `Udkast af 21. november 2026` or `Version 2, frosset 21. november 2026`.
    """
    if statement.freeze is None:
        return f"Udkast af {long_date(statement.publication.published_at.astimezone(COPENHAGEN).date())}"
    day = statement.freeze.frozen_at.astimezone(COPENHAGEN).date()
    return f"Version {statement.freeze.version}, frosset {long_date(day)}"


def front_sheet(statement: Statement, sheets: Sequence[Sheet]) -> Sheet:
    """Make the front: what the workbook is, how it is read, and where everything lies.

    Args:
        statement: The statement.
        sheets: The other sheets, with their final names.

    Returns:
        The front.
    """
    frozen = statement.freeze
    if frozen is None:
        status = "Status: Udkast. Tallene er ikke frosset og kan ændre sig."
    else:
        status = f"Status: {edition(statement)}. Tallene ændrer sig ikke."
        status += f" Versionen afløser den forrige: {frozen.reason}" if frozen.reason else ""
    return Sheet(
        name=FRONT,
        title=title(statement),
        lines=(
            "Den årlige opgørelse af erhvervshusenes mål, resultater og effekt.",
            status,
            f"Registreringer til og med {long_date(statement.today)}.",
            "Sådan læses arkene: Hvert ark har én tabel, som kan sorteres og filtreres. En tom celle betyder, at der "
            "ikke findes et tal.",
            f"{HIDDEN_SIGN} betyder, at tallet er skjult. Læs mere på arket Metode.",
        ),
        table="contents",
        summary="Indholdsfortegnelse: arkenes navne med link, hvad de indeholder, og antallet af rækker.",
        fields=(
            Field("Ark", Kind.TEXT, tuple(s.name for s in sheets), links=tuple(s.name for s in sheets)),
            text_field("Indhold", tuple(s.title for s in sheets)),
            count_field("Rækker", tuple(s.rows for s in sheets)),
        ),
    )


def title(statement: Statement) -> str:
    """Write the workbook's title.

    Args:
        statement: The statement.

    Returns:
        The title.
    """
    return f"Opgørelse af erhvervshusenes mål {statement.year}"


def method_sheet() -> Sheet:
    """Make the sheet of the method.

    Returns:
        The sheet.
    """
    return Sheet(
        name="Metode",
        title="Sådan er tallene opgjort",
        lines=("Rapporten beskriver metoden i detaljer. Arket Definitioner viser, hvad hvert mål tæller.",),
        table="method",
        summary="Metoden i korte træk, et emne pr. række.",
        fields=(
            text_field("Emne", tuple(subject for subject, _ in _METHOD)),
            text_field("Metode", tuple(text for _, text in _METHOD)),
        ),
    )


def settings_sheet(statement: Statement) -> Sheet:
    """Make the sheet of the run and the settings that decide figures.

    Args:
        statement: The statement.

    Returns:
        The sheet.
    """
    run = statement.publication
    at = run.published_at.astimezone(COPENHAGEN)
    facts = {
        "Opgørelsesår": str(statement.year),
        "Udgave": edition(statement),
        "Registreringer til og med": long_date(statement.today),
        "Kørsel": run.run_id,
        "Tallene beregnet": f"{long_date(at.date())} kl. {at:%H.%M}",
        "Programkode": run.code_version,
    }
    rows = [("Kørsel", *fact) for fact in facts.items()]
    rows += [
        ("Indstilling", label_of(name), value_text(statement.settings[name])) for name in sorted(statement.settings)
    ]
    return Sheet(
        name="Indstillinger",
        title="Kørslen og de indstillinger, der afgør tallene",
        lines=("Samme leverancer, kode og indstillinger giver de samme tal.",),
        table="settings",
        summary="Kørslens oplysninger og alle indstillinger, der afgør tallene, en pr. række.",
        fields=(
            text_field("Slags", tuple(row[0] for row in rows)),
            text_field("Navn", tuple(row[1] for row in rows)),
            text_field("Værdi", tuple(row[2] for row in rows)),
        ),
    )


def sources_sheet(statement: Statement) -> Sheet:
    """Make the sheet of the deliveries behind the figures.

    Args:
        statement: The statement.

    Returns:
        The sheet.
    """
    run = statement.publication
    rows = run.deliveries
    days = tuple(None if row.extracted_on is None else date.fromisoformat(row.extracted_on[:10]) for row in rows)
    return Sheet(
        name="Datakilder",
        title="De leverancer, tallene hviler på",
        lines=(
            f"Kørsel {run.run_id} med programkode {run.code_version}. Indstillingerne står på arket Indstillinger.",
            "Fingeraftrykket er filens SHA-256: Det viser, om en fil er den, der blev brugt.",
        ),
        table="deliveries",
        summary="En række pr. leverance: kilde, indhold, fil, dato, fingeraftryk, status og antal rækker.",
        fields=(
            text_field("Kilde", tuple(row.source for row in rows)),
            text_field("Indhold", tuple(row.entity for row in rows)),
            text_field("Fil", tuple(row.delivery for row in rows)),
            Field("Dato", Kind.DATE, days, (DATE_FORMAT,)),
            text_field("Fingeraftryk", tuple(row.fingerprint for row in rows)),
            text_field("Status", tuple(_DELIVERY_STATUSES.get(row.status, row.status) for row in rows)),
            count_field("Leverede rækker", tuple(row.delivered_rows for row in rows)),
            count_field("Brugte rækker", tuple(row.accepted_rows for row in rows)),
            count_field("Afviste rækker", tuple(row.rejected_rows for row in rows)),
            count_field("Afviste værdier", tuple(row.rejected_values for row in rows)),
            text_field("Fejl", tuple(row.error for row in rows)),
        ),
    )
