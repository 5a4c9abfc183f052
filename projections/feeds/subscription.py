"""One subscriber's way through a feed: from a record that it has, to what comes behind it.

What a subscriber says that it has is looked up before anything is given: a feed that was cut or replaced
since then is noticed, where an offset alone would lead on into other records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from aiokafka import TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from backbone.broker import BrokerAway, consumer, log_bounds
from projections.feeds.reading import as_event

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from backbone.settings import Settings
    from schemas.feeds import Feed

_LOOK_MS = 10_000
_MILLI = 1_000


class CursorGone(LookupError):
    """The feed does not hold the record that a subscriber says it has: let it begin again."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a subscriber is: the offset and the id of its last record.

    Before its first record there is no id, and the offset is the one to begin with.
    """

    offset: int
    event: str = ""


class Subscription:
    """Reads a feed in order from one place on. Get one from `begin`, and close it."""

    def __init__(self, reader: AIOKafkaConsumer, log: TopicPartition, reached: Reached) -> None:
        self._reader = reader
        self._log = log
        self.reached = reached

    @classmethod
    async def begin(cls, settings: Settings, feed: Feed, after: Reached | None) -> Self:
        """Begin behind the record that the subscriber has; without one, with the first that there is.

        Raises CursorGone, BrokerAway.
        """
        log = TopicPartition(feed.topic, 0)
        first, end = await log_bounds(settings, log)
        reached = after or Reached(first)
        # The place of the next record is in the log too, as long as there is no next record.
        if not first <= reached.offset < end + (not reached.event):
            raise CursorGone(f"{feed.topic} holds {first} to {end}, not {reached.offset}")
        reader = await consumer(settings, client_id=f"liandong-{feed.topic}-http")
        begun = cls(reader, log, reached)
        try:
            reader.assign([log])
            reader.seek(log, reached.offset)
            if reached.event:
                await begun._pass(reached)
        except BaseException:
            await reader.stop()
            raise
        return begun

    async def more(self, at_most: int, patience: float) -> list[dict[str, Any]]:
        """Give the next records as CloudEvents' JSON as soon as there are any, none after `patience` seconds.

        Raises CursorGone if they were removed meanwhile, and what aiokafka raises.
        """
        try:
            batches = await self._reader.getmany(
                self._log, timeout_ms=int(patience * _MILLI), max_records=at_most
            )
        except OffsetOutOfRangeError as error:
            raise CursorGone(str(error)) from error
        events = [as_event(record) for batch in batches.values() for record in batch]
        if events:
            self.reached = Reached(events[-1]["offset"], events[-1]["id"])
        return events

    async def at_end(self) -> bool:
        """Whether everything was given that was committed when the broker last answered."""
        end = self._reader.last_stable_offset(self._log)
        return end is not None and await self._reader.position(self._log) >= end

    async def close(self) -> None:
        """Let the broker go."""
        await self._reader.stop()

    async def _pass(self, reached: Reached) -> None:
        """Pass by the record that the subscriber has, if it is that one."""
        found = await self.more(1, _LOOK_MS / _MILLI)
        if not found and await self._reader.position(self._log) <= reached.offset:
            raise BrokerAway(f"{self._log.topic}: the record at {reached.offset} did not come")
        if not found or self.reached != reached:
            raise CursorGone(f"{self._log.topic} holds another record at {reached.offset}")
