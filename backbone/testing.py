"""For tests of folds.

A writer that appends to the ledger as an owner does, and a fold that keeps everything.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from backbone.records import SEAL_HEADER, LedgerRecord
from schemas.seal import (
    Seal,
    SealKind,
    SealMatter,
    SealPartition,
    chain_hash,
    encode_matter_part,
    encode_seal,
)
from schemas.topics import LEDGER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiokafka import AIOKafkaProducer

    from backbone.database import Connection, Pool

__all__ = ["KEEPING_TABLES", "KeepAll", "LedgerWriter", "kept", "sealed"]

SOME_INSTANT = 1_788_832_800_000_000
"""2026-09-08 10:00 in Shanghai."""

KEEPING_TABLES = """
create table if not exists fold_position (
    fold text, partition int, ledger_offset bigint not null, number bigint not null,
    inbound_offset bigint not null, received_at bigint not null, primary key (fold, partition)
);
create table if not exists folded (fold text, partition int, number bigint, value bytea);
"""
"""What `KeepAll` writes to, without a schema."""


class KeepAll:
    """A fold that keeps every record; whatever is folded twice is there twice."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def apply(self, connection: Connection, partition: int, records: Sequence[LedgerRecord]) -> None:
        """Insert the records' numbers and values."""
        await connection.executemany(
            "insert into folded (fold, partition, number, value) values ($1, $2, $3, $4)",
            [(self.name, partition, each.seal.partition.number, each.value) for each in records],
        )


async def kept(pool: Pool, fold: str) -> dict[int, list[int]]:
    """Return the numbers that a fold kept, by partition, in their order."""
    rows = await pool.fetch(
        "select partition, number from folded where fold = $1 order by partition, number", fold
    )
    numbers: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        numbers[row["partition"]].append(row["number"])
    return dict(numbers)


def sealed(partition: int, number: int, value: bytes = b"value") -> tuple[bytes, LedgerRecord]:
    """Make a ledger record with this number, and its header."""
    matter = SealMatter(
        matter=f"XS-{partition}",
        seq=number,
        received_at=SOME_INSTANT + number,
        kind=SealKind.ADMITTED,
        fact_type="ClueTransferred",
        event_id=f"e-{partition}-{number}",
        agency="310120-ZG04",
    )
    part = encode_matter_part(matter)
    place = SealPartition(number, partition, number - 1, last=True, hash=chain_hash(part, value))
    record = LedgerRecord(partition, -1, matter.matter.encode(), value, Seal(matter, place))
    return encode_seal(part, place), record


class LedgerWriter:
    """Appends to the ledger as an owner does: transactions, gapless numbers."""

    def __init__(self, writer: AIOKafkaProducer) -> None:
        self._writer = writer
        self.numbers: defaultdict[int, int] = defaultdict(int)

    async def append(self, partition: int, count: int, *, skip: int = 0) -> None:
        """Append records in one transaction; `skip` leaves numbers out."""
        self.numbers[partition] += skip
        async with self._writer.transaction():
            for number in range(self.numbers[partition] + 1, self.numbers[partition] + count + 1):
                await self._send(partition, number)
        self.numbers[partition] += count

    async def abort(self, partition: int, count: int) -> None:
        """Begin a transaction with records, and abort it."""
        await self._writer.begin_transaction()
        for number in range(self.numbers[partition] + 1, self.numbers[partition] + count + 1):
            await self._send(partition, number)
        await self._writer.flush()
        await self._writer.abort_transaction()

    def all(self, partitions: int) -> dict[int, list[int]]:
        """Return what a fold of so many partitions must have kept by now."""
        counts = {partition: self.numbers[partition] for partition in range(partitions)}
        return {partition: list(range(1, count + 1)) for partition, count in counts.items() if count}

    async def _send(self, partition: int, number: int) -> None:
        header, record = sealed(partition, number)
        await self._writer.send(
            LEDGER, key=record.key, value=record.value, partition=partition, headers=[(SEAL_HEADER, header)]
        )
