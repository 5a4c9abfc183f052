"""Taking a partition over: fence the former owner, find where it stopped, and check that this can be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from backbone.broker import committed, log_bounds, producer
from processors.owner.append import GROUP, Mark
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from backbone.settings import Settings

LEDGER_BATCH = 256 * 1024
"""Bytes of one record batch of the ledger: far below the topic's limit, large enough for a whole decided
batch.
"""


class CannotTakeOver(RuntimeError):
    """The position in `inbound` and the logs contradict each other; the sentence says how to mend it."""


@dataclass(slots=True)
class Claim:
    """A partition that is ours: its producer, the next offset of `inbound`, the last transaction's mark."""

    partition: int
    producer: AIOKafkaProducer
    position: int
    mark: Mark


async def claim(settings: Settings, partition: int) -> Claim:
    """Fence the former owner of a partition and read what it committed last. Raises CannotTakeOver."""
    transactional = producer(
        settings,
        client_id=f"liandong-owner-{partition}",
        transactional_id=f"owner.{partition}",
        max_batch_size=LEDGER_BATCH,
    )
    await transactional.start()
    try:
        position, mark = await _read_position(settings, partition)
    except BaseException:
        await transactional.stop()
        raise
    return Claim(partition, transactional, position, mark)


async def _read_position(settings: Settings, partition: int) -> tuple[int, Mark]:
    inbound = TopicPartition(INBOUND, partition)
    begin, end = await log_bounds(settings, inbound)
    found = await committed(settings, GROUP, inbound)
    if found is None:
        # Without a position a partition begins at its beginning; `tail` refuses that over a full ledger.
        return begin, Mark(received_at=0, number=0)
    check_position(partition, found.offset, begin, end)
    return found.offset, Mark.load(found.metadata)


def check_position(partition: int, position: int, begin: int, end: int) -> None:
    """Refuse a position outside the log `[begin, end]`. Raises CannotTakeOver."""
    if position < begin:
        raise CannotTakeOver(
            f"inbound/{partition}: the log begins at {begin}, behind the position {position}: facts were cut "
            f"before they were decided. Restore the topic from its replica or backup."
        )
    if position > end:
        raise CannotTakeOver(
            f"inbound/{partition}: the log ends at {end}, before the position {position}: the topic was "
            f"replaced or cut. Restore it, or start a new generation of the stack."
        )
