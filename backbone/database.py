"""PostgreSQL: pools and single connections, each under a name by which its sessions can be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

import asyncpg

from backbone.remedy import remedy

if TYPE_CHECKING:
    from backbone.settings import Settings

__all__ = ["TRANSIENT", "Connection", "DatabaseAway", "Pool", "connect", "goes_away", "open_pool"]

Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)
"""A connection, of its own or lent by a pool."""

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

TRANSIENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # The driver loses track of a connection whose server says good-bye between two queries.
    asyncpg.InternalClientError,
    asyncpg.TransactionRollbackError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""What goes away by itself: the database restarts, a session was ended, two transactions crossed."""


class DatabaseAway(ConnectionError):
    """The database does not answer, or does not let us in.

    See that it runs, and that `LIANDONG_DATABASE` is right.
    """


def goes_away(error: BaseException) -> bool:
    """Tell whether doing it again, later and on another connection, may succeed."""
    if isinstance(error, asyncpg.InterfaceError):
        # The driver says so of a lost connection, and of a query with the wrong arguments, which stays wrong.
        return "connection" in str(error) or "pool" in str(error)
    return isinstance(error, TRANSIENT)


async def open_pool(
    settings: Settings, *, application: str, size: int = 8, schema: str | None = None
) -> Pool:
    """Open a pool of up to `size` connections whose sessions are named `application`.

    `schema` becomes the search path; without it the login role's own holds. Raises DatabaseAway.
    """
    names = _session(application, schema)
    try:
        pool: Pool = await asyncpg.create_pool(
            settings.database,
            min_size=1,
            max_size=size,
            server_settings=names,
            timeout=10,
            max_inactive_connection_lifetime=0,
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.ClientConfigurationError) as error:
        raise _away(settings.database, error) from error
    return pool


async def connect(
    dsn: str, *, application: str, schema: str | None = None
) -> asyncpg.Connection[asyncpg.Record]:
    """Open a single connection, which the caller closes. Raises DatabaseAway."""
    try:
        return await asyncpg.connect(dsn, server_settings=_session(application, schema), timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.ClientConfigurationError) as error:
        raise _away(dsn, error) from error


def _session(application: str, schema: str | None) -> dict[str, str]:
    names = {"application_name": application}
    return names if schema is None else names | {"search_path": schema}


def _away(dsn: str, error: Exception) -> DatabaseAway:
    parts = urlsplit(dsn)
    # The password stays out of the message, and so out of every log.
    place = f"{parts.netloc.rpartition('@')[2]}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    hidden = place if "password" not in place else parts.path
    return DatabaseAway(f"{hidden}: {error or type(error).__name__}. {remedy(DatabaseAway)}")
