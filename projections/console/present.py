"""Rows made into what the pages print: words, tones and shares. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from projections.clocks.remaining import Days, Remaining, remaining
from projections.console.describe import Line, describe
from projections.console.headlines import headline
from projections.times import BEIJING, beijing, day_zh, minute_zh
from projections.vocabulary import (
    CLOCK_STATES,
    DAY_KINDS,
    PARTS,
    agency_zh,
    domain_zh,
    fact_zh,
    limit_zh,
    state_zh,
)
from schemas.agencies import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projections.api.listing import Fact, Item
    from projections.clocks.project import Clock
    from projections.console.reveal import Place, Shown
    from projections.matters.project import Card

STEPS = (
    ("ClueTransferred", "移送"),
    ("ClueReceived", "签收"),
    ("ClueVerified", "核查"),
    ("ClueDispositionFedBack", "反馈"),
)
"""The way of a clue, as the page's track shows it."""
_ALARMS = frozenset({"DeadlineBreached", "RoutingDenied", "DeadlineWarned", "ClueReturnedForSupplement"})


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
    domain_zh: str
    received_zh: str
    left: Remaining | None
    percent: int
    due_zh: str
    limit: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of the timeline."""

    seq: int
    title: str
    who: str
    time: str
    platform: bool
    alarm: bool
    sentence: str
    state_zh: str
    rule: str
    citation: Mapping[str, Any] | None
    basis: list[Mapping[str, Any]]
    verified: bool | None
    occurred_zh: str
    addressed: str
    lines: list[Line]
    hash: str
    fact_type: str


@dataclass(frozen=True, slots=True)
class Day:
    """The facts of one day, and whether people work on it."""

    day: str
    working: bool
    entries: list[Entry]


def clock_card(clock: Clock, now: datetime, calendar: Days, reader: str) -> ClockCard:
    """A clock of a matter."""
    left = remaining(clock, now, calendar)
    return ClockCard(
        name=clock.name_zh,
        rule=clock.rule,
        limit=limit_zh(clock.n, clock.unit, clock.day_kind),
        day_kind=DAY_KINDS.get(clock.day_kind, clock.day_kind),
        state=clock.state,
        state_zh=CLOCK_STATES[clock.state],
        left=left,
        percent=round(left.used * 100),
        due_zh=due_zh(clock.due_date),
        start_zh=minute_zh(clock.start_at),
        responsible=agency_zh(clock.responsible),
        mine=clock.responsible == reader,
        reason=clock.reason_zh or "",
        pauses=[_pause(begun, ended) for begun, ended in clock.pauses],
        citation=clock.citation,
        verified=clock.verified,
        provisional=clock.provisional,
        basis=clock.day_kind_basis,
    )


def cards(clocks: Sequence[Clock], now: datetime, calendar: Days, reader: str) -> list[ClockCard]:
    """The clocks of a matter: those that run before those that are over, the nearest due date first."""
    over = {"MET", "CANCELLED"}
    ordered = sorted(clocks, key=lambda clock: (clock.state in over, clock.due, clock.clock))
    return [clock_card(clock, now, calendar, reader) for clock in ordered]


def _pause(begun: int, ended: int | None) -> str:
    return f"{minute_zh(beijing(begun))} 至 {minute_zh(beijing(ended)) if ended is not None else '今'}"


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
        state_zh=state_zh(item.state),
        from_zh=agency_zh(item.from_agency),
        holder_zh=agency_zh(item.holder) if item.holder else "待定",
        domain_zh=domain_zh(item.domain),
        received_zh=minute_zh(item.received_at),
        left=left,
        percent=round(left.used * 100) if left is not None else 0,
        due_zh=due_zh(item.due_date),
        limit=limit_zh(item.n or 0, item.unit or "", item.day_kind or ""),
    )


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


def entry(fact: Fact, revealed: Mapping[str, Shown]) -> Entry:
    """A fact of the timeline; `revealed` as in `describe`."""
    meta = fact.content.get("meta", {})
    return Entry(
        seq=fact.seq,
        title=fact_zh(fact.fact_type),
        who=agency_zh(fact.agency),
        time=f"{fact.received_at.astimezone(BEIJING):%H:%M}",
        platform=fact.agency == PLATFORM,
        alarm=fact.fact_type in _ALARMS,
        sentence=headline(fact.fact_type, fact.content),
        state_zh=state_zh(fact.state),
        rule=fact.rule,
        citation=fact.citation,
        basis=meta.get("legal_basis", [])[1:],
        verified=fact.verified,
        occurred_zh=minute_zh(fact.occurred_at) if fact.occurred_at else "",
        addressed="、".join(agency_zh(code) for code in fact.addressed_to),
        lines=describe(fact.fact_type, fact.content, revealed),
        hash=fact.hash.removeprefix("\\x"),
        fact_type=fact.fact_type,
    )


def days(facts: Sequence[Fact], revealed: Mapping[Place, Shown], calendar: Days) -> list[Day]:
    """The timeline by days, oldest first."""
    by_fact: dict[int, dict[str, Shown]] = {}
    for (seq, path), shown in revealed.items():
        by_fact.setdefault(seq, {})[path] = shown
    return [
        Day(day_zh(day), calendar.is_working(day), [entry(fact, by_fact.get(fact.seq, {})) for fact in group])
        for day, group in groupby(facts, key=lambda fact: fact.received_at.astimezone(BEIJING).date())
    ]


def track(facts: Sequence[Fact], card: Card) -> list[tuple[str, str]]:
    """The steps of a clue with `done`, `now` or `ahead`; empty for matters that have no such track."""
    if not card.procedure.startswith("clue-transfer"):
        return []
    told = {fact.fact_type for fact in facts}
    last = max((i for i, (fact, _) in enumerate(STEPS) if fact in told), default=-1)
    # A step that was skipped is over nevertheless: what comes after it has happened.
    return [
        (label, "done" if fact in told or i < last else "now" if i == last + 1 else "ahead")
        for i, (fact, label) in enumerate(STEPS)
    ]
