"""What goes wrong with a statement: each message is Danish, names the file or the year, and says the remedy."""

from __future__ import annotations


class StatementError(Exception):
    """A statement cannot be made, kept or compared; what was published before still stands."""


class NoPublicationError(StatementError):
    """The output folder holds no publication, or not of the year that is asked for."""


class ChangedFileError(StatementError):
    """A file of a kept statement is not the one that was kept."""


class FreezeError(StatementError):
    """The year cannot be frozen, or is not frozen."""


class EditionError(StatementError):
    """The files of a statement could not be written; the edition before still stands."""
