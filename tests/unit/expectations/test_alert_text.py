"""The words of an alert and its list."""

from __future__ import annotations

import csv
import io
from datetime import date

from expectations.alert_text import Message, RuleText, write_message
from expectations.alerts import Finding, digests
from expectations.wording import observed_text, owner_name

RULES = {"cvr_valid": RuleText("CVR-nummeret er gyldigt", "Slå virksomheden op.")}
DAY = date(2026, 10, 31)


def message(*findings: Finding, link: str | None = "https://data.example.dk/x") -> Message:
    """Write the message of findings that are all new."""
    (digest,) = digests(findings, (), {}, DAY, date(2026, 11, 1), 35)
    return write_message(digest, RULES, DAY, date(2026, 11, 1), link)


def finding(record: str = "F-1", found: str = "12345678", explanation: str = "Ret nummeret.") -> Finding:
    """Make a finding of Fyn."""
    return Finding("fyn", "cvr_valid", "crm_forloeb", record, found, explanation, date(2026, 10, 30), "critical")


def test_it_says_what_where_how_many_and_what_to_do() -> None:
    """Without it, the data owner would have to look everything up."""
    made = message(finding(), finding("F-2"))
    assert made.subject == "Erhvervshus Fyn: 2 nye eller forværrede fund i registreringerne (31. oktober 2026)"
    assert "2 er åbne i alt." in made.body
    assert "1. CVR-nummeret er gyldigt: F-1, fundet »12345678«. Ret nummeret." in made.body
    assert (
        "- CVR-nummeret er gyldigt (kritisk): 2 åbne fund, heraf 2 nye eller forværrede. Nyeste 30. oktober 2026. "
        "Slå virksomheden op."
    ) in made.body
    assert "[Se alle kontroller](https://data.example.dk/x)" in made.body
    assert "erhvervshus quality ack cvr_valid --house fyn" in made.body
    assert "[Se" not in message(finding(), link=None).body


def test_a_check_is_told_by_what_it_found() -> None:
    """Without it, the key of a check would stand where a reader looks for a record."""
    check = Finding("erst", "keys.a", "kontrol", "a_b", "", "1 af 7 tabeller er ikke som forventet.", DAY, "warning")
    body = message(check).body
    assert "1. keys.a: 1 af 7 tabeller er ikke som forventet." in body
    assert "1 åbent fund, heraf 1 nyt eller forværret." in body


def test_the_list_opens_in_a_danish_spreadsheet_and_runs_no_formula() -> None:
    """Without it, a value typed into the CRM could run in the data owner's spreadsheet."""
    made = message(finding(found="=HYPERLINK(1)", explanation="Æ; «ø»"))
    assert made.attachment_name == "fund-fyn-2026-10-31.csv"
    assert made.attachment.startswith("\ufeffregel;")
    (row,) = csv.DictReader(io.StringIO(made.attachment.removeprefix("\ufeff")), delimiter=";")
    assert row["fundet"] == "'=HYPERLINK(1)"
    assert row["forklaring"] == "Æ; «ø»"
    assert (row["status"], row["foerste_gang_fundet"], row["alvor"]) == ("ny", "2026-10-30", "kritisk")


def test_values_cannot_act_as_markup() -> None:
    """Without it, a value of the data could put a link or a script into a mail."""
    body = message(finding(found="<b>[x](http://evil)</b>", record="*a*")).body
    assert "<b>" not in body
    assert "[x](" not in body
    assert "\\*a\\*" in body


def test_names_and_figures_are_danish() -> None:
    """Without it, codes and decimal points would reach readers."""
    assert [owner_name(owner) for owner in ("sjaelland", "erst", "danmark", "ukendt")] == [
        "Erhvervshus Sjælland", "Erhvervsstyrelsen", "Hele landet", "ukendt",
    ]  # fmt: skip
    values = (None, float("nan"), True, False, 1234, 1234.0, 0.25, 98.97, "tekst")
    assert [observed_text(value, " pct.") for value in values] == [
        "ingen værdi", "ingen værdi", "ja", "nej", "1.234 pct.", "1.234 pct.", "0,3 pct.", "98,97 pct.", "tekst",
    ]  # fmt: skip
