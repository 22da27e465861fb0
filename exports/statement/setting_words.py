"""What the settings that decide a statement's figures are called in Danish, and how their values are written."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.wording import number

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
        return number(float(value), len(value.partition(".")[2].rstrip("0")))
    except ValueError:
        return _WORDS.get(value, value)
