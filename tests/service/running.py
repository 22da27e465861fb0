"""A service under test: the real command with its programs, asked through the page that people use."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

PATIENCE = 900.0
REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": "erhvervshus"}


T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """A run as the page shows it."""

    run_id: str
    job: str
    status: str
    parent: str | None
    tags: Mapping[str, str]
    started: float | None
    ended: float | None


def until(what: str, look: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Look again and again until there is something to see."""
    deadline = time.monotonic() + patience
    while (seen := look()) is None:
        assert time.monotonic() < deadline, f"{what}: not in {patience:.0f} seconds"
        time.sleep(1)
    return seen


class Running:
    """`erhvervshus serve` in a process of its own."""

    def __init__(self, folder: Path, deliveries: Path, **settings: object) -> None:
        """Start it, and wait until it says that it has started."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.output, self._log = folder / "out", folder / "serve.log"
        given = {"deliveries": deliveries, "output": self.output, "web_port": self.port, **settings}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ERHVERVSHUS_")}
        environment |= {f"ERHVERVSHUS_{name.upper()}": str(value) for name, value in given.items()}
        # What an earlier service of the same folder said is not this one's.
        self._log.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).parent / "erhvervshus", "serve"], env=environment, stdout=log, stderr=log
            )
        until("the service starts", self._started)

    def said(self) -> str:
        """Return what it wrote to the terminal."""
        return self._log.read_text(encoding="utf-8")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(120)

    def ask(self, query: str, **variables: object) -> Any:  # noqa: ANN401
        """Ask the page."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            content = json.load(answer)
        assert "errors" not in content, content
        return content["data"]

    def runs(self, job: str = "erhvervshus") -> list[Run]:
        """List the runs of a job, the oldest first."""
        found = self.ask(
            """{runsOrError(limit: 50) {... on Runs {results {
                runId jobName status parentRunId startTime endTime tags {key value}
            }}}}"""
        )["runsOrError"]["results"]
        every = [
            Run(
                each["runId"],
                each["jobName"],
                each["status"],
                each["parentRunId"],
                {tag["key"]: tag["value"] for tag in each["tags"]},
                each["startTime"],
                each["endTime"],
            )
            for each in reversed(found)
        ]
        return [each for each in every if each.job == job]

    def backfill(self, *years: str) -> None:
        """Ask for the statements of some years."""
        answer = self.ask(
            """mutation($params: LaunchBackfillParams!) {launchPartitionBackfill(backfillParams: $params) {
                __typename ... on LaunchBackfillSuccess {backfillId}
            }}""",
            params={
                "selector": {
                    "partitionSetName": "earlier_statements_partition_set",
                    "repositorySelector": REPOSITORY,
                },
                "partitionNames": list(years),
            },
        )
        assert answer["launchPartitionBackfill"]["__typename"] == "LaunchBackfillSuccess"

    def processes(self) -> dict[int, list[str]]:
        """List the service's own processes and everything they started: number and command line."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment = (folder / "environ").read_bytes()
                command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if f"ERHVERVSHUS_OUTPUT={self.output}\0".encode() in environment and command != [""]:
                found[int(folder.name)] = command
        return found

    def worker(self) -> int | None:
        """Find the process of the run that is under way."""
        return next((number for number, command in self.processes().items() if "spawn_main" in " ".join(command)), None)

    def _started(self) -> bool | None:
        """Say whether it has started; a service that ended says why."""
        assert self.process.poll() is None, self.said()
        return True if "Stop med Ctrl-C" in self.said() else None
