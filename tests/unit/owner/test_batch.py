"""What one batch comes to, before anything is written."""

from __future__ import annotations

import pytest

from processors.model import Incoming, Rules
from processors.owner.arrival import DeadLetter, Raw
from processors.owner.batch import Batch, Loaded, NoGenesis, PackMissing, decide_batch
from processors.owner.partition import between_mends
from processors.owner.store import Versions
from processors.rulebook import Rulebook
from schemas.agencies import AGENCIES, PLATFORM
from schemas.calendar import CALENDAR
from schemas.codec import CODEC
from schemas.envelope import Kind
from schemas.errors import Code

RULES = Rules(Rulebook.load(["national", "fengxian"]), CALENDAR, AGENCIES, simulated=True)
MATTER = "XS-310120-ZG04-20260908-000123-2"


def incoming(kind: Kind, offset: int, value: bytes = b"", received_at: int = 1_000_000) -> Incoming:
    return Incoming(kind, MATTER, PLATFORM, f"event-{offset}", value, 0, offset, received_at, "backbone.1")


def genesis(offset: int = 0, rulebook: str = RULES.rulebook.hash, seq: int = 0) -> Incoming:
    marker = {
        "marker": "GENESIS",
        "seq": seq,
        "rulebook": rulebook,
        "calendar_version": CALENDAR.version,
        "agencies_version": AGENCIES.version,
        "content": b"",
    }
    return incoming(Kind.MARKER, offset, CODEC.encode("Marker", marker))


def empty(versions: Versions | None = None) -> Batch:
    return Batch(position=0, received_at=0, versions=versions or Versions())


def test_a_partition_begins_with_its_genesis_marker_and_decides_with_its_versions() -> None:
    batch = decide_batch([genesis()], Loaded({}), RULES, empty())
    assert [entry.seal.kind for entry in batch.entries] == ["MARKER"]
    assert batch.versions == Versions(0, RULES.rulebook.hash, CALENDAR.version, AGENCIES.version)


def test_a_marker_that_came_again_takes_no_effect_twice() -> None:
    batch = decide_batch([genesis(0), genesis(1)], Loaded({}), RULES, empty())
    assert len(batch.entries) == 1
    assert batch.position == 2


def test_a_fact_before_genesis_ends_the_process_instead_of_being_decided_by_no_rules() -> None:
    with pytest.raises(NoGenesis):
        decide_batch([incoming(Kind.FACT, 0)], Loaded({}), RULES, empty())


def test_a_worker_without_the_pack_in_force_ends() -> None:
    with pytest.raises(PackMissing):
        decide_batch([genesis(rulebook="0" * 64)], Loaded({}), RULES, empty())


def test_a_tick_moves_time_and_writes_nothing() -> None:
    tick = incoming(Kind.TICK, 4, CODEC.encode("Tick", {"at": 7_000_000}), received_at=7_000_000)
    batch = decide_batch([tick], Loaded({}), RULES, empty(Versions(0)))
    assert (batch.entries, batch.position, batch.received_at) == ([], 5, 7_000_000)


def test_a_dead_letter_moves_the_position_and_touches_no_matter() -> None:
    letter = DeadLetter(Raw(9, 1, None, None, ()), Code.NO_VALUE)
    batch = decide_batch([letter], Loaded({}), RULES, empty(Versions(0)))
    assert (batch.dead, batch.matters, batch.position) == ([letter], {}, 10)


def test_bytes_that_no_contract_reads_are_refused_with_their_content_hash_once() -> None:
    loaded = Loaded({})
    broken = incoming(Kind.FACT, 0, b"no framing at all")
    batch = decide_batch(
        [broken, incoming(Kind.FACT, 1, b"no framing at all")], loaded, RULES, empty(Versions(0))
    )
    first = [e for e in batch.entries if e.record["refused_event"] == "event-0"]
    assert [e.seal.kind for e in first] == ["REFUSED"]
    assert first[0].record["code"] == "UNDECODABLE"
    assert batch.matters == {}


def test_a_mend_stands_alone_so_that_it_sees_what_was_parked_before_it() -> None:
    fact, mend = incoming(Kind.FACT, 0), incoming(Kind.MEND, 1)
    later = incoming(Kind.FACT, 2)
    assert list(between_mends([fact, mend, later])) == [[fact], [mend], [later]]
    assert list(between_mends([])) == []
