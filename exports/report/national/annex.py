"""The annex: as tables, what the chapters show in part or as pictures; workbook and open data have the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from expectations.wording import NATION
from exports.report.blocks import number_cell, paragraph
from exports.report.document import Align, Block, Cell, Column, Section, Table
from exports.report.figures import area_order, real, text, whole
from exports.report.national.edition import Edition
from exports.report.national.effect import EFFECTS, balance_table
from exports.report.national.geography import municipality_table, own_municipalities
from exports.report.national.practice import own_rules, rule_table
from exports.report.national.summary import row_name, series
from exports.report.phrases import (
    ABSENT,
    bare_value,
    capital,
    decimals_of,
    exact,
    interval_text,
    number,
    segment_name,
    short_name,
)

_COHORT = "cohort"
_ARMS = (
    ("treated", "vaekst", "Vejledte, vækst"),
    ("treated", "drift", "Vejledte, drift"),
    ("control", "vaekst", "Kontrol, vækst"),
    ("control", "drift", "Kontrol, drift"),
)


def annex(edition: Edition) -> Section:
    """Write the annex.

    Args:
        edition: The edition.

    Returns:
        The chapter.
    """
    made: tuple[tuple[str, str, Sequence[Block]], ...] = (
        ("bilag-maal", f"Alle resultater for {edition.year}", _goals(edition)),
        ("bilag-offentliggjort", "Tidligere offentliggjorte tal", _published(edition)),
        ("bilag-kommuner", "Vejledte virksomheder i hver kommune", _municipalities(edition)),
        ("bilag-effekt", "Effekt: de sammenlignede grupper", _effect(edition)),
        ("bilag-frafald", "Effekt: fra forløb til sammenligning", _waterfall(edition)),
        ("bilag-balance", "Effekt: balance mellem grupperne", _balance(edition)),
        ("bilag-foelsomhed", "Effekt: andre valg af metode", _sensitivity(edition)),
        ("bilag-placebo", "Effekt: forskel før vejledningen", _placebo(edition)),
        ("bilag-regler", "Registreringspraksis for hver regel", _rules(edition)),
    )
    return Section(
        id="bilag",
        title="Bilag: tabeller",
        blocks=(
            paragraph(
                "Bilaget viser de tal, som kapitlerne kun viser i uddrag eller som figurer. Alle år, huse og "
                "beregninger findes i regnearket og som åbne data, der udgives sammen med rapporten."
            ),
        ),
        sections=tuple(Section(id=place, title=title, blocks=tuple(blocks)) for place, title, blocks in made if blocks),
        new_page=True,
    )


def _table(
    place: str, caption: str, columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], *notes: str
) -> list[Block]:
    """Make a small table; none without rows."""
    if not rows:
        return []
    return [Table(f"tabel-{place}", caption, tuple(columns), tuple(rows), notes, compact=True)]


def _goals(edition: Edition) -> list[Block]:
    """List the year's figure of every goal for every area with all that is known of it."""
    rows = []
    for measure in edition.measures:
        several = len(series(edition, measure)) > 1
        for figure in sorted(edition.figures(measure), key=lambda one: one.segment != "vaekst"):
            name = row_name(measure, figure.segment, several=several)
            rows.append(
                (
                    Cell(f"{measure.goal_number}. {name}", header=True),
                    Cell(short_name(figure.house)),
                    Cell(bare_value(figure), sort=figure.value),
                    Cell(interval_text(figure.ci_low, figure.ci_high, decimals_of(figure.unit))),
                    Cell(ABSENT if figure.target is None else exact(figure.target), sort=figure.target),
                    Cell("", mark=figure.state.mark),
                    Cell(ABSENT if figure.certain is None else "Ja" if figure.certain else "Nej"),
                    number_cell(figure.n),
                )
            )
    return _table(
        "bilag-maal",
        f"Resultat, mål og grundlag for hvert område, {edition.year}",
        (
            Column("Målepunkt", width=4.9),
            Column("Område", width=1.5),
            Column("Resultat", Align.RIGHT, 1.1),
            Column("95 pct. interval", Align.RIGHT, 1.6),
            Column("Mål", Align.RIGHT, 0.8),
            Column("Status", width=2.0),
            Column("Sikker", width=0.8),
            Column("Grundlag", Align.RIGHT, 1.1),
        ),
        rows,
        "Enheder: antal virksomheder, pct. af svarene, Net Promoter Score og, for mervækst, procentpoint. Sikker: "
        "sikkerhedsintervallet ligger på én side af målet. Grundlag: svar eller virksomheder bag tallet.",
    )


def _published(edition: Edition) -> list[Block]:
    """List what public documents have printed, with the measures' names."""
    labels = {one.measure: one.label for one in reversed(edition.goals.measures)}
    order = list(dict.fromkeys(one.measure for one in (*edition.measures, *edition.goals.measures)))
    found = sorted(
        edition.goals.published,
        key=lambda one: (
            order.index(one.measure) if one.measure in order else len(order),
            one.year,
            area_order(one.house),
        ),
    )
    rows = [
        (
            Cell(labels.get(one.measure, _effect_name(one.measure)), header=True),
            Cell(short_name(one.house)),
            Cell(segment_name(one.segment)),
            Cell(str(one.year), sort=one.year),
            Cell(exact(one.value), sort=one.value),
            Cell(f"{one.source_document}{', ' if one.source_chapter else ''}{one.source_chapter}"),
        )
        for one in found
    ]
    return _table(
        "bilag-offentliggjort",
        "Tal, der er offentliggjort i tidligere dokumenter",
        (
            Column("Måling", width=2.4),
            Column("Område", width=1.2),
            Column("Segment", width=0.9),
            Column("År", Align.RIGHT, 0.6),
            Column("Tal", Align.RIGHT, 0.7),
            Column("Kilde", width=2.6),
        ),
        rows,
    )


def _municipalities(edition: Edition) -> list[Block]:
    """List every municipality, and the companies that lie in none of the house's."""
    rows = own_municipalities(edition)
    if not rows:
        return []
    table = municipality_table(rows, f"Vejledte virksomheder i hver kommune, {edition.year}")
    return [replace(table, id="tabel-bilag-kommuner", collapsed=False)]


def _effect_name(measure: str) -> str:
    """Name an effect goal by what grows."""
    return f"Mervækst i {EFFECTS[measure]}" if measure in EFFECTS else "Målepunkt fra en tidligere aftale"


def _effect(edition: Edition) -> list[Block]:
    """Show for each effect goal how many are compared, and the two groups' own growth."""
    made: list[Block] = []
    for measure in EFFECTS:
        found = edition.rows("statement_effect", goal_year=edition.year, measure=measure)
        found.sort(key=lambda row: (area_order(str(row["house"])), row["scope"] != _COHORT))
        rows = [
            (
                Cell(short_name(str(row["house"])), header=True),
                Cell("Nyeste" if row["scope"] == _COHORT else "Alle"),
                number_cell(whole(row["n_eligible"])),
                number_cell(whole(row["n_treated"])),
                number_cell(real(row["matched_share"]), 1),
                number_cell(whole(row["n_controls"])),
                number_cell(real(row["treated_mean"]), 1),
                number_cell(real(row["control_mean"]), 1),
                number_cell(real(row["att"]), 1),
                Cell(interval_text(real(row["lowest_att"]), real(row["highest_att"]))),
                number_cell(real(row["largest_imbalance"]), 2),
            )
            for row in found
        ]
        made += _table(
            f"bilag-effekt-{measure}".replace("_", "-"),
            f"{_effect_name(measure)}: grupper, vækst og sammenlignelighed, {edition.year}",
            (
                Column("Område", width=1.3),
                Column("År"),
                Column("Egnede", Align.RIGHT),
                Column("Brugt", Align.RIGHT),
                Column("Andel", Align.RIGHT),
                Column("Kontroller", Align.RIGHT),
                Column("Vækst, vejledte", Align.RIGHT),
                Column("Vækst, kontrol", Align.RIGHT),
                Column("Mervækst", Align.RIGHT),
                Column("Andre valg", Align.RIGHT, 1.4),
                Column("Forskel", Align.RIGHT),
            ),
            rows,
        )
    if not made:
        return []
    return [
        paragraph(
            "År: nyeste vejledningsår eller alle år samlet. Brugt: sammenlignede virksomheder; Andel: i pct. af de "
            "egnede. Vækst i pct., mervækst i procentpoint. Andre valg: laveste og højeste mervækst under andre valg "
            "af metode. Forskel: største standardiserede forskel mellem grupperne efter udvælgelsen."
        ),
        *made,
    ]


def _waterfall(edition: Edition) -> list[Block]:
    """Show for the country what left at each step, for those guided and for those they may be compared with."""
    found = edition.rows("statement_effect_waterfall", goal_year=edition.year, house=NATION)
    arms = [arm for arm in _ARMS if any((row["arm"], row["segment"]) == arm[:2] for row in found)]
    steps = {str(row["reason"]): row for row in sorted(found, key=lambda row: int(row["step"]))}
    values = {(row["arm"], row["segment"], row["reason"]): whole(row["companies"]) for row in found}
    shared = [row for row in steps.values() if any((*arm[:2], row["reason"]) in values for arm in arms)]
    rows = [
        (
            Cell(str(row["label"]), header=True),
            *(number_cell(values.get((*arm[:2], str(row["reason"])), 0)) for arm in arms),
        )
        for row in sorted(shared, key=lambda row: _step(text(row["reason"]), int(row["step"])))
        if any(values.get((*arm[:2], row["reason"]), 0) != 0 for arm in arms)
    ]
    return _table(
        "bilag-frafald",
        f"Forløb og virksomheder, der gik fra ved hvert trin, Danmark, {edition.year}",
        (Column("Trin", width=3.2), *(Column(name, Align.RIGHT) for _, _, name in arms)),
        rows,
        "Trin, som intet er gået fra ved, er udeladt.",
    )


def _step(reason: str, step: int) -> tuple[int, int]:
    """Order steps: what there was at first, what left, what is compared."""
    return {"delivered": 0, "matched": 2}.get(reason, 1), step


def _balance(edition: Edition) -> list[Block]:
    """Show the balance of every covariate for the country."""
    rows = [
        row
        for row in edition.rows("statement_effect_balance", goal_year=edition.year, house=NATION, scope=_COHORT)
        if row["smd_after"] is not None and row["smd_before"] is not None
    ]
    if not rows:
        return []
    caption = f"Standardiseret forskel mellem vejledte virksomheder og kontrolgruppe, Danmark, {edition.year}"
    return [replace(balance_table(rows, caption), id="tabel-bilag-balance", collapsed=False)]


def _sensitivity(edition: Edition) -> list[Block]:
    """Show for the country how far each definition of growth spreads; the single results are in the workbook."""
    found = [
        row
        for row in edition.rows("statement_effect_sensitivity", goal_year=edition.year, house=NATION, scope=_COHORT)
        if row["att"] is not None
    ]
    found.sort(key=lambda row: list(EFFECTS).index(str(row["measure"])))
    rows = []
    for measure, label in dict.fromkeys((str(row["measure"]), str(row["label"])) for row in found):
        mine = [row for row in found if (row["measure"], row["label"]) == (measure, label)]
        values = [float(row["att"]) for row in mine]
        chosen = " (den valgte metode)" if any(row["is_headline"] for row in mine) else ""
        rows.append(
            (
                Cell(_effect_name(measure), header=True),
                Cell(f"{capital(label)}{chosen}"),
                number_cell(len(mine)),
                number_cell(min(values), 1),
                number_cell(max(values), 1),
            )
        )
    return _table(
        "bilag-foelsomhed",
        f"Mervækst for Danmark under andre valg af metode (procentpoint), {edition.year}",
        (
            Column("Måling", width=1.8),
            Column("Mål for vækst", width=3.2),
            Column("Antal valg", Align.RIGHT),
            Column("Laveste", Align.RIGHT),
            Column("Højeste", Align.RIGHT),
        ),
        rows,
        f"Hvert valg er et antal kontroller og en grænse for, hvor meget de må afvige. Alle "
        f"{number(len(found))} beregninger for Danmark og dem for husene står i regnearket og i de åbne data.",
    )


def _placebo(edition: Edition) -> list[Block]:
    """Show the growth before the guidance for every area."""
    found = edition.rows("statement_effect_placebo", goal_year=edition.year, scope=_COHORT)
    found.sort(key=lambda row: (list(EFFECTS).index(str(row["measure"])), area_order(str(row["house"]))))
    rows = [
        (
            Cell(_effect_name(str(row["measure"])), header=True),
            Cell(short_name(str(row["house"]))),
            number_cell(whole(row["n_treated"])),
            number_cell(real(row["att"]), 1),
            Cell(interval_text(real(row["ci_low"]), real(row["ci_high"]))),
            Cell(ABSENT if row["holds_zero"] is None else "Ja" if row["holds_zero"] else "Nej"),
        )
        for row in found
    ]
    return _table(
        "bilag-placebo",
        f"Mervækst før vejledningen (procentpoint), {edition.year}",
        (
            Column("Måling", width=2.0),
            Column("Område", width=1.3),
            Column("Virksomheder", Align.RIGHT),
            Column("Mervækst", Align.RIGHT),
            Column("95 pct. interval", Align.RIGHT, 1.4),
            Column("Rummer nul"),
        ),
        rows,
    )


def _rules(edition: Edition) -> list[Block]:
    """Show the share that keeps each rule in each area."""
    rules: list[dict[str, Any]] = own_rules(edition)
    if not rules:
        return []
    caption = f"Andel af registreringer, der overholder hver regel, {edition.year}"
    return [replace(rule_table(rules, caption), id="tabel-bilag-regler", collapsed=False)]
