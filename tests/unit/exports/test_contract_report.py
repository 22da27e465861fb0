"""The contract reports: the contract's own numbers and words, what is missing or hidden, and who is reported to."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from exports.publish import Manifest
from exports.report.comments import Comments, MissingCommentsError
from exports.report.contract import contract_report, unmet_goals
from exports.report.contract.account import ContractReportError, danish_key
from exports.report.document import Block, Document, Mark, Note, NoteKind, Section, Table
from exports.statement.specification import ColumnSpecification, TableSpecification
from exports.statement.statement import Freeze, Statement, StatementTable

Row = dict[str, Any]

HOUSES = {
    "hovedstaden": "KKR Hovedstaden", "sjaelland": "KKR Sjælland", "fyn": "KKR Syddanmark",
    "sydjylland": "KKR Syddanmark", "midtjylland": "KKR Midtjylland", "nordjylland": "KKR Nordjylland",
}  # fmt: skip
FRAMEWORK = "2024-2027"
LABELS = {
    "awareness": ("Kendskab til erhvervshuset", "per cent", "2", "1"),
    "nps": ("Net Promoter Score", "score", "3", "3"),
    "excess_revenue_growth": ("Mervækst i omsætning", "percentage points", "5", "5"),
    "crisis_guidance_effect": ("Positiv effekt af krisevejledning", "per cent", "7", "7"),
}


def measures() -> list[Row]:
    """Make the goals of the framework agreement and two contracts; Midtjylland's has numbers of its own."""
    rows = []
    for agreement in (FRAMEWORK, "sydjylland-2026", "midtjylland-2026"):
        for measure, (label, unit, number, own) in LABELS.items():
            rows.append(measure_row(agreement, measure, own if agreement.startswith("midt") else number, label, unit))
    rows.append(measure_row("sydjylland-2026", "company_contacts", "lokalt", "Virksomhedskontakter", "contacts"))
    rows.append(measure_row("midtjylland-2026", "participants", "6.b", "Deltagere i vejledningsforløb", "companies"))
    return rows


def measure_row(agreement: str, measure: str, number: str, label: str, unit: str) -> Row:
    """Make one goal."""
    return {
        "agreement": agreement, "measure": measure, "goal_number": number, "goal_title": None, "label": label,
        "unit": unit, "goal_text_document": "Aftale", "goal_text_chapter": "Kap. 8",
        "segment_scope": "each" if measure == "nps" else "all", "comparison": "at_least", "definition": "Andel",
        "evaluation_year_offset": 0, "goal_text": f"Ordlyd af {label}.", "source_document": "Aftale",
        "source_chapter": "Kap. 8",
    }  # fmt: skip


def goal(agreement: str, measure: str, house: str, value: float | None, status: str, **more: object) -> Row:
    """Make one figure; a hidden one has neither figure nor status, as after disclosure control."""
    is_hidden = bool(more.pop("is_hidden", False))
    row: Row = {
        "agreement": agreement, "measure": measure, "goal_number": "", "house": house, "segment": "all", "year": 2026,
        "unit": {**{k: v[1] for k, v in LABELS.items()}, "company_contacts": "contacts"}.get(measure, "companies"),
        "unit_kind": "respondents", "n": 40, "value": value, "ci_low": None, "ci_high": None, "target": 50.0,
        "comparison": "at_least", "status": status, "certainty": None, "is_hidden": is_hidden,
    }  # fmt: skip
    return row | more | (dict.fromkeys(("n", "value", "ci_low", "ci_high", "status", "certainty")) if is_hidden else {})


def place(house: str, code: str, name: str, **figures: object) -> Row:
    """Make a place of the spread."""
    usual = {
        "house": house, "municipality_code": code, "municipality_name": name, "year": 2026, "companies_guided": 10,
        "population": 1000, "expected_share": 0.5, "expected_companies": 10.0, "deviation_pct": 0.0, "status": "within",
        "is_hidden": False,
    }  # fmt: skip
    return usual | figures


def contacts(code: str, name: str, target: int | None, found: int | None, *, is_hidden: bool = False) -> Row:
    """Make a place of Sydjylland's contacts."""
    return {
        "agreement": "sydjylland-2026", "house": "sydjylland", "municipality_code": code, "municipality_name": name,
        "year": 2026, "population": 1000, "target_contacts": target, "companies": found, "contacts": found,
        "is_hidden": is_hidden,
    }  # fmt: skip


def agreement_row(agreement: str, kind: str, house: str | None, first: int, last: int, **spread: object) -> Row:
    """Make one agreement."""
    usual = {
        "agreement": agreement, "label": f"Aftale {agreement}", "kind": kind, "house": house,
        "valid_from": pd.Timestamp(first, 1, 1), "valid_to": pd.Timestamp(last, 12, 31), "source_document": "Aftalen",
        "spread_goal_number": None, "spread_goal_text": None, "invites_to_dialogue": False, "spread_chapter": None,
    }  # fmt: skip
    return usual | spread


def rate(segment: str, sent: int | None, answered: int | None, *, is_hidden: bool = False) -> Row:
    """Make a response rate of Fyn."""
    share = None if sent is None or answered is None else 100.0 * answered / sent
    return {
        "house": "fyn", "segment": segment, "year": 2026, "evaluations_sent": sent, "evaluations_answered": answered,
        "response_rate": share, "is_hidden": is_hidden,
    }  # fmt: skip


def manual(agreement: str, house: str, goal_key: str, **fields_: object) -> Row:
    """Make a manual result."""
    usual = {
        "agreement": agreement, "house": house, "year": 2026, "goal_number": "lokalt", "goal": goal_key,
        "label": goal_key.capitalize(), "description": None, "result_value": None, "unit": None,
        "result_text": "Tre møder", "assessment": "Vurderes opfyldt", "comment": None,
        "assessed_on": pd.Timestamp(2026, 9, 1), "target": None,
        "status": None,
    }  # fmt: skip
    return usual | fields_


def statement(year: int = 2026, freeze: Freeze | None = None, **tables: Sequence[Row]) -> Statement:
    """Make a statement of the year, with other rows in the tables named."""
    agreements = [
        agreement_row(FRAMEWORK, "agreement", None, 2024, 2027),
        agreement_row("sydjylland-2026", "contract", "sydjylland", 2026, 2026),
        agreement_row(
            "midtjylland-2026", "contract", "midtjylland", 2026, 2026,
            spread_goal_number="6.b", spread_goal_text="Et spænd på +/- 10 %", invites_to_dialogue=True,
        ),
    ]  # fmt: skip
    usual: dict[str, Sequence[Row]] = {
        "goals": [goal(FRAMEWORK, "awareness", "fyn", 54.0, "met")],
        "measures": measures(),
        "published_figures": [],
        "response_rates": [rate("all", 100, 40)],
        "spread": [place("fyn", "0461", "Odense")],
        "contract_results": [],
        "municipality_contacts": [],
        "agreements": agreements,
        "houses": [{"house": house, "name": house, "kkr": kkr} for house, kkr in HOUSES.items()],
    }
    empty = {
        "published_figures": ("measure", "house", "segment", "year", "value", "source_document", "source_chapter"),
        "contract_results": tuple(manual("", "", "x")),
        "municipality_contacts": tuple(contacts("", "", 0, 0)),
        "goals": tuple(goal("", "", "", 0.0, "met")),
        "response_rates": tuple(rate("all", 1, 1)),
        "spread": tuple(place("", "", "")),
    }
    frames = {
        f"statement_{name}": pd.DataFrame(list(rows), columns=list(rows[0]) if rows else list(empty[name]))
        for name, rows in {**usual, **tables}.items()
    }
    manifest = Manifest(
        run_id="11111111-2222", published_at=datetime(2027, 3, 1, 23, 30, tzinfo=UTC), code_version="1.0",
        report_year=year, today="2027-02-28", warehouse="w", files=(), tables=(), deliveries=(),
    )  # fmt: skip
    return Statement(
        year=year,
        today=date(2027, 2, 28),
        tables={name: StatementTable(specification(name, frame), frame) for name, frame in frames.items()},
        publication=manifest,
        settings={},
        freeze=freeze,
    )


def specification(name: str, frame: pd.DataFrame) -> TableSpecification:
    """Make the least a table can say of itself."""
    columns = tuple(
        ColumnSpecification(name=c, type="varchar", label_da=c, label_en=c, description=c, description_da=c)
        for c in frame.columns
    )
    return TableSpecification(
        name=name, title_da=name, title_en=name, description=name, description_da=name, order=1, key=(), columns=columns
    )


def report(made: Statement, house: str = "fyn", comments: Mapping[tuple[str, str], str] | None = None) -> Document:
    """Make the draft of a house's report."""
    return contract_report(made, house, Comments(made.year, None, comments or {}), final=False)


def sections(document: Document) -> Iterator[Section]:
    """Go through all sections."""

    def inside(section: Section) -> Iterator[Section]:
        yield section
        for inner in section.sections:
            yield from inside(inner)

    for section in document.sections:
        yield from inside(section)


def blocks(document: Document) -> Iterator[Block]:
    """Go through all blocks."""
    for section in sections(document):
        yield from section.blocks


def tables(document: Document) -> dict[str, Table]:
    """Find the tables by anchor."""
    return {block.id: block for block in blocks(document) if isinstance(block, Table)}


def texts(node: object) -> Iterator[str]:
    """Go through every word of a document."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, tuple | list):
        for item in node:
            yield from texts(item)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from texts(getattr(node, field.name))


def words(document: Document) -> str:
    """Put every word of a document together."""
    return "\n".join(texts(document))


def test_the_report_is_written_to_kkr_kl_and_the_authority_by_the_end_of_june() -> None:
    """Without it the house would not know to whom and by when: the framework agreement, chapter 9."""
    facts = dict(report(statement(), "sydjylland").facts)
    assert facts["Modtagere"] == "KKR Syddanmark, KL (Kommunernes Landsforening) og Erhvervsstyrelsen"
    assert facts["Frist"] == "30. juni 2027"
    assert facts["Data til og med"] == "28. februar 2027"


def test_the_day_is_that_of_the_figures_in_denmark() -> None:
    """Without it a report made again tomorrow would have another day; half past eleven UTC is the next day here."""
    assert report(statement()).published_on == date(2027, 3, 2)
    frozen = Freeze(version=2, frozen_at=datetime(2027, 4, 1, 8, 0, tzinfo=UTC), reason="Rettet")
    document = report(statement(freeze=frozen))
    assert document.published_on == date(2027, 4, 1)
    assert "Version 2, 1. april 2027" in words(document)


def test_goals_stand_under_the_contracts_own_numbers_and_words() -> None:
    """Without it Midtjylland's goal 1 would be called 2: its contract swaps the numbers of the framework agreement."""
    rows = [goal(agreement, "awareness", house, 54.0, "met") for agreement, house in (
        (FRAMEWORK, "midtjylland"), ("midtjylland-2026", "midtjylland"), (FRAMEWORK, "fyn"))]  # fmt: skip
    made = statement(goals=rows)
    for house, name in (("midtjylland", "1. Kendskab til erhvervshuset"), ("fyn", "2. Kendskab til erhvervshuset")):
        table = tables(report(made, house))["tabel-nationale-maal"]
        assert [column.heading for column in table.columns] == ["Mål", "Beskrivelse", "Resultat", "Kommentar"]
        first = table.rows[0]
        assert (first[0].text, first[1].text) == (name, "Ordlyd af Kendskab til erhvervshuset.")
        assert (first[2].text, first[2].mark) == ("54,0 pct.", Mark.MET)
        assert first[3].text.startswith("Målet er mindst 50 pct.")


def test_a_house_whose_contract_is_not_known_reports_the_national_goals_and_says_so() -> None:
    """Without it the reader would think that the numbers are those of the house's own contract."""
    assert "foreligger ikke" in words(report(statement(), "fyn"))
    assert "foreligger ikke" not in words(report(statement(), "sydjylland"))


def test_a_goal_that_nobody_has_data_on_is_a_row_that_says_why() -> None:
    """Without it goal 5 would be missing until the accounts are there, two years later."""
    table = tables(report(statement()))["tabel-nationale-maal"]
    effect = next(row for row in table.rows if row[0].text.startswith("5."))
    assert (effect[2].text, effect[2].mark) == ("–", Mark.NO_DATA)
    assert "regnskaber for 2026" in effect[3].text


def test_a_change_stands_beside_its_result_and_the_summary_names_those_beyond_chance() -> None:
    """Without it the reader would not see where the house is heading, or would take noise for a heading."""
    rows = [
        goal(FRAMEWORK, "awareness", "fyn", 54.0, "met"),
        goal(FRAMEWORK, "awareness", "fyn", 40.0, "not_met", year=2025),
    ]
    for one, (low, high) in zip(rows, ((51.0, 57.0), (37.0, 43.0)), strict=True):
        one |= {"ci_low": low, "ci_high": high}
    document = report(statement(goals=rows))
    table = tables(document)["tabel-usikkerhed"]
    assert [cell.text for cell in table.rows[0][-2:]] == ["+14,0", "9,8 til 18,2"]
    assert "siden tallet efter samme definition i 2025" in table.notes[0]
    assert "2. Kendskab til erhvervshuset (+14,0 procentpoint siden 2025)" in words(document)
    rows[1] |= {"value": 53.5, "ci_low": 50.0, "ci_high": 57.0}
    assert "(+" not in words(report(statement(goals=rows)))


def test_the_goals_come_right_after_the_summary_in_one_table_where_there_is_one() -> None:
    """Without it the table that the readers know would drown, under a heading that says what its caption says."""
    first, second, *_ = report(statement()).sections
    assert (first.id, second.id) == ("sammenfatning", "maal-og-resultater")
    assert second.sections == ()
    assert [block.id for block in second.blocks if isinstance(block, Table)] == ["tabel-nationale-maal"]
    assert not any(section.new_page or section.landscape for section in sections(report(statement())))


def test_local_goals_stand_by_themselves() -> None:
    """Without it the reader could not tell the contract's own goals from the national ones."""
    made = statement(goals=[goal("sydjylland-2026", "company_contacts", "sydjylland", 3120.0, "met", target=3000.0)])
    local = tables(report(made, "sydjylland"))["tabel-lokale-maal"]
    assert [(row[0].text, row[2].text) for row in local.rows] == [
        ("Lokalt mål: Virksomhedskontakter", "3.120 kontakter")
    ]
    assert local.rows[0][3].text == "Målet er mindst 3.000 kontakter. Opgjort ud fra husets registreringer."


def test_contacts_stand_per_municipality_with_their_part_of_the_target() -> None:
    """Without it a municipality could not see whether it got its part; æ, ø and å come last."""
    made = statement(
        municipality_contacts=[
            contacts("total", "Hele huset", 30, 27), contacts("0580", "Aabenraa", 10, None, is_hidden=True),
            contacts("outside_area", "Uden for husets område", None, 2), contacts("0621", "Kolding", 10, 9),
            contacts("0510", "Haderslev", 10, 12),
        ]
    )  # fmt: skip
    document = report(made, "sydjylland")
    rows = [[cell.text for cell in row] for row in tables(document)["tabel-kontakter"].rows]
    assert rows == [
        ["Haderslev", "10", "12", "+2"],
        ["Kolding", "10", "9", "−1"],
        ["Aabenraa", "10", "–", "–"],
        ["Uden for husets område", "–", "2", "–"],
        ["Hele huset", "30", "27", "−3"],
    ]
    assert "1 af de 2 kommuner, hvis tal vises, har nået sin andel af målet." in words(document)


def test_municipalities_below_the_span_are_invited_where_the_contract_says_so() -> None:
    """Without it Midtjylland's contract would not be kept, or another house would promise what it has not agreed."""
    below = {"companies_guided": 5, "deviation_pct": -50.0, "status": "invited_to_dialogue"}
    rows = [place(house, "0001", "Lemvig", **below) for house in ("midtjylland", "fyn")]
    rows += [place(house, "0002", "Struer") for house in ("midtjylland", "fyn")]
    made = statement(spread=rows)
    invited = "Erhvervshus Midtjylland inviterer Lemvig Kommune, der ligger under spændet, til dialog"
    assert invited in words(report(made, "midtjylland"))
    assert "inviterer" not in words(report(made, "fyn"))
    goal_row = tables(report(made, "midtjylland"))["tabel-lokale-maal"].rows[-1]
    assert (goal_row[0].text, goal_row[1].text) == ("6.b. Geografisk spredning", "Et spænd på +/- 10 %")


def test_a_hidden_figure_shows_neither_value_nor_status_and_is_counted() -> None:
    """Without it the status would give away what disclosure control hides."""
    made = statement(
        goals=[goal(FRAMEWORK, "awareness", "fyn", 54.0, "met", is_hidden=True)],
        response_rates=[rate("all", 100, 40), rate("drift", None, None, is_hidden=True)],
    )
    document = report(made)
    first = tables(document)["tabel-nationale-maal"].rows[0]
    assert (first[2].text, first[2].mark, first[2].sort) == ("–", Mark.HIDDEN, None)
    assert "54" not in words(document)
    assert "2 resultater i rapporten vises ikke" in words(document)


def test_a_manual_result_takes_the_place_of_the_measure_it_answers() -> None:
    """Without it a goal that is assessed would stand twice, or at the end instead of under its number."""
    result = manual(
        FRAMEWORK, "fyn", "crisis_guidance_effect", goal_number="7", label="Krise", result_value=76.0, unit="per cent",
        target=75.0, assessment="Godkendt af ERST",
    )  # fmt: skip
    made = statement(
        goals=[goal(FRAMEWORK, "crisis_guidance_effect", "fyn", 76.0, "met")],
        contract_results=[result, manual(FRAMEWORK, "fyn", "dashboards"), manual(FRAMEWORK, "sjaelland", "andet")],
    )
    shown = tables(report(made))
    national = [row[0].text for row in shown["tabel-nationale-maal"].rows]
    assert national.count("7. Krise") == 1
    assert not any("Positiv effekt" in name for name in national)
    assert [row[0].text for row in shown["tabel-lokale-maal"].rows] == ["Lokalt mål: Dashboards"]
    assert shown["tabel-lokale-maal"].rows[0][3].text == "Vurderes opfyldt (vurderet 1. september 2026)."


def test_a_draft_points_out_missing_comments_and_a_final_report_refuses_to_lack_them() -> None:
    """Without it an unmet goal could be reported without an explanation."""
    made = statement(goals=[goal(FRAMEWORK, "awareness", "fyn", 44.0, "not_met")])
    draft = report(made)
    placeholders = [one for one in blocks(draft) if isinstance(one, Note) and one.kind is NoteKind.PLACEHOLDER]
    assert draft.draft
    assert len(placeholders) == 1
    assert "2. Kendskab til erhvervshuset" in words(draft)
    assert unmet_goals(made, "fyn", Comments(2026)) == (("fyn", "awareness"),)
    with pytest.raises(MissingCommentsError, match="awareness"):
        contract_report(made, "fyn", Comments(2026), final=True)
    comments = Comments(2026, None, {("fyn", "awareness"): "Vi er blevet mere synlige.\n\nDet fortsætter."})
    final = contract_report(made, "fyn", comments, final=True)
    assert not final.draft
    assert "mangler" not in words(final)
    assert "Vi er blevet mere synlige. Det fortsætter." in words(final)


@pytest.mark.parametrize(("value", "state", "beside"), [(75.0, "met", False), (60.0, "not_met", True)])
def test_a_comment_stands_beside_the_segment_that_it_explains(value: float, state: str, beside: bool) -> None:  # noqa: FBT001
    """Without it the reason for missing a goal would stand beside the segment that reached it."""
    rows = [
        goal(FRAMEWORK, "nps", "fyn", 64.0, "not_met", segment="vaekst"),
        goal(FRAMEWORK, "nps", "fyn", value, state, segment="drift"),
    ]
    made = statement(goals=rows)
    table = tables(report(made, comments={("fyn", "nps"): "Vi følger op."}))["tabel-nationale-maal"]
    said = {row[0].text: "Vi følger op." in row[3].text for row in table.rows if "Net Promoter" in row[0].text}
    assert said == {"3. Net Promoter Score, vækst": True, "3. Net Promoter Score, drift": beside}
    assert "mangler" not in words(report(made, comments={("fyn", "nps"): "Vi følger op."}))


def test_a_year_without_agreement_has_a_report_that_says_so() -> None:
    """Without it a report for a year that no document covers would fail, or show no reason for being empty."""
    document = report(statement(2031))
    assert "kender ingen resultatkontrakt eller aftale" in words(document)
    assert tables(document) == {}


def test_an_unknown_house_is_refused_in_danish() -> None:
    """Without it a misspelt house would get an empty report."""
    with pytest.raises(ContractReportError, match="intet erhvervshus »aarhus«"):
        report(statement(), "aarhus")


def test_names_sort_as_danes_sort_them() -> None:
    """Without it Aabenraa would come first, and Ærø before Assens."""
    names = ["Ærø", "Aabenraa", "Odense", "Østby", "Assens"]
    assert sorted(names, key=danish_key) == ["Assens", "Odense", "Ærø", "Østby", "Aabenraa"]


@pytest.mark.parametrize("house", ["fyn", "sydjylland", "midtjylland"])
def test_whole_reports_are_whole_for_every_state_of_every_goal(house: str) -> None:
    """Without it some mixture of figures, missing and hidden would break a table, an anchor or a sentence."""
    agreement = FRAMEWORK if house == "fyn" else f"{house}-2026"
    states: tuple[tuple[float | None, str, bool], ...] = (
        (54.0, "met", False), (44.0, "not_met", False), (54.0, "on_path", False), (44.0, "behind_path", False),
        (None, "no_data", False), (None, "met", True),
    )  # fmt: skip
    for first, second in itertools.product(states, repeat=2):
        made = statement(
            goals=[
                goal(agreement, "awareness", house, first[0], first[1], is_hidden=first[2]),
                goal(agreement, "nps", house, second[0], second[1], is_hidden=second[2], segment="vaekst"),
                goal(agreement, "awareness", house, 50.0, "met", year=2025),
            ],
            spread=[place(house, "0001", "Lemvig", is_hidden=first[2], status=None if first[2] else "above")],
        )
        document = report(made, house)
        said = words(document)
        assert not re.search(r"\b(None|nan|NaN)\b| {2}|[{}]", said), said
        for table in tables(document).values():
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.columns)}
            assert any("–" in note for note in table.notes) == any(cell.text == "–" for r in table.rows for cell in r)
        anchors = [section.id for section in sections(document)] + list(tables(document))
        assert len(set(anchors)) == len(anchors)
