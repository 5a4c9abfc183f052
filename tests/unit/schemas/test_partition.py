"""The partition of a key is the one that Java's default partitioner gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.partition import murmur2, partition_of

# org.apache.kafka.common.utils.UtilsTest.testMurmur2
JAVA_VECTORS = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("data", "expected"), JAVA_VECTORS.items())
def test_murmur2_gives_what_kafkas_own_test_expects(data: bytes, expected: int) -> None:
    assert murmur2(data) == expected


@pytest.mark.parametrize("data", JAVA_VECTORS)
def test_the_sign_bit_is_dropped_before_the_remainder_is_taken(data: bytes) -> None:
    assert partition_of(data, 6) == (JAVA_VECTORS[data] & 0x7FFFFFFF) % 6


@given(st.binary(max_size=200), st.integers(1, 96))
def test_a_partition_lies_within_the_topic(key: bytes, count: int) -> None:
    assert 0 <= partition_of(key, count) < count


@given(st.binary(max_size=40))
def test_aiokafka_agrees_with_our_partition(key: bytes) -> None:
    from aiokafka.partitioner import DefaultPartitioner  # noqa: PLC0415 - the other implementation

    assert partition_of(key, 6) == DefaultPartitioner()(key, list(range(6)), list(range(6)))
