"""Whatever agencies state, whenever: nothing is held, no clue goes round, a replay gives the same."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.evolve import evolve
from processors.model import Rules, dump, load, new_matter
from processors.owner.force import Base
from processors.replay import differences
from processors.rulebook import Rulebook
from processors.rulebook.library import Library
from processors.testing import Town
from schemas.agencies import AGENCIES
from schemas.beijing import instant_of
from schemas.calendar import CALENDAR
from schemas.codec import CODEC
from schemas.seal import SealKind
from tests.unit.processors.wandering import Wandering

if TYPE_CHECKING:
    from backbone.records import LedgerRecord

LIBRARY = Library([Rulebook.load(["national", "delta", "fengxian"])])
BASE = Base(Rules(LIBRARY.own, CALENDAR, AGENCIES, simulated=True, carried=LIBRARY.hashes), LIBRARY)
START = instant_of(date(2026, 9, 8), 8)
DESKS = {"310120-CG01", "310120-GV01", "310000-CG01"}
"""The triage desk, the common superior, the province's gateway."""

courses = given(seed=st.integers(0, 2**32), acts=st.integers(1, 80))
steady = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def wander(seed: int, acts: int) -> Wandering:
    return Wandering(Town(BASE, START, 2), random.Random(seed)).go(acts)  # noqa: S311 - a course, no secret


def ledger(done: Wandering) -> list[LedgerRecord]:
    return [record for partition in done.town.partitions for record in partition.ledger]


@courses
@steady
def test_nothing_is_held_and_every_refusal_says_what_is_wrong_and_what_to_do(seed: int, acts: int) -> None:
    for record in ledger(wander(seed, acts)):
        said = CODEC.decode(record.value).record
        assert record.seal.matter.kind is not SealKind.HELD, said
        if record.seal.matter.kind is SealKind.REFUSED:
            words = ("code", "title_zh", "detail_zh", "detail_en", "remedy_zh", "remedy_en")
            assert all(said[name] for name in words), said


@courses
@steady
def test_the_fold_of_the_ledger_is_the_live_matter_and_its_replay_the_same_chain(
    seed: int, acts: int
) -> None:
    for partition in wander(seed, acts).town.partitions:
        folded = {name: new_matter(name) for name in partition.matters}
        for record in partition.ledger:
            seal = record.seal.matter
            if seal.matter in folded:
                said = CODEC.decode(record.value).record
                folded[seal.matter] = evolve(folded[seal.matter], seal, said, record.seal.partition.hash)
        assert folded == partition.matters
        assert {name: load(dump(m)) for name, m in folded.items()} == folded
        assert list(differences(partition.ledger, BASE, partition.received_at)) == []


@courses
@steady
def test_no_clue_goes_round_and_no_matter_leaves_its_procedure(seed: int, acts: int) -> None:
    done = wander(seed, acts)
    holders: dict[str, str] = {}
    overs: Counter[tuple[str, str]] = Counter()
    for record in ledger(done):
        seal = record.seal.matter
        if not seal.seq:
            continue
        procedure = LIBRARY.own.procedure(seal.procedure)
        assert procedure is not None
        assert seal.state in procedure.states
        moved = seal.holder != holders.get(seal.matter, "")
        holders[seal.matter] = seal.holder
        if moved and seal.matter.startswith("XS") and seal.fact_type != "ClueTransferred":
            # Only the desk's one hand-over and a designation give a clue to somebody else to deal with.
            overs[seal.matter, seal.fact_type] += 1
            assert seal.holder in DESKS or seal.fact_type in {"ClueForwarded", "JurisdictionDesignated"}
    assert all(
        n == 1 for (_, fact), n in overs.items() if fact in {"ClueForwarded", "JurisdictionDesignated"}
    )


@courses
@steady
def test_nothing_is_said_before_what_led_to_it_and_everything_owed_arrives_once(seed: int, acts: int) -> None:
    records = ledger(wander(seed, acts))
    last: dict[str, int] = {}
    owed: Counter[str] = Counter()
    arrived: Counter[str] = Counter()
    for record in records:
        seal, said = record.seal.matter, CODEC.decode(record.value).record
        if seal.seq:
            assert seal.received_at >= last.get(seal.matter, 0)
            last[seal.matter] = seal.received_at
        if seal.fact_type == "EffectOwed" and said["kind"] == "EFFECT":
            owed[said["effect_event"]] += 1
        if seal.kind is SealKind.ADMITTED:
            arrived[seal.event_id] += 1
        elif seal.kind is SealKind.REFUSED:
            arrived[said["refused_event"]] += 1
            # A clue that is not there, or is about something else by now, is the only reason.
            own = said["agency"] == "000000-PT01"
            assert not own or said["code"] in {"NO_SUCH_MATTER", "BAD_MATTER_ID"}, said
    assert {event: arrived[event] for event in owed} == dict.fromkeys(owed, 1)


def test_these_courses_state_every_fact_and_reach_every_state_that_agencies_can_reach() -> None:
    # A property that is never put to the test proves nothing.
    facts: set[str] = set()
    states: set[tuple[str, str]] = set()
    for seed in range(100):
        for record in ledger(wander(seed, 80)):
            if record.seal.matter.kind is SealKind.ADMITTED:
                facts.add(record.seal.matter.fact_type)
                states.add((record.seal.matter.procedure, record.seal.matter.state))
    procedures = [p for pack in LIBRARY.own.packs for p in pack.procedures]
    stated = {t.fact for p in procedures for t in p.transitions}
    assert stated - facts <= {"RuleVersionPublished", "PersonalDataShredded"}
    unseen = {(p.id, s) for p in procedures for s in p.states} - states
    # A province that is not there is nobody's to name, and the other two publish and erase nothing.
    assert unseen <= {
        ("delta-penalty@1", "undelivered"),
        ("delta-warning@1", "undelivered"),
        ("reference-rulebook@1", "published"),
        ("subject@1", "shredded"),
    }
