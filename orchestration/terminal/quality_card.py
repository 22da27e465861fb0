"""The score card of registration practice and a house's findings, as a person reads them at a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from expectations.alert_text import RuleText
from expectations.alerts import CHECK, Finding, Group, State, StateKind, current_state, grouped, is_listed
from expectations.result_history import ScoreRow
from expectations.results import CheckResult
from expectations.wording import NATION, SEVERITIES, houses, long_date, owner_name
from orchestration import danish

NO_VALUE = "–"
WIDE, NARROW = 112, 78
"""The columns a terminal needs for the score card in one line per house, and for one in two lines."""
SHOWN = 10
"""How many findings of a rule are shown, unless all are asked for."""
DIMENSIONS = {
    "completeness": "Fuldstændighed",
    "validity": "Gyldighed",
    "timeliness": "Rettidighed",
    "consistency": "Sammenhæng",
}
STATES = {
    StateKind.ACKNOWLEDGED: "kvitteret",
    StateKind.SNOOZED: "udsat",
    StateKind.RESOLVED: "meldt løst",
    StateKind.EXPECTED: "forventet",
}
_STYLES = {"critical": "red", "warning": "yellow", "info": "dim"}


def card(day: date, rows: Sequence[ScoreRow], width: int = WIDE) -> list[Table | Text]:
    """Show the score card: a row per house, and in each dimension the share with its change in a month and a year.

    Args:
        day: The day of the data.
        rows: The rows of the score card.
        width: The columns of the terminal.

    Returns:
        A heading and a table that fits the width: below 112 columns a share and its changes are two lines, below 78
        a dimension is a line.
    """
    heading = Text(f"Registreringspraksis {long_date(day)}: andel, der følger reglerne, i pct.", style="bold")
    legend = Text("I parentes: ændring på en måned / på et år i point.")
    by_house: dict[str, dict[str, ScoreRow]] = {}
    for row in rows:
        by_house.setdefault(row.house, {})[row.dimension] = row
    order = [*houses(), NATION]
    ordered = sorted(by_house, key=lambda each: order.index(each) if each in order else len(order))
    table = Table(box=box.SIMPLE_HEAD)
    if width < NARROW:
        for name in ("Dimension", "Andel", "Ændring"):
            table.add_column(name, justify="left" if name == "Dimension" else "right", no_wrap=True)
        for house in ordered:
            table.add_row(Text(owner_name(house), style="bold"), "", "")
            for dimension, label in DIMENSIONS.items():
                table.add_row(f"  {label}", *_share(by_house[house].get(dimension)))
        return [heading, legend, table]
    table.add_column("Erhvervshus", no_wrap=True)
    for label in DIMENSIONS.values():
        table.add_column(label, justify="right", no_wrap=True)
    between = " " if width >= WIDE else "\n"
    for house in ordered:
        table.add_row(
            owner_name(house) if width >= WIDE else houses().get(house, owner_name(house)),
            *(between.join(_share(by_house[house].get(dimension))).rstrip() for dimension in DIMENSIONS),
            style="bold" if house == NATION else "",
        )
    return [heading, legend, table]


def _share(row: ScoreRow | None) -> tuple[str, str]:
    """Write a share, and its two changes."""
    if row is None or row.share_pct is None:
        return NO_VALUE, ""
    month, year = (_change(row.share_pct, before) for before in (row.share_last_month, row.share_last_year))
    return danish.number(row.share_pct, 1), f"({month} / {year})"


def _change(now: float, before: float | None) -> str:
    """Write a change with its sign."""
    if before is None:
        return NO_VALUE
    text = danish.number(now - before, 1)
    return f"+{text}" if now - before > 0 and text.strip("0,") else text


def findings(
    owner: str,
    day: date,
    found: Sequence[Finding],
    texts: Mapping[str, RuleText],
    states: Sequence[State],
    oldest: date,
    *,
    every: bool = False,
) -> list[Table | Text]:
    """Show an owner's open findings by rule, newest first, with what was said of them.

    Args:
        owner: A house, or the authority.
        day: The day they are open on.
        found: The findings.
        texts: The texts of the rules.
        states: What people said.
        oldest: The first day from which findings that cannot be corrected are shown; older ones are counted only.
        every: Whether every finding is shown, or the newest of each rule.

    Returns:
        Headings and tables, or a sentence when there are none.
    """
    name = owner_name(owner)
    correctable = [finding for finding in found if finding.is_correctable]
    recent = [finding for finding in found if not finding.is_correctable and is_listed(finding, oldest)]
    old = len(found) - len(correctable) - len(recent)
    if not found:
        return [Text(f"{name} har ingen åbne fund {long_date(day)}.")]
    parts: list[Table | Text] = [
        Text(f"{name}: {danish.count(len(correctable), 'åbent fund', 'åbne fund')} {long_date(day)}", style="bold")
    ]
    for group in grouped(correctable):
        parts += _group(group, owner, texts, states, every=every)
    if recent:
        parts += [Text(), Text(f"Kan ikke rettes, men undgås næste gang: {danish.number(len(recent))}", style="bold")]
        for group in grouped(recent):
            parts += _group(group, owner, texts, states, every=every)
    if old:
        said = danish.count(old, "ældre fund, der ikke kan rettes, vises", "ældre fund, der ikke kan rettes, vises")
        parts += [Text(), Text(f"{said} ikke. De indgår stadig i resultatkortet.")]
    return parts


def _group(
    group: Group, owner: str, texts: Mapping[str, RuleText], states: Sequence[State], *, every: bool
) -> list[Table | Text]:
    """Show the findings of a rule."""
    rule, own = group.rule, group.findings
    label = texts[rule].label_da if rule in texts else rule
    title = f"{label} ({rule}, {SEVERITIES.get(group.severity, group.severity)}): {danish.number(len(own))}"
    # Headings stand outside the table: inside they would be broken at its width.
    parts: list[Table | Text] = [Text(), Text(title, style=_STYLES.get(group.severity, ""))]
    if own[0].entity == CHECK:
        for finding in own:
            said = _state(current_state(finding, states))
            parts += [Text(finding.explanation), Text(f"Siden {long_date(finding.first_seen)}: {said}")]
        return parts
    explanations = list(dict.fromkeys(finding.explanation for finding in own))
    if len(explanations) == 1:
        parts.append(Text(explanations[0]))
    shown = own if every else own[:SHOWN]
    columns = ("Id", "Fundet", "Siden", "Status", *(("Gør sådan",) if len(explanations) > 1 else ()))
    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, no_wrap=column in {"Id", "Siden"})
    for finding in shown:
        cells = [finding.record_id, finding.found_value or NO_VALUE, _short(finding.first_seen)]
        cells += [_state(current_state(finding, states)), finding.explanation]
        table.add_row(*(Text(cell) for cell in cells[: len(columns)]))
    parts.append(table)
    if len(shown) < len(own):
        more = danish.number(len(own) - len(shown))
        parts.append(Text(f"  … og {more} til. Se dem alle: erhvervshus quality --house {owner} --rule {rule}"))
    return parts


def _short(day: date) -> str:
    """Write a day in a table."""
    return day.strftime("%d-%m-%Y")


def _state(state: State | None) -> str:
    """Write what was said of a finding."""
    if state is None:
        return "åben"
    until = f" til {_short(state.until)}" if state.until else ""
    return f"{STATES[state.kind]}{until} ({state.who})"


def attention(results: Sequence[CheckResult]) -> list[Text | Padding]:
    """Show the checks that are not as expected.

    Args:
        results: The results, the gravest first.

    Returns:
        A heading, and for each its name and what was found; nothing when all is as expected.
    """
    if not results:
        return []
    parts: list[Text | Padding] = [Text("Kontroller, der ikke er som forventet", style="bold yellow")]
    for result in results:
        parts += [
            Text(f"• {result.label_da}"),
            # Long texts keep their indent when they are broken.
            Padding(Text(result.message_da), (0, 0, 0, 2), expand=False),
        ]
    return parts
