"""The summary: the status of every goal in every area in one table, and what has changed."""

from __future__ import annotations

from expectations.wording import NATION
from exports.report.blocks import bullets, paragraph
from exports.report.document import Align, Block, Bullets, Cell, Column, Section, Table, Text
from exports.report.figures import GoalFigure, Measure, State, area_order, areas, change, states
from exports.report.national.edition import Edition
from exports.report.phrases import (
    ABSENT,
    bare_value,
    change_sentence,
    in_segment,
    listing,
    nation_sentence,
    result_sentence,
    segment_name,
    sentence,
    short_name,
    target_text,
)

_MET = {State.MET}
_JUDGED = {State.MET, State.NOT_MET}
_UNITS = {
    "per cent": "pct.",
    "percentage points": "procentpoint",
    "companies": "antal",
    "score": "score",
    "contacts": "antal",
    "courses": "antal",
}


def summary(edition: Edition) -> Section:
    """Write the summary.

    Args:
        edition: The edition.

    Returns:
        The chapter.
    """
    return Section(
        id="sammenfatning",
        title="Sammenfatning",
        blocks=tuple(_opening(edition)),
        sections=tuple(_sections(edition)),
        new_page=True,
    )


def series(edition: Edition, measure: Measure) -> list[str]:
    """List the segments a measure has figures of in the year.

    Args:
        edition: The edition.
        measure: The measure.

    Returns:
        The segments, growth before operating.
    """
    return list(dict.fromkeys(figure.segment for figure in edition.figures(measure))) or ["all"]


def row_name(measure: Measure, segment: str, *, several: bool) -> str:
    """Name a measure and segment in a table.

    Args:
        measure: The measure.
        segment: The segment.
        several: Whether the measure has several segments.

    Returns:
        The name, as `Net Promoter Score, vækst`.
    """
    return f"{measure.label}, {segment_name(segment).lower()}" if several else measure.label


def _opening(edition: Edition) -> list[Block]:
    """Say how many goals are met."""
    national = [figure for measure in edition.measures for figure in edition.figures(measure) if figure.house == NATION]
    missing = [measure for measure in edition.measures if not edition.figures(measure)]
    if not national and not any(edition.figures(measure) for measure in edition.measures):
        return [
            paragraph(
                f"For {edition.year} er der ingen tal at opgøre efter en national aftale. Rapporten beskriver metode "
                "og datagrundlag; tallene kommer til, når der er leveret data for året.",
                lead=True,
            )
        ]
    blocks: list[Block] = []
    if national:
        found = states(national)
        met, not_met = found.get(State.MET, 0), found.get(State.NOT_MET, 0)
        path = found.get(State.ON_PATH, 0) + found.get(State.BEHIND_PATH, 0)
        hidden = found.get(State.HIDDEN, 0)
        unknown = found.get(State.NO_DATA, 0) + len(missing)
        total = met + not_met + path + hidden + unknown
        blocks.append(
            paragraph(nation_sentence(met, total, edition.year, unknown=unknown, hidden=hidden, path=path), lead=True)
        )
        blocks.append(
            Bullets(
                tuple(
                    (
                        Text(f"{edition.goals.measure(figure.agreement, figure.measure).label}: ", bold=True),
                        Text(result_sentence(figure)),
                    )
                    for figure in national
                )
            )
        )
    else:
        houses = sorted(
            {figure.house for measure in edition.measures for figure in edition.figures(measure)}, key=area_order
        )
        blocks.append(
            paragraph(
                sentence(
                    f"aftalen for {edition.year} har ingen mål for Danmark som helhed; opgørelsen omfatter "
                    f"{listing([f'Erhvervshus {short_name(house)}' for house in houses])}"
                ),
                lead=True,
            )
        )
    if missing:
        blocks.append(
            paragraph(sentence(f"der er ingen data for {edition.year} om {listing([_inside(one) for one in missing])}"))
        )
    return blocks


def _inside(measure: Measure) -> str:
    """Write a measure's name inside a sentence; names in capitals stay."""
    label = measure.label
    return label if label[1:2].isupper() or label.startswith("Net ") else label[:1].lower() + label[1:]


def _sections(edition: Edition) -> list[Section]:
    """Put the table and the changes in sections of their own."""
    sections = []
    if any(edition.figures(measure) for measure in edition.measures):
        sections.append(
            Section(
                id="status",
                title="Status for alle mål",
                blocks=(
                    paragraph(
                        "Hver celle viser resultatet og med tegn og ord, om målet er opfyldt. Målet står i anden "
                        "kolonne; hvor det først gælder et senere år, vises årets punkt på stien frem mod det. Et "
                        "mål er opfyldt, når resultatet er mindst lig målet; den statistiske usikkerhed ændrer ikke "
                        "status og fremgår af kapitlerne om de enkelte mål."
                    ),
                    _status_table(edition),
                ),
                landscape=True,
            )
        )
    sections.append(Section(id="aendringer", title="Hvad har ændret sig?", blocks=tuple(_changes(edition))))
    return sections


def _status_table(edition: Edition) -> Table:
    """Make the table of every goal in every area."""
    shown = [
        house
        for house in areas()
        if any(figure.house == house for measure in edition.measures for figure in edition.figures(measure))
    ]
    rows = []
    for measure in edition.measures:
        segments = series(edition, measure)
        for segment in segments:
            by_house = {f.house: f for f in edition.figures(measure) if f.segment == segment}
            name = row_name(measure, segment, several=len(segments) > 1)
            rows.append(
                (
                    Cell(f"{measure.goal_number}. {name} ({_UNITS.get(measure.unit, measure.unit)})", header=True),
                    Cell(_target(measure, by_house)),
                    *(_cell(by_house.get(house)) for house in shown),
                )
            )
    return Table(
        id="tabel-status",
        caption=f"Status for alle mål i {edition.year}",
        columns=(
            Column("Mål", width=2.6),
            Column("Mål for Danmark", width=1.2),
            *(Column(short_name(house), Align.LEFT) for house in shown),
        ),
        rows=tuple(rows),
        notes=(
            "Tal i procentpoint er mervækst i forhold til en kontrolgruppe af sammenlignelige virksomheder."
            if any(measure.unit == "percentage points" for measure in edition.measures)
            else f"Kilde: opgørelsen for {edition.year}.",
        ),
    )


def _target(measure: Measure, by_house: dict[str, GoalFigure]) -> str:
    """Write the target of a row: the country's, else the houses' own."""
    national = by_house.get(NATION)
    figures = [national] if national is not None else list(by_house.values())
    targets = {figure.target for figure in figures if figure.target is not None}
    if len(targets) != 1:
        return ABSENT if not targets else "Egne mål"
    written = target_text(targets.pop(), measure.comparison, measure.unit)
    on_path = any(figure.state in {State.ON_PATH, State.BEHIND_PATH} for figure in figures)
    return written.replace("mindst", "sti:") if on_path else written


def _cell(figure: GoalFigure | None) -> Cell:
    """Show one figure with its status."""
    if figure is None:
        return Cell(ABSENT, mark=State.NO_DATA.mark)
    return Cell(bare_value(figure), mark=figure.state.mark, sort=figure.value)


def _changes(edition: Edition) -> list[Block]:
    """Say what has changed since the newest earlier figures that mean the same."""
    sentences: list[str] = []
    shifts: list[str] = []
    for measure in edition.measures:
        several = len(series(edition, measure)) > 1
        for segment in series(edition, measure):
            figures = [figure for figure in edition.figures(measure) if figure.segment == segment]
            name = _inside(measure) + (in_segment(segment) if several else "")
            for figure in figures:
                earlier = edition.goals.before(figure)
                if figure.house == NATION and earlier is not None:
                    said = change_sentence(figure, earlier, change(figure, earlier))
                    sentences.append(f"{measure.label}: {said[:1].lower()}{said[1:]}")
            shifts += _shifts(edition, figures, name)
    blocks: list[Block] = []
    if sentences:
        blocks += [
            paragraph("For Danmark som helhed er udviklingen siden det seneste tal efter samme definition:"),
            bullets(sentences),
        ]
    else:
        blocks.append(
            paragraph(
                "Der er ikke tal for Danmark fra tidligere år, der er opgjort efter samme definition som i "
                f"{edition.year}. Det gælder blandt andet i det første år af en aftale, når mål eller målemetode er "
                "nye."
            )
        )
    if shifts:
        blocks += [paragraph("Status har ændret sig for:"), bullets(shifts)]
    elif sentences:
        blocks.append(paragraph("Ingen erhvervshuse har skiftet status siden det seneste tal efter samme definition."))
    return blocks


def _shifts(edition: Edition, figures: list[GoalFigure], name: str) -> list[str]:
    """List which houses have begun or ceased to meet a goal."""
    pairs = [(figure, edition.goals.before(figure)) for figure in figures if figure.house != NATION]
    known = [
        (figure, earlier)
        for figure, earlier in pairs
        if earlier is not None and figure.state in _JUDGED and earlier.state in _JUDGED
    ]
    parts = []
    for now, words in ((_MET, "nu opfyldt"), (_JUDGED - _MET, "ikke længere opfyldt")):
        houses = [
            f"Erhvervshus {short_name(figure.house)}"
            for figure, earlier in known
            if figure.state in now and earlier.state not in now
        ]
        if houses:
            parts.append(f"{words} for {listing(houses)}")
    return [sentence(f"{name}: målet er {listing(parts)}")] if parts else []
