"""A folder reads the ledger and folds it, partition by partition, for as long as its process lives.

It outlives restarts of broker and database. It does not outlive a hole in the ledger, or a record that its
fold cannot take: then its process ends with a sentence that says why.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from backbone.broker import consumer, open_logs
from backbone.database import goes_away
from backbone.fold.engine import START, Overtaken, Position, fold_batch, following, read_positions
from backbone.fold.measure import DatabaseWentBack, ends_of, require_kept
from backbone.fold.metrics import BEHIND, FOLDED, LAG, NUMBER
from backbone.log import logger
from backbone.records import decode_ledger
from backbone.remedy import remedy
from schemas.topics import LEDGER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from aiokafka import AIOKafkaConsumer
    from aiokafka.structs import ConsumerRecord

    from backbone.database import Pool
    from backbone.fold.engine import Fold
    from backbone.records import LedgerRecord
    from backbone.settings import Settings

    OnFolded = Callable[[Sequence[LedgerRecord]], Awaitable[None]]

__all__ = ["Folder", "LedgerReplaced", "Progress"]

log = logger(__name__)

AT_ONCE = 2_000
"""Records folded in one round, all partitions together."""

_POLL_MS = 200
_MEASURE_SECONDS = 2.0
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0


class LedgerReplaced(RuntimeError):
    """What was folded lies beyond the ledger: the database belongs to another ledger, or the topic was cut.

    Restore the topic, or empty the tables of this fold and fold it anew.
    """


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fold has come, in offsets of the ledger of all partitions together."""

    done: int
    total: int


class Folder:
    """Folds every partition of the ledger into the database of `pool`.

    The search path of the pool's connections has the fold's tables.

    `on_folded` is awaited after each commit with the records that it brought: a wake-up, to be quick and
    never to fail.
    """

    def __init__(
        self,
        settings: Settings,
        pool: Pool,
        fold: Fold,
        *,
        partitions: int,
        on_folded: OnFolded | None = None,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._fold = fold
        self._on_folded = on_folded
        self._logs = [TopicPartition(LEDGER, number) for number in range(partitions)]
        self._positions: dict[TopicPartition, Position] = {}
        self._next: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, int] = {}
        self._behind_since: float | None = None
        self._stopping = asyncio.Event()
        self._fresh_from: dict[TopicPartition, int] = {}
        self._trouble = "it has not started"
        self._away = ""
        self.folded = 0

    async def run(self) -> None:
        """Fold until stopped; what goes away by itself is waited for.

        Raises LedgerGap, LedgerReplaced, and what the fold cannot take.
        """
        pause = _FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            before = self.folded
            try:
                await self._session(until=None)
            except Exception as error:
                if not isinstance(error, (KafkaError, DatabaseWentBack)) and not goes_away(error):
                    raise
                self._trouble = f"{type(error).__name__}: {error}"
                log.warning("fold_interrupted", fold=self._fold.name, reason=self._trouble)
            else:
                return
            pause = _FIRST_PAUSE_SECONDS if self.folded > before else min(2 * pause, _LONGEST_PAUSE_SECONDS)
            await self._sleep(pause)

    async def until_caught_up(self, progress: Callable[[Progress], None] | None = None) -> None:
        """Fold what the ledger holds now, and return: for a rebuild.

        Raises what `run` raises or would wait for.
        """
        async with open_logs(self._settings) as logs:
            bounds = await logs.bounds(self._logs)
        await self._session(until={each: end for each, (_, end) in bounds.items()}, progress=progress)

    def stop(self) -> None:
        """Ask `run` to end after the batch in hand."""
        self._stopping.set()

    @property
    def lag(self) -> int:
        """Offsets of the ledger that are not folded yet, as far as is known."""
        return sum(max(0, end - self._next.get(each, 0)) for each, end in self._ends.items())

    @property
    def reached(self) -> int:
        """Offsets of the ledger behind this folder, all partitions together.

        It moves while there is progress.
        """
        return sum(self._next.values())

    @property
    def pending(self) -> bool:
        """Whether there is work that nothing known prevents.

        Then `reached` must move, or the folder has stalled.
        """
        return self.lag > 0 and not self._away and not self._trouble

    @property
    def obstacle(self) -> str:
        """Why what is read may be old: it has not caught up since its start, or cannot read or write now.

        "" if fresh.
        """
        return self._away or self._trouble

    def position(self, partition: int) -> Position:
        """Return how far a partition is folded, as far as this folder knows."""
        return self._positions.get(TopicPartition(LEDGER, partition), START)

    async def _session(
        self,
        until: Mapping[TopicPartition, int] | None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Read and fold until stopped, or until the given offsets are reached."""
        reader = await consumer(self._settings, client_id=f"liandong-fold-{self._fold.name}")
        measuring = asyncio.create_task(self._measure())
        try:
            reader.assign(self._logs)
            await self._start_from_positions(reader)
            start = dict(self._next)
            while not self._stopping.is_set():
                await self._round(reader)
                if measuring.done():
                    await measuring
                if until is not None:
                    _report(progress, start, self._next, until)
                    if all(self._next[each] >= end for each, end in until.items()):
                        return
        finally:
            measuring.cancel()
            await asyncio.gather(measuring, return_exceptions=True)
            await reader.stop()

    async def _start_from_positions(self, reader: AIOKafkaConsumer) -> None:
        async with self._pool.acquire() as connection:
            found = await read_positions(connection, self._fold.name)
        async with open_logs(self._settings) as logs:
            bounds = await logs.bounds(self._logs)
        for each in self._logs:
            position = found.get(each.partition, START)
            begin, end = bounds[each]
            if position.offset > end or begin > position.offset:
                raise LedgerReplaced(
                    f"{self._fold.name}: ledger/{each.partition} holds offsets {begin} to {end}, the fold "
                    f"goes on at {position.offset}. {remedy(LedgerReplaced)}"
                )
            self._seek(reader, each, position)
            self._ends[each] = self._fresh_from[each] = end
        self._trouble = "it is catching up with the ledger"

    def _seek(self, reader: AIOKafkaConsumer, each: TopicPartition, position: Position) -> None:
        self._positions[each] = position
        self._next[each] = position.offset
        reader.seek(each, position.offset)

    async def _round(self, reader: AIOKafkaConsumer) -> None:
        batches = await reader.getmany(timeout_ms=_POLL_MS, max_records=AT_ONCE)
        outcomes = await asyncio.gather(
            *(self._fold_partition(reader, each, batch) for each, batch in batches.items() if batch),
            return_exceptions=True,
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        for each in self._logs:
            # Control records move the log on without a record: the reader's own position knows.
            self._next[each] = max(self._next[each], await reader.position(each))
            self._ends[each] = max(self._ends[each], self._next[each], reader.highwater(each) or 0)
        self._tell()

    async def _fold_partition(
        self, reader: AIOKafkaConsumer, each: TopicPartition, batch: Sequence[ConsumerRecord]
    ) -> None:
        before = self._positions[each]
        records = [decode_ledger(record) for record in batch]
        after = before.behind(records)
        try:
            async with self._pool.acquire() as connection:
                await fold_batch(connection, self._fold, each.partition, before, records, after)
        except Overtaken:
            await self._go_on_behind(reader, each)
            return
        fresh = following(each.partition, before.number, records)
        self._positions[each] = after
        self.folded += len(fresh)
        FOLDED.labels(self._fold.name).inc(len(fresh))
        NUMBER.labels(self._fold.name, str(each.partition)).set(after.number)
        if fresh and self._on_folded is not None:
            await self._on_folded(fresh)

    async def _go_on_behind(self, reader: AIOKafkaConsumer, each: TopicPartition) -> None:
        """Somebody else folds the same: go on behind what it did."""
        async with self._pool.acquire() as connection:
            found = await read_positions(connection, self._fold.name)
        log.info("fold_overtaken", fold=self._fold.name, partition=each.partition)
        self._seek(reader, each, found.get(each.partition, START))

    async def _measure(self) -> None:
        """Look around every now and then; end by DatabaseWentBack if what was folded is gone."""
        while True:
            await asyncio.sleep(_MEASURE_SECONDS)
            known = dict(self._positions)
            try:
                self._ends.update(await ends_of(self._settings, self._logs))
                await require_kept(self._pool, self._fold.name, known)
            except Exception as error:
                if not goes_away(error):
                    raise
                self._away = f"{type(error).__name__}: {error}"
            else:
                self._away = ""

    def _tell(self) -> None:
        lag = self.lag
        now = asyncio.get_running_loop().time()
        if all(self._next[each] >= end for each, end in self._fresh_from.items()):
            self._trouble = ""
        if lag == 0:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = now
        LAG.labels(self._fold.name).set(lag)
        BEHIND.labels(self._fold.name).set(0 if self._behind_since is None else now - self._behind_since)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def _report(
    progress: Callable[[Progress], None] | None,
    start: Mapping[TopicPartition, int],
    reached: Mapping[TopicPartition, int],
    until: Mapping[TopicPartition, int],
) -> None:
    if progress is not None:
        done = sum(min(reached[each], end) - start[each] for each, end in until.items())
        progress(Progress(done, sum(end - start[each] for each, end in until.items())))
