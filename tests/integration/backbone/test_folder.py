from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from backbone.database import TRANSIENT
from backbone.fold import Folder, LedgerGap, LedgerReplaced, Progress
from backbone.testing import KeepAll, kept

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from backbone.database import Pool
    from backbone.records import LedgerRecord
    from backbone.settings import Settings
    from backbone.testing import LedgerWriter
    from deploy.embedded.testing import StackHandle

WHOLE = 5
"""Partitions 0 to 4 of the ledger have no hole."""


@asynccontextmanager
async def running(folder: Folder) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(folder.run())
    try:
        yield task
    finally:
        folder.stop()
        await task


async def eventually(seen: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not seen():
            await asyncio.sleep(0.01)


async def until_kept(pool: Pool, fold: str, ledger: LedgerWriter) -> None:
    async with asyncio.timeout(120):
        while True:
            # A connection of the pool may still be one to the database that was killed.
            with suppress(*TRANSIENT):
                if await kept(pool, fold) == ledger.all(WHOLE):
                    return
            await asyncio.sleep(0.05)


async def test_what_is_appended_is_folded_once_and_in_order(
    settings: Settings, pool: Pool, ledger: LedgerWriter
) -> None:
    woken: list[int] = []

    async def on_folded(records: Sequence[LedgerRecord]) -> None:
        woken.extend(record.seal.partition.number for record in records)

    folder = Folder(settings, pool, KeepAll("live"), partitions=WHOLE, on_folded=on_folded)
    await ledger.append(0, 3)
    async with running(folder):
        await eventually(lambda: folder.position(0).number == ledger.numbers[0])
        await ledger.append(1, 2)
        await ledger.append(0, 1)
        await eventually(lambda: folder.position(0).number == ledger.numbers[0])
        await eventually(lambda: folder.position(1).number == ledger.numbers[1])
    assert await kept(pool, "live") == ledger.all(WHOLE)
    assert len(woken) == folder.folded == sum(ledger.numbers[each] for each in range(WHOLE))


async def test_a_folder_at_the_end_of_the_ledger_knows_it(
    settings: Settings, pool: Pool, ledger: LedgerWriter
) -> None:
    folder = Folder(settings, pool, KeepAll("end"), partitions=WHOLE)
    assert folder.obstacle == "it has not started"
    await ledger.append(2, 1)
    await ledger.abort(2, 4)
    async with running(folder):
        await eventually(lambda: folder.obstacle == "" and folder.lag == 0)
        assert not folder.pending
        await ledger.abort(2, 4)
        await ledger.append(2, 1)
        await eventually(lambda: folder.position(2).number == ledger.numbers[2] and folder.lag == 0)
    assert await kept(pool, "end") == ledger.all(WHOLE)


async def test_two_folders_of_one_fold_double_nothing(
    settings: Settings, pool: Pool, ledger: LedgerWriter
) -> None:
    fold = KeepAll("two")
    folders = [Folder(settings, pool, fold, partitions=WHOLE) for _ in range(2)]
    async with running(folders[0]), running(folders[1]):
        for _ in range(20):
            await ledger.append(3, 5)
        await eventually(lambda: all(each.position(3).number == ledger.numbers[3] for each in folders))
    assert await kept(pool, "two") == ledger.all(WHOLE)


async def test_a_rebuild_ends_when_it_has_caught_up_and_says_how_far_it_is(
    settings: Settings, pool: Pool, ledger: LedgerWriter
) -> None:
    await ledger.append(4, 2500)
    told: list[Progress] = []
    await Folder(settings, pool, KeepAll("rebuild"), partitions=WHOLE).until_caught_up(told.append)
    assert await kept(pool, "rebuild") == ledger.all(WHOLE)
    assert told[-1].done == told[-1].total > 2500
    assert [each.done for each in told] == sorted(each.done for each in told)


async def test_a_rebuild_of_what_is_there_already_ends_at_once(
    settings: Settings, pool: Pool, ledger: LedgerWriter
) -> None:
    fold = KeepAll("again")
    await Folder(settings, pool, fold, partitions=WHOLE).until_caught_up()
    await Folder(settings, pool, fold, partitions=WHOLE).until_caught_up()
    assert await kept(pool, "again") == ledger.all(WHOLE)


@pytest.mark.parametrize("part", ["postgres", "kafka"])
async def test_a_folder_outlives_a_restart(
    settings: Settings, pool: Pool, ledger: LedgerWriter, own_stack: StackHandle, part: str
) -> None:
    fold = KeepAll(f"restart-{part}")
    folder = Folder(settings, pool, fold, partitions=WHOLE)
    async with running(folder):
        await ledger.append(0, 10)
        await eventually(lambda: folder.position(0).number == ledger.numbers[0])
        killed = own_stack.kill(part)
        await asyncio.to_thread(own_stack.wait_running, part, instead_of=killed)
        await ledger.append(0, 10)
        await until_kept(pool, fold.name, ledger)
        await eventually(lambda: folder.obstacle == "")


async def test_a_database_that_forgot_is_folded_forward_again(
    settings: Settings, pool: Pool, ledger: LedgerWriter
) -> None:
    fold = KeepAll("forgot")
    await ledger.append(1, 3)
    async with running(Folder(settings, pool, fold, partitions=WHOLE)):
        await until_kept(pool, "forgot", ledger)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("delete from fold_position where fold = 'forgot'")
            await connection.execute("delete from folded where fold = 'forgot'")
        await until_kept(pool, "forgot", ledger)


async def test_a_hole_in_the_ledger_stops_the_fold_and_nothing_is_folded_behind_it(
    settings: Settings, pool: Pool, ledger: LedgerWriter
) -> None:
    await ledger.append(5, 2)
    await Folder(settings, pool, KeepAll("hole"), partitions=6).until_caught_up()
    await ledger.append(5, 2, skip=1)
    with pytest.raises(LedgerGap, match="ledger/5: record number 3 is missing"):
        await Folder(settings, pool, KeepAll("hole"), partitions=6).run()
    assert (await kept(pool, "hole"))[5] == [1, 2]


async def test_a_database_of_another_ledger_is_recognised(settings: Settings, pool: Pool) -> None:
    await pool.execute("insert into fold_position values ('foreign', 0, 1000000, 1000000, 0, 0)")
    with pytest.raises(LedgerReplaced, match=r"foreign: ledger/0 .* goes on at 1000000"):
        await Folder(settings, pool, KeepAll("foreign"), partitions=WHOLE).run()
