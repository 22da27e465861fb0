"""What a check came to: passed, failed or broken, in a form of our own, read from what Great Expectations gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from expectations.suite import Check, Concern, Frame, Severity, Suite
from expectations.wording import observed_text, row_name

Status = Literal["passed", "failed", "broken"]

SHOWN_OFFENDERS = 20
"""How many offending rows are kept of a result."""


@dataclass(frozen=True)
class Offender:
    """A row that is not as expected: what names it, and the values that were looked at."""

    name: str
    observed: str


@dataclass(frozen=True)
class CheckResult:
    """What one check came to in one run.

    Attributes:
        suite: The suite's name.
        check: The check's name, unique within the suite.
        label_da: What is expected, in Danish.
        concerns: Form or practice.
        severity: How bad a failure is.
        asset: The asset it says something of.
        status: `passed`; `failed`: the data are not as expected; `broken`: the check itself could not run.
        checked: Rows looked at; 0 where it could not run.
        unexpected: Rows that are not as expected; 1 for a failed check of a whole table.
        observed: The observed figure of a whole table, or None.
        message_da: What was found, in one Danish sentence.
        remedy_da: What to do about it.
        reason: Why the limit is what it is.
        since: The day the limit was set, ISO.
        offenders: The first offending rows.
        expectation: The expectation with its arguments, as Great Expectations holds it (JSON).
        error: Why a broken check could not run; None otherwise.
    """

    suite: str
    check: str
    label_da: str
    concerns: Concern
    severity: Severity
    asset: str
    status: Status
    checked: int
    unexpected: int
    observed: float | None
    message_da: str
    remedy_da: str
    reason: str
    since: str
    offenders: tuple[Offender, ...]
    expectation: Mapping[str, Any]
    error: str | None = None

    @property
    def stops_publication(self) -> bool:
        """Whether nothing may be published: a critical finding on form. A broken check found nothing."""
        return self.status == "failed" and self.concerns == "form" and self.severity == "critical"


def read_result(suite: Suite, check: Check, raw: Mapping[str, Any]) -> CheckResult:
    """Read one result of Great Expectations.

    Args:
        suite: The suite of the check.
        check: The check.
        raw: The result after `to_json_dict()`: `success`, `result`, `exception_info`, `expectation_config`.

    Returns:
        The result; `broken` when the expectation raised an exception, whatever `success` says.
    """
    frame = suite.frames[check.frame]
    if error := exception_message(raw.get("exception_info")):
        return broken(suite, check, error)
    result = raw.get("result") or {}
    offenders = tuple(_offenders(result, frame, check))
    success = bool(raw.get("success"))
    observed = result.get("observed_value")
    unexpected = int(result.get("unexpected_count") or 0)
    return _result(
        suite,
        check,
        status="passed" if success else "failed",
        checked=int(result.get("element_count") or 0),
        unexpected=unexpected if success else max(unexpected, 1),
        observed=float(observed) if isinstance(observed, int | float) else None,
        message=_message(check, frame, result, offenders, success=success),
        offenders=offenders,
        expectation=raw.get("expectation_config") or {},
    )


def broken(suite: Suite, check: Check, error: str) -> CheckResult:
    """Make the result of a check that could not run: it says nothing about the data.

    Args:
        suite: The suite of the check.
        check: The check.
        error: Why.

    Returns:
        The result.
    """
    first = error.strip().splitlines()[0] if error.strip() else "ukendt fejl"
    return _result(
        suite,
        check,
        status="broken",
        checked=0,
        unexpected=0,
        observed=None,
        message=f"Kontrollen kunne ikke udføres og siger intet om data: {first}",
        offenders=(),
        expectation={"type": check.expectation, "kwargs": dict(check.arguments)},
        error=error,
    )


def exception_message(info: object) -> str | None:
    """Find the exception inside a result, if there was one.

    Great Expectations writes `exception_info` in two shapes: one mapping with `raised_exception`, or a mapping from
    each metric that failed to such a mapping.

    Args:
        info: `exception_info` of a result.

    Returns:
        The message of the first exception, or None when there was none.
    """
    if not isinstance(info, Mapping):
        return None
    shapes = [info, *(inner for inner in info.values() if isinstance(inner, Mapping))]
    for shape in shapes:
        if shape.get("raised_exception"):
            return str(shape.get("exception_message") or shape.get("exception_traceback") or "ukendt fejl")
    return None


def _result(
    suite: Suite,
    check: Check,
    *,
    status: Status,
    checked: int,
    unexpected: int,
    observed: float | None,
    message: str,
    offenders: tuple[Offender, ...],
    expectation: Mapping[str, Any],
    error: str | None = None,
) -> CheckResult:
    """Put what was found together with what the suite says of the check."""
    return CheckResult(
        suite=suite.name,
        check=check.name,
        label_da=check.label_da,
        concerns=suite.concerns,
        severity=check.severity,
        asset=check.asset,
        status=status,
        checked=checked,
        unexpected=unexpected,
        observed=observed,
        message_da=message,
        remedy_da=check.remedy_da,
        reason=check.reason_da,
        since=check.since.isoformat(),
        offenders=offenders,
        expectation=expectation,
        error=error,
    )


def _offenders(result: Mapping[str, Any], frame: Frame, check: Check) -> Iterator[Offender]:
    """Read the first offending rows."""
    for row in (result.get("unexpected_index_list") or ())[:SHOWN_OFFENDERS]:
        if isinstance(row, Mapping):
            name = row_name({column: row.get(column) for column in frame.identify})
            values = [row[column] for column in row if column not in frame.identify]
            yield Offender(name, "; ".join(observed_text(value, check.unit_da) for value in values))


def _message(
    check: Check, frame: Frame, result: Mapping[str, Any], offenders: tuple[Offender, ...], *, success: bool
) -> str:
    """Say in Danish what was found."""
    one, many = frame.noun_da
    if "unexpected_count" not in result:
        observed = result.get("observed_value")
        return f"Fundet: {observed_text(observed, check.unit_da)}."
    checked = int(result.get("element_count") or 0)
    noun = one if checked == 1 else many
    if success and checked == 0:
        return "Der er endnu for lidt at kontrollere."
    if success:
        return f"{observed_text(checked, '')} {noun} kontrolleret, alt er som forventet."
    found = f"{observed_text(int(result['unexpected_count']), '')} af {observed_text(checked, '')} {noun}"
    listed = "; ".join(f"{each.name}: {each.observed}" if each.observed else each.name for each in offenders[:3])
    more = " …" if len(offenders) > 3 else ""  # noqa: PLR2004
    said = f"{found} er ikke som forventet{f': {listed}{more}' if listed else ''}"
    return said if said.endswith((".", "…")) else f"{said}."
