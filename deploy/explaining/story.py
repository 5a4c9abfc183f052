"""What the ledger holds about one event: the event, its matter before and after, its cause, what it led to.

Two passes: the first finds the event, and what it owes; the second keeps what belongs to it. Nothing else of
the ledger is held, however long it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deploy.verify.reading import read_records
from processors.effects import EFFECT_OWED
from schemas.codec import CODEC
from schemas.seal import SealKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from backbone.records import LedgerRecord
    from backbone.settings import Settings

__all__ = ["NotInLedger", "Story", "read_story", "said", "story_of"]

_OUTSIDE = {SealKind.REFUSED: "refused_event", SealKind.HELD: "held_event"}


class NotInLedger(LookupError):
    """No record of the ledger bears this id.

    A door that turns something away at once keeps nothing of it: its answer was all. A fact that was taken a
    moment ago may not be decided yet. Otherwise check the id.
    """


@dataclass(slots=True)
class Story:
    """The records around an event, in the order of the ledger.

    `before` is the event's matter up to it, `after` what follows in the matter; `markers` are those of its
    partition up to it; `arrivals` by id are the effects that it owed; `others` bear the same id.
    """

    event_id: str
    event: LedgerRecord | None = None
    others: list[LedgerRecord] = field(default_factory=list)
    owed: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    before: list[LedgerRecord] = field(default_factory=list)
    after: list[LedgerRecord] = field(default_factory=list)
    markers: list[LedgerRecord] = field(default_factory=list)
    arrivals: dict[str, LedgerRecord] = field(default_factory=dict)
    cause: LedgerRecord | None = None

    @property
    def found(self) -> LedgerRecord:
        """The event. Raises NotInLedger."""
        if self.event is None:
            raise NotInLedger(f"{self.event_id}: {' '.join((NotInLedger.__doc__ or '').split())}")
        return self.event

    def of_cause(self) -> Story | None:
        """Give the story of the fact that led to this one in the same matter, without what it owed."""
        cause = self.cause
        if cause is None or cause not in self.before:
            return None
        place = self.before.index(cause)
        number = cause.seal.partition.number
        return Story(
            cause.seal.matter.event_id,
            event=cause,
            before=self.before[:place],
            after=[*self.before[place + 1 :], self.found, *self.after],
            markers=[each for each in self.markers if each.seal.partition.number <= number],
        )

    def look(self, record: LedgerRecord) -> None:
        """Take a record of the first pass."""
        seal = record.seal.matter
        if _bears(record, self.event_id):
            if self.event is None:
                self.event = record
            else:
                self.others.append(record)
        elif seal.cause == self.event_id and seal.fact_type == EFFECT_OWED:
            owed = said(record)
            self.owed[owed["effect_event"]] = owed

    def keep(self, record: LedgerRecord) -> None:
        """Take a record of the second pass."""
        event, seal = self.found, record.seal.matter
        number, at = record.seal.partition.number, event.seal.partition.number
        same_partition = record.partition == event.partition
        if same_partition and seal.kind is SealKind.MARKER and number <= at:
            self.markers.append(record)
        elif seal.matter == event.seal.matter.matter and same_partition and number != at:
            (self.before if number < at else self.after).append(record)
        self._keep_linked(record)

    def _keep_linked(self, record: LedgerRecord) -> None:
        """Keep an effect where it arrived, and the fact that caused the event."""
        seal = record.seal.matter
        for event_id, owed in self.owed.items():
            if seal.matter == owed["target"] and _bears(record, event_id):
                self.arrivals[event_id] = record
        matter, cause = _cause_of(self.found)
        if cause and seal.event_id == cause and seal.matter == matter:
            self.cause = record

    @property
    def led_to(self) -> list[LedgerRecord]:
        """What the platform stated in its matter because of the event."""
        cause = self.found.seal.matter.event_id
        return [each for each in self.after if each.seal.matter.cause == cause]


def said(record: LedgerRecord) -> dict[str, Any]:
    """Decode what a record says."""
    return CODEC.decode(record.value).record


def _bears(record: LedgerRecord, event_id: str) -> bool:
    seal = record.seal.matter
    if seal.event_id == event_id:
        return True
    name = _OUTSIDE.get(seal.kind)
    return name is not None and said(record)[name] == event_id


def _cause_of(event: LedgerRecord) -> tuple[str, str]:
    """Give (matter, event id) of what caused an event; both empty for what an agency stated by itself."""
    seal, record = event.seal.matter, said(event)
    meta = record.get("meta", {})
    if "cause_matter" in meta:
        return meta["cause_matter"], meta["cause"]
    if seal.kind is SealKind.DERIVED:
        return seal.matter, seal.cause
    return seal.matter, meta.get("causation_id") or ""


def story_of(event_id: str, records: Iterable[LedgerRecord]) -> Story:
    """Gather the story of an event from records at hand. Raises NotInLedger."""
    kept = list(records)
    story = Story(event_id)
    for record in kept:
        story.look(record)
    for record in kept if story.found else ():
        story.keep(record)
    return story


async def read_story(
    event_id: str, settings: Settings, partitions: int, progress: Callable[[int, int], None]
) -> Story:
    """Gather the story of an event from the broker. Raises NotInLedger, BrokerAway."""
    story = Story(event_id)
    async for record in read_records(settings, partitions, progress):
        story.look(record)
    if story.found:
        async for record in read_records(settings, partitions, progress):
            story.keep(record)
    return story
