"""From the publication to the statement: reads what is published together, and hides what may not be shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import fields
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
from pydantic import ValidationError

from dbt_project.effect.settings import EffectSettings, project_settings
from exports.publish import PUBLICATION_TABLE, Manifest
from exports.statement.disclosure import Limits, protect
from exports.statement.specification import TableSpecification
from exports.statement.statement import Statement

_log = logging.getLogger(__name__)

_EFFECT_TABLE, _EFFECT_FINGERPRINT = "statement_effect", "settings_fingerprint"
_FAMILIES = {
    "tinyint": "integer",
    "smallint": "integer",
    "int": "integer",
    "bigint": "integer",
    "hugeint": "integer",
    "real": "float",
    "double": "float",
    "decimal": "float",
    "text": "varchar",
    "string": "varchar",
    "bool": "boolean",
}


class AssemblyError(Exception):
    """The publication is not what the specifications describe; the message is Danish and names file, table, column."""


def assemble(
    current: Path, publication_manifest: Path, specifications: Sequence[TableSpecification], limits: Limits
) -> Statement:
    """Make the statement of a publication.

    Args:
        current: The published warehouse, as `current.duckdb`.
        publication_manifest: Its `manifest.json`.
        specifications: The tables that are published together.
        limits: The limits of disclosure control.

    Returns:
        The statement; its tables are in the order of the specifications.

    Raises:
        AssemblyError: A file cannot be read, the two are of different runs, or a table or column is missing.
        exports.statement.disclosure.DisclosureError: The tables cannot be published as they are.
    """
    publication = _read_manifest(publication_manifest)
    try:
        # A link that is switched while it is read would give tables of two publications.
        warehouse = current.resolve(strict=True)
        with closing(duckdb.connect(str(warehouse), read_only=True)) as con:
            _check_run(con, warehouse, publication)
            frames = {spec.name: _read(con, spec, warehouse) for spec in specifications}
    except (OSError, duckdb.Error) as error:
        msg = f"{current}: filen kan ikke læses. Årsag: {error}. Kør `erhvervshus run` igen."
        raise AssemblyError(msg) from error
    tables = protect({spec.name: (spec, frames[spec.name]) for spec in specifications}, limits)
    _log.info("Assembled the statement for %d of %d tables", publication.report_year, len(tables))
    return Statement(
        year=publication.report_year,
        today=date.fromisoformat(publication.today),
        tables=tables,
        publication=publication,
        settings={**_limits(limits), **_effect_settings(frames)},
    )


def _read_manifest(path: Path) -> Manifest:
    """Read what the publication says of itself."""
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        msg = f"{path}: filen kan ikke læses. Årsag: {error}. Kør `erhvervshus run` igen."
        raise AssemblyError(msg) from error


def _check_run(con: duckdb.DuckDBPyConnection, warehouse: Path, publication: Manifest) -> None:
    """Refuse a warehouse and a manifest of different runs."""
    found = con.execute(f'select run_id from "{PUBLICATION_TABLE}"').fetchall()[0][0]
    if found != publication.run_id:
        msg = (
            f"{warehouse}: filen er fra kørslen {found}, men manifest.json er fra {publication.run_id}. "
            "Vent, til kørslen er færdig, og prøv igen."
        )
        raise AssemblyError(msg)


def _read(con: duckdb.DuckDBPyConnection, spec: TableSpecification, warehouse: Path) -> pd.DataFrame:
    """Read one table, after a look at whether it is what its specification says."""
    found = dict(
        con.execute(
            "select column_name, lower(data_type) from information_schema.columns "
            "where table_schema = 'main' and table_name = ?",
            [spec.name],
        ).fetchall()
    )
    if not found:
        msg = f"{warehouse}: tabellen {spec.name} mangler. Kør `erhvervshus run` med den nyeste version, og prøv igen."
        raise AssemblyError(msg)
    for column in spec.columns:
        if column.name not in found:
            msg = f"{warehouse}: tabellen {spec.name} har ikke kolonnen {column.name}. Kør `erhvervshus run` igen."
            raise AssemblyError(msg)
        if _family(found[column.name]) != _family(column.type):
            msg = (
                f"{warehouse}: kolonnen {spec.name}.{column.name} er {found[column.name]}, men skal være "
                f"{column.type}. Kør `erhvervshus run` igen."
            )
            raise AssemblyError(msg)
    names = ", ".join(f'"{column.name}"' for column in spec.columns)
    return con.execute(f'select {names} from "{spec.name}"').df()


def _family(data_type: str) -> str:
    """Name a data type's family: widths of numbers do not matter."""
    name = data_type.lower().split("(")[0].strip()
    return _FAMILIES.get(name, name)


def _limits(limits: Limits) -> dict[str, str]:
    """Write the limits of disclosure control as settings."""
    return {f"disclosure_{field.name}": f"{getattr(limits, field.name):g}" for field in fields(limits)}


def _effect_settings(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Read with which settings the effect was estimated; nothing when there is none.

    The estimates carry a fingerprint: the settings themselves are written down when they are those of the program that
    assembles, so that a frozen statement keeps its own whatever is set later.
    """
    table = frames.get(_EFFECT_TABLE)
    if table is None or _EFFECT_FINGERPRINT not in table:
        return {}
    found = sorted(table[_EFFECT_FINGERPRINT].dropna().unique())
    if not found:
        return {}
    settings = project_settings()
    own = effect_settings(settings) if found == [settings.fingerprint] else {}
    return {"effect_settings_fingerprint": ", ".join(found), **own}


def effect_settings(settings: EffectSettings) -> dict[str, str]:
    """Write the settings of the effect method by their paths.

    Args:
        settings: The settings.

    Returns:
        Each value as text by `effect.<path>`; lists are parted by `; `.
    """
    return dict(_flat(settings.model_dump(mode="json"), "effect"))


def _flat(settings: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    """Name each setting by its path, and write its value."""
    for name, value in settings.items():
        place = f"{prefix}.{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, place)
        elif isinstance(value, list | tuple):
            yield place, "; ".join(_written(one) for one in value)
        else:
            yield place, _written(value)


def _written(value: object) -> str:
    """Write a value."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else str(value)
