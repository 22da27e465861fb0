"""How far a run has come, told while it runs: nothing, plain lines, or a live display."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichBars

from orchestration import danish

STAGES = {
    "prepare": "Forbereder kørslen",
    "deliveries": "Finder leverancer",
    "landing": "Indlæser leverancer",
    "warehouse": "Bygger datavarehuset",
    "expectations": "Kontrollerer data",
    "publication": "Offentliggør resultatet",
    "statement": "Skriver opgørelsen",
    "role_exports": "Skriver rollernes filer",
    "postgres": "Indlæser i PostgreSQL",
}
_WIDTH = 32


class Progress(Protocol):
    """What the job tells about how far it has come."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage; the one before it is finished.

        Args:
            name: A key of `STAGES`.
            total: How many steps the stage has, when that is known.
        """

    def advance(self, detail: str = "") -> None:
        """Finish one step of the current stage.

        Args:
            detail: What was finished, as a file or a table.
        """


class SilentProgress:
    """Tells nothing: for runs that Dagster's own interface follows."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, detail: str = "") -> None:
        """Say nothing."""


class LineProgress:
    """Writes one line per stage: for logs, pipes and schedulers."""

    def __init__(self, console: Console) -> None:
        """Write to a console.

        Args:
            console: Where the lines go.
        """
        self._console = console
        self._stage: tuple[str, float] | None = None

    def __enter__(self) -> Self:
        """Begin.

        Returns:
            This object.
        """
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the last stage; a failed run does not claim that it was finished."""
        if error is None:
            self._finish()

    def stage(self, name: str, total: int | None = None) -> None:  # noqa: ARG002
        """Write that the stage before is finished, and begin the next.

        Args:
            name: A key of `STAGES`.
            total: Not shown.
        """
        self._finish()
        self._stage = (name, time.monotonic())

    def advance(self, detail: str = "") -> None:
        """Say nothing: a line per step would drown the log."""

    def _finish(self) -> None:
        """Write the current stage with its time."""
        if self._stage is not None:
            name, started = self._stage
            took = danish.duration(time.monotonic() - started)
            self._console.print(f"{STAGES[name]} … {took}", highlight=False, markup=False)
            self._stage = None


class LiveProgress:
    """Draws a bar per stage: for people at a terminal."""

    def __init__(self, console: Console) -> None:
        """Draw on a console.

        Args:
            console: A terminal.
        """
        self._bars = RichBars(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[detail]}[/]"),
            console=console,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Begin drawing.

        Returns:
            This object.
        """
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing; the last stage is shown as finished only when it was."""
        if error is None:
            self._finish()
        elif self._task is not None:
            self._bars.stop_task(self._task)
        self._bars.stop()

    def stage(self, name: str, total: int | None = None) -> None:
        """Finish the bar before and begin a new one.

        Args:
            name: A key of `STAGES`.
            total: How many steps; without it the bar only pulses.
        """
        self._finish()
        self._task = self._bars.add_task(STAGES[name].ljust(_WIDTH), total=total, detail="")

    def advance(self, detail: str = "") -> None:
        """Move the current bar one step.

        Args:
            detail: Shown beside the bar.
        """
        if self._task is not None:
            self._bars.update(self._task, advance=1, detail=detail)

    def _finish(self) -> None:
        """Fill the current bar."""
        if self._task is not None:
            task = next(task for task in self._bars.tasks if task.id == self._task)
            total = task.total if task.total is not None else max(task.completed, 1)
            self._bars.update(self._task, total=total, completed=total, detail="")
            self._bars.stop_task(self._task)
            self._task = None


def progress_for(console: Console) -> LineProgress | LiveProgress:
    """Choose the display that fits where the output goes.

    Args:
        console: The console on standard error.

    Returns:
        Bars for a terminal, lines for anything else.
    """
    return LiveProgress(console) if console.is_terminal else LineProgress(console)
