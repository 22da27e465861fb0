"""A connection to PostgreSQL over ADBC: statements, rows and COPY, with errors that people can act on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from exports.postgres.address import VARIABLE, Address
from exports.postgres.errors import ConnectionFailedError, PostgresError

if TYPE_CHECKING:
    import pyarrow as pa
    from adbc_driver_manager import Error
    from adbc_driver_manager.dbapi import Connection, Cursor

Result = TypeVar("Result")

LOCK_NOT_AVAILABLE = "lock_not_available"
INVALID_DEFINITION = "invalid_table_definition"
_OUTCOME = "erhvervshus.outcome"
_CONNECTION_LOST = "08006"
_NO_PERMISSION = "42501"
_DUPLICATE = "23505"
# What libpq says of a connection that fails, and what to do. Its own words may repeat parts of a mistyped address.
_CAUSES = (
    (
        r"Connection refused|No such file or directory",
        "08001",
        "ingen server svarer dér. Start den, eller ret server og port",
    ),
    (r"could not translate host name", "08001", "servernavnet er ukendt. Ret det"),
    (r"timeout|timed out", "08001", "serveren svarede ikke i tide. Ret server og port, eller se efter firewallen"),
    (r"password authentication failed|no password supplied", "28P01", "bruger eller adgangskode blev afvist. Ret dem"),
    (r"role .* does not exist", "28000", "brugeren findes ikke. Opret den, eller ret brugernavnet"),
    (
        r"role .* is not permitted to log in",
        "28000",
        "brugeren må ikke logge på. Giv den LOGIN, eller ret brugernavnet",
    ),
    (r"database .* does not exist", "3D000", "databasen findes ikke. Opret den, eller ret navnet"),
    (r"no pg_hba\.conf entry", "28000", "serveren tillader ikke adgang herfra. Tilføj en linje i pg_hba.conf"),
    (r"SSL|certificate", "", "den krypterede forbindelse kunne ikke oprettes. Ret sslmode og certifikater"),
    (r"too many clients|remaining connection slots", "53300", "serveren har ikke flere ledige forbindelser. Prøv igen"),
    (r"starting up|shutting down|in recovery", "57P03", "serveren er ved at starte eller lukke. Prøv igen"),
    (
        r"invalid URI|invalid connection option|invalid .*value",
        "",
        "adressen har en ukendt eller ugyldig tilføjelse. Ret den",
    ),
)


class Session:
    """One connection; its statements are one transaction until `commit`, unless it commits each by itself."""

    def __init__(self, connection: Connection, address: Address) -> None:
        """Use a connection.

        Args:
            connection: ADBC's.
            address: What it is connected to.
        """
        self._connection = connection
        self.address = address

    def run(self, work: Callable[[Cursor], Result]) -> Result:
        """Do something with a cursor, in the transaction of this session.

        Args:
            work: What to do. After an error the driver takes nothing but a rollback of the whole transaction: what may
                fail and be tried again is for `succeeds`.

        Returns:
            What it returns.

        Raises:
            PostgresError: A statement failed.
        """
        with closing(self._connection.cursor()) as cursor:
            try:
                return work(cursor)
            except _errors() as error:
                failure = self._explained(error)
        # Outside the handler: what the driver said holds the statement and perhaps a row, and may not be shown.
        raise failure

    def execute(self, statement: str) -> int:
        """Run a statement without result.

        Args:
            statement: One SQL statement.

        Returns:
            How many rows it changed; -1 where that has no meaning.

        Raises:
            PostgresError: It failed.
        """

        def work(cursor: Cursor) -> int:
            cursor.execute(statement)
            return cursor.rowcount

        return self.run(work)

    def rows(self, query: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Run a query.

        Args:
            query: One SQL query; `$1` and so on stand for parameters.
            parameters: Their values.

        Returns:
            Its rows.

        Raises:
            PostgresError: It failed.
        """

        def work(cursor: Cursor) -> list[tuple[Any, ...]]:
            cursor.execute(query, parameters)
            return cursor.fetchall()

        return self.run(work)

    def succeeds(self, statements: Sequence[str], failure: str) -> bool:
        """Run statements that may fail in a foreseen way; then all of them are undone, their locks too.

        Args:
            statements: SQL statements.
            failure: PostgreSQL's name of the condition, as `lock_not_available`.

        Returns:
            Whether they went well.

        Raises:
            PostgresError: One failed in another way.
        """
        body = ";\n".join(statements)
        self.execute(
            f"do $erhvervshus_try$begin\n{body};\nperform set_config('{_OUTCOME}', 'done', true);\n"
            f"exception when {failure} then perform set_config('{_OUTCOME}', 'undone', true);\nend$erhvervshus_try$"
        )
        return bool(self.rows(f"select current_setting('{_OUTCOME}') = 'done'")[0][0])

    def copy(self, rows: pa.RecordBatchReader, table: str, schema: str | None) -> None:
        """Append rows to a table by binary COPY, a batch at a time.

        Args:
            rows: The rows; their types fit the table's.
            table: The table.
            schema: Its schema; None for a temporary table.

        Raises:
            PostgresError: They could not be written.
        """
        temporary = schema is None
        self.run(
            lambda cursor: cursor.adbc_ingest(table, rows, mode="append", db_schema_name=schema, temporary=temporary)
        )

    def commit(self) -> None:
        """Make everything since the last commit visible to others at once.

        Raises:
            PostgresError: It could not be; everything is as before.
        """
        failure = None
        try:
            self._connection.commit()
        except _errors() as error:
            failure = self._explained(error)
        if failure is not None:
            raise failure

    def _explained(self, error: Error) -> PostgresError:
        """Put an error in Danish: the server's main sentence, never its details, which may quote a row."""
        state = error.sqlstate or ""
        details = {_decoded(name): _decoded(value) for name, value in error.details}
        sentence = details.get("PG_DIAG_MESSAGE_PRIMARY")
        failure: PostgresError
        if not sentence:
            state = state or _CONNECTION_LOST
            failure = ConnectionFailedError(
                f"PostgreSQL, {self.address}: forbindelsen blev afbrudt, så det, der stod, gælder stadig. Prøv igen."
            )
        elif state == _NO_PERMISSION:
            user = self.address.user or "brugeren"
            failure = PostgresError(
                f"PostgreSQL, {self.address}: {user} mangler rettigheder ({sentence}). Lad brugeren eje skemaerne "
                f"marts, bi og load, eller giv den lov til at oprette dem: grant create on database … to {user}."
            )
        elif state == _DUPLICATE:
            name = details.get("PG_DIAG_CONSTRAINT_NAME", "")
            failure = PostgresError(
                f"PostgreSQL, {self.address}: to rækker har samme nøgle ({name}). Meld det som en fejl i nøglen."
            )
        else:
            failure = PostgresError(f"PostgreSQL, {self.address}: {sentence} (kode {state}).")
        return failure.with_state(state)


@contextmanager
def connect(address: Address, *, autocommit: bool = False) -> Iterator[Session]:
    """Connect to a database; what was not committed when the block ends is undone.

    Args:
        address: The database.
        autocommit: Whether each statement is a transaction of its own, as VACUUM demands.

    Yields:
        The session.

    Raises:
        ConnectionFailedError: No connection; the message says why, without the password.
        PostgresError: The driver is not installed.
    """
    failure: PostgresError | None = None
    connection: Connection | None = None
    try:
        from adbc_driver_postgresql import dbapi  # noqa: PLC0415

        connection = dbapi.connect(address.url, autocommit=autocommit)
    except ImportError:
        failure = PostgresError(
            "Driveren til PostgreSQL mangler. Installér den: pip install 'erhvervshus-warehouse[postgres]'."
        )
    except _errors() as error:
        state, cause = _cause(str(error))
        msg = f"PostgreSQL, {address}: ingen forbindelse: {cause}. Adressen står i {VARIABLE}."
        failure = ConnectionFailedError(msg).with_state(state)
    if connection is None or failure is not None:
        # Outside the handler: libpq repeats parts of a mistyped address, and the password may be one of them.
        raise failure or ConnectionFailedError(f"PostgreSQL, {address}: ingen forbindelse.")
    with closing(connection):
        yield Session(connection, address)


def _cause(said: str) -> tuple[str, str]:
    """Give the code and the Danish words of why a connection failed; libpq keeps the server's code to itself."""
    causes = ((state, cause) for pattern, state, cause in _CAUSES if re.search(pattern, said))
    return next(causes, ("", "serveren afviste den. Prøv adressen med psql for at se hvorfor"))


def _decoded(value: str | bytes) -> str:
    """Read what the driver gives as bytes, though it declares a text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _errors() -> type[Error]:
    """Name the driver's errors; the driver is optional."""
    from adbc_driver_manager import Error  # noqa: PLC0415

    return Error
