"""A real Chromium, driven over its own pipe: no driver program, no port, no network."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 300.0
"""Seconds; the rules of axe take a minute on a page with ten thousand cells when the machine is busy."""
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
# The browser reads from descriptor 3 and writes to 4, whatever numbers the pipes have here.
_ON_PIPES = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for end, place in zip(ends, (3, 4)):
    os.dup2(end, place)
os.execv(sys.argv[3], sys.argv[3:])
"""


class BrowserError(Exception):
    """The browser did not do as it was told; the message is its own."""


class Page:
    """A tab of the browser, and everything it has asked the network for."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        """Keep the ends of the pipes."""
        self._to, self._from = to_browser, from_browser
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self._events: list[dict[str, Any]] = []

    def attach(self) -> None:
        """Open a tab and listen to it."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Tell the browser something and wait for its answer."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._events.append(answer)

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401 - whatever the page has
        """Evaluate JavaScript in the page, waiting for a promise."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def open(self, file: Path, *, width: int = 1200, scripts: bool = True) -> None:
        """Open a file at a width, and wait until it and its fonts are there."""
        self._events.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Page.navigate", url=file.as_uri())
        self._wait_for("Page.loadEventFired")
        if scripts:
            self.evaluate("document.fonts.ready.then(() => true)")

    def events(self, method: str) -> list[dict[str, Any]]:
        """Return what the browser has reported of one kind since the page was opened."""
        self.call("Runtime.evaluate", expression="1")
        return [event["params"] for event in self._events if event.get("method") == method]

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        code = {"Tab": 9, "Enter": 13}[key]
        for kind in ("rawKeyDown", "char", "keyUp"):
            text = {"text": "\r"} if kind == "char" and key == "Enter" else {}
            if kind == "char" and not text:
                continue
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def _wait_for(self, method: str) -> None:
        """Wait until the browser reports something."""
        while not any(event.get("method") == method for event in self._events):
            self._events.append(self._read())

    def _read(self) -> dict[str, Any]:
        """Read one message."""
        until = time.monotonic() + _PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(0.0, until - time.monotonic()))
            part = os.read(self._from, 1 << 20) if ready else b""
            if not part:
                raise BrowserError("the browser ended or said nothing for five minutes")
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        read: dict[str, Any] = json.loads(message)
        return read


def find_chromium() -> str | None:
    """Find the browser on this machine."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextmanager
def start(program: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Page]:
    """Start the browser with a profile of its own, and end it."""
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()
    command = [sys.executable, "-c", _ON_PIPES, str(their_in), str(their_out), program, *_FLAGS]
    with (folder / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--user-data-dir={folder / 'profile'}"],
            pass_fds=(their_in, their_out), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(environment),
        )  # fmt: skip
        os.close(their_in)
        os.close(their_out)
        try:
            page = Page(our_out, our_in)
            page.attach()
            yield page
        finally:
            process.terminate()
            process.wait(timeout=30)
            os.close(our_out)
            os.close(our_in)
