"""What waits for a mend, and the mends: `liandong parked list | show | replay | skip`.

A mend is a record in `inbound` under the matter's key: it is decided in its place, and stays in the ledger
with who and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from backbone.broker.inbound import send_alone
from backbone.queries import load_queries
from schemas.agencies import PLATFORM
from schemas.codec import CODEC
from schemas.envelope import Envelope, Kind
from schemas.identifiers import new_event_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backbone.database import Connection
    from backbone.settings import Settings
    from schemas.envelope import StampKey

SQL = load_queries("processors", "sql/parked.sql")

UNKNOWN_REMAINING = -1
"""What a mend says in `inbound` of how many stay parked; the owner writes the number it found."""


class NothingParked(LookupError):
    """Nothing of this matter waits for a mend: see `liandong parked list`."""


@dataclass(frozen=True, slots=True)
class Parked:
    """One record that waits. `received_at` in micros."""

    matter: str
    partition: int
    offset: int
    agency: str
    event_id: str
    kind: str
    reason: str
    detail: str
    received_at: int
    stamp_key: str
    value: bytes


async def list_parked(connection: Connection, matter: str | None = None) -> Sequence[Parked]:
    """List what waits, of one matter or of all, in the order it came."""
    rows = await connection.fetch(SQL["list"], matter)
    return [Parked(*row) for row in rows]


async def mend(
    settings: Settings, key: StampKey, partitions: int, order: MendOrder, timestamp_ms: int | None = None
) -> str:
    """Write a mend into `inbound`, and give its event id when the broker has it."""
    envelope = _envelope(order)
    await send_alone(settings, envelope, key, partitions, timestamp_ms)
    return envelope.event_id


def _envelope(order: MendOrder) -> Envelope:
    event_id = new_event_id(order.now)
    meta = {
        "event_id": event_id,
        "matter": order.matter,
        "cause": "",
        "rule": "",
        "citation": None,
        "correlation_id": order.matter,
    }
    record = {
        "meta": meta,
        "action": order.action,
        "offset": order.offset,
        "who": order.who,
        "why": order.why,
        "remaining": UNKNOWN_REMAINING,
    }
    return Envelope(
        kind=Kind.MEND,
        key=order.matter.encode(),
        value=CODEC.encode("Mend", record),
        agency=PLATFORM,
        matter=order.matter,
        event_id=event_id,
    )


@dataclass(frozen=True, slots=True)
class MendOrder:
    """Who mends what, and why. `offset` names the one to skip (coordinate in `inbound`); `now` in micros."""

    matter: str
    action: Literal["REPLAY", "SKIP"]
    who: str
    why: str
    now: int
    offset: int | None = None
