"""The score card of registration practice and a house's findings, as a person reads them at a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rich import box
from rich.table import Table
from rich.text import Text

from expectations.alert_text import RuleText
from expectations.alerts import Finding, State, StateKind, current_state
from expectations.result_history import ScoreRow
from expectations.results import CheckResult
from expectations.wording import NATION, SEVERITIES, houses, long_date, owner_name
from orchestration import danish

NO_VALUE = "–"
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


def card(day: date, rows: Sequence[ScoreRow]) -> Table:
    """Show the score card: a row per house, and in each dimension the share with its change in a month and a year.

    Args:
        day: The day of the data.
        rows: The rows of the score card.

    Returns:
        The table.
    """
    title = (
        f"Registreringspraksis {long_date(day)}: andel, der følger reglerne, i pct. "
        "(ændring på en måned / et år i point)"
    )
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Erhvervshus", no_wrap=True)
    for label in DIMENSIONS.values():
        table.add_column(label, justify="right", no_wrap=True)
    by_house: dict[str, dict[str, ScoreRow]] = {}
    for row in rows:
        by_house.setdefault(row.house, {})[row.dimension] = row
    order = [*houses(), NATION]
    for house in sorted(by_house, key=lambda each: order.index(each) if each in order else len(order)):
        table.add_row(
            owner_name(house),
            *(_share(by_house[house].get(dimension)) for dimension in DIMENSIONS),
            style="bold" if house == NATION else "",
        )
    return table


def _share(row: ScoreRow | None) -> str:
    """Write a share with its two changes."""
    if row is None or row.share_pct is None:
        return NO_VALUE
    month, year = (_change(row.share_pct, before) for before in (row.share_last_month, row.share_last_year))
    return f"{danish.number(row.share_pct, 1)} ({month} / {year})"


def _change(now: float, before: float | None) -> str:
    """Write a change with its sign."""
    if before is None:
        return NO_VALUE
    text = danish.number(now - before, 1)
    return f"+{text}" if now - before > 0 and text.strip("0,") else text


def findings(
    house: str, day: date, found: Sequence[Finding], texts: Mapping[str, RuleText], states: Sequence[State]
) -> list[Table | Text]:
    """Show a house's open findings by rule, newest first, with what was said of them.

    Args:
        house: The house.
        day: The day they are open on.
        found: The findings.
        texts: The texts of the rules.
        states: What people said.

    Returns:
        A heading and a table, or a sentence when there are none.
    """
    name = owner_name(house)
    if not found:
        return [Text(f"{name} har ingen åbne fund {long_date(day)}.")]
    grouped: dict[str, list[Finding]] = {}
    for finding in found:
        grouped.setdefault(finding.rule, []).append(finding)
    heading = f"{name}: {danish.count(len(found), 'åbent fund', 'åbne fund')} {long_date(day)}"
    parts: list[Table | Text] = [Text(heading, style="bold")]
    for rule, own in grouped.items():
        label = texts[rule].label_da if rule in texts else rule
        severity = own[0].severity
        title = f"{label} ({rule}, {SEVERITIES.get(severity, severity)}): {danish.number(len(own))}"
        # Headings stand outside the table: inside they would be broken at its width.
        parts += [Text(), Text(title, style=_STYLES.get(severity, ""))]
        table = Table(box=box.SIMPLE_HEAD)
        for column in ("Id", "Fundet", "Siden"):
            table.add_column(column, no_wrap=column != "Fundet")
        table.add_column("Status", no_wrap=True)
        explanations = list(dict.fromkeys(finding.explanation for finding in own))
        if len(explanations) > 1:
            table.add_column("Gør sådan")
        for finding in own:
            cells = [finding.record_id, finding.found_value or NO_VALUE, _short(finding.first_seen)]
            cells.append(_state(current_state(finding, states)))
            table.add_row(*(Text(cell) for cell in [*cells, finding.explanation][: len(table.columns)]))
        if len(explanations) == 1:
            parts.append(Text(explanations[0]))
        parts.append(table)
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


def attention(results: Sequence[CheckResult]) -> list[Text]:
    """Show the checks that are not as expected.

    Args:
        results: The results, the gravest first.

    Returns:
        A heading and a line each; nothing when all is as expected.
    """
    if not results:
        return []
    lines = [Text("Kontroller, der ikke er som forventet", style="bold yellow")]
    return [*lines, *(Text(f"  • {result.label_da}: {result.message_da}") for result in results)]
