"""A figure explained on the terminal, in Danish: definition, source, value and the base step by step."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from exports.explain import Explanation
from orchestration import danish
from orchestration.outcome import Goal
from orchestration.terminal.effect_explanation import effect_parts
from orchestration.terminal.summary import NO_VALUE, SEGMENTS, interval_text, status_text, target_text, value_text

_DELIVERED = "Tallet er leveret eller offentliggjort som et tal. Datavarehuset har ingen rækker bag det."
_NO_EFFECT = (
    "Effekten kan ikke beregnes: Ingen virksomhed, hvis vejledning sluttede to år før, kan sammenlignes her, eller "
    "virksomhedernes regnskaber for året er ikke komplette."
)


def show(explanation: Explanation, console: Console) -> None:
    """Show an explanation.

    Args:
        explanation: The figure explained.
        console: Where it is shown.
    """
    console.print(Group(*parts(explanation)), highlight=False)


def parts(explanation: Explanation) -> list[RenderableType]:
    """Put an explanation together.

    Args:
        explanation: The figure explained.

    Returns:
        Its parts from top to bottom.
    """
    key = explanation.key
    segment = "" if key.segment == "all" else f", {SEGMENTS[key.segment].lower()}"
    heading = Text(f"{explanation.label}: {explanation.house_name}{segment}, {key.year}", style="bold")
    beside = effect_parts(explanation.effect, explanation.value) if explanation.effect is not None else []
    return ["", heading, "", definition(explanation), "", figure(explanation), "", waterfall(explanation), *beside]


def definition(explanation: Explanation) -> Table:
    """Show what is measured and where that is agreed.

    Args:
        explanation: The figure explained.

    Returns:
        A table without frame: heading and text.
    """
    table = Table.grid(padding=(0, 2))
    table.add_row("Definition", Text(explanation.definition))
    table.add_row("Aftale", Text(f"{explanation.agreement_label}, mål {explanation.goal_number}"))
    table.add_row("Kilde", Text(explanation.source))
    if explanation.evaluation_year != explanation.key.year:
        table.add_row("Grundlag", Text(f"Brugerevalueringer fra evalueringsåret {explanation.evaluation_year}"))
    return table


def figure(explanation: Explanation) -> Table:
    """Show the value with its interval, how it was divided, and the target.

    Args:
        explanation: The figure explained.

    Returns:
        A table without frame: heading and text.
    """
    goal = Goal(
        number=explanation.goal_number,
        label=explanation.label,
        segment=explanation.key.segment,
        unit=explanation.unit,
        value=explanation.value,
        ci_low=explanation.ci_low,
        ci_high=explanation.ci_high,
        target=explanation.target,
        comparison=explanation.comparison,
        status=explanation.status,
        certainty=explanation.certainty,
    )
    table = Table.grid(padding=(0, 2))
    table.add_row("Resultat", Text(value_text(explanation.value, explanation.unit), style="bold"))
    if explanation.ci_low is not None:
        table.add_row("95 %-interval", interval_text(goal))
    if explanation.numerator is not None and explanation.denominator is not None:
        decimals = 0 if explanation.denominator.is_integer() else 1
        numerator = danish.number(explanation.numerator, decimals)
        table.add_row("Beregning", f"100 × {numerator} / {danish.number(explanation.denominator, decimals)}")
    table.add_row("Mål", target_text(goal))
    table.add_row("Status", status_text(goal))
    return table


def waterfall(explanation: Explanation) -> RenderableType:
    """Show the base: what the measure looked at, what left it step by step, and what remains.

    Args:
        explanation: The figure explained.

    Returns:
        A table, or a sentence for figures without rows.
    """
    if not explanation.steps:
        return Text(_NO_EFFECT if explanation.family == "effect" else _DELIVERED)
    table = Table(title="Grundlaget", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Trin")
    table.add_column("Antal", justify="right", no_wrap=True)
    table.add_column("Udgår", justify="right", no_wrap=True)
    table.add_column("Fordi")
    for step in explanation.steps:
        left = danish.number(step.left) if step.left_label is not None else NO_VALUE
        label = step.label[:1].upper() + step.label[1:]
        table.add_row(label, danish.number(step.remaining), left, Text(step.left_label or ""))
    return Padding(table, 0)
