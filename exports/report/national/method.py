"""Method and definitions: how figures are computed, what is chosen where the documents are silent, settings."""

from __future__ import annotations

from collections.abc import Mapping

from exports.report.blocks import bullets, paragraph
from exports.report.document import Cell, Column, Section, Table, Terms, Text
from exports.report.national.edition import Edition
from exports.report.national.settings import value_of, written
from exports.report.phrases import percent, target_text
from exports.statement.setting_words import LABELS, label_of, value_text

_CHOSEN = (
    "En virksomhed er vejledt i et år, når den har mindst én aktivitet i året på et individuelt forløb eller et "
    "Early Warning-forløb. Kollektive forløb tæller kun, hvor en resultatkontrakt siger det.",
    "En evaluering hører til det år, forløbet sluttede; uden slutdato til det år, evalueringen blev sendt.",
    "Hver virksomhed tæller med sit nyeste besvarede svar i året og, hvor målet er pr. segment, i segmentet. Et "
    "forløb uden CVR-nummer er sin egen enhed.",
    "En virksomhed, der er vejledt af to huse, tæller én gang i hvert hus og én gang for Danmark. Tal for Danmark "
    "er beregnet af alle rækker og ikke som et gennemsnit af husene.",
    "»I dag« er datoen for den nyeste CRM-levering, aldrig datoen for beregningen.",
    "Målet om virksomheder under 3 år gælder 2027. For årene før vises en ret linje fra cirka 600 i 2022 til 1.200 "
    "i 2027, fordelt på huse i samme forhold som målet.",
    "En registrering er rettidig, når forløbet er registreret senest 14 dage efter den første aktivitet.",
    "En ændring mellem to år har sit eget interval, sat sammen af de to tals intervaller (Newcombes metode 10; Zou "
    "og Donner 2008). Den er større, end tilfældigheder kan forklare, når intervallet ikke rummer nul.",
)
_UNCERTAINTY = (
    "Andele af svar: Wilsons interval.",
    "Net Promoter Score: justeret Wald-interval (Rocks 2016); selve scoren er ikke justeret.",
    "Vægtede andele i kendskabsmålingen: normalinterval med lineariseret (Taylor) standardfejl.",
    "Mervækst: Abadie og Imbens' standardfejl for parring med gentagelse (2006), t-fordelt interval.",
    "Optællinger af virksomheder har ikke et interval, fordi alle registrerede virksomheder er talt med.",
)


def method(edition: Edition) -> Section:
    """Write the chapter on method.

    Args:
        edition: The edition.

    Returns:
        The chapter.
    """
    statement = edition.statement
    sections = [
        Section(id="metode-maal", title="Målepunkterne", blocks=(_definitions(edition),)) if edition.measures else None,
        Section(
            id="metode-valgt",
            title="Valgt, hvor dokumenterne er tavse",
            blocks=(
                paragraph(
                    "Aftalerne siger ikke alt om, hvordan målene opgøres. Hvor de er tavse, er der valgt følgende:"
                ),
                bullets(_CHOSEN),
            ),
        ),
        Section(
            id="metode-usikkerhed",
            title="Usikkerhed",
            blocks=(
                paragraph(
                    "Alle intervaller er 95 pct. sikkerhedsintervaller. Status følger resultatet alene; intervallet "
                    "siger, hvor sikker den er."
                ),
                bullets(_UNCERTAINTY),
            ),
        ),
        Section(
            id="metode-fortrolighed",
            title="Fortrolighed",
            blocks=(
                paragraph(
                    f"Et tal vises ikke, når færre end {written(statement, 'disclosure_respondents')} svar eller "
                    f"{written(statement, 'disclosure_companies')} virksomheder ligger bag, og omsætning heller ikke, "
                    "når én virksomhed står for over "
                    f"{percent(100 * value_of(statement, 'disclosure_dominance'), 0)} Kan et skjult tal beregnes af de "
                    "viste, skjules flere tal. Rapport, regneark og åbne data er kontrolleret samlet. Skjulte tal "
                    "vises som »–«, og deres status vises heller ikke. Tal for Danmark omfatter de huse, hvis egne "
                    "tal er skjult."
                ),
            ),
        ),
    ]
    if any(measure.unit == "percentage points" for measure in edition.measures):
        sections.append(
            Section(
                id="metode-effekt",
                title="Effekt i virksomhederne",
                blocks=(
                    paragraph(
                        "Aftalen siger, at virksomhederne skal sammenlignes med en kontrolgruppe af sammenlignelige "
                        "virksomheder, men ikke hvordan. Metoden er fastlagt på forhånd, og dens indstillinger står "
                        "i afsnittet nedenfor med et fingeraftryk, så den ikke kan vælges, efter at resultatet er "
                        "kendt."
                    ),
                    bullets(_effect_steps(edition)),
                ),
            )
        )
    if edition.statement.settings:
        sections.append(
            Section(
                id="metode-indstillinger",
                title="Indstillinger",
                blocks=(_settings(edition.statement.settings),),
            )
        )
    return Section(
        id="metode",
        title="Metode og definitioner",
        sections=tuple(section for section in sections if section is not None),
        new_page=True,
    )


def _definitions(edition: Edition) -> Terms:
    """Define each measure, with its target."""
    items = []
    for measure in edition.measures:
        national = edition.figures(measure)
        targets = {figure.target for figure in national if figure.target is not None}
        target = f" Mål: {target_text(targets.pop(), measure.comparison, measure.unit)}." if len(targets) == 1 else ""
        items.append(
            (
                f"{measure.goal_number}. {measure.label}",
                (Text(f"{measure.definition}{target.replace('pct..', 'pct.')}"),),
            )
        )
    return Terms(tuple(items))


def _settings(settings: Mapping[str, str]) -> Table:
    """Print every setting that decides figures."""
    order = list(LABELS)
    known = sorted(settings, key=lambda key: (order.index(key) if key in order else len(order), key))
    return Table(
        id="tabel-indstillinger",
        caption="Indstillinger, der afgør tal",
        columns=(Column("Indstilling", width=2.0), Column("Værdi", width=1.2)),
        rows=tuple((Cell(label_of(key), header=True), Cell(value_text(settings[key]))) for key in known),
        compact=True,
    )


def _effect_steps(edition: Edition) -> tuple[str, ...]:
    """Say in steps how the effect is measured."""
    statement = edition.statement
    months, years = (
        written(statement, f"effect.cohort.{name}") for name in ("joined_within_months", "outcome_offset_years")
    )
    young = written(statement, "effect.base.startup_years")
    return (
        f"Enheden er ét CVR-nummer. Forløb med under {months} måneder imellem regnes som én vejledning, og "
        "virksomheden indgår kun med sin første. Basisåret er året før vejledningen, og resultatåret er "
        f"{years} år efter, at den sluttede.",
        "Kontrolgruppen hentes blandt virksomheder, der var aktive, har regnskabstal i basisåret og aldrig er vejledt "
        "af et erhvervshus frem til resultatåret.",
        f"Kontrolvirksomheder skal have samme branchegruppe, størrelse, region og alder (under {young} år eller ej) "
        "og samme år. Er der for få, udvides først regionen og så branchen, aldrig størrelsen.",
        "Blandt dem vælges de nærmeste målt på omsætning, årsværk, omsætning pr. årsværk, tidligere vækst og alder "
        "(Mahalanobis-afstand).",
        "Væksten afkortes ved 5. og 95. percentil, så en enkelt virksomhed ikke kan afgøre resultatet. En lukket "
        "virksomhed tæller som −100 pct. i begge grupper.",
        "Mervæksten er gennemsnittet af forskellene mellem hver vejledt virksomhed og dens kontroller, korrigeret for "
        "resterende forskelle.",
    )
