"""One batch, decided: a pure function of what arrived, what the tables held and the rules in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processors.entries import sealed_entry
from processors.model import Entry, Incoming, Matter, Outcome, Rules, new_matter
from processors.owner.arrival import DeadLetter
from processors.owner.store import Key, Versions
from processors.step import fire, mend, step
from schemas.agencies import PLATFORM
from schemas.codec import CODEC
from schemas.envelope import Kind
from schemas.seal import SealKind, SealMatter, sm3

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class NoGenesis(RuntimeError):
    """The partition does not begin with a genesis marker: provision the stack (`liandong up` does)."""


class PackMissing(RuntimeError):
    """The rulebook in force is not the one this worker carries: install the release that carries it."""


@dataclass(slots=True)
class Loaded:
    """What the tables held for the matters of one batch."""

    matters: dict[str, Matter]
    seen: dict[Key, frozenset[bytes]] = field(default_factory=dict)
    parked: dict[str, list[Incoming]] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """What one batch comes to: ledger entries, dead letters, the matters after it, and where it ends.

    `position` is the next offset of `inbound`; `received_at` (micros) the last instant of the partition.
    """

    position: int
    received_at: int
    versions: Versions
    entries: list[Entry] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    matters: dict[str, Matter] = field(default_factory=dict)


def decide_batch(
    arrivals: Iterable[Incoming | DeadLetter], loaded: Loaded, rules: Rules, batch: Batch
) -> Batch:
    """Decide what arrived, in order, into `batch`. Raises NoGenesis, PackMissing."""
    for arrival in arrivals:
        if isinstance(arrival, DeadLetter):
            batch.dead.append(arrival)
            batch.position = arrival.raw.offset + 1
            continue
        if arrival.kind is Kind.MARKER:
            _mark(arrival, rules, batch)
        elif arrival.kind is not Kind.TICK:
            _decide(arrival, loaded, rules, batch)
        batch.position = arrival.offset + 1
        batch.received_at = arrival.received_at
    return batch


def fire_batch(due: Sequence[str], loaded: Loaded, rules: Rules, batch: Batch) -> Batch:
    """Fire the alarms of these matters that are at or before the partition's last instant, into `batch`."""
    for matter in due:
        _take(fire(loaded.matters[matter], batch.received_at, rules, batch.position - 1), loaded, batch)
    return batch


def _decide(arrival: Incoming, loaded: Loaded, rules: Rules, batch: Batch) -> None:
    if batch.versions.marker_seq < 0:
        raise NoGenesis(f"inbound/{arrival.partition}@{arrival.offset}: {NoGenesis.__doc__}")
    matter = loaded.matters.get(arrival.matter) or new_matter(arrival.matter)
    if arrival.kind is Kind.MEND:
        parked = loaded.parked.pop(arrival.matter, [])
        outcome = mend(matter, arrival, parked, rules, _without(loaded.seen, parked))
    else:
        outcome = step(matter, arrival, rules, loaded.seen)
    _take(outcome, loaded, batch)


def _take(outcome: Outcome, loaded: Loaded, batch: Batch) -> None:
    batch.entries.extend(outcome.entries)
    for entry in outcome.entries:
        _remember(entry, loaded)
    if any(entry.seal.kind != "REFUSED" for entry in outcome.entries):
        loaded.matters[outcome.matter.id] = outcome.matter
        batch.matters[outcome.matter.id] = outcome.matter


def _remember(entry: Entry, loaded: Loaded) -> None:
    """Let the rest of the batch know this id and content, as the tables will."""
    part, record = entry.seal, entry.record
    if part.kind == "ADMITTED":
        key, digest = (part.agency, part.matter, part.event_id), sm3(entry.value)
    elif part.kind == "REFUSED":
        key, digest = (record["agency"], part.matter, record["refused_event"]), record["content_hash"]
    elif part.kind == "HELD":
        key, digest = (record["agency"], part.matter, record["held_event"]), sm3(record["value"])
    else:
        return
    loaded.seen[key] = loaded.seen.get(key, frozenset()) | {digest}


def _without(seen: dict[Key, frozenset[bytes]], parked: Sequence[Incoming]) -> dict[Key, frozenset[bytes]]:
    """Leave out what the parked themselves left behind: they are decided for the first time now."""
    cleared = dict(seen)
    for one in parked:
        key = (one.agency, one.matter, one.event_id)
        cleared[key] = cleared.get(key, frozenset()) - {sm3(one.value)}
    return cleared


def _mark(arrival: Incoming, rules: Rules, batch: Batch) -> None:
    """Let a marker take effect: from here on the partition decides with its versions."""
    marker = CODEC.decode(arrival.value).record
    if marker["seq"] <= batch.versions.marker_seq:
        return
    if marker["marker"] != "GENESIS":
        raise PackMissing(
            f"marker {marker['marker']} at {arrival.partition}@{arrival.offset} is newer than this worker"
        )
    if marker["rulebook"] != rules.rulebook.hash:
        raise PackMissing(
            f"in force {marker['rulebook'][:12]}, carried {rules.rulebook.hash[:12]}. {PackMissing.__doc__}"
        )
    batch.versions = Versions(
        marker["seq"], marker["rulebook"], marker["calendar_version"], marker["agencies_version"]
    )
    seal = SealMatter(
        matter=arrival.matter,
        seq=0,
        received_at=arrival.received_at,
        kind=SealKind.MARKER,
        fact_type="Marker",
        event_id=arrival.event_id,
        agency=PLATFORM,
        rulebook=marker["rulebook"],
        calendar=marker["calendar_version"],
        agencies=marker["agencies_version"],
    )
    batch.entries.append(sealed_entry(seal, arrival.value, marker, last=True, offset=arrival.offset))
