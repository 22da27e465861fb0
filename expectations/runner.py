"""Runs suites on the build file: one frame at a time, every result read, exceptions told apart from bad data."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.builder import CHECK_KEY, build_suite, new_context
from expectations.frames import FrameTooLargeError, fetch, opened
from expectations.results import CheckResult, broken, read_result
from expectations.suite import Suite

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

_log = logging.getLogger(__name__)


def run_suites(
    suites: Sequence[Suite],
    build: Path,
    reference_day: date | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[CheckResult, ...]:
    """Run suites on the private build file.

    Args:
        suites: The suites.
        build: The build file.
        reference_day: The day freshness is judged on; the day of the data when not given.
        progress: Told of each suite that has run.

    Returns:
        One result per check, in the order of the suites. A check whose frame cannot be fetched, or that raises an
        exception, is `broken`; the others run all the same.

    Raises:
        SuiteError: A suite names an expectation that does not exist.
    """
    with warnings.catch_warnings():
        # Great Expectations and what it imports announce changes to come; a run's log is not the place.
        warnings.simplefilter("ignore")
        context = new_context()
        with opened(build, reference_day) as con:
            results: list[CheckResult] = []
            for suite in suites:
                results += _run(context, suite, con)
                if progress is not None:
                    progress(suite.label_da)
            return tuple(results)


def _run(context: EphemeralDataContext, suite: Suite, con: duckdb.DuckDBPyConnection) -> Iterator[CheckResult]:
    """Run one suite, frame by frame, and give its results in the order of its checks."""
    results: dict[str, CheckResult] = {}
    for name, frame in suite.frames.items():
        own = [check for check in suite.checks if check.frame == name]
        try:
            rows = fetch(con, frame)
        except (duckdb.Error, FrameTooLargeError) as error:
            _log.warning("Frame %s of suite %s cannot be fetched: %s", name, suite.name, error)
            results |= {check.name: broken(suite, check, str(error)) for check in own}
            continue
        results |= _validate(context, suite, name, rows)
    for check in suite.checks:
        yield results.get(check.name) or broken(suite, check, "Great Expectations gav intet resultat.")


def _validate(context: EphemeralDataContext, suite: Suite, name: str, rows: pd.DataFrame) -> dict[str, CheckResult]:
    """Run the checks of one frame; when Great Expectations itself fails, all of them are broken."""
    import great_expectations as gx  # noqa: PLC0415

    label = f"{suite.name}.{name}"
    built = build_suite(context, suite, name)
    by_name = {check.name: check for check in suite.checks}
    try:
        source = context.data_sources.add_or_update_pandas(label)
        batch = source.add_dataframe_asset(label).add_batch_definition_whole_dataframe(label)
        definition = context.validation_definitions.add_or_update(
            gx.ValidationDefinition(name=label, data=batch, suite=built)
        )
        validation = definition.run(
            batch_parameters={"dataframe": rows},
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": list(suite.frames[name].identify),
                "return_unexpected_index_query": False,
            },
        )
        raw: list[dict[str, Any]] = [dict(each.to_json_dict()) for each in validation.results]
    except Exception as error:  # noqa: BLE001  # Whatever it was, it says nothing about the data.
        _log.exception("Great Expectations failed on %s", label)
        return {check.name: broken(suite, check, str(error)) for check in suite.checks if check.frame == name}
    named = {each["expectation_config"]["meta"][CHECK_KEY]: each for each in raw}
    return {name: read_result(suite, by_name[name], each) for name, each in named.items()}
