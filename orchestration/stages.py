"""Which stage of a run each step of the job belongs to, in the order the stages come."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from orchestration.assets.postgres import POSTGRES
from orchestration.assets.role_exports import ROLE_EXPORTS
from orchestration.assets.statement import STATEMENT

STAGE_OF_STEP: Final[Mapping[str, str]] = MappingProxyType(
    {
        "deliveries": "deliveries",
        "landing": "landing",
        "raw__deliveries_rows_conserved": "landing",
        "history__findings": "landing",
        "warehouse": "warehouse",
        "expectations": "expectations",
        "expectation_checks": "expectations",
        "effect_checks": "expectations",
        "publication": "publication",
        "finding_history": "publication",
        STATEMENT: "statement",
        ROLE_EXPORTS: "role_exports",
        POSTGRES: "postgres",
    }
)
