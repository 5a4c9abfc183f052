"""One fact on the table: the matter, what arrived, what it says, the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from processors.rulebook.conditions import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.model import Incoming, Matter, Rules
    from processors.rulebook import Book
    from processors.rulebook.shapes import Procedure, Transition


@dataclass(frozen=True)
class Case:
    """A decoded fact, not yet admitted, with all that a decision about it may see."""

    matter: Matter
    incoming: Incoming
    fact: str
    record: Mapping[str, Any]
    rules: Rules

    @property
    def meta(self) -> Mapping[str, Any]:
        """What the sender says about the fact: a `Meta` as a record."""
        meta: Mapping[str, Any] = self.record["meta"]
        return meta

    @cached_property
    def book(self) -> Book:
        """The rules of the region: the matter's own once it is open, until then the fact's."""
        return self.rules.rulebook.book(self.matter.region or self.meta["region"])

    @cached_property
    def view(self) -> View:
        """What conditions see before the fact is admitted."""
        return view_of(self.record, self.matter)


@dataclass(frozen=True, slots=True)
class Admitted:
    """An admitted fact: what it moves, and by which procedure."""

    case: Case
    procedure: Procedure
    transition: Transition = field(repr=False)


def view_of(record: Mapping[str, Any], matter: Matter) -> View:
    """Make a fact and a matter ready for conditions."""
    return View(
        record,
        {
            "id": matter.id,
            "state": matter.state,
            "resume": matter.resume,
            "holder": matter.holder,
            "originator": matter.originator,
            "seq": matter.seq,
            "hand_overs": matter.hand_overs,
            "lacking": list(matter.lacking),
            "tally": matter.tally,
        },
    )
