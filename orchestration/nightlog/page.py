"""The page of a night: a record in Danish words, as one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from expectations.wording import COPENHAGEN, count, long_date, number, owner_name
from orchestration import danish
from orchestration.nightlog.record import Arrived, CheckNote, Night, Refused, Stage, TableRows
from orchestration.progress import STAGES
from sources.showable import HELD_BACK

_TEMPLATES: Final = (Path(__file__).parents[1] / "templates", Path(__file__).parents[2] / "expectations" / "templates")
_ORIGINS: Final = {
    "schedule": "Startet af den daglige plan",
    "sensor": "Startet, fordi der kom nye leverancer",
    "hand": "Startet i hånden",
    "page": "Startet fra Dagsters side",
}
_CATCH_UP: Final = {
    "postgres": "erhvervshus load-postgres",
    "statement": "erhvervshus report",
    "role_exports": "erhvervshus share",
}
"""What does a step after the publication alone, without a whole run."""
_SHOWN: Final = 5
_MOST: Final = 200
_SLOW_FACTOR: Final = 1.5
_SLOW_SECONDS: Final = 5.0
_PER_CENT: Final = 100
_HELD_BACK: Final = HELD_BACK.removesuffix(")")
"""Begins every name that is not shown; a number follows."""


@dataclass(frozen=True)
class _Verdict:
    text: str
    css: str


@dataclass(frozen=True)
class _Bar:
    """A stage as it is drawn: its width and the usual's mark in per cent of the longest, and the words."""

    name: str
    text: str
    usual: str | None
    width: float
    mark: float | None
    is_slow: bool


def render(night: Night, earlier: Sequence[Night] = (), before: str | None = None) -> str:
    """Write the page of a run.

    Args:
        night: The run.
        earlier: The runs before it, the newest first: what is usual, and what is new tonight.
        before: The file name of the page before, when there is one.

    Returns:
        HTML without anything that is fetched.
    """
    import jinja2  # noqa: PLC0415

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    good = [each for each in earlier if each.verdict == "published"]
    stages = bars(night.stages, good)
    compared = _compared(earlier)
    new, old = _notes(night, compared)
    aside = night.landing.aside if night.landing else ()
    left = night.landing.left if night.landing else ()
    changed = sorted(
        (each for each in night.tables if each.before != each.now), key=lambda each: -abs(each.now - (each.before or 0))
    )
    return environment.get_template("night.html.j2").render(
        night=night,
        title=_title(night),
        verdict=_verdict(night),
        facts=_facts(night),
        failed_stage=_failed_stage(night),
        catch_up=_CATCH_UP.get(night.failure.stage or "") if night.failure and night.tables else None,
        has_held_back=night.landing is not None and _HELD_BACK in night.landing.model_dump_json(),
        arrived_text=_arrived_text(night),
        aside_new=[each for each in aside if each.is_new],
        aside_old=[each for each in aside if not each.is_new],
        left_new=[each for each in left if not each.stands],
        left_old=[each for each in left if each.stands],
        stages=stages,
        has_usual=any(each.usual for each in stages),
        nights_text=count(len(good), "tidligere kørsel", "tidligere kørsler"),
        checks_text=_checks_text(night, new, old, is_first=compared is None),
        notes_new=new,
        notes_old=old,
        more_notes=_more_notes(new, old, is_first=compared is None),
        changed=changed,
        published_text=_published_text(night, changed),
        alerts_text=_alerts_text(night),
        before=before,
        shown=_SHOWN,
        most=_MOST,
        number=number,
        duration=danish.duration,
        rows=_rows,
        describe=_describe,
        stage=_stage,
        difference=_difference,
    )


def bars(stages: Sequence[Stage], good: Sequence[Night]) -> list[_Bar]:
    """Compare the stages with the usual, the median of earlier good runs.

    Args:
        stages: The run's stages.
        good: Earlier runs that were published.

    Returns:
        A bar per stage.
    """
    times: dict[str, list[float]] = {}
    for night in good:
        for stage in night.stages:
            times.setdefault(stage.name, []).append(stage.seconds)
    usual = {name: median(seconds) for name, seconds in times.items()}
    longest = max([0.001, *(stage.seconds for stage in stages), *(usual.get(stage.name, 0) for stage in stages)])
    return [_bar(stage, usual.get(stage.name), longest) for stage in stages]


def _bar(stage: Stage, usual: float | None, longest: float) -> _Bar:
    """Draw one stage."""
    return _Bar(
        name=_stage(stage.name),
        text=danish.duration(stage.seconds),
        usual=danish.duration(usual) if usual is not None else None,
        width=round(_PER_CENT * stage.seconds / longest, 1),
        mark=round(_PER_CENT * usual / longest, 1) if usual is not None else None,
        is_slow=usual is not None and stage.seconds > max(_SLOW_FACTOR * usual, usual + _SLOW_SECONDS),
    )


def _title(night: Night) -> str:
    """Name the page by when the run started."""
    local = night.started_at.astimezone(COPENHAGEN)
    return f"Kørslen {long_date(local.date())} kl. {local:%H.%M}"


def _verdict(night: Night) -> _Verdict:
    """Say in one sentence what the run came to."""
    # There may be no edition before.
    stands = "Det, der var offentliggjort, gælder stadig."
    if night.verdict == "failed":
        return _Verdict(f"Intet nyt er offentliggjort. {stands}", "failed critical")
    if night.verdict == "stopped":
        return _Verdict(f"Kørslen blev stoppet, og intet nyt er offentliggjort. {stands}", "failed critical")
    if night.verdict == "published_in_part":
        stage = _failed_stage(night)
        what = f"trinnet »{stage}«" if stage else "et senere trin"
        return _Verdict(f"De nye tal er offentliggjort, men {what} gik galt.", "failed critical")
    new = sum(each.is_new for each in night.landing.aside) if night.landing else 0
    if new:
        aside = count(new, "leverance er sat til side", "leverancer er sat til side")
        return _Verdict(f"De nye tal er offentliggjort, men {aside}.", "failed")
    return _Verdict("De nye tal er offentliggjort.", "passed")


def _failed_stage(night: Night) -> str | None:
    """Name the stage that failed, when one did."""
    return (_stage(night.failure.stage) or None) if night.failure else None


def _facts(night: Night) -> str:
    """Say who started the run, what it is about and how long it took."""
    said = [_ORIGINS.get(night.origin, _ORIGINS["page"])]
    if night.parent_run_id is not None:
        said.append(f"forsøg efter kørslen {night.parent_run_id[:8]}, som ikke blev færdig")
    if night.report_year is not None:
        said.append(f"opgørelsesår {night.report_year}")
    said.append(f"tog {danish.duration(night.seconds)}")
    return " · ".join(said)


def _arrived_text(night: Night) -> str:
    """Say how much came in."""
    landing = night.landing
    if landing is None:
        return ""
    same = len(landing.arrived) < landing.deliveries
    known = count(landing.deliveries - len(landing.arrived), "leverance", "leverancer") if same else ""
    unchanged = "uændret" if landing.deliveries - len(landing.arrived) == 1 else "uændrede"
    rest = f" {known} er {unchanged} siden sidst." if known else ""
    if not landing.arrived:
        return f"Ingen nye leverancer.{rest}"
    rows = count(sum(each.delivered for each in landing.arrived), "række", "rækker")
    return f"{count(len(landing.arrived), 'ny eller ændret leverance', 'nye eller ændrede leverancer')}, {rows}.{rest}"


def _rows(arrived: Arrived) -> str:
    """Say what a delivery held."""
    said = [count(arrived.delivered, "række", "rækker")]
    if arrived.rejected:
        said.append(f"{number(arrived.rejected)} afvist")
    if arrived.rejected_values:
        said.append(count(arrived.rejected_values, "værdi udeladt", "værdier udeladt"))
    return ", ".join(said)


def _describe(refused: Refused) -> str:
    """Say where values or rows were refused, and why."""
    where = danish.place(refused.delivery, refused.line, refused.column)
    more = f" (og {number(refused.count - 1)} af samme slags)" if refused.count > 1 else ""
    return f"{where}{more}: {refused.reason}"


def _compared(earlier: Sequence[Night]) -> Night | None:
    """Find the run before whose checks tell what is new: one that came so far."""
    return next((each for each in earlier if each.checks), None)


def _notes(night: Night, before: Night | None) -> tuple[list[CheckNote], list[CheckNote]]:
    """Part the checks that are not as expected into those that are so tonight and those that were before."""
    known = {note.name for note in before.notes} if before is not None else set()
    grave_first = sorted(night.notes, key=lambda note: not note.is_critical)
    new = [note for note in grave_first if note.is_critical or note.name not in known]
    return new, [note for note in grave_first if note not in new]


def _checks_text(night: Night, new: Sequence[CheckNote], old: Sequence[CheckNote], *, is_first: bool) -> str:
    """Say what the checks came to."""
    if not night.checks:
        return "Kørslen nåede ikke at kontrollere data." if night.verdict != "published" else "Ingen kontroller."
    if not new and not old:
        return f"{count(night.checks, 'kontrol', 'kontroller')}, alle som forventet."
    said = f"{count(night.checks, 'kontrol', 'kontroller')}: {number(len(new) + len(old))} er ikke som forventet"
    if is_first:
        return f"{said}."
    fresh = count(len(new), "ny", "nye") if new else "ingen nye"
    return f"{said}, {fresh} siden kørslen før."


def _more_notes(new: Sequence[CheckNote], old: Sequence[CheckNote], *, is_first: bool) -> str:
    """Name the rest of the list."""
    rest = max(len(new) - _SHOWN, 0)
    another = "mere" if is_first else "ny til" if rest == 1 else "nye til"
    parts = [f"{number(rest)} {another}"] if rest else []
    parts += [f"{number(len(old))} som ved kørslen før"] if old else []
    return " og ".join(parts)


def _published_text(night: Night, changed: Sequence[TableRows]) -> str:
    """Say what was published."""
    if not night.tables:
        return "Intet."
    now = sum(each.now for each in night.tables)
    said = f"{count(len(night.tables), 'tabel', 'tabeller')} med {count(now, 'række', 'rækker')}"
    if all(each.before is None for each in night.tables):
        return f"{said}. Det er den første udgave."
    before = sum(each.before or 0 for each in night.tables)
    if not changed:
        return f"{said}, lige så mange som før."
    tables = count(len(changed), "tabel har", "tabeller har")
    return f"{said} (før {number(before)}). {tables} fået et andet antal rækker."


def _difference(table: TableRows) -> str:
    """Write how many rows a table gained or lost."""
    if table.before is None:
        return "ny"
    gained = table.now - table.before
    return f"{'+' if gained > 0 else '−' if gained < 0 else ''}{number(abs(gained))}"


def _alerts_text(night: Night) -> str:
    """Say who was told."""
    alerts = night.alerts
    if alerts is None:
        by_hand = "Kørsler i hånden sender ingen. Det gør kommandoen erhvervshus quality send."
        return by_hand if night.origin == "hand" else "Ingen er sendt endnu."
    if not alerts.is_on:
        return "Ingen; der er ikke angivet modtagere (indstillingen recipients)."
    said = count(alerts.sent, "besked er sendt", "beskeder er sendt") if alerts.sent else "Ingen nye at sende"
    if alerts.written:
        said += f" (nyt til {', '.join(owner_name(owner) for owner in alerts.written)})"
    if alerts.unreachable:
        said += f". Uden modtager: {', '.join(owner_name(owner) for owner in alerts.unreachable)}"
    return f"{said}."


def _stage(name: str | None) -> str:
    """Name a stage as the terminal does."""
    return STAGES.get(name or "", name or "")
