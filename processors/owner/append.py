"""The commit: one Kafka transaction with all that a batch came to, and the position in `inbound`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import msgspec
from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from backbone.records import LedgerRecord
from processors.owner.arrival import MILLI, DeadLetter
from schemas.seal import Seal, SealPartition, encode_seal
from schemas.topics import DEADLETTERS, INBOUND, LEDGER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from aiokafka import AIOKafkaProducer
    from aiokafka.structs import RecordMetadata

    from processors.model import Entry

GROUP = "owner"
"""The consumer group that holds the owners' positions; it has no members."""

SEAL_HEADER = "seal"

UNKNOWN = -1
"""The number of a position without a mark: the ledger itself must tell how far it goes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the transaction says beside the offset: how far time, numbers and effects have come.

    `received_at` in micros; `number` of the partition's last ledger record; `effects` acknowledged up to that
    number; `calendar`, the version on which every running clock was counted.
    """

    received_at: int
    number: int
    effects: int = 0
    calendar: int = 0

    def dump(self) -> str:
        """Write it as the offset's metadata."""
        return msgspec.json.encode(asdict(self)).decode()

    @classmethod
    def load(cls, metadata: str) -> Mark:
        """Read it back; a position set by hand has none. Raises msgspec.DecodeError for anything else."""
        if not metadata:
            return cls(received_at=0, number=UNKNOWN)
        return msgspec.json.decode(metadata.encode(), type=cls)


def number_entries(entries: Sequence[Entry], partition: int, after: int) -> list[LedgerRecord]:
    """Seal entries, numbered gaplessly after `after`; their ledger offset is not known yet (-1)."""
    records = []
    for number, entry in enumerate(entries, after + 1):
        part = SealPartition(
            number=number, partition=partition, offset=entry.offset, last=entry.last, hash=entry.hash
        )
        records.append(
            LedgerRecord(
                partition=partition,
                offset=-1,
                key=entry.seal.matter.encode(),
                value=entry.value,
                seal=Seal(entry.seal, part),
            )
        )
    return records


async def append(  # noqa: PLR0913, PLR0917 - one transaction is these things together
    producer: AIOKafkaProducer,
    entries: Sequence[Entry],
    records: Sequence[LedgerRecord],
    dead: Sequence[DeadLetter],
    partition: int,
    position: tuple[int, Mark],
) -> int:
    """Append in one transaction; give the offset of the last ledger record, -1 if there was none.

    Raises ProducerFenced when another owner has taken the partition over, and every other error of the
    broker: the caller ends its process, for what the broker made of the transaction is then not known here.
    """
    offset, mark = position
    async with producer.transaction():
        last = await _send_ledger(producer, entries, records, partition)
        for letter in dead:
            await _send_dead(producer, letter, partition)
        committed = OffsetAndMetadata(offset, mark.dump())
        await producer.send_offsets_to_transaction({TopicPartition(INBOUND, partition): committed}, GROUP)
    return -1 if last is None else (await last[0]).offset + last[1] - 1


async def _send_ledger(
    producer: AIOKafkaProducer, entries: Sequence[Entry], records: Sequence[LedgerRecord], partition: int
) -> tuple[Awaitable[RecordMetadata], int] | None:
    """Send by whole record batches, which costs a quarter of sending one by one."""
    if not records:
        return None
    builder, count, sent = producer.create_batch(), 0, None
    for entry, record in zip(entries, records, strict=True):
        message = {
            "timestamp": record.seal.matter.received_at // MILLI,
            "key": record.key,
            "value": record.value,
            "headers": [(SEAL_HEADER, encode_seal(entry.matter_bytes, record.seal.partition))],
        }
        if builder.append(**message) is None:
            sent = await producer.send_batch(builder, LEDGER, partition=partition)
            builder, count = producer.create_batch(), 0
            builder.append(**message)
        count += 1
    sent = await producer.send_batch(builder, LEDGER, partition=partition)
    return sent, count


async def _send_dead(producer: AIOKafkaProducer, letter: DeadLetter, partition: int) -> None:
    raw = letter.raw
    headers = [
        *raw.headers,
        ("reason", letter.reason.value.encode()),
        ("inbound-partition", str(partition).encode()),
        ("inbound-offset", str(raw.offset).encode()),
    ]
    await producer.send(
        DEADLETTERS, key=raw.key, value=raw.value or b"", partition=partition, headers=headers
    )
