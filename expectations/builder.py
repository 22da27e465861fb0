"""Suites of YAML as suites of Great Expectations; besides the runner, the only module that imports it.

Importing it takes seconds, so that happens when it is used; and it reports home unless it is told not to before.
"""

from __future__ import annotations

import functools
import logging
import operator
import os
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from expectations.errors import SuiteError
from expectations.suite import Check, Suite

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.expectations.expectation import Expectation

CHECK_KEY = "check"
"""The key of an expectation's `meta` that names our check."""


def great_expectations() -> ModuleType:
    """Import Great Expectations with its telemetry off.

    Returns:
        The package.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations  # noqa: PLC0415

    # Its log tells of every metric; what went wrong is in the results.
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    return great_expectations


def new_context() -> EphemeralDataContext:
    """Make a context that lives in memory only, without progress bars.

    Returns:
        The context.
    """
    gx = great_expectations()
    from great_expectations.data_context.types.base import (  # noqa: PLC0415
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    # Without this it would make a temporary folder for pages of its own, and leave it behind.
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False), analytics_enabled=False
    )
    context: EphemeralDataContext = gx.get_context(mode="ephemeral", project_config=config)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


def build_suite(context: EphemeralDataContext, suite: Suite, frame: str) -> ExpectationSuite:
    """Build the part of a suite that looks at one frame.

    Args:
        context: Where the suite is kept; one of the same name is replaced.
        suite: The suite.
        frame: The name of one of its frames.

    Returns:
        The suite of Great Expectations; each expectation's `meta` names its check.

    Raises:
        SuiteError: An expectation does not exist, or does not take its arguments.
    """
    gx = great_expectations()
    expectations = [build_expectation(suite, check) for check in suite.checks if check.frame == frame]
    return context.suites.add_or_update(gx.ExpectationSuite(name=f"{suite.name}.{frame}", expectations=expectations))


def build_expectation(suite: Suite, check: Check) -> Expectation:
    """Build one expectation.

    Args:
        suite: Its suite.
        check: The check.

    Returns:
        The expectation of Great Expectations.

    Raises:
        SuiteError: There is no such expectation, or it does not take these arguments.
    """
    great_expectations()
    from great_expectations.expectations.metadata_types import FailureSeverity  # noqa: PLC0415
    from great_expectations.expectations.registry import get_expectation_impl  # noqa: PLC0415

    try:
        kind = get_expectation_impl(check.expectation)
        return kind(
            **check.arguments,
            **_condition(check.where),
            severity=FailureSeverity(check.severity),
            description=check.label_da,
            notes=f"{check.reason_da} ({check.since.isoformat()})",
            meta={CHECK_KEY: check.name},
        )
    except Exception as error:
        msg = (
            f"{suite.name}.yml: kontrollen {check.name} kan ikke bygges. Se, at {check.expectation} findes i "
            f"Great Expectations og har disse argumenter: {', '.join(check.arguments) or 'ingen'}.\n{error}"
        )
        raise SuiteError(msg) from error


def _condition(where: Mapping[str, str]) -> dict[str, Any]:
    """Write which rows are looked at as a condition of Great Expectations."""
    if not where:
        return {}
    from great_expectations.expectations.row_conditions import Column  # noqa: PLC0415

    return {"row_condition": functools.reduce(operator.and_, (Column(name) == value for name, value in where.items()))}
