"""The effect in the companies: results, who was left out, balance, sensitivity, placebo, survival, small companies."""

from __future__ import annotations

from typing import Any

from expectations.wording import NATION
from exports.report.blocks import anchor, note, number_cell, paragraph
from exports.report.charts import Balance, Bar, Loss, Panel, Spread, intervals, love_plot, ranges, waterfall
from exports.report.document import Align, Block, Cell, Column, Figure, NoteKind, Section, Table
from exports.report.figures import SEGMENTS, area_order, real, whole
from exports.report.national.edition import Edition
from exports.report.national.settings import value_of, written
from exports.report.phrases import (
    ABSENT,
    area_name,
    count,
    exact,
    interval_text,
    listing,
    number,
    percent,
    points,
    segment_name,
    sentence,
    short_name,
    target_text,
)

EFFECTS = {
    "excess_revenue_growth": "omsætning",
    "excess_employment_growth": "beskæftigelse",
    "excess_productivity_growth": "produktivitet",
}
"""What grows, by the measure of each effect goal."""

_COHORT, _POOLED = "cohort", "pooled"
_EARLY_WARNING = "early_warning"
_VERDICTS = {"met": "opfyldt", "not_met": "ikke opfyldt"}


def effect(edition: Edition) -> Section | None:
    """Write the chapter on effect.

    Args:
        edition: The edition.

    Returns:
        The chapter; None when the year's agreement has no effect goals.
    """
    if not any(measure.measure in EFFECTS for measure in edition.measures):
        return None
    rows = edition.rows("statement_effect", goal_year=edition.year)
    opening = paragraph(
        "Effekten er mervækst i forhold til sammenlignelige virksomheder: de vejledte virksomheders vækst fra året "
        "før vejledningen til to år efter, at den sluttede, minus væksten i en kontrolgruppe af virksomheder, der "
        "ikke er vejledt, men lignede dem før vejledningen.",
        lead=True,
    )
    if not any(row["att"] is not None for row in rows):
        why = list(dict.fromkeys(str(row["reason"]) for row in rows if row["reason"]))
        said = f"For {edition.year} er der endnu ingen effekttal, der kan vises."
        blocks: tuple[Block, ...] = (opening, paragraph(said), *(paragraph(sentence(reason)) for reason in why))
        return Section(id="effekt", title="Effektmåling med kontrolgruppe", blocks=blocks, new_page=True)
    return Section(
        id="effekt",
        title="Effektmåling med kontrolgruppe",
        blocks=(
            opening,
            paragraph(
                f"Resultaterne for {edition.year} gælder vejledning, der sluttede i {edition.year - 2}. De enkelte "
                "mål er gennemgået i kapitlet om effektmålet; her står det, som en læser skal bruge for at vurdere, "
                "om sammenligningen er rimelig."
            ),
            note(
                "Hvad effekttallene ikke siger",
                "Kontrolgruppen ligner de vejledte virksomheder i størrelse, branche, landsdel, alder og tidligere "
                "vækst. Den fjerner ikke, at virksomheder, der søger vejledning, kan have større ambitioner end "
                "andre.",
            ),
        ),
        sections=tuple(
            section
            for section in (
                _results(edition, rows),
                _left_out(edition),
                _balance(edition),
                _sensitivity(edition, rows),
                _placebo(edition),
                _survival(edition),
                _small(edition),
            )
            if section is not None
        ),
        new_page=True,
    )


def _results(edition: Edition, rows: list[dict[str, Any]]) -> Section:
    """Show the newest cohort and the cohorts pooled, for every area."""
    ordered = sorted(
        rows, key=lambda row: (list(EFFECTS).index(str(row["measure"])), area_order(str(row["house"])), row["scope"])
    )
    said = [
        sentence(
            f"målt på {EFFECTS[str(row['measure'])]} er mervæksten for Danmark {points(real(row['att']))} for "
            f"{_cohort_words(row, edition.year)} (95 pct. sikkerhedsinterval: "
            f"{interval_text(row['ci_low'], row['ci_high'])})"
        )
        for row in ordered
        if row["house"] == NATION and row["att"] is not None
    ]
    blocks: list[Block] = [
        paragraph(
            "Måltallet er det nyeste afsluttede vejledningsår. Ved siden af står alle vejledningsår samlet, som er "
            "mere sikkert, fordi det bygger på flere virksomheder. Hvor et hus har under "
            f"{written(edition.statement, 'effect.publication.minimum_treated')} sammenlignede virksomheder i det "
            "nyeste år, vises kun de samlede år, og under "
            f"{written(edition.statement, 'effect.publication.minimum_treated_at_all')} vises intet."
        )
    ]
    blocks += [paragraph(text) for text in said]
    blocks += [
        _result_table(measure, ordered) for measure in EFFECTS if any(row["measure"] == measure for row in ordered)
    ]
    return Section(id="effekt-resultater", title="Nyeste år og alle år samlet", blocks=tuple(blocks))


def _cohort_words(row: dict[str, Any], year: int) -> str:
    """Name the cohorts of a row inside a sentence."""
    return (
        f"vejledning afsluttet i {year - 2}"
        if row["scope"] == _COHORT
        else f"alle vejledningsår til og med {year - 2} samlet"
    )


def _result_table(measure: str, rows: list[dict[str, Any]]) -> Table:
    """Make the table of one measure: each area's newest year beside the pooled one."""
    mine = [row for row in rows if row["measure"] == measure]
    houses = list(dict.fromkeys(str(row["house"]) for row in mine))
    found = {(str(row["house"]), str(row["scope"])): row for row in mine}
    made = []
    for house in houses:
        cells = [Cell(short_name(house), header=True)]
        for scope in (_COHORT, _POOLED):
            row = found.get((house, scope), {})
            cells += [
                number_cell(whole(row.get("n_treated"))),
                number_cell(real(row.get("att")), 1),
                Cell(interval_text(real(row.get("ci_low")), real(row.get("ci_high")))),
            ]
        own = next(
            (
                found[(house, scope)]
                for scope in (_COHORT, _POOLED)
                if found.get((house, scope), {}).get("is_goal_figure")
            ),
            {},
        )
        cells.append(Cell(_VERDICTS.get(str(own.get("verdict")), ABSENT)))
        made.append(tuple(cells))
    target = next((row for row in mine if row["target"] is not None), None)
    comparison = "more_than" if measure == "excess_productivity_growth" else "at_least"
    words = "" if target is None else f", mål: {target_text(real(target['target']), comparison, 'percentage points')}"
    why = [
        sentence(
            f"{area_name(str(row['house']))}: {str(row['reason'])[:1].lower()}{str(row['reason'])[1:].rstrip('.')}"
        )
        for row in mine
        if row["reason"] and row["scope"] == _COHORT
    ]
    return Table(
        id=anchor("tabel-effekt", measure),
        caption=f"Mervækst i {EFFECTS[measure]} (procentpoint, {SEGMENTS[str(mine[0]['segment'])]}segmentet{words})",
        columns=(
            Column("Område", width=1.4),
            Column("Antal, nyeste år", Align.RIGHT),
            Column("Mervækst, nyeste år", Align.RIGHT),
            Column("Interval, nyeste år", Align.RIGHT, 1.2),
            Column("Antal, alle år", Align.RIGHT),
            Column("Mervækst, alle år", Align.RIGHT),
            Column("Interval, alle år", Align.RIGHT, 1.2),
            Column("Målet er", width=1.5),
        ),
        rows=tuple(made),
        notes=(
            "Antal: sammenlignede virksomheder. Interval: 95 pct. sikkerhedsinterval. Status følger resultatet, som "
            "aftalen lyder; intervallet siger, hvor sikkert "
            "det er.",
            *why,
        ),
    )


def _left_out(edition: Edition) -> Section | None:
    """Show which guidance is compared and which is not, step by step."""
    rows = [
        row
        for row in edition.rows("statement_effect_waterfall", goal_year=edition.year, house=NATION)
        if row["arm"] == "treated"
    ]
    figures: list[Block] = []
    for segment in ("vaekst", "drift"):
        steps = sorted((row for row in rows if row["segment"] == segment), key=lambda row: int(row["step"]))
        if any(row["companies"] is None for row in steps) or not steps:
            continue
        figures.append(_waterfall(segment, steps))
    if not figures:
        return None
    pool = [
        row
        for row in edition.rows("statement_effect", goal_year=edition.year, house=NATION, scope=_COHORT)
        if row["n_controls"] is not None
    ]
    used = [
        f"{count(int(row['n_controls']), 'virksomhed', 'virksomheder')} for {EFFECTS[str(row['measure'])]}"
        for row in pool
    ]
    blocks: list[Block] = [
        paragraph(
            "Ikke al vejledning kan indgå i sammenligningen. Figurerne viser for Danmark, hvor mange forløb der er "
            "leveret for det vejledningsår og de år før, der måles på, hvad der er gået fra ved hvert trin og "
            "hvorfor, og hvor mange virksomheder der er sammenlignet."
        ),
        *figures,
    ]
    if used:
        blocks.append(paragraph(sentence(f"kontrolgruppen består i det nyeste vejledningsår af {listing(used)}")))
    return Section(id="effekt-frafald", title="Hvem indgår, og hvem gør ikke", blocks=tuple(blocks))


def _waterfall(segment: str, steps: list[dict[str, Any]]) -> Figure:
    """Draw the waterfall of one segment."""
    delivered = next((int(row["companies"]) for row in steps if row["reason"] == "delivered"), 0)
    losses = []
    remaining = delivered
    for row in steps:
        if row["reason"] in {"delivered", "matched"} or int(row["companies"]) == 0:
            continue
        remaining -= int(row["companies"])
        losses.append(Loss(str(row["label"]), int(row["companies"]), remaining))
    place = anchor("figur-frafald", segment)
    caption = f"Fra leverede forløb til sammenlignede virksomheder, {SEGMENTS[segment]}segmentet"
    return Figure(
        id=place,
        caption=caption,
        svg=waterfall(delivered, losses, "Leverede forløb", "Sammenlignede virksomheder"),
        alternative=sentence(
            f"af {number(delivered)} leverede forløb er {number(remaining)} virksomheder sammenlignet; resten er "
            f"gået fra i {count(len(losses), 'trin', 'trin')}"
        ),
        data=Table(
            id=f"{place}-data",
            caption=caption,
            columns=(Column("Trin", width=3.0), Column("Antal", Align.RIGHT)),
            rows=tuple((Cell(str(row["label"]), header=True), number_cell(whole(row["companies"]))) for row in steps),
            compact=True,
            collapsed=True,
        ),
        notes=("Trin, som intet er gået fra ved, er udeladt af figuren og står i tabellen.",),
    )


def _balance(edition: Edition) -> Section | None:
    """Show how alike the groups are."""
    rows = [
        row
        for row in edition.rows("statement_effect_balance", goal_year=edition.year, house=NATION, scope=_COHORT)
        if row["smd_after"] is not None and row["smd_before"] is not None
    ]
    if not rows:
        return None
    groups = list(dict.fromkeys(str(row["match_group"]) for row in rows))
    worst = max(abs(float(row["smd_after"])) for row in rows)
    good, blocks = (value_of(edition.statement, f"effect.publication.balance_{limit}") for limit in ("good", "blocks"))
    verdict = (
        f"under {exact(good)}, som regnes for en god balance"
        if worst < good
        else f"mellem {exact(good)} og {exact(blocks)}, så balancen er acceptabel, men ikke god"
        if worst <= blocks
        else f"over {exact(blocks)}, og tal, der bygger på det, vises ikke"
    )
    caption = f"Forskelle mellem vejledte virksomheder og kontrolgruppe før og efter udvælgelsen, {edition.year}"
    return Section(
        id="effekt-balance",
        title="Ligner grupperne hinanden?",
        blocks=(
            paragraph(
                "Jo tættere punkterne ligger på nul, jo mere ligner kontrolgruppen de vejledte virksomheder. "
                "Forskellene er målt i standardafvigelser. Efter udvælgelsen er den største forskel "
                f"{number(worst, 2)}, det vil sige {verdict}."
            ),
            Figure(
                id="figur-balance",
                caption=caption,
                svg=love_plot(
                    [
                        (
                            _group_name(group),
                            [
                                Balance(str(row["label"]), float(row["smd_before"]), float(row["smd_after"]))
                                for row in rows
                                if row["match_group"] == group
                            ],
                        )
                        for group in groups
                    ],
                    good,
                    blocks,
                ),
                alternative=sentence(
                    "den største standardiserede forskel er "
                    f"{number(max(abs(float(row['smd_before'])) for row in rows), 2)} før og {number(worst, 2)} "
                    "efter udvælgelsen"
                ),
                data=balance_table(rows, caption),
                notes=(
                    f"Hult punkt: før udvælgelsen. Udfyldt punkt: efter. Prikkede linjer: ±{exact(good)}. Fuldt "
                    f"optrukne linjer: ±{exact(blocks)}.",
                ),
            ),
        ),
    )


def balance_table(rows: list[dict[str, Any]], caption: str) -> Table:
    """Make the table of differences before and after matching.

    Args:
        rows: Rows of matched group and covariate, with figures.
        caption: The title.

    Returns:
        The table, folded.
    """
    return Table(
        id="figur-balance-data",
        caption=caption,
        columns=(
            Column("Gruppe", width=2.2),
            Column("Egenskab", width=2.0),
            Column("Forskel før", Align.RIGHT),
            Column("Forskel efter", Align.RIGHT),
            Column("Forhold mellem varianser", Align.RIGHT, 1.2),
        ),
        rows=tuple(
            (
                Cell(_group_name(str(row["match_group"])), header=True),
                Cell(str(row["label"])),
                number_cell(real(row["smd_before"]), 2),
                number_cell(real(row["smd_after"]), 2),
                number_cell(real(row["variance_ratio"]), 2),
            )
            for row in rows
        ),
        compact=True,
        collapsed=True,
    )


def _group_name(group: str) -> str:
    """Name a matched group of companies."""
    names = {
        "vaekst": "Vækstsegmentet",
        "drift": "Driftssegmentet",
        "drift_survivors": "Driftssegmentet, virksomheder der stadig findes",
    }
    return names.get(group, f"{segment_name(group)}segmentet" if group in SEGMENTS else group)


def _sensitivity(edition: Edition, rows: list[dict[str, Any]]) -> Section | None:
    """Show how far the results depend on the choices of method."""
    grid = [
        row
        for row in edition.rows("statement_effect_sensitivity", goal_year=edition.year, house=NATION, scope=_COHORT)
        if row["att"] is not None
    ]
    if not grid:
        return None
    panels, targets, said = [], [], []
    for measure, word in EFFECTS.items():
        mine = [row for row in grid if row["measure"] == measure]
        if not mine:
            continue
        spreads = []
        for label in dict.fromkeys(str(row["label"]) for row in mine):
            of_label = [row for row in mine if row["label"] == label]
            main = next((real(row["att"]) for row in of_label if row["is_headline"]), None)
            spreads.append(Spread(label, tuple(float(row["att"]) for row in of_label), main))
        panels.append((f"Mervækst i {word}", sorted(spreads, key=lambda one: one.main is None)))
        target = next((real(row["target"]) for row in rows if row["measure"] == measure), None)
        targets.append(target)
        low, high = min(float(row["att"]) for row in mine), max(float(row["att"]) for row in mine)
        reached = "" if target is None else _reached(low, high, target)
        said.append(
            sentence(f"for {word} ligger mervæksten mellem {number(low, 1)} og {points(high).lstrip('+')}{reached}")
        )
    caption = f"Mervækst for Danmark under andre valg af metode, {edition.year}"
    return Section(
        id="effekt-foelsomhed",
        title="Afhænger resultatet af metoden?",
        blocks=(
            paragraph(
                "Metoden er fastlagt på forhånd. For at se, hvor meget den betyder, er mervæksten også beregnet med "
                "andre antal kontrolvirksomheder, andre grænser for, hvor meget de må afvige, og andre mål for "
                "vækst."
            ),
            paragraph(" ".join(said)),
            Figure(
                id="figur-foelsomhed",
                caption=caption,
                svg=ranges(panels, "Procentpoint", targets),
                alternative=" ".join(said),
                data=Table(
                    id="figur-foelsomhed-data",
                    caption=caption,
                    columns=(
                        Column("Mål", width=1.4),
                        Column("Mål for vækst", width=2.2),
                        Column("Antal kontroller", Align.RIGHT),
                        Column("Grænse (gange)", Align.RIGHT),
                        Column("Virksomheder", Align.RIGHT),
                        Column("Mervækst", Align.RIGHT),
                        Column("95 pct. interval", Align.RIGHT, 1.3),
                    ),
                    rows=tuple(
                        (
                            Cell(f"Mervækst i {EFFECTS[str(row['measure'])]}", header=True),
                            Cell(str(row["label"])),
                            number_cell(whole(row["neighbours"])),
                            Cell(
                                "Ingen"
                                if float(row["caliper_factor"]) == 0
                                else number(float(row["caliper_factor"]), 1)
                            ),
                            number_cell(whole(row["n_treated"])),
                            number_cell(real(row["att"]), 1),
                            Cell(interval_text(real(row["ci_low"]), real(row["ci_high"]))),
                        )
                        for row in grid
                    ),
                    compact=True,
                    collapsed=True,
                ),
                notes=("Rude: den valgte metode. Korte streger: andre valg. Lodret streg: målet.",),
            ),
        ),
    )


def _reached(low: float, high: float, target: float) -> str:
    """Say whether the target is reached under every choice, as the rest of a sentence."""
    if low >= target and low > 0:
        return ", og målet er nået under alle valg"
    if high < target:
        return ", og målet er ikke nået under noget valg"
    return ", så det afhænger af valget, om målet er nået"


def _placebo(edition: Edition) -> Section | None:
    """Show the growth before the guidance, which should not differ."""
    rows = [
        row
        for row in edition.rows("statement_effect_placebo", goal_year=edition.year, scope=_COHORT)
        if row["att"] is not None and row["house"] == NATION
    ]
    if not rows:
        return None
    fails = [row for row in rows if row["holds_zero"] is False]
    said = (
        "Intervallerne rummer nul for alle mål: der er ikke tegn på, at grupperne voksede forskelligt i forvejen."
        if not fails
        else sentence(
            f"for {listing([EFFECTS[str(row['measure'])] for row in fails])} rummer intervallet ikke nul. "
            "Grupperne voksede altså forskelligt, allerede før vejledningen, og effekttallet bør læses med det "
            "forbehold"
        )
    )
    bars = tuple(
        Bar(
            f"Mervækst i {EFFECTS[str(row['measure'])]}",
            float(row["att"]),
            real(row["ci_low"]),
            real(row["ci_high"]),
            0.0,
            filled=bool(row["holds_zero"]),
            note=number(float(row["att"]), 1),
        )
        for row in rows
    )
    told = [f"{EFFECTS[str(row['measure'])]} {number(float(row['att']), 1)}" for row in rows]
    caption = f"Mervækst før vejledningen (placebo), Danmark, {edition.year}"
    blocks: list[Block] = [
        paragraph(
            "Som kontrol er mervæksten også beregnet i en periode før vejledningen, som ikke er brugt til at finde "
            f"kontrolgruppen. Her kan vejledningen ikke have virket, og mervæksten bør være nul. {said}"
        ),
        Figure(
            id="figur-placebo",
            caption=caption,
            svg=intervals([Panel("", bars)], "Procentpoint"),
            alternative=sentence(f"mervækst før vejledningen: {listing(told)}"),
            data=Table(
                id="figur-placebo-data",
                caption=caption,
                columns=(
                    Column("Mål", width=1.8),
                    Column("Virksomheder", Align.RIGHT),
                    Column("Mervækst før vejledningen", Align.RIGHT),
                    Column("95 pct. interval", Align.RIGHT),
                    Column("Rummer nul"),
                ),
                rows=tuple(
                    (
                        Cell(f"Mervækst i {EFFECTS[str(row['measure'])]}", header=True),
                        number_cell(whole(row["n_treated"])),
                        number_cell(real(row["att"]), 1),
                        Cell(interval_text(real(row["ci_low"]), real(row["ci_high"]))),
                        Cell("Ja" if row["holds_zero"] else "Nej"),
                    )
                    for row in rows
                ),
                collapsed=True,
            ),
            notes=("Udfyldt punkt: intervallet rummer nul. Hult punkt: det gør det ikke. Lodret streg: nul.",),
        ),
    ]
    if fails:
        blocks.append(
            note(
                "Grupperne voksede forskelligt før vejledningen",
                "En del af den målte mervækst kan skyldes forskelle, som også fandtes før vejledningen.",
                NoteKind.WARNING,
            )
        )
    return Section(id="effekt-placebo", title="Var der forskel allerede før vejledningen?", blocks=tuple(blocks))


def _survival(edition: Edition) -> Section | None:
    """Show how many companies survived."""
    rows = edition.rows("statement_effect_survival", goal_year=edition.year, scope=_COHORT)
    if not any(row["difference"] is not None for row in rows):
        return None
    rows.sort(key=_segment_order)
    made = tuple(
        (
            Cell(f"{short_name(str(row['house']))}, {_segment(row)}", header=True),
            number_cell(whole(row["n"])),
            number_cell(real(row["survived_share"]), 1),
            number_cell(real(row["control_survived_share"]), 1),
            number_cell(real(row["difference"]), 1),
            Cell(interval_text(real(row["ci_low"]), real(row["ci_high"]))),
        )
        for row in rows
    )
    return Section(
        id="effekt-overlevelse",
        title="Findes virksomhederne stadig?",
        blocks=(
            paragraph(
                "En virksomhed, der er lukket, tæller som −100 pct. i omsætning og beskæftigelse i begge grupper. "
                "Produktivitet kan kun måles for virksomheder, der findes, og derfor vises her, hvor mange der gør."
            ),
            Table(
                id="tabel-overlevelse",
                caption="Andel virksomheder, der findes to år efter endt vejledning (pct.)",
                columns=(
                    Column("Område og segment", width=2.2),
                    Column("Virksomheder", Align.RIGHT),
                    Column("Vejledte", Align.RIGHT),
                    Column("Kontrolgruppe", Align.RIGHT),
                    Column("Forskel (procentpoint)", Align.RIGHT),
                    Column("95 pct. interval", Align.RIGHT, 1.2),
                ),
                rows=made,
            ),
        ),
    )


def _segment(row: dict[str, Any]) -> str:
    """Name the segment of a row; Early Warning stands beside the segments."""
    return "Early Warning" if row["segment"] == _EARLY_WARNING else SEGMENTS[str(row["segment"])]


def _segment_order(row: dict[str, Any]) -> tuple[int, int]:
    """Order rows by segment, Early Warning last, then by area."""
    return (("vaekst", "drift", _EARLY_WARNING).index(str(row["segment"])), area_order(str(row["house"])))


def _small(edition: Edition) -> Section | None:
    """Show the companies that are too small to be compared."""
    rows = edition.rows("statement_effect_small_companies", goal_year=edition.year)
    if not rows:
        return None
    rows.sort(key=_segment_order)
    revenue, work = (
        value_of(edition.statement, f"effect.base.{floor}")
        for floor in ("revenue_floor_tkr", "full_time_equivalents_floor")
    )
    made = tuple(
        (
            Cell(f"{short_name(str(row['house']))}, {_segment(row)}", header=True),
            number_cell(whole(row["companies"])),
            number_cell(whole(row["closed"])),
            number_cell(real(row["median_revenue_change_tkr"]), 0),
            number_cell(real(row["mean_revenue_change_tkr"]), 0),
            number_cell(real(row["mean_full_time_equivalents_change"]), 2),
        )
        for row in rows
    )
    return Section(
        id="effekt-smaa",
        title="De mindste virksomheder",
        blocks=(
            paragraph(
                f"Virksomheder under {number(1000 * revenue)} kr. i omsætning eller {exact(work)} årsværk før "
                "vejledningen indgår ikke i mervæksten, fordi en lille ændring bliver en stor procent. I stedet "
                "vises, hvor meget de har "
                "ændret sig i kroner og årsværk. Der er ingen kontrolgruppe, så tallene viser ikke en effekt."
            ),
            Table(
                id="tabel-smaa",
                caption="Virksomheder under bundgrænsen: ændring fra året før vejledningen til to år efter",
                columns=(
                    Column("Område og segment", width=2.2),
                    Column("Virksomheder", Align.RIGHT),
                    Column("Heraf lukket", Align.RIGHT),
                    Column("Omsætning, median (1.000 kr.)", Align.RIGHT, 1.2),
                    Column("Omsætning, gennemsnit (1.000 kr.)", Align.RIGHT, 1.3),
                    Column("Årsværk, gennemsnit", Align.RIGHT),
                ),
                rows=made,
                notes=(
                    "Omsætning vises ikke, hvor én virksomhed står for over "
                    f"{percent(100 * value_of(edition.statement, 'disclosure_dominance'), 0)} af den samlede ændring.",
                ),
            ),
        ),
    )
