"""Values that can be read and cannot be right: taken in, counted as what they are, and in nobody's way."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

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


def test_odd_values_stop_nothing(small_run: Path, tmp_path: Path) -> None:
    """Without it one house's slip of the pen could keep everybody's figures from being published."""
    deliveries = tmp_path / "deliveries"
    shutil.copytree(small_run.parent / "deliveries", deliveries)
    for name, text in ODD.items():
        (deliveries / name).write_text(text.lstrip(), encoding="utf-8")
    outcome = run(RunSettings(output=str(tmp_path / "output"), deliveries=str(deliveries), year=2026, reports=False))
    assert not outcome.set_aside
    with duckdb.connect(str(tmp_path / "output" / "current.duckdb"), read_only=True) as con:
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
