"""Sending what is owed: effects to other matters and markers to every partition, each acknowledged.

After the append, before the fold: so what is folded was sent. A new owner sends again what the ledger holds
beyond the acknowledged number; receivers drop repeats by their derived id.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from backbone.broker import producer
from backbone.broker.inbound import send_inbound
from processors.owner.arrival import MILLI
from schemas.agencies import PLATFORM
from schemas.envelope import Envelope, Kind
from schemas.identifiers import derived_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aiokafka import AIOKafkaProducer

    from backbone.settings import Settings
    from schemas.envelope import StampKey

KEY = b"marker"


class Effects:
    """The one sender of a worker. `partitions` is the count of `inbound`."""

    def __init__(self, settings: Settings, key: StampKey, partitions: int, *, simulated: bool) -> None:
        self._settings = settings
        self._key = key
        self._partitions = partitions
        self._simulated = simulated
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect. Raises what the broker raises."""
        self._producer = producer(self._settings, client_id="liandong-effects")
        await self._producer.start()

    async def stop(self) -> None:
        """Give the connection back."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, owed: Iterable[tuple[Mapping[str, Any], int]]) -> None:
        """Send what these `EffectOwed` records owe, each with its instant (micros); await every answer.

        Raises what the broker raises: the caller ends its process, and whoever comes next sends again.
        """
        sender = self._producer
        if sender is None:
            raise RuntimeError("effects are sent between start and stop")
        answers = []
        for record, instant in owed:
            for envelope in envelopes_of(record, instant, self._partitions):
                at = instant // MILLI if self._simulated else None
                answers.append(await send_inbound(sender, envelope, self._key, self._partitions, at))
        await asyncio.gather(*answers)


def envelopes_of(record: Mapping[str, Any], instant: int, partitions: int) -> Iterator[Envelope]:
    """Give what an `EffectOwed` record has sent: one effect, or a marker for each partition."""
    value, event = record["value"], record["effect_event"]
    if record["kind"] == "MARKER":
        for partition in range(partitions):
            own = derived_id(instant, event, "marker", partition)
            yield Envelope(Kind.MARKER, KEY, value, PLATFORM, "", own, partition)
    else:
        target = record["target"]
        yield Envelope(Kind.EFFECT, target.encode(), value, PLATFORM, target, event)
