"""The suites: what they may say, and that they fit the contracts and the rules of the warehouse."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from expectations.errors import SuiteError
from expectations.suite import load_suites
from orchestration.paths import DBT_PROJECT
from sources.contract import load_contracts

SUITE = """
name: tiny
label_da: Lille suite
description: For a test.
concerns: {concerns}
frames:
  rows:
    query: select 1 as n
    identify: [n]
    noun_da: [række, rækker]
checks:
  - name: {name}
    {more}
    frame: {frame}
    asset: raw/deliveries
    expectation: expect_column_values_to_be_between
    arguments: {{column: n, min_value: 0}}
    severity: {severity}
    label_da: "{{each}} er mindst nul"
    remedy_da: Ret tallet.
    reason_da: "By definition."
    since: 2026-11-21
"""


def write(folder: Path, **differs: str) -> Path:
    """Write a suite of one check into a folder."""
    shape = {"concerns": "form", "name": "n_is_a_count", "more": "", "frame": "rows", "severity": "critical"}
    (folder / "tiny.yml").write_text(SUITE.format(**{**shape, **differs}), encoding="utf-8")
    return folder


def test_every_rule_of_registration_practice_has_a_tolerance() -> None:
    """Without it, a new rule would be computed and never judged."""
    with (DBT_PROJECT / "seeds" / "registration_rules.csv").open(encoding="utf-8") as lines:
        rules = {row["rule"] for row in csv.DictReader(lines)}
    (practice,) = (suite for suite in load_suites() if suite.name == "practice")
    assert {check.name for check in practice.checks} == rules


def test_every_entity_is_judged_by_its_cadence_and_its_columns() -> None:
    """Without it, a delivery could stop coming, or change its columns, unseen."""
    entities = {entity.name for entity in load_contracts().entities}
    checks = {suite.name: {check.name for check in suite.checks} for suite in load_suites()}
    assert checks["freshness"] == {f"{entity}_is_fresh" for entity in entities}
    assert checks["schema"] == {
        f"{entity}_{what}" for entity in entities for what in ("has_no_unknown_columns", "has_every_column")
    }


def test_the_room_imports_only_from_its_left() -> None:
    """Without it, judging data would come to need Dagster."""
    code = (
        "import sys, expectations.alerting, expectations.data_docs, expectations.runner\n"
        "right = {'orchestration', 'exports', 'dagster', 'apprise', 'great_expectations'}\n"
        "found = right & {name.split('.')[0] for name in sys.modules}\n"
        "sys.exit(str(found) if found else 0)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_a_check_has_one_name_on_its_asset() -> None:
    """Without it, two results would be shown as one asset check."""
    names = [(check.asset, check.name) for suite in load_suites() for check in suite.checks]
    assert len(names) == len(set(names))


def test_copies_are_written_out(tmp_path: Path) -> None:
    """Without it, sixteen tolerances would need sixteen copies of the same lines."""
    more = "for_each: {one: {arguments: {max_value: 1}}, two: {severity: warning}}"
    (suite,) = load_suites(write(tmp_path, name='"{each}_is_a_count"', more=more))
    one, two = suite.checks
    assert (one.name, one.label_da, one.severity) == ("one_is_a_count", "one er mindst nul", "critical")
    assert one.arguments == {"column": "n", "min_value": 0, "max_value": 1}
    assert (two.severity, two.arguments) == ("warning", {"column": "n", "min_value": 0})


@pytest.mark.parametrize(
    ("differs", "message"),
    [
        ({"frame": "elsewhere"}, "frame elsewhere is used but not described"),
        ({"concerns": "practice"}, "it can never stop the publication"),
        ({"severity": "terrible"}, "warning"),
        ({"name": '"{each}"', "more": "for_each: [a, b]"}, "for_each is the word entities or a mapping"),
        ({"name": '"{each}"', "more": "for_each: entities\n    by_cadence: {1: {}}"}, "has nothing for"),
        ({"more": "surprise: 1"}, "surprise"),
        ({"more": ": ["}, "tiny.yml"),
    ],
)
def test_mistakes_are_told_with_the_file(tmp_path: Path, differs: dict[str, str], message: str) -> None:
    """Without it, a mistake in a suite would show as a check that is silently gone."""
    with pytest.raises(SuiteError, match=message) as caught:
        load_suites(write(tmp_path, **differs))
    assert "tiny.yml" in str(caught.value)


def test_a_folder_without_suites_and_a_name_used_twice_are_refused(tmp_path: Path) -> None:
    """Without it, a mistyped folder would check nothing and call it a pass."""
    with pytest.raises(SuiteError, match="ingen suiter"):
        load_suites(tmp_path)
    write(tmp_path)
    (tmp_path / "again.yml").write_text((tmp_path / "tiny.yml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(SuiteError, match="beskrevet to gange"):
        load_suites(tmp_path)
    (tmp_path / "again.yml").write_text("- a list", encoding="utf-8")
    with pytest.raises(SuiteError, match="again"):
        load_suites(tmp_path)
