"""The stamp: who vouches for a record, and that nothing it covers can be changed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.envelope import (
    BadStamp,
    Envelope,
    Kind,
    MayNotStamp,
    StampKey,
    open_envelope,
    stamp,
)
from schemas.errors import Code
from schemas.seal import sm3

MATTER = "XS-310120-ZG04-20260908-000123-7"
DOOR = StampKey("door-1", b"d" * 32, "door", frozenset({"310120-ZG04"}))
BACKBONE = StampKey("backbone-1", b"b" * 32, "backbone", frozenset({"*"}))
RETIRED = StampKey("door-0", b"r" * 32, "door", frozenset({"*"}), retired=True)
RING = {key.name: key for key in (DOOR, BACKBONE, RETIRED)}
FACT = Envelope(Kind.FACT, MATTER.encode(), b"\x00\x00\x00\x03\xed value", "310120-ZG04", MATTER, "01991234")
TICK = Envelope(Kind.TICK, b"tick", b"\x00\x00\x00\x0b\xbb\x02", "000000-PT01", "tick", "id", partition=3)


def textbook_hmac(key: bytes, message: bytes) -> bytes:
    """HMAC as RFC 2104 defines it, over SM3 with its block of 64 bytes."""
    padded = key.ljust(64, b"\x00")
    inner = sm3(bytes(b ^ 0x36 for b in padded) + message)
    return sm3(bytes(b ^ 0x5C for b in padded) + inner)


def opened(envelope: Envelope, headers: list[tuple[str, bytes]], **changed: Any) -> Envelope:
    record: dict[str, Any] = {
        "key": envelope.key,
        "value": envelope.value,
        "topic": "inbound",
        "partition": 3,
        "ring": RING,
    }
    record |= changed
    key, value = record["key"], record["value"]
    return open_envelope(key, value, headers, record["topic"], record["partition"], record["ring"])


def why(envelope: Envelope, headers: list[tuple[str, bytes]], **changed: Any) -> str:
    with pytest.raises(BadStamp) as bad:
        opened(envelope, headers, **changed)
    return bad.value.reason_code


def altered(headers: list[tuple[str, bytes]], name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [(n, content if n == name else c) for n, c in headers]


class TestAStamp:
    def test_agrees_with_the_published_vector_of_hmac_sm3(self) -> None:
        # GM/T 0042-2015, D.3.1
        key = bytes(range(1, 33))
        message = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2
        expected = "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"
        assert textbook_hmac(key, message).hex() == expected

    @pytest.mark.parametrize(("envelope", "key", "partition"), [(FACT, DOOR, b""), (TICK, BACKBONE, b"3")])
    def test_covers_each_part_behind_its_length(
        self, envelope: Envelope, key: StampKey, partition: bytes
    ) -> None:
        parts = [envelope.kind.value.encode(), b"inbound", partition, envelope.key, envelope.value]
        parts += [envelope.agency.encode(), envelope.matter.encode(), envelope.event_id.encode()]
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        assert dict(stamp(envelope, "inbound", key))["stamp"] == textbook_hmac(key.secret, message)

    def test_stands_in_the_headers_beside_what_is_clear(self) -> None:
        headers = dict(stamp(FACT, "inbound", DOOR))
        assert headers.pop("stamp")
        assert headers == {
            "kind": b"fact",
            "agency": b"310120-ZG04",
            "matter": MATTER.encode(),
            "event-id": b"01991234",
            "stamp-key": b"door-1",
        }

    @pytest.mark.parametrize(("envelope", "key"), [(FACT, DOOR), (TICK, BACKBONE)])
    def test_opens_to_what_was_stamped(self, envelope: Envelope, key: StampKey) -> None:
        assert opened(envelope, stamp(envelope, "inbound", key)) == envelope

    def test_passes_headers_that_are_none_of_ours(self) -> None:
        assert opened(FACT, [("traceparent", b"00-1"), *stamp(FACT, "inbound", DOOR)]) == FACT

    def test_of_a_retired_key_still_holds(self) -> None:
        active = StampKey(RETIRED.name, RETIRED.secret, "door", RETIRED.agencies)
        assert opened(FACT, stamp(FACT, "inbound", active)) == FACT

    def test_of_a_fact_holds_in_whichever_partition_it_is_found(self) -> None:
        assert opened(FACT, stamp(FACT, "inbound", DOOR), partition=5) == FACT


class TestAForgery:
    @pytest.mark.parametrize(("envelope", "key"), [(FACT, DOOR), (TICK, BACKBONE)])
    @given(data=st.data())
    @settings(max_examples=200, deadline=None)
    def test_of_any_single_bit_is_seen(self, envelope: Envelope, key: StampKey, data: st.DataObject) -> None:
        headers = stamp(envelope, "inbound", key)
        parts = [envelope.key, envelope.value, *(content for _, content in headers)]
        which = data.draw(st.integers(0, len(parts) - 1))
        bit = data.draw(st.integers(0, 8 * len(parts[which]) - 1))
        forged = bytearray(parts[which])
        forged[bit // 8] ^= 1 << bit % 8
        parts[which] = bytes(forged)
        names = [name for name, _ in headers]
        with pytest.raises(BadStamp):
            opened(envelope, list(zip(names, parts[2:], strict=True)), key=parts[0], value=parts[1])

    def test_by_moving_a_byte_from_one_part_to_the_next_is_seen(self) -> None:
        headers = stamp(FACT, "inbound", DOOR)
        reason = why(FACT, headers, key=FACT.key + FACT.value[:1], value=FACT.value[1:])
        assert reason == Code.BAD_STAMP

    def test_by_replaying_a_tick_into_another_partition_is_seen(self) -> None:
        assert why(TICK, stamp(TICK, "inbound", BACKBONE), partition=4) == Code.BAD_STAMP

    def test_by_replaying_a_record_into_another_topic_is_seen(self) -> None:
        assert why(FACT, stamp(FACT, "inbound", DOOR), topic="ledger") == Code.BAD_STAMP


class TestARecordNobodyVouchesFor:
    @pytest.mark.parametrize("name", ["kind", "agency", "matter", "event-id", "stamp-key", "stamp"])
    def test_lacks_a_header(self, name: str) -> None:
        headers = [(n, c) for n, c in stamp(FACT, "inbound", DOOR) if n != name]
        assert why(FACT, headers) == Code.STAMP_MISSING

    def test_says_one_thing_twice(self) -> None:
        headers = stamp(FACT, "inbound", DOOR)
        assert why(FACT, [*headers, ("agency", b"310120-JD11")]) == Code.BAD_STAMP

    def test_lacks_key_or_value(self) -> None:
        headers = stamp(FACT, "inbound", DOOR)
        assert why(FACT, headers, key=None) == Code.NO_VALUE
        assert why(FACT, headers, value=None) == Code.NO_VALUE

    def test_is_of_no_kind(self) -> None:
        assert why(FACT, altered(stamp(FACT, "inbound", DOOR), "kind", b"law")) == Code.UNKNOWN_KIND

    def test_names_a_key_that_is_not_on_the_ring(self) -> None:
        assert why(FACT, stamp(FACT, "inbound", DOOR), ring={}) == Code.STAMP_KEY_UNKNOWN

    def test_has_headers_that_are_no_text(self) -> None:
        assert why(FACT, altered(stamp(FACT, "inbound", DOOR), "kind", b"\xff")) == Code.BAD_STAMP

    @given(
        headers=st.lists(
            st.tuples(
                st.sampled_from(["kind", "agency", "matter", "event-id", "stamp-key", "stamp"]),
                st.binary(max_size=9),
            )
        )
    )
    @settings(max_examples=200, deadline=None)
    def test_raises_bad_stamp_and_nothing_else(self, headers: list[tuple[str, bytes]]) -> None:
        with pytest.raises(BadStamp):
            opened(FACT, headers)


class TestAKey:
    @pytest.mark.parametrize("kind", [Kind.EFFECT, Kind.TICK, Kind.MARKER, Kind.MEND])
    def test_of_a_door_stamps_facts_only(self, kind: Kind) -> None:
        partition = 3 if kind in {Kind.TICK, Kind.MARKER} else None
        envelope = Envelope(kind, b"k", b"v", "310120-ZG04", "k", "e", partition)
        with pytest.raises(MayNotStamp):
            stamp(envelope, "inbound", DOOR)
        posing = StampKey("door-1", DOOR.secret, "backbone", frozenset({"*"}))
        assert why(envelope, stamp(envelope, "inbound", posing)) == Code.STAMP_KEY_FACTS_ONLY

    def test_of_a_door_speaks_for_its_own_agencies(self) -> None:
        foreign = Envelope(Kind.FACT, b"k", b"v", "310120-JD11", "k", "e")
        with pytest.raises(MayNotStamp):
            stamp(foreign, "inbound", DOOR)
        posing = StampKey("door-1", DOOR.secret, "door", frozenset({"*"}))
        assert why(foreign, stamp(foreign, "inbound", posing)) == Code.STAMP_KEY_NOT_BOUND

    def test_of_the_backbone_stamps_no_fact(self) -> None:
        with pytest.raises(MayNotStamp):
            stamp(FACT, "inbound", BACKBONE)

    def test_that_is_retired_stamps_nothing_more(self) -> None:
        with pytest.raises(MayNotStamp, match="retired"):
            stamp(FACT, "inbound", RETIRED)

    def test_does_not_show_its_secret(self) -> None:
        assert "dddd" not in repr(DOOR)


def test_a_tick_has_a_partition_and_a_fact_has_none() -> None:
    with pytest.raises(ValueError, match="a tick needs partition of its own"):
        Envelope(Kind.TICK, b"k", b"v", "a", "m", "e")
    with pytest.raises(ValueError, match="a fact has no partition of its own"):
        Envelope(Kind.FACT, b"k", b"v", "a", "m", "e", partition=1)
