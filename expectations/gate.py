"""What a run's results mean for the publication, and how they are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from expectations.errors import FormError
from expectations.results import CheckResult


@dataclass(frozen=True)
class Tally:
    """How many checks ran, and what they came to.

    Attributes:
        checks: All of them.
        warnings: Failed, but nothing is stopped by it.
        stopping: Critical findings on form.
        broken: Checks that could not run.
    """

    checks: int = 0
    warnings: int = 0
    stopping: int = 0
    broken: int = 0


def tally(results: Sequence[CheckResult]) -> Tally:
    """Count results.

    Args:
        results: The results of a run.

    Returns:
        The counts; a failure is counted once.
    """
    stopping = sum(result.stops_publication for result in results)
    return Tally(
        checks=len(results),
        warnings=sum(result.status == "failed" for result in results) - stopping,
        stopping=stopping,
        broken=sum(result.status == "broken" for result in results),
    )


def form_error(results: Sequence[CheckResult], data_docs: str) -> FormError | None:
    """Say why nothing may be published.

    Args:
        results: The results of a run.
        data_docs: Where the pages with all results are.

    Returns:
        The error, with a line per finding; None when nothing stops the publication.
    """
    stopping = [result for result in results if result.stops_publication]
    if not stopping:
        return None
    lines = "\n".join(f"• {result.label_da}: {result.message_da} {result.remedy_da}" for result in stopping)
    return FormError(
        "Kontrollen af formen standsede offentliggørelsen; den forrige udgave gælder stadig.\n"
        f"{lines}\nAlle kontroller: {data_docs}"
    )
