"""The output folder holds what the README promises."""

from __future__ import annotations

import re
from pathlib import Path

from orchestration.paths import PROJECT_ROOT


def promised() -> list[str]:
    """List the files of the table in the README, each ending of a name by itself."""
    table = (
        (PROJECT_ROOT / "README.md")
        .read_text(encoding="utf-8")
        .partition("## What you get")[2]
        .partition("\n\nIn `current")[0]
    )
    found: list[str] = []
    for row in re.findall(r"^\| (`.*?) \| ", table, flags=re.MULTILINE):
        first, *endings = re.findall(r"`([^`]+)`", row)
        found += [first, *(str(Path(first).with_suffix(ending)) for ending in endings)]
    return found


def test_every_promised_file_is_there(small_run: Path) -> None:
    """Without it a reader of the README would look for a file that has another name."""
    names = promised()
    assert len(names) > 15
    # Files of roles are written when the setting asks for them.
    asked = [re.sub(r"<\w+>", "*", name.rstrip("/")) for name in names if not name.startswith("adgang/")]
    assert [name for name in asked if not any(small_run.glob(name))] == []
