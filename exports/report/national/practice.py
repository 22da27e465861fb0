"""Registration practice: the score cards, the rules, and how practice affects the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from expectations.wording import NATION
from exports.report.blocks import note, number_cell, paragraph
from exports.report.charts import Spread, ranges
from exports.report.document import Align, Block, Cell, Column, Figure, Section, Table
from exports.report.figures import areas, real
from exports.report.national.edition import Edition
from exports.report.phrases import (
    ABSENT,
    listing,
    number,
    percent,
    sentence,
    short_name,
    signed,
)

_DIMENSIONS = {
    "completeness": "Fuldstændighed",
    "validity": "Gyldighed",
    "consistency": "Sammenhæng",
    "timeliness": "Rettidighed",
}
_CONSEQUENCES: Mapping[str, str] = {
    "cvr_valid": (
        "Virksomheden tælles med i antallet af vejledte, men dens alder og regnskaber kendes ikke: målet om "
        "virksomheder under 3 år bliver for lavt, og virksomheden indgår ikke i effektmålingen."
    ),
    "cvr_in_register": "Som ved et ugyldigt CVR-nummer: alder og effekt kan ikke opgøres for virksomheden.",
    "p_number_valid": "Virksomheden placeres efter sit hovedsæde i den geografiske spredning.",
    "p_number_of_company": "Vejledningen kan blive placeret i en forkert kommune.",
    "segment_registered": (
        "Svar og effekt kan ikke henføres til vækst- eller driftssegmentet og udgår af mål pr. segment."
    ),
    "segment_consistent": "Samme virksomhed kan indgå i begge segmenter.",
    "theme_registered": "Forløb om bæredygtighed uden tema udgår af grundlaget for målet om bæredygtighed.",
    "referral_complete": (
        "Målet om henvisninger bygger på virksomhedernes svar og ændres ikke, men henvisningerne kan ikke følges."
    ),
    "evaluation_over_3_hours": "Virksomheder, der skulle have været spurgt, er ikke spurgt; svarene kan blive skæve.",
    "evaluation_all": "Grundlaget for mål, der bygger på brugerevalueringen, bliver mindre og kan blive skævt.",
    "management_decision_over_20_hours": "Ændrer ikke målene, men er et krav i aftalen.",
    "registered_in_time": "Tal opgjort tidligt på året kan stige, når sene registreringer kommer til.",
    "hours_plausible": (
        "Forløb kan fejlagtigt komme over eller under 3 timer og dermed i den forkerte gruppe til evaluering."
    ),
    "no_duplicate_course": "Antal forløb bliver for højt; antal virksomheder ændres ikke.",
    "consent_recorded": "Oplysninger kan ikke deles med kommunen.",
    "course_exists": "Aktiviteten eller svaret indgår ikke i noget mål.",
}


def practice(edition: Edition) -> Section:
    """Write the chapter on registration practice.

    Args:
        edition: The edition.

    Returns:
        The chapter.
    """
    rules = own_rules(edition)
    scores = edition.rows("statement_practice_scores")
    affects = note(
        "Sådan påvirker praksis tallene",
        "Ingen af målene er rettet for mangler i registreringen: det, der ikke er registreret rigtigt, indgår "
        "ikke, eller det indgår, som det er registreret. Tabellen siger, hvad hver regel betyder for målene. "
        "Forskelle mellem husene i registreringspraksis kan derfor forklare en del af forskellene i "
        "resultaterne.",
    )
    blocks: list[Block] = [
        paragraph(
            "Data skal være pålidelige og sammenlignelige, og derfor skal husene have en ensartet registrerings- og "
            "evalueringspraksis (aftalens kapitel 9). Hver regel er kontrolleret for hver registrering, og her "
            "vises, hvor stor en andel der overholder den.",
            lead=True,
        )
    ]
    if not any(row["share_pct"] is not None for row in scores) and not any(row["share"] is not None for row in rules):
        blocks.append(paragraph(f"Der er ingen data om registreringspraksis for {edition.year}."))
    if any(row["share_pct"] is not None for row in scores):
        blocks += [_score_table(scores)]
    blocks.append(affects)
    if any(row["share"] is not None for row in rules):
        blocks += [_consequences(rules), paragraph(_weakest(rules)), *_figure(rules, edition.year)]
    return Section(id="praksis", title="Registreringspraksis", blocks=tuple(blocks), new_page=True)


def own_rules(edition: Edition) -> list[dict[str, Any]]:
    """Read the year's rules for the country and the houses, without what can be put down to no house.

    Args:
        edition: The edition.

    Returns:
        Rows of rule and area.
    """
    known = set(areas())
    return [row for row in edition.rows("statement_practice", year=edition.year) if row["house"] in known]


def _score_table(scores: list[dict[str, Any]]) -> Table:
    """Make the score cards of all areas: share of courses that keep every rule of a dimension."""
    found = {(str(row["house"]), str(row["dimension"])): row for row in scores}
    made = []
    for house in areas():
        if not any(key[0] == house for key in found):
            continue
        cells = []
        for dimension in _DIMENSIONS:
            row = found.get((house, dimension), {})
            share, moved = real(row.get("share_pct")), real(row.get("change_since_last_year"))
            since = "" if moved is None or share is None else f" ({signed(moved, 1)})"
            cells.append(Cell(ABSENT) if share is None else Cell(f"{number(share, 1)}{since}", sort=share))
        made.append((Cell(short_name(house), header=True), *cells))
    return Table(
        id="tabel-praksis",
        caption="Scorekort: andel af forløb, der overholder alle regler (pct.)",
        columns=(Column("Område", width=1.6), *(Column(name, Align.RIGHT) for name in _DIMENSIONS.values())),
        rows=tuple(made),
        notes=(
            "De seneste 12 måneder frem til den nyeste levering. I parentes: ændring i procentpoint i forhold til "
            "de 12 måneder før.",
        ),
    )


def _weakest(rules: list[dict[str, Any]]) -> str:
    """Name the rules that are broken most often, for the country or else anywhere."""
    national = [row for row in rules if row["house"] == NATION and row["share"] is not None]
    broken = sorted((row for row in national if row["share"] < 100), key=lambda row: float(row[("share")]))  # noqa: PLR2004  # Per cent.
    if not national:
        return "Figuren viser andelen for hvert erhvervshus."
    if not broken:
        return "For Danmark som helhed er alle regler overholdt i alle registreringer."
    names = [f"»{row['label']}« ({percent(float(row['share']))})" for row in broken[:3]]
    if len(broken) == 1:
        return sentence(f"for Danmark som helhed er kun én regel ikke overholdt i alle registreringer: {names[0]}")
    return sentence(f"de regler, der oftest ikke overholdes, er for Danmark som helhed {listing(names)}")


def _figure(rules: list[dict[str, Any]], year: int) -> list[Block]:
    """Draw the rules: the country, and how far the houses lie apart."""
    names = list(dict.fromkeys(str(row["rule"]) for row in rules))
    rows = []
    for rule in names:
        mine = [row for row in rules if row["rule"] == rule and row["share"] is not None]
        if mine:
            national = [float(row["share"]) for row in mine if row["house"] == NATION]
            rows.append(
                Spread(
                    str(mine[0]["label"]),
                    tuple(float(row["share"]) for row in mine if row["house"] != NATION) or tuple(national),
                    national[0] if national else None,
                )
            )
    rows.sort(key=lambda row: row.main if row.main is not None else min(row.values))
    told = [f"{row.label} {number(row.main, 1)} pct." for row in rows if row.main is not None]
    caption = f"Andel af registreringer, der overholder hver regel, {year}"
    start = number(min(value for row in rows for value in row.values))
    return [
        Figure(
            id="figur-praksis",
            caption=caption,
            svg=ranges([("", rows)], "Pct.", [None]),
            alternative=sentence(f"andel for Danmark efter regel: {listing(told) or 'ingen data'}"),
            data=rule_table(rules, caption),
            notes=(
                "Rude: Danmark. Korte streger: erhvervshusene; det grå bånd går fra det laveste til det højeste hus. "
                f"Aksen begynder lidt under det laveste tal, {start} pct., og ikke ved nul. Registreringer, som intet "
                "hus kan findes for, indgår ikke.",
            ),
        )
    ]


def rule_table(rules: list[dict[str, Any]], caption: str) -> Table:
    """Make the matrix of rules and areas.

    Args:
        rules: Rows of rule and area.
        caption: The title.

    Returns:
        The table.
    """
    shown = [house for house in areas() if any(row["house"] == house for row in rules)]
    found = {(str(row["rule"]), str(row["house"])): real(row["share"]) for row in rules}
    labels = {str(row["rule"]): str(row["label"]) for row in rules}
    made = tuple(
        (Cell(label, header=True), *(number_cell(found.get((rule, house)), 1) for house in shown))
        for rule, label in labels.items()
    )
    return Table(
        id="figur-praksis-data",
        caption=f"{caption} (pct.)",
        columns=(Column("Regel", width=2.4), *(Column(short_name(house), Align.RIGHT) for house in shown)),
        rows=made,
        compact=True,
        collapsed=True,
    )


def _consequences(rules: list[dict[str, Any]]) -> Table:
    """Say what each rule means for the figures."""
    labels = {str(row["rule"]): str(row["label"]) for row in rules}
    return Table(
        id="tabel-praksis-betydning",
        caption="Hvad det betyder for målene, når en regel ikke overholdes",
        columns=(Column("Regel", width=1.0), Column("Betydning for målene", width=2.0)),
        rows=tuple(
            (Cell(label, header=True), Cell(_CONSEQUENCES[rule]))
            for rule, label in labels.items()
            if rule in _CONSEQUENCES
        ),
    )
