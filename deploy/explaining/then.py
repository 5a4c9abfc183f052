"""How things stood when an event was decided: its matter, and the rules in force, folded from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deploy.explaining.story import said
from processors.admit import Case, view_of
from processors.evolve import evolve
from processors.model import Incoming, Matter, Rules, new_matter
from processors.owner.force import PackMissing, ReferenceDiffers, replayed
from schemas.contracts import contracts
from schemas.envelope import Kind
from schemas.seal import SealKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backbone.records import LedgerRecord
    from deploy.explaining.story import Story
    from processors.owner.force import Base
    from processors.rulebook import Book
    from processors.rulebook.conditions import View
    from processors.rulebook.shapes import Procedure, Transition

__all__ = ["Then"]

_ROUTING = ("FactRouted", "RoutingDenied")


@dataclass(frozen=True)
class Then:
    """An event together with what was known and in force when it was decided.

    `rules` is None if this release does not carry the edition that was in force; `missing` then says so.
    """

    story: Story
    rules: Rules | None
    missing: str

    @classmethod
    def of(cls, story: Story, base: Base) -> Then:
        """Put the markers of the event's partition in force, in their order."""
        markers = [(each.value, each.seal.matter.received_at) for each in story.markers]
        try:
            return cls(story, replayed(base, markers).rules, "")
        except (PackMissing, ReferenceDiffers) as error:
            return cls(story, None, str(error))

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """What the event says."""
        return said(self.story.found)

    @cached_property
    def before(self) -> Matter:
        """The matter before the event."""
        return _folded(new_matter(self.story.found.seal.matter.matter), self.story.before)

    @cached_property
    def after(self) -> Matter:
        """The matter after the event."""
        return _folded(self.before, [self.story.found])

    @cached_property
    def after_routing(self) -> Matter:
        """The matter after the event and where it was sent: what its clocks and effects looked at."""
        routed = [each for each in self.story.led_to if each.seal.matter.fact_type in _ROUTING]
        return _folded(self.before, [self.story.found, *routed])

    @cached_property
    def case(self) -> Case | None:
        """The event on the table again; None for what was not admitted, and without its rules."""
        event = self.story.found
        seal = event.seal.matter
        if self.rules is None or seal.kind is not SealKind.ADMITTED:
            return None
        effect = seal.fact_type in contracts() and contracts()[seal.fact_type].effect
        incoming = Incoming(
            kind=Kind.EFFECT if effect else Kind.FACT,
            matter=seal.matter,
            agency=seal.agency,
            event_id=seal.event_id,
            value=event.value,
            partition=event.partition,
            offset=event.seal.partition.offset,
            received_at=seal.received_at,
            stamp_key="",
        )
        return Case(self.before, incoming, seal.fact_type, self.record, self.rules)

    @cached_property
    def book(self) -> Book | None:
        """The rules that held in the matter's region."""
        if self.case is not None:
            return self.case.book
        region = self.before.region
        return self.rules.rulebook.book(region) if self.rules is not None and region else None

    @cached_property
    def procedure(self) -> Procedure | None:
        """The procedure by which the event moved its matter."""
        name = self.story.found.seal.matter.procedure or self.before.procedure
        return self.book.procedures.get(name) if self.book is not None else None

    @cached_property
    def transition(self) -> Transition | None:
        """The step of the procedure that the event took."""
        fact = self.story.found.seal.matter.fact_type
        return self.procedure.moves.get((fact, self.before.state)) if self.procedure is not None else None

    @cached_property
    def view_after(self) -> View | None:
        """What the conditions of clocks looked at."""
        if self.case is None:
            return None
        return view_of(self.record, self.after_routing, self.case.instant)

    def name(self, agency: str) -> str:
        """Give an agency's Chinese name by the register of then."""
        return self.rules.agencies.name_zh(agency) if self.rules is not None else agency


def _folded(matter: Matter, records: Iterable[LedgerRecord]) -> Matter:
    for each in records:
        if each.seal.matter.kind not in {SealKind.REFUSED, SealKind.MARKER}:
            matter = evolve(matter, each.seal.matter, said(each), each.seal.partition.hash)
    return matter
