"""A month of simulated agencies, decided in memory: law and agencies agree, and a replay gives the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from processors.model import Rules
from processors.owner.force import Base
from processors.replay import differences
from processors.rulebook import Rulebook
from processors.rulebook.library import Library
from processors.testing import Town
from producers.simulate import Answer, plan
from producers.simulate.records import arriving, opaque, record_of
from schemas.agencies import AGENCIES
from schemas.beijing import instant_of
from schemas.calendar import CALENDAR
from schemas.codec import CODEC
from schemas.seal import NO_HASH, SealKind, chain_hash, encode_matter_part

if TYPE_CHECKING:
    from processors.model import Entry
    from producers.simulate import Planned

START = date(2026, 9, 8)
DAYS = 30
LIBRARY = Library([Rulebook.load(["national", "delta", "fengxian"])])
BASE = Base(Rules(LIBRARY.own, CALENDAR, AGENCIES, simulated=True, carried=LIBRARY.hashes), LIBRARY)
DECIDED = {
    Answer.ADMITTED: ["ADMITTED"],
    Answer.REFUSED: ["REFUSED"],
    Answer.REPEATED: [],
}


@dataclass
class Month:
    """A month as it was planned, and the town after it, with what became of each planned fact."""

    town: Town
    told: list[tuple[Planned, list[Entry]]]


def live(seed: int, partitions: int) -> Month:
    """Let the agencies of a seed work for a month."""
    town = Town(BASE, instant_of(START), partitions)
    told = []
    for planned in arriving(plan(seed, DAYS, 40, START)):
        town.advance(planned.at)
        record = opaque(planned.fact, record_of(planned))
        told.append((planned, town.post(planned.fact, record)))
    town.advance(instant_of(date(2026, 12, 31)))
    return Month(town, told)


@pytest.fixture(scope="module", params=[1, 7])
def month(request: pytest.FixtureRequest) -> Month:
    return live(request.param, 3)


def test_what_the_law_makes_of_a_fact_is_what_the_agencies_expect(month: Month) -> None:
    surprises = []
    for planned, entries in month.told:
        found = [str(e.seal.kind) for e in entries if e.seal.kind is not SealKind.DERIVED]
        codes = [e.record["code"] for e in entries if e.seal.kind is SealKind.REFUSED]
        if found != DECIDED[planned.answer] or codes != [planned.code][: len(codes)]:
            surprises.append((planned.fact, planned.answer, planned.code, found, codes, planned.mistake))
    assert surprises == []
    assert len({planned.fact for planned, _ in month.told}) > 20


def test_a_replay_of_every_partition_gives_the_same_chain_hash_for_hash(month: Month) -> None:
    for partition in month.town.partitions:
        assert list(differences(partition.ledger, BASE, partition.received_at)) == []
    assert sum(len(p.ledger) for p in month.town.partitions) > 3_000


def test_a_replay_notices_a_single_record_that_is_missing(month: Month) -> None:
    partition = month.town.partitions[0]
    index = next(i for i, r in enumerate(partition.ledger) if r.seal.matter.fact_type == "ClueReceived")
    without = partition.ledger[:index] + partition.ledger[index + 1 :]
    assert list(differences(without, BASE, partition.received_at)) != []


def test_every_chain_is_gapless_and_every_hash_follows_from_its_record(month: Month) -> None:
    heads: dict[str, tuple[int, bytes]] = {}
    for partition in month.town.partitions:
        assert [r.seal.partition.number for r in partition.ledger] == list(
            range(1, len(partition.ledger) + 1)
        )
        for record in partition.ledger:
            seal, digest = record.seal.matter, record.seal.partition.hash
            assert chain_hash(encode_matter_part(seal), record.value) == digest
            seq, head = heads.get(seal.matter, (0, NO_HASH))
            if seal.seq:
                assert (seal.seq, seal.prev_hash) == (seq + 1, head)
                heads[seal.matter] = (seal.seq, digest)


def test_everything_that_was_owed_arrived_once(month: Month) -> None:
    records = [r for p in month.town.partitions for r in p.ledger]
    owed = Counter(
        record["effect_event"]
        for r in records
        if r.seal.matter.fact_type == "EffectOwed"
        and (record := CODEC.decode(r.value).record)["kind"] == "EFFECT"
    )
    arrived = Counter(r.seal.matter.event_id for r in records if r.seal.matter.kind is SealKind.ADMITTED)
    assert owed
    assert {event: arrived[event] for event in owed} == dict.fromkeys(owed, 1)


def test_no_clue_is_handed_on_twice_and_none_leaves_its_procedure(month: Month) -> None:
    matters = [m for p in month.town.partitions for m in p.matters.values() if m.seq]
    assert max(m.hand_overs for m in matters) <= 1
    for matter in matters:
        procedure = LIBRARY.own.procedure(matter.procedure)
        assert procedure is not None
        assert matter.state in procedure.states


def test_effects_commute_the_number_of_partitions_changes_no_matter() -> None:
    def seen(partitions: int) -> dict[str, Any]:
        town = live(3, partitions).town
        found: dict[str, Any] = {}
        for partition in town.partitions:
            for matter in partition.matters.values():
                found[matter.id] = {
                    "state": (matter.state, matter.holder, matter.resume),
                    "tally": dict(sorted(matter.tally.items())),
                    "totals": matter.totals,
                    "clocks": sorted((c.rule, c.state, c.due_date) for c in matter.clocks.values()),
                }
        return found

    assert seen(1) == seen(5)
