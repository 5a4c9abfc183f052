"""A ledger in the hand, for tests of whatever reads one: sealed, numbered, chained as the owner does it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backbone.records import LedgerRecord
from projections.times import BEIJING, micros
from schemas.agencies import PLATFORM
from schemas.codec import CODEC
from schemas.partition import partition_of
from schemas.seal import (
    Seal,
    SealKind,
    SealMatter,
    SealPartition,
    chain_hash,
    encode_matter_part,
    encode_seal,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def at(text: str) -> int:
    """Microseconds of a Beijing time like 2026-09-08 10:00."""
    return micros(datetime.fromisoformat(text).replace(tzinfo=BEIJING))


class LedgerBuilder:
    """Writes a ledger of several partitions into memory; `records` are those of one partition, in order."""

    def __init__(self, partitions: int = 6) -> None:
        self.partitions = partitions
        self.records: defaultdict[int, list[LedgerRecord]] = defaultdict(list)
        self._heads: dict[str, tuple[int, bytes]] = {}
        self._serial = 0

    def append(
        self, fact_type: str, record: Mapping[str, Any], received_at: int, **seal: Any
    ) -> LedgerRecord:
        """Append a fact of a matter. `seal` adds to or replaces what its `meta` already says.

        Kinds other than ADMITTED and DERIVED stay outside the chain.
        """
        meta = record["meta"]
        platform = meta.get("agency", PLATFORM) == PLATFORM
        kind = SealKind(seal.pop("kind", SealKind.DERIVED if platform else SealKind.ADMITTED))
        matter: str = meta["matter"]
        seq, head = self._heads.get(matter, (0, b""))
        chained = kind in {SealKind.ADMITTED, SealKind.DERIVED}
        part = SealMatter(
            matter=matter,
            seq=seq + 1 if chained else 0,
            received_at=received_at,
            kind=kind,
            fact_type=fact_type,
            event_id=meta["event_id"],
            prev_hash=head if chained else b"",
            **({"agency": meta.get("agency", PLATFORM), "procedure": "clue-transfer@1"} | seal),
        )
        value = CODEC.encode(fact_type, record)
        digest = chain_hash(encode_matter_part(part), value)
        if chained:
            self._heads[matter] = (seq + 1, digest)
        partition = partition_of(matter.encode(), self.partitions)
        written = self.records[partition]
        where = SealPartition(len(written) + 1, partition, len(written), last=True, hash=digest)
        written.append(LedgerRecord(partition, len(written), matter.encode(), value, Seal(part, where)))
        return written[-1]

    def event_id(self) -> str:
        """An event id that no other has."""
        self._serial += 1
        return f"019983a0-0000-7000-8000-{self._serial:012x}"

    @staticmethod
    def header(record: LedgerRecord) -> bytes:
        """The seal header of a record, as it stands in Kafka."""
        return encode_seal(encode_matter_part(record.seal.matter), record.seal.partition)


def meta(builder: LedgerBuilder, matter: str, agency: str, occurred_at: int, **more: Any) -> dict[str, Any]:
    """The `meta` of an agency's fact."""
    return {
        "event_id": builder.event_id(),
        "matter": matter,
        "occurred_at": occurred_at,
        "agency": agency,
        "role": "DISPATCH_DESK",
        "operator": None,
        "addressed_to": [],
        "region": "310120104",
        "scope": "DISTRICT",
        "sensitivity": "L3",
        "correlation_id": matter,
        "causation_id": None,
        "purpose": None,
        "legal_basis": [],
        "attachments": [],
    } | more


def short_meta(
    builder: LedgerBuilder, matter: str, cause: str, rule: str = "", **more: Any
) -> dict[str, Any]:
    """The `meta` of the platform's own fact."""
    return {
        "event_id": builder.event_id(),
        "matter": matter,
        "cause": cause,
        "rule": rule,
        "citation": None,
        "correlation_id": matter,
    } | more
