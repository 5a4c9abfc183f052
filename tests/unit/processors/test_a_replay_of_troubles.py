"""Refusals, repeats, holds, mends that skip or fail again, a calendar in between: a replay gives the same."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.replay import differences
from processors.rulebook import Rulebook
from processors.testing import Town
from schemas.agencies import PLATFORM
from schemas.beijing import instant_of
from schemas.codec import CODEC
from schemas.envelope import Kind
from schemas.identifiers import reference_matter
from schemas.seal import SealKind
from tests.unit.processors.hamlet import OWN, STRANGE, TOWN, WATER, Hamlet, base_of, code, kinds
from tests.unit.processors.wandering import Wandering

if TYPE_CHECKING:
    from processors.model import Entry

SECOND = Rulebook((OWN.packs[1], OWN.packs[0], OWN.packs[2]))
"""The same rules as another edition: every seal shows which was in force."""

BASE = base_of([OWN, SECOND])
START = instant_of(date(2026, 9, 8), 8)


class Troubled(Wandering):
    """A course in which things also go wrong."""

    def act(self) -> None:
        """State something, send it again, send something strange, mend, or publish a calendar."""
        what = self.dice.choice(
            ("fact",) * 12 + ("again", "strange", "strange", "other", "mend", "mend", "year", "edition")
        )
        matters = self.matters()
        if what == "fact" or not matters:
            super().act()
        elif what in {"year", "edition"}:
            self.publish(what)
        elif what == "mend":
            self.mend()
        else:
            self.trouble(what, self.dice.choice(matters).id)

    def trouble(self, what: str, matter: str) -> None:
        """Send what was sent before, other content under a known id, or what nobody can decode."""
        _, entries = self.dice.choice(self.steps)
        value, event = STRANGE, self.town.event_id()
        agency = "310120-ZG04"
        known = [e for e in entries if e.seal.kind is SealKind.ADMITTED and e.seal.agency != PLATFORM]
        if known and what != "strange":
            seal, value = known[0].seal, known[0].value
            matter, event, agency = seal.matter, seal.event_id, seal.agency
        if known and what == "other":
            record = CODEC.decode(value).record
            value = CODEC.encode(seal.fact_type, record | {"meta": record["meta"] | {"purpose": "other"}})
        self.steps.append((what, self.town.arrive(Kind.FACT, agency, matter, event, value)))

    def mend(self) -> None:
        """Mend a matter that waits, by deciding again or by skipping one record, now and then a wrong one."""
        held = [m for p in self.town.partitions for m, waiting in p.parked.items() if waiting]
        if not held:
            return
        matter = self.dice.choice(held)
        offsets = [one.offset for one in self.town.parked(matter)]
        skipped = self.dice.choice((None, *offsets, 999_999))
        action = self.dice.choice(("REPLAY", "SKIP", "SKIP"))
        entries = self.town.mend(matter, action, skipped if action == "SKIP" else None)
        self.steps.append((f"mend-{action}", entries))

    def publish(self, what: str) -> None:
        """Publish 2027, which is settled by the first, or another edition."""
        if what == "year":
            self.state("WorkCalendarPublished", reference_matter("CALENDAR"), "310120-GV01")
        else:
            edition = self.dice.choice((OWN, SECOND)).hash
            self.state("RuleVersionPublished", reference_matter("RULEBOOK"), "310120-SF01", rulebook=edition)


def live(seed: int, acts: int) -> Troubled:
    done = Troubled(Town(BASE, START, 2), random.Random(seed))  # noqa: S311 - a course, no secret
    done.go(acts)
    return done


@given(seed=st.integers(0, 2**32), acts=st.integers(1, 120), wait=st.booleans())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_replay_gives_the_same_chain_whatever_went_wrong(seed: int, acts: int, wait: bool) -> None:  # noqa: FBT001 - drawn
    done = live(seed, acts)
    if wait:
        done.town.advance(done.town.now + 10**14)
    for partition in done.town.partitions:
        assert [str(d) for d in differences(partition.ledger, BASE, partition.received_at)] == []


def test_these_courses_meet_every_trouble() -> None:
    met: Counter[str] = Counter()
    for seed in range(60):
        for what, entries in live(seed, 100).steps:
            met.update(outcomes(what, entries))
    expected = {"again:", "other:REFUSED", "strange:HELD", "mend-SKIP:MEND", "mend-SKIP:HELD"}
    assert met["RuleVersionPublished:ADMITTED"] > 0
    assert expected | {"mend-REPLAY:HELD", "mend-SKIP:ADMITTED", "mend-SKIP:REFUSED"} <= met.keys()


def outcomes(what: str, entries: list[Entry]) -> set[str]:
    return {f"{what}:{entry.seal.kind}" for entry in entries} or {f"{what}:"}


def held_clue(hamlet: Hamlet, when: str) -> str:
    """Give a clue that waits from a time on, behind what nobody can decode."""
    matter = hamlet.open("XS", WATER)
    hamlet.say("ClueTransferred", "2026-09-08 09:00", matter)
    hamlet.strange(matter, when)
    return matter


def test_a_skip_after_which_an_earlier_record_fails_again_loses_none() -> None:
    hamlet = Hamlet()
    matter = held_clue(hamlet, "2026-09-08 10:00")
    hamlet.strange(matter, "2026-09-08 11:00")
    hamlet.say("ClueReceived", "2026-09-08 12:00", matter)
    first, second, third = (one.offset for one in hamlet.town.parked(matter))
    assert kinds(hamlet.town.mend(matter, "SKIP", second)) == ["MEND", "HELD"]
    assert [one.offset for one in hamlet.town.parked(matter)] == [first, third]
    hamlet.check_replay()
    assert kinds(hamlet.town.mend(matter, "SKIP", first))[:2] == ["MEND", "ADMITTED"]
    hamlet.check_replay()


def test_alarms_given_before_a_record_that_fails_again_are_given_by_the_replay_too() -> None:
    hamlet = Hamlet()
    matter = held_clue(hamlet, "2026-09-08 10:00")
    hamlet.strange(matter, "2026-09-15 10:00")
    hamlet.wait("2026-09-16 10:00")
    told = kinds(hamlet.town.mend(matter, "SKIP"))
    assert (told[0], told[-1], "DERIVED" in told) == ("MEND", "HELD", True)
    assert hamlet.town.matter(matter).held
    hamlet.check_replay()


def test_an_id_that_was_used_before_the_hold_is_refused_after_it_and_in_the_replay() -> None:
    hamlet = Hamlet()
    matter = hamlet.open("XS", WATER)
    hamlet.say("ClueTransferred", "2026-09-08 09:00", matter)
    received = hamlet.say("ClueReceived", "2026-09-08 09:30", matter)[0]
    hamlet.strange(matter, "2026-09-08 10:00")
    hamlet.say("ClueVerified", "2026-09-08 11:00", matter, TOWN, meta={"event_id": received.seal.event_id})
    entries = hamlet.town.mend(matter, "SKIP")
    assert (kinds(entries), code(entries)) == (["MEND", "REFUSED"], "CONTENT_DIFFERS")
    assert hamlet.town.matter(matter).state == "received"
    hamlet.check_replay()
