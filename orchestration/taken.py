"""What the newest landing looked at, kept beside the build file, so that the sensor can tell what is news.

It is the landing that knows: a run by hand and a run in the night take in the same folder.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from exports.files import write_whole
from orchestration.paths import build_folder
from sources.arrivals import Trace

_log = logging.getLogger(__name__)
_FILE = "taken.json"


@dataclass(frozen=True)
class Taken:
    """The files of the newest landing.

    Attributes:
        run_id: The run that landed; None when nothing has landed yet.
        files: How each file looked before it was read, by delivery; those set aside are among them.
    """

    run_id: str | None = None
    files: Mapping[str, Trace] = field(default_factory=dict)


def write_taken(output: Path, taken: Taken) -> None:
    """Remember what a landing looked at.

    Args:
        output: The output folder; `.build/taken.json` is written in it.
        taken: The files.
    """
    content = {
        "run_id": taken.run_id,
        "files": {name: [seen.size_bytes, seen.modified_ns] for name, seen in sorted(taken.files.items())},
    }
    write_whole(build_folder(output) / _FILE, json.dumps(content, indent=0).encode())


def read_taken(output: Path) -> Taken:
    """Read what the newest landing looked at.

    Args:
        output: The output folder.

    Returns:
        The files; none when there is no such file or it cannot be read: then everything is news, and one run more puts
        it right.
    """
    path = build_folder(output) / _FILE
    try:
        content = json.loads(path.read_bytes())
        files = {str(name): Trace(int(size), int(time)) for name, (size, time) in content["files"].items()}
        return Taken(content["run_id"], files)
    except FileNotFoundError:
        return Taken()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        _log.warning("%s cannot be read: every file counts as new", path, exc_info=True)
        return Taken()
