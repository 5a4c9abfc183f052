"""The feed writers' process: `python -m projections.feeds` writes every feed while it lives."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from backbone.lifecycle import broker_answers, run
from projections.feeds.writer import Writer
from schemas.feeds import FEEDS

if TYPE_CHECKING:
    from backbone.lifecycle import Service


async def serve(service: Service) -> None:
    """Write until asked to stop. Raises what ends a writer, and so all of them."""
    writers = {feed.topic: Writer(service.settings, feed) for feed in FEEDS.values()}
    service.readiness("broker", broker_answers(service.settings))
    for name, writer in writers.items():
        service.readiness(name, partial(getattr, writer, "obstacle"))
        service.watch(name, partial(_behind, writer), partial(getattr, writer, "read"))
    # The first that fails ends the process, and says why in its own words.
    await asyncio.gather(*(writer.run(service.stopping) for writer in writers.values()))


def _behind(writer: Writer) -> bool:
    return writer.lag > 0


if __name__ == "__main__":
    run("feeds", serve)
