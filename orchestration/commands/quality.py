"""`erhvervshus quality`: the score card, an owner's findings, and what a person says of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.messages import command
from orchestration.commands.options import OutputFolder, Verbose, output_folder

if TYPE_CHECKING:
    from expectations.alerts import Finding

quality = typer.Typer(
    name="quality",
    help="Vis, hvor god registreringspraksis er, og svar på fund.",
    invoke_without_command=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
)

NO_RECIPIENTS = (
    "Der er ingen fil med modtagere. Angiv den med --recipients, eller som indstillingen recipients. "
    "expectations/recipients.example.yml viser formen."
)
Owner = Annotated[str, typer.Option("--house", help="Erhvervshuset, eller erst for det, der ikke hører til ét hus.")]
Rule = Annotated[str, typer.Argument(help="Reglens nøgle, fx cvr_valid.")]
Record = Annotated[str | None, typer.Option(help="Kun denne række. Uden den gælder det alle reglens nuværende fund.")]
Who = Annotated[str | None, typer.Option(help="Hvem der svarer. Uden den bruges brugernavnet på maskinen.")]
Note = Annotated[str, typer.Option(help="Begrundelsen.")]


@quality.callback()
def show(
    context: typer.Context,
    output: OutputFolder = None,
    house: Annotated[
        str | None, typer.Option(help="Vis dette erhvervshus' åbne fund; erst for det, der ikke hører til ét hus.")
    ] = None,
    rule: Annotated[str | None, typer.Option(help="Sammen med --house: vis alle fund af denne regel.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", help="Vis det, som det var på denne dag.", formats=["%Y-%m-%d"])
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Vis resultatkortet for registreringspraksis, eller et erhvervshus' fund."""
    context.obj = output
    if context.invoked_subcommand is not None:
        return
    if rule and not house:
        raise typer.BadParameter("Angiv også --house.", param_hint="--rule")
    with command(verbose=verbose) as (results, _):
        day = as_of.date() if as_of else None
        folder = output_folder(output)
        parts = _findings(folder, house, rule, day) if house else _score_card(folder, day, results.width)
        for part in parts:
            results.print(part, highlight=False)


def _score_card(output: Path, as_of: date | None, width: int) -> list[object]:
    """Read the score card, and the checks that were not as expected in the run of the day."""
    from expectations.data_docs import in_order_of_weight  # noqa: PLC0415
    from expectations.result_history import results_of, score_card  # noqa: PLC0415
    from expectations.store import history_file  # noqa: PLC0415
    from orchestration.terminal.quality_card import attention, card  # noqa: PLC0415

    history = history_file(output)
    day, rows = score_card(history, as_of)
    return [*card(day, rows, width), *attention(in_order_of_weight(results_of(history, as_of=as_of)))]


def _findings(output: Path, given: str, rule: str | None, as_of: date | None) -> list[object]:
    """Read what an owner has open, and what was said of it."""
    from expectations.alert_store import states  # noqa: PLC0415
    from expectations.alerting import open_findings  # noqa: PLC0415
    from expectations.finding_history import newest_run  # noqa: PLC0415
    from expectations.periods import load_periods  # noqa: PLC0415
    from expectations.published_findings import (  # noqa: PLC0415
        data_day,
        matching_findings,
        owner_of,
        published,
        rule_texts,
        rules,
    )
    from expectations.store import history_file, opened_history  # noqa: PLC0415
    from orchestration.terminal.quality_card import findings  # noqa: PLC0415

    owner = owner_of(given)
    history = history_file(output)
    with published(output) as con:
        day = newest_run(history, as_of) if as_of else data_day(con)
        texts = rule_texts(rules(con), history)
    _, found = open_findings(output, day if as_of else None)
    own = tuple(finding for finding in found if finding.owner == owner)
    if rule:
        own = matching_findings(own, owner, rule)
    with opened_history(history) as con:
        said = states(con)
    oldest = load_periods().uncorrectable_shown.before(day)
    return [*findings(owner, day, own, texts, said, oldest, every=rule is not None)]


def _answer(kind: str) -> Callable[..., None]:
    """Make the command that says one thing of findings."""

    def say(
        context: typer.Context,
        rule: Rule,
        house: Owner,
        record: Record = None,
        who: Who = None,
        note: Note = "",
        output: OutputFolder = None,
    ) -> None:
        _say(output or context.obj, kind, rule, house, record, who, note)

    return say


for _name, _kind, _help in (
    ("ack", "acknowledged", "Kvittér: fundene er set, og der kommer kun besked, hvis de forværres."),
    ("resolve", "resolved", "Meld løst: findes fundene stadig i nyere data, kommer der besked igen."),
    (
        "expect",
        "expected",
        "Markér som forventet: fundene er rigtige og vises ikke mere; nye fund af samme regel vises.",
    ),
):
    quality.command(_name, help=_help)(_answer(_kind))


@quality.command("snooze")
def snooze(
    context: typer.Context,
    rule: Rule,
    house: Owner,
    until: Annotated[datetime, typer.Option(help="Dagen, hvor fundene vises igen.", formats=["%Y-%m-%d"])],
    record: Record = None,
    who: Who = None,
    note: Note = "",
    output: OutputFolder = None,
) -> None:
    """Udsæt: fundene vises ikke før en bestemt dag."""
    from expectations.wording import COPENHAGEN, long_date  # noqa: PLC0415

    if until.date() <= (today := datetime.now(tz=COPENHAGEN).date()):
        msg = f"{long_date(until.date())} er ikke efter i dag, {long_date(today)}. Vælg en senere dag."
        raise typer.BadParameter(msg, param_hint="--until")
    _say(output or context.obj, "snoozed", rule, house, record, who, note, until.date())


@quality.command("send")
def send(
    context: typer.Context,
    recipients: Annotated[
        Path | None,
        typer.Option(help="YAML-filen med modtagere og kanaler.", show_default="indstillingen recipients"),
    ] = None,
    output: OutputFolder = None,
) -> None:
    """Send dagens beskeder, og prøv igen med dem, der ikke kom af sted."""
    with command(verbose=False) as (results, _):
        from expectations.alert_recipients import load_recipients  # noqa: PLC0415
        from expectations.alerting import alert  # noqa: PLC0415
        from expectations.published_findings import published  # noqa: PLC0415
        from expectations.store import history_file  # noqa: PLC0415
        from expectations.wording import owner_name  # noqa: PLC0415
        from orchestration.configuration import load_configuration  # noqa: PLC0415
        from orchestration.danish import count  # noqa: PLC0415
        from orchestration.errors import ConfigurationError  # noqa: PLC0415

        path = recipients or load_configuration().recipients
        if path is None:
            raise ConfigurationError(NO_RECIPIENTS)
        known = load_recipients(path)
        folder = output_folder(output or context.obj)
        if not history_file(folder).exists():
            # Before the first publication a run may have stopped, and left checks to tell of; here there was none.
            with published(folder):
                pass
        came_to = alert(folder, known)
        if not (came_to.sent or came_to.failures or came_to.unreachable):
            results.print("Intet nyt at sende.", highlight=False)
            return
        results.print(f"{count(came_to.sent, 'besked', 'beskeder')} sendt.", highlight=False)
        for (owner, _), reason in (came_to.failures or {}).items():
            results.print(f"{owner_name(owner)}: gemt til et nyt forsøg. {reason}", highlight=False, markup=False)
        for owner in came_to.unreachable:
            results.print(f"{owner_name(owner)} har nye fund, men ingen kanal i {path}.", highlight=False)


def _say(
    given: Path | None,
    kind: str,
    rule: str,
    house: str,
    record: str | None,
    who: str | None,
    note: str,
    until: date | None = None,
) -> None:
    """Keep what a person said of findings that are open."""
    with command(verbose=False) as (results, _):
        from getpass import getuser  # noqa: PLC0415

        from expectations.alert_store import save_state  # noqa: PLC0415
        from expectations.alerts import State, StateKind  # noqa: PLC0415
        from expectations.store import history_file, opened_history  # noqa: PLC0415
        from expectations.wording import long_date, owner_name  # noqa: PLC0415
        from orchestration.danish import count  # noqa: PLC0415
        from orchestration.terminal.quality_card import STATES  # noqa: PLC0415

        now = datetime.now(tz=UTC)
        output = output_folder(given)
        owner, day, matching = _meant(output, house, rule, record)
        said = State(owner, rule, record, StateKind(kind), until, who or getuser(), note, now, day or now.date())
        with opened_history(history_file(output)) as con:
            save_state(con, said)
        told = count(len(matching), "fund er", "fund er")
        ending = f" til {long_date(until)}" if until else ""
        results.print(
            f"{owner_name(owner)}, {rule}: {told} {STATES[said.kind]}{ending}.", highlight=False, markup=False
        )


def _meant(output: Path, house: str, rule: str, record: str | None) -> tuple[str, date | None, tuple[Finding, ...]]:
    """Find the owner, the day of the data and the findings that a person means."""
    from expectations.alerting import open_findings  # noqa: PLC0415
    from expectations.published_findings import matching_findings, owner_of, published  # noqa: PLC0415

    owner = owner_of(house)
    day, found = open_findings(output)
    if day is None and not found:
        # Says that nothing is published there.
        with published(output):
            pass
    return owner, day, matching_findings(found, owner, rule, record)
