"""What `dagster dev -m orchestration.definitions` loads: the definitions as they are without any change."""

from __future__ import annotations

from orchestration.assembly import build_defs

defs = build_defs()
