"""The views on a real ledger and a real database: what they say, rebuilt, switched, read while switched."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from backbone.broker import producer
from backbone.database import connect, open_pool
from backbone.fold import Folder, LedgerGap, fold_batch, read_position
from deploy.commands.rebuild import rebuild as command
from deploy.embedded.testing import start
from projections.folding import ViewsFold
from projections.rebuild import ViewsDiffer, rebuild
from projections.testing import LedgerBuilder, at, clue, penalty
from schemas.identifiers import derived_matter_id
from schemas.topics import LEDGER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from backbone.database import Connection, Pool
    from backbone.records import LedgerRecord
    from deploy.embedded.testing import StackHandle

WATER, TOWN, DESK = "310120-ZG04", "310120-JD11", "310120-CG01"
DIGEST, OTHER_DIGEST = (
    derived_matter_id("HZ", DESK, f"{WATER}/2026-{month}", "digest", 0) for month in (10, 11)
)
PARTITIONS = 6
ARRIVED = "select exists (select 1 from views.inbox where matter = $1)"


@asynccontextmanager
async def views_pool(stack: StackHandle) -> AsyncIterator[Pool]:
    pool = await open_pool(stack.settings("projector"), application="test", schema="views")
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def owner_of(stack: StackHandle) -> AsyncIterator[Connection]:
    connection = await connect(stack.dsn("admin"), application="test")
    try:
        yield connection
    finally:
        await connection.close()


async def write(stack: StackHandle, builder: LedgerBuilder) -> None:
    """Append what was built to the real ledger, behind what lies there already."""
    sender = producer(stack.settings("projector"), client_id="test")
    await sender.start()
    try:
        for partition in range(PARTITIONS):
            for record in builder.records[partition]:
                headers = [("seal", builder.header(record))]
                await sender.send_and_wait(LEDGER, record.value, record.key, partition, headers=headers)
        builder.records.clear()
    finally:
        await sender.stop()


async def fold(stack: StackHandle) -> None:
    async with views_pool(stack) as pool:
        await Folder(stack.settings("projector"), pool, ViewsFold(), partitions=PARTITIONS).until_caught_up()


@pytest.fixture(scope="module")
def views_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    """A broker and a database of our own: what is written into this ledger no owner has decided."""
    with start(tmp_path_factory.mktemp("views"), simulated=True, processes=()) as stack:
        yield stack


@pytest.fixture(scope="module")
async def ledger(views_stack: StackHandle) -> LedgerBuilder:
    """A builder that goes on behind the genesis markers."""
    await fold(views_stack)
    async with owner_of(views_stack) as owner:
        rows = await owner.fetch("select partition, number from views.fold_position where fold = 'views'")
    return LedgerBuilder(PARTITIONS, numbers={row["partition"]: row["number"] for row in rows})


async def content(owner: Connection) -> dict[str, list[Any]]:
    tables = {
        "matter": "select to_jsonb(m)::text from views.matter m order by 1",
        "matter_agency": "select to_jsonb(m)::text from views.matter_agency m order by 1",
        "clocks": "select to_jsonb(c)::text from views.clocks c order by 1",
        "inbox": "select to_jsonb(i)::text from views.inbox i order by 1",
        "timeline": "select to_jsonb(t)::text from views.timeline t order by 1",
        "personal": "select to_jsonb(p)::text from views.personal p order by 1",
        "digest": "select to_jsonb(d)::text from views.digest d order by 1",
        "digest_case": "select to_jsonb(d)::text from views.digest_case d order by 1",
    }
    return {name: [row[0] for row in await owner.fetch(query)] for name, query in tables.items()}


async def test_a_transferred_clue_is_in_the_inbox_of_the_town_and_among_what_the_sender_sent(
    views_stack: StackHandle, ledger: LedgerBuilder
) -> None:
    story = clue(ledger, 123, WATER, TOWN, at("2026-09-08 10:00"))
    await write(views_stack, ledger)
    await fold(views_stack)
    async with owner_of(views_stack) as owner:
        rows = await owner.fetch(
            "select agency, part, open, due_date from views.inbox where matter = $1", story
        )
    assert {tuple(row) for row in rows} == {
        (TOWN, "HANDLE", True, "2026-09-29"),
        (WATER, "SENT", False, "2026-09-29"),
    }


async def test_a_rebuild_gives_the_same_rows_and_switches_them_in(
    views_stack: StackHandle, ledger: LedgerBuilder
) -> None:
    for serial in range(200, 240):
        clue(ledger, serial, WATER, TOWN, at("2026-09-08 11:00"))
        penalty(ledger, DIGEST, DESK, at("2026-10-12 11:00"), case_no=f"案〔2026〕{serial}号", amount=serial)
    await write(views_stack, ledger)
    await fold(views_stack)
    settings = views_stack.settings("projector")
    async with owner_of(views_stack) as owner:
        before, oid = await content(owner), await owner.fetchval("select 'views.inbox'::regclass::oid")
        seen: list[tuple[int, int]] = []
        done = await rebuild(settings, views_stack.dsn("admin"), lambda d, t: seen.append((d, t)))
        assert await content(owner) == before
        assert await owner.fetchval("select 'views.inbox'::regclass::oid") != oid
        left = await owner.fetchval(
            "select count(*) from pg_namespace where nspname in ('views_next', 'views_old')"
        )
    assert left == 0
    assert not done.differences
    assert seen[-1][0] == seen[-1][1] > 0


async def test_the_projector_goes_on_after_the_switch_where_the_new_views_stand(
    views_stack: StackHandle, ledger: LedgerBuilder
) -> None:
    settings = views_stack.settings("projector")
    async with views_pool(views_stack) as pool:
        folder = Folder(settings, pool, ViewsFold(), partitions=PARTITIONS)
        running = asyncio.ensure_future(folder.run())
        try:
            clue(ledger, 300, WATER, TOWN, at("2026-09-08 12:00"))
            await write(views_stack, ledger)
            await rebuild(settings, views_stack.dsn("admin"))
            last = clue(ledger, 301, WATER, TOWN, at("2026-09-08 12:01"))
            await write(views_stack, ledger)
            async with owner_of(views_stack) as owner:
                async with asyncio.timeout(60):
                    while not await owner.fetchval(ARRIVED, last):
                        await asyncio.sleep(0.02)
        finally:
            folder.stop()
            await running
    async with owner_of(views_stack) as owner:
        before = await content(owner)
        await rebuild(settings, views_stack.dsn("admin"))
        assert await content(owner) == before


@pytest.mark.usefixtures("ledger")
async def test_reading_as_an_agency_never_fails_and_never_misses_a_row_while_views_are_switched(
    views_stack: StackHandle,
) -> None:
    await fold(views_stack)
    pool = await open_pool(views_stack.settings("console"), application="test-reader", schema="views")
    counts: set[int] = set()
    stop = asyncio.Event()

    async def read() -> None:
        async with pool.acquire() as connection:
            role = await connection.fetchval("select role from stack.agency_role where agency = $1", TOWN)
            while not stop.is_set():
                async with connection.transaction(readonly=True):
                    await connection.execute("select set_config('role', $1, true)", role)
                    counts.add(await connection.fetchval("select count(*) from inbox"))

    reading = [asyncio.ensure_future(read()) for _ in range(3)]
    try:
        for _ in range(3):
            await rebuild(views_stack.settings("projector"), views_stack.dsn("admin"))
    finally:
        stop.set()
        await asyncio.gather(*reading)
        await pool.close()
    assert len(counts) == 1
    assert counts != {0}


async def test_a_rebuild_that_differs_switches_nothing_until_the_difference_is_accepted(
    views_stack: StackHandle, ledger: LedgerBuilder
) -> None:
    settings, admin = views_stack.settings("projector"), views_stack.dsn("admin")
    story = clue(ledger, 400, WATER, TOWN, at("2026-09-08 13:00"))
    await write(views_stack, ledger)
    await fold(views_stack)
    async with owner_of(views_stack) as owner:
        await owner.execute("update views.matter set place = 'somewhere else' where matter = $1", story)
        with pytest.raises(ViewsDiffer, match="matter:"):
            await rebuild(settings, admin)
        place = "select place from views.matter where matter = $1"
        assert await owner.fetchval(place, story) == "somewhere else"
        done = await rebuild(settings, admin, accept_differences=True)
        assert set(done.differences) == {"matter"}
        assert await owner.fetchval(place, story) == "南桥镇环城东路桥下河道北岸"


@pytest.mark.usefixtures("ledger")
async def test_what_an_interrupted_rebuild_left_is_cleared_by_the_next(views_stack: StackHandle) -> None:
    settings, admin = views_stack.settings("projector"), views_stack.dsn("admin")

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt(done, total)

    async with owner_of(views_stack) as owner:
        before = await content(owner)
        with pytest.raises(KeyboardInterrupt):
            await rebuild(settings, admin, interrupt)
        assert await content(owner) == before
        assert await owner.fetchval("select count(*) from pg_namespace where nspname = 'views_next'") == 1
        await rebuild(settings, admin)
        assert await content(owner) == before
        assert await owner.fetchval("select count(*) from pg_namespace where nspname = 'views_next'") == 0


async def test_folding_one_by_one_gives_what_folding_at_once_gives(views_stack: StackHandle) -> None:
    builder = LedgerBuilder(PARTITIONS)
    clue(builder, 500, WATER, TOWN, at("2026-09-09 10:00"))
    for amount in (100, 200):
        penalty(builder, OTHER_DIGEST, DESK, at("2026-10-12 10:00"), amount=amount)
    records: list[LedgerRecord] = [r for batch in builder.records.values() for r in batch]

    async def rows(size: int) -> dict[str, list[Any]]:
        async with owner_of(views_stack) as owner:
            transaction = owner.transaction()
            await transaction.start()
            try:
                await owner.execute("set local search_path = views")
                for begin in range(0, len(records), size):
                    batch = records[begin : begin + size]
                    await ViewsFold().apply(owner, batch[0].partition, batch)
                return await content(owner)
            finally:
                await transaction.rollback()

    assert await rows(1) == await rows(len(records))


@pytest.mark.usefixtures("ledger")
async def test_the_command_rebuilds_the_views_and_counts_what_it_switched_in(
    views_stack: StackHandle,
) -> None:
    arguments = ["views", "--dir", str(views_stack.directory)]
    result = await asyncio.to_thread(CliRunner().invoke, command, arguments)
    assert result.exit_code == 0, result.output
    assert "✔ inbox 收件箱" in result.output
    assert "switched" in result.output


async def test_a_gap_in_the_numbers_stops_the_fold_before_anything_is_written(
    views_stack: StackHandle, ledger: LedgerBuilder
) -> None:
    story = clue(ledger, 600, WATER, TOWN, at("2026-09-08 14:00"))
    partition, batch = next((p, list(b)) for p, b in ledger.records.items() if b)
    async with views_pool(views_stack) as pool, pool.acquire() as connection:
        before = await read_position(connection, "views", partition)
        with pytest.raises(LedgerGap):
            await fold_batch(connection, ViewsFold(), partition, before, batch[1:], before.behind(batch[1:]))
        assert await read_position(connection, "views", partition) == before
        assert await connection.fetchval("select count(*) from matter where matter = $1", story) == 0
    await write(views_stack, ledger)
    await fold(views_stack)
