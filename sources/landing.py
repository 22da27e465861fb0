"""Landing: bringing schema `raw` in line with a folder of deliveries.

Raw is a function of the folder: what is there is landed once, what changed is landed again, what is gone is removed.
The one exception protects yesterday's data: a delivery that can no longer be read keeps what was landed under its
name before, and its error is reported. Each delivery lands in one transaction.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal

import duckdb

from sources import storage
from sources.arrivals import TAKE_ALL, Trace, Wait, trace, why_unfinished
from sources.casting import rejected_values_sql
from sources.contract import WITHDRAWN_COLUMN, Contracts, Entity, load_contracts
from sources.deliveries import DeliveryError, Format, Found, FoundFile, discover
from sources.parquet_files import damaged
from sources.private_copy import Fingerprint, PrivateCopy, copy, fingerprint
from sources.readers import read
from sources.records import Table
from sources.showable import shown_column_name, shown_value_sql
from sources.sql_text import literal, quoted
from sources.warehouse import (
    WarehouseBusyError,
    conservation_errors,
    open_warehouse,
    record_run,
)

__all__ = [
    "DeliveryResult",
    "LandingReport",
    "NothingUsableError",
    "Progress",
    "WarehouseBusyError",
    "conservation_errors",
    "land",
    "left_notes",
    "open_warehouse",
    "record_run",
]

Progress = Callable[[int, int, str], None]
"""Called before each delivery and once at the end: deliveries done, deliveries in all, name of the next one."""

Status = Literal["accepted", "set_aside"]

_log = logging.getLogger(__name__)

_FIELDS: Final = (
    "delivery_id, source, entity, delivery, extracted_on, delivery_order, fingerprint, size_bytes, format, encoding, "
    "separator, status, delivered_rows, accepted_rows, rejected_rows, rejected_values, unknown_columns, "
    "missing_columns, error, landed_at, expired_rows, erased_rows"
)


class NothingUsableError(RuntimeError):
    """The folder holds no delivery that can be used; the warehouse was left as it was."""

    def __init__(self, folder: Path, why: str, remedy: str, errors: tuple[str, ...] = ()) -> None:
        """Name the folder, why nothing can be used, what to do, and the error of each delivery set aside."""
        self.errors = errors
        listed = "".join(f"\n- {error}" for error in errors)
        super().__init__(f"Der er ingen brugbare leverancer i {folder}: {why}. Intet er ændret. {remedy}{listed}")


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """One delivery as it stands in `raw.deliveries`, column by column."""

    delivery_id: int
    source: str | None
    entity: str | None
    delivery: str
    extracted_on: date | None
    delivery_order: int | None
    fingerprint: str | None
    size_bytes: int | None
    format: Format | None
    encoding: str | None
    separator: str | None
    status: Status
    delivered_rows: int
    accepted_rows: int
    rejected_rows: int
    rejected_values: int
    unknown_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]
    error: str | None
    landed_at: datetime
    expired_rows: int = 0
    erased_rows: int = 0


@dataclass(frozen=True, slots=True)
class LandingReport:
    """What landing found and did.

    `reused` deliveries were in the warehouse already and were not read again; `removed` are gone from the folder or
    were replaced. `left` are the files that are not whole yet, each with the reason in Danish; `looked_at` is how every
    other file looked from outside before it was read.
    """

    deliveries: tuple[DeliveryResult, ...]
    reused: int
    landed: int
    removed: int
    warnings: tuple[str, ...] = field(repr=False)
    """Danish sentences for the closing summary: what was left, set aside, rejected, unknown or missing."""
    left: Mapping[str, str] = field(default_factory=dict)
    looked_at: Mapping[str, Trace] = field(default_factory=dict, repr=False)

    @property
    def accepted(self) -> tuple[DeliveryResult, ...]:
        """The deliveries that were read."""
        return tuple(d for d in self.deliveries if d.status == "accepted")

    @property
    def set_aside(self) -> tuple[DeliveryResult, ...]:
        """The deliveries that could not be read at all."""
        return tuple(d for d in self.deliveries if d.status == "set_aside")

    @property
    def delivered_rows(self) -> int:
        """Rows delivered in all."""
        return sum(d.delivered_rows for d in self.deliveries)

    @property
    def accepted_rows(self) -> int:
        """Rows accepted in all."""
        return sum(d.accepted_rows for d in self.deliveries)

    @property
    def rejected_rows(self) -> int:
        """Rows rejected in all."""
        return sum(d.rejected_rows for d in self.deliveries)

    @property
    def rejected_values(self) -> int:
        """Values left out of accepted rows in all."""
        return sum(d.rejected_values for d in self.deliveries)


def land(
    con: duckdb.DuckDBPyConnection,
    deliveries_dir: Path,
    progress: Progress | None = None,
    contracts: Contracts | None = None,
    wait: Wait = TAKE_ALL,
    take_out: Callable[[duckdb.DuckDBPyConnection], object] | None = None,
) -> LandingReport:
    """Bring schema `raw` in line with a folder of deliveries.

    A file that is not whole yet is left: what was landed under its name before stands, and a later run takes it.

    Args:
        con: The build file (`open_warehouse`).
        deliveries_dir: The folder.
        progress: Called as the work goes on.
        contracts: The contracts; by default the project's own.
        wait: What a file must show to count as whole; by default every file is taken as it is.
        take_out: Takes rows out again that may not be kept, once everything is landed and numbered.

    Returns:
        All deliveries, and what was done.

    Raises:
        NothingUsableError: no delivery can be used; nothing was removed.
    """
    contracts = contracts or load_contracts()
    folder = deliveries_dir.resolve()
    if not folder.is_dir():
        raise NothingUsableError(
            deliveries_dir, "mappen findes ikke", "Ret stien til mappen, eller gør den tilgængelig, og kør igen."
        )
    found = discover(folder, contracts)
    lander = _Lander(con, contracts)
    left: dict[str, str] = {}
    looked_at: dict[str, Trace] = {}
    with _private_folder(con) as private:
        for done, file in enumerate(found.files):
            if progress is not None:
                progress(done, len(found.files), file.delivery)
            # Before the file is read: one that changes under the reading will look new afterwards.
            seen, reason = trace(file.path), why_unfinished(file.path, wait, time.time())
            if reason is not None:
                left[file.delivery] = reason
                lander.leave(file)
                continue
            if seen is not None:
                looked_at[file.delivery] = seen
            lander.take_in(file, private)
    if progress is not None:
        progress(len(found.files), len(found.files), "")
    if not lander.usable:
        raise NothingUsableError(deliveries_dir, *_why_nothing(found, left), tuple(lander.errors))
    removed = lander.removed + _remove_gone(con, contracts, found)
    _number(con)
    if take_out is not None:
        take_out(con)
    deliveries = _register(con)
    notes = (*left_notes(left), *_warnings(deliveries))
    return LandingReport(deliveries, lander.reused, lander.landed, removed, notes, left, looked_at)


def _why_nothing(found: Found, left: Mapping[str, str]) -> tuple[str, str]:
    """Say why there is nothing to land, and what to do."""
    if not found.files:
        return "mappen er tom", "Læg leverancer i den, eller ret stien til den, og kør igen."
    if len(left) == len(found.files):
        return "ingen af filerne er hele endnu", "Kør igen, når de er hele."
    return "ingen af filerne kan læses", "Ret filerne, eller bestil dem igen, og kør igen."


class _private_folder:  # noqa: N801 - a context manager used as a function
    """A folder beside the build file for copies of deliveries; what a killed run left there is cleared."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        row = con.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
        self._file = Path(row[0]) if row and row[0] else None

    def __enter__(self) -> Path:
        if self._file is None:
            self._folder = Path(tempfile.mkdtemp(prefix="deliveries-"))
        else:
            self._folder = self._file.with_name(self._file.name + ".deliveries")
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(mode=0o700)
        return self._folder

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Landed:
    """What the register knows of one delivery, for deciding whether to read it again."""

    delivery_id: int
    delivery: str
    entity: str | None
    fingerprint: str | None
    status: str
    error: str | None


class _NotAsExpectedError(Exception):
    """DuckDB read another number of rows than the file has lines."""


class _Lander:
    """Takes deliveries in, one by one, and keeps count."""

    def __init__(self, con: duckdb.DuckDBPyConnection, contracts: Contracts) -> None:
        self._con, self._contracts = con, contracts
        self.landed = self.reused = self.removed = self.usable = 0
        self.errors: list[str] = []
        rows = con.execute("SELECT delivery_id, delivery, entity, fingerprint, status, error FROM raw.deliveries")
        self._known: dict[str, list[_Landed]] = {}
        highest = 0
        for row in rows.fetchall():
            landed = _Landed(*row)
            self._known.setdefault(landed.delivery, []).append(landed)
            highest = max(highest, landed.delivery_id)
        self._next_id = highest + 1

    def take_in(self, file: FoundFile, private: Path) -> None:
        """Land one file, or keep what is landed of it, or set it aside."""
        known = self._known.get(file.delivery, [])
        seen: Fingerprint | None = None
        try:
            if file.error is not None:
                raise file.error
            if file.entity is None or file.format is None:
                raise ValueError(f"{file.delivery} has neither an error nor an entity and a format")
            seen = fingerprint(file.path)
            same = [k for k in known if k.status == "accepted" and k.fingerprint == seen.sha256]
            if same:
                self._forget([k for k in known if k not in same])
                self.reused += 1
            else:
                self._read(file, file.format, self._contracts.entity(file.entity), seen, known, private)
                self.landed += 1
            self.usable += 1
        except DeliveryError as error:
            self._set_aside(file, seen, str(error), known)

    def leave(self, file: FoundFile) -> None:
        """Leave a file that is not whole yet: what was landed under its name before stands."""
        self.usable += any(known.status == "accepted" for known in self._known.get(file.delivery, []))

    def _read(
        self, file: FoundFile, form: Format, entity: Entity, seen: Fingerprint, known: list[_Landed], private: Path
    ) -> None:
        with (
            storage.named(private),
            tempfile.TemporaryDirectory(dir=private, ignore_cleanup_errors=True) as folder,
        ):
            made = copy(file.path, form, seen, Path(folder) / "copy")
            table: Table | None = read(entity, made, form, Path(folder))
            while table is not None:
                table = self._store(file, entity, made, table, known)

    def _store(
        self, file: FoundFile, entity: Entity, made: PrivateCopy, table: Table, known: list[_Landed]
    ) -> Table | None:
        """Land a table in one transaction; return the table to try instead when it is not as expected."""
        self._con.execute("BEGIN")
        try:
            self._forget_in_transaction(known)
            self._insert(file, entity, made, table)
        except (_NotAsExpectedError, duckdb.Error) as error:
            self._con.execute("ROLLBACK")
            if isinstance(error, duckdb.Error) and not _is_about_the_file(error):
                raise
            if table.fallback is not None:
                return table.fallback()
            if file.format == "parquet":
                raise damaged() from error
            raise
        except BaseException:
            self._con.execute("ROLLBACK")
            raise
        self._con.execute("COMMIT")
        self.removed += len([k for k in known if k.status == "accepted"])
        self._next_id += 1
        return None

    def _insert(self, file: FoundFile, entity: Entity, made: PrivateCopy, table: Table) -> None:
        con, delivery_id = self._con, self._next_id
        names = (*entity.column_names, WITHDRAWN_COLUMN)
        values = ", ".join(table.columns.get(name, "NULL") for name in names)
        con.execute(
            f"INSERT INTO raw.{quoted(entity.name)} "
            f"SELECT {values}, {table.extra}, {delivery_id}, {table.line} FROM {table.relation}"
        )
        rows = self._count(f"SELECT count(*) FROM raw.{quoted(entity.name)} WHERE _delivery_id = {delivery_id}")
        if table.expected_rows is not None and rows != table.expected_rows:
            raise _NotAsExpectedError
        labels = f"{delivery_id}, {literal(entity.source)}, {literal(entity.name)}, {literal(file.delivery)}"
        malformed = 0
        if table.malformed is not None:
            con.execute(
                f"INSERT INTO raw.rejected_rows SELECT {labels}, line, NULL, text, "
                f"reason || '. Linjen er afvist.', true, {shown_value_sql(entity, 'NULL', 'text')} "
                f"FROM read_parquet({literal(table.malformed)})"
            )
            malformed = self._count(f"SELECT count(*) FROM raw.rejected_rows WHERE delivery_id = {delivery_id}")
        shown = shown_value_sql(entity, quoted("column"), quoted("value"))
        con.execute(
            f'INSERT INTO raw.rejected_rows SELECT {labels}, line, "column", "value", reason, row_rejected, {shown} '
            f"FROM ({rejected_values_sql(entity)})",
            [delivery_id],
        )
        counted = con.execute(
            "SELECT count(DISTINCT line) FILTER (WHERE row_rejected), count(*) FILTER (WHERE NOT row_rejected) "
            "FROM raw.rejected_rows WHERE delivery_id = ?",
            [delivery_id],
        ).fetchone()
        rejected, rejected_values = counted or (0, 0)
        delivered = rows + malformed
        self._register(
            DeliveryResult(
                delivery_id=delivery_id,
                source=entity.source,
                entity=entity.name,
                delivery=file.delivery,
                extracted_on=file.extracted_on,
                delivery_order=None,
                fingerprint=made.fingerprint.sha256,
                size_bytes=made.fingerprint.size_bytes,
                format=file.format,
                encoding=made.encoding,
                separator=table.separator,
                status="accepted",
                delivered_rows=delivered,
                accepted_rows=delivered - rejected,
                rejected_rows=rejected,
                rejected_values=rejected_values,
                unknown_columns=tuple(shown_column_name(name) for name in table.unknown_columns),
                missing_columns=table.missing_columns,
                error=None,
                landed_at=_now(),
            )
        )

    def _set_aside(self, file: FoundFile, seen: Fingerprint | None, error: str, known: list[_Landed]) -> None:
        """Register a delivery that cannot be used; what was landed under its name before stands."""
        self.errors.append(f"{file.delivery}: {error}")
        self.usable += any(k.status == "accepted" for k in known)
        digest = seen.sha256 if seen else None
        aside = [k for k in known if k.status == "set_aside"]
        if len(aside) == 1 and aside[0].error == error and aside[0].fingerprint == digest:
            return
        self._con.execute("BEGIN")
        try:
            self._forget_in_transaction(aside)
            self._register(
                DeliveryResult(
                    delivery_id=self._next_id,
                    source=file.source,
                    entity=file.entity,
                    delivery=file.delivery,
                    extracted_on=file.extracted_on,
                    delivery_order=None,
                    fingerprint=digest,
                    size_bytes=seen.size_bytes if seen else None,
                    format=file.format,
                    encoding=None,
                    separator=None,
                    status="set_aside",
                    delivered_rows=0,
                    accepted_rows=0,
                    rejected_rows=0,
                    rejected_values=0,
                    unknown_columns=(),
                    missing_columns=(),
                    error=error,
                    landed_at=_now(),
                )
            )
            self._con.execute(
                "INSERT INTO raw.rejected_rows VALUES (?, ?, ?, ?, NULL, NULL, NULL, ?, true, NULL)",
                [self._next_id, file.source, file.entity, file.delivery, error],
            )
        except BaseException:
            self._con.execute("ROLLBACK")
            raise
        self._con.execute("COMMIT")
        self._next_id += 1

    def _register(self, result: DeliveryResult) -> None:
        names = [name.strip() for name in _FIELDS.split(",")]
        values = [getattr(result, name) for name in names]
        self._con.execute(
            f"INSERT INTO raw.deliveries ({_FIELDS}) VALUES ({', '.join('?' for _ in names)})",
            [list(value) if isinstance(value, tuple) else value for value in values],
        )

    def _forget(self, known: list[_Landed]) -> None:
        if not known:
            return
        self._con.execute("BEGIN")
        self._forget_in_transaction(known)
        self._con.execute("COMMIT")

    def _forget_in_transaction(self, known: list[_Landed]) -> None:
        _delete(self._con, self._contracts, [(k.delivery_id, k.entity) for k in known])

    def _count(self, sql: str) -> int:
        row = self._con.execute(sql).fetchone()
        return int(row[0]) if row else 0


def _is_about_the_file(error: duckdb.Error) -> bool:
    """Whether an error can come from the delivery's content; a full disk or a slip of ours does not."""
    if isinstance(error, duckdb.IOException):
        said = str(error).lower()
        return "space" not in said and "could not write" not in said
    # What DuckDB finds wrong inside a Parquet page has no class of its own.
    return type(error) is duckdb.Error or isinstance(
        error, duckdb.InvalidInputException | duckdb.ConversionException | duckdb.SerializationException
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _delete(con: duckdb.DuckDBPyConnection, contracts: Contracts, deliveries: Iterable[tuple[int, str | None]]) -> None:
    """Delete everything of some deliveries, within the caller's transaction."""
    names = {entity.name for entity in contracts.entities}
    for delivery_id, entity in deliveries:
        if entity in names:
            con.execute(f"DELETE FROM raw.{quoted(entity)} WHERE _delivery_id = ?", [delivery_id])
        con.execute("DELETE FROM raw.rejected_rows WHERE delivery_id = ?", [delivery_id])
        con.execute("DELETE FROM raw.deliveries WHERE delivery_id = ?", [delivery_id])


def _remove_gone(con: duckdb.DuckDBPyConnection, contracts: Contracts, found: Found) -> int:
    """Remove deliveries whose file is gone; a folder that cannot be listed proves nothing gone."""
    there = {file.delivery for file in found.files}
    rows = con.execute("SELECT delivery_id, entity, delivery FROM raw.deliveries").fetchall()
    gone = [
        (delivery_id, entity)
        for delivery_id, entity, delivery in rows
        if delivery not in there and not delivery.startswith(found.unreadable_folders)
    ]
    if gone:
        con.execute("BEGIN")
        _delete(con, contracts, gone)
        con.execute("COMMIT")
    return len(gone)


def _number(con: duckdb.DuckDBPyConnection) -> None:
    """Number the deliveries of each entity by day, then file name; only where the number changes."""
    con.execute(
        """
        UPDATE raw.deliveries AS deliveries SET delivery_order = ranked.place FROM (
            SELECT delivery_id, dense_rank() OVER (
                PARTITION BY entity ORDER BY extracted_on, parse_filename(delivery)
            ) AS place
            FROM raw.deliveries WHERE entity IS NOT NULL AND extracted_on IS NOT NULL
        ) AS ranked
        WHERE ranked.delivery_id = deliveries.delivery_id AND deliveries.delivery_order IS DISTINCT FROM ranked.place
        """
    )


def _register(con: duckdb.DuckDBPyConnection) -> tuple[DeliveryResult, ...]:
    rows = con.execute(
        f"SELECT {_FIELDS} FROM raw.deliveries ORDER BY source, entity, delivery_order, delivery, delivery_id"
    ).fetchall()
    return tuple(_result(row) for row in rows)


def _result(row: tuple[Any, ...]) -> DeliveryResult:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row]
    return DeliveryResult(*values)


def left_notes(left: Mapping[str, str]) -> Iterable[str]:
    """Say in Danish which files were left because they were not whole.

    Args:
        left: The files, and why.

    Yields:
        A sentence per file.
    """
    for delivery, reason in left.items():
        yield f"{delivery} er ikke taget med: filen er ikke hel endnu ({reason}). Den tages med i en senere kørsel."


def _warnings(deliveries: tuple[DeliveryResult, ...]) -> Iterable[str]:
    """Say in Danish what a reader should know of each delivery; what was not used at all comes first."""
    landed = {d.delivery for d in deliveries if d.status == "accepted"}
    for d in sorted(deliveries, key=lambda each: each.status != "set_aside"):
        if d.status == "set_aside":
            stands = " De tidligere indlæste data gælder fortsat." if d.delivery in landed else ""
            yield f"{d.delivery} er sat til side. {d.error}{stands}"
            continue
        if d.rejected_rows:
            yield f"{d.delivery}: {_number_text(d.rejected_rows)} af {_number_text(d.delivered_rows)} rækker er afvist."
        if d.rejected_values:
            values = "værdi" if d.rejected_values == 1 else "værdier"
            yield f"{d.delivery}: {_number_text(d.rejected_values)} {values} kan ikke læses og er udeladt."
        if d.expired_rows:
            rows = _number_text(d.expired_rows)
            yield f"{d.delivery}: {rows} rækker er ældre end opbevaringsfristen og er ikke medtaget."
        if d.erased_rows:
            yield f"{d.delivery}: {_number_text(d.erased_rows)} rækker er slettet efter anmodning og er ikke medtaget."
        if d.missing_columns:
            yield f"{d.delivery}: kolonner mangler og er tomme: {_names(d.missing_columns)}."
        if d.unknown_columns:
            yield f"{d.delivery}: ukendte kolonner er gemt, men bruges ikke: {_names(d.unknown_columns)}."


_NAMES_SHOWN: Final = 10


def _names(names: tuple[str, ...]) -> str:
    more = f" og {len(names) - _NAMES_SHOWN} til" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(name[:50] for name in names[:_NAMES_SHOWN]) + more


def _number_text(number: int) -> str:
    return f"{number:,}".replace(",", ".")
