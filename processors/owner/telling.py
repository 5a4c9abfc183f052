"""What an owner says of a batch that is committed and folded: counts, and lines in the log.

An admitted fact is a line at debug level: there are thousands a second. A refusal, a hold and a dead letter
are rare, and are what a sender or an operator comes to look for with an event id in hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backbone.log import logger
from processors.owner import metrics
from schemas.seal import SealKind

if TYPE_CHECKING:
    from processors.model import Entry
    from processors.owner.batch import Batch

log = logger(__name__)


def tell(batch: Batch, partition: int) -> None:
    """Count and log what a batch came to."""
    for entry in batch.entries:
        metrics.RECORDS.labels(str(partition), entry.seal.kind.value).inc()
        _tell_entry(entry, partition)
    for letter in batch.dead:
        metrics.DEAD.labels(str(partition), letter.reason.value).inc()
        log.warning("dead_letter", partition=partition, offset=letter.raw.offset, reason=letter.reason.value)


def _tell_entry(entry: Entry, partition: int) -> None:
    seal, record = entry.seal, entry.record
    if seal.kind is SealKind.DERIVED or seal.kind is SealKind.MARKER:
        return
    meta = record["meta"]
    ids = {"matter": seal.matter, "correlation_id": meta["correlation_id"], "partition": partition}
    if seal.kind is SealKind.ADMITTED:
        log.debug("fact_admitted", event_id=seal.event_id, fact=seal.fact_type, seq=seal.seq, **ids)
    elif seal.kind is SealKind.REFUSED:
        event = record["refused_event"]
        log.info("fact_refused", event_id=event, agency=record["agency"], code=record["code"], **ids)
    elif seal.kind is SealKind.HELD:
        event = record["held_event"]
        log.warning("fact_held", event_id=event, reason=record["reason_code"], detail=record["detail"], **ids)
    elif seal.kind is SealKind.MEND:
        log.warning("matter_mended", event_id=seal.event_id, who=record["who"], why=record["why"], **ids)
