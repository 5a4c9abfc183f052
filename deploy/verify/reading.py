"""The ledger read from its beginning, folded in memory, and held against its own promises on the way."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiokafka import TopicPartition

from backbone.broker import consumer, open_logs
from backbone.records import decode_ledger
from processors.effects import EFFECT_OWED
from processors.evolve import evolve
from processors.model import Matter, new_matter
from schemas.codec import CODEC
from schemas.identifiers import derived_id
from schemas.seal import NO_HASH, SealKind, chain_hash, encode_matter_part
from schemas.topics import LEDGER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from backbone.records import LedgerRecord
    from backbone.settings import Settings

AT_ONCE = 5_000
OUTSIDE = {SealKind.MARKER, SealKind.REFUSED}
"""Kinds that change no matter."""


@dataclass(slots=True)
class Ledger:
    """What the ledger says: its matters, what became of each fact, and where it breaks its promises.

    `owed` are effects and markers by (matter or partition, event id), each with the matter that owes it.
    """

    partitions: int = 0
    numbers: dict[int, int] = field(default_factory=dict)
    matters: dict[str, Matter] = field(default_factory=dict)
    admitted: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    refused: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    held: set[str] = field(default_factory=set)
    hashes: dict[tuple[str, str], bytes] = field(default_factory=dict)
    owed: dict[tuple[str, str], str] = field(default_factory=dict)
    arrived: set[tuple[str, str]] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def take(self, record: LedgerRecord) -> None:
        """Read one record, which follows on those before it in its partition."""
        part, place = record.seal.matter, record.seal.partition
        where = f"ledger/{record.partition} number {place.number}"
        expected = self.numbers.get(record.partition, 0) + 1
        if place.number != expected:
            self.failures.append(f"{where} stands where number {expected} should")
        self.numbers[record.partition] = place.number
        self.kinds[part.kind.value] += 1
        self.types[part.fact_type] += 1
        self._check_chain(record, where)
        said = CODEC.decode(record.value).record
        self._note_effect(record, said)
        if part.kind is SealKind.ADMITTED:
            self.admitted[part.event_id] += 1
            self.hashes[part.agency, part.event_id] = place.hash
        elif part.kind is SealKind.REFUSED:
            self.refused[said["refused_event"]] += 1
        elif part.kind is SealKind.HELD:
            self.held.add(said["held_event"])
        if part.kind not in OUTSIDE:
            before = self.matters.get(part.matter) or new_matter(part.matter)
            self.matters[part.matter] = evolve(before, part, said, place.hash)

    def _note_effect(self, record: LedgerRecord, said: Mapping[str, Any]) -> None:
        """Note what is owed to whom, and what arrived: a marker in its partition, an effect at its matter."""
        part = record.seal.matter
        if part.fact_type == EFFECT_OWED and said["kind"] == "MARKER":
            for partition in range(self.partitions):
                event = derived_id(part.received_at, said["effect_event"], "marker", partition)
                self.owed[str(partition), event] = part.matter
        elif part.fact_type == EFFECT_OWED:
            self.owed[said["target"], said["effect_event"]] = part.matter
        elif part.kind is SealKind.MARKER:
            self.arrived.add((str(record.partition), part.event_id))
        elif part.kind is SealKind.REFUSED:
            self.arrived.add((part.matter, said["refused_event"]))
        elif part.kind is SealKind.HELD:
            self.arrived.add((part.matter, said["held_event"]))
        elif part.kind is SealKind.ADMITTED:
            self.arrived.add((part.matter, part.event_id))

    def _check_chain(self, record: LedgerRecord, where: str) -> None:
        part = record.seal.matter
        if chain_hash(encode_matter_part(part), record.value) != record.seal.partition.hash:
            self.failures.append(f"{where} does not hash to what its seal says")
        before = self.matters.get(part.matter) or new_matter(part.matter)
        expected = (before.seq + 1, before.head) if part.seq else (0, NO_HASH)
        if (part.seq, part.prev_hash) != expected:
            self.failures.append(f"{where} does not follow on seq {before.seq} of {part.matter}")


async def read_ledger(settings: Settings, partitions: int) -> Ledger:
    """Read every committed record of the ledger as it is now. Raises BrokerAway."""
    ledger = Ledger(partitions)
    async for record in read_records(settings, partitions):
        ledger.take(record)
    return ledger


async def read_records(
    settings: Settings, partitions: int, progress: Callable[[int, int], None] = lambda _at, _of: None
) -> AsyncIterator[LedgerRecord]:
    """Give every committed record of the ledger as it is now, in the order of each partition.

    `progress` is told how many offsets of how many have been read. Raises BrokerAway.
    """
    logs = [TopicPartition(LEDGER, number) for number in range(partitions)]
    async with open_logs(settings) as asked:
        bounds = await asked.bounds(logs)
    total = sum(end - begin for begin, end in bounds.values())
    reader = await consumer(settings, client_id="liandong-reading")
    try:
        reader.assign(logs)
        for each in logs:
            reader.seek(each, bounds[each][0])
        while True:
            places = {each: await reader.position(each) for each in logs}
            progress(sum(places[each] - bounds[each][0] for each in logs), total)
            if all(places[each] >= bounds[each][1] for each in logs):
                return
            for batch in (await reader.getmany(timeout_ms=200, max_records=AT_ONCE)).values():
                for record in batch:
                    yield decode_ledger(record)
    finally:
        await reader.stop()
