"""The seal and its hash chain."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import CODEC, Undecodable, UnknownSchema
from schemas.contracts import contracts
from schemas.seal import (
    NO_HASH,
    Seal,
    SealKind,
    SealMatter,
    SealPartition,
    chain_hash,
    decode_seal,
    encode_matter_part,
    encode_seal,
    sm3,
)

TEXT = st.text(max_size=10)
COUNT = st.integers(0, 2**31 - 1)
LONG = st.integers(0, 2**63 - 1)
MATTERS = st.builds(
    SealMatter,
    matter=TEXT,
    seq=LONG,
    received_at=LONG,
    kind=st.sampled_from(SealKind),
    fact_type=TEXT,
    event_id=TEXT,
    cause=TEXT,
    agency=TEXT,
    addressed_to=st.lists(TEXT, max_size=3).map(tuple),
    copied_to=st.lists(TEXT, max_size=3).map(tuple),
    holder=TEXT,
    procedure=TEXT,
    state=TEXT,
    resume=TEXT,
    rule=TEXT,
    rulebook=TEXT,
    calendar=COUNT,
    agencies=COUNT,
    prev_hash=st.binary(min_size=32, max_size=32) | st.just(NO_HASH),
)
PARTITIONS = st.builds(
    SealPartition,
    number=LONG,
    partition=COUNT,
    offset=LONG,
    last=st.booleans(),
    hash=st.binary(min_size=32, max_size=32),
)


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_agrees_with_the_vectors_of_its_standard(message: bytes, digest: str) -> None:
    # GB/T 32905-2016, appendix A
    assert sm3(message).hex() == digest


def test_the_hash_covers_matter_part_and_value_in_that_order() -> None:
    assert chain_hash(b"a", b"bc") == sm3(b"abc")


@given(matter=MATTERS, partition=PARTITIONS)
@settings(deadline=None)
def test_a_seal_comes_back_as_it_went(matter: SealMatter, partition: SealPartition) -> None:
    assert decode_seal(encode_seal(encode_matter_part(matter), partition)) == Seal(matter, partition)


@given(matter=MATTERS, partition=PARTITIONS)
@settings(deadline=None)
def test_a_seal_is_the_record_seal_for_any_avro_reader(matter: SealMatter, partition: SealPartition) -> None:
    decoded = CODEC.decode(encode_seal(encode_matter_part(matter), partition), canonical=True)
    assert decoded.name == "Seal"
    assert decoded.record["matter"]["seq"] == matter.seq
    assert decoded.record["partition"]["hash"] == partition.hash


@given(matter=MATTERS, partition=PARTITIONS, other=PARTITIONS)
@settings(deadline=None)
def test_where_a_record_lies_does_not_touch_its_hash(
    matter: SealMatter, partition: SealPartition, other: SealPartition
) -> None:
    part = encode_matter_part(matter)
    here, there = encode_seal(part, partition), encode_seal(part, other)
    assert (
        encode_matter_part(decode_seal(here).matter) == encode_matter_part(decode_seal(there).matter) == part
    )


@given(noise=st.binary(max_size=120))
@settings(max_examples=300, deadline=None)
def test_noise_is_undecodable_and_nothing_else(noise: bytes) -> None:
    with pytest.raises((Undecodable, UnknownSchema)):
        decode_seal(noise)
    with pytest.raises(Undecodable):
        decode_seal(CODEC.prefix("Seal") + noise)


def test_another_record_is_no_seal() -> None:
    with pytest.raises(Undecodable, match="holds a Tick"):
        decode_seal(CODEC.encode("Tick", {"at": 1}))


def test_kinds_and_fields_are_those_of_the_contract() -> None:
    kind: dict[str, Any] = next(f for f in contracts()["SealMatter"].schema["fields"] if f["name"] == "kind")
    assert kind["type"]["symbols"] == list(SealKind)
    for struct in (SealMatter, SealPartition):
        names = tuple(field["name"] for field in contracts()[struct.__name__].schema["fields"])
        assert struct.__struct_fields__ == names
