"""Checks that most processes need: does the database answer, does the broker."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from backbone.broker import BrokerAway, open_logs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from backbone.database import Pool
    from backbone.settings import Settings

__all__ = ["broker_answers", "database_answers"]


def database_answers(pool: Pool) -> Callable[[], Awaitable[bool]]:
    """Return a check that a query through this pool is answered."""
    return partial(_query, pool)


def broker_answers(settings: Settings) -> Callable[[], Awaitable[str]]:
    """Return a check that Kafka answers."""
    return partial(_connect, settings)


async def _query(pool: Pool) -> bool:
    return bool(await pool.fetchval("select true", timeout=2))


async def _connect(settings: Settings) -> str:
    try:
        async with open_logs(settings):
            return ""
    except BrokerAway as error:
        return str(error)
