"""Errors of this package: each message is Danish, names the file or the name that is wrong, and says the remedy."""

from __future__ import annotations


class ExpectationsError(Exception):
    """Something in the expectations, their history or the alerts cannot be used; the message says what to do."""


class SuiteError(ExpectationsError):
    """A suite's YAML cannot be used."""


class PeriodsError(ExpectationsError):
    """The YAML of how long things are shown and kept cannot be used."""


class RecipientsError(ExpectationsError):
    """The recipients' YAML cannot be used, or it holds a secret."""


class HistoryError(ExpectationsError):
    """The history cannot be read or written. The message names the file and the remedy."""


class HistoryVersionError(HistoryError):
    """The history is of a newer version of the program, or could not be brought up to date; it is as it was."""


class HistoryBusyError(ExpectationsError):
    """Another program has the history open and did not let go of it in time."""


class UnknownNameError(ExpectationsError):
    """A person asked for a house, a rule or a day that is not there."""


class FormError(ExpectationsError):
    """A critical finding on the form of the data stopped the publication; what was published before still stands."""
