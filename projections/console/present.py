"""Rows made into what the pages print: words, tones and shares. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from projections.clocks.remaining import Days, Remaining, outcome_zh, remaining
from projections.procedures import procedure_zh, state_zh
from projections.times import beijing, day_zh, minute_zh
from projections.vocabulary import (
    DAY_KINDS,
    PARTS,
    agency_zh,
    domain_zh,
    limit_zh,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projections.api.listing import Item
    from projections.clocks.project import Clock, Extension
    from projections.matters.card import Card


@dataclass(frozen=True, slots=True)
class ClockCard:
    """A clock as it is shown: `percent` is the share of its limit that is used."""

    name: str
    rule: str
    limit: str
    day_kind: str
    state: str
    state_zh: str
    left: Remaining
    percent: int
    due_zh: str
    start_zh: str
    responsible: str
    mine: bool
    reason: str
    pauses: list[str]
    extensions: list[str]
    escalated: int
    citation: Mapping[str, Any] | None
    verified: bool
    provisional: bool
    basis: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the inbox."""

    item: Item
    part_zh: str
    state_zh: str
    from_zh: str
    holder_zh: str
    title: str
    about: str
    received_zh: str
    left: Remaining | None
    percent: int
    due_zh: str
    limit: str


def clock_card(clock: Clock, now: datetime, calendar: Days, reader: str) -> ClockCard:
    """A clock of a matter."""
    left = remaining(clock, now, calendar)
    return ClockCard(
        name=clock.name_zh,
        rule=clock.rule,
        limit=limit_zh(clock.n, clock.unit, clock.day_kind),
        day_kind=DAY_KINDS.get(clock.day_kind, clock.day_kind),
        state=clock.state,
        state_zh=outcome_zh(clock),
        left=left,
        percent=round(left.used * 100),
        due_zh=due_zh(clock.due_date),
        start_zh=minute_zh(clock.start_at),
        responsible=agency_zh(clock.responsible),
        mine=clock.responsible == reader,
        reason=clock.reason_zh or "",
        pauses=[_pause(begun, ended) for begun, ended in clock.pauses],
        extensions=[_extension(each) for each in clock.extensions],
        escalated=clock.escalated if clock.open else 0,
        citation=clock.citation,
        verified=clock.verified,
        provisional=clock.provisional,
        basis=clock.day_kind_basis,
    )


def cards(clocks: Sequence[Clock], now: datetime, calendar: Days, reader: str) -> list[ClockCard]:
    """The clocks of a matter: those that run before those that are over, the nearest due date first."""
    ordered = sorted(clocks, key=lambda clock: (not clock.open, clock.due, clock.clock))
    return [clock_card(clock, now, calendar, reader) for clock in ordered]


def _pause(begun: int, ended: int | None) -> str:
    return f"{minute_zh(beijing(begun))} 至 {minute_zh(beijing(ended)) if ended is not None else '今'}"


def _extension(extension: Extension) -> str:
    by = limit_zh(extension.n, extension.unit, extension.day_kind) if extension.n else ""
    return f"{by}，至 {extension.due_date}".removeprefix("，")


def due_zh(due_date: str | None) -> str:
    """The last day that counts, and that it counts to its end."""
    return f"{day_zh(date.fromisoformat(due_date))} 24:00" if due_date else ""


def row(item: Item, now: datetime, calendar: Days) -> Row:
    """A row of the inbox."""
    left = None
    if item.clock is not None and item.due is not None and item.start_at is not None:
        left = remaining(_Running(item, item.due, item.start_at), now, calendar)
    return Row(
        item=item,
        part_zh=PARTS.get(item.part, item.part),
        state_zh=state_zh(item.procedure, item.state),
        from_zh=agency_zh(item.from_agency),
        holder_zh=holder_zh(item.holder, several=item.part == "NOTICE"),
        title=domain_zh(item.domain) or procedure_zh(item.procedure),
        about=about_zh(item),
        received_zh=minute_zh(item.received_at),
        left=left,
        percent=round(left.used * 100) if left is not None else 0,
        due_zh=due_zh(item.due_date),
        limit=limit_zh(item.n or 0, item.unit or "", item.day_kind or ""),
    )


def holder_zh(holder: str, *, several: bool) -> str:
    """Who handles a matter; where nobody does, its addressees may be several."""
    return agency_zh(holder) if holder else "各主送机关" if several else "待定"


def about_zh(matter: Item | Card) -> str:
    """What a matter is about, in one line; a clue without a place says so."""
    told = [part for part in (matter.about, matter.place) if part]
    return "　".join(told) or ("地点未填" if matter.procedure.startswith("clue-transfer") else "")


@dataclass(frozen=True, slots=True)
class _Running:
    """The clock fields of an inbox row, as `remaining` asks for them."""

    item: Item
    due: datetime
    start_at: datetime

    @property
    def day_kind(self) -> str:
        return self.item.day_kind or ""

    @property
    def state(self) -> str:
        return self.item.clock_state or ""

    @property
    def pauses(self) -> Sequence[tuple[int, int | None]]:
        return self.item.pauses or ()

    @property
    def open(self) -> bool:
        return True

    @property
    def met_at(self) -> datetime | None:
        return None

    @property
    def breached_at(self) -> datetime | None:
        return None
