"""Whether this door can do its work now: asked anew each time, never remembered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from backbone.database import TRANSIENT

if TYPE_CHECKING:
    from backbone.database import Pool
    from backbone.fold import Folder
    from producers.gateway.sender import Sender

WITHIN = 2.0
"""Seconds within which broker and database must answer."""


class Health:
    """Asks the broker, the database, and the fold of the receipts."""

    def __init__(self, pool: Pool, sender: Sender, folder: Folder) -> None:
        self._pool = pool
        self._sender = sender
        self._folder = folder

    async def checks(self) -> dict[str, bool]:
        """By name, whether it serves: ``receipts`` is false while the fold has not caught up, or cannot go on."""
        broker, database = await asyncio.gather(self._sender.reaches_broker(WITHIN), self._database())
        return {"broker": broker, "database": database, "receipts": not self._folder.obstacle}

    async def _database(self) -> bool:
        try:
            async with asyncio.timeout(WITHIN), self._pool.acquire() as connection:
                await connection.fetchval("select 1")
        except TRANSIENT:
            return False
        return True
