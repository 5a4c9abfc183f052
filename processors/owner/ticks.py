"""Ticks: when our clock passes a partition's next alarm, the partition is told the time by a record.

A tick does nothing but move the partition's last instant on; alarms fire because of that, never because of
our clock. One that comes back too early is followed by another. A simulated stack's ticks are written by its
driver.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from backbone.broker import producer
from backbone.broker.inbound import send_inbound
from backbone.log import logger
from processors.owner import metrics
from schemas.agencies import PLATFORM
from schemas.codec import CODEC
from schemas.envelope import Envelope, Kind

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from backbone.clock import Clock
    from backbone.settings import Settings
    from processors.owner.ownership import Ownership
    from schemas.envelope import StampKey

log = logger(__name__)

LOOK_SECONDS = 0.1
AGAIN_MICROS = 1_000_000
"""A tick on its way is given a second before another is written."""


async def write_tick(
    sender: AIOKafkaProducer, partition: int, at: int, key: StampKey, *, timestamp_ms: int | None = None
) -> None:
    """Write one tick (instant `at`, micros) into a partition and await the broker's acknowledgement."""
    value = CODEC.encode("Tick", {"at": at})
    envelope = Envelope(
        kind=Kind.TICK, key=b"tick", value=value, agency=PLATFORM, matter="", event_id="", partition=partition
    )
    # It names its partition itself, whatever their number.
    await (await send_inbound(sender, envelope, key, partition + 1, timestamp_ms))


async def keep_ticking(settings: Settings, ownership: Ownership, clock: Clock, key: StampKey) -> None:
    """Write ticks for the owned partitions of a real stack until cancelled."""
    sender = producer(settings, client_id="liandong-ticks")
    await sender.start()
    sent: dict[int, int] = {}
    try:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = clock.now()
            for partition, owned in list(ownership.owned.items()):
                due = owned.alarm is not None and owned.mark.received_at < owned.alarm <= now
                if due and now - sent.get(partition, 0) >= AGAIN_MICROS:
                    sent[partition] = now
                    await write_tick(sender, partition, now, key)
                    metrics.TICKS.labels(str(partition)).inc()
    finally:
        await sender.stop()
