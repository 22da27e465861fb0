"""Data Docs: the results of a run as pages a person can browse, with nothing fetched from the network.

Great Expectations' own pages need a dozen scripts and style sheets from the internet and are English; these say the
same from the same results, in Danish, in files that can be opened from a folder.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from expectations.result_history import RunFacts
from expectations.results import CheckResult
from expectations.suite import Suite
from expectations.wording import COPENHAGEN, count, long_date, number
from sources import storage

FOLDER = "data-docs"
INDEX = "index.html"
_STAGING = "making-"
_TEMPLATES = Path(__file__).parent / "templates"
_SIGNS = {"passed": "●", "failed": "○", "broken": "×"}

Statuses = Mapping[tuple[str, str], Sequence[tuple[date, str]]]


@dataclass(frozen=True)
class Page:
    """One suite's page: the suite and its results in order."""

    suite: Suite
    results: tuple[CheckResult, ...]

    @property
    def passed(self) -> int:
        """How many checks found what was expected."""
        return sum(result.status == "passed" for result in self.results)

    @property
    def sections(self) -> tuple[tuple[str, list[CheckResult]], ...]:
        """The results under a heading each: first what is not as expected, the gravest first."""
        expected = [result for result in self.results if result.status == "passed"]
        return ("Ikke som forventet", in_order_of_weight(self.results)), ("Som forventet", expected)

    @property
    def warnings(self) -> int:
        """How many failed as a warning."""
        return sum(result.status == "failed" and result.severity == "warning" for result in self.results)

    @property
    def critical(self) -> int:
        """How many failed critically."""
        return sum(result.status == "failed" and result.severity == "critical" for result in self.results)

    @property
    def broken(self) -> int:
        """How many could not run."""
        return sum(result.status == "broken" for result in self.results)


@dataclass(frozen=True)
class _Verdict:
    text: str
    css: str


def status_da(result: CheckResult) -> str:
    """Write a result's status in Danish.

    Args:
        result: The result.

    Returns:
        The status.
    """
    if result.status == "passed":
        return "Som forventet"
    if result.status == "broken":
        return "Kunne ikke udføres"
    return "Kritisk" if result.severity == "critical" else "Advarsel"


def write_data_docs(
    output: Path, run: RunFacts, suites: Sequence[Suite], results: Sequence[CheckResult], statuses: Statuses
) -> Path:
    """Write the pages beside the other outputs; the pages before are replaced when the new ones are whole.

    Args:
        output: The output folder; gets `data-docs/index.html` and a page per suite.
        run: The run.
        suites: The suites that ran.
        results: What they came to.
        statuses: What each check came to in earlier runs, oldest first.

    Returns:
        The index page.
    """
    pages = [Page(suite, tuple(result for result in results if result.suite == suite.name)) for suite in suites]
    output.mkdir(parents=True, exist_ok=True)
    editions, final = output / f".{FOLDER}", output / FOLDER
    # Of runs of earlier versions, and of killed ones.
    for left in (output / f".{FOLDER}-new", output / f".{FOLDER}-old", *editions.glob(f"{_STAGING}*")):
        _remove(left)
    with storage.named(final):
        made = _write(editions, _render(run, pages, statuses))
        _let_be_read(made, final)
        for old in editions.iterdir():
            if old.name != made.name:
                _remove(old)
    return final / INDEX


def _write(editions: Path, texts: Mapping[str, str]) -> Path:
    """Write the pages into a folder of their own."""
    fresh = editions / f"{_STAGING}{datetime.now(tz=UTC):%Y%m%dT%H%M%S%fZ}"
    fresh.mkdir(parents=True)
    for name, text in texts.items():
        (fresh / name).write_text(text, encoding="utf-8")
    return fresh.rename(editions / fresh.name.removeprefix(_STAGING))


def _let_be_read(made: Path, final: Path) -> None:
    """Lead readers to the pages in one step: they find those before or these at any time."""
    link = made.with_name(f"{_STAGING}link")
    link.symlink_to(made.relative_to(final.parent))
    if final.is_dir() and not final.is_symlink():
        final.rename(made.with_name("earlier"))
    link.replace(final)


def _remove(path: Path) -> None:
    """Remove pages that nobody is led to any more."""
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def _render(run: RunFacts, pages: Sequence[Page], statuses: Statuses) -> dict[str, str]:
    """Render every page: file name and text."""
    import jinja2  # noqa: PLC0415

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    local = run.run_at.astimezone(COPENHAGEN)
    shared = {
        "run": run,
        "day": long_date(run.day),
        "run_at": f"{long_date(local.date())} kl. {local:%H.%M}",
        "status_da": status_da,
        "number": number,
        "tied": lambda text: text.replace(" pct.", "\N{NO-BREAK SPACE}pct."),
        "arguments": _arguments,
        "since": lambda result: long_date(date.fromisoformat(result.since)),
        "strip": lambda result: "".join(_SIGNS[status] for _, status in _history(result, statuses)),
        "strip_text": lambda result: _strip_text(result, statuses),
    }
    every = [result for page in pages for result in page.results]
    rendered = {
        INDEX: environment.get_template("index.html.j2").render(
            **shared, pages=pages, attention=in_order_of_weight(every), verdict=_verdict(every)
        )
    }
    for page in pages:
        rendered[f"{page.suite.name}.html"] = environment.get_template("suite.html.j2").render(**shared, page=page)
    return rendered


def in_order_of_weight(results: Sequence[CheckResult]) -> list[CheckResult]:
    """Pick what is not as expected, the gravest first.

    Args:
        results: Results of a run.

    Returns:
        Those that failed or could not run: what stops the publication, broken checks, then warnings.
    """
    rank = {"failed": 2, "broken": 1}
    return sorted(
        (result for result in results if result.status != "passed"),
        key=lambda result: 0 if result.severity == "critical" and result.status == "failed" else rank[result.status],
    )


def _verdict(results: Sequence[CheckResult]) -> _Verdict:
    """Say in one sentence what the run came to."""
    stopping = sum(result.stops_publication for result in results)
    other = sum(result.status != "passed" for result in results) - stopping
    if stopping:
        found = count(stopping, "kritisk fund", "kritiske fund")
        return _Verdict(
            f"{found} på formen: intet er offentliggjort, og den forrige udgave gælder stadig.", "failed critical"
        )
    if other:
        return _Verdict(
            f"{count(other, 'kontrol', 'kontroller')} er ikke som forventet. Offentliggørelsen er ikke standset.",
            "failed",
        )
    return _Verdict(f"Alle {number(len(results))} kontroller er som forventet.", "passed")


def _arguments(result: CheckResult) -> str:
    """Write the arguments of an expectation, without what names the batch."""
    given = result.expectation.get("kwargs") or {}
    return json.dumps(
        {key: value for key, value in given.items() if key != "batch_id"}, ensure_ascii=False, default=str
    )


def _history(result: CheckResult, statuses: Statuses) -> Sequence[tuple[date, str]]:
    """Pick the earlier results of a check."""
    return statuses.get((result.suite, result.check), ())


def _strip_text(result: CheckResult, statuses: Statuses) -> str:
    """Say what the strip of signs shows, for those who cannot see it."""
    history = _history(result, statuses)
    passed = sum(status == "passed" for _, status in history)
    return f"{passed} af de seneste {count(len(history), 'kørsel', 'kørsler')} som forventet"
