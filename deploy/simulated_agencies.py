"""A plan of simulated agencies, played on a stack: with its time moved along, or now and at a pace."""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import httpx

from backbone.database import connect, open_pool
from backbone.keyring import load as load_keys
from backbone.settings import Settings
from deploy.simulation import SQL, open_driver
from producers.simulate.post import AT_ONCE, Poster
from schemas.facts.base import from_micros
from schemas.topics import PARTITIONS_EMBEDDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deploy.embedded.layout import Layout
    from deploy.embedded.state import StackState
    from producers.simulate import Planned
    from producers.simulate.post import Outcome

__all__ = ["Rate", "door", "has_history", "play_at_a_pace", "play_in_simulated_time"]

_TIMEOUT = 40.0
_A_DAY = 86_400


class Rate(NamedTuple):
    """So many facts a day, or a second."""

    number: float
    unit: str

    @property
    def a_day(self) -> float:
        """Facts on a working day."""
        return self.number if self.unit == "day" else self.number * _A_DAY

    @property
    def a_second(self) -> float:
        """Facts a second."""
        return self.number / _A_DAY if self.unit == "day" else self.number


def door(url: str) -> httpx.AsyncClient:
    """Open a client with room for all facts on their way and as many receipts."""
    limits = httpx.Limits(max_connections=2 * AT_ONCE, max_keepalive_connections=2 * AT_ONCE)
    return httpx.AsyncClient(base_url=url, timeout=_TIMEOUT, limits=limits)


async def has_history(state: StackState) -> bool:
    """Say whether a stack has decided anything yet, beyond the marker with which each partition begins."""
    connection = await connect(state.database, application="liandong-simulate")
    try:
        rows = await connection.fetch(SQL["folds"])
    finally:
        await connection.close()
    return any(row["number"] > 1 for row in rows if row["fold"] == "owner")


async def play_in_simulated_time(
    plan: Iterable[Planned],
    poster: Poster,
    stack: tuple[StackState, Layout],
    step: int,
    progress: Callable[[Planned], None],
) -> Outcome:
    """Move the stack's time from fact to fact; those within `step` microseconds are stated together.

    Raises NotSettled, NotTaken, BrokerAway, DatabaseAway.
    """
    state, layout = stack
    settings = Settings(stack=state.stack, kafka=state.kafka, database=state.database, keys=layout.keys)
    pool = await open_pool(settings, application="liandong-simulate")
    driver = await open_driver(settings, pool, load_keys(settings.keys), PARTITIONS_EMBEDDED)
    try:
        for _, group in groupby(plan, key=lambda each: each.at // step):
            together = list(group)
            await driver.advance(from_micros(together[-1].at))
            for planned in together:
                await poster.submit(planned)
                progress(planned)
            await poster.drain()
            await driver.settle()
    finally:
        await driver.close()
    return poster.outcome


async def play_at_a_pace(
    plan: Iterable[Planned], poster: Poster, a_second: float, progress: Callable[[Planned], None]
) -> Outcome:
    """State the facts in their order, now, so many a second, whatever instants they bear. Raises NotTaken."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for number, planned in enumerate(plan):
        ahead = begin + number / a_second - loop.time()
        if ahead > 0:
            await asyncio.sleep(ahead)
        await poster.submit(planned)
        progress(planned)
    await poster.drain()
    return poster.outcome
