"""What `make dev` loads: the definitions by the program's settings, with schedule and sensor turned off."""

from __future__ import annotations

from orchestration.assembly import build_defs

defs = build_defs()
