"""What becomes of a record of `inbound` before it is decided."""

from __future__ import annotations

import pytest

from processors.model import Incoming
from processors.owner.arrival import DeadLetter, Raw, open_arrival, open_arrivals, place_in_time
from schemas.envelope import Envelope, Kind, StampKey, stamp
from schemas.errors import Code
from schemas.partition import partition_of
from schemas.topics import INBOUND

MATTER = "XS-310120-ZG04-20260908-000123-7"
DOOR = StampKey(name="door.test", secret=b"d" * 32, use="door", agencies=frozenset({"*"}))
RING = {DOOR.name: DOOR}
PARTITIONS = 6
HOME = partition_of(MATTER.encode(), PARTITIONS)


def raw(matter: str = MATTER, key: bytes | None = None, event_id: str = "e-1") -> Raw:
    envelope = Envelope(Kind.FACT, key or matter.encode(), b"value", "310120-ZG04", matter, event_id)
    headers = tuple(stamp(envelope, INBOUND, DOOR))
    return Raw(offset=7, timestamp=1_000, key=envelope.key, value=b"value", headers=headers)


def test_a_good_record_arrives_with_its_place_and_instant() -> None:
    arrival = open_arrival(raw(), HOME, PARTITIONS, RING, 1_000_000)
    assert isinstance(arrival, Incoming)
    assert (arrival.offset, arrival.received_at, arrival.stamp_key) == (7, 1_000_000, "door.test")


def test_a_record_in_a_partition_that_murmur2_does_not_give_is_a_dead_letter() -> None:
    arrival = open_arrival(raw(), (HOME + 1) % PARTITIONS, PARTITIONS, RING, 1)
    assert isinstance(arrival, DeadLetter)
    assert arrival.reason is Code.WRONG_PARTITION


def test_a_record_whose_key_is_not_its_matter_is_a_dead_letter() -> None:
    arrival = open_arrival(raw(key=b"another"), HOME, PARTITIONS, RING, 1)
    assert isinstance(arrival, DeadLetter)
    assert arrival.reason is Code.WRONG_KEY


def test_an_unstamped_record_is_a_dead_letter() -> None:
    bare = Raw(offset=7, timestamp=1, key=MATTER.encode(), value=b"value", headers=())
    arrival = open_arrival(bare, HOME, PARTITIONS, RING, 1)
    assert isinstance(arrival, DeadLetter)
    assert arrival.reason is Code.STAMP_MISSING


@pytest.mark.parametrize("event_id", ["a\x00b", "", "x" * 129, "编号"])
def test_an_id_that_a_database_key_cannot_hold_never_reaches_the_fold(event_id: str) -> None:
    arrival = open_arrival(raw(event_id=event_id), HOME, PARTITIONS, RING, 1)
    assert isinstance(arrival, DeadLetter)


def test_received_at_never_runs_back_within_a_partition() -> None:
    """电子签名法 第十一条: the time of entry counts; a broker's clock set back must not reorder facts."""
    assert place_in_time(2_000, last=1_000_000) == 2_000_000
    assert place_in_time(500, last=1_000_000) == 1_000_000


def test_what_nobody_vouches_for_does_not_move_time() -> None:
    stranger = Raw(offset=6, timestamp=9_000_000, key=MATTER.encode(), value=b"value", headers=())
    letter, fact = open_arrivals([stranger, raw()], HOME, PARTITIONS, RING, last=0)
    assert isinstance(letter, DeadLetter)
    assert isinstance(fact, Incoming)
    assert fact.received_at == 1_000_000
