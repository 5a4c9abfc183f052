"""Which partition a key belongs to: murmur2, bit for bit as Java's default partitioner computes it.

Every writer and every reader must agree on this, whatever library sends the record. librdkafka's default
partitioner differs for nine keys of ten, so the choice is made here and never left to a client's default.
"""

from __future__ import annotations

import struct
from functools import lru_cache

__all__ = ["murmur2", "partition_of"]

_SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF


def murmur2(data: bytes) -> int:
    """Hash `data` as `org.apache.kafka.common.utils.Utils.murmur2` does: a signed 32-bit integer."""
    length = len(data)
    words = length >> 2
    h = _SEED ^ length
    for k in struct.unpack_from(f"<{words}I", data):
        mixed = k * _M & _MASK
        h = (h * _M & _MASK) ^ ((mixed ^ (mixed >> 24)) * _M & _MASK)
    rest = data[words << 2 :]
    if rest:
        h = ((h ^ int.from_bytes(rest, "little")) * _M) & _MASK
    h = ((h ^ (h >> 13)) * _M) & _MASK
    h ^= h >> 15
    return h - (1 << 32) if h > _POSITIVE else h


@lru_cache(maxsize=65_536)
def partition_of(key: bytes, count: int) -> int:
    """Return the partition, 0 <= p < count, of a topic with `count` partitions to which `key` belongs."""
    return (murmur2(key) & _POSITIVE) % count
