"""What a recomputation changes in a frozen statement, and why."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from exports.statement.compare import HIDDEN, Change, Comparison, changed_deliveries, compare, write_comparison
from exports.statement.lineage import read_lineage
from exports.statement.statement import Freeze, Statement

sys.path.insert(0, str(Path(__file__).parent))
import small_statement as small

FREEZE = Freeze(version=1, frozen_at=datetime(2026, 11, 21, 9, tzinfo=UTC), reason=None)
OLD = [small.delivery("crm_forloeb", "2026-10-31", "a"), small.delivery("evaluering_svar", "2026-10-31", "b")]
FROZEN = replace(small.statement(manifest=small.publication(OLD)), freeze=FREEZE)
ROWS: list[Any] = [
    ("companies_guided", "fyn", 2025, 840, 840.0, "met"),
    ("nps", "danmark", 2025, 640, 70.5, "met"),
    ("nps", "fyn", 2025, None, None, None),
    ("nps", "sydjylland", 2025, 64, 68.25, "not_met"),
]


def against(goals: list[Any] | None = None, **changes: Any) -> Comparison:  # noqa: ANN401
    """Compare the frozen statement with one of today."""
    about = small.publication(changes.pop("deliveries", OLD), **changes)
    tables = [small.goals(goals or ROWS), small.scores(), small.measures()]
    return compare(FROZEN, small.statement(tables, about), small.LINEAGE)


def cells(comparison: Comparison) -> dict[tuple[str, str], dict[str, Any]]:
    """Index the cells that differ by row and column."""
    return {(cell["row"], cell["column"]): cell for cell in comparison.cells.to_dict("records")}


def test_the_same_data_change_nothing() -> None:
    """Without it, every comparison would be full of noise, and nobody would read one."""
    comparison = against()
    assert comparison.is_same
    assert comparison.deliveries == ()
    assert not comparison.code_changed
    assert not comparison.context_changed
    assert comparison.tables == {small.GOALS: 4, small.SCORES: 1, small.MEASURES: 1}


def test_a_changed_figure_is_shown_with_its_difference_status_and_cause() -> None:
    """Without it, an analyst could not say which delivery moved a published figure."""
    newer = [
        OLD[0],
        small.delivery("evaluering_svar", "2026-10-31", "c"),
        small.delivery("evaluering_svar", "2026-11-20"),
    ]
    changed = [*ROWS[:3], ("nps", "sydjylland", 2025, 70, 70.0, "met")]
    comparison = against(changed, deliveries=newer)
    found = cells(comparison)
    row = "measure=nps, house=sydjylland, year=2025"
    assert set(found) == {(row, "n"), (row, "value"), (row, "status")}
    value = found[row, "value"]
    assert (value["before"], value["now"], value["difference"]) == ("68,25", "70,0", 1.75)
    assert (value["status_before"], value["status_now"]) == ("not_met", "met")
    assert value["change"] == Change.CHANGED
    # crm_forloeb is as it was, and NPS is not made from it.
    assert value["cause"] == "evaluering_svar (1 ny, 1 ændret)"
    assert pd.isna(found[row, "status"]["difference"])


def test_a_cause_is_only_what_the_figure_is_made_from() -> None:
    """Without it, every new file would be blamed for every figure."""
    newer = [*OLD, small.delivery("crm_forloeb", "2026-11-20")]
    comparison = against([("companies_guided", "fyn", 2025, 841, 841.0, "met"), *ROWS[1:]], deliveries=newer)
    assert set(comparison.cells["cause"]) == {"crm_forloeb (1 ny)"}
    comparison = against([*ROWS[:3], ("nps", "sydjylland", 2025, 64, 69.0, "not_met")], deliveries=newer, code="0.2.0")
    assert set(comparison.cells["cause"]) == {"koden"}
    assert comparison.code_changed
    other = small.statement(
        [small.goals([*ROWS[:3], ("nps", "sydjylland", 2025, 64, 69.0, "not_met")])],
        small.publication(OLD),
        {"limit_respondents": "10"},
    )
    comparison = compare(FROZEN, other, small.LINEAGE)
    assert set(comparison.cells["cause"]) == {"indstillingerne"}
    assert comparison.settings == {"limit_respondents": ("5", "10")}
    assert comparison.left_out == {
        small.SCORES: "Tabellen findes ikke mere.",
        small.MEASURES: "Tabellen findes ikke mere.",
    }


def test_nothing_that_could_explain_a_difference_is_said_as_it_is() -> None:
    """Without it, a figure that is not reproducible would be blamed on a delivery."""
    comparison = against([*ROWS[:3], ("nps", "sydjylland", 2025, 64, 69.0, "not_met")])
    assert set(comparison.cells["cause"]) == {"ukendt"}


def test_cells_appear_and_vanish() -> None:
    """Without it, a house that disappears from a table would go unseen."""
    comparison = against([*ROWS[:3], ("nps", "nordjylland", 2025, 12, 50.0, "not_met")])
    found = cells(comparison)
    gone, new = (found[f"measure=nps, house={house}, year=2025", "value"] for house in ("sydjylland", "nordjylland"))
    assert (gone["change"], gone["before"]) == (Change.VANISHED, "68,25")
    assert pd.isna(gone["now"])
    assert (new["change"], new["now"]) == (Change.APPEARED, "50,0")
    assert pd.isna(new["before"])


def test_hidden_cells_stay_hidden() -> None:
    """Without it, the comparison would publish what the statement hides, as a difference or as a row of its own."""
    shown, hidden = ("nps", "fyn", 2025, 6, 33.0, "not_met"), ("nps", "sydjylland", 2025, None, None, None)
    found = cells(against([*ROWS[:2], shown, hidden]))
    now_shown = found["measure=nps, house=fyn, year=2025", "value"]
    assert (now_shown["change"], now_shown["before"], now_shown["now"]) == (Change.NOW_SHOWN, HIDDEN, "33,0")
    now_hidden = found["measure=nps, house=sydjylland, year=2025", "value"]
    assert (now_hidden["change"], now_hidden["before"], now_hidden["now"]) == (Change.NOW_HIDDEN, "68,25", HIDDEN)
    assert pd.isna(now_shown["difference"])
    assert pd.isna(now_hidden["difference"])
    # Hidden then and now: whether it changed is nobody's business.
    assert against().is_same
    added = cells(against([*ROWS, ("nps", "nordjylland", 2025, None, None, None)]))
    assert {cell["now"] for cell in added.values()} == {HIDDEN}


def test_arithmetic_noise_is_no_difference() -> None:
    """Without it, the last digit of a sum in another order would be reported as a change of a published figure."""
    assert against([*ROWS[:3], ("nps", "sydjylland", 2025, 64, 68.25 * (1 + 1e-12), "not_met")]).is_same
    assert not against([*ROWS[:3], ("nps", "sydjylland", 2025, 64, 68.25 + 1e-4, "not_met")]).is_same


def test_a_publication_of_a_later_year_is_compared_as_far_as_it_goes() -> None:
    """Without it, the rows of the new year would count as changes of the old one."""
    later = [*ROWS, ("nps", "fyn", 2026, 20, 75.0, "met")]
    comparison = against(later, year=2026, today="2027-10-31")
    assert comparison.is_same
    assert comparison.context_changed
    assert comparison.left_out == {
        small.SCORES: "Tabellen gælder kun opgørelsesåret, og den seneste udgave er for 2026."
    }
    assert set(comparison.tables) == {small.GOALS, small.MEASURES}
    only_later = against([("nps", "fyn", 2026, 20, 75.0, "met")], year=2026)
    assert set(only_later.left_out) == {small.GOALS, small.SCORES}


def test_a_difference_may_come_from_the_day_of_the_data() -> None:
    """Without it, a figure that counts up to today would have no cause when only today is another."""
    comparison = against([*ROWS[:3], ("nps", "sydjylland", 2025, 64, 69.0, "not_met")], today="2026-11-20")
    assert set(comparison.cells["cause"]) == {"ukendt"}
    tables = [small.goals(ROWS), small.scores(98.0), small.measures()]
    comparison = compare(FROZEN, small.statement(tables, small.publication(OLD, today="2026-11-20")), small.LINEAGE)
    assert set(comparison.cells["cause"]) == {"dataenes dag eller opgørelsesåret"}


def test_deliveries_are_compared_by_fingerprint() -> None:
    """Without it, a file that was delivered again under the same name would go unseen."""
    now = [
        small.delivery("crm_forloeb", "2026-10-31", "changed"),
        small.delivery("crm_forloeb", "2026-11-20"),
        small.delivery("crm_tema", "2026-11-20", status="set_aside"),
    ]
    found = [(each.entity, each.delivery[-14:-4], each.change) for each in changed_deliveries(OLD, now)]
    assert found == [
        ("crm_forloeb", "2026-10-31", Change.CHANGED),
        ("crm_forloeb", "2026-11-20", Change.APPEARED),
        ("evaluering_svar", "2026-10-31", Change.VANISHED),
    ]


def test_tables_with_another_key_are_left_out() -> None:
    """Without it, rows would be paired that are not the same figure."""
    goals = small.goals()
    other = replace(goals, specification=goals.specification.model_copy(update={"key": ("measure", "house")}))
    comparison = compare(FROZEN, small.statement([other, small.scores(), small.measures()]), small.LINEAGE)
    assert comparison.left_out == {small.GOALS: "Tabellens nøgle er en anden."}
    fewer = compare(replace(FROZEN, tables={}), small.statement(manifest=small.publication(OLD)), small.LINEAGE)
    assert set(fewer.left_out.values()) == {"Tabellen er ny."}
    assert fewer.is_same


def test_only_a_frozen_statement_is_compared() -> None:
    """Without it, two drafts could be taken for a published statement and its recomputation."""
    with pytest.raises(ValueError, match="not frozen"):
        compare(small.statement(), small.statement(), small.LINEAGE)


def test_the_file_is_for_a_danish_spreadsheet(tmp_path: Path) -> None:
    """Without it, figures would be read as text, or a text as a formula."""
    tables = [small.goals([*ROWS[:3], ("nps", "sydjylland", 2025, 64, 69.5, "not_met")]), small.measures("=1+1")]
    current: Statement = small.statement(tables, small.publication([OLD[0]]))
    path = tmp_path / "sammenligning.csv"
    write_comparison(compare(FROZEN, current, small.LINEAGE), path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert [(row["kolonne"], row["foer"], row["nu"], row["forskel"]) for row in rows] == [
        ("value", "68,25", "69,5", "1,25"),
        ("label", "'=Net Promoter Score", "'=1+1", ""),
    ]
    beside = (tmp_path / "sammenligning-leverancer.csv").read_text(encoding="utf-8-sig").splitlines()
    assert beside[1] == "evaluering_svar;evaluering_svar__2026-10-31.csv;væk;b;"


def test_an_empty_comparison_is_a_file_with_headings(tmp_path: Path) -> None:
    """Without it, a program that reads the file would fail on the good days."""
    write_comparison(against(), tmp_path / "sammenligning.csv")
    (line,) = (tmp_path / "sammenligning.csv").read_text(encoding="utf-8-sig").splitlines()
    assert line.startswith("tabel;raekke;kolonne;aendring;foer;nu;forskel;")


def test_lineage_follows_models_back_to_deliveries(tmp_path: Path) -> None:
    """Without it, a cause would be a guess."""

    def model(schema: str, name: str, *parents: str) -> dict[str, Any]:
        return {"resource_type": "model", "schema": schema, "alias": name, "depends_on": {"nodes": list(parents)}}

    def source(schema: str, name: str) -> dict[str, Any]:
        return {"schema": schema, "name": name}

    path = tmp_path / "manifest.json"
    content = {
        "nodes": {
            "stg": model("staging", "stg_crm__courses", "s.crm", "seed.houses"),
            "m.nps": model("goals", "nps", "stg", "s.answers"),
            "m.awareness": model("goals", "awareness", "s.context"),
            "m.goals": model("statement", "statement_goals", "m.nps", "m.awareness", "s.register"),
            "seed.houses": {"resource_type": "seed", "schema": "seeds", "alias": "houses", "depends_on": {}},
        },
        "sources": {
            "s.crm": source("accepted", "crm_forloeb"),
            "s.answers": source("accepted", "evaluering_svar"),
            "s.context": source("raw", "run_context"),
            "s.register": source("raw", "rejected_rows"),
        },
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    assert read_lineage(path) == {
        "nps": ("crm_forloeb", "evaluering_svar"),
        "awareness": ("run_context",),
        "statement_goals": ("crm_forloeb", "evaluering_svar", "run_context"),
    }
