"""The closing summary: Danish figures, honest warnings, the national goals."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from rich.console import Console

from expectations.gate import Tally
from orchestration.outcome import Outcome, Reject
from orchestration.terminal import summary


def shown(outcome: Outcome, width: int = 130) -> str:
    """Show a summary as text without colours."""
    stream = io.StringIO()
    summary.show(outcome, Console(file=stream, width=width, color_system=None))
    return stream.getvalue()


def row(text: str, label: str) -> list[str]:
    """Find a table row by a label in it and cut it into cells, which stand two spaces apart."""
    line = next(line for line in text.splitlines() if label in line)
    return re.split(r"\s{2,}", line.strip())


def test_goals_are_shown_in_danish(clean_outcome: Outcome) -> None:
    """Without it, a reader would meet decimal points, English statuses or a goal without its target."""
    text = shown(clean_outcome)
    assert "Nationale mål 2025" in text
    assert row(text, "Vejledte virksomheder") == [
        "1", "Vejledte virksomheder", "Alle", "1.234", "–", "mindst 1.200", "På sporet",
    ]  # fmt: skip
    assert row(text, "NPS")[2:] == ["Drift", "68,3", "64,1 til 72,0", "mindst 70", "Ikke opfyldt (usikker)"]
    assert row(text, "Mervækst")[2:] == ["Vækst", "0,4 procentpoint", "0,1 til 0,7", "over 0", "Opfyldt (sikker)"]
    assert row(text, "Kendskab") == ["–", "Kendskab", "Alle", "–", "–", "–", "Ingen data"]


def test_unknown_words_are_shown_as_they_are(clean_outcome: Outcome) -> None:
    """Without it, a new status or segment in the warehouse would stop every run at its last step."""
    assert row(shown(clean_outcome), "Andet")[2:] == [
        "alle slags", "52,0 pct.", "50,0 til 54,0", "mindst 50,5", "new_status (sikker)",
    ]  # fmt: skip


def test_says_so_when_the_year_has_no_goals(clean_outcome: Outcome) -> None:
    """Without it, an empty table would look like an error of the program."""
    assert "Der er ingen nationale mål for 2025" in shown(replace(clean_outcome, goals=()))


def test_a_clean_run_has_no_warnings(clean_outcome: Outcome) -> None:
    """Without it, people would learn to skip the warnings."""
    text = shown(clean_outcome)
    assert "Advarsler" not in text
    assert "2: 1 indlæst, 1 uændret siden sidst, 0 sat til side" in text
    assert "3.000 leveret = 3.000 godtaget + 0 afvist" in text
    assert "1 min. 5 sek.: forbereder kørslen 2,3 sek., bygger datavarehuset 1 min. 3 sek." in text
    assert "goal_attainment.parquet" in text


def test_warnings_name_file_line_column_and_reason(dirty_outcome: Outcome) -> None:
    """Without it, nobody could find the cell to correct."""
    text = shown(dirty_outcome)
    assert "crm/a.csv, linje 7, kolonne startdato: 31-02-2025 er ikke en dato." in text
    assert "crm/a.csv: Rækken kan ikke læses." in text
    assert "I alt 1 række afvist og 2 værdier udeladt." in text
    assert "1.500 leveret = 1.499 godtaget + 1 afvist" in text
    assert text.count("er sat til side (") == summary.SHOWN_NOTES
    assert "… og 2 advarsler mere" in text


def test_markup_in_data_is_shown_as_text(dirty_outcome: Outcome) -> None:
    """Without it, a file name or a reason with square brackets would vanish or break the display."""
    assert "[red]crm[/]" in shown(replace(dirty_outcome, notes=("[red]crm[/] er sat til side.",)))


def test_a_narrow_terminal_keeps_the_words_whole(clean_outcome: Outcome) -> None:
    """Without it, a table on 80 columns would be cut into columns of three letters."""
    text = shown(clean_outcome, width=80)
    assert "95 %-interval" not in text
    assert row(text, "Vejledte")[1:4] == ["Vejledte", "Alle", "1.234"]
    assert all(len(line) <= 80 for line in text.splitlines())


def test_rejects_of_one_kind_are_counted_and_not_repeated() -> None:
    """Without it, one bad column would fill the summary and hide every other mistake."""
    reject = Reject("crm/a.csv", 7, "kanal", "Værdien kan ikke læses.", count=15)
    assert (
        summary.describe(reject)
        == "crm/a.csv, linje 7, kolonne kanal (og 14 mere af samme slags): Værdien kan ikke læses."
    )


def test_what_the_checks_came_to_is_told_with_their_page(clean_outcome: Outcome) -> None:
    """Without it, a warning about practice would lie in a page nobody knows of."""
    assert "Kontroller" not in shown(clean_outcome)
    text = shown(replace(clean_outcome, checks=Tally(checks=81, warnings=1, broken=2)))
    assert "81: 1 advarsel, 2 kunne ikke udføres" in text
    assert "data-docs/index.html" in text
