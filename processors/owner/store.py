"""What an owner reads from its tables before it decides: matters, idempotence keys, alarms, the parked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.model import Incoming
from processors.owner.fold import SQL
from schemas.envelope import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backbone.database import Connection

Key = tuple[str, str, str]
"""(agency, matter, event_id)."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions in force in a partition, as its last marker said. `marker_seq` is -1 before genesis."""

    marker_seq: int = -1
    rulebook: str = ""
    calendar: int = 0
    agencies: int = 0


async def read_versions(connection: Connection, partition: int) -> Versions:
    """Read the versions in force; before the genesis marker none is."""
    row = await connection.fetchrow(SQL["versions"], partition)
    return Versions() if row is None else Versions(*row)


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
