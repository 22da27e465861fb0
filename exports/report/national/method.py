"""Method and definitions: how figures are computed, what is chosen where the documents are silent, settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dbt_project.effect.settings import project_settings
from exports.report.blocks import bullets, paragraph
from exports.report.document import Cell, Column, Section, Table, Terms, Text
from exports.report.national.edition import Edition
from exports.report.phrases import exact, target_text

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
_EFFECT_STEPS = (
    "Enheden er ét CVR-nummer. Forløb med under 12 måneder imellem regnes som én vejledning, og virksomheden indgår "
    "kun med sin første. Basisåret er året før vejledningen, og resultatåret er to år efter, at den sluttede.",
    "Kontrolgruppen hentes blandt virksomheder, der var aktive, har regnskabstal i basisåret og aldrig er vejledt "
    "af et erhvervshus frem til resultatåret.",
    "Kontrolvirksomheder skal have samme branchegruppe, størrelse, region og alder (under 3 år eller ej) og samme "
    "år. Er der for få, udvides først regionen og så branchen, aldrig størrelsen.",
    "Blandt dem vælges de nærmeste målt på omsætning, årsværk, omsætning pr. årsværk, tidligere vækst og alder "
    "(Mahalanobis-afstand).",
    "Væksten afkortes ved 5. og 95. percentil, så en enkelt virksomhed ikke kan afgøre resultatet. En lukket "
    "virksomhed tæller som −100 pct. i begge grupper.",
    "Mervæksten er gennemsnittet af forskellene mellem hver vejledt virksomhed og dens kontroller, korrigeret for "
    "resterende forskelle.",
)
_LABELS: Mapping[str, str] = {
    "disclosure_respondents": "Færrest svar bag et vist tal",
    "disclosure_companies": "Færrest virksomheder bag et vist tal",
    "disclosure_dominance": "Største andel, én virksomhed må have af en omsætning, der vises",
    "effect_settings_fingerprint": "Fingeraftryk af effektmetodens indstillinger",
    "effect.version": "Effektmetodens version",
    "effect.cohort.outcome_offset_years": "Resultatår: år efter, at vejledningen sluttede",
    "effect.cohort.joined_within_months": (
        "Forløb regnes for samme vejledning, når der er under så mange måneder imellem"
    ),
    "effect.cohort.complete_year_share": (
        "Andel af forrige års virksomheder, der skal have regnskab, før et år er komplet"
    ),
    "effect.base.revenue_floor_tkr": "Bundgrænse for omsætning i basisåret (1.000 kr.)",
    "effect.base.full_time_equivalents_floor": "Bundgrænse for årsværk i basisåret",
    "effect.base.startup_years": "Ny virksomhed: under så mange år ved udgangen af basisåret",
    "effect.pool.active_when_end_year_ended": (
        "Begge grupper skal være aktive ved udgangen af det år, vejledningen sluttede"
    ),
    "effect.pool.minimum_controls": "Færrest mulige kontroller pr. vejledt virksomhed, før gruppen udvides",
    "effect.matching.neighbours": "Antal kontroller pr. vejledt virksomhed",
    "effect.matching.covariates": "Egenskaber i afstanden",
    "effect.matching.calipers.log_revenue": "Største forskel i logaritmen af omsætning",
    "effect.matching.calipers.prior_growth_sd": "Største forskel i tidligere vækst (standardafvigelser)",
    "effect.outcome.headline": "Mål for vækst",
    "effect.estimate.bias_adjust": "Korrektion for resterende forskelle",
    "effect.publication.minimum_treated": "Færrest sammenlignede virksomheder for et hus' tal",
    "effect.publication.minimum_treated_at_all": "Færrest sammenlignede virksomheder for noget tal",
    "effect.publication.balance_good": "God balance: standardiseret forskel under",
    "effect.publication.balance_blocks": "Ingen offentliggørelse: standardiseret forskel over",
    "effect.publication.matched_share_percent": (
        "Færrest sammenlignede af de egnede, før tallet mærkes som ikke repræsentativt (pct.)"
    ),
    "effect.publication.reuse_percent": "Advarsel: én kontrol bruges for over så stor en andel (pct.)",
    "effect.sensitivity.neighbours": "Følsomhed: antal kontroller",
    "effect.sensitivity.caliper_factors": "Følsomhed: grænser ganget med (0: ingen grænser)",
    "effect.sensitivity.definitions": "Følsomhed: mål for vækst",
}


_FINGERPRINT = "effect_settings_fingerprint"
_WORDS: Mapping[str, str] = {
    "log_revenue": "omsætning",
    "log_full_time_equivalents": "årsværk",
    "log_productivity": "omsætning pr. årsværk",
    "prior_growth": "tidligere vækst",
    "log_age": "alder",
    "winsorised_5_95": "vækst i pct., afkortet ved 5. og 95. percentil",
    "winsorised_1_99": "vækst i pct., afkortet ved 1. og 99. percentil",
    "symmetric": "symmetrisk vækst",
    "log_survivors": "logaritmisk vækst blandt overlevende",
}


def method(edition: Edition) -> Section:
    """Write the chapter on method.

    Args:
        edition: The edition.

    Returns:
        The chapter.
    """
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
                    "Et tal vises ikke, når færre end fem svar eller tre virksomheder ligger bag, og omsætning "
                    "heller ikke, når én virksomhed står for over tre fjerdedele. Kan et skjult tal beregnes af de "
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
                    bullets(_EFFECT_STEPS),
                ),
            )
        )
    if edition.statement.settings:
        sections.append(
            Section(
                id="metode-indstillinger",
                title="Indstillinger",
                blocks=(_settings({**edition.statement.settings, **_effect_settings(edition)}),),
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


def _effect_settings(edition: Edition) -> dict[str, str]:
    """Read the settings of the effect method, when they are those that the statement's figures carry."""
    settings = project_settings()
    if settings.fingerprint != edition.statement.settings.get(_FINGERPRINT):
        return {}
    return dict(_flat(settings.model_dump(mode="json"), "effect"))


def _flat(settings: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    """Name each setting by its path, and write its value."""
    for name, value in settings.items():
        place = f"{prefix}.{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, place)
        elif isinstance(value, list | tuple):
            yield place, "; ".join(_written(one) for one in value)
        else:
            yield place, _written(value)


def _written(value: object) -> str:
    """Write a value of a setting for Danish readers."""
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, int | float):
        return exact(float(value))
    return _WORDS.get(str(value), str(value))


def _settings(settings: Mapping[str, str]) -> Table:
    """Print every setting that decides figures."""
    order = list(_LABELS)
    known = sorted(settings, key=lambda key: (order.index(key) if key in order else len(order), key))
    return Table(
        id="tabel-indstillinger",
        caption="Indstillinger, der afgør tal",
        columns=(Column("Indstilling", width=2.4), Column("Værdi", width=1.2), Column("Navn i opgørelsen", width=1.6)),
        rows=tuple(
            (
                Cell(_LABELS.get(key, key), header=True),
                Cell(settings[key].replace(".", ",") if _is_number(settings[key]) else settings[key]),
                Cell(key),
            )
            for key in known
        ),
        compact=True,
    )


def _is_number(text: str) -> bool:
    """Say whether a setting is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
