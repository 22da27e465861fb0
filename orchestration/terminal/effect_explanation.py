"""An effect explained on the terminal, in Danish: arithmetic, method, likeness of the two groups, and reservations."""

from __future__ import annotations

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from exports.explain_effect import EffectExplanation, Likeness
from orchestration import danish

_ASSESSMENTS = {"good": "ens", "acceptable": "næsten ens", "blocks": "for forskellige"}


def effect_parts(effect: EffectExplanation, value: float | None) -> list[RenderableType]:
    """Put together what is said of an effect beside the figure and its base.

    Args:
        effect: The effect.
        value: The figure in percentage points, None when it may not be shown.

    Returns:
        Its parts from top to bottom.
    """
    parts: list[RenderableType] = [arithmetic(effect, value), "", *method(effect)]
    if effect.likeness:
        parts += ["", likeness(effect.likeness), Text(likeness_in_words(effect))]
    if value is not None:
        parts += ["", *reservations(effect, value)]
    return parts


def arithmetic(effect: EffectExplanation, value: float | None) -> RenderableType:
    """Show how the figure is reached, or why it is not shown.

    Args:
        effect: The effect.
        value: The figure, None when it may not be shown.

    Returns:
        A table without frame, or a sentence.
    """
    if value is None or effect.treated_mean is None or effect.control_mean is None:
        return Text(f"Tallet vises ikke. {effect.reason or ''}".rstrip(), style="bold")
    raw = effect.treated_mean - effect.control_mean
    table = Table(title="Beregningen", title_justify="left", title_style="bold", box=None, show_header=False)
    table.add_column(min_width=52)
    table.add_column(justify="right", no_wrap=True)
    table.add_row("Gennemsnitlig vækst, vejledte virksomheder", f"{_two(effect.treated_mean)} pct.")
    table.add_row("Gennemsnitlig vækst, sammenlignelige virksomheder", f"{_two(effect.control_mean)} pct.")
    table.add_row("Forskel før korrektion", f"{_two(raw)} procentpoint")
    table.add_row("Korrektion for de forskelle, som matchningen efterlader", f"{_two(value - raw)} procentpoint")
    table.add_row("Mervækst", f"{_two(value)} procentpoint")
    return table


def method(effect: EffectExplanation) -> list[RenderableType]:
    """Say how the companies were found and compared, with the settings of the run.

    Args:
        effect: The effect.

    Returns:
        A heading and a paragraph.
    """
    one = effect.method
    first, last = effect.end_years[0], effect.end_years[-1]
    years = f"{last}" if first == last else f"{first}-{last}"
    pooled = ""
    if effect.scope == "pooled":
        pooled = f" Årgangen {last} alene har for få virksomheder, så årgangene er lagt sammen."
    text = (
        f"Virksomheder, hvis vejledning sluttede i {years}.{pooled} "
        f"Forløb med under {one.joined_within_months} måneder imellem er én vejledning, og en virksomhed indgår med "
        "sin første. Hver sammenlignes med de "
        f"{danish.number(one.neighbours)} nærmeste virksomheder, som intet erhvervshus har vejledt til og med "
        "resultatåret. De har samme basisår og størrelsesgruppe og som udgangspunkt samme branchegruppe og region; er "
        f"der under {danish.number(one.minimum_controls)} at vælge imellem, ses først bort fra region og så fra "
        f"branche. Omsætningen i basisåret må højst afvige {_two(one.caliper_log_revenue)} målt i logaritmer og den "
        f"tidligere vækst {danish.number(one.caliper_prior_growth_sd, 1)} standardafvigelser. "
        f"Mindstegrænsen i basisåret er {danish.number(one.revenue_floor_tkr)} t.kr. i omsætning og "
        f"{danish.number(one.full_time_equivalents_floor)} årsværk. "
        "Væksten måles fra basisåret, som er året før vejledningen begyndte, til "
        f"{danish.number(one.outcome_offset_years)} år efter, at den sluttede; de yderste 5 pct. afkortes, og en "
        "virksomhed, der er ophørt, tæller som -100 pct. (i produktivitet indgår kun overlevende)."
    )
    return [Text("Metoden", style="bold"), Text(text), Text(f"Metodens fingeraftryk: {one.fingerprint}")]


def likeness(compared: tuple[Likeness, ...]) -> Table:
    """Show how alike the two groups are, before and after matching.

    Args:
        compared: What they were matched on.

    Returns:
        A table.
    """
    table = Table(title="Er grupperne ens?", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Målt før vejledningen")
    table.add_column("Forskel før matchning", justify="right")
    table.add_column("Efter matchning", justify="right")
    table.add_column("Vurdering")
    for one in compared:
        before = "–" if one.before is None else _two(one.before)
        after = "–" if one.after is None else _two(one.after)
        table.add_row(one.label, before, after, _ASSESSMENTS.get(one.assessment or "", ""))
    return table


def likeness_in_words(effect: EffectExplanation) -> str:
    """Say in a sentence or two how alike the two groups were made.

    Args:
        effect: The effect, with at least one thing compared.

    Returns:
        The sentences.
    """
    before = max(abs(one.before or 0.0) for one in effect.likeness)
    largest = max(effect.likeness, key=lambda one: abs(one.after or 0.0))
    after, what = abs(largest.after or 0.0), largest.label[:1].lower() + largest.label[1:]
    limit = effect.method
    return (
        f"Forskelle er i standardafvigelser. Den største var {_two(before)} før matchningen og er {_two(after)} efter "
        f"({what}). Under {_two(limit.balance_good)} er grupperne ens, og over {_two(limit.balance_blocks)} må tallet "
        "ikke offentliggøres."
    )


def reservations(effect: EffectExplanation, value: float) -> list[RenderableType]:
    """Say how much the figure depends on the method, and whether something is found where nothing can be.

    Args:
        effect: The effect.
        value: The figure in percentage points.

    Returns:
        A heading and one sentence each.
    """
    share = "" if effect.matched_share is None else f" ({danish.number(effect.matched_share, 1)} pct.)"
    compared, eligible = danish.number(effect.n_treated), danish.number(effect.n_eligible)
    controls, reuse = danish.number(effect.n_controls), danish.count(effect.max_reuse, "gang", "gange")
    lines = [
        f"{compared} af {eligible} vejledte virksomheder{share} har mindst én sammenlignelig virksomhed. De "
        f"sammenlignes med {controls} forskellige virksomheder, og den mest brugte indgår {reuse}."
    ]
    if effect.lowest is not None and effect.highest is not None and effect.lowest < effect.highest:
        lines.append(
            f"Med andre valg af metode ligger tallet fra {_two(effect.lowest)} til {_two(effect.highest)} procentpoint "
            f"(her {_two(value)})."
        )
    if effect.placebo is not None:
        found, low, high = effect.placebo
        verdict = "Som ventet findes ingen" if low <= 0 <= high else "Mod forventning findes en"
        lines.append(
            f"{verdict} sikker forskel i væksten før vejledningen, hvor den ikke kan have virket: "
            f"{_two(found)} procentpoint ({_two(low)} til {_two(high)})."
        )
    return [Text("Forbehold", style="bold"), *(Text(line) for line in lines)]


def _two(number: float) -> str:
    """A number with two decimals."""
    return danish.number(number, 2)
