"""What an alert says: subject and body in Danish, and the list as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from expectations.alerts import CHECK, Cause, Digest, Finding, Group
from expectations.wording import AUTHORITY, SEVERITIES, count, long_date, number, owner_name

_CAUSES = {
    Cause.NEW: "ny",
    Cause.WORSE: "forværret",
    Cause.STILL_THERE: "meldt løst, men findes stadig",
    Cause.SNOOZE_OVER: "udsættelsen er udløbet",
}
_COLUMNS = (
    "regel", "regel_navn", "alvor", "status", "objekt", "id", "fundet", "forklaring", "foerste_gang_fundet",
    "kan_rettes",
)  # fmt: skip
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class RuleText:
    """What a rule is called, and what to do about findings that can be corrected and those that cannot, in Danish."""

    label_da: str
    remedy_da: str
    next_time_da: str = ""


@dataclass(frozen=True)
class Message:
    """An alert, ready to be sent: the body is Markdown, the attachment the text of a CSV file."""

    owner: str
    day: date
    subject: str
    body: str
    attachment_name: str
    attachment: str


def write_message(
    digest: Digest, rules: Mapping[str, RuleText], data_day: date, send_day: date, link: str | None
) -> Message:
    """Write the message of a digest.

    Args:
        digest: What the owner is told.
        rules: The texts of the rules; a rule without one is named by its key.
        data_day: The day of the data.
        send_day: The day of sending.
        link: Where all results can be seen, or None.

    Returns:
        The message.
    """
    name = owner_name(digest.owner)
    where = "i data og kontroller" if digest.owner == AUTHORITY else "i registreringerne"
    fresh = count(len(digest.triggers), "nyt eller forværret fund", "nye eller forværrede fund")
    subject = f"{name}: {fresh} {where} ({long_date(data_day)})"
    parts = [
        f"{name} har {fresh} {where} til og med {long_date(data_day)}. {_standing(digest)}",
        "**De vigtigste**",
        "\n".join(f"{place}. {_line(finding, rules)}" for place, finding in enumerate(digest.top, start=1)),
        *_section("**Alle åbne fund efter regel, nyeste først**", digest.groups, rules),
        *_section("**Kan ikke rettes, men undgås næste gang**", digest.uncorrectable, rules),
        "Hele listen er vedhæftet som CSV-fil.",
        _command_hint(digest),
    ]
    if link:
        parts.insert(-2, f"[Se alle kontroller]({link})")
    return Message(
        owner=digest.owner,
        day=send_day,
        subject=subject,
        body="\n\n".join(part for part in parts if part) + "\n",
        attachment_name=f"fund-{digest.owner}-{data_day.isoformat()}.csv",
        attachment=findings_csv(digest, rules),
    )


def _section(heading: str, groups: Sequence[Group], rules: Mapping[str, RuleText]) -> tuple[str, ...]:
    """Write a heading and a line per rule; nothing where there are none."""
    if not groups:
        return ()
    return heading, "\n".join(f"- {_group_line(group, rules)}" for group in groups)


def _standing(digest: Digest) -> str:
    """Say how many are open, acknowledged and left out."""
    text = f"{number(digest.open)} er åbne i alt"
    if digest.acknowledged:
        text += f", heraf {number(digest.acknowledged)} kvitteret"
    if digest.left_out:
        text += f"; {number(digest.left_out)} vises ikke, fordi de er udsat, forventede eller meldt løst"
    return f"{text}."


def _line(finding: Finding, rules: Mapping[str, RuleText]) -> str:
    """Write one finding."""
    if finding.entity == CHECK:
        return f"{_label(finding.rule, rules)}: {_inline(finding.explanation)}"
    found = f", fundet »{_inline(finding.found_value)}«" if finding.found_value else ""
    return f"{_label(finding.rule, rules)}: {_inline(finding.record_id)}{found}. {_inline(finding.explanation)}"


def _group_line(group: Group, rules: Mapping[str, RuleText]) -> str:
    """Write the line of a rule."""
    told = count(group.triggers, "nyt eller forværret", "nye eller forværrede")
    fresh = f", heraf {told}" if group.triggers else ""
    text = rules.get(group.rule, RuleText(group.rule, ""))
    can_be_corrected = group.findings[0].is_correctable
    remedy = text.remedy_da if can_be_corrected else text.next_time_da or text.remedy_da
    nouns = ("åbent fund", "åbne fund") if can_be_corrected else ("fund", "fund")
    said = (
        f"{_label(group.rule, rules)} ({SEVERITIES.get(group.severity, group.severity)}): "
        f"{count(len(group.findings), *nouns)}{fresh}. Nyeste {long_date(group.newest)}."
    )
    return f"{said} {remedy}".rstrip()


def _command_hint(digest: Digest) -> str:
    """Say how to answer; what cannot be corrected needs no answer."""
    if not digest.groups:
        return ""
    rule = digest.groups[0].rule
    option = f" --house {digest.owner}"
    return f"Kvittér, udsæt, meld løst eller markér som forventet: `erhvervshus quality ack {rule}{option}`"


def _label(rule: str, rules: Mapping[str, RuleText]) -> str:
    """Name a rule."""
    return rules[rule].label_da if rule in rules else rule


def _inline(text: str) -> str:
    """Keep a value of the data from acting as Markdown or HTML: it may hold anything."""
    escaped = " ".join(text.split())
    for sign in "\\`*_[]<>#|":
        escaped = escaped.replace(sign, {"<": "&lt;", ">": "&gt;"}.get(sign, f"\\{sign}"))
    return escaped


def findings_csv(digest: Digest, rules: Mapping[str, RuleText]) -> str:
    """Write the findings of a digest as CSV that a Danish spreadsheet opens: semicolons and a byte order mark.

    Args:
        digest: What the owner is told.
        rules: The texts of the rules.

    Returns:
        The text of the file; no value is read as a formula.
    """
    causes = {trigger.finding.key: _CAUSES[trigger.cause] for trigger in digest.triggers}
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for group in (*digest.groups, *digest.uncorrectable):
        for finding in group.findings:
            writer.writerow(
                _cell(value)
                for value in (
                    finding.rule,
                    _label(finding.rule, rules),
                    SEVERITIES.get(finding.severity, finding.severity),
                    causes.get(finding.key, "kendt"),
                    finding.entity,
                    finding.record_id,
                    finding.found_value,
                    finding.explanation,
                    finding.first_seen.isoformat(),
                    "ja" if finding.is_correctable else "nej",
                )
            )
    return "\ufeff" + stream.getvalue()


def _cell(value: str) -> str:
    """Keep a spreadsheet from reading a value as a formula."""
    return f"'{value}" if value.startswith(_FORMULA_SIGNS) else value
