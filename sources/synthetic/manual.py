"""Manual results: what no system counts, as the agreements and contracts have it."""

from dataclasses import astuple, dataclass
from datetime import date

import numpy as np

from sources.synthetic.geography import HOUSES
from sources.synthetic.randomness import generator
from sources.synthetic.settings import SyntheticSettings

_APPROVED, _MET, _NOT_MET = "Godkendt af ERST", "Vurderes opfyldt", "Ikke opfyldt"


@dataclass(frozen=True)
class ManualResult:
    """One row of `manuelt_resultat`, in the contract's order of columns."""

    aftale: str
    maal: str
    erhvervshus: str
    aar: int
    resultat: str
    vurdering: str
    kommentar: str
    vurderet_af: str
    vurderet_dato: date

    def values(self) -> tuple[str | int | date, ...]:
        """The row's values in the contract's order."""
        return astuple(self)


_FIRST_AGREEMENT = (
    ("digital_indgang", "Etableret", _APPROVED),
    (
        "model_for_specialiseret_vejledning",
        "Modellen for vejledning er skabt igennem et øget tæt samarbejde med kommunerne.",
        _MET,
    ),
    (
        "samarbejdsaftaler_nationale_aktoerer",
        "Indgået samarbejdsaftaler med Innovationsfonden, Det Syddanske EU-kontor",
        _MET,
    ),
    (
        "digitalisering_vejledning",
        "Gennemført via digital kompetenceudvikling, digitale projekter og eksterne indlæg",
        _MET,
    ),
    (
        "samarbejde_kommuner",
        "Opnået via møder, dialog og udpegning af KAM til de 13 kommuner.",
        _MET,
    ),
)

_CONTRACTS_2026 = (
    ("sydjylland", "fokus_paa_tyskland", "Tre informationsmøder og to konsortier", _APPROVED, ""),
    ("sydjylland", "faelles_metode", "Fælles forløb gennemført i alle 13 kommuner", _MET, ""),
    ("sydjylland", "kommunedashboards", "12 af 13 kommuner har adgang", _NOT_MET, "Den sidste følger i næste kvartal."),
    ("midtjylland", "midtjysk_erhvervsudviklings_akademi", "Fire kurser afholdt", _APPROVED, ""),
    ("midtjylland", "indsats_ejerskifte", "Fælles indsats aftalt med 19 kommuner", _MET, ""),
    ("midtjylland", "indsats_forsvar", "Aftale er under forberedelse", _NOT_MET, "Forventes indgået efter sommeren."),
)


def make_manual_results(settings: SyntheticSettings) -> tuple[list[ManualResult], list[ManualResult]]:
    """The manual results of the agreements and those of the contracts; none is assessed after today."""
    rng = generator(settings.seed, "manual")
    agreements = [
        ManualResult(
            "2019-2020", goal, "sydjylland", 2019, result, assessment, "", "Erhvervsstyrelsen", date(2020, 6, 15)
        )
        for goal, result, assessment in _FIRST_AGREEMENT
    ]
    for year in (2021, 2022, 2023):
        shares = np.round(rng.normal(77.0, 4.0, len(HOUSES)), 1)
        results = [*zip(HOUSES, shares.tolist(), strict=True), ("danmark", round(float(shares.mean()), 1))]
        agreements.extend(
            ManualResult(
                "2021-2023", "crisis_guidance_effect", house, year, str(share).replace(".", ","), "",
                "Særskilt måling blandt kriseramte virksomheder", "Erhvervsstyrelsen", date(year + 1, 4, 20),
            )
            for house, share in results
        )  # fmt: skip
    contracts = [
        ManualResult(
            f"{house}-2026", goal, house, 2026, result, assessment, comment, "KKR-sekretariatet", date(2026, 9, 1)
        )
        for house, goal, result, assessment, comment in _CONTRACTS_2026
    ]
    return (
        [row for row in agreements if row.vurderet_dato <= settings.today],
        [row for row in contracts if row.vurderet_dato <= settings.today],
    )
