"""The queue in front of one partition: what Faust brings, in order, bounded, without a gap.

Faust brings the records; it may bring them again, skip what it had fetched before a rebalance, or bring more
than can be held. So it is never trusted with the order: a record is taken only at the expected offset. What
was not taken is read once more from the log itself, which also tells a real hole (a control record) from a
record that Faust skipped.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from backbone.broker import consumer
from backbone.log import logger
from processors.owner.arrival import Raw
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer
    from aiokafka.structs import ConsumerRecord

    from backbone.settings import Settings

log = logger(__name__)

HIGH_WATER = 5_000
"""Records held for one partition; what Faust brings beyond that is read again later."""


class Intake:
    """Undecided records of one partition, from `expected` on."""

    def __init__(self, settings: Settings, partition: int, expected: int) -> None:
        self.expected = expected
        self.wake = asyncio.Event()
        self._settings = settings
        self._partition = partition
        self._queue: deque[Raw] = deque()
        self._known = -1
        self._reading = False
        self._reader: AIOKafkaConsumer | None = None

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def waiting(self) -> bool:
        """Whether there is something to take, here or still in the log."""
        return bool(self._queue) or self._known >= self.expected

    @property
    def first(self) -> Raw | None:
        """The next record, if it is at hand."""
        return self._queue[0] if self._queue else None

    def offer(self, raw: Raw) -> None:
        """Take a record if it is the expected one and there is room; otherwise note that it exists."""
        if raw.offset == self.expected and not self._reading and len(self._queue) < HIGH_WATER:
            self._push(raw)
        elif raw.offset > self._known:
            self._known = raw.offset
        self.wake.set()

    async def take(self, most: int) -> list[Raw]:
        """Take up to `most` records, in order; read them from the log where Faust did not bring them."""
        if not self._queue and self._known >= self.expected:
            await self._read_log()
        return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]

    async def close(self) -> None:
        """Drop what is held and give the reader back."""
        self._queue.clear()
        if self._reader is not None:
            await self._reader.stop()

    def _push(self, raw: Raw) -> None:
        self._queue.append(raw)
        self.expected = raw.offset + 1

    async def _read_log(self) -> None:
        inbound = TopicPartition(INBOUND, self._partition)
        self._reading = True
        try:
            if self._reader is None:
                self._reader = await consumer(
                    self._settings, client_id=f"liandong-owner-intake-{self._partition}"
                )
                self._reader.assign([inbound])
            self._reader.seek(inbound, self.expected)
            fetched = await self._reader.getmany(inbound, timeout_ms=500, max_records=HIGH_WATER)
            for record in fetched.get(inbound, []):
                if record.offset > self.expected:
                    log.warning(
                        "hole_stepped_over",
                        partition=self._partition,
                        expected=self.expected,
                        found=record.offset,
                    )
                self._push(raw_of(record))
        finally:
            self._reading = False


def raw_of(record: ConsumerRecord) -> Raw:
    """Give an aiokafka record the shape in which Faust's are handed on."""
    return Raw(record.offset, record.timestamp, record.key, record.value, tuple(record.headers))
