"""A batch is folded, or it is not.

Its rows and the position change in one transaction, guarded by where it began.

The table `fold_position` is named without a schema: it is the one of the search path, so that a rebuild can
fill the same tables beside the live ones. Its columns: fold, partition, ledger_offset, number,
inbound_offset, received_at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from backbone.queries import load_queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backbone.database import Connection
    from backbone.records import LedgerRecord

__all__ = [
    "START",
    "Fold",
    "LedgerGap",
    "Overtaken",
    "Position",
    "fold_batch",
    "read_position",
    "read_positions",
]

SQL = load_queries("backbone", "sql/fold.sql")


class LedgerGap(RuntimeError):
    """The numbers of a ledger partition have a hole.

    Records are missing, and nothing is folded on top of that.

    Compare the ledger with its replicas and its backup, restore the topic, and start again.
    """

    def __init__(self, partition: int, expected: int, found: int) -> None:
        super().__init__(
            f"ledger/{partition}: record number {expected} is missing, the next one is {found}. Restore the "
            f"topic from its replicas or its backup, and start again; nothing is folded until then."
        )
        self.partition = partition
        self.expected = expected
        self.found = found


class Overtaken(Exception):
    """Somebody else has moved the position meanwhile, nothing was changed.

    Read it again and go on from there.
    """


@dataclass(frozen=True, slots=True)
class Position:
    """How far a partition is folded.

    `offset` is the next offset of the ledger to read, `number` the last number folded, `inbound_offset` the
    next coordinate in `inbound`, `received_at` (microseconds) the instant up to which the rows speak.
    """

    offset: int
    number: int
    received_at: int
    inbound_offset: int

    def behind(self, records: Sequence[LedgerRecord]) -> Position:
        """Return the position behind these records, which are in the order of the ledger and not empty."""
        return Position(
            offset=records[-1].offset + 1,
            number=max(self.number, records[-1].seal.partition.number),
            received_at=max([self.received_at, *(r.seal.matter.received_at for r in records)]),
            inbound_offset=max([self.inbound_offset, *(r.seal.partition.offset + 1 for r in records)]),
        )


START = Position(offset=0, number=0, received_at=0, inbound_offset=0)


class Fold(Protocol):
    """What becomes of records. `name` is the fold's in `fold_position`."""

    @property
    def name(self) -> str:
        """The name of the fold."""

    async def apply(self, connection: Connection, partition: int, records: Sequence[LedgerRecord]) -> None:
        """Write the rows of records that follow on what was folded, inside the engine's transaction.

        `records` are of one partition, gapless and never empty. It neither commits nor reads anything but the
        connection; it may run again on the same records after a failure.
        """


async def read_position(connection: Connection, fold: str, partition: int) -> Position:
    """Read how far a fold is in one partition; the start if it never began."""
    row = await connection.fetchrow(SQL["read"], fold, partition)
    return START if row is None else Position(*row)


async def read_positions(connection: Connection, fold: str) -> dict[int, Position]:
    """Read how far a fold is in every partition where it began."""
    return {row[0]: Position(*row[1:]) for row in await connection.fetch(SQL["read_all"], fold)}


async def fold_batch(  # noqa: PLR0913, PLR0917 - a batch is these six things
    connection: Connection,
    fold: Fold,
    partition: int,
    before: Position,
    records: Sequence[LedgerRecord],
    after: Position,
) -> None:
    """Fold one partition's records and move the position from `before` to `after`, in one transaction.

    Numbers up to `before.number` are repeats and are skipped. Raises LedgerGap before anything is written;
    Overtaken if the position is no longer `before`; and what the fold and the database raise: then nothing
    was changed.
    """
    fresh = following(partition, before.number, records)
    async with connection.transaction():
        # The position is moved first: who comes second waits on this row, and then finds itself overtaken.
        moved = await connection.fetchval(
            SQL["begin" if before == START else "move"],
            fold.name,
            partition,
            after.offset,
            after.number,
            after.inbound_offset,
            after.received_at,
            *(() if before == START else (before.offset, before.number)),
        )
        if moved is None:
            raise Overtaken(f"{fold.name}: partition {partition} is no longer at number {before.number}")
        if fresh:
            await fold.apply(connection, partition, fresh)


def following(partition: int, number: int, records: Sequence[LedgerRecord]) -> Sequence[LedgerRecord]:
    """Return the records beyond `number`, which must follow on it without a gap. Raises LedgerGap."""
    fresh = [record for record in records if record.seal.partition.number > number]
    for expected, record in enumerate(fresh, number + 1):
        if record.seal.partition.number != expected:
            raise LedgerGap(partition, expected, record.seal.partition.number)
    return fresh
