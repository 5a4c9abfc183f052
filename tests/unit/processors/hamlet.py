"""A town for single cases: facts as their examples have them, stated at local times."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from processors.model import Rules
from processors.owner.force import Base
from processors.replay import differences
from processors.rulebook import Rulebook
from processors.rulebook.library import Library
from processors.testing import Town
from producers.testing import SPEAKERS
from schemas.agencies import AGENCIES
from schemas.beijing import SHANGHAI
from schemas.calendar import CALENDAR
from schemas.codec import CODEC
from schemas.envelope import Kind
from schemas.identifiers import derived_id, make_matter_id, reference_matter
from tests.unit.processors.wandering import template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backbone.records import LedgerRecord
    from processors.model import Clock, Entry

WATER, TOWN, DESK, GOVERNMENT = "310120-ZG04", "310120-JD11", "310120-CG01", "310120-GV01"
STRANGE = b"\x00\x7f\xff\xff\xff" + b"of a later release"
"""Good framing, a schema id that no release has: its matter waits."""

OWN = Rulebook.load(["national", "delta", "fengxian"])


def base_of(editions: Iterable[Rulebook] = (OWN,)) -> Base:
    """Give what a stack begins with whose workers carry these editions, the first in force."""
    library = Library(list(editions))
    return Base(Rules(library.own, CALENDAR, AGENCIES, simulated=True, carried=library.hashes), library)


def at(text: str) -> int:
    """Give the instant (micros) of a local time: at("2026-09-08 10:00")."""
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()) * 1_000_000


@dataclass
class Hamlet:
    """A town in which one says what is stated and what goes wrong."""

    base: Base = field(default_factory=base_of)
    start: str = "2026-09-08 08:00"
    partitions: int = 3
    town: Town = field(init=False)
    serial: int = 0

    def __post_init__(self) -> None:
        """Found it."""
        self.town = Town(self.base, at(self.start), self.partitions)

    def open(self, kind: str, agency: str) -> str:
        """Number a matter of an agency."""
        self.serial += 1
        return make_matter_id(kind, agency, date(2026, 9, 8), self.serial)

    def say(self, fact: str, when: str, matter: str, agency: str = "", /, **fields: Any) -> list[Entry]:
        """State a fact at a local time."""
        self.town.advance(at(when))
        return self.town.post(fact, self.record(fact, matter, agency, **fields))

    def record(self, fact: str, matter: str, agency: str = "", /, **fields: Any) -> dict[str, Any]:
        """Give the example of a fact as stated now, with some fields changed; `meta` changes its meta."""
        record = deepcopy(template(fact))
        meta = {"event_id": self.town.event_id(), "matter": matter, "agency": agency or SPEAKERS[fact]}
        record["meta"] |= meta | {"occurred_at": self.town.now} | fields.pop("meta", {})
        return record | fields

    def publish(self, fact: str, when: str, kind: str, agency: str = "", /, **fields: Any) -> list[Entry]:
        """State a fact of reference data."""
        return self.say(fact, when, reference_matter(kind), agency, **fields)

    def strange(self, matter: str, when: str) -> list[Entry]:
        """Let something arrive that nobody can decode."""
        self.town.advance(at(when))
        return self.town.arrive(Kind.FACT, WATER, matter, self.town.event_id(), STRANGE)

    def deliver(self, fact: str, when: str, meta: Mapping[str, Any], /, **fields: Any) -> list[Entry]:
        """Deliver an effect as the backbone would."""
        self.town.advance(at(when))
        known = {
            "event_id": derived("effect", self.serial),
            "rule": "T-01@1",
            "depth": 1,
            "cause": self.town.event_id(),
            "cause_matter": "AJ-310120-JD11-20260908-000001-1",
            "cause_agency": TOWN,
            "cause_fact": "CaseFiled",
            "cause_received_at": self.town.now,
            "cause_hash": b"",
            "correlation_id": "c",
            "region": "310120",
            "scope": "DISTRICT",
            "sensitivity": "L3",
            "citation": None,
        }
        record = {"meta": known | dict(meta), **fields}
        told = record["meta"]
        return self.town.arrive(
            Kind.EFFECT, "000000-PT01", told["matter"], told["event_id"], CODEC.encode(fact, record)
        )

    def wait(self, until: str) -> None:
        """Let time pass."""
        self.town.advance(at(until))

    def clock(self, matter: str, rule: str) -> Clock:
        """Give the last clock of a rule (without version) in a matter."""
        return [c for c in self.town.matter(matter).clocks.values() if c.base == rule][-1]

    def ledger(self, matter: str = "") -> list[LedgerRecord]:
        """Give the ledger, or that of one matter."""
        records = [r for p in self.town.partitions for r in p.ledger]
        return [r for r in records if matter in {"", r.seal.matter.matter}]

    def told(self, matter: str, fact: str) -> list[tuple[int, dict[str, Any]]]:
        """Give the records of a type in a matter, each with its instant."""
        found = [r for r in self.ledger(matter) if r.seal.matter.fact_type == fact]
        return [(r.seal.matter.received_at, CODEC.decode(r.value).record) for r in found]

    def chains(self) -> dict[str, list[bytes]]:
        """Give the hashes of every chain."""
        chains: dict[str, list[bytes]] = {}
        for record in self.ledger():
            if record.seal.matter.seq:
                chains.setdefault(record.seal.matter.matter, []).append(record.seal.partition.hash)
        return chains

    def check_replay(self) -> None:
        """Replay every partition: the chains come out hash for hash."""
        for each in self.town.partitions:
            assert [str(d) for d in differences(each.ledger, self.base, each.received_at)] == []


def derived(name: str, number: int) -> str:
    """Give an event id of the backbone's own."""
    return derived_id(at("2026-09-08 08:00"), name, "T-01@1", number)


def kinds(entries: Iterable[Entry]) -> list[str]:
    """Name the kinds of some entries: ADMITTED, DERIVED, REFUSED, HELD, MEND."""
    return [str(entry.seal.kind) for entry in entries]


def code(entries: Iterable[Entry]) -> str:
    """Give the code of the refusal among some entries, "" if there is none."""
    return "".join(e.record["code"] for e in entries if e.seal.fact_type == "FactRefused")
