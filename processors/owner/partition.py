"""One owned partition, from claim to release: decide, append, fold, and again.

The next batch is decided when this one is folded, so rows and cache never differ. Facts and alarms take
turns. Partitions do not wait for one another.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backbone.fold import Position, fold_batch
from backbone.log import logger
from processors.model import Incoming, Matter, Rules, new_matter
from processors.owner import metrics, store
from processors.owner.append import UNKNOWN, Mark, append, number_entries
from processors.owner.arrival import MILLI, DeadLetter, Raw, open_arrivals
from processors.owner.batch import Batch, Loaded, decide_batch, fire_batch
from processors.owner.fold import Item, LiveFold, Rows, read_matters
from processors.owner.intake import Intake
from processors.owner.tail import catch_up, ending_blockers
from processors.owner.telling import tell
from schemas.envelope import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from backbone.clock import Clock
    from backbone.database import Connection, Pool
    from backbone.settings import Settings
    from processors.owner.takeover import Claim
    from schemas.envelope import StampKey

log = logger(__name__)

FACTS_AT_ONCE = 500
ALARMS_AT_ONCE = 200
CACHED_MATTERS = 20_000
AHEAD_MICROS = 60_000_000
"""A record more than a minute ahead of our clock is not decided: a broker's clock may have jumped, a
breach is for ever.
"""


@dataclass(frozen=True, slots=True)
class Means:
    """What every partition of a worker decides with."""

    settings: Settings
    pool: Pool
    rules: Rules
    ring: Mapping[str, StampKey]
    clock: Clock
    partitions: int


def between_mends(arrivals: list[Incoming | DeadLetter]) -> Iterator[list[Incoming | DeadLetter]]:
    """Cut what arrived so that a mend stands alone: it must see what was parked just before it."""
    part: list[Incoming | DeadLetter] = []
    for arrival in arrivals:
        if isinstance(arrival, Incoming) and arrival.kind is Kind.MEND:
            if part:
                yield part
            yield [arrival]
            part = []
        else:
            part.append(arrival)
    if part:
        yield part


class OwnedPartition:
    """A partition of `inbound` that this process owns."""

    def __init__(self, means: Means, claim: Claim) -> None:
        self.number = claim.partition
        self.intake = Intake(means.settings, claim.partition, claim.position)
        self.mark = claim.mark
        self.alarm: int | None = None
        self.ready = False
        self.moved = 0
        self._means = means
        self._claim = claim
        self._position = claim.position
        self._stopping = False
        self._matters: OrderedDict[str, Matter] = OrderedDict()
        self._folded = Position(offset=0, number=0, received_at=0, inbound_offset=0)
        self._versions = store.Versions()

    def offer(self, raw: Raw) -> None:
        """Take a record that Faust brought."""
        if not self._stopping:
            self.intake.offer(raw)

    async def run(self) -> None:
        """Catch up, then decide until stopped. Raises what ends the process."""
        means = self._means
        self._folded = await catch_up(means.settings, means.pool, self._claim, self._move)
        if self.mark.number == UNKNOWN:
            self.mark = Mark(self._folded.received_at, self._folded.number)
        async with means.pool.acquire() as connection:
            self._versions = await store.read_versions(connection, self.number)
            self.alarm = await store.next_alarm(connection, self.number)
        self.ready = True
        log.info("partition_ready", partition=self.number, position=self._position, number=self.mark.number)
        while not self._stopping:
            if not self.intake.waiting and not self._alarm_due():
                await self.intake.wake.wait()
            self.intake.wake.clear()
            if self.intake.waiting:
                await self._decide_facts()
            if self._alarm_due() and not self._stopping:
                await self._fire_alarms()

    def _move(self) -> None:
        self.moved += 1

    def stop(self) -> None:
        """Ask the partition to end after the batch in hand."""
        self._stopping = True
        self.intake.wake.set()

    async def close(self) -> None:
        """Give the transactional producer back; what it left open is aborted by the next owner's claim."""
        await self.intake.close()
        await self._claim.producer.stop()

    def _alarm_due(self) -> bool:
        return self.alarm is not None and self.alarm <= self.mark.received_at

    async def _decide_facts(self) -> None:
        for arrivals in between_mends(self._open(await self._next_raws())):
            async with self._means.pool.acquire() as connection:
                loaded = await self._load(connection, [a for a in arrivals if isinstance(a, Incoming)])
            await self._commit(decide_batch(arrivals, loaded, self._means.rules, self._begin()))

    async def _fire_alarms(self) -> None:
        async with self._means.pool.acquire() as connection:
            due = await store.due_matters(connection, self.number, self.mark.received_at, ALARMS_AT_ONCE)
            loaded = Loaded(await self._matters_of(connection, due))
        await self._commit(fire_batch(due, loaded, self._means.rules, self._begin()))

    def _begin(self) -> Batch:
        return Batch(position=self._position, received_at=self.mark.received_at, versions=self._versions)

    async def _next_raws(self) -> list[Raw]:
        """Take the next records; wait before one that lies in the future of a real stack's clock."""
        if self._means.rules.simulated:
            return await self.intake.take(FACTS_AT_ONCE)
        gauge = metrics.WAITING_FOR_CLOCK.labels(str(self.number))
        raws = await self.intake.take(FACTS_AT_ONCE)
        while raws and not self._stopping:
            ahead = raws[-1].timestamp * MILLI - self._means.clock.now()
            gauge.set(int(ahead > AHEAD_MICROS))
            if ahead <= AHEAD_MICROS:
                return raws
            self.moved += 1  # it waits for our clock, and is not stuck
            log.error("record_in_the_future", partition=self.number, ahead_seconds=ahead // 1_000_000)
            await asyncio.sleep(1)
        return []

    def _open(self, raws: list[Raw]) -> list[Incoming | DeadLetter]:
        means = self._means
        return open_arrivals(raws, self.number, means.partitions, means.ring, self.mark.received_at)

    async def _load(self, connection: Connection, arrivals: list[Incoming]) -> Loaded:
        facts = [a for a in arrivals if a.kind in {Kind.FACT, Kind.EFFECT}]
        mends = {a.matter for a in arrivals if a.kind is Kind.MEND}
        parked = {matter: await store.read_parked(connection, matter) for matter in mends}
        waiting = [one for ones in parked.values() for one in ones]
        matters = await self._matters_of(connection, {a.matter for a in facts} | mends)
        seen = await store.read_seen(
            connection, {(a.agency, a.matter, a.event_id) for a in [*facts, *waiting]}
        )
        return Loaded(matters, seen, parked)

    async def _matters_of(self, connection: Connection, ids: Collection[str]) -> dict[str, Matter]:
        found = {i: self._matters[i] for i in ids if i in self._matters}
        found |= await read_matters(connection, [i for i in ids if i not in found])
        return {i: found.get(i) or new_matter(i) for i in ids}

    async def _commit(self, batch: Batch) -> None:
        """Append, then fold; who is fenced or overtaken here is no owner any more."""
        records = number_entries(batch.entries, self.number, self.mark.number)
        mark = Mark(batch.received_at, self.mark.number + len(records), self.mark.effects)
        at = (batch.position, mark)
        last = await append(self._claim.producer, batch.entries, records, batch.dead, self.number, at)
        self._position, self.mark, self._versions = batch.position, mark, batch.versions
        if records:
            await self._fold(batch, records, last)
        self.moved += 1
        metrics.QUEUED.labels(str(self.number)).set(len(self.intake))
        tell(batch, self.number)

    async def _fold(self, batch: Batch, records: list, last: int) -> None:  # type: ignore[type-arg]
        after = Position(
            offset=last + 1,
            number=self.mark.number,
            received_at=batch.received_at,
            inbound_offset=batch.position,
        )
        items = [Item(r.seal, r.value, e.record) for r, e in zip(records, batch.entries, strict=True)]
        pool = self._means.pool
        async with pool.acquire() as connection, ending_blockers(pool, connection):
            fold = LiveFold(Rows(batch.matters, items))
            await fold_batch(connection, fold, self.number, self._folded, records, after)
            self.alarm = await store.next_alarm(connection, self.number)
        self._folded = after
        self._remember(batch.matters)

    def _remember(self, matters: Mapping[str, Matter]) -> None:
        self._matters.update(matters)
        for matter in matters:
            self._matters.move_to_end(matter)
        while len(self._matters) > CACHED_MATTERS:
            self._matters.popitem(last=False)
