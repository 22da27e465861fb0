"""Which delivered entities a figure is made from, read from dbt's lineage."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exports.statement.specification import SCHEMA

ACCEPTED = "accepted"
"""The schema of the views that landing makes of what was delivered."""
GOALS = "goals"
RUN_CONTEXT = "run_context"
"""The day of the newest data and the report year: what a figure rests on besides deliveries."""


def read_lineage(manifest: Path) -> dict[str, tuple[str, ...]]:
    """Follow every statement table and every measure back to what was delivered.

    Args:
        manifest: dbt's manifest.

    Returns:
        For each statement table, and for each measure (a model of schema `goals` bears its key), the entities it is
        made from, as `crm_forloeb`, sorted; `run_context` among them where the day or the year counts.
    """
    content = json.loads(manifest.read_bytes())
    nodes: Mapping[str, Mapping[str, Any]] = content["nodes"]
    sources: Mapping[str, Mapping[str, Any]] = content["sources"]
    named = {
        key: {source["name"]}
        for key, source in sources.items()
        if source["schema"] == ACCEPTED or source["name"] == RUN_CONTEXT
    }
    found: dict[str, frozenset[str]] = {key: frozenset(names) for key, names in named.items()}
    return {
        node["alias"]: tuple(sorted(_upstream(key, nodes, found)))
        for key, node in nodes.items()
        if node["resource_type"] == "model" and node["schema"] in {SCHEMA, GOALS}
    }


def _upstream(key: str, nodes: Mapping[str, Mapping[str, Any]], found: dict[str, frozenset[str]]) -> frozenset[str]:
    """Collect what a node is made from; each node is visited once."""
    if key not in found:
        # Seeds, and sources that are no delivery, are made from nothing.
        parents = nodes.get(key, {}).get("depends_on", {}).get("nodes", [])
        names = [_upstream(parent, nodes, found) for parent in parents]
        found[key] = frozenset[str]().union(*names)
    return found[key]
