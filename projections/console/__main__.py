"""The console's process: `python -m projections.console` serves pages at / and the query API at /v1."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from backbone import keyring
from backbone.database import open_pool
from backbone.lifecycle import run
from backbone.vault import PostgresKeyProvider
from projections.api import feeds
from projections.api.cursor import Cursors
from projections.api.query import Logins
from projections.api.views import Views
from projections.console.application import create_app
from projections.console.assets import Assets
from projections.console.desk import Desk, templates
from projections.console.session import Signer, derive
from projections.schema import LIVE

if TYPE_CHECKING:
    from backbone.lifecycle import Service


async def serve(service: Service) -> None:
    """Serve until asked to stop. Raises DatabaseAway, BadKeyRing, OSError if the port is taken."""
    settings = service.settings
    ring = await asyncio.to_thread(keyring.load, settings.keys)
    assets = await asyncio.to_thread(Assets, settings.assets)
    pool = await open_pool(settings, application="console", size=10, schema=LIVE)
    try:
        views = Views(pool)
        desk = Desk(
            views=views,
            cursors=Cursors(derive(ring.lookup, "cursor")),
            signer=Signer(derive(ring.lookup, "session"), time.time),
            opener=PostgresKeyProvider(pool, keyring.RingFile(settings.keys)),
            assets=assets,
            templates=templates(),
        )
        service.readiness("views", views.check)
        logins = Logins(settings.database, settings.passwords)
        app = create_app(desk, service.routes, logins)
        feeds.offer(app, settings, service.stopping)
        await service.serve(app, settings.console_host, settings.console_port)
    finally:
        await pool.close()


if __name__ == "__main__":
    run("console", serve)
