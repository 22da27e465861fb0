"""Deliveries with people planted wherever one can stand: in right fields, wrong ones, broken rows and names."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook

DAY = "2026-10-31"

OWNER_CVR = "98721053"
"""A sole proprietor's, with the right check digit, guided and in the register."""
OTHER_CVR = "97594813"
"""Another sole proprietor's, in the register alone."""
UNKNOWN_CVR = "95047629"
"""Guided, and in no register."""
COMPANY_CVR = "95518672"
"""A limited company's, which may be shown."""
P_NUMBER = "9374618259"
COMPANY_P_NUMBER = "9374618263"


@dataclass(frozen=True)
class Planted:
    """A text that may be nowhere, and where it was planted."""

    text: str
    where: str


IDENTITIES = (
    Planted(OWNER_CVR, "CVR number of a guided sole proprietor"),
    Planted(OTHER_CVR, "CVR number of a sole proprietor that nobody guided"),
    Planted(UNKNOWN_CVR, "CVR number that is in no register"),
    Planted(P_NUMBER, "P-number of a sole proprietor"),
    Planted("Quirina Zachodnik", "name of a sole proprietor"),
    Planted("Wolmar Xylander", "name of a sole proprietor"),
    Planted("kquux17", "id of an employee"),
    Planted("Zenobia Quistorp", "name of an employee in place of an id"),
    Planted("Yrsa Zwergius", "free text of a referral"),
    Planted("Xerxes Wivallius", "who assessed a manual result"),
    Planted("0203721234", "CPR number as CVR number"),
    Planted("040568-4321", "CPR number with a dash as P-number"),
    Planted("150790-1357", "CPR number in a comment"),
    Planted("2111552468", "CPR number in a manual result"),
    Planted("resp-qzx-4711", "id of a respondent"),
    Planted("Vilfred Qvistgaard", "name in a date field"),
    Planted("Zita Wessel-Quade", "name in a code field"),
    Planted("Quentin Zaar", "name in a field of amounts"),
    Planted("Wenzel Qvortrup", "name in a malformed line of csv"),
    Planted("170681-2222", "CPR number in a malformed line of csv"),
    Planted("Xaver Zeuthen", "name in a broken line of ndjson"),
    Planted("Ziska Quaade", "name in the name of a file"),
    Planted("120399-7531", "CPR number in the name of a file"),
    Planted("Walborg Zimling", "name of an unknown column"),
    Planted("0807664444", "CPR number as name of an unknown column"),
    Planted("Qvirinus Wad", "value of an unknown column"),
    Planted("Zacharias Quist", "a file without header"),
    Planted("Ximena Qvale", "name of a file set aside"),
    Planted("zaida@quux.example", "address of mail in a number"),
    Planted("Wilma Zoffmann", "name in a row with too many cells of a workbook"),
)


def plant(folder: Path) -> None:
    """Write the deliveries beside those there are.

    Args:
        folder: The deliveries folder.
    """

    def put(name: str, text: str) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")

    put(
        f"crm/crm_forloeb__{DAY}__a.csv",
        f"""
forloeb_id;erhvervshus;cvr_nummer;p_nummer;kundesegment;forloebstype;startdato;slutdato;samtykke_deling;forretningsudvikler;oprettet
QF1;fyn;{OWNER_CVR};{P_NUMBER};vaekst;individuel;2026-02-01;2026-05-01;ja;kquux17;2026-02-01T10:00:00
QF2;fyn;DK {UNKNOWN_CVR};;drift;individuel;2026-02-03;2026-05-01;ja;Zenobia Quistorp;2026-02-03T10:00:00
QF3;fyn;0203721234;040568-4321;drift;individuel;2026-02-03;2026-05-01;nej;kquux17;2026-02-03T10:00:00
QF4;fyn;{COMPANY_CVR};{COMPANY_P_NUMBER};vaekst;individuel;Vilfred Qvistgaard;2026-05-01;ja;kquux17;2026-02-03T10:00:00
QF5;Zita Wessel-Quade;{COMPANY_CVR};{COMPANY_P_NUMBER};vaekst;individuel;2026-03-01;2026-05-01;ja;kquux17;2026-02-03T10:00:00
QF6;fyn;Quirina Zachodnik;{P_NUMBER};Quirina Zachodnik;individuel;2026-03-01;;ja;kquux17;2026-03-01T10:00:00
;fyn;{OWNER_CVR};{P_NUMBER};vaekst;individuel;2026-02-01;2026-05-01;ja;kquux17;2026-02-01T10:00:00
QF7;fyn;{OWNER_CVR};Wenzel Qvortrup;170681-2222
""",
    )
    put(
        f"crm/crm_aktivitet__{DAY}__a.csv",
        f"""
aktivitet_id;forloeb_id;dato;timer;kanal;Walborg Zimling;0807664444
QA1;QF1;2026-02-02;3,5;fysisk;Qvirinus Wad;{OWNER_CVR}
QA2;QF2;2026-02-04;Quentin Zaar;fysisk;;
QA3;QF4;2026-02-04;zaida@quux.example;digital;;
QA4;QF1;2026-03-02;2;telefon;;
""",
    )
    put(
        f"crm/crm_henvisning__{DAY}__a.ndjson",
        "\n".join(
            [
                json.dumps(
                    {
                        "henvisning_id": "QH1",
                        "forloeb_id": "QF1",
                        "aktoertype": "eifo",
                        "aktoer": "Yrsa Zwergius",
                        "dato": "2026-02-10",
                    }
                ),
                json.dumps(
                    {
                        "henvisning_id": "QH2",
                        "forloeb_id": "QF4",
                        "aktoertype": "eifo",
                        "aktoer": f"samme ejer som {OWNER_CVR}",
                        "dato": "2026-02-10",
                    }
                ),
                '{"henvisning_id": "QH3", "aktoer": "Xaver Zeuthen',
            ]
        )
        + "\n",
    )
    (folder / "crm" / f"crm_tema__{DAY}__a.json").write_text(
        json.dumps([{"forloeb_id": "QF1", "tema": "innovation"}, {"forloeb_id": "QF4", "tema": "Yrsa Zwergius"}]),
        encoding="utf-8",
    )
    put(
        f"evaluering/evaluering_svar__{DAY}__a.csv",
        """
svar_id;forloeb_id;udsendt_dato;besvaret_dato;anbefaling;faglige_kompetencer
QS1;QF1;2026-05-02;2026-05-03;9;Meget tilfreds
QS2;QF2;2026-05-02;2026-05-03;040568-4321;Wolmar Xylander
""",
    )
    put(
        f"kendskab/kendskab_svar__{DAY}__a.csv",
        """
respondent_id;boelge;kommunekode;erhvervshus;vaegt;hoert_om_erhvervshus;kender_tilbud
resp-qzx-4711;2025;0461;fyn;1,5;Ja;Nej
""",
    )
    register = f"""
cvr_nummer;navn;virksomhedsform;startdato;ophoersdato;branchekode;branchekode_system;kommunekode
{OWNER_CVR};Quirina Zachodnik;10;2020-01-01;;620100;DB07;0461
{OTHER_CVR};Wolmar Xylander;15;2020-01-01;;620100;DB07;0461
{COMPANY_CVR};Plantet Selskab ApS;80;2020-01-01;;620100;DB07;0461
"""
    (folder / "register" / f"register_virksomhed__{DAY}__a.csv.gz").write_bytes(
        gzip.compress(register.lstrip().encode("cp1252"))
    )
    pq.write_table(
        pa.table(
            {
                "p_nummer": [P_NUMBER, COMPANY_P_NUMBER],
                "cvr_nummer": [OWNER_CVR, COMPANY_CVR],
                "startdato": ["2020-01-01", "2020-01-01"],
                "ophoersdato": [None, None],
                "kommunekode": ["0461", "0461"],
            }
        ),
        folder / "register" / f"register_penhed__{DAY}__a.parquet",
    )
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["cvr_nummer", "aar", "omsaetning_tkr", "aarsvaerk"],
        [int(OWNER_CVR), 2024, 1500.5, 2],
        [int(OTHER_CVR), 2024, 900, 1],
        [int(COMPANY_CVR), 2024, 9000, 10],
        [int(COMPANY_CVR), 2023, 8000, 10, "Wilma Zoffmann"],
    ):
        sheet.append(row)
    book.save(folder / "register" / f"register_regnskab__{DAY}__a.xlsx")
    put(
        f"manuel/manuelt_resultat__{DAY}__a.csv",
        """
aftale;maal;erhvervshus;aar;resultat;vurdering;kommentar;vurderet_af;vurderet_dato
sydjylland-2026;plantet_maal;sydjylland;2026;Indgået med 2111552468;Godkendt af ERST;Aftalt, jf. 150790-1357;Xerxes Wivallius;2026-09-01
""",
    )
    head = "aktivitet_id;forloeb_id;dato;timer;kanal\n"
    put(f"crm/crm_aktivitet__{DAY}__Ziska Quaade.csv", f"{head}QA5;QF4;2026-03-04;1;fysisk\n")
    put(f"crm/crm_aktivitet__{DAY}__120399-7531.csv", f"{head}QA6;QF4;2026-03-05;1;fysisk\n")
    put(f"crm/crm_tema__{DAY}__uden.csv", f"QF1;{OWNER_CVR};Zacharias Quist;{P_NUMBER}\nQF2;x;Zacharias Quist;y\n")
    put("crm/Ximena Qvale.csv", f"{head}QA7;QF4;2026-03-05;1;fysisk\n")
