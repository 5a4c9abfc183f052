"""A rebuild is invisible: the views are filled anew beside the live ones, compared, and switched in one step.

Reading never stops, folding into the live views stops only while both are compared. A rebuild that is
interrupted leaves the live views untouched and `views_next` behind, with which the next one does away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from backbone.broker import consumer
from backbone.database import connect
from backbone.fold import Position, fold_batch, read_position
from backbone.queries import load_queries
from backbone.records import decode_ledger
from backbone.stack import read_identity
from projections.folding import NAME, ViewsFold
from projections.schema import NEXT, TABLES, install_beside
from schemas.topics import LEDGER

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from backbone.database import Connection
    from backbone.settings import Settings

SQL = load_queries("projections", "rebuild.sql")
COMPARED = tuple(table for table in TABLES if table != "fold_position")
AT_ONCE = 2_000
_NEAR = 500
"""So few records behind, the rest is folded while the live views wait."""
_ROUNDS = 20
_POLL_MS = 200

Progress = Callable[[int, int], None]


class RebuildRunning(RuntimeError):
    """Another rebuild of these views is running: wait for it, or end its session."""


class ViewsDiffer(RuntimeError):
    """What the ledger gives differs from the live views: nothing was switched.

    Find out why (a view's code changed, or somebody wrote into a view). If the ledger's is right, which it is
    unless the new code is wrong, rebuild again with `--accept-differences`.
    """

    def __init__(self, differences: Mapping[str, tuple[int, int]]) -> None:
        tables = "; ".join(
            f"{table}: {live} live rows, {new} new" for table, (live, new) in differences.items()
        )
        super().__init__(f"{tables}. {' '.join((self.__doc__ or '').split())}")
        self.differences = dict(differences)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: records folded, rows by table, and the tables that differed from the live ones."""

    records: int
    rows: Mapping[str, int]
    differences: Mapping[str, tuple[int, int]]


async def rebuild(
    settings: Settings, admin: str, progress: Progress | None = None, *, accept_differences: bool = False
) -> Rebuilt:
    """Fill, compare and switch. `admin` is the DSN of whoever owns the schemas; `progress` gets (done, all).

    Raises RebuildRunning, ViewsDiffer, LedgerGap, DatabaseAway, BrokerAway; live views are then untouched.
    """
    async with _owner(admin) as owner:
        await owner.execute(SQL["drop_old"])
        await install_beside(owner)
        partitions = (await read_identity(owner)).partitions
        async with _filling(settings, admin, range(partitions)) as filling:
            await filling.approach(owner, progress or _silent)
            await owner.execute(SQL["analyze"])
            done = await _switch(owner, filling, accept_differences=accept_differences)
        await owner.execute(SQL["drop_old"])
        return done


@asynccontextmanager
async def _owner(admin: str) -> AsyncIterator[Connection]:
    connection = await connect(admin, application="rebuild")
    try:
        if not await connection.fetchval(SQL["lock_rebuild"]):
            raise RebuildRunning(RebuildRunning.__doc__)
        yield connection
    finally:
        await connection.close()


async def _switch(owner: Connection, filling: _Filling, *, accept_differences: bool) -> Rebuilt:
    async with owner.transaction():
        await owner.execute(SQL["lock_live"])
        await filling.to(await _goals(owner), _silent)
        rows, differences = await _compare(owner)
        if differences and not accept_differences:
            raise ViewsDiffer(differences)
        await owner.execute(SQL["switch_old"])
        await owner.execute(SQL["switch_next"])
    return Rebuilt(filling.records, rows, differences)


async def _goals(owner: Connection) -> dict[int, Position]:
    return {row[0]: Position(*row[1:]) for row in await owner.fetch(SQL["positions"], NAME)}


async def _compare(owner: Connection) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    await owner.execute(SQL["define_digest"])
    rows: dict[str, int] = {}
    differences: dict[str, tuple[int, int]] = {}
    for table in COMPARED:
        live = await owner.fetchrow(SQL["digest"], "views", table)
        new = await owner.fetchrow(SQL["digest"], NEXT, table)
        if live is None or new is None:
            raise LookupError(f"no digest of table {table}")
        rows[table] = new["n"]
        if tuple(live) != tuple(new):
            differences[table] = (live["n"], new["n"])
    return rows, differences


def _silent(done: int, total: int) -> None:
    del done, total


class _Filling:
    """Folds the ledger into `views_next`, up to where the live views are and no further."""

    def __init__(self, reader: AIOKafkaConsumer, writers: Mapping[int, Connection]) -> None:
        self._reader = reader
        self._writers = writers
        self._positions: dict[int, Position] = {}
        self.records = 0

    async def begin(self) -> None:
        for partition, writer in self._writers.items():
            self._positions[partition] = await read_position(writer, NAME, partition)
            self._reader.seek(TopicPartition(LEDGER, partition), self._positions[partition].offset)

    async def approach(self, owner: Connection, progress: Progress) -> None:
        """Fold until few records are missing; the live views go on meanwhile."""
        for _ in range(_ROUNDS):
            await self.to(await _goals(owner), progress)
            if self._missing(await _goals(owner)) <= _NEAR:
                return

    async def to(self, goals: Mapping[int, Position], progress: Progress) -> None:
        """Fold exactly up to the goals. Raises LedgerGap."""
        total = sum(goal.offset for goal in goals.values())
        while missing := self._missing(goals):
            progress(total - missing, total)
            logs = [TopicPartition(LEDGER, p) for p, goal in goals.items() if self._at(p) < goal.offset]
            batches = await self._reader.getmany(*logs, timeout_ms=_POLL_MS, max_records=AT_ONCE)
            await asyncio.gather(
                *(self._fold(each.partition, batch, goals[each.partition]) for each, batch in batches.items())
            )
        progress(total, total)

    def _missing(self, goals: Mapping[int, Position]) -> int:
        return sum(max(0, goal.offset - self._at(partition)) for partition, goal in goals.items())

    def _at(self, partition: int) -> int:
        return self._positions[partition].offset

    async def _fold(self, partition: int, batch: list[object], goal: Position) -> None:
        records = [decode_ledger(record) for record in batch]
        due = [record for record in records if record.offset < goal.offset]
        if due:
            before = self._positions[partition]
            after = before.behind(due)
            await fold_batch(self._writers[partition], ViewsFold(), partition, before, due, after)
            self._positions[partition] = after
            self.records += len(due)
        if len(due) < len(records):
            self._reader.seek(TopicPartition(LEDGER, partition), goal.offset)


@asynccontextmanager
async def _filling(settings: Settings, admin: str, partitions: range) -> AsyncIterator[_Filling]:
    async with AsyncExitStack() as stack:
        writers: dict[int, Connection] = {}
        for partition in partitions:
            writer = await connect(admin, application="rebuild-writer", schema=NEXT)
            stack.push_async_callback(writer.close)
            # The new tables are written as the live ones are: by the projector, under its own policy.
            await writer.execute(SQL["become_projector"])
            writers[partition] = writer
        reader = await consumer(settings, client_id="liandong-rebuild")
        stack.push_async_callback(reader.stop)
        reader.assign([TopicPartition(LEDGER, partition) for partition in partitions])
        filling = _Filling(reader, writers)
        await filling.begin()
        yield filling
