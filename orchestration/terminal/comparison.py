"""A frozen statement against the newest publication on the terminal, in Danish."""

from __future__ import annotations

from collections import Counter

import pandas as pd
from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from expectations.wording import long_date
from exports.statement.compare import HIDDEN, Change, Comparison
from orchestration import danish
from orchestration.terminal.summary import NO_VALUE, STATUSES

SHOWN_FIGURES = 25
SHOWN_DELIVERIES = 10
FIGURE = "value"
_SHORT = 12


def show(comparison: Comparison, console: Console) -> None:
    """Show a comparison.

    Args:
        comparison: The comparison.
        console: Where it is shown.
    """
    console.print(Group(*parts(comparison)), highlight=False)


def parts(comparison: Comparison) -> list[RenderableType]:
    """Put a comparison together.

    Args:
        comparison: The comparison.

    Returns:
        Its parts from top to bottom.
    """
    title = Text(f"Opgørelsen for {comparison.year}: frosset version og seneste udgave", style="bold")
    found: list[RenderableType] = ["", title, "", provenance(comparison), ""]
    if comparison.deliveries:
        found += [deliveries(comparison), ""]
    found.append(Text(verdict(comparison)))
    if not comparison.is_same:
        found += ["", tables(comparison)]
        figures = comparison.cells[comparison.cells["column"] == FIGURE]
        if not figures.empty:
            found += ["", changed_figures(figures)]
    for name, reason in comparison.left_out.items():
        found.append(Text(f"{name} er ikke sammenlignet: {reason}", style="dim"))
    return found


def provenance(comparison: Comparison) -> Table:
    """Show when and by what the two were computed.

    Args:
        comparison: The comparison.

    Returns:
        A table without frame.
    """
    table = Table.grid(padding=(0, 2))
    frozen, current, freeze = comparison.frozen, comparison.current, comparison.freeze
    table.add_row("Frosset", Text(f"version {freeze.version}, {long_date(freeze.frozen_at.date())}"))
    if freeze.reason is not None:
        table.add_row("Begrundelse", Text(freeze.reason))
    table.add_row(
        "Beregnet", Text(f"{long_date(frozen.published_at.date())} og {long_date(current.published_at.date())}")
    )
    code = f"{frozen.code_version} og nu {current.code_version}" if comparison.code_changed else "uændret"
    table.add_row("Kode", Text(code))
    if comparison.settings:
        for name, (before, now) in comparison.settings.items():
            table.add_row("Indstilling", Text(f"{name}: {_short(before)} og nu {_short(now)}"))
    else:
        table.add_row("Indstillinger", Text("uændrede"))
    return table


def deliveries(comparison: Comparison) -> Table:
    """Show which deliveries are not what they were.

    Args:
        comparison: The comparison.

    Returns:
        A table with a row per delivery, the last saying how many more there are.
    """
    table = Table(title="Leverancer, der er anderledes", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Indhold", no_wrap=True)
    table.add_column("Leverance")
    table.add_column("Hvad", no_wrap=True)
    for each in comparison.deliveries[:SHOWN_DELIVERIES]:
        table.add_row(Text(each.entity or "ukendt"), Text(each.delivery), str(each.change))
    left = comparison.deliveries[SHOWN_DELIVERIES:]
    if left:
        counts = Counter(each.change for each in left)
        words = ", ".join(f"{danish.number(counts[change])} {change}" for change in Change if counts[change])
        table.add_row("", f"… og {danish.count(len(left), 'leverance', 'leverancer')} mere", words)
    return table


def verdict(comparison: Comparison) -> str:
    """Say in a sentence what came out.

    Args:
        comparison: The comparison.

    Returns:
        The sentence.
    """
    rows = danish.count(sum(comparison.tables.values()), "række", "rækker")
    count = len(comparison.tables)
    where = f"{rows} i {danish.count(count, 'tabel', 'tabeller')}"
    if comparison.is_same:
        return f"Ingen tal er ændret: {where} er, som da opgørelsen blev frosset."
    cells = danish.count(len(comparison.cells), "celle er anderledes", "celler er anderledes")
    flipped = _flipped(comparison.cells)
    statuses = (
        f" {danish.count(flipped, 'status skifter', 'statusser skifter')}." if flipped else " Ingen status skifter."
    )
    return f"{cells} i forhold til de frosne {where}.{statuses}"


def tables(comparison: Comparison) -> Table:
    """Count the differences of each table.

    Args:
        comparison: The comparison.

    Returns:
        A table: one row per statement table with differences, one column per kind.
    """
    table = Table(title="Forskelle i celler", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Tabel", no_wrap=True)
    for change in Change:
        table.add_column(str(change).capitalize(), justify="right", no_wrap=True)
    counted = comparison.cells.groupby(["table", "change"], sort=False, observed=True).size()
    for name in comparison.cells["table"].drop_duplicates():
        numbers = [int(counted.get((name, str(change)), 0)) for change in Change]
        table.add_row(Text(str(name)), *(danish.number(number) if number else NO_VALUE for number in numbers))
    return table


def changed_figures(cells: pd.DataFrame) -> Table:
    """Show the figures that differ, those whose status changes first, then by how much they change.

    Args:
        cells: The cells of the column `value`.

    Returns:
        A table with the first of them, the last row saying how many more there are.
    """
    table = Table(title="Tal, der er anderledes", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Række")
    for heading in ("Frosset", "Nu", "Forskel"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Status")
    table.add_column("Mulig årsag")
    weight = cells["difference"].astype("Float64").abs().fillna(float("inf"))
    same = cells["status_before"].eq(cells["status_now"]).fillna(value=False)
    ordered = cells.assign(_same=same, _weight=-weight).sort_values(["_same", "_weight", "row"], kind="stable")
    for each in ordered.head(SHOWN_FIGURES).to_dict("records"):
        table.add_row(
            Text(str(each["row"])),
            _figure(each["before"]),
            _figure(each["now"]),
            NO_VALUE if pd.isna(each["difference"]) else _signed(float(each["difference"])),
            _status(each["status_before"], each["status_now"]),
            Text(str(each["cause"])),
        )
    left = len(cells) - SHOWN_FIGURES
    if left > 0:
        table.add_row(f"… og {danish.count(left, 'tal', 'tal')} mere")
    return table


def _flipped(cells: pd.DataFrame) -> int:
    """Count the rows whose status is another, as far as it is shown."""
    return int(((cells["column"] == "status") & (cells["change"] == str(Change.CHANGED))).sum())


def _figure(text: object) -> str:
    """Write a figure with at most two decimals."""
    if not isinstance(text, str):
        return NO_VALUE
    if text == HIDDEN:
        return text
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return text
    return danish.number(value, 0 if value.is_integer() else 2)


def _signed(value: float) -> str:
    """Write a difference with its sign."""
    text = danish.number(value, 2)
    return f"+{text}" if value > 0 else text


def _status(before: object, now: object) -> str:
    """Write a status, or how it changed."""
    words = [STATUSES.get(each, (each, ""))[0] if isinstance(each, str) else NO_VALUE for each in (before, now)]
    return words[0] if words[0] == words[1] else f"{words[0]} → {words[1]}"


def _short(value: str | None) -> str:
    """Write a setting; a fingerprint by its first letters."""
    if value is None:
        return "ingen"
    return value if len(value) <= 2 * _SHORT else f"{value[:_SHORT]}…"
