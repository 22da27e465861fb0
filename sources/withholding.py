"""Taking landed rows out of schema `raw` again, with everything listed of them, so that the counts stay true.

Retention and erasure choose the rows; both end here. What is taken out is counted in the register of deliveries, by
kind, and is no longer among the rows delivered: delivered = accepted + rejected holds for what is kept.
"""

from __future__ import annotations

from typing import Final, Literal

import duckdb

from sources.contract import Entity
from sources.sql_text import quoted

Reason = Literal["expired_rows", "erased_rows"]

CHOSEN: Final = "chosen_rows"
"""The temporary table the chosen rows stand in: `delivery_id` and `line`."""


def choose(con: duckdb.DuckDBPyConnection, rows: str, parameters: list[object] | None = None) -> int:
    """Choose rows.

    Args:
        con: The build file.
        rows: A query that yields `delivery_id` and `line`.
        parameters: Its parameters.

    Returns:
        How many there are.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE {CHOSEN} AS SELECT DISTINCT delivery_id, line FROM ({rows})", parameters)
    found = con.execute(f"SELECT count(*) FROM {CHOSEN}").fetchone()
    return int(found[0]) if found else 0


def withhold(con: duckdb.DuckDBPyConnection, entity: Entity, reason: Reason) -> int:
    """Take the chosen rows and malformed lines of an entity out of `raw`, in one transaction.

    Args:
        con: The build file.
        entity: The entity.
        reason: Under which the register counts them.

    Returns:
        How many rows were taken out.
    """
    chosen = f"(delivery_id, line) IN (SELECT (delivery_id, line) FROM {CHOSEN})"
    con.execute("BEGIN")
    try:
        before = _delivered(con)
        con.execute(
            f"DELETE FROM raw.{quoted(entity.name)} "
            f"WHERE (_delivery_id, _line) IN (SELECT (delivery_id, line) FROM {CHOSEN})"
        )
        con.execute(f"DELETE FROM raw.rejected_rows WHERE entity = ? AND {chosen}", [entity.name])
        con.execute(_RECOUNT.format(table=quoted(entity.name), chosen=CHOSEN, reason=reason))
        gone = before - _delivered(con)
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")
    return gone


_RECOUNT: Final = """
    UPDATE raw.deliveries AS register SET
        delivered_rows = counted.landed + counted.malformed,
        accepted_rows = counted.landed + counted.malformed - counted.rejected,
        rejected_rows = counted.rejected,
        rejected_values = counted.bad_values,
        {reason} = register.{reason} + register.delivered_rows - counted.landed - counted.malformed
    FROM (
        SELECT touched.delivery_id,
            (SELECT count(*) FROM raw.{table} WHERE _delivery_id = touched.delivery_id) AS landed,
            coalesce(listed.malformed, 0) AS malformed, coalesce(listed.rejected, 0) AS rejected,
            coalesce(listed.bad_values, 0) AS bad_values
        FROM (SELECT DISTINCT delivery_id FROM {chosen}) AS touched
        LEFT JOIN (
            SELECT delivery_id,
                count(*) FILTER (WHERE row_rejected AND "column" IS NULL AND line IS NOT NULL) AS malformed,
                count(DISTINCT line) FILTER (WHERE row_rejected) AS rejected,
                count(*) FILTER (WHERE NOT row_rejected) AS bad_values
            FROM raw.rejected_rows GROUP BY delivery_id
        ) AS listed ON listed.delivery_id = touched.delivery_id
    ) AS counted
    WHERE register.delivery_id = counted.delivery_id AND register.status = 'accepted'
"""


def _delivered(con: duckdb.DuckDBPyConnection) -> int:
    """Count the rows of the register."""
    found = con.execute("SELECT coalesce(sum(delivered_rows), 0) FROM raw.deliveries").fetchone()
    return int(found[0]) if found else 0
