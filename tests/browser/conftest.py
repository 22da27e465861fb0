"""What the browser suite looks at: the sample report, and the pages that `PAGES` names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from exports.report.web import render_web
from tests.browser.chromium import Page, find_chromium, start
from tests.unit.exports.sample_document import sample

GIVEN = [Path(name).resolve() for name in os.environ.get("PAGES", "").split()]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A browser for the whole suite."""
    program = find_chromium()
    if program is None:
        pytest.fail("There is no Chromium on this machine; `make browser` installs it, or says how.")
    with start(program, tmp_path_factory.mktemp("chromium"), os.environ) as page:
        yield page


@pytest.fixture(scope="session", params=["draft", "final", *GIVEN], ids=lambda item: getattr(item, "name", item))
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page to look at."""
    if isinstance(request.param, Path):
        return request.param
    path = tmp_path_factory.mktemp(request.param) / "rapport.html"
    path.write_text(render_web(sample(draft=request.param == "draft")), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def axe() -> str:
    """The rules of axe-core, as JavaScript."""
    folder = Path(os.environ.get("AXE_FOLDER", ".cache/browser"))
    path = folder / "axe_playwright_python" / "axe.min.js"
    if not path.exists():
        pytest.fail(f"{path} is not there; `make browser` fetches it.")
    return path.read_text(encoding="utf-8")
