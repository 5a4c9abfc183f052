"""Taking a partition over on a real broker: who is fenced, where it goes on, and what is refused."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import ProducerFenced
from aiokafka.structs import OffsetAndMetadata

from backbone.broker import consumer, log_bounds
from backbone.clock import SystemClock
from backbone.database import open_pool
from backbone.keyring import load as load_keys
from deploy.embedded.testing import start
from processors.owner.append import GROUP, Mark, append
from processors.owner.effects import Effects
from processors.owner.intake import raw_of
from processors.owner.partition import Means, OwnedPartition
from processors.owner.tail import APPLICATION, catch_up
from processors.owner.takeover import CannotTakeOver, Claim, check_position, claim
from processors.worker import make_base
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from deploy.embedded.testing import StackHandle

PARTITIONS = 6


@pytest.fixture(scope="module")
def unowned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    """A broker and a database of their own, in which `inbound` holds the genesis markers and nothing else."""
    with start(tmp_path_factory.mktemp("unowned"), simulated=True, processes=()) as stack:
        yield stack


@pytest.fixture(scope="module")
async def means(unowned: StackHandle) -> AsyncIterator[Means]:
    settings = unowned.settings("worker")
    pool = await open_pool(settings, application=APPLICATION, size=12)
    ring = load_keys(settings.keys)
    effects = Effects(settings, ring.backbone, PARTITIONS, simulated=True)
    await effects.start()
    base = make_base(settings, simulated=True)
    yield Means(settings, pool, base, ring.stamps, SystemClock(), effects, PARTITIONS)
    await effects.stop()
    await pool.close()


@asynccontextmanager
async def owned(means: Means, partition: int) -> AsyncIterator[tuple[OwnedPartition, Claim]]:
    """Own a partition until what `inbound` holds is decided, then while the test looks."""
    claimed = await claim(means.settings, partition)
    owner = OwnedPartition(means, claimed)
    task = asyncio.create_task(owner.run())
    reader = await consumer(means.settings, client_id="test-inbound")
    try:
        inbound = TopicPartition(INBOUND, partition)
        _, end = await log_bounds(means.settings, inbound)
        reader.assign([inbound])
        reader.seek(inbound, 0)
        seen = 0
        while seen < end:
            for record in (await reader.getmany(inbound, timeout_ms=200)).get(inbound, []):
                owner.offer(raw_of(record))
                seen = record.offset + 1
        async with asyncio.timeout(30):
            # A partition that has begun also says in its mark on which calendar its clocks are counted.
            while not (owner.ready and not owner.intake.waiting and owner.mark.calendar > 0):
                assert not task.done(), task.exception()
                await asyncio.sleep(0.02)
        yield owner, claimed
    finally:
        await reader.stop()
        owner.stop()
        await asyncio.wait({task}, timeout=10)
        await owner.close()


async def position_of(means: Means, partition: int) -> tuple[int, int]:
    """Where the last transaction ended (position, number): told for certain once a claim has ended it."""
    claimed = await claim(means.settings, partition)
    await claimed.producer.stop()
    return claimed.position, claimed.mark.number


async def set_position(means: Means, partition: int, offset: int, mark: Mark) -> None:
    """Set a position as a careless hand would, in a transaction of the owner's own."""
    claimed = await claim(means.settings, partition)
    await append(claimed.producer, [], [], [], partition, (offset, mark))
    await claimed.producer.stop()


def hear_out(claimed: Claim) -> None:
    """Take the error from the future in which the client left it once more: nobody awaits that one."""
    claimed.producer._txn_manager._transaction_waiter.exception()


async def test_the_first_owner_commits_position_and_number_with_the_genesis_marker(
    means: Means,
) -> None:
    async with owned(means, 0):
        pass
    assert await position_of(means, 0) == (1, 1)


async def test_the_next_owner_goes_on_where_the_last_transaction_ended(means: Means) -> None:
    async with owned(means, 1):
        pass
    claimed = await claim(means.settings, 1)
    try:
        assert (claimed.position, claimed.mark.number) == (1, 1)
        reached = await catch_up(means.settings, means.pool, claimed, means.effects)
        assert reached.number == 1
    finally:
        await claimed.producer.stop()


async def test_a_claim_fences_the_former_owner_so_that_its_next_append_fails(means: Means) -> None:
    async with owned(means, 2) as (_, former):
        successor = await claim(means.settings, 2)
        with pytest.raises(ProducerFenced):
            await append(former.producer, [], [], [], 2, (1, former.mark))
        await successor.producer.stop()
    hear_out(former)
    assert await position_of(means, 2) == (1, 1)


async def test_a_lost_database_is_folded_forward_from_the_ledger(means: Means) -> None:
    async with owned(means, 3):
        pass
    async with means.pool.acquire() as connection:
        await connection.execute("delete from processors.fold_position where partition = 3")
        await connection.execute("delete from processors.partition_versions where partition = 3")
        await connection.execute("delete from processors.marker where partition = 3")
    claimed = await claim(means.settings, 3)
    try:
        assert (await catch_up(means.settings, means.pool, claimed, means.effects)).number == 1
    finally:
        await claimed.producer.stop()
    async with means.pool.acquire() as connection:
        rulebook = await connection.fetchval(
            "select rulebook from processors.partition_versions where partition = 3"
        )
    assert rulebook == means.base.rules.rulebook.hash


async def test_a_position_set_back_behind_decided_records_is_refused_with_its_remedy(means: Means) -> None:
    async with owned(means, 4):
        pass
    async with means.pool.acquire() as connection:
        await connection.execute("delete from processors.fold_position where partition = 4")
    await set_position(means, 4, 0, Mark(received_at=0, number=0))
    claimed = await claim(means.settings, 4)
    try:
        with pytest.raises(CannotTakeOver, match="position was lost or set back"):
            await catch_up(means.settings, means.pool, claimed, means.effects)
    finally:
        await claimed.producer.stop()


async def test_a_position_set_by_hand_behind_the_last_record_is_taken_and_the_ledger_tells_its_number(
    means: Means,
) -> None:
    """What an operator does with Kafka's own tools leaves no mark beside the offset."""
    async with owned(means, 0):
        pass
    inbound = TopicPartition(INBOUND, 0)
    by_hand = AIOKafkaConsumer(
        bootstrap_servers=means.settings.kafka, group_id=GROUP, enable_auto_commit=False
    )
    await by_hand.start()
    by_hand.assign([inbound])
    await by_hand.commit({inbound: OffsetAndMetadata(1, "")})
    await by_hand.stop()
    async with owned(means, 0) as (owner, _):
        assert owner.mark.number == 1


async def test_a_database_of_another_ledger_is_refused(means: Means) -> None:
    async with owned(means, 5):
        pass
    async with means.pool.acquire() as connection:
        await connection.execute("update processors.fold_position set number = 99 where partition = 5")
    claimed = await claim(means.settings, 5)
    try:
        with pytest.raises(CannotTakeOver, match="belongs to another ledger"):
            await catch_up(means.settings, means.pool, claimed, means.effects)
    finally:
        await claimed.producer.stop()


@pytest.mark.parametrize(("position", "begin", "end"), [(3, 5, 9), (12, 5, 9)])
def test_a_position_outside_the_log_is_refused(position: int, begin: int, end: int) -> None:
    """Beyond the log a consumer falls back to the earliest offset, and new facts would look seen before."""
    with pytest.raises(CannotTakeOver):
        check_position(0, position, begin, end)
