"""Disclosure control over the whole statement of a small Denmark, where very many cells rest on few."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from exports.statement.assemble import assemble
from exports.statement.attack import solve
from exports.statement.disclosure import DisclosureError, Limits, Protection, audit, suppress
from exports.statement.specification import TableSpecification, read_specifications
from exports.statement.statement import IS_HIDDEN, StatementTable
from exports.statement.system import Masked, read_system
from orchestration.manifest import prepare_manifest

LIMITS = Limits()
CPU_SECONDS = 8.0
"""Two seconds on an idle machine; a loaded one with other clocks may take four times as long."""


@pytest.fixture(scope="module")
def published(small_run: Path) -> dict[str, tuple[TableSpecification, pd.DataFrame]]:
    """Every table of the statement with all its figures."""
    specifications = read_specifications(prepare_manifest())
    with closing(duckdb.connect(str(small_run / "current.duckdb"), read_only=True)) as con:
        return {spec.name: (spec, con.execute(f'from "{spec.name}"').df()) for spec in specifications}


@pytest.fixture(scope="module")
def protection(published: dict[str, tuple[TableSpecification, pd.DataFrame]]) -> Protection:
    """The tables after disclosure control."""
    return suppress(published, LIMITS)


def test_statement_withstands_the_attack(protection: Protection, capsys: pytest.CaptureFixture[str]) -> None:
    """Every hidden figure is attacked exactly, from all tables together; none may be determined."""
    masks = {
        name: Masked(table.specification, table.frame, table.frame[IS_HIDDEN].to_numpy(dtype=bool))
        for name, table in protection.tables.items()
        if table.specification.disclosure is not None
    }
    system = read_system(masks, LIMITS)
    found = solve(system, system.hidden)
    counts = system.hidden & (system.column != "") & ~system.lenient
    width = found.width[counts]
    with capsys.disabled():
        hidden = {
            name: sum(int(mask.sum()) for mask in getattr(protection, name).values())
            for name in ("primary", "secondary")
        }
        print(f"\n{hidden}, {int(counts.sum())} attacked, narrowest interval {width.min():g}")  # noqa: T201
    assert counts.sum() > 300, "the small Denmark no longer has cells that rest on few"
    assert (width >= 1).all()
    limited = counts & ~np.isnan(system.limit)
    assert (found.width[limited] >= system.limit[limited]).all()
    audit(protection.tables, LIMITS)


def test_primary_suppression_alone_is_broken(
    protection: Protection, published: dict[str, tuple[TableSpecification, pd.DataFrame]]
) -> None:
    """An attack that breaks nothing proves nothing: without secondary suppression it must find figures."""
    open_tables = {
        name: (spec.model_copy(update={"disclosure": None}), frame) for name, (spec, frame) in published.items()
    }
    truth = suppress(open_tables, LIMITS).tables
    broken = set()
    for name, table in protection.tables.items():
        rule = table.specification.disclosure
        if rule is None or not protection.secondary[name].any():
            continue
        frame = table.frame.copy()
        back = protection.secondary[name]
        for column in rule.hides:
            frame[column] = frame[column].mask(back, truth[name].frame[column])
        frame[IS_HIDDEN] = frame[IS_HIDDEN].mask(back, other=False)
        try:
            audit({name: StatementTable(table.specification, frame)}, LIMITS)
        except DisclosureError:
            broken.add(name)
    assert "statement_response_rates" in broken
    assert len(broken) >= 3


def test_nothing_under_its_limit_is_shown(protection: Protection) -> None:
    """Independent of the attack: no shown count lies between nothing and its limit."""
    for name, table in protection.tables.items():
        rule = table.specification.disclosure
        if rule is None:
            continue
        frame = table.frame
        unit = frame[rule.unit] if rule.unit not in ("companies", "respondents") else pd.Series(rule.unit, frame.index)
        for kind, limit in (("respondents", 5), ("companies", 3)):
            shown = frame.loc[(unit == kind).to_numpy(dtype=bool), rule.count].dropna()
            assert not shown.between(1, (rule.minimum or limit) - 1).any(), name
        assert frame.loc[frame[IS_HIDDEN].to_numpy(dtype=bool), list(rule.hides)].isna().all(axis=None), name


def test_assembling_and_auditing_take_seconds(small_run: Path) -> None:
    """It runs in every edition; a search that grows with the square of the cells would be felt first here."""
    specifications = read_specifications(prepare_manifest())
    start = time.process_time()
    statement = assemble(small_run / "current.duckdb", small_run / "manifest.json", specifications, LIMITS)
    audit(statement.tables, LIMITS)
    assert time.process_time() - start < CPU_SECONDS
