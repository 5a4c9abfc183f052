from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backbone.fold import Overtaken, Position, fold_batch, read_position
from backbone.fold.engine import START
from backbone.testing import KeepAll, kept, sealed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backbone.database import Connection, Pool
    from backbone.records import LedgerRecord

AFTER = Position(offset=2, number=2, received_at=100, inbound_offset=2)
THEN = Position(offset=3, number=3, received_at=101, inbound_offset=3)


def records(first: int, last: int) -> list[LedgerRecord]:
    return [sealed(0, number)[1] for number in range(first, last + 1)]


class Failing(KeepAll):
    """Fails after it has written."""

    async def apply(self, connection: Connection, partition: int, records: Sequence[LedgerRecord]) -> None:
        await super().apply(connection, partition, records)
        raise ZeroDivisionError


async def test_rows_and_position_change_together(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await fold_batch(connection, KeepAll("together"), 0, START, records(1, 2), AFTER)
        assert await read_position(connection, "together", 0) == AFTER
        await fold_batch(connection, KeepAll("together"), 0, AFTER, records(3, 3), THEN)
        assert await read_position(connection, "together", 0) == THEN
    assert await kept(pool, "together") == {0: [1, 2, 3]}


async def test_a_fold_that_fails_leaves_neither_rows_nor_position(pool: Pool) -> None:
    async with pool.acquire() as connection:
        with pytest.raises(ZeroDivisionError):
            await fold_batch(connection, Failing("failing"), 0, START, records(1, 2), AFTER)
        assert await read_position(connection, "failing", 0) == START
    assert await kept(pool, "failing") == {}


@pytest.mark.parametrize("before", [START, AFTER])
async def test_of_two_that_fold_the_same_one_is_overtaken(pool: Pool, before: Position) -> None:
    fold = KeepAll(f"overtaken-{before.number}")
    if before is AFTER:
        async with pool.acquire() as connection:
            await fold_batch(connection, fold, 0, START, records(1, 2), AFTER)

    async def once() -> None:
        async with pool.acquire() as connection:
            await fold_batch(connection, fold, 0, before, records(before.number + 1, 3), THEN)

    outcomes = await asyncio.gather(once(), once(), once(), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Overtaken", "Overtaken"]
    assert await kept(pool, fold.name) == {0: [1, 2, 3]}


async def test_a_zombie_that_folds_from_an_old_position_changes_nothing(pool: Pool) -> None:
    fold = KeepAll("zombie")
    async with pool.acquire() as connection:
        await fold_batch(connection, fold, 0, START, records(1, 2), AFTER)
        await fold_batch(connection, fold, 0, AFTER, records(3, 3), THEN)
        with pytest.raises(Overtaken):
            await fold_batch(connection, fold, 0, AFTER, records(3, 3), THEN)
        assert await read_position(connection, "zombie", 0) == THEN


async def test_a_position_moves_on_where_nothing_new_was_read(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await fold_batch(connection, KeepAll("repeats"), 0, START, records(1, 2), AFTER)
        further = Position(offset=5, number=2, received_at=100, inbound_offset=2)
        await fold_batch(connection, KeepAll("repeats"), 0, AFTER, records(1, 2), further)
        assert await read_position(connection, "repeats", 0) == further
    assert await kept(pool, "repeats") == {0: [1, 2]}
