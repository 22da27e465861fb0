"""Every table has a decision on who sees it, columns included, before it is published."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from exports.access.names import ENTITLEMENTS, Dataset, RoleKind
from exports.access.rules import ROW_RULES, Entitlement, _entitlement
from exports.publish import PUBLICATION_TABLE, PUBLISHED_SCHEMAS
from exports.statement.specification import SCHEMA
from orchestration.manifest import prepare_manifest
from orchestration.paths import DBT_PROJECT, PROJECT_ROOT

GUIDE = PROJECT_ROOT / "docs" / "access.md"
_ROWS_DA = {
    "all": "alle",
    "own_house": "husets egne",
    "own_house_course": "husets egne forløb",
    "own_house_company": "virksomheder med forløb hos huset",
    "own_municipality_consented": "forløb med samtykke, virksomheder i kommunen",
    "own_municipality_company": "virksomheder i kommunen med samtykke, ikke personligt ejede",
    "own_municipality_disclosed": "kommunens egne, hvor den frigivne opgørelse viser dem",
}


@pytest.fixture(scope="module")
def entitlements() -> list[Entitlement]:
    """The rules as they stand in the seed; one that cannot be used is refused here too."""
    with (DBT_PROJECT / "seeds" / "entitlements.csv").open(encoding="utf-8", newline="") as handle:
        return [_entitlement(*row) for row in list(csv.reader(handle))[1:]]


@pytest.fixture(scope="module")
def columns() -> dict[tuple[Dataset, str], dict[str, str]]:
    """The columns of every table that is published, each with its class of personal data."""
    nodes: dict[str, Any] = json.loads(Path(prepare_manifest()).read_bytes())["nodes"]
    models = [node for node in nodes.values() if node["resource_type"] == "model"]
    found: dict[tuple[Dataset, str], dict[str, str]] = {
        (Dataset.WAREHOUSE, PUBLICATION_TABLE): dict.fromkeys(
            ("run_id", "published_at", "code_version", "report_year", "today"), "none"
        )
    }
    for node in models:
        classes = {
            name: column["config"]["meta"].get("personal_data", "none") for name, column in node["columns"].items()
        }
        if node["schema"] in PUBLISHED_SCHEMAS:
            found[Dataset.WAREHOUSE, node["alias"]] = classes
        if node["schema"] == SCHEMA and node["config"]["meta"]["statement"]["open_data"]:
            found[Dataset.STATEMENT, node["alias"]] = classes
    return found


def test_every_published_table_has_a_decision_for_every_role(
    entitlements: list[Entitlement], columns: dict[tuple[Dataset, str], dict[str, str]]
) -> None:
    """Without it, a new mart would be seen by nobody, or by whoever the next change lets in. Decide in the seed."""
    decided = {(each.kind, each.dataset, each.table) for each in entitlements}
    wanted = {(kind, dataset, table) for kind in RoleKind for dataset, table in columns}
    assert sorted(wanted - decided) == []
    assert sorted(decided - wanted) == []


def test_every_rule_fits_its_table(
    entitlements: list[Entitlement], columns: dict[tuple[Dataset, str], dict[str, str]]
) -> None:
    """Without it, the first load after a renamed column would fail in the night."""
    for each in entitlements:
        present = list(columns[each.dataset, each.table])
        assert each.columns(present) != ()
        if each.rule in ROW_RULES:
            assert each.row_rule(present) is ROW_RULES[each.rule]


def test_a_municipality_sees_no_column_of_a_person_unless_it_is_emptied_for_persons(
    entitlements: list[Entitlement], columns: dict[tuple[Dataset, str], dict[str, str]]
) -> None:
    """Without it, a column about people could be added to a table that municipalities read, and nobody would notice."""
    for each in entitlements:
        if each.kind not in {RoleKind.MUNICIPALITY, RoleKind.PUBLIC} or each.rule == "none":
            continue
        classes = columns[each.dataset, each.table]
        if each.rule == "all":
            assert {classes[name] for name in each.columns(list(classes))} == {"none"}, each.table
        if "cvr" in each.visible:
            assert each.rule == "own_municipality_company" or "cvr" in each.person, each.table
        if "p_number" in each.visible:
            assert "p_number" in each.person, each.table


def test_companies_answers_and_accounts_reach_no_municipality(entitlements: list[Entitlement]) -> None:
    """Without it, a change of one word in the seed could give away what was promised to stay."""
    closed = {
        "fct_evaluation",
        "fct_awareness_response",
        "fct_company_year",
        "fct_effect_pair",
        "rejected_rows",
        "registration_findings",
        "contract_results",
    }
    seen = {each.table for each in entitlements if each.kind == RoleKind.MUNICIPALITY and each.rule != "none"}
    assert seen & closed == set()
    houses = {each.table: each.rule for each in entitlements if each.kind == RoleKind.HOUSE}
    assert {houses[table] for table in ("fct_company_year", "fct_effect_pair", "rejected_rows")} == {"none"}
    assert {houses[table] for table in ("fct_evaluation", "registration_findings")} == {"own_house"}


def test_the_guide_shows_the_rules_as_they_are(entitlements: list[Entitlement]) -> None:
    """Without it, a DBA would read of rights that a role does not have. The table is what this test prints."""
    assert _table(entitlements) in GUIDE.read_text(encoding="utf-8")


def _table(entitlements: list[Entitlement]) -> str:
    """Write what houses and municipalities see of the marts, for the guide."""
    lines = ["| tabel | hus ser | kommune ser |", "|---|---|---|"]
    rules = {(each.kind, each.table): each for each in entitlements if each.dataset == Dataset.WAREHOUSE}
    grouped: dict[tuple[str, str], list[str]] = {}
    for table in sorted({table for _, table in rules}):
        seen = tuple(_seen(rules[kind, table]) for kind in (RoleKind.HOUSE, RoleKind.MUNICIPALITY))
        grouped.setdefault((seen[0], seen[1]), []).append(f"`{table}`")
    for (house, municipality), tables in sorted(grouped.items()):
        lines.append(f"| {', '.join(tables)} | {house} | {municipality} |")
    return "\n".join(lines)


def _seen(entitlement: Entitlement) -> str:
    """Say in Danish what is seen of a table."""
    if entitlement.rule == "none":
        return "–"
    some = "" if entitlement.visible == ("*",) else "; kun de nævnte kolonner"
    emptied = ", ".join(f"`{name}`" for name in sorted(entitlement.person))
    return _ROWS_DA[entitlement.rule] + some + (f"; {emptied} tom for personligt ejede" if emptied else "")


def test_the_rules_are_published_with_what_they_are_about() -> None:
    """Without it, a copy of the warehouse would not say who may see it."""
    nodes = json.loads(Path(prepare_manifest()).read_bytes())["nodes"].values()
    assert [node["schema"] for node in nodes if node["resource_type"] == "model" and node["alias"] == ENTITLEMENTS] == [
        "access"
    ]
