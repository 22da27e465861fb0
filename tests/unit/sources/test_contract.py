"""Tests of the contracts: that they load, and that a wrong one is refused with its file's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.contract import ContractError, Contracts, UnknownEntityError, load_contracts

GOOD = """
source: prove
description: A source.
owner: Nobody
cadence_days: 1
entities:
  - name: prove_ting
    description: Things.
    key: [ting_id]
    columns:
      - {name: ting_id, type: text, personal_data: none, description: Id.}
      - {name: farve, type: code, personal_data: none, description: Colour, codes: {roed: Rød, blaa: Blå}}
"""


def test_the_projects_contracts_hold_all_sources() -> None:
    """Without it a contract could be lost from the package unseen."""
    contracts = load_contracts()
    assert [s.name for s in contracts.sources] == ["crm", "evaluering", "kendskab", "manuel", "register"]
    assert {e.name for e in contracts.entities} == {
        "crm_forloeb", "crm_aktivitet", "crm_tema", "crm_henvisning", "evaluering_svar", "kendskab_svar",
        "register_virksomhed", "register_penhed", "register_regnskab", "manuelt_resultat",
    }  # fmt: skip
    assert contracts.entity("crm_tema").key == ("forloeb_id", "tema")
    assert contracts.entity("crm_tema").source == "crm"
    assert contracts.source("register").cadence_days == 31


def test_unknown_names_list_the_known_ones() -> None:
    """Without it a misspelt name would give a bare KeyError."""
    with pytest.raises(UnknownEntityError, match="crm_forloeb"):
        load_contracts().entity("crm_forlob")
    with pytest.raises(KeyError, match="register"):
        load_contracts().source("registre")
    with pytest.raises(KeyError, match="no column"):
        load_contracts().entity("crm_tema").column("x")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("type: text", "type: tekst", "type"),
        ("key: [ting_id]", "key: [id]", "which is no column"),
        ("key: [ting_id]", "key: []", "key"),
        (", codes: {roed: Rød, blaa: Blå}", "", "type code have codes"),
        ("blaa: Blå", "blaa: ROED", "means both"),
        ("name: farve", "name: ting_id", "named twice"),
        ("name: farve", "name: slettet", "reserved"),
        ("type: text, ", "type: text, minimum: 1, ", "only numbers"),
        ("owner: Nobody", "ejer: Nobody", "ejer"),
        ("cadence_days: 1", "cadence_days: 0", "cadence_days"),
        ("source: prove", "source: [", "prove.yml"),
    ],
)
def test_a_wrong_contract_is_refused_with_its_reason(tmp_path: Path, old: str, new: str, says: str) -> None:
    """Without it a slip in a contract would surface as odd figures much later."""
    (tmp_path / "prove.yml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=r"prove\.yml") as caught:
        load_contracts(tmp_path)
    assert says in str(caught.value)


def test_no_contracts_or_the_same_twice_is_an_error(tmp_path: Path) -> None:
    """Without it an empty folder would make an empty warehouse."""
    with pytest.raises(ContractError, match="No contracts"):
        load_contracts(tmp_path)
    for name in ("a", "b"):
        (tmp_path / f"{name}.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ContractError, match="described twice"):
        load_contracts(tmp_path / ".")


def test_the_digest_follows_meaning_not_wording(tmp_path: Path) -> None:
    """Without it a corrected description would rebuild every warehouse, or a new column would not."""

    def digest(text: str, name: str) -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "prove.yml").write_text(text, encoding="utf-8")
        contracts: Contracts = load_contracts(folder)
        return contracts.digest

    assert digest(GOOD, "a") == digest(GOOD.replace("Things.", "All things."), "b")
    assert digest(GOOD.replace("farve", "kulør".replace("ø", "oe")), "c") != digest(GOOD, "d")
