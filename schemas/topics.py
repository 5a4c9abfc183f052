"""The catalogue of topics, as data: name, key, partitions, retention, who writes, who reads.

Nothing is created by itself: the stack creates what stands here when it is born, and compares it with the
broker at each start. The partition count is fixed for a generation of a topic, because the partition is
part of what is stamped and of where a matter lives. Each feed of `schemas.feeds` is a topic of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from schemas.feeds import FEEDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.feeds import Feed

__all__ = [
    "DEADLETTERS",
    "INBOUND",
    "LEDGER",
    "MAX_INBOUND_BYTES",
    "MAX_LEDGER_BYTES",
    "PARTITIONS_EMBEDDED",
    "PARTITIONS_PROVINCE",
    "Definition",
    "TimestampType",
    "Topic",
    "catalogue",
    "definitions",
]

INBOUND = "inbound"
LEDGER = "ledger"
DEADLETTERS = "deadletters"

PARTITIONS_EMBEDDED = 6
PARTITIONS_PROVINCE = 12

MAX_INBOUND_BYTES = 1024 * 1024
# What the backbone adds to a record (its seal, the frame of a held fact) must always fit around it.
MAX_LEDGER_BYTES = MAX_INBOUND_BYTES + 64 * 1024

FOREVER = -1
_DAY_MS = 24 * 60 * 60 * 1000
# Longer than the oldest database backup that may be restored: what that backup lacks is still there.
_INBOUND_RETENTION_MS = 400 * _DAY_MS
_NO_LIMIT_MS = 2**63 - 1


class TimestampType(StrEnum):
    """Who sets the time of a record: the broker when it appends it, or the program that sends it."""

    LOG_APPEND = "LogAppendTime"
    CREATE = "CreateTime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a topic is, whatever stack it lies in. `retention_ms` is -1 where records are kept for ever.

    One that is `whole` has one partition in every stack, for its offsets are its readers' cursors.
    """

    name: str
    key: str
    partitions_embedded: int
    partitions_province: int
    retention_ms: int
    cleanup: str
    timestamp_real: TimestampType
    timestamp_simulated: TimestampType
    max_message_bytes: int
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    doc_zh: str
    doc_en: str
    whole: bool = False

    def resolve(self, *, simulated: bool, partitions: int) -> Topic:
        """Say how this topic must stand in one stack."""
        stamped = self.timestamp_simulated if simulated else self.timestamp_real
        config = {
            "cleanup.policy": self.cleanup,
            # Simulated time may lie years back: any retention at all would cut it at once.
            "retention.ms": str(FOREVER if simulated else self.retention_ms),
            "retention.bytes": "-1",
            "message.timestamp.type": stamped.value,
            "max.message.bytes": str(self.max_message_bytes),
            "compression.type": "producer",
            "unclean.leader.election.enable": "false",
        }
        if stamped is TimestampType.CREATE:
            # Kafka 4 refuses a record more than an hour ahead of the wall clock unless told otherwise.
            config["message.timestamp.after.max.ms"] = str(_NO_LIMIT_MS)
            config["message.timestamp.before.max.ms"] = str(_NO_LIMIT_MS)
        return Topic(self.name, 1 if self.whole else partitions, config, self)


@dataclass(frozen=True, slots=True)
class Topic:
    """How one topic must stand in one stack: `config` holds Kafka's own setting names and values."""

    name: str
    partitions: int
    config: Mapping[str, str]
    definition: Definition


def _feed(feed: Feed) -> Definition:
    return Definition(
        name=feed.topic,
        key="matter id, utf-8",
        partitions_embedded=1,
        partitions_province=1,
        retention_ms=FOREVER,
        cleanup="delete",
        timestamp_real=TimestampType.LOG_APPEND,
        timestamp_simulated=TimestampType.CREATE,
        max_message_bytes=MAX_LEDGER_BYTES,
        writers=("feed writers",),
        readers=(feed.receiver, "operators"),
        doc_zh=f"共享：{feed.name_zh}订阅的记录，字段按允许清单；位移即游标。",
        doc_en="What this platform subscribes to, by an allow-list of fields; its offset is the cursor.",
        whole=True,
    )


_DEFINITIONS = (
    Definition(
        name=INBOUND,
        key="matter id, utf-8",
        partitions_embedded=PARTITIONS_EMBEDDED,
        partitions_province=PARTITIONS_PROVINCE,
        retention_ms=_INBOUND_RETENTION_MS,
        cleanup="delete",
        timestamp_real=TimestampType.LOG_APPEND,
        timestamp_simulated=TimestampType.CREATE,
        max_message_bytes=MAX_INBOUND_BYTES,
        writers=("doors", "owner"),
        readers=("owner",),
        doc_zh="收件：各入口送来的事实，以及平台自己的时钟滴答、标记和修复；除分区的所有者外无人读取。",
        doc_en="What the doors and the backbone send in; read by nobody but the partition's owner.",
    ),
    Definition(
        name=LEDGER,
        key="matter id, utf-8",
        partitions_embedded=PARTITIONS_EMBEDDED,
        partitions_province=PARTITIONS_PROVINCE,
        retention_ms=FOREVER,
        cleanup="delete",
        timestamp_real=TimestampType.LOG_APPEND,
        timestamp_simulated=TimestampType.CREATE,
        max_message_bytes=MAX_LEDGER_BYTES,
        writers=("owner",),
        readers=("owner", "projections", "doors", "feed writers"),
        doc_zh="总账：已决定的一切，只增不改，永久保存，唯一的真实来源。",
        doc_en="All that was decided; append-only, kept for ever, the only truth.",
    ),
    Definition(
        name=DEADLETTERS,
        key="the key as it came",
        partitions_embedded=PARTITIONS_EMBEDDED,
        partitions_province=PARTITIONS_PROVINCE,
        retention_ms=FOREVER,
        cleanup="delete",
        timestamp_real=TimestampType.LOG_APPEND,
        timestamp_simulated=TimestampType.CREATE,
        max_message_bytes=MAX_LEDGER_BYTES,
        writers=("owner",),
        readers=("operators",),
        doc_zh="死信：印记、键或分区不对的原始记录，注明它在收件中的位置和原因。",
        doc_en="Raw records whose stamp, key or partition is wrong, with their coordinates and the reason.",
    ),
    *(_feed(feed) for feed in FEEDS.values()),
)


def definitions() -> tuple[Definition, ...]:
    """Return every topic there is."""
    return _DEFINITIONS


def catalogue(*, simulated: bool, partitions: int = PARTITIONS_EMBEDDED) -> tuple[Topic, ...]:
    """Return every topic as it must stand in a stack with that many partitions.

    Raises ValueError if `partitions` is not positive.
    """
    if partitions < 1:
        raise ValueError(f"a topic needs at least one partition, not {partitions}")
    return tuple(each.resolve(simulated=simulated, partitions=partitions) for each in _DEFINITIONS)
