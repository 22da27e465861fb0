"""The document of a contract report, put together from the house's account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from exports.report.blocks import bullets, note, number_cell, paragraph
from exports.report.contract.account import (
    Account,
    HouseComments,
    ManualResult,
    Place,
    needs_comment,
    read_account,
)
from exports.report.contract.wording import (
    SPAN_WORDS,
    comment_cell,
    development_sentence,
    dialogue_sentence,
    goal_label,
    goal_name,
    hidden_sentence,
    manual_comment_cell,
    manual_mark,
    manual_name,
    manual_result_cell,
    no_data_sentence,
    overview,
    reached_sentence,
    result_with_target,
    signed_change,
    spread_sentence,
)
from exports.report.document import Align, Block, Cell, Column, Document, Note, NoteKind, Section, Table, Terms, Text
from exports.report.figures import SEGMENTS, Change, GoalFigure, Measure, State, change, states
from exports.report.phrases import (
    ABSENT,
    HIDDEN_NOTE,
    apart,
    area_name,
    capital,
    decimals_of,
    interval_text,
    listing,
    long_date,
    number,
    response_sentence,
    sentence,
    signed,
    value_text,
)
from exports.statement.statement import Statement

_BASES = {"respondents": "svar", "companies": "virksomheder"}
_UNIT_BASES = {"contacts": "kontakter", "courses": "forløb"}
_FORM = (
    Column("Mål", width=1.15),
    Column("Beskrivelse", width=2.1),
    Column("Resultat", width=1.35),
    Column("Kommentar", width=1.8),
)
_NAMED_STATES = {
    State.NOT_MET: "Disse mål er ikke opfyldt:",
    State.BEHIND_PATH: "Disse resultater er bagud i forhold til et mål i et senere år:",
}
"""The states whose goals the summary names, and what stands above them."""


def contract_report(statement: Statement, house: str, comments: HouseComments, *, final: bool) -> Document:
    """Make the report of a house on its contract.

    Args:
        statement: The statement, after disclosure control.
        house: The house.
        comments: The analysts' comments.
        final: Whether it is final; a draft shows where comments are missing.

    Returns:
        The document.

    Raises:
        ContractReportError: The statement knows no such house.
        MissingCommentsError: It is to be final, and a goal that is not reached has no comment.
    """
    account = read_account(statement, house, comments, final=final)
    if final:
        comments.require(account.unmet())
    area, year = area_name(house), account.year
    recipients = listing(account.recipients)
    return Document(
        title=f"Resultatkontrakt {year}",
        subtitle=f"Afrapportering fra {area}",
        publisher=area,
        published_on=account.published_on,
        summary=sentence(f"{area} afrapporterer målene for {year} til {recipients}"),
        keywords=("resultatkontrakt", "erhvervshus", area, account.kkr, str(year)),
        has_contents=False,
        facts=tuple(_facts(account)),
        sections=tuple(_sections(account)),
        draft=not final,
    )


def unmet_goals(statement: Statement, house: str, comments: HouseComments) -> tuple[tuple[str, str], ...]:
    """List what a final report needs comments on, the contract's own goals included.

    Args:
        statement: The statement, after disclosure control.
        house: The house.
        comments: The analysts' comments.

    Returns:
        House and measure of every goal that is not met.

    Raises:
        ContractReportError: The statement knows no such house.
    """
    return read_account(statement, house, comments, final=False).unmet()


def _facts(account: Account) -> Iterable[tuple[str, str]]:
    """List the facts of the front page."""
    yield "Erhvervshus", area_name(account.house)
    yield "Opgørelsesår", str(account.year)
    if account.agreement is not None:
        yield ("Resultatkontrakt" if account.agreement.is_contract else "Aftale"), account.agreement.label
    yield "Modtagere", listing(account.recipients)
    yield "Frist", long_date(account.deadline)
    yield "Data til og med", long_date(account.statement.today)


def _sections(account: Account) -> Iterable[Section]:
    """List the chapters."""
    yield _summary(account)
    yield from _results(account)
    yield _certainty(account)
    yield from _response_rates(account)
    yield from _contacts(account)
    yield from _spread(account)
    yield _reporting(account)


def _year_figures(account: Account) -> list[tuple[Measure, GoalFigure]]:
    """List the year's figures with their measures, by goal."""
    return [(measure, figure) for measure in account.measures for figure in account.figures(measure)]


def _without_data(account: Account) -> list[Measure]:
    """List the measures that nobody has data on in the year, and nobody has assessed."""
    assessed = {result.goal for result in account.manual_results}
    return [one for one in account.measures if not account.figures(one) and one.measure not in assessed]


def _summary(account: Account) -> Section:
    """Write the summary: how many goals are reached, what stands instead of comments, and what is missing."""
    pairs = _year_figures(account)
    blocks: list[Block] = []
    if account.agreement is None:
        blocks.append(
            paragraph(
                f"Opgørelsen kender ingen resultatkontrakt eller aftale med mål for {area_name(account.house)} i "
                f"{account.year}. Rapporten viser den geografiske spredning og svarprocenterne.",
                lead=True,
            )
        )
    else:
        counted = states([figure for _, figure in pairs])
        missing = len(_without_data(account))
        if missing:
            counted[State.NO_DATA] = counted.get(State.NO_DATA, 0) + missing
        blocks.append(paragraph(overview(counted, account.year), lead=True))
        if not account.agreement.is_contract:
            blocks.append(
                paragraph(
                    f"Husets resultatkontrakt for {account.year} foreligger ikke i opgørelsen. Målene er derfor de "
                    "nationale mål, som alle resultatkontrakter indeholder, med numrene fra "
                    f"{_inside(account.agreement.label)}."
                )
            )
        for state, opening in _NAMED_STATES.items():
            named = [
                f"{goal_name(measure, figure.segment)}: {result_with_target(figure)}"
                for measure, figure in pairs
                if figure.state is state
            ]
            if named:
                blocks += [paragraph(opening), bullets(named)]
        judged = any(moved.beyond_chance is not None for _, _, moved in _compared(account, pairs))
        developed = development_sentence(_beyond_chance(account, pairs), compared=judged)
        if developed:
            blocks.append(paragraph(developed))
    blocks += _placeholders(account, pairs)
    return Section(id="sammenfatning", title="Sammenfatning", blocks=tuple(blocks))


def _inside(label: str) -> str:
    """Write an agreement's name inside a sentence."""
    return label[:1].lower() + label[1:]


def _placeholders(account: Account, pairs: Sequence[tuple[Measure, GoalFigure]]) -> list[Note]:
    """Point out in a draft which goals still lack an explanation."""
    missing = [
        goal_name(measure, figure.segment)
        for measure, figure in pairs
        if needs_comment(figure) and not account.comments.of(account.house, measure.measure)
    ]
    if not missing or account.final:
        return []
    return [
        note(
            "Kommentarer mangler",
            sentence(f"huset mangler at kommentere: {listing(missing)}"),
            NoteKind.PLACEHOLDER,
        )
    ]


def _results(account: Account) -> Iterable[Section]:
    """Make the tables in the form that readers know: goal, description, result, comment."""
    if account.agreement is None:
        return
    manual = {result.goal: result for result in account.manual_results}
    own = [measure for measure in account.measures if account.is_local(measure)]
    national = [measure for measure in account.measures if measure not in own]
    groups = (
        ("nationale-maal", "Nationale mål", _rows(account, national, manual)),
        (
            "lokale-maal",
            "Lokale mål" if account.agreement.is_contract else "Øvrige mål",
            [*_rows(account, own, manual), *_spread_row(account), *_manual_rows(account, manual)],
        ),
    )
    tables = {
        anchor: (
            title,
            Table(
                id=f"tabel-{anchor}",
                caption=f"{title}: resultater for {account.year}",
                columns=_FORM,
                rows=tuple(rows),
                notes=_notes(rows, f"Kilde til beskrivelsen: {account.agreement.source_document}."),
            ),
        )
        for anchor, title, rows in groups
        if rows
    }
    if not tables:
        return
    blocks: list[Block] = [paragraph(_explanation(account))]
    sections: tuple[Section, ...] = ()
    if len(tables) == 1:
        # A heading over the only table would say what its caption says.
        blocks += [table for _, table in tables.values()]
    else:
        sections = tuple(Section(id=anchor, title=title, blocks=(table,)) for anchor, (title, table) in tables.items())
    yield Section(id="maal-og-resultater", title="Mål og resultater", blocks=tuple(blocks), sections=sections)


def _explanation(account: Account) -> str:
    """Say how the tables are to be read."""
    return (
        "Målene er beskrevet med aftalens egne ord. Ud for hvert resultat står med tegn og ord, om målet er opfyldt; "
        "det afgøres af resultatet alene. Et resultat er statistisk usikkert, når dets sikkerhedsinterval rummer "
        f"målet. Forklaringerne på mål, der ikke er opfyldt, er {area_name(account.house)}s."
    )


def _notes(rows: Sequence[tuple[Cell, ...]], *notes: str) -> tuple[str, ...]:
    """Put the note on dashes behind the others when a row has one."""
    dashes = any(cell.text == ABSENT for row in rows for cell in row)
    return (*notes, *((HIDDEN_NOTE,) if dashes else ()))


def _rows(account: Account, measures: Sequence[Measure], manual: dict[str, ManualResult]) -> list[tuple[Cell, ...]]:
    """Make the rows of computed goals; one that is delivered by hand takes its place among them."""
    rows: list[tuple[Cell, ...]] = []
    for measure in measures:
        if measure.measure in manual:
            rows.append(_manual_row(manual.pop(measure.measure)))
            continue
        if measure in _without_data(account):
            rows.append(_row_without_data(account, measure))
        figures = account.figures(measure)
        # A comment is on a measure: it explains the segments that miss the goal, and not the one that reached it.
        explained = [figure for figure in figures if needs_comment(figure)] or figures
        for figure in figures:
            comment = account.comments.of(account.house, measure.measure) if figure in explained else None
            rows.append(
                (
                    Cell(goal_name(measure, figure.segment), header=True),
                    Cell(measure.goal_text or measure.definition),
                    Cell(value_text(figure), mark=figure.state.mark, sort=figure.value),
                    Cell(comment_cell(figure, comment, local=account.is_local(measure))),
                )
            )
    return rows


def _row_without_data(account: Account, measure: Measure) -> tuple[Cell, ...]:
    """Make the row of a goal that nobody has data on."""
    return (
        Cell(f"{goal_label(measure.goal_number)}{measure.label}", header=True),
        Cell(measure.goal_text or measure.definition),
        Cell(ABSENT, mark=State.NO_DATA.mark),
        Cell(no_data_sentence(measure, account.year)),
    )


def _spread_row(account: Account) -> list[tuple[Cell, ...]]:
    """Make the row of the goal on geographic spread, which has no number of its own."""
    agreement = account.agreement
    municipalities = [place for place in account.spread if place.is_municipality]
    if agreement is None or not agreement.spread_goal_text or not municipalities:
        return []
    comment = dialogue_sentence(area_name(account.house), municipalities) if agreement.invites_to_dialogue else ABSENT
    return [
        (
            Cell(f"{agreement.spread_goal_number}. Geografisk spredning".removeprefix(". "), header=True),
            Cell(agreement.spread_goal_text),
            Cell(spread_sentence(municipalities)),
            Cell(comment),
        )
    ]


def _manual_rows(account: Account, manual: dict[str, ManualResult]) -> list[tuple[Cell, ...]]:
    """Make the rows of goals that are assessed."""
    return [_manual_row(result) for result in account.manual_results if result.goal in manual]


def _manual_row(result: ManualResult) -> tuple[Cell, ...]:
    """Make the row of one assessed goal."""
    day = "" if result.assessed_on is None else long_date(result.assessed_on)
    return (
        Cell(manual_name(result), header=True),
        Cell(result.description or result.label),
        Cell(manual_result_cell(result), mark=manual_mark(result), sort=result.value),
        Cell(manual_comment_cell(result, day)),
    )


def _compared(
    account: Account, pairs: Sequence[tuple[Measure, GoalFigure]]
) -> list[tuple[Measure, GoalFigure, Change]]:
    """List the figures that can be held against an earlier one of the same definition, each with its change."""
    found = []
    for measure, figure in pairs:
        earlier = account.goals.before(figure)
        moved = None if earlier is None else change(figure, earlier)
        if moved is not None:
            found.append((measure, figure, moved))
    return found


def _beyond_chance(account: Account, pairs: Sequence[tuple[Measure, GoalFigure]]) -> list[str]:
    """Say of every change that chance cannot explain how large it is."""
    return [
        f"{goal_name(measure, figure.segment)} ({signed_change(moved, figure.unit)} siden {moved.since})"
        for measure, figure, moved in _compared(account, pairs)
        if moved.beyond_chance
    ]


def _contacts(account: Account) -> Iterable[Section]:
    """Show the contacts per municipality against the split target."""
    places = account.contacts
    if not places:
        return
    municipalities = [place for place in places if place.is_municipality]
    rows = tuple(_contact_row(place) for place in places)
    yield Section(
        id="kontakter",
        title="Virksomhedskontakter pr. kommune",
        blocks=(
            paragraph(
                "Resultatkontrakten fordeler målet for virksomhedskontakter på kommunerne efter befolkningstal. "
                f"Andelene er afrundet, så de tilsammen giver målet. {reached_sentence(municipalities)}"
            ),
            Table(
                id="tabel-kontakter",
                caption=f"Virksomhedskontakter pr. kommune i {account.year}",
                columns=(
                    Column("Kommune", width=1.6),
                    Column("Mål", Align.RIGHT),
                    Column("Kontakter", Align.RIGHT),
                    Column("Forskel", Align.RIGHT),
                ),
                rows=rows,
                notes=_notes(
                    rows,
                    "En kontakt er en aktivitet med en virksomhed. Kontakter uden for husets område har intet mål.",
                ),
            ),
        ),
    )


def _contact_row(place: Place) -> tuple[Cell, ...]:
    """Make the row of one municipality's contacts."""
    gap = None if place.found is None or place.expected is None else place.found - place.expected
    return (
        Cell(place.name, header=True),
        number_cell(place.expected),
        number_cell(place.found),
        Cell(ABSENT) if gap is None else Cell(signed(gap), sort=gap),
    )


def _spread(account: Account) -> Iterable[Section]:
    """Show the companies guided per municipality against its share of the population."""
    places = account.spread
    if not places:
        return
    municipalities = [place for place in places if place.is_municipality]
    agreement = account.agreement
    blocks: list[Block] = [
        paragraph(
            "Det forventede antal er kommunens andel af befolkningen i husets område ganget med alle de virksomheder, "
            f"huset har vejledt individuelt. {spread_sentence(municipalities)}"
        )
    ]
    if agreement is not None and agreement.invites_to_dialogue:
        blocks.append(paragraph(dialogue_sentence(area_name(account.house), municipalities)))
    rows = tuple(_spread_row_of(place) for place in places)
    blocks.append(
        Table(
            id="tabel-spredning",
            caption=f"Individuelt vejledte virksomheder pr. kommune i {account.year}",
            columns=(
                Column("Kommune", width=1.6),
                Column("Forventet antal", Align.RIGHT),
                Column("Vejledte virksomheder", Align.RIGHT),
                Column("Afvigelse (pct.)", Align.RIGHT),
                Column("Status", width=1.4),
            ),
            rows=rows,
            notes=_notes(
                rows,
                "En virksomhed, der er vejledt i flere kommuner, tæller med i hver af dem og én gang i alt. Spændet er "
                "+/-10 pct. af det forventede antal.",
            ),
        )
    )
    yield Section(id="spredning", title="Geografisk spredning", blocks=tuple(blocks))


def _spread_row_of(place: Place) -> tuple[Cell, ...]:
    """Make the row of one municipality's companies."""
    deviation = place.deviation
    return (
        Cell(place.name, header=True),
        number_cell(place.expected, 1),
        number_cell(place.found),
        Cell(ABSENT) if deviation is None else Cell(signed(deviation, 1), sort=deviation),
        Cell(SPAN_WORDS.get(place.status, ABSENT)),
    )


def _response_rates(account: Account) -> Iterable[Section]:
    """Show how many evaluations were answered."""
    rates = account.response_rates
    if not rates:
        return
    whole = rates[0]
    rows = tuple(
        (
            Cell("Øvrige" if rate.segment == "other" else capital(SEGMENTS[rate.segment]), header=True),
            number_cell(rate.sent),
            number_cell(rate.answered),
            number_cell(rate.rate, 1),
        )
        for rate in rates
    )
    yield Section(
        id="svarprocenter",
        title="Svarprocenter",
        blocks=(
            paragraph(
                "Tallene for tilfredshed og henvisning bygger på brugerevalueringen af forløb fra "
                f"{account.evaluation_year}. "
                + response_sentence(account.house, whole.segment, whole.sent, whole.answered, whole.rate)
            ),
            Table(
                id="tabel-svarprocenter",
                caption=f"Brugerevalueringer sendt og besvaret, forløb fra {account.evaluation_year}",
                columns=(
                    Column("Kundesegment", width=1.4),
                    Column("Sendt", Align.RIGHT),
                    Column("Besvaret", Align.RIGHT),
                    Column("Svarprocent", Align.RIGHT),
                ),
                rows=rows,
                notes=_notes(rows, "Øvrige er forløb uden registreret kundesegment."),
            ),
        ),
    )


def _certainty(account: Account) -> Section:
    """Show intervals, bases and changes, and say what is hidden."""
    pairs = _year_figures(account)
    hidden = (
        sum(figure.state is State.HIDDEN for _, figure in pairs)
        + sum(place.is_hidden for place in (*account.contacts, *account.spread))
        + sum(rate.is_hidden for rate in account.response_rates)
    )
    blocks: list[Block] = [
        paragraph(
            "Resultater, der bygger på svar fra et udsnit af virksomheder, er statistisk usikre. Sikkerhedsintervallet "
            "viser, hvor det sande tal med 95 procents sikkerhed ligger. Antal er talt op og har intet interval. En "
            "ændring, hvis interval rummer 0, kan skyldes tilfældigheder."
        )
    ]
    if pairs:
        changes = {(measure, figure): moved for measure, figure, moved in _compared(account, pairs)}
        years = {moved.since for moved in changes.values()}
        rows = tuple(
            _certainty_row(measure, figure, changes.get((measure, figure)), several_years=len(years) > 1)
            for measure, figure in pairs
        )
        blocks.append(
            Table(
                id="tabel-usikkerhed",
                caption=f"Resultater for {account.year} med usikkerhed, grundlag og ændring",
                columns=(
                    Column("Mål", width=2.0),
                    Column("Resultat", Align.RIGHT, 1.5),
                    Column("95 pct. interval", Align.RIGHT, 1.25),
                    Column("Grundlag", Align.RIGHT, 1.4),
                    Column("Ændring", Align.RIGHT, 0.8 if len(years) <= 1 else 1.2),
                    Column("95 pct. interval for ændringen", Align.RIGHT, 1.3),
                ),
                rows=rows,
                notes=_notes(rows, _change_note(years)),
            )
        )
    blocks.append(paragraph(hidden_sentence(hidden)))
    return Section(id="usikkerhed", title="Usikkerhed og udvikling", blocks=tuple(blocks))


def _change_note(years: Collection[int]) -> str:
    """Say what the changes are held against; where that differs, the cells say it."""
    if not years:
        return "Der er ingen tidligere tal efter samme definition at måle en ændring fra."
    since = f"i {min(years)}" if len(years) == 1 else "i det år, der står i parentes"
    return f"Ændringen er siden tallet efter samme definition {since}; for procenter er den i procentpoint."


def _certainty_row(
    measure: Measure, figure: GoalFigure, moved: Change | None, *, several_years: bool
) -> tuple[Cell, ...]:
    """Make the row of one figure's interval, base and change."""
    decimals = apart(figure.value, figure.target, decimals_of(figure.unit)) if figure.value is not None else 0
    base = _UNIT_BASES.get(figure.unit) or _BASES.get(figure.unit_kind)
    return (
        Cell(goal_name(measure, figure.segment), header=True),
        Cell(value_text(figure), sort=figure.value),
        Cell(interval_text(figure.ci_low, figure.ci_high, decimals), sort=figure.ci_low),
        Cell(ABSENT) if figure.n is None or base is None else Cell(f"{number(figure.n)} {base}", sort=float(figure.n)),
        *_change_cells(moved, decimals_of(figure.unit), several_years=several_years),
    )


def _change_cells(moved: Change | None, decimals: int, *, several_years: bool) -> tuple[Cell, Cell]:
    """Make the cells of a change and its interval."""
    if moved is None:
        return Cell(ABSENT), Cell(ABSENT)
    since = f" ({moved.since})" if several_years else ""
    ends = [end for end in (moved.low, moved.high) if end is not None]
    # An interval that leaves 0 out is not rounded to one that holds it.
    shown = max((apart(end, 0.0, decimals) for end in ends), default=decimals)
    return (
        Cell(f"{signed(moved.difference, decimals)}{since}", sort=moved.difference),
        Cell(interval_text(moved.low, moved.high, shown), sort=moved.low),
    )


def _reporting(account: Account) -> Section:
    """Say by when, to whom and by whom the report is made, and where its figures come from."""
    statement, run = account.statement, account.statement.publication
    freeze = statement.freeze
    version = "Ikke fastlåst" if freeze is None else f"Version {freeze.version}, {long_date(account.published_on)}"
    facts = (
        ("Afsender", f"Direktøren for {area_name(account.house)}"),
        ("Opgørelsens status", version),
        ("Kørsel", run.run_id),
        ("Programversion", run.code_version),
    )
    return Section(
        id="afrapportering",
        title="Afrapportering og kilder",
        blocks=(
            paragraph(
                "Erhvervshusene afrapporterer årligt og senest i andet kvartal målene i resultatkontrakterne for det "
                "foregående år, jf. rammeaftalens kapitel 9. Direktøren har ansvaret for overholdelse af og "
                f"afrapportering på resultatkontrakten. Afrapporteringen sendes til {listing(account.recipients)} "
                f"senest den {long_date(account.deadline)}."
            ),
            paragraph(
                "Tallene er fra den nationale opgørelse for samme år, som også beskriver metode, definitioner og "
                "datagrundlag. De er ens i alle rapporter og i de åbne data."
            ),
            Terms(tuple((term, (Text(value),)) for term, value in facts)),
        ),
    )
