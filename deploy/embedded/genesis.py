"""The first record of every partition of `inbound`: the versions with which it begins to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from backbone.broker import open_logs, producer
from backbone.broker.inbound import send_inbound
from backbone.clock import SystemClock
from processors.rulebook import Rulebook
from schemas.agencies import AGENCIES, PLATFORM
from schemas.calendar import CALENDAR
from schemas.codec import CODEC
from schemas.envelope import Envelope, Kind
from schemas.identifiers import derived_id
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from backbone.keyring import KeyRing
    from backbone.settings import Settings

KEY = b"genesis"
_RULE = "genesis"


def marker(settings: Settings) -> bytes:
    """Return the value of a genesis marker: the rulebook, calendar and register that this release carries."""
    record = {
        "marker": "GENESIS",
        "seq": 0,
        "rulebook": Rulebook.load(settings.packs).hash,
        "calendar_version": CALENDAR.version,
        "agencies_version": AGENCIES.version,
        "content": b"",
    }
    return CODEC.encode("Marker", record)


async def write_genesis(settings: Settings, ring: KeyRing, partitions: int, simulated_now: int | None) -> int:
    """Write a genesis marker into each partition of `inbound` that never held a record; return how many.

    `simulated_now` (microseconds) is the record's time in a simulated stack, None in a real one, where the
    broker sets it. Raises BrokerAway and what the broker refuses.
    """
    empty = await _never_written(settings, partitions)
    if not empty:
        return 0
    value = marker(settings)
    now = SystemClock().now() if simulated_now is None else simulated_now
    sender = producer(settings, client_id="liandong-genesis")
    await sender.start()
    try:
        for partition in empty:
            event_id = derived_id(now, settings.stack, _RULE, partition)
            envelope = Envelope(Kind.MARKER, KEY, value, PLATFORM, "", event_id, partition)
            at = None if simulated_now is None else now // 1000
            await (await send_inbound(sender, envelope, ring.backbone, partitions, at))
    finally:
        await sender.stop()
    return len(empty)


async def _never_written(settings: Settings, partitions: int) -> list[int]:
    """Return the partitions whose log has never held a record: one that was cut ends beyond zero."""
    places = [TopicPartition(INBOUND, partition) for partition in range(partitions)]
    async with open_logs(settings) as logs:
        bounds = await logs.bounds(places)
    return [place.partition for place in places if bounds[place][1] == 0]
