"""The settings that decided a statement's figures, as numbers for sentences and as labelled values for the table."""

from __future__ import annotations

from collections.abc import Mapping

from dbt_project.effect.settings import project_settings
from exports.report.phrases import exact
from exports.statement.assemble import effect_settings
from exports.statement.limits import Limits
from exports.statement.statement import Statement

LABELS: Mapping[str, str] = {
    "disclosure_respondents": "Færrest svar bag et vist tal",
    "disclosure_companies": "Færrest virksomheder bag et vist tal",
    "disclosure_dominance": "Største andel, én virksomhed må have af en omsætning, der vises",
    "disclosure_protection": (
        "Usikkerhed om et skjult antal: bredden af det interval, det kan ligge i, ganget med grænsen for svar eller "
        "virksomheder, mindst"
    ),
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
"""What each setting is called in Danish."""

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
    "true": "Ja",
    "false": "Nej",
}
"""What the words among the values mean in Danish."""


def value_of(statement: Statement, name: str) -> float:
    """Read a setting that is a number, as the statement carries it.

    Args:
        statement: The statement.
        name: The setting, as `disclosure_respondents` or `effect.publication.minimum_treated`.

    Returns:
        Its value; of a statement that does not carry it, the value that holds now.

    Raises:
        KeyError: There is no such setting.
    """
    carried = statement.settings.get(name)
    return float(_now()[name] if carried is None else carried)


def written(statement: Statement, name: str) -> str:
    """Write a setting that is a number, for a sentence.

    Args:
        statement: The statement.
        name: The setting.

    Returns:
        The number, as `5` or `0,25`.

    Raises:
        KeyError: There is no such setting.
    """
    return exact(value_of(statement, name))


def label_of(name: str) -> str:
    """Name a setting in Danish.

    Args:
        name: The setting.

    Returns:
        Its label; of a setting that this version does not know, its path between words.
    """
    return LABELS.get(name, f"Tidligere indstilling ({name})")


def value_text(value: str) -> str:
    """Write the value of a setting in Danish.

    Args:
        value: The value as the statement carries it; lists are parted by `; `.

    Returns:
        The value with decimal comma and Danish words.
    """
    return "; ".join(_one(part) for part in value.split("; "))


def _one(value: str) -> str:
    """Write one value."""
    try:
        return exact(float(value))
    except ValueError:
        return _WORDS.get(value, value)


def _now() -> dict[str, str]:
    """Read the settings that hold now."""
    limits = Limits()
    return {
        **effect_settings(project_settings()),
        "disclosure_respondents": str(limits.respondents),
        "disclosure_companies": str(limits.companies),
        "disclosure_dominance": str(limits.dominance),
        "disclosure_protection": str(limits.protection),
    }
