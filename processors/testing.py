"""A backbone without broker and database: real decisions, everything else in memory.

For tests of what facts lead to across matters and partitions, of replays, and of the order of things. What
the owner does besides (transactions, folds, takeovers) is shown on a real stack.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from processors.clocks import stale
from processors.effects import EFFECT_OWED
from processors.model import Incoming, Matter, new_matter
from processors.owner.append import number_entries
from processors.owner.batch import Batch, Loaded, decide_batch, fire_batch
from processors.owner.effects import envelopes_of
from processors.owner.force import Base, InForce, before_genesis
from schemas.agencies import AGENCIES, PLATFORM
from schemas.calendar import CALENDAR
from schemas.codec import CODEC
from schemas.envelope import Kind
from schemas.identifiers import make_event_id
from schemas.partition import partition_of
from schemas.seal import SealKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backbone.records import LedgerRecord
    from processors.model import Entry
    from schemas.envelope import Envelope


@dataclass(slots=True)
class Partition:
    """One partition: what is in force, where it stands, and its ledger."""

    number: int
    force: InForce
    position: int = 0
    counted: int = 0
    received_at: int = 0
    seen: dict[tuple[str, str, str], frozenset[bytes]] = field(default_factory=dict)
    matters: dict[str, Matter] = field(default_factory=dict)
    parked: dict[str, list[Incoming]] = field(default_factory=dict)
    ledger: list[LedgerRecord] = field(default_factory=list)
    queue: deque[tuple[Kind, str, str, str, bytes]] = field(default_factory=deque)


class Town:
    """All partitions of a stack in simulated time; `now` (micros) moves only by `advance`."""

    def __init__(self, base: Base, start: int, partitions: int = 3) -> None:
        self.base = base
        self.now = start
        self.partitions = [Partition(number, before_genesis(base)) for number in range(partitions)]
        self._serial = 0
        for number, _ in enumerate(self.partitions):
            self._offer(number, Kind.MARKER, PLATFORM, "", f"genesis-{number}", self._genesis())
        self.settle()

    def _genesis(self) -> bytes:
        record = {
            "marker": "GENESIS",
            "seq": 0,
            "rulebook": self.base.rules.rulebook.hash,
            "calendar_version": CALENDAR.version,
            "agencies_version": AGENCIES.version,
            "content": b"",
        }
        return CODEC.encode("Marker", record)

    def offer(self, fact: str, record: Mapping[str, Any]) -> None:
        """Let an agency's fact lie in `inbound`; it is decided when the town settles."""
        meta, value = record["meta"], CODEC.encode(fact, record)
        number = self.partition_of(meta["matter"])
        self._offer(number, Kind.FACT, meta["agency"], meta["matter"], meta["event_id"], value)

    def post(self, fact: str, record: Mapping[str, Any]) -> list[Entry]:
        """Take an agency's fact now, and all that follows from it; give the entries of its own step."""
        meta, value = record["meta"], CODEC.encode(fact, record)
        return self.arrive(Kind.FACT, meta["agency"], meta["matter"], meta["event_id"], value)

    def arrive(self, kind: Kind, agency: str, matter: str, event: str, value: bytes) -> list[Entry]:
        """Take any bytes with a good stamp now, and all that follows; give the entries of their own step."""
        number = self.partition_of(matter)
        self._offer(number, kind, agency, matter, event, value)
        entries = self._decide(number)
        self.settle()
        return entries

    def mend(self, matter: str, action: str = "REPLAY", offset: int | None = None) -> list[Entry]:
        """Mend a matter as `liandong parked` does; give what the mend itself led to."""
        event = self.event_id()
        record = {
            "meta": {
                "event_id": event,
                "matter": matter,
                "cause": "",
                "rule": "",
                "citation": None,
                "correlation_id": matter,
            },
            "action": action,
            "offset": offset,
            "who": "operator",
            "why": "tested",
            "remaining": -1,
        }
        return self.arrive(Kind.MEND, PLATFORM, matter, event, CODEC.encode("Mend", record))

    def parked(self, matter: str) -> list[Incoming]:
        """Give what of a matter waits for a mend."""
        return self.partitions[self.partition_of(matter)].parked.get(matter, [])

    def event_id(self) -> str:
        """Make an event id of this moment; the same ones on every run."""
        self._serial += 1
        return make_event_id(self.now, self._serial.to_bytes(10, "big"))

    def advance(self, to: int) -> None:
        """Move time: every alarm at or before that instant is given, and what follows from it."""
        self.now = max(self.now, to)
        for number, _ in enumerate(self.partitions):
            tick = CODEC.encode("Tick", {"at": self.now})
            self._offer(number, Kind.TICK, PLATFORM, "", "", tick)
        self.settle()

    def settle(self) -> None:
        """Decide until nothing waits and no alarm is due."""
        while any(p.queue for p in self.partitions) or any(map(self._due, self.partitions)):
            for number, partition in enumerate(self.partitions):
                while partition.queue:
                    self._decide(number)
                self._recount(partition)
                self._fire(partition, partition.received_at)

    def matter(self, name: str) -> Matter:
        """Give a matter as it is; a new one if nothing was admitted."""
        return self.partitions[self.partition_of(name)].matters.get(name) or new_matter(name)

    def partition_of(self, matter: str) -> int:
        """Say in which partition a matter lives."""
        return partition_of(matter.encode(), len(self.partitions))

    def _offer(self, number: int, kind: Kind, agency: str, matter: str, event: str, value: bytes) -> None:  # noqa: PLR0913, PLR0917 - an envelope is these things
        self.partitions[number].queue.append((kind, agency, matter, event, value))

    def _decide(self, number: int) -> list[Entry]:
        partition = self.partitions[number]
        kind, agency, matter, event, value = partition.queue.popleft()
        partition.received_at = max(partition.received_at, self.now)
        if kind is Kind.MARKER:
            self._recount(partition)
            self._fire(partition, partition.received_at)
        arrival = Incoming(
            kind,
            matter,
            agency,
            event,
            value,
            number,
            partition.position,
            partition.received_at,
            "backbone.1",
        )
        batch = self._begin(partition)
        loaded = Loaded(partition.matters, partition.seen, dict(partition.parked))
        return self._keep(partition, decide_batch([arrival], loaded, batch))

    def _fire(self, partition: Partition, until: int) -> None:
        """Fire what is due, and count again what a new calendar has left; matters in the order of names."""
        while due := [m.id for m in partition.matters.values() if (a := m.next_alarm()) and a[0] <= until]:
            batch = replace(self._begin(partition), received_at=until)
            self._keep(partition, fire_batch(sorted(due), Loaded(partition.matters), batch))

    def _recount(self, partition: Partition) -> None:
        """Count again what an older calendar counted, as the owner does in small batches."""
        rules = partition.force.rules
        left = sorted(m.id for m in partition.matters.values() if stale(m, rules))
        if partition.counted < rules.calendar.version and left:
            self._keep(partition, fire_batch(left, Loaded(partition.matters), self._begin(partition)))
        partition.counted = rules.calendar.version

    def _due(self, partition: Partition) -> bool:
        alarms = (matter.next_alarm() for matter in partition.matters.values())
        return any(alarm is not None and alarm[0] <= partition.received_at for alarm in alarms)

    def _begin(self, partition: Partition) -> Batch:
        return Batch(partition.position, partition.received_at, partition.force)

    def _keep(self, partition: Partition, batch: Batch) -> list[Entry]:
        partition.position, partition.force = batch.position, batch.force
        partition.received_at = max(partition.received_at, batch.received_at)
        partition.matters.update(batch.matters)
        partition.ledger += number_entries(batch.entries, partition.number, len(partition.ledger))
        for entry in batch.entries:
            _park(partition, entry)
            if entry.seal.fact_type == EFFECT_OWED:
                for envelope in envelopes_of(entry.record, entry.seal.received_at, len(self.partitions)):
                    self._send(envelope)
        return batch.entries

    def _send(self, envelope: Envelope) -> None:
        number = envelope.partition
        if number is None:
            number = partition_of(envelope.key, len(self.partitions))
        self._offer(
            number, envelope.kind, envelope.agency, envelope.matter, envelope.event_id, envelope.value
        )


def _park(partition: Partition, entry: Entry) -> None:
    """Park what was held and let go what a mend released, as the owner's tables do."""
    matter, record = entry.seal.matter, entry.record
    waiting = partition.parked.get(matter, [])
    if entry.seal.kind is SealKind.HELD and all(one.offset != entry.offset for one in waiting):
        one = Incoming(
            kind=Kind(record["kind"]),
            matter=matter,
            agency=record["agency"],
            event_id=record["held_event"],
            value=record["value"],
            partition=partition.number,
            offset=entry.offset,
            received_at=entry.seal.received_at,
            stamp_key=record["stamp_key"],
        )
        waiting = [*waiting, one]
    elif entry.seal.kind is SealKind.MEND:
        left = [one for one in waiting if one.offset != record["offset"]]
        waiting = left[len(left) - record["remaining"] :]
    partition.parked[matter] = sorted(waiting, key=lambda one: (one.received_at, one.offset))
