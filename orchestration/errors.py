"""Errors a person can do something about: each message is Danish, names the file or folder, and says the remedy."""

from __future__ import annotations


class RunError(Exception):
    """A run cannot start or cannot finish; the message is shown as it is, without a traceback."""


class ConfigurationError(RunError):
    """A setting is unknown or cannot be used; no value is repeated, since it may be a secret."""


class RunInProgressError(RunError):
    """Another run holds the output folder."""


class ProjectError(RunError):
    """The dbt project cannot be read: a mistake in a model, a seed or their YAML."""


class WarehouseBuildError(RunError):
    """Dbt could not build the warehouse, or one of its tests failed; nothing was published."""


class ReportsError(RunError):
    """The warehouse was published, but the reports of the year could not be made; the edition before still stands."""


class ConservationError(RunError):
    """Rows were lost or invented on the way in: delivered is not accepted plus rejected."""


def expected_error(error: BaseException) -> BaseException | None:
    """Find the error a person can act on inside what Dagster wrapped around it.

    Args:
        error: What came out of the job, possibly with causes.

    Returns:
        The first error in the chain of causes that is one of ours (this module's, the sources', the history's, the
        publication's, the live port's and the statement's), or None when the failure was not foreseen.
    """
    from expectations.errors import ExpectationsError  # noqa: PLC0415
    from exports.access.errors import AccessError  # noqa: PLC0415
    from exports.explain import ExplainError  # noqa: PLC0415
    from exports.postgres.errors import PostgresError  # noqa: PLC0415
    from exports.publish import PublicationError  # noqa: PLC0415
    from exports.report.comments import CommentError, MissingCommentsError  # noqa: PLC0415
    from exports.statement.assemble import AssemblyError  # noqa: PLC0415
    from exports.statement.disclosure import DisclosureError  # noqa: PLC0415
    from exports.statement.errors import StatementError  # noqa: PLC0415
    from sources.contract import ContractError  # noqa: PLC0415
    from sources.landing import NothingUsableError  # noqa: PLC0415
    from sources.synthetic.errors import SyntheticError  # noqa: PLC0415
    from sources.warehouse import WarehouseBusyError  # noqa: PLC0415

    ours = (
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
        SyntheticError,
        WarehouseBusyError,
        ExpectationsError,
    )
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        if isinstance(current, ours):
            return current
        seen.add(id(current))
        current = getattr(current, "user_exception", None) or current.__cause__ or current.__context__
    return None
