"""A chapter per goal: its words, result, development, base and response rate, what the figures do not say, comments."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from expectations.wording import NATION
from exports.report.blocks import anchor, note, number_cell, paragraph
from exports.report.charts import Bar, Development, Panel, Point, development, intervals
from exports.report.document import (
    Align,
    Block,
    Cell,
    Column,
    Figure,
    NoteKind,
    Paragraph,
    Section,
    Table,
    Text,
)
from exports.report.figures import GoalFigure, Measure, Published, State, areas, change, states, whole
from exports.report.national.edition import Edition
from exports.report.national.limits import LIMITS
from exports.report.national.summary import series
from exports.report.phrases import (
    ABSENT,
    area_name,
    bare_value,
    base_sentence,
    change_sentence,
    changed_houses,
    decimals_of,
    difference_unit,
    exact,
    hidden_sentence,
    interval_text,
    listing,
    percent,
    response_sentence,
    result_sentence,
    segment_name,
    sentence,
    short_name,
    signed,
    status_sentence,
    status_word,
    target_text,
)

_AXES = {
    "per cent": "Pct.",
    "percentage points": "Procentpoint",
    "companies": "Virksomheder",
    "score": "Net Promoter Score",
    "contacts": "Kontakter",
    "courses": "Forløb",
}
_BOUNDS = {"per cent": (0.0, 100.0), "score": (-100.0, 100.0)}
_COUNTS = {"companies", "contacts", "courses"}
_EVALUATIONS = {
    "nps",
    "referral_used",
    "sustainability_helped",
    "competence_satisfaction",
    "expected_effect",
    "expected_effect_digital",
}
_GOOD = {State.MET, State.ON_PATH}


def goals(edition: Edition) -> tuple[Section, ...]:
    """Write a chapter for each goal of the year's national agreement.

    Args:
        edition: The edition.

    Returns:
        The chapters, in the order of the agreement.
    """
    return tuple(
        _goal(edition, number, list(measures))
        for number, measures in groupby(edition.measures, key=lambda one: one.goal_number)
    )


def _goal(edition: Edition, number: str, measures: Sequence[Measure]) -> Section:
    """Write one goal's chapter; a goal of several measures has a section for each."""
    title = measures[0].goal_title or measures[0].label
    heading, place = f"Mål {number}: {title}", anchor("maal", number)
    if len(measures) == 1:
        return Section(
            id=place, title=heading, blocks=tuple(_measure(edition, measures[0], opening=True)), new_page=True
        )
    count = len(measures)
    words = {2: "to", 3: "tre", 4: "fire", 5: "fem"}.get(count, str(count))
    names = [measure.label[:1].lower() + measure.label[1:] for measure in measures]
    return Section(
        id=place,
        title=heading,
        blocks=(paragraph(sentence(f"målet har {words} målepunkter: {listing(names)}"), lead=True),),
        sections=tuple(
            Section(
                id=anchor("maal", number, measure.measure),
                title=measure.label,
                blocks=tuple(_measure(edition, measure, opening=False)),
            )
            for measure in measures
        ),
        new_page=True,
    )


def _measure(edition: Edition, measure: Measure, *, opening: bool) -> list[Block]:
    """Write everything about one measure."""
    figures = edition.figures(measure)
    blocks: list[Block] = [_quotation(measure)]
    if not any(figure.value is not None or figure.state is State.HIDDEN for figure in figures):
        return [
            *blocks,
            paragraph(
                f"Der er ingen data for {edition.year}, så målet kan ikke vurderes.{_waves(edition, measure)}",
                lead=opening,
            ),
            *_development(edition, measure),
            note("Hvad tallet ikke siger", LIMITS.get(measure.measure, measure.definition)),
        ]
    blocks += [paragraph(text, lead=opening and not at) for at, text in enumerate(_results(figures))]
    blocks += _result_figure(edition, measure, figures)
    blocks += _development(edition, measure)
    blocks += _changes(edition, measure, figures)
    blocks += _base(edition, measure, figures)
    blocks += _comments(edition, measure, figures)
    return [*blocks, note("Hvad tallet ikke siger", LIMITS.get(measure.measure, measure.definition))]


def _quotation(measure: Measure) -> Paragraph:
    """Quote the target in the agreement's own words."""
    chapter = measure.source_chapter[:1].lower() + measure.source_chapter[1:]
    where = f" ({measure.source_document}{', ' if chapter else ''}{chapter})."
    if not measure.goal_text:
        return Paragraph((Text(f"Målet står i {measure.source_document}, {chapter}."),))
    return Paragraph((Text("Målet lyder: "), Text(f"»{measure.goal_text}«", italic=True), Text(where)))


def _waves(edition: Edition, measure: Measure) -> str:
    """Say when the newest figure is from, when the report year has none."""
    earlier = [
        figure.year
        for figure in edition.goals.history(measure)
        if figure.year < edition.year and figure.value is not None
    ]
    return f" Det seneste tal er fra {max(earlier)}." if earlier else ""


def _results(figures: Sequence[GoalFigure]) -> list[str]:
    """Say what the result is for the country and for how many houses the goal is met, segment by segment."""
    said = []
    for _, group in groupby(_by_segment(figures), key=lambda one: one.segment):
        said += _segment_results(list(group))
    return said


def _by_segment(figures: Sequence[GoalFigure]) -> list[GoalFigure]:
    """Order figures by segment, so that groups are whole."""
    return sorted(figures, key=lambda one: one.segment != "vaekst")


def _segment_results(figures: Sequence[GoalFigure]) -> list[str]:
    """Say the result of one segment."""
    national = [figure for figure in figures if figure.house == NATION]
    houses = [figure for figure in figures if figure.house != NATION]
    parts = [result_sentence(figure) for figure in national]
    if len(houses) == 1 and not national:
        parts.append(result_sentence(houses[0]))
    elif houses:
        found = states(houses)
        parts.append(status_sentence(found))
        parts.append(hidden_sentence(found.get(State.HIDDEN, 0)) if national else "")
    return [" ".join(part for part in parts if part)]


def _result_figure(edition: Edition, measure: Measure, figures: Sequence[GoalFigure]) -> list[Block]:
    """Draw the result of every area against the target."""
    if all(figure.value is None for figure in figures):
        return []
    counts = measure.unit in _COUNTS
    groups = series(edition, measure)
    panels = []
    for segment in groups:
        own = [figure for figure in figures if figure.segment == segment]
        title = f"{segment_name(segment)}segmentet" if len(groups) > 1 else ""
        if counts:
            # The country's count would press the houses' bars together.
            panels += [
                Panel("", tuple(_bar(figure) for figure in own if (figure.house == NATION) is national))
                for national in (True, False)
            ]
        else:
            panels.append(Panel(title, tuple(_bar(figure) for figure in own)))
    svg = intervals(
        [panel for panel in panels if panel.bars],
        _AXES.get(measure.unit, ""),
        from_zero=counts,
        bounds=_BOUNDS.get(measure.unit),
    )
    place = anchor("figur", measure.measure)
    has_interval = any(figure.has_interval for figure in figures)
    on_path = any(figure.state in {State.ON_PATH, State.BEHIND_PATH} for figure in figures)
    reading = (
        f"Udfyldt {'søjle' if counts else 'punkt'}: {'på sporet' if on_path else 'målet er opfyldt'}. "
        f"Hul{'t punkt' if not counts else ' søjle'}: {'bagud' if on_path else 'målet er ikke opfyldt'}. "
        f"Lodret streg: {'årets punkt på stien mod målet' if on_path else 'målet'}."
        f"{' Vandret streg: 95 pct. sikkerhedsinterval.' if has_interval else ''}"
    )
    return [
        Figure(
            id=place,
            caption=f"{measure.label}, {edition.year}",
            svg=svg,
            alternative=_alternative(measure, figures),
            data=_data(measure, figures, place, f"{measure.label}, {edition.year}"),
            notes=(reading,),
        )
    ]


def _bar(figure: GoalFigure) -> Bar:
    """Make a row of the chart."""
    shown = "" if figure.value is None else f"{bare_value(figure)}\u00a0\u00a0"
    return Bar(
        label=short_name(figure.house),
        value=figure.value,
        low=figure.ci_low,
        high=figure.ci_high,
        target=figure.target,
        filled=figure.state in _GOOD,
        note=f"{shown}{status_word(figure.state)}",
        strong=figure.house == NATION,
    )


def _alternative(measure: Measure, figures: Sequence[GoalFigure]) -> str:
    """Say in words what a chart of results shows."""
    parts = [
        f"{area_name(figure.house)}{f' ({segment_name(figure.segment).lower()})' if figure.segment != 'all' else ''} "
        f"{bare_value(figure) if figure.value is not None else status_word(figure.state)}"
        for figure in figures
    ]
    return sentence(f"{measure.label} for hvert område: {listing(parts)}")


def _data(measure: Measure, figures: Sequence[GoalFigure], place: str, caption: str) -> Table:
    """Make the table behind a chart of results."""
    segments = len({figure.segment for figure in figures}) > 1
    decimals = decimals_of(measure.unit)
    rows = tuple(
        (
            Cell(short_name(figure.house), header=True),
            *((Cell(segment_name(figure.segment)),) if segments else ()),
            Cell(bare_value(figure), sort=figure.value),
            Cell(interval_text(figure.ci_low, figure.ci_high, decimals)),
            Cell(target_text(figure.target, figure.comparison, figure.unit)),
            Cell("", mark=figure.state.mark),
            number_cell(figure.n),
        )
        for figure in figures
    )
    return Table(
        id=f"{place}-data",
        caption=caption,
        columns=(
            Column("Område", width=1.8),
            *((Column("Segment"),) if segments else ()),
            Column(f"Resultat ({_AXES.get(measure.unit, measure.unit).lower()})", Align.RIGHT),
            Column("95 pct. sikkerhedsinterval", Align.RIGHT, 1.3),
            Column("Mål", Align.LEFT, 1.3),
            Column("Status"),
            Column("Grundlag", Align.RIGHT),
        ),
        rows=rows,
        collapsed=True,
    )


def _development(edition: Edition, measure: Measure) -> list[Block]:
    """Draw the development, with earlier figures that mean the same and what was published before."""
    history = [figure for figure in edition.goals.history(measure) if figure.value is not None]
    published = edition.goals.baselines(measure)
    known = {(figure.house, figure.segment, figure.year) for figure in history}
    extra = [one for one in published if (one.house, one.segment, one.year) not in known]
    if len({figure.year for figure in history} | {one.year for one in extra}) < 2:  # noqa: PLR2004  # One year is no development.
        return []
    several = len({figure.segment for figure in history}) > 1
    charts = []
    for house in areas():
        points = [
            Point(
                figure.year,
                figure.value,
                figure.ci_low,
                figure.ci_high,
                segment_name(figure.segment) if several else "",
            )
            for figure in history
            if figure.house == house and figure.value is not None
        ]
        points += [Point(one.year, one.value, published=True) for one in extra if one.house == house]
        targets = {
            figure.year: figure.target for figure in history if figure.house == house and figure.target is not None
        }
        if points:
            charts.append(Development(short_name(house), tuple(points), tuple(sorted(targets.items()))))
    svg = development(charts, shared=measure.unit not in _COUNTS, percent=measure.unit == "per cent")
    place = anchor("figur", measure.measure, "udvikling")
    first, last = min(one.year for chart in charts for one in chart.points), edition.year
    caption = f"{measure.label}, udvikling {first}-{last}"
    lines = " Fuldt optrukket linje: vækst. Stiplet linje: drift." if several else ""
    diamonds = f" Rude: offentliggjort tal ({_documents(extra)})." if extra else ""
    return [
        Figure(
            id=place,
            caption=caption,
            svg=svg,
            alternative=sentence(
                f"udviklingen i {measure.label[:1].lower()}{measure.label[1:]} fra {first} til {last} for "
                f"{listing([chart.title for chart in charts])}"
            ),
            data=_development_data(measure, history, extra, place, caption),
            notes=(f"Prikket linje eller kort streg: målet eller stien mod det.{lines}{diamonds}",),
        )
    ]


def _documents(published: Sequence[Published]) -> str:
    """Name the documents that published figures come from."""
    found = dict.fromkeys(one.source_document for one in published)
    return listing(list(found))


def _development_data(
    measure: Measure, history: Sequence[GoalFigure], published: Sequence[Published], place: str, caption: str
) -> Table:
    """Make the table behind a chart of development."""
    decimals = decimals_of(measure.unit)
    rows = [
        (
            Cell(short_name(figure.house), header=True),
            Cell(segment_name(figure.segment)),
            Cell(str(figure.year), sort=figure.year),
            Cell(bare_value(figure), sort=figure.value),
            Cell(interval_text(figure.ci_low, figure.ci_high, decimals)),
            Cell(ABSENT if figure.target is None else exact(figure.target), sort=figure.target),
            Cell("Beregnet"),
        )
        for figure in history
    ]
    rows += [
        (
            Cell(short_name(one.house), header=True),
            Cell(segment_name(one.segment)),
            Cell(str(one.year), sort=one.year),
            number_cell(one.value, 0),
            Cell(ABSENT),
            Cell(ABSENT),
            Cell("Offentliggjort"),
        )
        for one in published
    ]
    return Table(
        id=f"{place}-data",
        caption=caption,
        columns=(
            Column("Område", width=1.8),
            Column("Segment"),
            Column("År", Align.RIGHT),
            Column("Resultat", Align.RIGHT),
            Column("95 pct. sikkerhedsinterval", Align.RIGHT, 1.3),
            Column("Mål", Align.RIGHT),
            Column("Kilde"),
        ),
        rows=tuple(rows),
        collapsed=True,
    )


def _changes(edition: Edition, measure: Measure, figures: Sequence[GoalFigure]) -> list[Block]:
    """Say how each area has changed since the newest figure that means the same, and since the published baseline."""
    pairs = [(figure, earlier) for figure in figures if (earlier := edition.goals.before(figure)) is not None]
    since = _since_baseline(edition, measure, figures)
    if not pairs:
        first = f"Der er ikke tal fra tidligere år efter samme definition som i {edition.year}."
        return [paragraph(f"{first} {since}".strip())]
    national = [
        change_sentence(figure, earlier, change(figure, earlier)) for figure, earlier in pairs if figure.house == NATION
    ]
    found = [(figure, change(figure, earlier)) for figure, earlier in pairs if figure.house != NATION]
    said = [*national, changed_houses(found), since]
    return [paragraph(" ".join(part for part in said if part)), _change_table(measure, pairs)]


def _change_table(measure: Measure, pairs: Sequence[tuple[GoalFigure, GoalFigure]]) -> Table:
    """Make the table of changes."""
    several = len({figure.segment for figure, _ in pairs}) > 1
    intervals_known = any(figure.has_interval for figure, _ in pairs)
    decimals = decimals_of(measure.unit)
    rows = []
    for figure, earlier in pairs:
        moved = change(figure, earlier)
        cells = [
            Cell(short_name(figure.house), header=True),
            *((Cell(segment_name(figure.segment)),) if several else ()),
            Cell(str(earlier.year), sort=earlier.year),
            Cell(bare_value(earlier), sort=earlier.value),
            Cell(bare_value(figure), sort=figure.value),
            Cell(ABSENT) if moved is None else Cell(signed(moved.difference, decimals), sort=moved.difference),
        ]
        if intervals_known:
            beyond = None if moved is None else moved.beyond_chance
            cells += [
                Cell(ABSENT) if moved is None else Cell(interval_text(moved.low, moved.high, decimals)),
                Cell(ABSENT if beyond is None else "Ja" if beyond else "Nej"),
            ]
        rows.append(tuple(cells))
    return Table(
        id=anchor("tabel", measure.measure, "aendring"),
        caption=f"{measure.label}: ændring siden det seneste tal efter samme definition",
        columns=(
            Column("Område", width=1.8),
            *((Column("Segment"),) if several else ()),
            Column("Tidligere år", Align.RIGHT),
            Column("Tidligere tal", Align.RIGHT),
            Column(str(pairs[0][0].year), Align.RIGHT),
            Column(f"Ændring ({difference_unit(measure.unit)})", Align.RIGHT, 1.2),
            *(
                (Column("95 pct. interval", Align.RIGHT, 1.3), Column("Sikker ændring", width=1.2))
                if intervals_known
                else ()
            ),
        ),
        rows=tuple(rows),
        notes=("Sikker ændring: intervallet rummer ikke nul.",) if intervals_known else (),
    )


def _since_baseline(edition: Edition, measure: Measure, figures: Sequence[GoalFigure]) -> str:
    """Hold the country's figure, else each house's, against the published one."""
    said = []
    published = edition.goals.baselines(measure)
    for figure in figures:
        found = [one for one in published if (one.house, one.segment) == (figure.house, figure.segment)]
        if not found or figure.value is None or figure.house != NATION:
            continue
        first = found[0]
        said.append(
            sentence(
                f"til sammenligning viste den offentliggjorte opgørelse for {first.year} {exact(first.value)} for "
                f"{area_name(figure.house)} ({first.source_document}), mod {bare_value(figure)} i {figure.year}"
            )
        )
    return " ".join(said)


def _base(edition: Edition, measure: Measure, figures: Sequence[GoalFigure]) -> list[Block]:
    """Say what the figures rest on, and how many answered."""
    national = [figure for figure in figures if figure.house == NATION]
    said = [base_sentence(figure) for figure in national]
    blocks: list[Block] = []
    evaluated = edition.year + measure.evaluation_year_offset
    if measure.measure in _EVALUATIONS:
        segments = [figure.segment for figure in figures]
        rows = [
            row for row in edition.rows("statement_response_rates", year=evaluated) if row["segment"] in set(segments)
        ]
        said += [
            response_sentence(
                NATION,
                str(row["segment"]),
                whole(row["evaluations_sent"]),
                whole(row["evaluations_answered"]),
                row["response_rate"],
            )
            for row in rows
            if row["house"] == NATION
        ]
        if measure.evaluation_year_offset:
            said.insert(
                0, f"Tallene for {edition.year} bygger på evalueringer fra {evaluated}, som aftalen foreskriver."
            )
        table = _response_table(measure, figures, rows, evaluated)
    else:
        table = None
    text = " ".join(part for part in said if part)
    if text:
        blocks.append(paragraph(text))
    if table is not None:
        blocks.append(table)
    return blocks


def _response_table(
    measure: Measure, figures: Sequence[GoalFigure], rates: Sequence[dict[str, object]], year: int
) -> Table | None:
    """Make the table of bases and response rates."""
    found = {(str(row["house"]), str(row["segment"])): row for row in rates}
    if not found:
        return None
    several = len({figure.segment for figure in figures}) > 1
    rows = []
    for figure in figures:
        row = found.get((figure.house, figure.segment), {})
        rate = row.get("response_rate")
        rows.append(
            (
                Cell(short_name(figure.house), header=True),
                *((Cell(segment_name(figure.segment)),) if several else ()),
                number_cell(figure.n),
                number_cell(whole(row.get("evaluations_sent"))),
                number_cell(whole(row.get("evaluations_answered"))),
                Cell(ABSENT) if rate is None else Cell(percent(float(str(rate))), sort=float(str(rate))),
            )
        )
    return Table(
        id=anchor("tabel", measure.measure, "svar"),
        caption=f"{measure.label}: grundlag og svarprocent, evalueringer fra {year}",
        columns=(
            Column("Område", width=1.8),
            *((Column("Segment"),) if several else ()),
            Column("Svar i grundlaget", Align.RIGHT),
            Column("Sendt", Align.RIGHT),
            Column("Besvaret", Align.RIGHT),
            Column("Svarprocent", Align.RIGHT),
        ),
        rows=tuple(rows),
        notes=(
            "En virksomhed tæller med sit nyeste svar, og kun svar på spørgsmålet indgår; derfor er grundlaget "
            "mindre end antallet af besvarede evalueringer.",
        ),
    )


def _comments(edition: Edition, measure: Measure, figures: Sequence[GoalFigure]) -> list[Block]:
    """Print the comments on goals not met; a draft says which are missing."""
    unmet = list(dict.fromkeys(figure.house for figure in figures if figure.state is State.NOT_MET))
    written = [house for house in areas() if edition.comments.of(house, measure.measure) is not None]
    blocks: list[Block] = []
    for house in written:
        text = edition.comments.of(house, measure.measure) or ""
        blocks.append(Paragraph((Text(f"Kommentar, {area_name(house)}: ", bold=True), Text(text.split("\n\n")[0]))))
        blocks += [paragraph(part) for part in text.split("\n\n")[1:]]
    missing = [area_name(house) for house in unmet if house not in written]
    if missing and not edition.final:
        blocks.append(
            note(
                "Kommentar mangler",
                sentence(
                    f"målet er ikke opfyldt for {listing(missing)}. Skriv i kommentarfilen for {edition.year} "
                    "hvorfor, og hvad der gøres ved det"
                ),
                NoteKind.PLACEHOLDER,
            )
        )
    return blocks
