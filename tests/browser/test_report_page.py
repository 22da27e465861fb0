"""A report's web page in a real browser: accessible, usable by keyboard and on a phone, and in need of no network."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pikepdf
import pytest

from tests.browser.accessibility import OPEN_ALL, violations
from tests.browser.chromium import Page

pytestmark = pytest.mark.browser

WIDTHS = (1200, 390)
SORTABLE = "[...document.querySelectorAll('table')].filter(table => table.querySelector('thead button'))"


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_violation(browser: Page, report: Path, axe: str, width: int) -> None:
    """Without it, someone who cannot see, or cannot use a mouse, is shut out and nobody notices."""
    browser.open(report, width=width)
    result = violations(browser, axe)
    assert result["violations"] == []
    assert result["passes"] > 20


@pytest.mark.parametrize("width", WIDTHS)
def test_page_does_not_scroll_sideways(browser: Page, report: Path, width: int) -> None:
    """Without it, lines run out of a phone's screen."""
    browser.open(report, width=width)
    browser.evaluate(OPEN_ALL)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width


def test_page_asks_the_network_for_nothing(browser: Page, report: Path) -> None:
    """Without it, the page is broken in a mail, and tells others who reads it."""
    browser.open(report)
    browser.evaluate("new Promise(done => setTimeout(done, 300))")
    asked = {event["request"]["url"] for event in browser.events("Network.requestWillBeSent")}
    assert {url for url in asked if not url.startswith(("data:", report.as_uri()))} == set()
    assert report.as_uri() in asked
    assert [entry["entry"]["text"] for entry in browser.events("Log.entryAdded")] == []


def test_typeface_is_the_pages_own(browser: Page, report: Path) -> None:
    """Without it, a mistake in cutting the font shows every reader another typeface."""
    browser.open(report)
    assert browser.evaluate("[...document.fonts].filter(face => face.status === 'loaded').length") > 0
    family = browser.evaluate("getComputedStyle(document.body).fontFamily.split(',')[0].replaceAll('\"', '')")
    assert browser.evaluate(f"document.fonts.check('600 16px \"{family}\"', 'Målopgørelse ✓×↗↘–')")


def test_every_control_is_reached_by_keyboard(browser: Page, report: Path) -> None:
    """Without it, someone without a mouse cannot sort a table or open the data of a figure."""
    browser.open(report)
    browser.evaluate(OPEN_ALL)
    browser.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    controls = browser.evaluate(
        "window.wanted = [...document.querySelectorAll('a[href], button, summary, [tabindex=\"0\"]')]; wanted.length"
    )
    browser.evaluate(
        "window.reached = new Set(); window.unmarked = [];"
        "document.addEventListener('focusin', ({target}) => { reached.add(target);"
        " if (getComputedStyle(target).outlineStyle === 'none') unmarked.push(target.outerHTML.slice(0, 100)); })"
    )
    for _ in range(controls + 2):
        browser.press("Tab")
    missed = browser.evaluate("wanted.filter(one => !reached.has(one)).map(one => one.outerHTML.slice(0, 100))")
    assert missed == []
    assert browser.evaluate("unmarked") == []


def test_tables_sort_by_keyboard_with_hidden_figures_last(browser: Page, report: Path) -> None:
    """Without it, a hidden figure would read as the lowest or the highest."""
    browser.open(report)
    browser.evaluate(OPEN_ALL)
    if not browser.evaluate(f"{SORTABLE}.length"):
        pytest.skip("no table to sort on this page")
    column = (
        f"(() => {{ for (const table of {SORTABLE}) for (const head of table.tHead.rows[0].cells) {{"
        " const texts = [...table.tBodies[0].rows].map(row => row.cells[head.cellIndex].textContent.trim());"
        " if (texts.some(text => text === '–') && texts.filter(text => /^\\d/.test(text)).length > 2)"
        " { window.head = head; window.table = table; return true; } } return false; })()"
    )
    if not browser.evaluate(column):
        pytest.skip("no table with hidden figures on this page")
    read = "[...table.tBodies[0].rows].map(row => row.cells[head.cellIndex].textContent.trim())"
    given = browser.evaluate(read)
    browser.evaluate("head.querySelector('button').focus()")
    orders = []
    for state in ("ascending", "descending", "none"):
        browser.press("Enter")
        assert browser.evaluate("head.getAttribute('aria-sort')") == state
        assert browser.evaluate("document.getElementById('_said').textContent") != ""
        orders.append(browser.evaluate(read))
    hidden = sum(text == "–" for text in given)
    for order in orders[:2]:
        assert order[-hidden:] == ["–"] * hidden
        assert "–" not in order[:-hidden]
    assert [_number(text) for text in orders[0][:-hidden]] == sorted(_number(text) for text in given if text != "–")
    assert [_number(text) for text in orders[1][:-hidden]] == sorted(
        (_number(text) for text in given if text != "–"), reverse=True
    )
    assert orders[2] == given


def test_page_says_everything_without_scripts(browser: Page, report: Path) -> None:
    """Without it, a page opened in a careful mail program would be missing its tables or show dead buttons."""
    browser.open(report, scripts=False)
    plain = browser.evaluate("document.querySelectorAll('table').length")
    assert browser.evaluate("document.querySelectorAll('button').length") == 0
    browser.open(report)
    assert browser.evaluate("document.querySelectorAll('table').length") == plain > 0


def test_page_prints(browser: Page, report: Path) -> None:
    """Without it, the page cannot be put on paper."""
    browser.open(report)
    printed = base64.b64decode(browser.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])
    with pikepdf.open(io.BytesIO(printed)) as file:
        assert len(file.pages) > 1
        widths = {round(float(page.mediabox[2])) for page in file.pages}
    assert widths <= {595, 842}


def test_page_is_small(report: Path) -> None:
    """Without it, the page does not fit into a mail."""
    assert report.stat().st_size < 1_000_000


def _number(text: str) -> float:
    """Read the figure that a cell begins with."""
    return float(text.split(maxsplit=1)[0].replace(".", "").replace(",", ".").replace("−", "-"))
