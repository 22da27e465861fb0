"""`erhvervshus quality`: the score card, a house's findings, and what a person says of them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from expectations.result_history import RunFacts, ScoreRow, record
from expectations.results import broken
from expectations.store import history_file, opened_history
from expectations.suite import load_suites
from orchestration.cli import app
from orchestration.terminal.quality_card import DIMENSIONS, card

PUBLISHED = """
create table _publication as select date '2026-10-31' as today;
create table practice_rules as
    select 'cvr_valid' as rule, 'CVR-nummeret er gyldigt' as label_da, 'validity' as dimension,
    'critical' as severity, 'Nummeret er forkert.' as what_da, 'Ret nummeret.' as remedy_da,
    null::varchar as next_time_da;
create table registration_findings as
    select * from (values
        ('fyn', 'cvr_valid', 'crm_forloeb', 'F-1', '[red]1', 'Ret det.', date '2026-10-20', date '2026-10-31'),
        ('fyn', 'cvr_valid', 'crm_forloeb', 'F-2', null, 'Ret det.', date '2026-10-31', date '2026-10-31'),
        ('fyn', 'cvr_valid', 'crm_forloeb', 'closed', '1', 'Ret det.', date '2026-09-01', date '2026-10-01')
    ) as rows (house, rule, entity, record_id, found_value, explanation, first_seen, last_seen);
insert into registration_findings
    select 'midtjylland', 'registered_in_time', 'crm_forloeb', 'M-' || range, '15 dage', 'Det kan ikke rettes.',
    if(range < 12, date '2026-10-31', date '2026-09-25'), date '2026-10-31' from range(15);
create table practice_finding_history as
    select rule, entity, record_id, first_seen, rule <> 'registered_in_time' as is_correctable
    from registration_findings;
create table practice_unusual_change as
    select 'fyn' as house, 'new_courses' as series, date '2026-10-31' as week, 1.0 as observed, 5.0 as low, 9.5 as high,
    true as is_unusual;
"""


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder with a publication, two score cards and a check that could not run."""
    with closing(duckdb.connect(str(tmp_path / "current.duckdb"))) as con:
        con.execute(PUBLISHED)
    goals = next(suite for suite in load_suites() if suite.name == "goals")
    history = history_file(tmp_path)
    facts = RunFacts("run-1", date(2026, 10, 31), datetime(2026, 11, 1, tzinfo=UTC))
    record(history, facts, (broken(goals, goals.checks[0], "no such table"),))
    with opened_history(history) as con:
        con.execute(
            """
            insert into finding_runs values
            ('run-0', date '2026-09-10', timestamp '2026-09-10 05:00:00', '0', 0, 0),
            ('run-1', date '2026-10-31', timestamp '2026-10-31 05:00:00', '0', 0, 0);
            insert into score_cards values
            (date '2026-09-30', 'fyn', 'validity', 100, 90, 90.0, null, null),
            (date '2026-10-31', 'danmark', 'validity', 700, 693, 99.0, 99.0, 99.5),
            (date '2026-10-31', 'fyn', 'validity', 100, 98, 98.25, 97.0, null),
            (date '2026-10-31', 'fyn', 'timeliness', 0, 0, null, null, null)
            """
        )
    return tmp_path


def call(output: Path, *arguments: str) -> Result:
    """Call `erhvervshus quality` on an output folder; the option stands where each command has it."""
    command = [*arguments[:1], "--output", str(output), *arguments[1:]] if arguments else ["--output", str(output)]
    if arguments and arguments[0].startswith("--"):
        command = ["--output", str(output), *arguments]
    return CliRunner().invoke(app, ["quality", *command], env={"COLUMNS": "200"})


def states(output: Path) -> list[tuple[Any, ...]]:
    """Read what was said."""
    with opened_history(history_file(output)) as con:
        return con.execute("select owner, rule, record_id, kind, until, who, note, day from alert_states").fetchall()


def test_the_score_card_shows_shares_and_changes_in_danish(output: Path) -> None:
    """Without it, nobody would see at a glance where practice slips."""
    result = call(output)
    assert result.exit_code == 0, result.output
    text = result.output
    assert "Registreringspraksis 31. oktober 2026" in text
    assert "98,3 (+1,3 / –)" in text
    assert "99,0 (0,0 / -0,5)" in text
    assert text.index("Erhvervshus Fyn") < text.index("Hele landet")
    assert "siger intet om data: no such table" in text


def test_an_earlier_day(output: Path) -> None:
    """Without it, a complaint about last month could not be looked into."""
    text = call(output, "--as-of", "2026-10-15").output
    assert "30. september 2026" in text
    assert "90,0 (– / –)" in text
    assert "no such table" not in text
    early = call(output, "--as-of", "2026-01-01")
    assert early.exit_code == 1
    assert "intet resultatkort fra 1. januar 2026 eller før" in early.output


def test_a_house_sees_its_open_findings(output: Path) -> None:
    """Without it, the data owner would know the share and not the records."""
    text = call(output, "--house", "fyn").output
    assert "Erhvervshus Fyn: 3 åbne fund 31. oktober 2026" in text
    assert "CVR-nummeret er gyldigt (cvr_valid, kritisk): 2" in text
    assert "[red]1" in text
    assert "closed" not in text
    assert "Nye forløb: 1 i de 7 dage til og med 31. oktober 2026" in text
    assert call(output, "--house", "Fyn").output == text
    earlier = call(output, "--house", "fyn", "--as-of", "2026-09-15").output
    assert "closed" in earlier
    assert "10. september 2026" in earlier
    before = call(output, "--house", "fyn", "--as-of", "2026-09-09")
    assert before.exit_code == 1
    assert "ingen kørsel fra 9. september 2026 eller før. Den første er fra 10. september 2026." in before.output
    assert "har ingen åbne fund" in call(output, "--house", "sjaelland").output
    wrong = call(output, "--house", "fyen")
    assert wrong.exit_code == 1
    assert "fyen er ikke et erhvervshus" in wrong.output


@pytest.mark.parametrize(
    ("command", "kind", "said"),
    [("ack", "acknowledged", "kvitteret"), ("resolve", "resolved", "meldt løst"), ("expect", "expected", "forventet")],
)
def test_what_a_person_says_is_kept_and_shown(output: Path, command: str, kind: str, said: str) -> None:
    """Without it, the same finding would be discussed anew by everyone who sees it."""
    result = call(output, command, "cvr_valid", "--house", "fyn", "--who", "Ane", "--note", "talt med huset")
    assert result.exit_code == 0, result.output
    assert f"2 fund er {said}" in result.output
    assert states(output) == [("fyn", "cvr_valid", None, kind, None, "Ane", "talt med huset", date(2026, 10, 31))]
    assert f"{said} (Ane)" in call(output, "--house", "fyn").output


def test_a_snooze_has_a_day_and_may_be_of_one_record(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a finding would be hidden for ever, or a whole rule for the sake of one record."""
    monkeypatch.setenv("LOGNAME", "bo")
    options = ("--house", "fyn", "--until", "2999-12-01", "--record", "F-1")
    result = call(output, "snooze", "cvr_valid", *options)
    assert "1 fund er udsat til 1. december 2999" in result.output
    assert states(output) == [("fyn", "cvr_valid", "F-1", "snoozed", date(2999, 12, 1), "bo", "", date(2026, 10, 31))]
    past = call(output, "snooze", "cvr_valid", "--house", "fyn", "--until", "2020-01-01")
    assert past.exit_code == 2
    assert "1. januar 2020 er ikke efter i dag" in past.output
    assert len(states(output)) == 1
    assert "udsat til 01-12-2999 (bo)" in call(output, "--house", "fyn").output


def test_the_output_may_stand_before_the_answer(output: Path) -> None:
    """Without it, an answer would silently be kept in another folder, or nowhere."""
    arguments = ["quality", "--output", str(output), "ack", "cvr_valid", "--house", "fyn"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert len(states(output)) == 1


def test_a_rule_without_findings_is_a_message(output: Path) -> None:
    """Without it, a misspelt rule would be acknowledged."""
    result = call(output, "ack", "cvr_vali", "--house", "fyn")
    assert result.exit_code == 1
    assert "Regler med åbne fund: cvr_valid" in result.output
    assert states(output) == []


def test_what_cannot_be_corrected_stands_apart_and_only_for_a_while(output: Path) -> None:
    """Without it, a house would be asked to correct what no one can, and see it for ever."""
    text = call(output, "--house", "midtjylland").output
    assert "Erhvervshus Midtjylland: 0 åbne fund 31. oktober 2026" in text
    assert "Kan ikke rettes, men undgås næste gang: 12" in text
    assert "3 ældre fund, der ikke kan rettes, vises ikke. De indgår stadig i resultatkortet." in text


def test_a_long_list_is_shortened_until_it_is_asked_for(output: Path) -> None:
    """Without it, the rules below one with hundreds of findings would never be read."""
    text = call(output, "--house", "midtjylland").output
    assert "M-9 " not in text
    assert "… og 2 til. Se dem alle: erhvervshus quality --house midtjylland --rule registered_in_time" in text
    whole = call(output, "--house", "midtjylland", "--rule", "registered_in_time").output
    assert "M-9 " in whole
    assert "til. Se dem" not in whole
    wrong = call(output, "--house", "midtjylland", "--rule", "cvr_valid")
    assert "Regler med åbne fund: registered_in_time" in wrong.output
    assert call(output, "--rule", "cvr_valid").exit_code == 2


def test_the_authority_has_findings_of_its_own(output: Path) -> None:
    """Without it, what the authority can answer could not be seen."""
    text = call(output, "--house", "erst").output
    assert "Erhvervsstyrelsen: 1 åbent fund" in text
    assert "no such table" in text


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_score_card_fits_the_terminal(width: int) -> None:
    """Without it, figures would be cut off where the terminal is narrow."""
    rows = [ScoreRow("hovedstaden", each, 100, 90, 90.0, 91.5, 88.25) for each in DIMENSIONS]
    console = Console(width=width, record=True, file=StringIO())
    for part in card(date(2026, 10, 31), rows, width):
        console.print(part)
    text = console.export_text()
    assert text.count("90,0") == 4
    assert text.count("(-1,5 / +1,8)") == 4
    assert "Fuldstændighed" in text
    assert "…" not in text


def test_a_folder_without_a_run_is_a_message(tmp_path: Path) -> None:
    """Without it, a mistyped folder would be a traceback."""
    assert "intet resultatkort" in call(tmp_path).output
    result = call(tmp_path, "--house", "fyn")
    assert result.exit_code == 1
    assert "intet offentliggjort" in result.output


def test_send_tells_what_went_out_and_what_is_kept(output: Path, tmp_path: Path) -> None:
    """Without it, a scheduler other than Dagster could not send the messages."""
    path = tmp_path / "recipients.yml"
    path.write_text("owners: {fyn: [{name: mail, url: '${NOT_SET_ANYWHERE}'}]}", encoding="utf-8")
    result = call(output, "send", "--recipients", str(path))
    assert result.exit_code == 0, result.output
    assert "0 beskeder sendt." in result.output
    assert "Erhvervshus Fyn: gemt til et nyt forsøg. Kanalen mail mangler miljøvariablen" in result.output
    assert "Erhvervsstyrelsen har nye fund, men ingen kanal" in result.output
    missing = call(output, "send", "--recipients", str(tmp_path / "nowhere.yml"))
    assert missing.exit_code == 1
    assert "findes ikke" in missing.output
    nothing = call(tmp_path / "empty", "send", "--recipients", str(path))
    assert nothing.exit_code == 1
    assert "intet offentliggjort" in nothing.output
