"""Records written to `inbound` past every door, by whoever has Kafka's address and perhaps a key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from backbone.broker import producer
from schemas.envelope import HEADERS, Envelope, Kind, StampKey, stamp
from schemas.partition import partition_of
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backbone.settings import Settings

PARTITIONS = 6
UNKNOWN_SCHEMA = (999_999).to_bytes(4, "big")


@dataclass(frozen=True)
class Raw:
    """One record as a stranger writes it. `timestamp` in ms; None lets the client or broker choose."""

    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    partition: int
    timestamp: int | None = None


def of_unknown_schema(content: bytes = b"from a later release") -> bytes:
    """Give a value that is framed as it should be, of a schema that nobody here knows."""
    return b"\0" + UNKNOWN_SCHEMA + content


def envelope(matter: str, agency: str, event_id: str, value: bytes) -> Envelope:
    """Give the envelope of a fact under its own matter's key."""
    return Envelope(Kind.FACT, matter.encode(), value, agency, matter, event_id)


def stamped(said: Envelope, key: StampKey, *, timestamp: int | None = None) -> Raw:
    """Give the record as a door that holds `key` would send it, in the partition of its matter."""
    headers = stamp(said, INBOUND, key)
    partition = said.partition if said.partition is not None else partition_of(said.key, PARTITIONS)
    return Raw(said.key, said.value, headers, partition, timestamp)


def forged(said: Envelope, key: StampKey, *, timestamp: int | None = None) -> Raw:
    """Stamp with `key` what it may not stamp, as a program that holds its secret can."""
    return stamped(said, replace(key, use="backbone"), timestamp=timestamp)


def header(raw: Raw, name: str, content: bytes) -> Raw:
    """Give the record with one header changed."""
    if name not in HEADERS:
        raise ValueError(f"{name} is no header of an envelope")
    return replace(raw, headers=[(n, content if n == name else c) for n, c in raw.headers])


async def write(settings: Settings, raw: Raw) -> int:
    """Write the record and give its offset."""
    sender = producer(settings, client_id="liandong-stranger")
    await sender.start()
    try:
        told = await sender.send_and_wait(
            INBOUND,
            key=raw.key,
            value=raw.value,
            headers=raw.headers,
            partition=raw.partition,
            timestamp_ms=raw.timestamp,
        )
    finally:
        await sender.stop()
    return int(told.offset)
