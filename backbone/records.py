"""A record of the ledger as every fold reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backbone.remedy import remedy
from schemas.seal import Seal, decode_seal

if TYPE_CHECKING:
    from aiokafka.structs import ConsumerRecord

__all__ = ["SEAL_HEADER", "LedgerRecord", "NotALedgerRecord", "decode_ledger"]

SEAL_HEADER = "seal"
"""The one header of a ledger record."""


class NotALedgerRecord(ValueError):
    """A record of the ledger has no seal, key or value: somebody else wrote to the topic.

    Take that right away.
    """


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """One record: where it lies (`offset` in the ledger), its key, the exact bytes of its value, its seal."""

    partition: int
    offset: int
    key: bytes
    value: bytes
    seal: Seal


def decode_ledger(record: ConsumerRecord) -> LedgerRecord:
    """Give a consumed record of the ledger its shape; the value stays bytes.

    Raises NotALedgerRecord, and what decoding a seal raises (Undecodable, UnknownSchema).
    """
    seal = next((content for name, content in record.headers if name == SEAL_HEADER), None)
    if seal is None or record.key is None or record.value is None:
        raise NotALedgerRecord(f"ledger/{record.partition}@{record.offset}: {remedy(NotALedgerRecord)}")
    return LedgerRecord(record.partition, record.offset, record.key, record.value, decode_seal(seal))
