"""A program: one run of the real job, which can end itself at a stage or at a step, or meet a full disk there.

`night.py <deliveries> <output> [kill <stage or number> | fill <stage>]`. A stage is `landing`, `warehouse` and so on; a
number counts stages and the steps that a run tells of: deliveries, models, tests, tables, files. Files for roles are
written only where something is to happen then.
It ends with the code of `erhvervshus run` and prints what a person would be told, or how many steps there were.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from orchestration.errors import expected_error
from orchestration.progress import SilentProgress
from orchestration.run import run
from orchestration.settings import RunSettings

_LEFT_BYTES = 40_000


class Fateful(SilentProgress):
    """Does something at the start of a stage, or at a step."""

    def __init__(self, fate: str = "", at: str = "", output: Path = Path()) -> None:
        """Choose what and when."""
        self._fate, self._at, self._output = fate, at, output
        self.steps = 0

    def stage(self, name: str, total: int | None = None) -> None:
        """Do it when the stage has come."""
        del total
        self.advance()
        if name == self._at:
            self._act()

    def advance(self, detail: str = "") -> None:
        """Do it when the step has come."""
        del detail
        self.steps += 1
        if str(self.steps) == self._at:
            self._act()

    def _act(self) -> None:
        if self._fate == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        free = shutil.disk_usage(self._output).free
        with (self._output.parent / "filler").open("wb") as out:
            out.write(b"\0" * max(0, free - _LEFT_BYTES))


def main() -> int:
    """Run the job."""
    deliveries, output, *fate = sys.argv[1:]
    settings = RunSettings(output=output, deliveries=deliveries, year=2026, role_exports="role_exports" in fate)
    progress = Fateful(*fate, output=Path(output))
    try:
        outcome = run(settings, progress)
    except Exception as error:  # noqa: BLE001 - told to the test
        sys.stdout.write(str(expected_error(error) or f"UFORUDSET {error!r}"))
        return 1
    sys.stdout.write("\n".join(outcome.failures.values()) or str(progress.steps))
    return 3 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
