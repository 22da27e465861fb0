"""`erhvervshus quality`: the score card, a house's findings, and what a person says of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.messages import configure_logging, consoles, failures_shown, possible_folder

if TYPE_CHECKING:
    from expectations.alerts import StateKind

quality = typer.Typer(
    name="quality",
    help="Vis, hvor god registreringspraksis er, og svar på fund.",
    invoke_without_command=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
)

Output = Annotated[Path, typer.Option(help="Mappen med kørslens resultater.", callback=possible_folder)]
Owner = Annotated[str, typer.Option("--house", help="Erhvervshuset, eller erst for det, der ikke hører til ét hus.")]
Rule = Annotated[str, typer.Argument(help="Reglens nøgle, fx cvr_valid.")]
Record = Annotated[str | None, typer.Option(help="Kun denne række. Uden den gælder det alle reglens nuværende fund.")]
Who = Annotated[str | None, typer.Option(help="Hvem der svarer. Uden den bruges brugernavnet på maskinen.")]
Note = Annotated[str, typer.Option(help="Begrundelsen.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]

OUTPUT = Path("output")


@quality.callback()
def show(
    context: typer.Context,
    output: Output = OUTPUT,
    house: Annotated[str | None, typer.Option(help="Vis dette erhvervshus' åbne fund.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", help="Vis det, som det var på denne dag.", formats=["%Y-%m-%d"])
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Vis loggen.")] = False,
) -> None:
    """Vis resultatkortet for registreringspraksis, eller et erhvervshus' fund."""
    if context.invoked_subcommand is not None:
        return
    configure_logging(verbose=verbose)
    results, errors = consoles()
    with failures_shown(errors, verbose=verbose):
        day = as_of.date() if as_of else None
        parts = _house_findings(output, house, day) if house else _score_card(output, day)
        for part in parts:
            results.print(part, highlight=False)


def _score_card(output: Path, as_of: date | None) -> list[object]:
    """Read the score card, and the checks that are not as expected in the newest run."""
    from expectations.data_docs import in_order_of_weight  # noqa: PLC0415
    from expectations.result_history import results_of, score_card  # noqa: PLC0415
    from expectations.store import history_file  # noqa: PLC0415
    from orchestration.quality_card import attention, card  # noqa: PLC0415

    history = history_file(output)
    day, rows = score_card(history, as_of)
    checks = in_order_of_weight(results_of(history)) if as_of is None else []
    return [card(day, rows), *attention(checks)]


def _house_findings(output: Path, house: str, as_of: date | None) -> list[object]:
    """Read a house's open findings."""
    from expectations.alert_store import states  # noqa: PLC0415
    from expectations.published_findings import (  # noqa: PLC0415
        check_house,
        data_day,
        practice_findings,
        published,
        rule_texts,
        rules,
    )
    from expectations.store import history_file, opened_history  # noqa: PLC0415
    from orchestration.quality_card import findings  # noqa: PLC0415

    check_house(house)
    with published(output) as con:
        day = as_of or data_day(con)
        found = practice_findings(con, house, day)
        known = rules(con)
    history = history_file(output)
    with opened_history(history) as con:
        said = states(con)
    return [*findings(house, day, found, rule_texts(known, history), said)]


@quality.command("ack")
def acknowledge(
    rule: Rule, house: Owner, record: Record = None, who: Who = None, note: Note = "", output: Output = OUTPUT
) -> None:
    """Kvittér: fundene er set, og der kommer kun besked, hvis de forværres."""
    from expectations.alerts import StateKind  # noqa: PLC0415

    _say(StateKind.ACKNOWLEDGED, rule, house, record, who, note, output)


@quality.command("snooze")
def snooze(
    rule: Rule,
    house: Owner,
    until: Annotated[datetime, typer.Option(help="Dagen, hvor fundene vises igen.", formats=["%Y-%m-%d"])],
    record: Record = None,
    who: Who = None,
    note: Note = "",
    output: Output = OUTPUT,
) -> None:
    """Udsæt: fundene vises ikke før en bestemt dag."""
    from expectations.alerts import StateKind  # noqa: PLC0415

    _say(StateKind.SNOOZED, rule, house, record, who, note, output, until.date())


@quality.command("resolve")
def resolve(
    rule: Rule, house: Owner, record: Record = None, who: Who = None, note: Note = "", output: Output = OUTPUT
) -> None:
    """Meld løst: findes fundene stadig i nyere data, kommer der besked igen."""
    from expectations.alerts import StateKind  # noqa: PLC0415

    _say(StateKind.RESOLVED, rule, house, record, who, note, output)


@quality.command("expect")
def expect(
    rule: Rule, house: Owner, record: Record = None, who: Who = None, note: Note = "", output: Output = OUTPUT
) -> None:
    """Markér som forventet: fundene er rigtige og vises ikke mere; nye fund af samme regel vises."""
    from expectations.alerts import StateKind  # noqa: PLC0415

    _say(StateKind.EXPECTED, rule, house, record, who, note, output)


@quality.command("send")
def send(
    recipients: Annotated[
        Path, typer.Option(help="YAML-filen med modtagere og kanaler.", envvar="ERHVERVSHUS_RECIPIENTS")
    ],
    output: Output = OUTPUT,
) -> None:
    """Send dagens beskeder, og prøv igen med dem, der ikke kom af sted."""
    configure_logging(verbose=False)
    results, errors = consoles()
    with failures_shown(errors, verbose=False):
        from expectations.alert_recipients import load_recipients  # noqa: PLC0415
        from expectations.alerting import alert  # noqa: PLC0415
        from expectations.wording import owner_name  # noqa: PLC0415
        from orchestration.danish import count  # noqa: PLC0415

        came_to = alert(output, load_recipients(recipients))
        results.print(f"{count(came_to.sent, 'besked', 'beskeder')} sendt.", highlight=False)
        for (owner, _), reason in (came_to.failures or {}).items():
            results.print(f"{owner_name(owner)}: gemt til et nyt forsøg. {reason}", highlight=False, markup=False)
        for owner in came_to.unreachable:
            results.print(f"{owner_name(owner)} har nye fund, men ingen kanal i {recipients}.", highlight=False)


def _say(
    kind: StateKind,
    rule: str,
    house: str,
    record: str | None,
    who: str | None,
    note: str,
    output: Path,
    until: date | None = None,
) -> None:
    """Keep what a person said of findings that are open."""
    configure_logging(verbose=False)
    results, errors = consoles()
    with failures_shown(errors, verbose=False):
        from getpass import getuser  # noqa: PLC0415

        from expectations.alert_store import save_state  # noqa: PLC0415
        from expectations.alerting import open_findings  # noqa: PLC0415
        from expectations.alerts import State  # noqa: PLC0415
        from expectations.published_findings import matching_findings  # noqa: PLC0415
        from expectations.store import history_file, opened_history  # noqa: PLC0415
        from expectations.wording import owner_name  # noqa: PLC0415
        from orchestration.danish import count  # noqa: PLC0415
        from orchestration.quality_card import STATES  # noqa: PLC0415

        now = datetime.now(tz=UTC)
        day, found = open_findings(output)
        matching = matching_findings(found, house, rule, record)
        said = State(house, rule, record, kind, until, who or getuser(), note, now, day or now.date())
        with opened_history(history_file(output)) as con:
            save_state(con, said)
        told = count(len(matching), "fund er", "fund er")
        results.print(f"{owner_name(house)}, {rule}: {told} {STATES[kind]}.", highlight=False, markup=False)
