"""How far a run has come: lines for logs, bars for people."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from orchestration.progress import LineProgress, LiveProgress, SilentProgress, progress_for


def console(*, terminal: bool) -> tuple[Console, io.StringIO]:
    """Make a console that writes into memory."""
    stream = io.StringIO()
    return Console(file=stream, force_terminal=terminal, width=140, color_system=None), stream


def test_terminal_gets_bars_and_a_pipe_gets_lines() -> None:
    """Without it, a scheduler's log would fill with control characters."""
    assert isinstance(progress_for(console(terminal=True)[0]), LiveProgress)
    assert isinstance(progress_for(console(terminal=False)[0]), LineProgress)


def test_lines_tell_each_stage_once_with_its_time() -> None:
    """Without it, a log could not tell which stage was slow."""
    screen, stream = console(terminal=False)
    with LineProgress(screen) as progress:
        progress.stage("landing", 2)
        progress.advance("a.csv")
        progress.stage("warehouse")
    lines = stream.getvalue().splitlines()
    assert [line.split(" … ")[0] for line in lines] == ["Indlæser leverancer", "Bygger datavarehuset"]
    assert all(line.endswith(" sek.") for line in lines)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_failed_stage_is_not_told_as_finished(terminal: bool) -> None:  # noqa: FBT001
    """Without it, the log of a failed run would claim that its last stage was done."""
    screen, stream = console(terminal=terminal)
    with pytest.raises(RuntimeError), progress_for(screen) as progress:  # noqa: PT012
        progress.stage("landing", 2)
        progress.advance("a.csv")
        raise RuntimeError
    assert "sek." not in stream.getvalue()
    assert "2/2" not in stream.getvalue()


def test_bars_show_steps_and_end_full() -> None:
    """Without it, a stage of unknown length would end as an empty bar."""
    screen, stream = console(terminal=True)
    with LiveProgress(screen) as progress:
        progress.advance("before any stage")
        progress.stage("landing", 3)
        progress.advance("a.csv")
        progress.stage("publication")
        progress.advance("dim_house")
    assert "Indlæser leverancer" in stream.getvalue()
    assert "3/3" in stream.getvalue()
    assert "1/1" in stream.getvalue()


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """Without it, Dagster's own log would hold our display too."""
    progress = SilentProgress()
    progress.stage("landing", 3)
    progress.advance("a.csv")
    assert capsys.readouterr() == ("", "")
