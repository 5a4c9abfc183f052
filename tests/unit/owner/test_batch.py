"""What one batch comes to, before anything is written."""

from __future__ import annotations

import pytest

from processors.model import Incoming, Rules
from processors.owner.arrival import DeadLetter, Raw
from processors.owner.batch import Batch, Loaded, NoGenesis, decide_batch
from processors.owner.force import Base, InForce, PackMissing, ReferenceDiffers, before_genesis
from processors.owner.partition import standing_alone
from processors.rulebook import Rulebook
from processors.rulebook.library import Library
from schemas.agencies import AGENCIES, PLATFORM
from schemas.calendar import CALENDAR
from schemas.codec import CODEC
from schemas.envelope import Kind
from schemas.errors import Code

LIBRARY = Library([Rulebook.load(["national", "delta", "fengxian"])])
RULES = Rules(LIBRARY.own, CALENDAR, AGENCIES, simulated=True, carried=LIBRARY.hashes)
BASE = Base(RULES, LIBRARY)
BEGUN = InForce(BASE, RULES, {"GENESIS": 0})
MATTER = "XS-310120-ZG04-20260908-000123-2"


def incoming(kind: Kind, offset: int, value: bytes = b"", received_at: int = 1_000_000) -> Incoming:
    return Incoming(kind, MATTER, PLATFORM, f"event-{offset}", value, 0, offset, received_at, "backbone.1")


def genesis(
    offset: int = 0, rulebook: str = RULES.rulebook.hash, calendar: int = CALENDAR.version
) -> Incoming:
    marker = {
        "marker": "GENESIS",
        "seq": 0,
        "rulebook": rulebook,
        "calendar_version": calendar,
        "agencies_version": AGENCIES.version,
        "content": b"",
    }
    return incoming(Kind.MARKER, offset, CODEC.encode("Marker", marker))


def empty(force: InForce | None = None) -> Batch:
    return Batch(position=0, received_at=0, force=force or before_genesis(BASE))


def test_a_partition_begins_with_its_genesis_marker_and_decides_with_its_versions() -> None:
    batch = decide_batch([genesis()], Loaded({}), empty())
    assert [entry.seal.kind for entry in batch.entries] == ["MARKER"]
    seal = batch.entries[0].seal
    assert (seal.rulebook, seal.calendar, seal.agencies) == (
        LIBRARY.own.hash,
        CALENDAR.version,
        AGENCIES.version,
    )
    assert batch.force.begun


def test_a_marker_that_came_again_takes_no_effect_twice() -> None:
    batch = decide_batch([genesis(0), genesis(1)], Loaded({}), empty())
    assert len(batch.entries) == 1
    assert batch.position == 2


def test_a_fact_before_genesis_ends_the_process_instead_of_being_decided_by_no_rules() -> None:
    with pytest.raises(NoGenesis):
        decide_batch([incoming(Kind.FACT, 0)], Loaded({}), empty())


def test_a_worker_without_the_pack_in_force_ends() -> None:
    with pytest.raises(PackMissing):
        decide_batch([genesis(rulebook="0" * 64)], Loaded({}), empty())


def test_a_worker_whose_own_calendar_is_another_than_the_stack_began_with_ends() -> None:
    with pytest.raises(ReferenceDiffers):
        decide_batch([genesis(calendar=CALENDAR.version + 1)], Loaded({}), empty())


def test_a_tick_moves_time_and_writes_nothing() -> None:
    tick = incoming(Kind.TICK, 4, CODEC.encode("Tick", {"at": 7_000_000}), received_at=7_000_000)
    batch = decide_batch([tick], Loaded({}), empty(BEGUN))
    assert (batch.entries, batch.position, batch.received_at) == ([], 5, 7_000_000)


def test_a_dead_letter_moves_the_position_and_touches_no_matter() -> None:
    letter = DeadLetter(Raw(9, 1, None, None, ()), Code.NO_VALUE)
    batch = decide_batch([letter], Loaded({}), empty(BEGUN))
    assert (batch.dead, batch.matters, batch.position) == ([letter], {}, 10)


def test_bytes_that_no_contract_reads_are_refused_with_their_content_hash_once() -> None:
    loaded = Loaded({})
    broken = incoming(Kind.FACT, 0, b"no framing at all")
    batch = decide_batch([broken, incoming(Kind.FACT, 1, b"no framing at all")], loaded, empty(BEGUN))
    first = [e for e in batch.entries if e.record["refused_event"] == "event-0"]
    assert [e.seal.kind for e in first] == ["REFUSED"]
    assert first[0].record["code"] == "UNDECODABLE"
    assert batch.matters == {}


def test_a_mend_and_a_marker_stand_alone_so_that_they_see_what_came_before_them() -> None:
    fact, mend, marker = incoming(Kind.FACT, 0), incoming(Kind.MEND, 1), genesis(3)
    later = incoming(Kind.FACT, 2)
    assert list(standing_alone([fact, mend, later, marker])) == [[fact], [mend], [later], [marker]]
    assert list(standing_alone([])) == []
