"""A small world for decisions: one matter of 区水务局 about a place in 南桥镇, and what is in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from processors.evolve import evolve
from processors.model import Entry, Incoming, Matter, Outcome, Rules, new_matter
from processors.rulebook import Rulebook
from processors.step import fire, mend, step
from schemas.agencies import AGENCIES
from schemas.calendar import CALENDAR
from schemas.codec import CODEC
from schemas.envelope import Kind
from schemas.identifiers import make_event_id, make_matter_id
from schemas.seal import SealKind, chain_hash, encode_matter_part, sm3

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SHANGHAI = ZoneInfo("Asia/Shanghai")
WATER = "310120-ZG04"
NANQIAO = "310120-JD11"
FENGCHENG = "310120-JD12"
TRIAGE = "310120-CG01"


def at(text: str) -> int:
    """Give the instant (micros) of a local time: at("2026-09-08 10:00")."""
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()) * 1_000_000


MATTER = make_matter_id("XS", WATER, datetime(2026, 9, 8, tzinfo=SHANGHAI).date(), 123)
ELEMENTS: dict[str, Any] = {
    "violation_time": {"start": at("2026-09-07 22:00"), "end": None, "precision": "HOUR"},
    "suspected_party": {
        "party_type": "LEGAL_PERSON",
        "party_token": "t-1",
        "name": None,
        "org_name": "上海某建筑工程有限公司",
        "id_kind": None,
        "id_number": None,
        "phone": None,
        "uscc": None,
        "reg_adcode": None,
        "party_role": "SUSPECTED",
        "note": None,
    },
    "fact": {
        "summary": b"ciphertext",
        "domain_code": "04",
        "cause_code": None,
        "continuing": True,
        "legal_basis": [],
    },
    "management_notice_records": [
        {
            "doc_no": "沪奉水告〔2026〕3号",
            "doc_type": "NOTICE",
            "issued_at": None,
            "issuer": None,
            "signed": True,
        }
    ],
    "absence_reason": None,
    "evidence": [
        {
            "evidence_id": "e-1",
            "kind": "AUDIOVISUAL",
            "subtype": "PHOTO",
            "collected_at": at("2026-09-07 22:10"),
            "collector_agency": WATER,
            "sm3": "0" * 64,
            "object_ref": None,
        }
    ],
}
SITE = {
    "adcode6": "310120",
    "township_code9": "310120101",
    "community_code12": None,
    "grid_code": None,
    "address_text": "南桥镇 浦南运河 东段",
    "lon": None,
    "lat": None,
    "road_class": "RIVER",
}
BODIES: dict[str, dict[str, Any]] = {
    "ClueTransferred": {
        "transfer_doc": {
            "doc_no": "沪奉水移〔2026〕1号",
            "doc_type": "OTHER",
            "issued_at": None,
            "issuer": None,
            "signed": True,
        },
        "domain_code": "04",
        **ELEMENTS,
        "location": SITE,
        "jurisdiction_claim": "CLEAR",
        "urgency": "P2",
        "reply_requested": True,
        "origin_channel": "PATROL",
    },
    "ClueReceived": {"received_by": None, "note": None},
    "ClueReturnedForSupplement": {"missing": [{"element": "evidence", "zh": "证据"}], "supplement_due": None},
    "ClueSupplemented": {**dict.fromkeys(ELEMENTS), "note": None},
    "ClueVerified": {"conclusion": "CASE_FILED", "summary": b"x", "verified_at": 0, "evidence": []},
    "ClueDispositionFedBack": {"result": "PENALTY_DECIDED", "case_no": None, "summary": b"x"},
}


def in_force(*, simulated: bool = False) -> Rules:
    """Give what is in force: the packs of this house, its calendar and register."""
    return Rules(RULEBOOK, CALENDAR, AGENCIES, simulated)


RULEBOOK = Rulebook.load(["national", "delta", "fengxian"])
RULES = in_force()


@dataclass
class World:
    """One matter of one partition, decided as its owner would; `offset` is the next place in `inbound`."""

    matter: Matter = field(default_factory=lambda: new_matter(MATTER))
    rules: Rules = RULES
    seen: dict[tuple[str, str, str], frozenset[bytes]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    offset: int = 0
    parked: list[Incoming] = field(default_factory=list)

    def incoming(
        self,
        fact: str,
        when: int,
        agency: str = WATER,
        /,
        *,
        meta: Mapping[str, Any] | None = None,
        event_id: str = "",
        **body: Any,
    ) -> Incoming:
        """Make a fact as a door would send it; `meta` and `body` replace single fields."""
        event_id = event_id or make_event_id(when, self.offset.to_bytes(10, "big"))
        record = {
            "meta": {
                "event_id": event_id,
                "matter": self.matter.id,
                "occurred_at": when,
                "agency": agency,
                "role": "DISPATCH_DESK",
                "operator": None,
                "addressed_to": [],
                "region": "310120101",
                "scope": "DISTRICT",
                "sensitivity": "L3",
                "correlation_id": "c-1",
                "causation_id": None,
                "purpose": None,
                "legal_basis": [],
                "attachments": [],
                **(meta or {}),
            },
            **BODIES[fact],
            **body,
        }
        return self.arrived(CODEC.encode(fact, record), when, agency, event_id)

    def arrived(
        self, value: bytes, when: int, agency: str, event_id: str, kind: Kind = Kind.FACT
    ) -> Incoming:
        """Place bytes in `inbound`."""
        self.offset += 1
        return Incoming(kind, self.matter.id, agency, event_id, value, 0, self.offset - 1, when, "door-1")

    def take(self, incoming: Incoming) -> list[Entry]:
        """Decide what arrived; gives the new entries."""
        return self._took(step(self.matter, incoming, self.rules, self.seen))

    def state(self, fact: str, when: str, agency: str = WATER, /, **more: Any) -> list[Entry]:
        """Let an agency state a fact at a local time; gives the new entries."""
        return self.take(self.incoming(fact, at(when), agency, **more))

    def wait(self, until: str | int) -> list[Entry]:
        """Let time pass, to a local time or an instant; gives what the alarms said."""
        instant = at(until) if isinstance(until, str) else until
        return self._took(fire(self.matter, instant, self.rules, self.offset))

    def mend(self, action: str, when: str, offset: int | None = None) -> list[Entry]:
        """Let an operator mend the matter; gives the new entries."""
        event_id = make_event_id(at(when), self.offset.to_bytes(10, "big"))
        record = {
            "meta": {
                "event_id": event_id,
                "matter": self.matter.id,
                "cause": "",
                "rule": "",
                "citation": None,
                "correlation_id": "c-mend",
            },
            "action": action,
            "offset": offset,
            "who": "operator",
            "why": "tested",
            "remaining": -1,
        }
        one = self.arrived(CODEC.encode("Mend", record), at(when), "000000-PT01", event_id, Kind.MEND)
        seen = {k: v for k, v in self.seen.items() if k not in {self._key(p) for p in self.parked}}
        return self._took(mend(self.matter, one, tuple(self.parked), self.rules, seen))

    def _key(self, one: Incoming) -> tuple[str, str, str]:
        return (one.agency, one.matter, one.event_id)

    def _took(self, outcome: Outcome) -> list[Entry]:
        self.matter = outcome.matter
        self.entries.extend(outcome.entries)
        for entry in outcome.entries:
            self._remember(entry)
        return list(outcome.entries)

    def _remember(self, entry: Entry) -> None:
        record = entry.record
        if entry.seal.kind is SealKind.ADMITTED:
            self._saw(entry.seal.agency, entry.seal.event_id, sm3(entry.value))
        elif entry.seal.kind is SealKind.REFUSED:
            self._saw(record["agency"], record["refused_event"], record["content_hash"])
        elif entry.seal.kind is SealKind.HELD:
            self._saw(record["agency"], record["held_event"], sm3(record["value"]))

    def _saw(self, agency: str, event_id: str, digest: bytes) -> None:
        key = (agency, self.matter.id, event_id)
        self.seen[key] = self.seen.get(key, frozenset()) | {digest}


def types(entries: list[Entry]) -> list[str]:
    """Name the facts of some entries."""
    return [entry.seal.fact_type for entry in entries]


def of(entries: list[Entry], fact: str, rule: str = "") -> Mapping[str, Any]:
    """Give the record of the only entry of that type (and rule)."""
    (found,) = [e.record for e in entries if e.seal.fact_type == fact and rule in {"", e.seal.rule}]
    return found


def check_chain(entries: list[Entry], after: Matter) -> None:
    """Verify the chain as an auditor would, and that folding the entries gives the live matter."""
    folded, head, seq = new_matter(after.id), b"", 0
    for entry in entries:
        assert entry.matter_bytes == encode_matter_part(entry.seal)
        assert entry.hash == chain_hash(entry.matter_bytes, entry.value)
        assert CODEC.decode(entry.value).record == dict(entry.record)
        if entry.seal.kind in {SealKind.ADMITTED, SealKind.DERIVED}:
            seq += 1
            assert (entry.seal.seq, entry.seal.prev_hash) == (seq, head)
            head = entry.hash
        else:
            assert (entry.seal.seq, entry.seal.prev_hash) == (0, b"")
        folded = evolve(folded, entry.seal, entry.record, entry.hash)
    assert folded == after


@dataclass(frozen=True)
class Kit:
    """What the tests use."""

    World: type[World] = World
    at: Callable[[str], int] = at
    types: Callable[[list[Entry]], list[str]] = types
    of: Callable[..., Mapping[str, Any]] = of
    check_chain: Callable[[list[Entry], Matter], None] = check_chain
    in_force: Callable[..., Rules] = in_force
    elements: Mapping[str, Any] = field(default_factory=lambda: ELEMENTS)
    site: Mapping[str, Any] = field(default_factory=lambda: SITE)
    bodies: Mapping[str, dict[str, Any]] = field(default_factory=lambda: BODIES)
    matter: str = MATTER
    water: str = WATER
    nanqiao: str = NANQIAO
    fengcheng: str = FENGCHENG
    triage: str = TRIAGE


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit()


@pytest.fixture
def world() -> World:
    return World()
