"""What a figure does not say, measure by measure: the sentence that stands beside every result."""

from __future__ import annotations

from collections.abc import Mapping

_SURVEY = (
    "Tallet viser, hvad de virksomheder, der har svaret, mener. Virksomheder, der ikke har svaret, kan have en anden "
    "opfattelse, og forskelle mellem husene kan skyldes, at de vejleder forskellige virksomheder."
)
_EFFECT = (
    "Mervæksten er forskellen til sammenlignelige virksomheder, der ikke er vejledt. Sammenligningen fjerner ikke, "
    "at virksomheder, der søger vejledning, kan have større ambitioner end andre. For et enkelt hus er intervallet "
    "bredt, og forskelle mellem husene bør tolkes med forsigtighed."
)

LIMITS: Mapping[str, str] = {
    "entrepreneurs_guided": (
        "Tallet er en optælling af virksomheder, ikke et mål for kvaliteten af vejledningen eller for, hvordan det "
        "går virksomhederne. Virksomheder uden kendt startdato i CVR tælles ikke med, og førstartere uden "
        "CVR-nummer heller ikke. En virksomhed, der er vejledt af to huse, tæller ét sted i hvert hus og kun én "
        "gang for Danmark."
    ),
    "companies_guided": (
        "Tallet er en optælling af virksomheder, ikke et mål for kvaliteten af vejledningen. Førstartere uden "
        "CVR-nummer tælles ikke med."
    ),
    "awareness": (
        "Kendskab er ikke brug: tallet viser, om virksomhederne har hørt om huset, ikke om de har fået hjælp. "
        "Målingen er en stikprøve med vægte, så små forskelle mellem huse eller målinger kan skyldes "
        "tilfældigheder."
    ),
    "awareness_of_offers": (
        "Grundlaget er kun de virksomheder, der kender huset. Stiger kendskabet, kommer der flere i grundlaget, som "
        "kun lige har hørt om huset; andelen kan derfor falde, uden at færre virksomheder i alt kender tilbuddene."
    ),
    "awareness_of_sustainability_offers": (
        "Grundlaget er kun de virksomheder, der kender huset, og spørgsmålet er, hvad de tror, at huset tilbyder, "
        "ikke hvad de har benyttet."
    ),
    "nps": (
        f"{_SURVEY} Scoren er andelen, der giver 9 eller 10, minus andelen, der giver 0 til 6; den går fra −100 til "
        "100 og er ikke en procentandel."
    ),
    "competence_satisfaction": _SURVEY,
    "referral_used": (
        f"{_SURVEY} Kun virksomheder, der selv angiver at være henvist, indgår; tallet siger ikke, om henvisningen "
        "var relevant."
    ),
    "sustainability_helped": (
        f"{_SURVEY} Kun virksomheder, hvis forløb er registreret med temaet bæredygtighed, indgår; manglende "
        "registrering af tema gør grundlaget mindre."
    ),
    "expected_effect": f"{_SURVEY} Svarene er forventninger, ikke målt effekt.",
    "expected_effect_digital": f"{_SURVEY} Svarene er forventninger, ikke målt effekt.",
    "new_companies_share": (
        "Tallet siger, om virksomheden er ny for huset i forhold til året før, ikke om den er ny for erhvervshusene "
        "eller for det øvrige erhvervsfremmesystem."
    ),
    "crisis_guidance_effect": (
        "Tallet kommer fra en særskilt undersøgelse og er leveret som et færdigt resultat; grundlag og usikkerhed "
        "er ikke leveret med."
    ),
    "guidance_influenced_company": (
        "Tallet kendes kun fra den offentliggjorte opgørelse eller som et færdigt resultat; grundlag og usikkerhed "
        "er ikke leveret med."
    ),
    "excess_revenue_growth": _EFFECT,
    "excess_employment_growth": _EFFECT,
    "excess_productivity_growth": (
        f"{_EFFECT} Produktivitet er omsætning pr. årsværk, som aftalen selv kalder en tilnærmelse, og kan kun måles "
        "for virksomheder, der stadig findes."
    ),
}
"""What the reader is told about each measure, in Danish."""
