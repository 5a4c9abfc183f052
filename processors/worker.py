"""The worker: Faust assigns partitions, this process owns them. Run by `python -m processors.worker`."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from backbone.clock import SystemClock
from backbone.database import open_pool
from backbone.keyring import load as load_keys
from backbone.lifecycle import Service, database_answers, run
from backbone.log import logger
from backbone.stack import read_identity
from processors.model import Rules
from processors.owner.assignment import make_app
from processors.owner.effects import Effects
from processors.owner.force import Base
from processors.owner.ownership import Ownership
from processors.owner.partition import Means
from processors.owner.tail import APPLICATION
from processors.owner.ticks import keep_ticking
from processors.rulebook.library import Library
from schemas.agencies import AGENCIES
from schemas.calendar import CALENDAR

if TYPE_CHECKING:
    import faust

    from backbone.keyring import KeyRing
    from backbone.settings import Settings

log = logger(__name__)

ENDED_BY_ITSELF = 70
"""Exit code of a worker that found it may not go on (fenced, database lost, position impossible):
EX_SOFTWARE.
"""


def end_process(error: BaseException) -> NoReturn:
    """End at once; what the broker committed is folded by whoever comes next."""
    log.critical("worker_ends", error=type(error).__name__, detail=str(error))
    sys.stdout.flush()
    os._exit(ENDED_BY_ITSELF)


async def make_means(settings: Settings, ring: KeyRing) -> Means:
    """Gather what partitions decide with."""
    pool = await open_pool(settings, application=APPLICATION, size=24)
    async with pool.acquire() as connection:
        identity = await read_identity(connection)
    base = make_base(settings, simulated=identity.simulated)
    effects = Effects(settings, ring.backbone, identity.partitions, simulated=identity.simulated)
    return Means(settings, pool, base, ring.stamps, SystemClock(), effects, identity.partitions)


def make_base(settings: Settings, *, simulated: bool) -> Base:
    """Load what a stack begins with, and the editions that this worker carries. Raises BrokenPack."""
    library = Library.load(settings.packs, settings.editions)
    rules = Rules(
        rulebook=library.own,
        calendar=CALENDAR,
        agencies=AGENCIES,
        simulated=simulated,
        carried=library.hashes,
    )
    return Base(rules, library)


async def serve(service: Service) -> None:
    """Own partitions until asked to stop."""
    settings = service.settings
    ring = load_keys(settings.keys)
    means = await make_means(settings, ring)
    ownership = Ownership(means, end_process)
    app = make_app(settings, ownership)
    service.readiness("partitions", lambda: ownership.ready)
    service.readiness("database", database_answers(means.pool))
    service.watch("deciding", ownership.pending, ownership.progress)
    if not means.simulated:
        service.background(keep_ticking(settings, ownership, means.clock, ring.backbone))
    await means.effects.start()
    await app.start()
    watch = asyncio.create_task(_watch(app))
    try:
        await service.stopping.wait()
    finally:
        watch.cancel()
        await ownership.release()
        await app.stop()
        await means.effects.stop()
        await means.pool.close()


async def _watch(app: faust.App) -> None:
    """End the process when Faust's own services crash: a crashed app owns nothing and says nothing."""
    await app.wait_until_stopped()
    if app.crash_reason is not None:
        end_process(app.crash_reason)


if __name__ == "__main__":
    run("worker", serve)
