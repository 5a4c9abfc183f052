"""One owned partition, from claim to release: decide, append, fold, and again.

The next batch is decided when this one is folded, so rows and cache never differ. Facts and alarms take
turns. Partitions do not wait for one another.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backbone.fold import Position, fold_batch
from backbone.log import logger
from processors.effects import EFFECT_OWED
from processors.model import Incoming, Matter, new_matter
from processors.owner import metrics, store
from processors.owner.append import UNKNOWN, Mark, append, number_entries
from processors.owner.arrival import MILLI, DeadLetter, Raw, open_arrivals
from processors.owner.batch import Batch, Loaded, decide_batch, fire_batch
from processors.owner.fold import Item, LiveFold, Rows, read_matters
from processors.owner.force import before_genesis, replayed
from processors.owner.intake import Intake
from processors.owner.tail import catch_up, ending_blockers
from processors.owner.takeover import CannotTakeOver
from processors.owner.telling import tell
from schemas.envelope import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from backbone.clock import Clock
    from backbone.database import Connection, Pool
    from backbone.settings import Settings
    from processors.model import Entry
    from processors.owner.effects import Effects
    from processors.owner.force import Base
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
    base: Base
    ring: Mapping[str, StampKey]
    clock: Clock
    effects: Effects
    partitions: int

    @property
    def simulated(self) -> bool:
        """Whether the stack's time is."""
        return self.base.rules.simulated


ALONE = frozenset({Kind.MEND, Kind.MARKER})


def standing_alone(arrivals: list[Incoming | DeadLetter]) -> Iterator[list[Incoming | DeadLetter]]:
    """Cut what arrived so that mends and markers stand alone.

    A mend must see what was parked just before it; before a marker all alarms up to it must have fired.
    """
    part: list[Incoming | DeadLetter] = []
    for arrival in arrivals:
        if isinstance(arrival, Incoming) and arrival.kind in ALONE:
            if part:
                yield part
            yield [arrival]
            part = []
        else:
            part.append(arrival)
    if part:
        yield part


def owed_of(entries: Iterable[Entry]) -> list[tuple[Mapping[str, Any], int]]:
    """Give what a batch owes, each with the instant of its cause."""
    return [(e.record, e.seal.received_at) for e in entries if e.seal.fact_type == EFFECT_OWED]


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
        self._force = before_genesis(means.base)
        self._counted = ""

    def offer(self, raw: Raw) -> None:
        """Take a record that Faust brought."""
        if not self._stopping:
            self.intake.offer(raw)

    async def run(self) -> None:
        """Catch up, then decide until stopped. Raises what ends the process."""
        means = self._means
        self._folded = await catch_up(means.settings, means.pool, self._claim, means.effects, self._move)
        if self.mark.number == UNKNOWN:
            self.mark = Mark(self._folded.received_at, self._folded.number)
        async with means.pool.acquire() as connection:
            self._force = replayed(means.base, await store.read_markers(connection, self.number))
            if self._folded.number and not self._force.begun:
                raise CannotTakeOver(
                    f"partition {self.number}: its tables hold what was decided, but no marker: a release "
                    f"that kept none made this stack. Start a new stack; its ledger stays readable"
                )
            self.alarm = await store.next_alarm(connection, self.number)
        self.ready = True
        log.info("partition_ready", partition=self.number, position=self._position, number=self.mark.number)
        while not self._stopping:
            if not self.intake.waiting and not self._alarm_due() and not self._recounting:
                await self.intake.wake.wait()
            self.intake.wake.clear()
            if self.intake.waiting:
                await self._decide_facts()
            if self._alarm_due() and not self._stopping:
                await self._fire_alarms()
            if self._recounting and not self._stopping:
                await self._recount()

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

    @property
    def _recounting(self) -> bool:
        """Whether running clocks are left that an older calendar counted."""
        return self._force.begun and self.mark.calendar < self._force.rules.calendar.version

    async def _decide_facts(self) -> None:
        for arrivals in standing_alone(self._open(await self._next_raws())):
            first = arrivals[0]
            if isinstance(first, Incoming) and first.kind is Kind.MARKER:
                await self._prepare(first.received_at)
            async with self._means.pool.acquire() as connection:
                loaded = await self._load(connection, [a for a in arrivals if isinstance(a, Incoming)])
            await self._commit(decide_batch(arrivals, loaded, self._begin()))

    async def _prepare(self, until: int) -> None:
        """Before a marker: fire all alarms at or before it, and end what the last calendar left to count."""
        while self._recounting:
            await self._recount()
        while self.alarm is not None and self.alarm <= until:
            await self._fire_alarms(until)

    async def _fire_alarms(self, until: int = 0) -> None:
        until = max(until, self.mark.received_at)
        async with self._means.pool.acquire() as connection:
            due = await store.due_matters(connection, self.number, until, ALARMS_AT_ONCE)
            loaded = Loaded(await self._matters_of(connection, due))
        await self._commit(fire_batch(due, loaded, self._begin(until)))

    async def _recount(self) -> None:
        """Count some more clocks again on the calendar in force; when none is left, say so in the mark."""
        rules = self._force.rules
        async with self._means.pool.acquire() as connection:
            calendar = (rules.calendar.version, rules.calendar_from)
            some = await store.stale_matters(connection, self.number, calendar, self._counted, ALARMS_AT_ONCE)
            loaded = Loaded(await self._matters_of(connection, some))
        self._counted = some[-1] if some else ""
        counted = self.mark.calendar if some else rules.calendar.version
        await self._commit(fire_batch(some, loaded, self._begin()), counted)

    def _begin(self, until: int = 0) -> Batch:
        until = max(until, self.mark.received_at)
        return Batch(position=self._position, received_at=until, force=self._force)

    async def _next_raws(self) -> list[Raw]:
        """Take the next records; wait before one that lies in the future of a real stack's clock."""
        if self._means.simulated:
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

    async def _commit(self, batch: Batch, counted: int | None = None) -> None:
        """Append, send what is owed, then fold; who is fenced or overtaken here is no owner any more."""
        records = number_entries(batch.entries, self.number, self.mark.number)
        calendar = self.mark.calendar if counted is None else counted
        # Everything that earlier batches owed was acknowledged before they were folded.
        mark = Mark(batch.received_at, self.mark.number + len(records), self.mark.number, calendar)
        at = (batch.position, mark)
        last = await append(self._claim.producer, batch.entries, records, batch.dead, self.number, at)
        self._position, self.mark, self._force = batch.position, mark, batch.force
        await self._means.effects.send(owed_of(batch.entries))
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
