"""Receipts: a fold of the ledger inside the door, and how to wait for one.

A receipt shows when the last record of its cause is folded, never half of it. A refusal of other content
under a known event id is a receipt of its own and leaves the first one alone. The same fold keeps the
agencies that were registered since (`door.agency`), whom facts may name from then on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from backbone.queries import load_queries
from producers.gateway.summary import part, receipt, skipped
from schemas.codec import CODEC
from schemas.seal import NO_HASH, Seal, SealKind, sm3

if TYPE_CHECKING:
    from backbone.database import Connection, Pool
    from backbone.records import LedgerRecord
    from producers.gateway.sealing import Sealed

SQL = load_queries("producers.gateway", "sql/receipts.sql")

Look: TypeAlias = Callable[[], Awaitable[dict[str, Any] | None]]

_OUTCOMES = {SealKind.ADMITTED: "admitted", SealKind.REFUSED: "refused", SealKind.HELD: "waiting"}
_RECHECK = 1.0


@dataclass(slots=True)
class _Row:
    """One receipt as far as this batch knows it: its key, and its cause's offset in `inbound`."""

    mine: tuple[str, str, str, bytes]
    place: int
    outcome: str
    seal: Seal
    fact_type: str
    parts: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class _Changes:
    """What one batch of one partition changes: receipts of earlier batches first, then those it makes."""

    partition: int
    open: dict[tuple[int, str], _Row] = field(default_factory=dict)
    parts: list[tuple[int, int, str, list[bytes]]] = field(default_factory=list)
    completed: list[tuple[int, int]] = field(default_factory=list)
    puts: list[tuple[Any, ...]] = field(default_factory=list)
    skips: list[tuple[int, int, list[bytes], int]] = field(default_factory=list)
    agencies: list[tuple[str, int, bytes]] = field(default_factory=list)

    def take(self, record: LedgerRecord) -> None:
        """Take in one record of the ledger."""
        kind = record.seal.matter.kind
        if kind in _OUTCOMES:
            self._outcome(record)
        elif kind is SealKind.DERIVED:
            self._part(record)
        elif kind is SealKind.MEND:
            self._mend(record)
        elif kind is SealKind.MARKER:
            self._marker(record)
        if record.seal.partition.last:
            self._close(record.seal.partition.offset)

    def statements(self) -> list[tuple[str, list[Any]]]:
        """Every statement that has work to do, by name, in the order in which they must run."""
        unfinished = [self._put(row, complete=False) for row in self.open.values()]
        every: list[tuple[str, list[Any]]] = [
            ("add_parts", self.parts),
            ("complete", self.completed),
            ("put_receipt", self.puts + unfinished),
            ("skip", self.skips),
            ("put_agency", self.agencies),
        ]
        return [(name, rows) for name, rows in every if rows]

    def _outcome(self, record: LedgerRecord) -> None:
        seal = record.seal
        place, matter = seal.partition.offset, seal.matter
        if matter.kind is SealKind.ADMITTED:
            mine = (matter.agency, matter.matter, matter.event_id, sm3(record.value))
            self.open[place, matter.event_id] = _Row(mine, place, "admitted", seal, matter.fact_type)
            return
        told = CODEC.decode(record.value).record
        if matter.kind is SealKind.REFUSED:
            event_id, content, fact_type = told["refused_event"], told["content_hash"], told["refused_type"]
        else:
            event_id, content, fact_type = told["held_event"], sm3(told["value"]), ""
        row = _Row(
            (told["agency"], matter.matter, event_id, content), place, _OUTCOMES[matter.kind], seal, fact_type
        )
        row.parts.append(part(matter.fact_type, told) or b"{}")
        self.open[place, event_id] = row

    def _part(self, record: LedgerRecord) -> None:
        seal = record.seal
        said = part(seal.matter.fact_type, CODEC.decode(record.value).record, seal.matter.addressed_to)
        if said is None:
            return
        row = self.open.get((seal.partition.offset, seal.matter.cause))
        if row is not None:
            row.parts.append(said)
        else:
            self.parts.append((self.partition, seal.partition.offset, seal.matter.cause, [said]))

    def _mend(self, record: LedgerRecord) -> None:
        told = CODEC.decode(record.value).record
        if told["action"] == "SKIP" and told["offset"] is not None:
            # It stands where it was skipped from then on: whoever reads receipts in order hears of it.
            moved = record.seal.partition.offset
            self.skips.append((self.partition, told["offset"], [skipped(told)], moved))

    def _marker(self, record: LedgerRecord) -> None:
        """Every partition bears the same marker: whichever comes first tells the door of the agency."""
        marker = CODEC.decode(record.value).record
        if marker["marker"] == "AGENCIES":
            code = CODEC.decode(marker["content"]).record["code"]
            self.agencies.append((code, marker["seq"], marker["content"]))

    def _close(self, place: int) -> None:
        """The cause at this place is complete: its receipts may be seen."""
        mine = [key for key in self.open if key[0] == place]
        for key in mine:
            self.puts.append(self._put(self.open.pop(key), complete=True))
        if not mine:
            self.completed.append((self.partition, place))

    def _put(self, row: _Row, *, complete: bool) -> tuple[Any, ...]:
        matter = row.seal.matter
        digest = row.seal.partition.hash if row.outcome == "admitted" else NO_HASH
        seen = (row.outcome, complete, row.fact_type, matter.seq, digest, matter.received_at, row.parts)
        agency, about, event_id, content = row.mine
        mine = (storable(agency), storable(about), storable(event_id), content)
        return (*mine, self.partition, row.place, *seen)


def storable(text: str) -> str:
    """An id as PostgreSQL can hold it: U+0000 is no character there, and nothing may stop the fold."""
    return text.replace("\x00", "\ufffd")


class ReceiptFold:
    """The fold of the ledger into ``door.receipt``."""

    name = "receipts"

    async def apply(self, connection: Connection, partition: int, records: Sequence[LedgerRecord]) -> None:
        """Write what these records say, in the transaction that the engine holds open."""
        changes = _Changes(partition)
        for record in records:
            changes.take(record)
        for name, rows in changes.statements():
            await connection.executemany(SQL[name], rows)


class Receipts:
    """Finds receipts, and wakes whoever waits for one."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._closed = False

    async def first(self, agency: str, event_id: str) -> dict[str, Any] | None:
        """The first receipt of an agency's event, or None."""
        row = await self._pool.fetchrow(SQL["first_receipt"], agency, event_id)
        return None if row is None else receipt(dict(row))

    async def of(self, sealed: Sealed) -> dict[str, Any] | None:
        """The receipt of exactly this content, or None."""
        key = (sealed.agency, sealed.matter, sealed.event_id, sealed.content_hash)
        row = await self._pool.fetchrow(SQL["receipt_of_content"], *key)
        return None if row is None else receipt(dict(row))

    @contextmanager
    def listening(self, event_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever something about this fact was folded."""
        bell = asyncio.Event()
        self._waiting.setdefault(event_id, set()).add(bell)
        try:
            yield bell
        finally:
            bells = self._waiting[event_id]
            bells.discard(bell)
            if not bells:
                del self._waiting[event_id]

    async def wait(self, bell: asyncio.Event, look: Look, seconds: float) -> dict[str, Any] | None:
        """Look until there is a receipt that is decided, for so many seconds at most; then what there is.

        Another gateway process may have folded what this one was not told: so it looks again now and then.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            bell.clear()
            found = await look()
            left = end - loop.time()
            if left <= 0 or self._closed or (found is not None and found["status"] != "waiting"):
                return found
            try:
                async with asyncio.timeout(min(left, _RECHECK)):
                    await bell.wait()
            except TimeoutError:
                continue

    def close(self) -> None:
        """Answer whoever waits with what there is: the process stops."""
        self._closed = True
        for bells in self._waiting.values():
            for bell in bells:
                bell.set()

    async def wake(self, records: Sequence[LedgerRecord]) -> None:
        """Ring for each fact that these records, folded and committed, concern."""
        for record in records:
            for event_id in (record.seal.matter.event_id, record.seal.matter.cause):
                for bell in self._waiting.get(event_id, ()):
                    bell.set()
