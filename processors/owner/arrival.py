"""What arrives from `inbound`: opened, placed in time, or set aside as a dead letter.

Only what fails its stamp, key or partition is a dead letter; everything else is decided, refused or held,
so that its sender gets an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.model import Incoming
from schemas.envelope import CONTROL, BadStamp, Envelope, StampKey, open_envelope
from schemas.errors import Code
from schemas.partition import partition_of
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SAFE_ID = re.compile(r"[!-~]{1,128}\Z")
"""Ids go into database keys and log lines: printable ASCII only, whatever the stamp says."""

MILLI = 1000
"""Micros in one millisecond: Kafka's timestamps are in milliseconds."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as the broker gave it. `timestamp` in ms."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that nobody can be answered for, with the reason."""

    raw: Raw
    reason: Code


def place_in_time(timestamp: int, last: int) -> int:
    """Give `received_at` (micros) of a record: its timestamp (ms), never less than its partition's last.

    电子签名法 第十一条: 数据电文进入收件人指定特定系统的时间, 视为该数据电文的接收时间.
    """
    return max(timestamp * MILLI, last)


def open_arrivals(
    raws: Iterable[Raw], partition: int, partitions: int, ring: Mapping[str, StampKey], last: int
) -> list[Incoming | DeadLetter]:
    """Open records in their order, each placed in time after `last` (micros) and those before it.

    Only what bears a good stamp moves time: in a simulated stack a stranger chooses his record's timestamp.
    """
    arrivals: list[Incoming | DeadLetter] = []
    for raw in raws:
        placed = place_in_time(raw.timestamp, last)
        arrival = open_arrival(raw, partition, partitions, ring, placed)
        if isinstance(arrival, Incoming):
            last = placed
        arrivals.append(arrival)
    return arrivals


def open_arrival(
    raw: Raw, partition: int, partitions: int, ring: Mapping[str, StampKey], received_at: int
) -> Incoming | DeadLetter:
    """Check stamp, key and partition of one record."""
    try:
        envelope = open_envelope(raw.key, raw.value, raw.headers, INBOUND, partition, ring)
    except BadStamp as error:
        return DeadLetter(raw, error.reason_code)
    reason = _misplaced(envelope, partition, partitions)
    if reason is not None:
        return DeadLetter(raw, reason)
    stamp_key = next(value.decode() for name, value in raw.headers if name == "stamp-key")
    return Incoming(
        kind=envelope.kind,
        matter=envelope.matter,
        agency=envelope.agency,
        event_id=envelope.event_id,
        value=envelope.value,
        partition=partition,
        offset=raw.offset,
        received_at=received_at,
        stamp_key=stamp_key,
    )


def _misplaced(envelope: Envelope, partition: int, partitions: int) -> Code | None:
    if envelope.kind in CONTROL:
        return None
    if envelope.key != envelope.matter.encode():
        return Code.WRONG_KEY
    if not all(SAFE_ID.match(text) for text in (envelope.matter, envelope.agency, envelope.event_id)):
        return Code.WRONG_KEY
    if partition_of(envelope.key, partitions) != partition:
        return Code.WRONG_PARTITION
    return None
