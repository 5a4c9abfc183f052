"""Where a feed's writer stands in the ledger, and the checks that this can be true."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import msgspec
from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from schemas.topics import LEDGER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backbone.broker import Logs
    from schemas.feeds import Feed


class CannotWrite(RuntimeError):
    """A feed writer's positions and the logs contradict each other; the sentence says how to mend it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a transaction says beside an offset of the ledger: the number of the last record that was read."""

    number: int

    def dump(self) -> str:
        """Write it as the offset's metadata."""
        return msgspec.json.encode(asdict(self)).decode()

    @classmethod
    def load(cls, metadata: str) -> Mark:
        """Read it back. Raises msgspec.DecodeError for anything else, a position set by hand included."""
        return msgspec.json.decode(metadata.encode(), type=cls)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far one partition of the ledger was read: the next offset, and the last number."""

    offset: int
    number: int

    def committed(self) -> OffsetAndMetadata:
        """The position as it is committed."""
        return OffsetAndMetadata(self.offset, Mark(self.number).dump())


async def numbers(logs: Logs, feed: Feed, partitions: int) -> dict[int, int]:
    """The last number that the writer has read, by partition of the ledger; absent where it read nothing."""
    found = await logs.committed(feed.topic, [TopicPartition(LEDGER, n) for n in range(partitions)])
    return {each.partition: Mark.load(position.metadata).number for each, position in found.items()}


async def read_positions(logs: Logs, feed: Feed, partitions: int) -> dict[int, Reached]:
    """Where to go on, by partition of the ledger: its beginning for a feed into which nothing was written.

    Call it when the former writer is fenced.

    Raises CannotWrite if positions are lost, or lie outside the ledger; BrokerAway.
    """
    ledger = [TopicPartition(LEDGER, number) for number in range(partitions)]
    topic = TopicPartition(feed.topic, 0)
    bounds = await logs.bounds([*ledger, topic])
    found = await logs.committed(feed.topic, ledger)
    if len(found) < len(ledger) and (found or bounds[topic][1] > 0):
        raise CannotWrite(
            f"{feed.topic}: the positions of the writer in the ledger are lost, and the feed is not empty. "
            f"Restore the group {feed.topic} of the broker from its backup: from the beginning everything "
            f"would be shared a second time."
        )
    begin = {each.partition: Reached(bounds[each][0], 0) for each in ledger}
    reached = {
        each.partition: Reached(position.offset, Mark.load(position.metadata).number)
        for each, position in found.items()
    }
    _check(feed, reached, {each.partition: bounds[each] for each in ledger})
    return begin | reached


def _check(feed: Feed, reached: Mapping[int, Reached], bounds: Mapping[int, Sequence[int]]) -> None:
    for partition, position in reached.items():
        first, end = bounds[partition]
        if not first <= position.offset <= end:
            raise CannotWrite(
                f"{feed.topic}: ledger/{partition} holds offsets {first} to {end}, the writer goes on at "
                f"{position.offset}: the ledger was replaced or cut. Restore the topic."
            )
