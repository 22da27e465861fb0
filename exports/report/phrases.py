"""Danish sentences and figures that adapt to what is known: singular and plural, up and down, missing and hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from expectations.wording import NATION, count, houses, long_date
from expectations.wording import number as _plain_number
from exports.report.figures import SEGMENTS, Change, GoalFigure, State
from exports.statement.limits import Limits

__all__ = ["count", "long_date"]

ABSENT = "–"
"""What stands where a figure is missing or hidden."""

_MOST_DECIMALS = 6

_NOUNS = {
    "companies": ("virksomhed", "virksomheder"),
    "contacts": ("kontakt", "kontakter"),
    "courses": ("forløb", "forløb"),
    "per cent": ("pct.", "pct."),
    "percentage points": ("procentpoint", "procentpoint"),
    "score": ("point", "point"),
}
_DECIMALS = {"per cent": 1, "percentage points": 1, "score": 1}
_DIFFERENCE_UNITS = {"per cent": "percentage points"}
_STATUS = {
    State.MET: "opfyldt",
    State.NOT_MET: "ikke opfyldt",
    State.ON_PATH: "på sporet",
    State.BEHIND_PATH: "bagud",
    State.NO_DATA: "ingen data",
    State.HIDDEN: "skjult",
}


def hidden_note(respondents: float, companies: float) -> str:
    """Tell the reader of a table about its dashes.

    Args:
        respondents: The fewest answers behind a figure that is shown.
        companies: The fewest companies.

    Returns:
        The note.
    """
    return (
        f"{ABSENT} : ingen data, eller tallet vises ikke, fordi det bygger på færre end {number(respondents)} svar "
        f"eller {number(companies)} virksomheder, eller fordi et andet skjult tal ellers kunne beregnes."
    )


def number(value: float, decimals: int = 0) -> str:
    """Write a number with decimal comma, thousands point and a real minus.

    Args:
        value: The number.
        decimals: Digits after the comma.

    Returns:
        The text, as `1.234,5` or `−3,1`.
    """
    return _plain_number(value, decimals).replace("-", "−")


def exact(value: float) -> str:
    """Write a number that somebody has set, as a target: with no more decimals than it has.

    Args:
        value: The number.

    Returns:
        The text, as `70` or `75,2`.
    """
    for decimals in range(3):
        if abs(value - round(value, decimals)) < 10**-_MOST_DECIMALS:
            return number(value, decimals)
    return number(value, 2)


def percent(value: float | None, decimals: int = 1) -> str:
    """Write a share.

    Args:
        value: The share in per cent.
        decimals: Digits after the comma.

    Returns:
        The text, as `47,1 pct.`; a dash without a value.
    """
    return ABSENT if value is None else f"{number(value, decimals)} pct."


def points(value: float | None, unit: str = "percentage points", decimals: int = 1) -> str:
    """Write a difference with its sign.

    Args:
        value: The difference.
        unit: `percentage points` or `score`.
        decimals: Digits after the comma.

    Returns:
        The text, as `+2,3 procentpoint`; a dash without a value.
    """
    return ABSENT if value is None else f"{signed(value, decimals)} {_NOUNS[unit][1]}"


def signed(value: float, decimals: int = 0) -> str:
    """Write a number with its sign; what rounds to nothing has none.

    Args:
        value: The number.
        decimals: Digits after the comma.

    Returns:
        The text, as `+2,3` or `−2,3`.
    """
    written = number(value, decimals)
    return f"+{written}" if value > 0 and written.strip("0,") else written


def decimals_of(unit: str) -> int:
    """Say how many decimals figures of a unit are shown with.

    Args:
        unit: The unit.

    Returns:
        The number of decimals.
    """
    return _DECIMALS.get(unit, 0)


def apart(value: float, reference: float | None, decimals: int) -> int:
    """Find the decimals that keep a value and what it is held against apart: 69,96 is not 70,0.

    Args:
        value: The value.
        reference: What it is compared with.
        decimals: The usual number of decimals.

    Returns:
        The usual number, or as many as it takes to see on which side the value lies.
    """
    if reference is None or value == reference:
        return decimals
    for more in range(decimals, _MOST_DECIMALS):
        if number(value, more) != number(reference, more):
            return more
    return _MOST_DECIMALS


def with_unit(written: str, unit: str) -> str:
    """Put a unit behind a written number.

    Args:
        written: The number as text.
        unit: The unit.

    Returns:
        The text, as `1 virksomhed` or `70 pct.`.
    """
    one, many = _NOUNS[unit]
    return f"{written} {one if written in {'1', '−1'} else many}"


def value_text(figure: GoalFigure) -> str:
    """Write a figure with its unit; an NPS has none.

    Args:
        figure: The figure.

    Returns:
        The text, as `47,1 pct.`; a dash without a value.
    """
    if figure.value is None:
        return ABSENT
    written = number(figure.value, apart(figure.value, figure.target, decimals_of(figure.unit)))
    return written if figure.unit == "score" else with_unit(written, figure.unit)


def bare_value(figure: GoalFigure) -> str:
    """Write a figure without its unit, for a table whose heading says it.

    Args:
        figure: The figure.

    Returns:
        The text, as `47,1`; a dash without a value.
    """
    if figure.value is None:
        return ABSENT
    return number(figure.value, apart(figure.value, figure.target, decimals_of(figure.unit)))


def interval_text(low: float | None, high: float | None, decimals: int = 1) -> str:
    """Write an interval.

    Args:
        low: Its lower end.
        high: Its upper end.
        decimals: Digits after the comma.

    Returns:
        The text, as `45,9 til 48,3`; a dash without an interval.
    """
    if low is None or high is None:
        return ABSENT
    return f"{number(low, decimals)} til {number(high, decimals)}"


def target_text(target: float | None, comparison: str, unit: str) -> str:
    """Write a target.

    Args:
        target: The target.
        comparison: `at_least` or `more_than`.
        unit: Its unit.

    Returns:
        The text, as `mindst 50 pct.` or `over 0 procentpoint`; a dash without a target.
    """
    if target is None:
        return ABSENT
    word = "over" if comparison == "more_than" else "mindst"
    written = exact(target)
    return f"{word} {written if unit == 'score' else with_unit(written, unit)}"


def area_name(house: str) -> str:
    """Write the name of an area.

    Args:
        house: A house, or `danmark`.

    Returns:
        The name, as `Erhvervshus Fyn` or `Danmark`.
    """
    if house == NATION:
        return "Danmark"
    label = houses().get(house)
    return f"Erhvervshus {label}" if label else house


def short_name(house: str) -> str:
    """Write the name of an area where there is little room.

    Args:
        house: A house, or `danmark`.

    Returns:
        The name, as `Fyn` or `Danmark`.
    """
    return "Danmark" if house == NATION else houses().get(house, house)


def segment_name(segment: str) -> str:
    """Write the name of a segment with a capital letter.

    Args:
        segment: The segment.

    Returns:
        The name, as `Vækst`.
    """
    return capital(SEGMENTS.get(segment, segment))


def in_segment(segment: str) -> str:
    """Write where a figure applies, to stand behind a name.

    Args:
        segment: The segment.

    Returns:
        The text with a blank before it, as ` i vækstsegmentet`; empty for all.
    """
    return "" if segment == "all" else f" i {SEGMENTS.get(segment, segment)}segmentet"


def status_word(state: State) -> str:
    """Write a status inside a sentence.

    Args:
        state: The status.

    Returns:
        The word, as `ikke opfyldt`.
    """
    return _STATUS[state]


def listing(parts: Sequence[str]) -> str:
    """Put parts together as a list in a sentence.

    Args:
        parts: The parts.

    Returns:
        The text, as `a, b og c`; empty without parts.
    """
    if len(parts) < 2:  # noqa: PLR2004  # One part needs no "og".
        return "".join(parts)
    return f"{', '.join(parts[:-1])} og {parts[-1]}"


def capital(text: str) -> str:
    """Begin a text with a capital letter.

    Args:
        text: The text.

    Returns:
        The text.
    """
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Make a sentence: a capital letter first, one full stop last.

    Args:
        text: The words.

    Returns:
        The sentence.
    """
    text = capital(text.strip())
    return text if text.endswith((".", "?", "!")) else f"{text}."


def result_sentence(figure: GoalFigure) -> str:
    """Say what a figure is and whether its goal is met.

    Args:
        figure: The figure.

    Returns:
        One or two sentences.
    """
    area = f"{area_name(figure.house)}{in_segment(figure.segment)}"
    if figure.state is State.HIDDEN:
        return sentence(
            f"For {area} vises resultatet for {figure.year} ikke, fordi det bygger på for få svar eller virksomheder, "
            "eller fordi et andet skjult tal ellers kunne beregnes; derfor vises det heller ikke, om målet er opfyldt"
        )
    if figure.value is None or figure.target is None:
        return sentence(f"For {area} er der ingen data for {figure.year}, og målet kan derfor ikke vurderes")
    decimals = apart(figure.value, figure.target, decimals_of(figure.unit))
    interval = (
        f" (95 pct. sikkerhedsinterval: {interval_text(figure.ci_low, figure.ci_high, decimals)})"
        if figure.has_interval
        else ""
    )
    return sentence(f"For {area} er resultatet {value_text(figure)}{interval}{_verdict(figure)}") + _certainty(figure)


def _verdict(figure: GoalFigure) -> str:
    """Say how the value stands to the target, as the rest of a sentence."""
    target = target_text(figure.target, figure.comparison, figure.unit)
    path = "" if figure.target is None else with_unit(exact(figure.target), figure.unit)
    match figure.state:
        case State.MET:
            return f", og målet på {target} er opfyldt"
        case State.NOT_MET:
            return f", og målet på {target} er ikke opfyldt"
        case State.ON_PATH:
            return f", og det er på sporet: den vejledende sti frem mod målet er {path} i {figure.year}"
        case State.BEHIND_PATH:
            return f", og det er bagud: den vejledende sti frem mod målet er {path} i {figure.year}"
        case _:
            return ", og målet kan ikke vurderes"


def _certainty(figure: GoalFigure) -> str:
    """Say in a sentence of its own when chance could have decided the status."""
    if figure.certain is not False or figure.state not in {State.MET, State.NOT_MET}:
        return ""
    return " Sikkerhedsintervallet rummer målet, så afgørelsen er statistisk usikker."


def change_sentence(figure: GoalFigure, earlier: GoalFigure | None, change: Change | None) -> str:
    """Say how a figure has changed since the newest earlier one that means the same.

    Args:
        figure: The figure.
        earlier: The earlier one; None when there is none.
        change: The difference; None when either is missing or hidden.

    Returns:
        One sentence.
    """
    area = f"{area_name(figure.house)}{in_segment(figure.segment)}"
    if figure.state is State.HIDDEN or (earlier is not None and earlier.state is State.HIDDEN):
        return sentence(f"For {area} vises udviklingen ikke, fordi mindst ét af de to tal er skjult")
    if figure.value is None:
        return sentence(f"For {area} er der ingen data for {figure.year}, så udviklingen kan ikke opgøres")
    if earlier is None:
        return sentence(f"For {area} er der ikke et tidligere tal efter samme definition at sammenligne med")
    if change is None:
        return sentence(f"For {area} er der ingen data for {earlier.year}, så udviklingen kan ikke opgøres")
    return sentence(f"For {area} er resultatet {movement(change, figure.unit)}")


def changed_houses(changes: Sequence[tuple[GoalFigure, Change | None]]) -> str:
    """Name the houses whose change is larger than chance, or say that none is.

    Args:
        changes: The houses' figures with their changes; None where either figure is missing or hidden.

    Returns:
        One or two sentences; empty when no change has an interval.
    """
    known = [(figure, change) for figure, change in changes if change is not None and change.beyond_chance is not None]
    if not known:
        return ""
    beyond = [(figure, change) for figure, change in known if change.beyond_chance]
    if not beyond:
        return "For ingen af erhvervshusene er ændringen større, end tilfældigheder kan forklare."
    said = []
    for higher, word in ((True, "højere"), (False, "lavere")):
        names = [
            f"{area_name(figure.house)}{in_segment(figure.segment)}"
            for figure, change in beyond
            if (change.difference > 0) is higher
        ]
        if names:
            said.append(sentence(f"resultatet er {word}, end tilfældigheder kan forklare, for {listing(names)}"))
    return " ".join(said)


def difference_unit(unit: str) -> str:
    """Name the unit of a difference between two figures.

    Args:
        unit: The figures' unit.

    Returns:
        The unit, as `procentpoint` for shares.
    """
    return _NOUNS[_DIFFERENCE_UNITS.get(unit, unit)][1]


def movement(change: Change, unit: str) -> str:
    """Say in which direction and how far a figure has moved, as part of a sentence.

    Args:
        change: The change.
        unit: The figure's unit.

    Returns:
        The words, as `2,3 procentpoint højere end i 2024 (…)`.
    """
    unit = _DIFFERENCE_UNITS.get(unit, unit)
    decimals = decimals_of(unit)
    written = number(abs(change.difference), decimals)
    if not written.strip("0,"):
        return f"uændret i forhold til {change.since}"
    direction = "højere" if change.difference > 0 else "lavere"
    return f"{with_unit(written, unit)} {direction} end i {change.since}{_chance(change, decimals)}"


def _chance(change: Change, decimals: int) -> str:
    """Say whether a difference is larger than chance, as the rest of a sentence."""
    if change.low is None or change.high is None:
        return ""
    shown = max(apart(change.low, 0.0, decimals), apart(change.high, 0.0, decimals))
    within = f" (95 pct. sikkerhedsinterval: {interval_text(change.low, change.high, shown)})"
    if change.beyond_chance:
        return f"{within}, og ændringen er større, end tilfældigheder kan forklare"
    return f"{within}, men ændringen er ikke større, end tilfældigheder kan forklare"


def status_sentence(counts: Mapping[State, int]) -> str:
    """Say for how many houses a goal is met, and what is known of the others.

    Args:
        counts: How many houses have each state.

    Returns:
        One sentence or more.
    """
    total = sum(counts.values())
    if total == 0:
        return "Der er ingen tal for erhvervshusene."
    houses_in_all = "det ene erhvervshus" if total == 1 else f"de {number(total)} erhvervshuse"
    said = []
    for good, bad, lead, better, worse in (
        (State.MET, State.NOT_MET, "målet er", "opfyldt", "ikke opfyldt"),
        (State.ON_PATH, State.BEHIND_PATH, "udviklingen er", "på sporet", "bagud"),
    ):
        parts = [(better, counts.get(good, 0)), (worse, counts.get(bad, 0))]
        known = [(word, number_of) for word, number_of in parts if number_of]
        if not known:
            continue
        first = _of_all(known[0][1], total, houses_in_all)
        rest = [f"{word} for {number(number_of)}" for word, number_of in known[1:]]
        said.append(sentence(listing([f"{lead} {known[0][0]} for {first}", *rest])))
    if counts.get(State.NO_DATA):
        said.append(sentence(f"der er ingen data for {_of_all(counts[State.NO_DATA], total, houses_in_all)}"))
    if counts.get(State.HIDDEN):
        said.append(sentence(f"resultatet er skjult for {_of_all(counts[State.HIDDEN], total, houses_in_all)}"))
    return " ".join(said)


def _of_all(number_of: int, total: int, all_of_them: str) -> str:
    """Say how many of the houses, as `4 af de 6 erhvervshuse` or `alle 6 erhvervshuse`."""
    if total == 1:
        return all_of_them
    return f"alle {number(total)} erhvervshuse" if number_of == total else f"{number(number_of)} af {all_of_them}"


def nation_sentence(met: int, total: int, year: int, *, unknown: int = 0, hidden: int = 0, path: int = 0) -> str:
    """Say how many of the goals are met for the country.

    Args:
        met: Goals met.
        total: Goals in all, those without a status too.
        year: The report year.
        unknown: Goals without data.
        hidden: Goals whose figure is hidden.
        path: Goals whose target lies in a later year.

    Returns:
        One to four sentences.
    """
    judged = total - unknown - hidden - path
    if total == 0:
        return sentence(f"for {year} er der ingen nationale målepunkter at opgøre")
    said: list[str] = []
    if judged == 0:
        said.append(sentence(f"for Danmark som helhed kan ingen målepunkter vurderes i {year}"))
    elif judged == 1:
        word = "er opfyldt" if met else "er ikke opfyldt"
        said.append(sentence(f"for Danmark som helhed kan ét målepunkt vurderes i {year}, og det {word}"))
    elif met == judged:
        said.append(_of_judged(f"alle {judged} målepunkter", year))
    else:
        said.append(_of_judged(f"{met or 'ingen'} af de {judged} målepunkter", year))
    if path:
        noun = count(path, "målepunkt", "målepunkter")
        said.append(sentence(f"{noun} har først mål i et senere år og følges på en sti derhen"))
    if unknown:
        said.append(sentence(f"{count(unknown, 'målepunkt', 'målepunkter')} har ingen data"))
    if hidden:
        said.append(sentence(f"{count(hidden, 'målepunkt', 'målepunkter')} vises ikke af hensyn til fortroligheden"))
    return " ".join(said)


def _of_judged(which: str, year: int) -> str:
    """Say which of the measures that can be judged are met."""
    return sentence(f"for Danmark som helhed er {which}, der kan vurderes i {year}, opfyldt")


def hidden_sentence(hidden: int) -> str:
    """Say that the status of some houses rests on figures that are not shown.

    Args:
        hidden: How many houses.

    Returns:
        A sentence; empty when nothing is hidden.
    """
    if hidden == 0:
        return ""
    if hidden == 1:
        return "For ét erhvervshus er tallet skjult; det indgår i tallet for Danmark, men dets egen status vises ikke."
    return (
        f"For {number(hidden)} erhvervshuse er tallene skjult; de indgår i tallet for Danmark, men husenes egen status "
        "vises ikke."
    )


def base_sentence(figure: GoalFigure) -> str:
    """Say what a figure rests on.

    Args:
        figure: The figure.

    Returns:
        One sentence; empty when the base is not known.
    """
    if figure.n is None:
        return ""
    area = f"{area_name(figure.house)}{in_segment(figure.segment)}"
    kinds = {"respondents": ("besvarelse", "besvarelser"), "companies": ("virksomhed", "virksomheder")}
    noun = count(figure.n, *kinds.get(figure.unit_kind, ("observation", "observationer")))
    return sentence(f"for {area} bygger tallet på {noun}")


def response_sentence(house: str, segment: str, sent: int | None, answered: int | None, rate: float | None) -> str:
    """Say how many evaluations were answered.

    Args:
        house: A house, or `danmark`.
        segment: The segment.
        sent: Evaluations sent.
        answered: Evaluations answered.
        rate: The response rate in per cent.

    Returns:
        One sentence.
    """
    area = f"{area_name(house)}{in_segment(segment)}"
    if sent is None or answered is None or rate is None:
        return sentence(f"for {area} kan svarprocenten ikke vises")
    if sent == 0:
        return sentence(f"for {area} er der ikke sendt evalueringer")
    return sentence(
        f"for {area} er der sendt {count(sent, 'evaluering', 'evalueringer')}, hvoraf {number(answered)} er besvaret; "
        f"det er en svarprocent på {percent(rate)}"
    )


HIDDEN_NOTE = hidden_note(Limits().respondents, Limits().companies)
"""What the reader of a table is told about the dash under the usual limits."""
