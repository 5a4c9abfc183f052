"""Replay 重放: the ledger's own input, decided again from nothing; the chain must come out hash for hash.

Input are admitted and held values, markers and mends, in the order of their coordinates in `inbound`, with
their `received_at`. What was held is held again, whatever this release would make of it; a mend releases as
many as it released then. What was refused moves nothing, but its id was used.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace as changed

from processors.model import Incoming, Matter, new_matter
from processors.owner.batch import remember, without
from processors.owner.force import InForce, before_genesis
from processors.step import fire, mend, step
from schemas.agencies import PLATFORM
from schemas.codec import CODEC
from schemas.contracts import contracts
from schemas.envelope import Kind
from schemas.errors import Code
from schemas.seal import SealKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from backbone.records import LedgerRecord
    from processors.model import Outcome
    from processors.owner.force import Base
    from processors.owner.store import Key

UNRUNG = frozenset({Code.BEHIND_HELD, Code.ALARM_FAILED})
"""Reasons of a hold before which no alarm of the matter was given."""


@dataclass(frozen=True, slots=True)
class Link:
    """One record of a matter's chain: its type, the rule that it names, its hash."""

    fact: str
    rule: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a matter's chain comes out otherwise; None on a side that has no record there."""

    matter: str
    seq: int
    ledger: Link | None
    replay: Link | None

    def __str__(self) -> str:
        """Say it in one line."""
        ledger, replay = _named(self.ledger), _named(self.replay)
        return f"{self.matter} #{self.seq}: the ledger has {ledger}, the replay {replay}"


def _named(link: Link | None) -> str:
    return "nothing" if link is None else f"{link.fact} {link.rule} {link.hash.hex()[:12]}"


@dataclass(slots=True)
class Replay:
    """One partition, decided again. `chains` are the matters' chains as they come out."""

    base: Base
    force: InForce = field(init=False)
    matters: dict[str, Matter] = field(default_factory=dict)
    parked: dict[str, list[Incoming]] = field(default_factory=dict)
    seen: dict[Key, frozenset[bytes]] = field(default_factory=dict)
    chains: defaultdict[str, list[Link]] = field(default_factory=lambda: defaultdict(list))
    offset: int = -1

    def __post_init__(self) -> None:
        """Begin before the genesis marker."""
        self.force = before_genesis(self.base)

    def take(self, record: LedgerRecord) -> None:
        """Decide one input again. Raises PackMissing if an edition that was in force is not carried."""
        seal, record_ = record.seal.matter, CODEC.decode(record.value).record
        self.offset = record.seal.partition.offset
        if seal.kind is SealKind.MARKER:
            self.fire(seal.received_at)
            self.force = self.force.after(record_, seal.received_at)
        elif seal.kind is SealKind.HELD:
            self._hold(record, record_)
        elif seal.kind is SealKind.MEND:
            self._mend(record, record_)
        elif seal.kind is SealKind.ADMITTED:
            incoming = _incoming(record, record.value, Kind.FACT, seal.agency, seal.event_id)
            self._keep(step(self._matter(seal.matter), incoming, self.force.rules, {}))
        remember(self.seen, seal, record_, record.value)

    def fire(self, until: int) -> None:
        """Give every alarm at or before an instant (micros)."""
        for matter in list(self.matters.values()):
            self._keep(fire(matter, until, self.force.rules, self.offset))

    def _matter(self, name: str) -> Matter:
        return self.matters.get(name) or new_matter(name)

    def _keep(self, outcome: Outcome) -> None:
        self.matters[outcome.matter.id] = outcome.matter
        for entry in outcome.entries:
            remember(self.seen, entry.seal, entry.record, entry.value)
            if entry.seal.seq:
                link = Link(entry.seal.fact_type, entry.seal.rule, entry.hash)
                self.chains[entry.seal.matter].append(link)

    def _hold(self, record: LedgerRecord, held: Mapping[str, Any]) -> None:
        """Hold again, for the first time or after a mend; before that, alarms of its matter were given."""
        seal = record.seal.matter
        if held["reason_code"] not in UNRUNG:
            matter = changed(self._matter(seal.matter), held=False)
            self._keep(fire(matter, seal.received_at, self.force.rules, self.offset))
        waiting = self.parked.setdefault(seal.matter, [])
        incoming = _incoming(record, held["value"], Kind(held["kind"]), held["agency"], held["held_event"])
        if all(one.offset != incoming.offset for one in waiting):
            waiting.append(incoming)
        self.matters[seal.matter] = changed(self._matter(seal.matter), held=True)

    def _mend(self, record: LedgerRecord, said: Mapping[str, Any]) -> None:
        """Release what was released then: what it skipped, and all that waited but the last `remaining`."""
        name = record.seal.matter.matter
        waiting = sorted(self.parked.pop(name, []), key=lambda one: (one.received_at, one.offset))
        skipped = [one for one in waiting if one.offset == said["offset"]]
        rest = [one for one in waiting if one.offset != said["offset"]]
        released = len(rest) - said["remaining"]
        value = CODEC.encode("Mend", {**said, "remaining": -1})
        incoming = _incoming(record, value, Kind.MEND, PLATFORM, said["meta"]["event_id"])
        seen = without(self.seen, waiting)
        matter, rules = self._matter(name), self.force.rules
        self._keep(mend(matter, incoming, [*skipped, *rest[:released]], rules, seen))
        if rest[released:]:
            self.parked[name] = rest[released:]
            self.matters[name] = changed(self.matters[name], held=True)


def _incoming(record: LedgerRecord, value: bytes, kind: Kind, agency: str, event_id: str) -> Incoming:
    seal, place = record.seal.matter, record.seal.partition
    if kind is Kind.FACT and seal.fact_type in contracts() and contracts()[seal.fact_type].effect:
        kind = Kind.EFFECT
    return Incoming(
        kind=kind,
        matter=seal.matter,
        agency=agency,
        event_id=event_id,
        value=value,
        partition=place.partition,
        offset=place.offset,
        received_at=seal.received_at,
        stamp_key="",
    )


def inputs(records: Iterable[LedgerRecord]) -> Iterator[LedgerRecord]:
    """Give, of a partition's ledger in its order, what was input, and what was said of it: held, refused.

    What a mend let in bears the coordinates of when it came; it is input where it was held.
    """
    held: set[tuple[str, int]] = set()
    for record in records:
        kind, place = record.seal.matter.kind, (record.seal.matter.matter, record.seal.partition.offset)
        if kind is SealKind.HELD:
            held.add(place)
        if kind is not SealKind.DERIVED and not (kind is SealKind.ADMITTED and place in held):
            yield record


def differences(records: Sequence[LedgerRecord], base: Base, until: int) -> Iterator[Difference]:
    """Replay one partition's ledger until an instant (micros) and give where its chains differ."""
    again = Replay(base)
    for record in inputs(records):
        again.take(record)
    again.fire(until)
    chains: defaultdict[str, list[Link]] = defaultdict(list)
    for record in records:
        seal = record.seal.matter
        if seal.seq:
            chains[seal.matter].append(Link(seal.fact_type, seal.rule, record.seal.partition.hash))
    for matter in sorted(chains.keys() | again.chains.keys()):
        found = _first_difference(matter, chains.get(matter, []), again.chains.get(matter, []))
        if found is not None:
            yield found


def _first_difference(matter: str, ledger: Sequence[Link], replayed: Sequence[Link]) -> Difference | None:
    for index in range(max(len(ledger), len(replayed))):
        ours = ledger[index] if index < len(ledger) else None
        theirs = replayed[index] if index < len(replayed) else None
        if ours != theirs:
            return Difference(matter, index + 1, ours, theirs)
    return None
