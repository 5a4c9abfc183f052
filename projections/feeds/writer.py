"""A feed's writer: reads the committed ledger, and writes each record of its feed once.

It keeps its position as the owner does: in the transaction that writes the records, under the same name
(`feed.zhejiang`) as transactional id and as group. A new writer fences the one before it, so two never write.
What the broker made of a transaction that failed is not known here: then the process ends, and its successor
reads where the last committed one stopped.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from backbone.broker import consumer, open_logs, producer
from backbone.fold.engine import following
from backbone.records import decode_ledger
from projections.feeds.metrics import LAG, SHARED
from projections.feeds.position import Reached, read_positions
from projections.feeds.share import Share, share
from schemas.topics import LEDGER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
    from aiokafka.structs import ConsumerRecord

    from backbone.settings import Settings
    from schemas.feeds import Feed

AT_ONCE = 2_000
_POLL_MS = 200
_UNSAID_MS, _UNSAID = 40, 20_000
"""Positions without a record of the feed are committed when nothing has come for so long, or so much has."""
_MILLI = 1_000


class Writer:
    """The one writer of a feed, for as long as its process lives."""

    def __init__(self, settings: Settings, feed: Feed) -> None:
        self._settings = settings
        self._feed = feed
        self._logs: list[TopicPartition] = []
        self._reached: dict[int, Reached] = {}
        self._unsaid = 0
        self.obstacle = "it has not started"
        self.lag = 0
        self.read = 0

    async def run(self, stopping: asyncio.Event) -> None:
        """Write until asked to stop.

        Raises CannotWrite, LedgerGap, ProducerFenced (another writer has begun), BrokerAway, and what the
        broker made of a transaction.
        """
        sender = producer(
            self._settings,
            client_id=f"liandong-{self._feed.topic}",
            transactional_id=self._feed.topic,
        )
        reader = await consumer(self._settings, client_id=f"liandong-{self._feed.topic}-reader")
        try:
            # From here on a former writer can commit nothing more, so what is read now is the last position.
            await sender.start()
            async with open_logs(self._settings) as logs:
                partitions = await logs.partitions(LEDGER)
                self._reached = await read_positions(logs, self._feed, partitions)
            self._logs = [TopicPartition(LEDGER, number) for number in range(partitions)]
            reader.assign(self._logs)
            # Positions stand before the first record does: where they are missing, nothing was ever written.
            await self._commit(sender, ())
            for each in self._logs:
                reader.seek(each, self._reached[each.partition].offset)
            while not stopping.is_set():
                await self._round(reader, sender)
        finally:
            await reader.stop()
            await sender.stop()

    async def _round(self, reader: AIOKafkaConsumer, sender: AIOKafkaProducer) -> None:
        batches = await reader.getmany(
            timeout_ms=_UNSAID_MS if self._unsaid else _POLL_MS, max_records=AT_ONCE
        )
        shares = [one for each, batch in batches.items() for one in self._take(each, batch)]
        if shares or self._unsaid > _UNSAID or (self._unsaid and not batches):
            await self._commit(sender, shares)
        await self._measure(reader)

    def _take(self, log: TopicPartition, batch: Sequence[ConsumerRecord]) -> list[Share]:
        before = self._reached[log.partition]
        records = following(log.partition, before.number, [decode_ledger(record) for record in batch])
        number = records[-1].seal.partition.number if records else before.number
        self._reached[log.partition] = Reached(batch[-1].offset + 1, number)
        self._unsaid += len(batch)
        self.read += len(batch)
        found = (share(self._feed, record, self._settings.stack) for record in records)
        return [one for one in found if one is not None]

    async def _commit(self, sender: AIOKafkaProducer, shares: Sequence[Share]) -> None:
        """Write records and positions in one transaction; all positions, so that none is missing alone."""
        async with sender.transaction():
            await self._send(sender, shares)
            positions = {each: self._reached[each.partition].committed() for each in self._logs}
            await sender.send_offsets_to_transaction(positions, self._feed.topic)
        self._unsaid = 0
        for one in shares:
            SHARED.labels(self._feed.name, one.name).inc()

    async def _send(self, sender: AIOKafkaProducer, shares: Sequence[Share]) -> None:
        """Send in order, and wait for every acknowledgement. Raises the first failure."""
        sent = []
        try:
            for one in shares:
                sent.append(  # noqa: PERF401 - what was sent before a failure is awaited all the same
                    await sender.send(
                        self._feed.topic,
                        key=one.key,
                        value=one.value,
                        partition=0,
                        headers=one.headers,
                        timestamp_ms=one.received_at // _MILLI,
                    )
                )
        finally:
            outcomes = await asyncio.gather(*sent, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _measure(self, reader: AIOKafkaConsumer) -> None:
        """Say how far the ledger's committed end is; an open transaction is nobody's lag."""
        ends = [(reader.last_stable_offset(each), await reader.position(each)) for each in self._logs]
        self.lag = sum(max(0, (end or 0) - at) for end, at in ends)
        LAG.labels(self._feed.name).set(self.lag)
        if all(end is not None for end, _ in ends):
            self.obstacle = "" if not self.lag else "it is catching up with the ledger"
