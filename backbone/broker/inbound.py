"""Sending the backbone's own records into `inbound`: effects, markers, ticks, mends; each in its place."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from backbone.broker.clients import producer
from schemas.envelope import stamp
from schemas.partition import partition_of
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from aiokafka import AIOKafkaProducer
    from aiokafka.structs import RecordMetadata

    from backbone.settings import Settings
    from schemas.envelope import Envelope, StampKey

__all__ = ["send_alone", "send_inbound"]


async def send_inbound(
    sender: AIOKafkaProducer,
    envelope: Envelope,
    key: StampKey,
    partitions: int,
    timestamp_ms: int | None = None,
) -> Awaitable[RecordMetadata]:
    """Hand a record to a producer; give what is to be awaited for the broker's acknowledgement.

    A control record goes to the partition that it names, any other to that of its key. `timestamp_ms` is for
    a simulated stack alone: in a real one the broker sets it. Raises what the broker raises.
    """
    named = envelope.partition
    acknowledged: Awaitable[RecordMetadata] = await sender.send(
        INBOUND,
        envelope.value,
        key=envelope.key,
        partition=partition_of(envelope.key, partitions) if named is None else named,
        timestamp_ms=timestamp_ms,
        headers=stamp(envelope, INBOUND, key),
    )
    return acknowledged


async def send_alone(
    settings: Settings,
    envelope: Envelope,
    key: StampKey,
    partitions: int,
    timestamp_ms: int | None = None,
) -> None:
    """Send one record with a connection of its own; return when the broker has it. Raises BrokerAway."""
    kind = envelope.kind.value
    sender = producer(settings, client_id=f"liandong-{kind}-{secrets.token_hex(4)}")
    await sender.start()
    try:
        await (await send_inbound(sender, envelope, key, partitions, timestamp_ms))
    finally:
        await sender.stop()
