"""A district for decisions: its matters and what they owe each other, decided as their owners would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from processors.model import new_matter
from schemas.codec import CODEC
from schemas.envelope import Kind
from schemas.identifiers import make_event_id, make_matter_id
from tests.unit.processors.packs.bodies import BODIES, DESK, FENGPU, PLATFORM, SITE, WATER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.model import Clock, Entry, Matter, Rules
    from tests.unit.processors.conftest import Kit, World


@dataclass
class District:
    """Matters by id, decided in the order in which facts are stated; effects are delivered at once."""

    kit: Kit
    rules: Rules
    worlds: dict[str, World] = field(default_factory=dict)
    said: list[Entry] = field(default_factory=list)
    serial: int = 0

    def open(self, kind: str, agency: str, day: str = "2026-09-08") -> str:
        """Number a matter that an agency opens."""
        self.serial += 1
        return make_matter_id(kind, agency, date.fromisoformat(day), self.serial)

    def world(self, matter: str) -> World:
        """Give the owner of one matter."""
        if matter not in self.worlds:
            self.worlds[matter] = self.kit.World(new_matter(matter), self.rules)
        return self.worlds[matter]

    def matter(self, matter: str) -> Matter:
        """Give a matter as it is now."""
        return self.world(matter).matter

    def say(
        self,
        matter: str,
        fact: str,
        when: str,
        agency: str,
        meta: Mapping[str, Any] | None = None,
        /,
        **body: Any,
    ) -> list[Entry]:
        """State a fact at a local time, deliver what it owes; gives all new entries."""
        instant, world = self.kit.at(when), self.world(matter)
        event_id = make_event_id(instant, f"{len(self.said):010}".encode())
        record = {
            "meta": {
                "event_id": event_id,
                "matter": matter,
                "occurred_at": instant,
                "agency": agency,
                "role": "DISPATCH_DESK",
                "region": "310120",
                "scope": "DELTA",
                "sensitivity": "L3",
                "correlation_id": "c-1",
                **(meta or {}),
            },
            **(self.kit.bodies[fact] if fact in self.kit.bodies else BODIES[fact]),
            **body,
        }
        world.rules = self.rules
        entries = world.take(world.arrived(CODEC.encode(fact, record), instant, agency, event_id))
        return self._told(entries, instant)

    def _told(self, entries: list[Entry], instant: int) -> list[Entry]:
        self.said += entries
        owed = [
            e.record for e in entries if e.seal.fact_type == "EffectOwed" and e.record["kind"] == "EFFECT"
        ]
        for one in owed:
            world = self.world(one["target"])
            value, event_id = one["value"], one["effect_event"]
            entries = entries + self._told(
                world.take(world.arrived(value, instant, PLATFORM, event_id, Kind.EFFECT)), instant
            )
        return entries

    def deliver(self, fact: str, record: Mapping[str, Any], when: str) -> list[Entry]:
        """Deliver an effect as the backbone would; gives the new entries."""
        meta, instant = record["meta"], self.kit.at(when)
        world = self.world(meta["matter"])
        value = CODEC.encode(fact, record)
        return self._told(
            world.take(world.arrived(value, instant, PLATFORM, meta["event_id"], Kind.EFFECT)), instant
        )

    def wait(self, matter: str, until: str) -> list[Entry]:
        """Let time pass for a matter; gives what its alarms said."""
        return self.world(matter).wait(until)

    def clock(self, matter: str, rule: str) -> Clock:
        """Give the last clock of a rule (without version) in a matter."""
        return [c for c in self.matter(matter).clocks.values() if c.base == rule][-1]

    def clue(self, when: str = "2026-09-08 10:00", /, **body: Any) -> str:
        """Let 区水务局 transfer a complete clue; gives its matter."""
        matter = self.open("XS", WATER)
        self.say(matter, "ClueTransferred", when, WATER, **body)
        return matter

    def handed_over(self) -> str:
        """Give a clue that 奉浦 disputed, and that the triage desk then forwarded to 南桥, on 2026-09-09."""
        matter = self.clue(location={**SITE, "township_code9": "310120002"})
        self.say(matter, "ClueJurisdictionDisputed", "2026-09-08 14:00", FENGPU)
        self.say(matter, "ClueTriageReceived", "2026-09-08 15:00", DESK)
        self.say(matter, "ClueTriaged", "2026-09-09 09:00", DESK)
        self.say(matter, "ClueForwarded", "2026-09-09 10:00", DESK)
        return matter

    def check(self) -> None:
        """Verify every chain, and that each fold is the live matter."""
        for world in self.worlds.values():
            self.kit.check_chain(world.entries, world.matter)


def refusal(entries: list[Entry]) -> Mapping[str, Any]:
    """Give the refusal among some entries."""
    (found,) = [e.record for e in entries if e.seal.fact_type == "FactRefused"]
    assert found["remedy_zh"]
    assert found["remedy_en"]
    return found
