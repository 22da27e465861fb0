"""Provenance: run, time, code, settings, deliveries with fingerprints, and what was rejected."""

from __future__ import annotations

from expectations.wording import COPENHAGEN
from exports.publish import PublishedDelivery
from exports.report.blocks import number_cell, paragraph
from exports.report.document import Align, Cell, Column, Section, Table, Terms, Text
from exports.report.national.edition import Edition
from exports.report.phrases import ABSENT, count, long_date, sentence

_STATUS = {"accepted": "Modtaget", "rejected": "Afvist", "quarantined": "Sat til side", "superseded": "Erstattet"}
_GROUP = 16


def provenance(edition: Edition) -> Section:
    """Write the chapter on provenance.

    Args:
        edition: The edition.

    Returns:
        The chapter.
    """
    publication = edition.statement.publication
    at = publication.published_at.astimezone(COPENHAGEN)
    freeze = edition.statement.freeze
    facts = [
        ("Kørsel", publication.run_id),
        ("Beregnet", f"{long_date(at.date())} kl. {at:%H.%M}"),
        ("Kodens version", publication.code_version),
        ("Opgørelsesår", str(edition.year)),
        ("Nyeste CRM-levering", long_date(edition.statement.today)),
        ("Datavarehus", publication.warehouse),
    ]
    if freeze is None:
        facts.append(("Udgave", "Ikke fastfrosset: tallene kan ændre sig, når der beregnes igen"))
    else:
        frozen = freeze.frozen_at.astimezone(COPENHAGEN)
        facts.append(("Udgave", f"Version {freeze.version}, fastfrosset {long_date(frozen.date())}"))
        if freeze.reason:
            facts.append(("Begrundelse for ny version", freeze.reason))
    return Section(
        id="herkomst",
        title="Herkomst",
        blocks=(
            paragraph(
                "Siden siger, hvilke leverancer, hvilken kode og hvilke indstillinger tallene er beregnet af, så de "
                "kan efterprøves. Fingeraftryk er SHA-256 af den leverede fil."
            ),
            Terms(tuple((term, (Text(value),)) for term, value in facts)),
            paragraph(_rejected(publication.deliveries)),
        ),
        sections=(
            Section(
                id="herkomst-leverancer",
                title="Leverancer",
                blocks=(_deliveries(publication.deliveries),),
            ),
        ),
        new_page=True,
    )


def _rejected(deliveries: tuple[PublishedDelivery, ...]) -> str:
    """Say what was not used."""
    rows = sum(one.rejected_rows for one in deliveries)
    values = sum(one.rejected_values for one in deliveries)
    files = sum(one.status not in {"accepted", "superseded"} for one in deliveries)
    delivered = sum(one.delivered_rows for one in deliveries)
    said = [
        sentence(
            f"der er leveret {count(delivered, 'række', 'rækker')} i {count(len(deliveries), 'fil', 'filer')}; "
            f"{_none_or(rows, 'række', 'rækker')} og {_none_or(values, 'enkelt værdi', 'enkelte værdier')} er afvist"
        )
    ]
    if files:
        said.append(
            sentence(
                f"{count(files, 'fil er', 'filer er')} sat til side, fordi {'den' if files == 1 else 'de'} ikke "
                "kunne læses"
            )
        )
    said.append("Hver afvist række og værdi er opført med fil, linje, kolonne og årsag i filen rejected_rows.parquet.")
    return " ".join(said)


def _none_or(value: int, one: str, many: str) -> str:
    """Write a count, in words when it is nothing."""
    return count(value, one, many) if value else f"ingen {many}"


def _deliveries(deliveries: tuple[PublishedDelivery, ...]) -> Table:
    """List the deliveries."""
    made = tuple(
        (
            Cell(one.delivery, header=True),
            Cell(_STATUS.get(one.status, one.status)),
            number_cell(one.delivered_rows),
            number_cell(one.accepted_rows),
            number_cell(one.rejected_rows),
            number_cell(one.rejected_values),
            Cell(_grouped(one.fingerprint)),
        )
        for one in deliveries
    )
    return Table(
        id="tabel-leverancer",
        caption="Leverancer, som tallene er beregnet af",
        columns=(
            Column("Fil", width=1.9),
            Column("Status", width=0.8),
            Column("Rækker leveret", Align.RIGHT, 0.7),
            Column("Brugt", Align.RIGHT, 0.7),
            Column("Rækker afvist", Align.RIGHT, 0.5),
            Column("Værdier afvist", Align.RIGHT, 0.5),
            Column("Fingeraftryk", width=3.0),
        ),
        rows=made,
        notes=("Fingeraftrykket er skrevet i grupper, så det kan brydes over flere linjer.",),
        compact=True,
    )


def _grouped(fingerprint: str | None) -> str:
    """Write a fingerprint in groups that can stand on lines of their own."""
    if not fingerprint:
        return ABSENT
    return " ".join(fingerprint[at : at + _GROUP] for at in range(0, len(fingerprint), _GROUP))
