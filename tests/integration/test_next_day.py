"""The day after the small run: odd values are in nobody's way, and a finding that was mended closes.

Values that can be read and cannot be right, and the correction of one record, come in one night: a whole run is dear.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.outcome import Outcome
from orchestration.run import run
from orchestration.settings import RunSettings

DAY = "2026-10-31__odd"
ODD = {
    f"crm/crm_forloeb__{DAY}.csv": """
forloeb_id;erhvervshus;cvr_nummer;p_nummer;kundesegment;forloebstype;startdato;slutdato;ledelsesvurdering_dato;slettet
N1;fyn;1;2;vaekst;individuel;2025-05-01;2020-01-01;1900-01-01;
N2;;;;;;;;;
N3;fyn;90000000000;99;vaekst;individuel;1900-01-01;2999-01-01;;
N4;sjælland;12345678;1;drift;early_warning;2023-01-01;2023-02-01;;ja
N5;fyn;0;0;vaekst;kollektiv;2021-02-29;2021-03-01;;måske
""",
    f"crm/crm_aktivitet__{DAY}.csv": """
aktivitet_id;forloeb_id;dato;timer;kanal
NA1;N1;2999-12-31;-5;fysisk
NA2;N3;1900-01-01;1000000;
NA3;N2;2025-01-01;0;telefon
NA4;;2025-01-01;1;
NA5;N1;;1;
NA6;N1;2024-02-29;99999999;digital
""",
    f"crm/crm_henvisning__{DAY}.csv": """
henvisning_id;forloeb_id;aktoertype;aktoer;dato
H1;;;;
H2;nej;eifo;=cmd();1900-01-01
""",
    f"evaluering/evaluering_svar__{DAY}.csv": """
svar_id;forloeb_id;udsendt_dato;besvaret_dato;anbefaling;henvist;henvisning_benyttet
E1;N1;;2025-01-01;5;ja;ja
E2;N2;2999-01-01;2999-01-02;10;;
E3;;2025-01-01;2025-01-02;10;;
E4;N3;1900-01-01;1900-01-01;0;Ja;Nej
""",
    f"register/register_virksomhed__{DAY}.csv": """
cvr_nummer;navn;virksomhedsform;startdato;ophoersdato;branchekode;branchekode_system;kommunekode
1;X;80;2999-01-01;1900-01-01;;;
12345678;Y;999;0001-01-01;9999-12-31;999999;DB25;9999
90000000000;;;;;;;
""",
    f"register/register_penhed__{DAY}.csv": """
p_nummer;cvr_nummer;startdato;ophoersdato;kommunekode
2;1;2020-01-01;1900-01-01;0101
99;90000000000;9999-12-31;9999-12-31;
2;2;2020-01-01;;0461
""",
    f"register/register_regnskab__{DAY}.csv": """
cvr_nummer;aar;omsaetning_tkr;aarsvaerk
12345678;2020;-500;-3
12345678;2021;0;0
1;2024;999999999;0,000001
90000000000;1900;1;1
12345678;9999;1;1
""",
    f"kendskab/kendskab_svar__{DAY}.csv": """
respondent_id;boelge;kommunekode;erhvervshus;vaegt;hoert_om_erhvervshus
K1;2025;;;1;ja
K2;1900;0101;fyn;0;ja
K3;2025;0101;fyn;-1;ja
K4;9999;0101;fyn;0,000000001;nej
""",
    f"manuel/manuelt_resultat__{DAY}.csv": """
aftale;maal;erhvervshus;aar;resultat
2021-2023;crisis_guidance_effect;fyn;2021;-5000
2021-2023;nps;fyn;2022;99
ukendt;noget;danmark;1999;
""",
}


NAMED = {"N1", "N2", "N3", "N4", "N5"}


@dataclass(frozen=True)
class NextDay:
    """The run of the next day: what it came to, its output, and the record whose consent was registered."""

    outcome: Outcome
    output: Path
    mended: str


def without_consent(output: Path) -> Mapping[str, tuple[date, date]]:
    """Read the courses whose consent is not registered, with the days they were first and last seen."""
    with duckdb.connect(str(output / "current.duckdb"), read_only=True) as con:
        rows = con.execute(
            "select record_id, first_seen, last_seen from registration_findings where rule = 'consent_recorded'"
        ).fetchall()
    return {record: (first, last) for record, first, last in rows}


@pytest.fixture(scope="module")
def next_day(small_run_details: Any, tmp_path_factory: pytest.TempPathFactory) -> NextDay:  # noqa: ANN401
    """Deliver the odd values and a correction, and run on what the small run left."""
    folder = tmp_path_factory.mktemp("next-day")
    deliveries, output = folder / "deliveries", folder / "output"
    shutil.copytree(small_run_details.deliveries, deliveries)
    shutil.copytree(small_run_details.output / ".build", output / ".build", ignore=shutil.ignore_patterns("dbt"))
    shutil.copytree(small_run_details.output / ".history", output / ".history")
    for name, text in ODD.items():
        (deliveries / name).write_text(text.lstrip(), encoding="utf-8")
    mended = min(without_consent(small_run_details.output))
    with duckdb.connect(str(output / ".build" / "warehouse.duckdb"), read_only=True) as con:
        columns = ("forloeb_id", "erhvervshus", "cvr_nummer", "forloebstype", "startdato", "kundesegment")
        course = con.execute(f"select {', '.join(columns)} from accepted.crm_forloeb where forloeb_id = ?", [mended])
        values = course.fetchall()[-1]
    line = ";".join("" if value is None else str(value) for value in (*values, "ja"))
    path = deliveries / "crm" / "crm_forloeb__2026-11-01.csv"
    path.write_text(f"{';'.join((*columns, 'samtykke_deling'))}\n{line}\n", encoding="utf-8")
    outcome = run(RunSettings(output=str(output), deliveries=str(deliveries), year=2026, reports=False))
    return NextDay(outcome, output, mended)


def test_odd_values_stop_nothing(next_day: NextDay) -> None:
    """Without it one house's slip of the pen could keep everybody's figures from being published."""
    assert not next_day.outcome.set_aside
    with duckdb.connect(str(next_day.output / "current.duckdb"), read_only=True) as con:
        years = con.execute("select min(year), max(year) from goal_attainment").fetchone()
        crisis = con.execute(
            "select value, status from goal_attainment where measure = 'crisis_guidance_effect' and house = 'fyn' "
            "and year = 2021"
        ).fetchone()
        told = con.execute(
            "select result_text from contract_results where goal = 'crisis_guidance_effect' and house = 'fyn' "
            "and year = 2021"
        ).fetchone()
        refused = con.execute(
            f"select \"column\", line from rejected_rows where delivery like '%{DAY}%' order by all"
        ).fetchall()
    assert years == (2019, 2026)
    assert crisis == (None, "no_data")
    assert told == ("-5000",)
    # The answer of the wave of 1900, line 3, is older than answers are kept.
    assert refused == [("slettet", 6), ("startdato", 6), ("vaegt", 4)]


def test_a_corrected_record_closes_and_the_others_keep_their_day(
    small_run_details: Any,  # noqa: ANN401
    next_day: NextDay,
) -> None:
    """Without it, a data owner could not see since when a fault has been there, nor that it is mended."""
    first = set(without_consent(small_run_details.output))
    seen = dict(without_consent(next_day.output))
    with duckdb.connect(str(next_day.output / "current.duckdb"), read_only=True) as con:
        closed = con.execute(
            "select closed_on from practice_finding_history where rule = 'consent_recorded' and record_id = ?",
            [next_day.mended],
        ).fetchall()
    assert seen.pop(next_day.mended) == (date(2026, 10, 31), date(2026, 10, 31))
    assert closed == [(date(2026, 11, 1),)]
    new = {record: seen.pop(record) for record in NAMED & set(seen)}
    assert new
    assert set(new.values()) == {(date(2026, 11, 1), date(2026, 11, 1))}
    assert set(seen.values()) == {(date(2026, 10, 31), date(2026, 11, 1))}
    assert set(seen) == first - {next_day.mended}
