"""What an owner reads from its tables before it decides: matters, idempotence keys, alarms, the parked."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from processors.model import Incoming
from processors.owner.fold import SQL
from schemas.envelope import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backbone.database import Connection

Key = tuple[str, str, str]
"""(agency, matter, event_id)."""


async def read_markers(connection: Connection, partition: int) -> list[tuple[bytes, int]]:
    """Read the markers that took effect in a partition, in their order: (value, received_at in micros)."""
    rows = await connection.fetch(SQL["markers"], partition)
    return [(row["value"], row["received_at"]) for row in rows]


async def stale_matters(
    connection: Connection, partition: int, calendar: tuple[int, int], after: str, limit: int
) -> Sequence[str]:
    """Name matters beyond `after` with a running clock that an older calendar counted, in order.

    `calendar` is the version in force, and the instant (micros) from which on it differs.
    """
    version, begins = calendar
    rows = await connection.fetch(SQL["stale_matters"], partition, version, begins, after, limit)
    return [row["matter"] for row in rows]


async def read_seen(connection: Connection, keys: Iterable[Key]) -> dict[Key, frozenset[bytes]]:
    """Read the content hashes already recorded under these keys."""
    asked = list(keys)
    if not asked:
        return {}
    agencies, matters, events = zip(*asked, strict=True)
    found: defaultdict[Key, set[bytes]] = defaultdict(set)
    for row in await connection.fetch(SQL["seen"], agencies, matters, events):
        found[row["agency"], row["matter"], row["event_id"]].add(row["content_hash"])
    return {key: frozenset(hashes) for key, hashes in found.items()}


async def read_parked(connection: Connection, matter: str) -> list[Incoming]:
    """Read what waits for a mend of this matter, in the order of its instants."""
    return [
        Incoming(
            kind=Kind(row["kind"]),
            matter=row["matter"],
            agency=row["agency"],
            event_id=row["event_id"],
            value=row["value"],
            partition=row["partition"],
            offset=row["inbound_offset"],
            received_at=row["received_at"],
            stamp_key=row["stamp_key"],
        )
        for row in await connection.fetch(SQL["parked"], matter)
    ]


async def due_matters(connection: Connection, partition: int, until: int, limit: int) -> Sequence[str]:
    """Name the matters that have an alarm at or before `until` (micros), most overdue first."""
    return [row["matter"] for row in await connection.fetch(SQL["due_matters"], partition, until, limit)]


async def next_alarm(connection: Connection, partition: int) -> int | None:
    """Give the instant (micros) of the partition's next alarm, None when no clock runs."""
    instant: int | None = await connection.fetchval(SQL["next_alarm"], partition)
    return instant
