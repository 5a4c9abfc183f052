"""The ledger's erasures, applied to keys that were restored: before a door opens, or by command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from backbone.broker import consumer
from backbone.records import decode_ledger
from backbone.vault.erasure import Tombstone, applied, erase, erasing, note_applied
from backbone.vault.shred import shred
from deploy.erasure.statement import FACT
from schemas.codec import CODEC
from schemas.seal import SealKind
from schemas.topics import LEDGER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiokafka.structs import ConsumerRecord

    from backbone.database import Connection
    from backbone.settings import Settings
    from backbone.vault.shred import Shredded

_AT_ONCE = 5_000
_POLL_MS = 200


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: erasures read from the ledger, keys destroyed by them, wrapping keys replaced."""

    erasures: int
    destroyed: int
    shredded: Shredded


async def replay(settings: Settings, connection: Connection, partitions: int) -> Replayed:
    """Apply the ledger's erasures that these keys have not seen: after a restore, before a door opens.

    Reads the ledger from where the vault says that it was applied, a position that is kept, and restored,
    with the keys. The connection is the administrator's. Raises ErasureRunning, BrokerAway, BadKeyRing,
    NoWrappingKey.
    """
    found = destroyed = 0
    async with erasing(connection):
        ends: dict[int, int] = {}
        async for stone in _stated(settings, connection, partitions, ends):
            found += 1
            destroyed += await erase(connection, stone)
        shredded = await shred(connection, settings.keys)
        await note_applied(connection, ends)
    return Replayed(found, destroyed, shredded)


async def _stated(
    settings: Settings, connection: Connection, partitions: int, ends: dict[int, int]
) -> AsyncIterator[Tombstone]:
    """Give the erasures behind the vault's positions; `ends` is where the next replay begins."""
    logs = [TopicPartition(LEDGER, number) for number in range(partitions)]
    reader = await consumer(settings, client_id="liandong-erase")
    try:
        first, last = await reader.beginning_offsets(logs), await reader.end_offsets(logs)
        known = await applied(connection)
        reader.assign(logs)
        for log in logs:
            begin = known.get(log.partition, first[log])
            # A position that the log does not hold belongs to another ledger: all of this one is read.
            reader.seek(log, begin if first[log] <= begin <= last[log] else first[log])
        while not all([await reader.position(log) >= last[log] for log in logs]):
            for batch in (await reader.getmany(timeout_ms=_POLL_MS, max_records=_AT_ONCE)).values():
                for record in batch:
                    if _may_be(record):
                        for stone in _read(record):
                            yield stone
        ends |= {log.partition: last[log] for log in logs}
    finally:
        await reader.stop()


def _may_be(record: ConsumerRecord) -> bool:
    """Tell by the seal's bytes alone: a ledger has very many records and very few erasures."""
    return any(FACT.encode() in content for _, content in record.headers)


def _read(record: ConsumerRecord) -> list[Tombstone]:
    told = decode_ledger(record)
    if told.seal.matter.kind is not SealKind.ADMITTED or told.seal.matter.fact_type != FACT:
        return []
    said = CODEC.decode(told.value).record
    at = said["meta"]["cause_received_at"]
    also = tuple(said["also"])
    return [Tombstone(said["person"], said["who"], said["why"], said["matters"], at, also)]
