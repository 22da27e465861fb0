"""Errors a person can do something about: each message is Danish, names the file or folder, and says the remedy."""

from __future__ import annotations

from collections.abc import Iterator


class RunError(Exception):
    """A run cannot start or cannot finish; the message is shown as it is, without a traceback."""


class ConfigurationError(RunError):
    """A setting is unknown or cannot be used; no value is repeated, since it may be a secret."""


class ServiceError(RunError):
    """The service cannot be started: something it needs is missing, in use or out of reach."""


class RunInProgressError(RunError):
    """Another run holds the output folder."""


class ProjectError(RunError):
    """The dbt project cannot be read: a mistake in a model, a seed or their YAML."""


class WarehouseBuildError(RunError):
    """Dbt could not build the warehouse, or one of its tests failed; nothing was published."""


class ReportsError(RunError):
    """The warehouse was published, but the reports of the year could not be made; the edition before still stands."""


class StorageError(RunError):
    """The disk is full, read-only or refuses access; the message names the path and the remedy."""


class BackupError(RunError):
    """A backup could not be taken or brought back; what was there is as it was."""


class ConservationError(RunError):
    """Rows were lost or invented on the way in: delivered is not accepted plus rejected."""


def expected_error(error: BaseException) -> BaseException | None:
    """Find the error a person can act on inside what Dagster wrapped around it.

    Args:
        error: What came out of the job, possibly with causes.

    Returns:
        The first error in the chain of causes that is one of ours (this module's, the sources', the history's, the
        publication's, the live port's and the statement's), else what the disk refused, or None when the failure was
        not foreseen.
    """
    import duckdb  # noqa: PLC0415

    from sources import storage  # noqa: PLC0415

    ours = expected_errors()
    chain = list(_chain(error))
    for each in chain:
        if isinstance(each, ours):
            return each
    refused = (storage.trouble(each) for each in chain if isinstance(each, OSError | duckdb.Error))
    said = next((text for text in refused if text is not None), None)
    return StorageError(said) if said is not None else None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Follow an error to what it was raised from, through what Dagster wraps around it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = getattr(error, "user_exception", None) or error.__cause__ or error.__context__


def expected_errors() -> tuple[type[Exception], ...]:
    """List the errors a person can act on; an error that is derived from one of them is one too.

    Returns:
        The classes.
    """
    from expectations.errors import ExpectationsError  # noqa: PLC0415
    from exports.access.errors import AccessError  # noqa: PLC0415
    from exports.explain import ExplainError  # noqa: PLC0415
    from exports.postgres.errors import PostgresError  # noqa: PLC0415
    from exports.processing_record.record import ProcessingRecordError  # noqa: PLC0415
    from exports.publish import PublicationError  # noqa: PLC0415
    from exports.report.comments import CommentError, MissingCommentsError  # noqa: PLC0415
    from exports.statement.assemble import AssemblyError  # noqa: PLC0415
    from exports.statement.disclosure import DisclosureError  # noqa: PLC0415
    from exports.statement.errors import StatementError  # noqa: PLC0415
    from sources.contract import ContractError  # noqa: PLC0415
    from sources.erasures import ErasureError  # noqa: PLC0415
    from sources.landing import NothingUsableError  # noqa: PLC0415
    from sources.pseudonyms import PseudonymKeyError  # noqa: PLC0415
    from sources.retention import RetentionError  # noqa: PLC0415
    from sources.synthetic.errors import SyntheticError  # noqa: PLC0415
    from sources.warehouse import WarehouseBusyError  # noqa: PLC0415

    return (
        RunError,
        AccessError,
        PublicationError,
        PostgresError,
        ExplainError,
        StatementError,
        AssemblyError,
        DisclosureError,
        CommentError,
        MissingCommentsError,
        ContractError,
        NothingUsableError,
        PseudonymKeyError,
        ErasureError,
        RetentionError,
        ProcessingRecordError,
        SyntheticError,
        WarehouseBusyError,
        ExpectationsError,
    )
