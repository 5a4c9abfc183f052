"""One fact on the table: the matter, what arrived, what it says, the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from processors.model import Totals, jurisdiction
from processors.rulebook.conditions import View
from schemas.agencies import PLATFORM
from schemas.days import day_of
from schemas.envelope import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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

    @property
    def effect(self) -> bool:
        """Whether another matter owed it to this one."""
        return self.incoming.kind is Kind.EFFECT

    @property
    def agency(self) -> str:
        """Who states it: the agency that its meta names, the platform for an effect."""
        return PLATFORM if self.effect else str(self.meta["agency"])

    @property
    def instant(self) -> int:
        """From when (micros) its clocks count: its receipt, an effect's that of its cause."""
        return int(self.meta["cause_received_at"]) if self.effect else self.incoming.received_at

    @property
    def addressed_to(self) -> Sequence[str]:
        """Whom the sender means; an effect means nobody."""
        return () if self.effect else list(self.meta["addressed_to"])

    @cached_property
    def book(self) -> Book:
        """The rules of the region by which the matter is decided, or would be once it is open."""
        region = self.matter.region or jurisdiction(self.matter.id, self.meta["region"])
        return self.rules.rulebook.book(region)

    @cached_property
    def view(self) -> View:
        """What conditions see before the fact is admitted."""
        return view_of(self.record, self.matter, self.instant)


@dataclass(frozen=True, slots=True)
class Admitted:
    """An admitted fact: what it moves, and by which procedure."""

    case: Case
    procedure: Procedure
    transition: Transition = field(repr=False)


def view_of(record: Mapping[str, Any], matter: Matter, now: int) -> View:
    """Make a fact, its matter and an instant (micros) ready for conditions."""
    return View(variables_of(record, matter, now))


def variables_of(record: Mapping[str, Any], matter: Matter, now: int) -> dict[str, Any]:
    """Name what conditions see of a fact, its matter and an instant (micros)."""
    return {"fact": record, "matter": matter_seen(matter), "now": now, "month": month_of(now)}


def month_of(instant: int) -> str:
    """Give the month in Beijing in which an instant lies: "2026-10"."""
    return day_of(instant).isoformat()[:7]


def matter_seen(matter: Matter) -> dict[str, Any]:
    """Say what conditions may know of a matter; this is the whole list."""
    return {
        "id": matter.id,
        "state": matter.state,
        "resume": matter.resume,
        "holder": matter.holder,
        "originator": matter.originator,
        "handlers": list(matter.handlers),
        "seq": matter.seq,
        "hand_overs": matter.hand_overs,
        "lacking": list(matter.lacking),
        "tally": matter.tally,
        "kept": matter.kept,
        "clocks": {
            c.base: {"state": c.state, "due_date": c.due_date, "extended": c.extended}
            for c in matter.clocks.values()
        },
        "totals": totals_seen(matter.totals or Totals()),
    }


def totals_seen(totals: Totals) -> dict[str, Any]:
    """Write totals as `Subtotal` records, sorted by key, so that a digest can be compared with them."""
    return {
        "all": _subtotal("all", (totals.count, totals.amount)),
        "by_cause": [_subtotal(k, v) for k, v in sorted(totals.by_cause.items())],
        "by_township": [_subtotal(k, v) for k, v in sorted(totals.by_township.items())],
        "event_count": totals.count,
    }


def _subtotal(key: str, sums: tuple[int, int]) -> dict[str, Any]:
    return {"key": key, "count": sums[0], "amount": sums[1]}
