"""One batch, decided: a pure function of what arrived, what the tables held and the rules in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.entries import sealed_entry
from processors.model import Entry, Incoming, Matter, Outcome, new_matter
from processors.owner.arrival import DeadLetter
from processors.step import fire, mend, step
from schemas.agencies import PLATFORM
from schemas.codec import CODEC
from schemas.envelope import Kind
from schemas.seal import SealKind, SealMatter, sm3

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from processors.owner.force import InForce
    from processors.owner.store import Key


class NoGenesis(RuntimeError):
    """The partition does not begin with a genesis marker: provision the stack (`liandong up` does)."""


@dataclass(slots=True)
class Loaded:
    """What the tables held for the matters of one batch."""

    matters: dict[str, Matter]
    seen: dict[Key, frozenset[bytes]] = field(default_factory=dict)
    parked: dict[str, list[Incoming]] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """What one batch comes to: ledger entries, dead letters, the matters after it, and where it ends.

    `position` is the next offset of `inbound`; `received_at` (micros) the last instant of the partition;
    `force` what is in force in it.
    """

    position: int
    received_at: int
    force: InForce
    entries: list[Entry] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    matters: dict[str, Matter] = field(default_factory=dict)


def decide_batch(arrivals: Iterable[Incoming | DeadLetter], loaded: Loaded, batch: Batch) -> Batch:
    """Decide what arrived, in order, into `batch`. Raises NoGenesis, PackMissing, ReferenceDiffers.

    A marker changes what is in force for whatever follows; alarms at or before it must have fired.
    """
    for arrival in arrivals:
        if isinstance(arrival, DeadLetter):
            batch.dead.append(arrival)
            batch.position = arrival.raw.offset + 1
            continue
        if arrival.kind is Kind.MARKER:
            _mark(arrival, batch)
        elif arrival.kind is not Kind.TICK:
            _decide(arrival, loaded, batch)
        batch.position = arrival.offset + 1
        batch.received_at = arrival.received_at
    return batch


def fire_batch(due: Sequence[str], loaded: Loaded, batch: Batch) -> Batch:
    """Fire the alarms of these matters that are at or before the partition's last instant, into `batch`."""
    rules = batch.force.rules
    for matter in due:
        _take(fire(loaded.matters[matter], batch.received_at, rules, batch.position - 1), loaded, batch)
    return batch


def _decide(arrival: Incoming, loaded: Loaded, batch: Batch) -> None:
    rules = batch.force.rules
    if not batch.force.begun:
        raise NoGenesis(f"inbound/{arrival.partition}@{arrival.offset}: {NoGenesis.__doc__}")
    matter = loaded.matters.get(arrival.matter) or new_matter(arrival.matter)
    if arrival.kind is not Kind.MEND:
        _take(step(matter, arrival, rules, loaded.seen), loaded, batch)
        return
    parked = loaded.parked.pop(arrival.matter, [])
    outcome = mend(matter, arrival, parked, rules, without(loaded.seen, parked))
    _take(outcome, loaded, batch)
    # Alarms that waited with it, and its clocks if a calendar came meanwhile: nobody else would look at them.
    _take(fire(outcome.matter, arrival.received_at, rules, arrival.offset), loaded, batch)


def _take(outcome: Outcome, loaded: Loaded, batch: Batch) -> None:
    batch.entries.extend(outcome.entries)
    for entry in outcome.entries:
        _remember(entry, loaded)
    if any(entry.seal.kind != "REFUSED" for entry in outcome.entries):
        loaded.matters[outcome.matter.id] = outcome.matter
        batch.matters[outcome.matter.id] = outcome.matter


def _remember(entry: Entry, loaded: Loaded) -> None:
    """Let the rest of the batch know this id and content, as the tables will."""
    remember(loaded.seen, entry.seal, entry.record, entry.value)


def remember(
    seen: dict[Key, frozenset[bytes]], seal: SealMatter, record: Mapping[str, Any], value: bytes
) -> None:
    """Note the id and the content hash of what a ledger record took in, refused or held."""
    if seal.kind is SealKind.ADMITTED:
        key, digest = (seal.agency, seal.matter, seal.event_id), sm3(value)
    elif seal.kind is SealKind.REFUSED:
        key, digest = (record["agency"], seal.matter, record["refused_event"]), record["content_hash"]
    elif seal.kind is SealKind.HELD:
        key, digest = (record["agency"], seal.matter, record["held_event"]), sm3(record["value"])
    else:
        return
    seen[key] = seen.get(key, frozenset()) | {digest}


def without(seen: dict[Key, frozenset[bytes]], parked: Sequence[Incoming]) -> dict[Key, frozenset[bytes]]:
    """Leave out what the parked themselves left behind: they are decided for the first time now."""
    cleared = dict(seen)
    for one in parked:
        key = (one.agency, one.matter, one.event_id)
        cleared[key] = cleared.get(key, frozenset()) - {sm3(one.value)}
    return cleared


def _mark(arrival: Incoming, batch: Batch) -> None:
    """Let a marker take effect: from here on the partition decides with it."""
    marker = CODEC.decode(arrival.value).record
    after = batch.force.after(marker, arrival.received_at)
    if after is batch.force:
        return
    batch.force = after
    rules = after.rules
    seal = SealMatter(
        matter=arrival.matter,
        seq=0,
        received_at=arrival.received_at,
        kind=SealKind.MARKER,
        fact_type="Marker",
        event_id=arrival.event_id,
        agency=PLATFORM,
        rulebook=rules.rulebook.hash,
        calendar=rules.calendar.version,
        agencies=rules.agencies.version,
    )
    batch.entries.append(sealed_entry(seal, arrival.value, marker, last=True, offset=arrival.offset))
