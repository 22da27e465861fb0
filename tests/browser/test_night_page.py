"""The page of a night in a real browser: whoever reads it in the morning may use a phone or a screen reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.nightlog.page import render
from tests.browser.accessibility import OPEN_ALL, violations
from tests.browser.chromium import Page
from tests.unit.orchestration.nights import bad_night, failed_night, good_night

pytestmark = pytest.mark.browser

WIDTHS = (1200, 390)
# Minutes instead of seconds: the longest times are as wide as a real night's.
NIGHTS = {
    "first": render(good_night(0, slower=4)),
    "good": render(good_night(1, slower=4), [good_night(0, slower=3)], "2026-11-20-00000000.html"),
    "bad": render(bad_night(), [good_night(0)]),
    "failed": render(failed_night(), [good_night(0, slower=40)]),
}


@pytest.fixture(scope="module", params=NIGHTS)
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page to look at."""
    path = tmp_path_factory.mktemp(request.param) / "seneste.html"
    path.write_text(NIGHTS[request.param], encoding="utf-8")
    return path


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, browser: Page) -> Iterator[str]:
    """What the reader's machine asks for, until the end of the test."""
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": request.param}])
    yield request.param
    browser.call("Emulation.setEmulatedMedia", features=[])


@pytest.mark.usefixtures("scheme")
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_violation(browser: Page, night: Path, axe: str, width: int) -> None:
    """Without it, the word that something failed could be too pale to be read, or said to nobody."""
    browser.open(night, width=width)
    result = violations(browser, axe)
    assert result["violations"] == []
    assert result["passes"] > 15


@pytest.mark.parametrize("width", WIDTHS)
def test_page_does_not_scroll_sideways(browser: Page, night: Path, width: int) -> None:
    """Without it, the usual times run out of the screen on the night somebody compares them."""
    browser.open(night, width=width)
    browser.evaluate(OPEN_ALL)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
