"""The process of the door put together: the one place where its parts meet."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backbone import keyring
from backbone.clock import SimulatedClock, SystemClock
from backbone.database import open_pool
from backbone.fold import Folder
from backbone.lifecycle import database_answers
from backbone.stack import read_identity
from backbone.vault import PostgresKeyProvider
from producers.gateway.app import make_app
from producers.gateway.asking import Parts
from producers.gateway.door import Door, Means
from producers.gateway.history import History
from producers.gateway.pace import Pace
from producers.gateway.receipts import ReceiptFold, Receipts
from producers.gateway.sender import Sender

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from backbone.database import Pool
    from backbone.lifecycle import Service
    from backbone.settings import Settings

_CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands behind a door that is open. Whoever opens it runs the folder."""

    parts: Parts
    folder: Folder
    sender: Sender


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened]:
    """Connect everything that a door works with, and disconnect it afterwards.

    Raises DatabaseAway, StackUnborn, BadKeyRing, BrokerAway: the process ends, and its supervisor retries.
    """
    pool = await open_pool(settings, application="liandong-door", size=_CONNECTIONS)
    try:
        means = await _means(settings, pool)
        sender = Sender(settings, simulated=means.simulated)
        receipts = Receipts(pool)
        folder = Folder(settings, pool, ReceiptFold(), partitions=means.partitions, on_folded=receipts.wake)
        await sender.start()
        try:
            door = Door(means, sender, receipts)
            pace = Pace(settings.gateway_rate)
            yield Opened(Parts(pool, door, receipts, History(pool), pace=pace), folder, sender)
        finally:
            await sender.stop()
    finally:
        await pool.close()


async def _means(settings: Settings, pool: Pool) -> Means:
    ring = keyring.load(settings.keys)
    async with pool.acquire() as connection:
        identity = await read_identity(connection)
    return Means(
        pool=pool,
        keys=PostgresKeyProvider(pool, keyring.RingFile(settings.keys)),
        stamp=ring.door,
        clock=SimulatedClock(pool) if identity.simulated else SystemClock(),
        simulated=identity.simulated,
        partitions=identity.partitions,
    )


async def serve(service: Service) -> None:
    """Serve until the process is asked to stop; requests in hand are answered first.

    A fold that cannot go on ends the process: receipts that never come must not look like waiting ones.
    """
    settings = service.settings
    async with opened(settings) as door:
        service.readiness("database", database_answers(door.parts.pool))
        service.readiness("broker", door.sender.obstacle)
        service.readiness("receipts", lambda: door.folder.obstacle)
        service.watch("receipts", lambda: door.folder.lag > 0, lambda: door.folder.folded)
        service.background(door.folder.run())
        service.background(_hurry(service, door.parts.receipts))
        app = make_app(door.parts, settings.assets, service.routes)
        await service.serve(app, settings.gateway_host, settings.gateway_port)
        door.folder.stop()


async def _hurry(service: Service, receipts: Receipts) -> None:
    """Who still waits for a receipt when the process stops is answered with what there is."""
    await service.stopping.wait()
    receipts.close()
