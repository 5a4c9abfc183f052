"""The driver of a simulated stack: it moves time, and knows when nothing is left to do at an instant.

Nothing sleeps for time to pass: the driver writes ticks. It reads, in this order, the committed positions,
the folds and the feeds (nothing beyond them, no running alarm due), and the ends of `inbound`; when these
equal the positions it read first, everything that was to happen by this instant has happened.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from backbone.broker import open_logs, producer
from backbone.queries import load_queries
from backbone.stack import move_simulated_time
from processors.owner.append import GROUP, Mark
from processors.owner.ticks import write_tick
from projections.feeds.position import numbers
from schemas.feeds import FEEDS
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from datetime import datetime

    from aiokafka import AIOKafkaProducer

    from backbone.broker import Logs
    from backbone.database import Pool
    from backbone.keyring import KeyRing
    from backbone.settings import Settings
    from schemas.feeds import Feed

SQL = load_queries("deploy", "sql/simulation.sql")

LOOK_SECONDS = 0.02
"""How often the driver looks whether the stack has settled; it has no meaning for simulated time."""

PATIENCE_SECONDS = 60.0


class NotSettled(TimeoutError):
    """The stack still had work after a minute: look at `liandong status` and `liandong logs worker`."""


@dataclass(slots=True)
class Driver:
    """Moves the time of one simulated stack. Build it with `open_driver`."""

    settings: Settings
    pool: Pool
    ring: KeyRing
    partitions: int
    sender: AIOKafkaProducer
    folds: tuple[str, ...] = field(default=("owner", "views", "receipts"))
    feeds: tuple[Feed, ...] = field(default=tuple(FEEDS.values()))

    async def advance(self, to: datetime) -> None:
        """Move time to an instant: every alarm at or before it has fired and is visible when this returns.

        Raises NotSettled.
        """
        instant = round(to.timestamp() * 1_000_000)
        async with self.pool.acquire() as connection:
            await move_simulated_time(connection, instant)
        for partition in range(self.partitions):
            await write_tick(
                self.sender, partition, instant, self.ring.backbone, timestamp_ms=instant // 1000
            )
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is left to do at this instant. Raises NotSettled."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), open_logs(self.settings) as logs:
                while not await self._settled(logs):  # noqa: ASYNC110 - other processes set no event of ours
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise NotSettled(NotSettled.__doc__) from None

    async def close(self) -> None:
        """Give the connections back."""
        await self.sender.stop()
        await self.pool.close()

    async def _settled(self, logs: Logs) -> bool:
        inbound = [TopicPartition(INBOUND, number) for number in range(self.partitions)]
        positions = await logs.committed(GROUP, inbound)
        if len(positions) < self.partitions:
            return False
        marks = {each.partition: Mark.load(found.metadata) for each, found in positions.items()}
        if not (await self._folded(marks) and await self._shared(logs, marks)):
            return False
        bounds = await logs.bounds(inbound)
        return all(bounds[each][1] == found.offset for each, found in positions.items())

    async def _folded(self, marks: dict[int, Mark]) -> bool:
        """Whether every fold has come as far as the commits, and no clock has anything left to do by then.

        Nothing left: no alarm that should have fired, none to be counted again on a new calendar.
        """
        async with self.pool.acquire() as connection:
            rows = await connection.fetch(SQL["folds"])
            due = await connection.fetch(SQL["next_alarms"])
            versions = await connection.fetch(SQL["calendars"])
        alarms = {row["partition"]: row["alarm"] for row in due}
        calendars = {row["partition"]: row["calendar"] for row in versions}
        numbers = {(row["fold"], row["partition"]): row["number"] for row in rows}
        return all(
            alarms.get(partition, mark.received_at + 1) > mark.received_at
            and mark.calendar >= calendars.get(partition, 0)
            and all(numbers.get((fold, partition), 0) == mark.number for fold in self.folds)
            for partition, mark in marks.items()
        )

    async def _shared(self, logs: Logs, marks: dict[int, Mark]) -> bool:
        """Whether the writer of every feed has read what was committed."""
        for feed in self.feeds:
            read = await numbers(logs, feed, self.partitions)
            if any(read.get(partition, 0) != mark.number for partition, mark in marks.items()):
                return False
        return True


async def open_driver(settings: Settings, pool: Pool, ring: KeyRing, partitions: int) -> Driver:
    """Open a driver for a simulated stack."""
    sender = producer(settings, client_id="liandong-driver")
    await sender.start()
    return Driver(settings, pool, ring, partitions, sender)
