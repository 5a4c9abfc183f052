"""One ledger record as every view reads it: its seal and what it says, decoded once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.codec import CODEC

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backbone.records import LedgerRecord
    from schemas.seal import SealMatter

CHAINED = frozenset({"ADMITTED", "DERIVED", "HELD", "MEND"})
"""Kinds that concern a matter. Refusals are their sender's receipt alone; markers concern no matter."""


@dataclass(frozen=True, slots=True)
class Told:
    """A decoded record: `record` has timestamps as microseconds and personal fields as ciphertext."""

    seal: SealMatter
    hash: bytes
    partition: int
    offset: int
    record: Mapping[str, Any]

    @property
    def matter(self) -> str:
        """The matter that it concerns."""
        return self.seal.matter

    @property
    def kind(self) -> str:
        """Kind of ledger record, as a plain word."""
        return str(self.seal.kind)


def tell(records: Iterable[LedgerRecord]) -> list[Told]:
    """Decode the records that concern matters, in their order. Raises what the codec raises."""
    return [
        Told(r.seal.matter, r.seal.partition.hash, r.partition, r.offset, CODEC.decode(r.value).record)
        for r in records
        if str(r.seal.matter.kind) in CHAINED
    ]
