"""The rules of axe-core, asked of a page with everything on it opened."""

from __future__ import annotations

from typing import Any

from tests.browser.chromium import Page

OPEN_ALL = "document.querySelectorAll('details').forEach(box => { box.open = true; })"


def violations(browser: Page, axe: str) -> dict[str, Any]:
    """Ask axe about the page that the browser shows: which rules it breaks, and how many it passes."""
    browser.evaluate(OPEN_ALL)
    browser.evaluate(axe)
    result: dict[str, Any] = browser.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(({violations, passes}) => "
        "({passes: passes.length, violations: violations.map(found => "
        "`${found.id}: ${found.help}: ${found.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ')}`)}))"
    )
    return result
