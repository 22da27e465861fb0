"""The closing summary of a run, in Danish: deliveries, rows, times, warnings and the national goals."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from orchestration import danish
from orchestration.live import sentence as live_sentence
from orchestration.outcome import Goal, Outcome, Reject
from orchestration.progress import STAGES

NO_VALUE = "–"
SHOWN_NOTES = 12
WIDE = 100

SEGMENTS = {"all": "Alle", "drift": "Drift", "vaekst": "Vækst"}
STATUSES = {
    "met": ("Opfyldt", "green"),
    "not_met": ("Ikke opfyldt", "red"),
    "on_path": ("På sporet", "green"),
    "behind_path": ("Bag sporet", "yellow"),
    "no_data": ("Ingen data", "dim"),
}
CERTAINTIES = {"certain": "sikker", "uncertain": "usikker"}
COMPARISONS = {"at_least": "mindst", "more_than": "over"}
# The words after a figure, and its decimals, by the unit of the measure.
UNITS = {
    "per cent": (" pct.", 1),
    "percentage points": (" procentpoint", 1),
    "score": ("", 1),
}


def show(outcome: Outcome, console: Console) -> None:
    """Show the summary of a run.

    Args:
        outcome: What the run came to.
        console: Where it is shown.
    """
    console.print(Group(*summary(outcome, wide=console.width >= WIDE)), highlight=False)


def summary(outcome: Outcome, *, wide: bool = True) -> list[RenderableType]:
    """Put the summary together.

    Args:
        outcome: What the run came to.
        wide: Whether there is room for the confidence intervals too.

    Returns:
        Its parts from top to bottom.
    """
    parts: list[RenderableType] = ["", goal_table(outcome, wide=wide), ""]
    if outcome.notes or not outcome.is_clean:
        parts += [*warnings(outcome), ""]
    parts += [figures(outcome), "", *places(outcome)]
    return parts


def figures(outcome: Outcome) -> Table:
    """Show deliveries, rows, checks, the live port and times, a line each.

    Args:
        outcome: What the run came to.

    Returns:
        A table without frame: heading and text.
    """
    deliveries = outcome.accepted
    read = max(len(deliveries) - outcome.reused, 0)
    stages = ", ".join(f"{_in_sentence(STAGES[name])} {danish.duration(s)}" for name, s in outcome.seconds.items())
    table = Table.grid(padding=(0, 2))
    table.add_row(
        "Leverancer",
        f"{danish.number(len(outcome.manifest.deliveries))}: {danish.number(read)} indlæst, "
        f"{danish.number(outcome.reused)} uændret siden sidst, "
        f"{danish.number(len(outcome.set_aside))} sat til side",
    )
    table.add_row(
        "Rækker",
        f"{danish.number(sum(d.delivered_rows for d in deliveries))} leveret = "
        f"{danish.number(sum(d.accepted_rows for d in deliveries))} godtaget + "
        f"{danish.number(outcome.rejected_rows)} afvist",
    )
    if outcome.checks.checks:
        table.add_row("Kontroller", checks(outcome))
    if outcome.live is not None:
        table.add_row("PostgreSQL", live_sentence(outcome.live))
    table.add_row("Tid", f"{danish.duration(sum(outcome.seconds.values()))}: {stages}")
    return table


def _in_sentence(name: str) -> str:
    """Write the name of a stage inside a sentence: names in it keep their capitals."""
    return name[0].lower() + name[1:]


def checks(outcome: Outcome) -> str:
    """Say what the checks of the expectations came to.

    Args:
        outcome: What the run came to.

    Returns:
        One line.
    """
    found = outcome.checks
    text = f"{danish.number(found.checks)}: {danish.count(found.warnings, 'advarsel', 'advarsler')}"
    if found.broken:
        text += f", {danish.number(found.broken)} kunne ikke udføres"
    return text


def warnings(outcome: Outcome) -> list[RenderableType]:
    """Show what was not used: what landing says of deliveries, and the first rejects with file, line and reason.

    Args:
        outcome: What the run came to.

    Returns:
        A heading and one line each.
    """
    lines = [Text(f"• {note}") for note in outcome.notes[:SHOWN_NOTES]]
    left = len(outcome.notes) - SHOWN_NOTES
    if left > 0:
        lines.append(Text(f"• … og {danish.count(left, 'advarsel', 'advarsler')} mere"))
    if outcome.rejects:
        rows = danish.count(outcome.rejected_rows, "række", "rækker")
        values = danish.count(outcome.rejected_values, "værdi", "værdier")
        lines.append(Text(f"• I alt {rows} afvist og {values} udeladt. De første:"))
        lines += [Text(f"    {describe(reject)}") for reject in outcome.rejects]
        lines.append(Text("    Alle står i rejected_rows.parquet."))
    heading = Text("Advarsler", style="bold yellow")
    return [heading, *(Padding(line, (0, 0, 0, 2)) for line in lines)]


def describe(reject: Reject) -> str:
    """Write rejects of one kind on a line.

    Args:
        reject: The rejects.

    Returns:
        File, first line, column, how many more there are, and the reason, as far as they are known.
    """
    where = danish.place(reject.delivery, reject.line, reject.column)
    more = f" (og {danish.number(reject.count - 1)} mere af samme slags)" if reject.count > 1 else ""
    return f"{where}{more}: {reject.reason}"


def goal_table(outcome: Outcome, *, wide: bool = True) -> RenderableType:
    """Show the national goals of the report year.

    Args:
        outcome: What the run came to.
        wide: Whether there is room for the confidence intervals too.

    Returns:
        A table, or a sentence when no national goal was computed for the year.
    """
    year = outcome.manifest.report_year
    if not outcome.goals:
        return Text(f"Der er ingen nationale mål for {year} i leverancerne.")
    table = Table(title=f"Nationale mål {year}", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Mål", no_wrap=True)
    table.add_column("Måling")
    table.add_column("Segment", no_wrap=True)
    table.add_column("Resultat", justify="right", no_wrap=True)
    if wide:
        table.add_column("95 %-interval", justify="right", no_wrap=True)
    table.add_column("Mål", justify="right", no_wrap=True)
    table.add_column("Status", no_wrap=wide)
    for goal in outcome.goals:
        interval = [interval_text(goal)] if wide else []
        table.add_row(
            goal.number or NO_VALUE,
            Text(goal.label),
            Text(SEGMENTS.get(goal.segment, goal.segment)),
            value_text(goal.value, goal.unit),
            *interval,
            target_text(goal),
            status_text(goal),
        )
    return table


def value_text(value: float | None, unit: str) -> str:
    """Write a figure with its unit.

    Args:
        value: The figure, or None.
        unit: The unit of the measure, as `per cent`; counts have no word and no decimals.

    Returns:
        The text, as `52,4 pct.`.
    """
    if value is None:
        return NO_VALUE
    word, decimals = UNITS.get(unit, ("", 0))
    return f"{danish.number(value, decimals)}{word}"


def interval_text(goal: Goal) -> str:
    """Write a confidence interval.

    Args:
        goal: The goal.

    Returns:
        The text, as `48,1 til 56,7`.
    """
    if goal.ci_low is None or goal.ci_high is None:
        return NO_VALUE
    _, decimals = UNITS.get(goal.unit, ("", 0))
    return f"{danish.number(goal.ci_low, decimals)} til {danish.number(goal.ci_high, decimals)}"


def target_text(goal: Goal) -> str:
    """Write what is aimed at.

    Args:
        goal: The goal.

    Returns:
        The text, as `mindst 50`.
    """
    if goal.target is None:
        return NO_VALUE
    decimals = 0 if float(goal.target).is_integer() else 1
    comparison = COMPARISONS.get(goal.comparison or "", "")
    return f"{comparison} {danish.number(goal.target, decimals)}".strip()


def status_text(goal: Goal) -> Text:
    """Write whether a goal is met, and how certain that is.

    Args:
        goal: The goal.

    Returns:
        The text, as `Opfyldt (sikker)`, in a colour that the words do not depend on.
    """
    words, style = STATUSES.get(goal.status, (goal.status, ""))
    certainty = CERTAINTIES.get(goal.certainty or "")
    return Text(f"{words} ({certainty})" if certainty else words, style=style)


def places(outcome: Outcome) -> list[RenderableType]:
    """Say where the results are.

    Args:
        outcome: What the run came to.

    Returns:
        One line per kind of result.
    """
    files = [file.name for file in outcome.manifest.files if file.name != outcome.manifest.warehouse]
    table = Table.grid(padding=(0, 2))
    table.add_row("Datavarehus", Text(str(outcome.output / "current.duckdb")))
    for name in files:
        table.add_row("Fil", Text(str(outcome.output / name)))
    table.add_row("Fortegnelse", Text(str(outcome.output / "manifest.json")))
    if outcome.checks.checks:
        table.add_row("Kontroller", Text(str(outcome.data_docs)))
    if outcome.night_log is not None:
        table.add_row("Natlog", Text(str(outcome.night_log)))
    if outcome.edition is None:
        return [table]
    # A run without reports does not pay their imports.
    from orchestration.terminal import reports  # noqa: PLC0415

    heading = Text(reports.heading(outcome.edition), style="bold")
    return [table, "", heading, "", reports.places(outcome.output, outcome.edition)]
