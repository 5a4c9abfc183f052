"""The ledger's tail, folded into the owner's tables before a partition that was taken over goes on."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiokafka import TopicPartition

from backbone.broker import consumer, log_bounds
from backbone.fold import Overtaken, Position, fold_batch, read_position
from backbone.log import logger
from backbone.records import decode_ledger
from processors.effects import EFFECT_OWED
from processors.owner.append import UNKNOWN
from processors.owner.fold import SQL, CatchUpFold
from processors.owner.takeover import CannotTakeOver
from schemas.codec import CODEC
from schemas.topics import LEDGER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from aiokafka import AIOKafkaConsumer

    from backbone.database import Connection, Pool
    from backbone.records import LedgerRecord
    from backbone.settings import Settings
    from processors.owner.effects import Effects
    from processors.owner.takeover import Claim

log = logger(__name__)

FOLD = "owner"
APPLICATION = "liandong-owner"
"""The application_name of owners' sessions: only such a session may be ended by a claimant."""

AT_ONCE = 2000
PATIENCE_SECONDS = 30.0
BLOCKED_AFTER_SECONDS = 1.0


async def catch_up(
    settings: Settings,
    pool: Pool,
    claim: Claim,
    effects: Effects,
    moved: Callable[[], None] = lambda: None,
) -> Position:
    """Fold what the ledger holds beyond the tables, telling `moved` on the way; give the position reached.

    What it owed and was never acknowledged is sent before it is folded. Raises CannotTakeOver.
    """
    async with pool.acquire() as connection:
        position = await read_position(connection, FOLD, claim.partition)
    if UNKNOWN < claim.mark.number < position.number:
        raise CannotTakeOver(
            f"partition {claim.partition}: the database has folded record {position.number}, the ledger's "
            f"last transaction ended at {claim.mark.number}: this database belongs to another ledger. "
            f"Point LIANDONG_DATABASE at the right one."
        )
    ledger = TopicPartition(LEDGER, claim.partition)
    _, end = await log_bounds(settings, ledger)
    if position.offset >= end:
        return _reached(claim, position)
    reader = await consumer(settings, client_id=f"{APPLICATION}-tail-{claim.partition}")
    try:
        reader.assign([ledger])
        reader.seek(ledger, position.offset)
        return await _read_to_the_end(Tail(reader, pool, claim, effects, moved), position, end)
    finally:
        await reader.stop()


@dataclass(frozen=True, slots=True)
class Tail:
    """What reading a tail needs."""

    reader: AIOKafkaConsumer
    pool: Pool
    claim: Claim
    effects: Effects
    moved: Callable[[], None]


async def _read_to_the_end(tail: Tail, position: Position, end: int) -> Position:
    """Fold until the log's end, and until the number that the last transaction's mark names.

    The end must be reached, not supposed from silence: what a reader of committed records is not given
    yet may be a transaction whose end the broker still owes.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    claim = tail.claim
    ledger = TopicPartition(LEDGER, claim.partition)
    while position.number < claim.mark.number or await tail.reader.position(ledger) < end:
        fetched = await tail.reader.getmany(ledger, timeout_ms=300, max_records=AT_ONCE)
        records = [decode_ledger(r) for r in fetched.get(ledger, [])]
        if records:
            _check_coordinates(claim, records)
            await tail.effects.send(_unsent(claim, records))
            position = await _fold(tail.pool, claim.partition, position, records)
            tail.moved()
            deadline = loop.time() + PATIENCE_SECONDS
        elif loop.time() > deadline:
            raise CannotTakeOver(
                f"partition {claim.partition}: the ledger gives nothing between record {position.number} and "
                f"its end at offset {end}: records are missing, or a transaction there never ended. Look for "
                f"it with kafka-transactions find-hanging, or restore the ledger topic."
            )
    return _reached(claim, position)


def _unsent(claim: Claim, records: Sequence[LedgerRecord]) -> list[tuple[Mapping[str, Any], int]]:
    """Give what these records owe beyond the number up to which it was acknowledged."""
    return [
        (CODEC.decode(r.value).record, r.seal.matter.received_at)
        for r in records
        if r.seal.matter.fact_type == EFFECT_OWED and r.seal.partition.number > claim.mark.effects
    ]


def _check_coordinates(claim: Claim, records: Sequence[LedgerRecord]) -> None:
    for record in records:
        part = record.seal.partition
        if UNKNOWN < claim.mark.number < part.number or part.offset >= claim.position:
            raise CannotTakeOver(
                f"partition {claim.partition}: ledger record {part.number} was decided from inbound offset "
                f"{part.offset}, but the position is {claim.position} after record {claim.mark.number}. The "
                f"position was lost or set back: set it behind the last ledger record's coordinates "
                f"(docs/operations.md)."
            )


def _reached(claim: Claim, position: Position) -> Position:
    if claim.mark.number not in {UNKNOWN, position.number}:
        raise CannotTakeOver(
            f"partition {claim.partition}: the ledger ends at record {position.number}, its last "
            f"transaction at {claim.mark.number}: records are missing. Restore the ledger topic; "
            f"nothing may be decided on top of a hole."
        )
    return position


async def _fold(pool: Pool, partition: int, before: Position, records: Sequence[LedgerRecord]) -> Position:
    last = records[-1]
    after = Position(
        offset=last.offset + 1,
        number=last.seal.partition.number,
        received_at=max(before.received_at, *(r.seal.matter.received_at for r in records)),
        inbound_offset=max(before.inbound_offset, *(r.seal.partition.offset + 1 for r in records)),
    )
    async with pool.acquire() as connection, ending_blockers(pool, connection):
        try:
            await fold_batch(connection, CatchUpFold(), partition, before, records, after)
        except Overtaken:
            # The former owner's last fold landed after all: what it left is read by a statement of its own.
            log.info("fold_overtaken", partition=partition, number=before.number)
            found = await read_position(connection, FOLD, partition)
            rest = [r for r in records if r.seal.partition.number > found.number]
            if not rest:
                return found
            await fold_batch(connection, CatchUpFold(), partition, found, rest, after)
    return after


@asynccontextmanager
async def ending_blockers(pool: Pool, waiting: Connection) -> AsyncIterator[None]:
    """End, while inside, the sessions of former owners that keep `waiting` from its locks."""
    task = asyncio.create_task(_end_blockers(pool, waiting.get_server_pid()))
    try:
        yield
    finally:
        task.cancel()


async def _end_blockers(pool: Pool, waiting: int) -> None:
    while True:
        await asyncio.sleep(BLOCKED_AFTER_SECONDS)
        async with pool.acquire() as connection:
            ended = await connection.fetch(SQL["end_blockers"], waiting, APPLICATION)
        if ended:
            log.warning("former_owner_session_ended", sessions=len(ended))
