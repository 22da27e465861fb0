"""Errors of access: the rules and the tables do not fit, or a database cannot be guarded."""

from __future__ import annotations


class AccessError(Exception):
    """Access cannot be given as the rules say, so none is given; the message is Danish and names rule and table."""
