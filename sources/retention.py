"""How long delivered rows are kept: the periods as typed data, and taking out of `raw` what is older."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sources.casting import cast_sql, clean_sql
from sources.contract import Contracts, Entity
from sources.sql_text import literal, quoted
from sources.withholding import choose, withhold
from sources.written_files import WrittenFileError, read_written

RETENTION_FILE = Path(__file__).parent / "retention.yml"

_DATED = frozenset({"date", "timestamp", "year"})


class RetentionError(ValueError):
    """The YAML of periods cannot be used; the message is Danish and names the file and what is wrong with it."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Frozen):
    """How long the rows of an entity are kept, counted on what, and why.

    Attributes:
        months: Months after the day it is counted on.
        counted_on: Columns of the entity; the newest date in them counts.
        follows: The entity whose row it goes with.
        by: The column both have in common.
        undated: What becomes of a row without any of the dates.
        reason: Why so long.
        since: Since when.
    """

    months: int = Field(ge=1, le=1200)
    counted_on: tuple[str, ...] = ()
    follows: str | None = None
    by: str | None = None
    undated: Literal["keep", "delivery"]
    reason: str = Field(min_length=1)
    since: date

    @model_validator(mode="after")
    def _consistent(self) -> Rule:
        if (self.follows is None) != (self.by is None):
            raise ValueError("skal have både follows og by eller ingen af dem")
        return self


class Retention(_Frozen):
    """The periods of all entities, by the entity's name."""

    entities: dict[str, Rule]

    def check(self, contracts: Contracts) -> None:
        """Compare with the contracts.

        Args:
            contracts: The contracts.

        Raises:
            ValueError: An entity has no period, or a period names an entity or column that is not there or no date.
        """
        named = {entity.name for entity in contracts.entities}
        if named != set(self.entities):
            missing, unknown = sorted(named - set(self.entities)), sorted(set(self.entities) - named)
            said = [f"entities mangler {', '.join(missing)}"] if missing else []
            said += [f"{', '.join(unknown)} er ikke i leverancekontrakterne"] if unknown else []
            raise ValueError("; ".join(said))
        for name, rule in self.entities.items():
            entity = contracts.entity(name)
            dated = {column.name for column in entity.columns if column.type in _DATED}
            if no_dates := sorted(set(rule.counted_on) - dated):
                raise ValueError(f"entities.{name}.counted_on: {', '.join(no_dates)} er ikke en dato i entiteten")
            if rule.follows is not None and (
                rule.follows not in named
                or rule.by not in entity.column_names
                or (rule.by,) != contracts.entity(rule.follows).key
            ):
                raise ValueError(
                    f"entities.{name}: kan ikke følge {rule.follows} ved {rule.by}, som skal være dens nøgle"
                )


def load_retention(contracts: Contracts, path: Path = RETENTION_FILE) -> Retention:
    """Read and check the periods.

    Args:
        contracts: The contracts they must fit.
        path: The YAML.

    Returns:
        The periods.

    Raises:
        RetentionError: The file cannot be read, or an entity or column of it is not in the contracts or missing.
    """
    unusable = f"{path}: opbevaringsfristerne kan ikke bruges. Ret filen, og kør igen.\n"
    try:
        written = read_written(path)
    except WrittenFileError as error:
        raise RetentionError(f"{unusable}{error}.") from None
    try:
        read = Retention.model_validate(written.content)
    except ValidationError as error:
        raise RetentionError(f"{unusable}{written.explain(error)}") from None
    try:
        read.check(contracts)
    except ValueError as error:
        raise RetentionError(f"{unusable}{error}.") from None
    return read


def take_out_expired(con: duckdb.DuckDBPyConnection, contracts: Contracts, retention: Retention, today: date) -> int:
    """Take out of `raw` what has been kept long enough.

    A key goes when its newest row is too old, with all its rows: an older row of it must not come back to life. Rows
    without a readable key go when the delivery they came with is too old.

    Args:
        con: The build file, with the deliveries landed and numbered.
        contracts: The contracts.
        retention: The periods.
        today: The day to count back from.

    Returns:
        How many rows were taken out.
    """
    gone = 0
    # What follows another entity is chosen before that loses its rows.
    for entity in sorted(contracts.entities, key=lambda e: retention.entities[e.name].follows is None):
        if _is_any_too_old(con, entity, contracts, retention, today) and choose(
            con, expired_rows_sql(entity, contracts, retention, today)
        ):
            gone += withhold(con, entity, "expired_rows")
    return gone


def expired_lines(
    con: duckdb.DuckDBPyConnection, contracts: Contracts, retention: Retention, today: date
) -> dict[str, frozenset[int]]:
    """Find what has been kept long enough, without taking it out.

    Args:
        con: The build file, with the deliveries landed and numbered.
        contracts: The contracts.
        retention: The periods.
        today: The day to count back from.

    Returns:
        Per delivery the lines of its expired rows.
    """
    found: dict[str, set[int]] = {}
    for entity in contracts.entities:
        if not _is_any_too_old(con, entity, contracts, retention, today):
            continue
        rows = con.execute(
            f"SELECT DISTINCT deliveries.delivery, expired.line "
            f"FROM ({expired_rows_sql(entity, contracts, retention, today)}) AS expired "
            f"JOIN raw.deliveries AS deliveries ON deliveries.delivery_id = expired.delivery_id"
        ).fetchall()
        for delivery, line in rows:
            found.setdefault(delivery, set()).add(line)
    return {delivery: frozenset(lines) for delivery, lines in found.items()}


def _is_any_too_old(
    con: duckdb.DuckDBPyConnection, entity: Entity, contracts: Contracts, retention: Retention, today: date
) -> bool:
    """Look whether there is anything to choose from: on most days nothing is too old, and that is quickly seen."""
    rule = retention.entities[entity.name]
    pairs = [(entity, rule)]
    if rule.follows is not None:
        pairs.append((contracts.entity(rule.follows), retention.entities[rule.follows]))
    tests = [f"EXISTS ({_too_old_at_a_glance(each, its, today)})" for each, its in pairs]
    tests.append(
        f"EXISTS (SELECT 1 FROM raw.deliveries WHERE entity = {literal(entity.name)} "
        f"AND extracted_on < {_cutoff(rule, today)})"
    )
    found = con.execute(f"SELECT {' OR '.join(tests)}").fetchone()
    return bool(found and found[0])


def _too_old_at_a_glance(entity: Entity, rule: Rule, today: date) -> str:
    """Select rows that may be too old, whatever their keys: only the dates are read, a tenth of the work."""
    dates = ", ".join(
        f"{cast_sql(entity.column(name), clean_sql(quoted(name)))} AS {quoted(name)}" for name in rule.counted_on
    )
    return (
        f"SELECT 1 FROM (SELECT {dates + ', ' if dates else ''}deliveries.extracted_on AS _extracted_on "
        f"FROM raw.{quoted(entity.name)} JOIN raw.deliveries AS deliveries ON delivery_id = _delivery_id) "
        f"WHERE {_counted_on(entity, rule)} < {_cutoff(rule, today)}"
    )


def expired_rows_sql(entity: Entity, contracts: Contracts, retention: Retention, today: date) -> str:
    """Return the query that finds the expired rows of an entity, as `delivery_id` and `line`.

    Args:
        entity: The entity.
        contracts: The contracts.
        retention: The periods.
        today: The day to count back from.

    Returns:
        SQL text.
    """
    rule = retention.entities[entity.name]
    cutoff = _cutoff(rule, today)
    key = ", ".join(quoted(name) for name in entity.key)
    own = f"SELECT {key} FROM ({_dated_keys(entity, rule, '')}) WHERE counted_on < {cutoff}"
    if rule.follows is not None and rule.by is not None:
        parent = contracts.entity(rule.follows)
        parent_rule = retention.entities[parent.name]
        by = quoted(rule.by)
        own_key = ", ".join(f"own.{quoted(name)}" for name in entity.key)
        parents = f"SELECT {by} AS parent, counted_on FROM ({_dated_keys(parent, parent_rule, '')})"
        own = (
            f"SELECT {own_key} FROM ({_dated_keys(entity, rule, f', {by} AS parent')}) AS own "
            f"LEFT JOIN ({parents}) AS parents ON parents.parent = own.parent "
            f"WHERE CASE WHEN parents.parent IS NOT NULL THEN parents.counted_on < {_cutoff(parent_rule, today)} "
            f"ELSE own.counted_on < {cutoff} END"
        )
    columns = " AND ".join(f"rows_of_key.{quoted(name)} = expired.{quoted(name)}" for name in entity.key)
    return (
        f"SELECT rows_of_key._delivery_id AS delivery_id, rows_of_key._line AS line "
        f"FROM accepted.{quoted(entity.name)} AS rows_of_key JOIN ({own}) AS expired ON {columns} "
        f"UNION ALL SELECT rejected.delivery_id, rejected.line FROM raw.rejected_rows AS rejected "
        f"JOIN raw.deliveries AS deliveries ON deliveries.delivery_id = rejected.delivery_id "
        f"WHERE rejected.entity = {literal(entity.name)} AND rejected.row_rejected AND rejected.line IS NOT NULL "
        f"AND deliveries.extracted_on < {cutoff}"
    )


def _cutoff(rule: Rule, today: date) -> str:
    """Return the first day that is still kept."""
    return f"(DATE '{today.isoformat()}' - INTERVAL {rule.months} MONTH)"


def _counted_on(entity: Entity, rule: Rule) -> str:
    """Return the SQL expression of the day a row is counted on; NULL where it is kept."""
    types = {column.name: column.type for column in entity.columns}
    dates = [
        f"make_date({quoted(name)}, 12, 31)" if types[name] == "year" else f"CAST({quoted(name)} AS DATE)"
        for name in rule.counted_on
    ]
    found = f"greatest({', '.join(dates)})" if dates else "NULL::DATE"
    return f"coalesce({found}, _extracted_on)" if rule.undated == "delivery" else found


def _dated_keys(entity: Entity, rule: Rule, also: str) -> str:
    """Select the keys of an entity with the day its newest row is counted on."""
    key = ", ".join(quoted(name) for name in entity.key)
    return (
        f"SELECT {key}, {_counted_on(entity, rule)} AS counted_on{also} FROM accepted.{quoted(entity.name)} "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _delivery_order DESC, _line DESC) = 1"
    )
