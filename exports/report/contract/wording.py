"""The sentences and cells of a contract report; each adapts to the figures, and none says more than is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exports.report.contract.account import ManualResult, Place, needs_comment
from exports.report.document import Mark
from exports.report.figures import Change, GoalFigure, Measure, State
from exports.report.phrases import (
    ABSENT,
    count,
    decimals_of,
    exact,
    listing,
    number,
    segment_name,
    sentence,
    signed,
    target_text,
    value_text,
    with_unit,
)

MISSING_COMMENT = "Kommentar mangler."
"""What stands in a draft where a house has still to explain a goal."""

_STATES = {
    State.MET: "opfyldt",
    State.NOT_MET: "ikke opfyldt",
    State.ON_PATH: "på sporet mod et mål i et senere år",
    State.BEHIND_PATH: "bagud i forhold til et mål i et senere år",
    State.NO_DATA: "uden data",
    State.HIDDEN: "skjult af hensyn til fortroligheden",
}
_ASSESSMENTS = {"Godkendt af ERST": Mark.MET, "Vurderes opfyldt": Mark.MET, "Ikke opfyldt": Mark.NOT_MET}
_WITHIN, _ABOVE, _BELOW = "within", "above", "invited_to_dialogue"
_SPAN = {_WITHIN: "inden for spændet på +/-10 pct.", _ABOVE: "over spændet", _BELOW: "under spændet"}
SPAN_WORDS = {_WITHIN: "Inden for spændet", _ABOVE: "Over spændet", _BELOW: "Under spændet", "no_data": "Ingen data"}
"""What a municipality's status is called."""


def overview(states: Mapping[State, int], year: int) -> str:
    """Say how many of the contract's figures have reached their goal.

    Args:
        states: How many figures there are of each state.
        year: The report year.

    Returns:
        One or two sentences.
    """
    known = [(state, number_of) for state in State if (number_of := states.get(state, 0))]
    total = sum(number_of for _, number_of in known)
    if total == 0:
        return sentence(f"der er ingen målepunkter at opgøre for {year}")
    if total == 1:
        return sentence(f"for {year} er der ét målepunkt, og det er {_STATES[known[0][0]]}")
    opening = sentence(f"for {year} er der {number(total)} målepunkter")
    if len(known) == 1:
        return f"{opening} {sentence(f'alle {number(total)} er {_STATES[known[0][0]]}')}"
    parts = listing([f"{number(number_of)} {_STATES[state]}" for state, number_of in known])
    return f"{opening} {sentence(f'heraf er {parts}')}"


def goal_name(measure: Measure, segment: str) -> str:
    """Name a goal in a table.

    Args:
        measure: The measure under its contract.
        segment: The segment of the figure.

    Returns:
        The name, as `3. Net Promoter Score, vækst`.
    """
    behind = f", {segment_name(segment).lower()}" if measure.segment_scope == "each" else ""
    return f"{goal_label(measure.goal_number)}{measure.label}{behind}"


def goal_label(goal_number: str) -> str:
    """Write what stands before a goal's name.

    Args:
        goal_number: The number in the contract; `lokalt` or empty for those without.

    Returns:
        The text, as `3. `, `8+9. ` or `Lokalt mål: `; empty without a number.
    """
    if not goal_number:
        return ""
    return f"{goal_number}. " if goal_number[:1].isdigit() else f"{goal_number.capitalize()} mål: "


def result_with_target(figure: GoalFigure) -> str:
    """Write a figure beside its target, for the summary.

    Args:
        figure: The figure.

    Returns:
        The text, as `66,5 (mål: mindst 70)`; a dash when it is missing or hidden.
    """
    if figure.value is None:
        return ABSENT
    if figure.target is None:
        return value_text(figure)
    if figure.state in {State.ON_PATH, State.BEHIND_PATH}:
        return f"{value_text(figure)} (vejen frem mod målet: {_path(figure)})"
    return f"{value_text(figure)} (mål: {target_text(figure.target, figure.comparison, figure.unit)})"


def aim_sentence(figure: GoalFigure) -> str:
    """Say what a figure is held against.

    Args:
        figure: The figure.

    Returns:
        One sentence, as `Målet er mindst 70.`; empty without a value or a target.
    """
    if figure.value is None or figure.target is None:
        return ""
    if figure.state in {State.ON_PATH, State.BEHIND_PATH}:
        return sentence(f"vejen frem mod målet er {_path(figure)}")
    return sentence(f"målet er {target_text(figure.target, figure.comparison, figure.unit)}")


def _path(figure: GoalFigure) -> str:
    """Write the year's point on the path to a later target."""
    target = exact(figure.target or 0.0)
    return f"{target if figure.unit == 'score' else with_unit(target, figure.unit)} i {figure.year}"


def signed_change(change: Change, unit: str) -> str:
    """Write a change with its sign and unit.

    Args:
        change: The change.
        unit: The figure's unit.

    Returns:
        The text, as `+2,3 procentpoint` or `−6,8 point`.
    """
    unit = {"per cent": "percentage points"}.get(unit, unit)
    decimals = decimals_of(unit)
    sign = signed(change.difference, decimals)[:1]
    written = with_unit(number(abs(change.difference), decimals), unit)
    return f"{sign}{written}" if sign in {"+", "−"} else written


def development_sentence(beyond: Sequence[str], *, compared: bool) -> str:
    """Say which results have changed more than chance explains.

    Args:
        beyond: The goals whose change chance cannot explain, each with how large it is.
        compared: Whether any result with an interval could be held against an earlier one.

    Returns:
        One sentence; empty when nothing could be compared.
    """
    if not compared:
        return ""
    if not beyond:
        return "Ingen af de usikre resultater har ændret sig mere siden sidst, end tilfældigheder kan forklare."
    return sentence(f"disse resultater har ændret sig mere, end tilfældigheder kan forklare: {listing(beyond)}")


def comment_cell(figure: GoalFigure, comment: str | None, *, local: bool) -> str:
    """Write what is to be said of a figure: target, source, whether chance decides, and the house's comment.

    Args:
        figure: The figure.
        comment: The comment of the house; None when there is none.
        local: Whether it is a goal of the contract alone.

    Returns:
        One sentence or more.
    """
    if figure.state is State.HIDDEN:
        said = ["Tallet vises ikke af hensyn til fortroligheden, og derfor heller ikke, om målet er opfyldt."]
    elif figure.value is None:
        said = [sentence(f"der er ingen data for {figure.year}")]
    else:
        source = "Opgjort ud fra husets registreringer." if local else "Opgjort af Erhvervsstyrelsen."
        said = [one for one in (aim_sentence(figure), source) if one]
        if figure.certain is False:
            said.append("Statistisk usikkert.")
    if comment:
        said.append(sentence(" ".join(comment.split())))
    elif needs_comment(figure):
        said.append(MISSING_COMMENT)
    return " ".join(said)


def no_data_sentence(measure: Measure, year: int) -> str:
    """Say that nobody has data on a goal.

    Args:
        measure: The measure under its contract.
        year: The report year.

    Returns:
        One sentence.
    """
    if measure.unit == "percentage points":
        return sentence(f"effekten kan først opgøres, når virksomhedernes regnskaber for {year} foreligger")
    return sentence(f"der er endnu ingen data for {year}")


def manual_name(result: ManualResult) -> str:
    """Name a goal that is assessed.

    Args:
        result: The result.

    Returns:
        The name, as `3. Digital indgang`.
    """
    return f"{goal_label(result.goal_number)}{result.label}"


def manual_result_cell(result: ManualResult) -> str:
    """Write a result that is assessed.

    Args:
        result: The result.

    Returns:
        The number with its unit, else the words as delivered; a dash when there are none.
    """
    if result.value is None or not result.unit:
        return result.result or ABSENT
    return exact(result.value) if result.unit == "score" else with_unit(exact(result.value), result.unit)


def manual_comment_cell(result: ManualResult, day: str) -> str:
    """Write what a result is held against and how it is assessed.

    Args:
        result: The result.
        day: When it was assessed, written out; empty when that is not known.

    Returns:
        One sentence or more; a dash when nothing is said.
    """
    said = []
    if result.value is not None and result.unit and result.target is not None:
        said.append(sentence(f"målet er {target_text(result.target, 'at_least', result.unit)}"))
    if result.assessment:
        said.append(sentence(f"{result.assessment} (vurderet {day})" if day else result.assessment))
    if result.comment:
        said.append(sentence(" ".join(result.comment.split())))
    return " ".join(said) or ABSENT


def manual_mark(result: ManualResult) -> Mark | None:
    """Show an assessment as a status.

    Args:
        result: The result.

    Returns:
        The mark; None for words that are no known assessment.
    """
    return _ASSESSMENTS.get(result.assessment)


def reached_sentence(places: Sequence[Place]) -> str:
    """Say how many municipalities have their part of the contacts.

    Args:
        places: The municipalities with their targets.

    Returns:
        One or two sentences; empty without municipalities.
    """
    known = [place for place in places if place.found is not None and place.expected is not None]
    hidden = len(places) - len(known)
    if not places:
        return ""
    if not known:
        return "Tallene for de enkelte kommuner vises ikke af hensyn til fortroligheden."
    reached = sum(place.found >= place.expected for place in known)  # type: ignore[operator]
    shown = ", hvis tal vises," if hidden else ""
    if len(known) == 1:
        said = f"den ene kommune{shown} har {'' if reached else 'ikke '}nået sin andel af målet"
    elif reached == len(known):
        said = f"alle {number(reached)} kommuner{shown} har nået deres andel af målet"
    elif reached == 0:
        said = f"ingen af de {number(len(known))} kommuner{shown} har nået deres andel af målet"
    else:
        owner = "sin" if reached == 1 else "deres"
        said = f"{number(reached)} af de {number(len(known))} kommuner{shown} har nået {owner} andel af målet"
    return " ".join([sentence(said), *_not_shown(hidden)])


def spread_sentence(places: Sequence[Place]) -> str:
    """Say how the municipalities lie around their share of the population.

    Args:
        places: The municipalities.

    Returns:
        One or two sentences; empty without municipalities.
    """
    if not places:
        return ""
    known = [place for place in places if place.status in _SPAN]
    hidden = sum(place.is_hidden for place in places)
    if not known:
        why = "vises ikke af hensyn til fortroligheden" if hidden else "kan ikke opgøres"
        return sentence(f"fordelingen på kommuner {why}")
    counts = [(words, n) for status, words in _SPAN.items() if (n := sum(one.status == status for one in known))]
    if len(known) == 1:
        said = f"den kommune, der kan vises, ligger {counts[0][0]}"
    elif len(counts) == 1:
        said = f"alle {number(len(known))} kommuner, der kan vises, ligger {counts[0][0]}"
    else:
        parts = listing([f"{number(number_of)} {words}" for words, number_of in counts])
        said = f"af de {number(len(known))} kommuner, der kan vises, ligger {parts}"
    return " ".join([sentence(said), *_not_shown(hidden)])


def dialogue_sentence(area: str, places: Sequence[Place]) -> str:
    """Say which municipalities the contract has the house invite to dialogue.

    Args:
        area: The house's name.
        places: The municipalities.

    Returns:
        One sentence.
    """
    below = [place.name for place in places if place.status == _BELOW]
    about = "til dialog om mulighederne for at styrke vejledningsindsatsen"
    if len(below) == 1:
        return sentence(f"{area} inviterer {below[0]} Kommune, der ligger under spændet, {about}")
    if below:
        return sentence(f"{area} inviterer de {number(len(below))} kommuner under spændet {about}: {listing(below)}")
    if any(place.status in _SPAN for place in places):
        some = "af de kommuner, der kan vises," if any(place.is_hidden for place in places) else "kommuner"
        return sentence(f"ingen {some} ligger under spændet, og ingen inviteres derfor til dialog på det grundlag")
    return "Det kan ikke vises, om nogen kommuner ligger under spændet."


def hidden_sentence(hidden: int) -> str:
    """Say how many rows of the report are hidden.

    Args:
        hidden: How many.

    Returns:
        One sentence.
    """
    if hidden == 0:
        return "Ingen tal i rapporten er skjult."
    return sentence(
        f"{count(hidden, 'resultat', 'resultater')} i rapporten vises ikke, fordi "
        f"{'det' if hidden == 1 else 'de'} bygger på for få svar eller virksomheder, eller fordi et andet skjult tal "
        "ellers kunne beregnes"
    )


def _not_shown(hidden: int) -> list[str]:
    """Say that some municipalities are not shown; nothing when all are."""
    if hidden == 0:
        return []
    return [sentence(f"for {count(hidden, 'kommune', 'kommuner')} vises tallet ikke af hensyn til fortroligheden")]
