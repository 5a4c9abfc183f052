"""The owner's tables as a fold of the ledger: one way to write them, live or when catching up.

Live, the matters after a batch are known already: the decision applied the same `evolve` that the fold
applies. So the live path hands them over, and the catch-up computes them; both write the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backbone.queries import load_queries
from processors.evolve import evolve
from processors.model import Matter, dump, load, new_matter
from schemas.codec import CODEC
from schemas.seal import Seal, sm3

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from backbone.database import Connection
    from backbone.records import LedgerRecord

SQL = load_queries("processors.owner", "sql/store.sql")

ADMITTED, REFUSED, HELD, MARKER, MEND = "ADMITTED", "REFUSED", "HELD", "MARKER", "MEND"


@dataclass(frozen=True, slots=True)
class Item:
    """One ledger record, decoded: its seal, its value and what the value says."""

    seal: Seal
    value: bytes
    record: Mapping[str, Any]


@dataclass(slots=True)
class Rows:
    """What one batch writes: matters after it, and the records themselves."""

    matters: dict[str, Matter]
    items: Sequence[Item] = field(default_factory=list)


def items_of(records: Iterable[LedgerRecord]) -> list[Item]:
    """Decode ledger records that were read from the broker."""
    return [Item(r.seal, r.value, CODEC.decode(r.value).record) for r in records]


def evolve_all(matters: dict[str, Matter], items: Iterable[Item]) -> dict[str, Matter]:
    """Apply records to the matters they concern; matters without a row begin anew."""
    after: dict[str, Matter] = {}
    for item in items:
        part = item.seal.matter
        if part.kind in {MARKER, REFUSED}:
            continue
        before = after.get(part.matter) or matters.get(part.matter) or new_matter(part.matter)
        after[part.matter] = evolve(before, part, item.record, item.seal.partition.hash)
    return after


async def read_matters(connection: Connection, ids: Iterable[str]) -> dict[str, Matter]:
    """Read the folded states of these matters; those never seen are absent."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await connection.fetch(SQL["matters"], wanted)
    return {row["matter"]: load(row["folded"]) for row in rows}


class CatchUpFold:
    """The fold that reads its matters from the tables: used at take-over and by a rebuild."""

    name = "owner"

    async def apply(self, connection: Connection, partition: int, records: Sequence[LedgerRecord]) -> None:
        """Write what these records lead to. Raises what the database raises."""
        items = items_of(records)
        ids = {i.seal.matter.matter for i in items if i.seal.matter.kind not in {MARKER, REFUSED}}
        matters = evolve_all(await read_matters(connection, ids), items)
        await write(connection, partition, Rows(matters, items))


class LiveFold:
    """The fold of a batch that this owner decided itself, with its matters at hand."""

    name = "owner"

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def apply(self, connection: Connection, partition: int, records: Sequence[LedgerRecord]) -> None:
        """Write the rows of the batch; `records` are those of the batch, checked by the engine."""
        del records
        await write(connection, partition, self._rows)


async def write(connection: Connection, partition: int, rows: Rows) -> None:
    """Write all rows of one batch of one partition, table by table."""
    if rows.matters:
        await _write_matters(connection, partition, list(rows.matters.values()))
        await _write_clocks(connection, partition, rows.matters.values())
    await _write_seen(connection, rows.items)
    await _write_parked(connection, partition, rows.items)
    await _write_markers(connection, partition, rows.items)


async def _write_matters(connection: Connection, partition: int, matters: Sequence[Matter]) -> None:
    await connection.execute(
        SQL["put_matters"],
        [m.id for m in matters],
        [partition] * len(matters),
        [m.procedure for m in matters],
        [m.state for m in matters],
        [m.seq for m in matters],
        [m.holder for m in matters],
        [m.held for m in matters],
        [dump(m) for m in matters],
    )


async def _write_clocks(connection: Connection, partition: int, matters: Iterable[Matter]) -> None:
    pairs = [(m, c) for m in matters for c in m.clocks.values()]
    if not pairs:
        return
    await connection.execute(
        SQL["put_clocks"],
        [c.id for _, c in pairs],
        [m.id for m, _ in pairs],
        [partition] * len(pairs),
        [c.rule for _, c in pairs],
        [c.state for _, c in pairs],
        [c.responsible for _, c in pairs],
        [c.due for _, c in pairs],
        [c.calendar for _, c in pairs],
        # A held matter's alarms wait for the mend; a stopped or paused clock has none.
        [None if m.held else c.next_alarm() for m, c in pairs],
    )


async def _write_seen(connection: Connection, items: Iterable[Item]) -> None:
    rows = [row for item in items if (row := _seen_row(item)) is not None]
    if not rows:
        return
    # The last outcome of a key wins: a fact held and decided in one batch is decided.
    unique = {row[:4]: row for row in rows}
    matter, agency, event, digest, outcome = zip(*unique.values(), strict=True)
    await connection.execute(SQL["put_seen"], matter, agency, event, digest, outcome)


def _seen_row(item: Item) -> tuple[str, str, str, bytes, str] | None:
    part, record = item.seal.matter, item.record
    if part.kind == ADMITTED:
        return part.matter, part.agency, part.event_id, sm3(item.value), "admitted"
    if part.kind == REFUSED:
        return part.matter, record["agency"], record["refused_event"], record["content_hash"], "refused"
    if part.kind == HELD:
        return part.matter, record["agency"], record["held_event"], sm3(record["value"]), "waiting"
    return None


async def _write_parked(connection: Connection, partition: int, items: Sequence[Item]) -> None:
    """Park what was held and let go what a mend released, in the order in which the ledger says it."""
    held: list[Item] = []
    for item in items:
        if item.seal.matter.kind == HELD:
            held.append(item)
        elif item.seal.matter.kind == MEND:
            await _park(connection, partition, held)
            held = []
            record = item.record
            await connection.execute(
                SQL["release_parked"], item.seal.matter.matter, record["offset"], record["remaining"]
            )
    await _park(connection, partition, held)


async def _park(connection: Connection, partition: int, held: Sequence[Item]) -> None:
    # A record held twice in one batch (by a mend that failed again) keeps its last reason.
    rows = list({(i.seal.matter.matter, i.seal.partition.offset): i for i in held}.values())
    if not rows:
        return
    await connection.execute(
        SQL["put_parked"],
        [partition] * len(rows),
        [i.seal.partition.offset for i in rows],
        [i.seal.matter.matter for i in rows],
        [i.record["agency"] for i in rows],
        [i.record["held_event"] for i in rows],
        [i.record["kind"] for i in rows],
        [i.record["reason_code"] for i in rows],
        [i.record["detail"] for i in rows],
        [i.seal.matter.received_at for i in rows],
        [i.record["stamp_key"] for i in rows],
        [i.record["value"] for i in rows],
    )


async def _write_markers(connection: Connection, partition: int, items: Iterable[Item]) -> None:
    for item in items:
        part, marker = item.seal.matter, item.record
        if part.kind != MARKER:
            continue
        await connection.execute(
            SQL["put_marker"],
            partition,
            item.seal.partition.number,
            marker["marker"],
            marker["seq"],
            part.received_at,
            item.value,
        )
        await connection.execute(SQL["put_versions"], partition, part.rulebook, part.calendar, part.agencies)
