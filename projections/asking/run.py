"""One statement, in one read-only transaction, on a connection that is logged in as whoever asks."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import asyncpg

from backbone.database import DatabaseAway, connect, goes_away
from backbone.remedy import remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from asyncpg.prepared_stmt import PreparedStatement

    from backbone.database import Connection

AT_ONCE = 500
"""So many rows are in memory at a time."""
_AS_WRITTEN = ("timestamptz", "timestamp", "date", "time", "timetz", "interval", "uuid")
"""Given as the server writes them: timestamps in Beijing time, with no value that Python could not hold."""
_PREFIX = "Your query"
_BEYOND = 2**63
"""From here on a whole number is a decimal: the JSON encoder takes no longer integers."""


class QueryRefused(Exception):
    """The database did not run the query, or not to its end: mend what the message says and ask again.

    The message is one sentence about what is wrong, `where` the line and column of the mistake ("" if the
    database names none), `remedy` what to do.
    """

    def __init__(self, what: str, remedy: str, where: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.where = where

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.what}{place}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Answer:
    """The names of the columns, and the rows as they come."""

    columns: tuple[str, ...]
    rows: AsyncIterator[tuple[Any, ...]]


@asynccontextmanager
async def ask(dsn: str, sql: str, seconds: int) -> AsyncIterator[Answer]:
    """Run one statement as the role that `dsn` logs in, and give its rows while the block lasts.

    The statement sees the views without their schema's name, in Beijing time, as one snapshot; it may take
    `seconds` for each batch of rows. Raises QueryRefused, also while rows are read, and DatabaseAway.
    """
    if not sql.strip().strip(";").strip():
        raise QueryRefused(f"{_PREFIX} is empty", "Write a select.")
    if "\0" in sql:
        raise QueryRefused(f"{_PREFIX} holds a null character", "Remove it.")
    if not sql.isascii() and sql.encode(errors="replace").decode() != sql:
        raise QueryRefused(f"{_PREFIX} is no UTF-8 text", "Save or type it as UTF-8.")
    connection = await connect(dsn, application="analyst", schema="views")
    try:
        await _prepare_session(connection, seconds)
        with _told(sql):
            # Nothing is to be kept, so nothing need be ended in order: the session ends with the connection.
            await connection.execute("begin isolation level repeatable read, read only")
            statement = await connection.prepare(sql)
        columns = tuple(each.name for each in statement.get_attributes())
        if statement.get_parameters():
            raise QueryRefused(f"{_PREFIX} has parameters ($1)", "Write the values themselves.")
        if not columns:
            raise QueryRefused(f"{_PREFIX} gives no rows", "Only reading is possible: write a select.")
        yield Answer(columns, _rows(statement, sql))
    finally:
        connection.terminate()


async def _rows(statement: PreparedStatement[Any], sql: str) -> AsyncIterator[tuple[Any, ...]]:
    with _told(sql):
        async for row in statement.cursor(prefetch=AT_ONCE):
            yield tuple(row)


@contextmanager
def _told(sql: str) -> Iterator[None]:
    try:
        yield
    except asyncpg.PostgresError as error:
        raise refusal(error, sql) from error
    except asyncpg.InterfaceError as error:
        if goes_away(error):
            raise DatabaseAway(f"{error}. {remedy(DatabaseAway)}") from error
        raise QueryRefused(str(error), "Cast what cannot be given to text: column::text") from error


async def _prepare_session(connection: Connection, seconds: int) -> None:
    await connection.execute(
        "select set_config('timezone', 'Asia/Shanghai', false), set_config('datestyle', 'ISO, YMD', false), "
        "set_config('intervalstyle', 'postgres', false), "
        # Whoever goes away while the database still works leaves no work behind.
        "set_config('client_connection_check_interval', '5s', false)"
    )
    for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
        await connection.execute("select set_config($1, $2, false)", name, str(seconds * 1000))
    for name in _AS_WRITTEN:
        await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=str, format="text")
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=json.dumps, decoder=_parsed, format="text"
        )
    await connection.set_type_codec(
        "numeric", schema="pg_catalog", encoder=str, decoder=number, format="text"
    )


def number(text: str) -> int | Decimal | str:
    """A `numeric` as it is written: 12 an integer, 1.50 a decimal, NaN and Infinity their names."""
    value = Decimal(text)
    if not value.is_finite():
        return text
    whole = text.lstrip("-").isdigit() and abs(value) < _BEYOND
    return int(text) if whole else value


def _parsed(text: str) -> Any:
    return json.loads(text, parse_int=number, parse_float=number)


def refusal(error: asyncpg.PostgresError, sql: str) -> QueryRefused | DatabaseAway:
    """What the database said, with the place in the query and what to do about it."""
    if isinstance(error, asyncpg.IdleInTransactionSessionTimeoutError):
        return QueryRefused("Nobody read on for too long", "Ask again, and write into a file.")
    if goes_away(error):
        return DatabaseAway(f"{error}. {remedy(DatabaseAway)}")
    what = str(error.args[0] if error.args else type(error).__name__).rstrip(".")
    return QueryRefused(what, _remedy(error), _place(sql, getattr(error, "position", None)))


def _remedy(error: asyncpg.PostgresError) -> str:
    if isinstance(error, asyncpg.QueryCanceledError):
        return "It took too long: narrow it by a day, an agency or a matter, or ask for fewer columns."
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return (
            "This role may not read that. What it may read: "
            "select table_name, column_name from information_schema.columns where table_schema = 'views'"
        )
    if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        return "Only reading is possible: write a select."
    if "multiple commands" in str(error):
        return "Ask one statement at a time."
    hint: str | None = getattr(error, "hint", None)
    return hint or "Mend the query and ask again."


def _place(sql: str, position: str | None) -> str:
    if not position or not position.isdigit():
        return ""
    before = sql[: int(position) - 1]
    return f"line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"
