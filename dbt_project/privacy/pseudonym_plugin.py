"""Lets every session of dbt make pseudonyms: the key comes from the environment of dbt's process, else from its file.

dbt-duckdb loads this by name (profiles.yml). The key is in no configuration of dbt, so that it stands in no manifest,
log or compiled statement, and another key does not make dbt parse the project again.
"""

import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from sources.pseudonyms import KEY_VARIABLE, PseudonymKeyError, find_key


class Plugin(BasePlugin):
    """The plugin."""

    def configure_cursor(self, cursor: Any) -> None:  # noqa: ANN401  dbt-duckdb passes its own connections.
        """Give the key to a session.

        Args:
            cursor: A new cursor.

        Raises:
            PseudonymKeyError: There is no key.
        """
        # The build file is <output>/.build/warehouse.duckdb, wherever dbt was started.
        path = self.creds.path if self.creds is not None else ":memory:"
        key = find_key(Path(path).resolve().parents[1], os.environ.get(KEY_VARIABLE))
        if key is None:
            raise PseudonymKeyError(
                f"Der er ingen nøgle til pseudonymer. Kør `erhvervshus run`, eller sæt {KEY_VARIABLE}."
            )
        key.give(cursor)
