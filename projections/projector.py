"""The projector: `python -m projections.projector` folds the ledger into the views while it lives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from backbone.database import open_pool
from backbone.fold import Folder
from backbone.lifecycle import database_answers, run
from backbone.stack import read_identity
from projections.folding import NAME, ViewsFold
from projections.schema import LIVE

if TYPE_CHECKING:
    from backbone.lifecycle import Service


async def serve(service: Service) -> None:
    """Fold until asked to stop. Raises what ends a fold: a gap, another ledger, a broken record."""
    pool = await open_pool(service.settings, application="projector", size=8, schema=LIVE)
    try:
        async with pool.acquire() as connection:
            identity = await read_identity(connection)
        folder = Folder(service.settings, pool, ViewsFold(), partitions=identity.partitions)
        service.readiness("database", database_answers(pool))
        service.readiness("fold", lambda: folder.obstacle)
        service.watch(NAME, lambda: folder.lag > 0, lambda: folder.folded)
        stopping = asyncio.ensure_future(_stop(service, folder))
        try:
            await folder.run()
        finally:
            stopping.cancel()
    finally:
        await pool.close()


async def _stop(service: Service, folder: Folder) -> None:
    await service.stopping.wait()
    folder.stop()


if __name__ == "__main__":
    run("projector", serve)
