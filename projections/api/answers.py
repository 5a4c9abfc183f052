"""What the query API answers, as documented shapes. All instants are ISO 8601 in Beijing time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from projections.times import beijing, iso
from projections.vocabulary import (
    CLOCK_STATES,
    PARTS,
    agency_zh,
    domain_zh,
    fact_zh,
    limit_zh,
    procedure_zh,
    state_zh,
)

if TYPE_CHECKING:
    from projections.api.listing import Fact, Item
    from projections.api.views import AsOf
    from projections.clocks.project import Clock
    from projections.matters.project import Card

Instant = Annotated[str, Field(examples=["2026-09-08T10:00:00.000+08:00"])]


class Named(BaseModel):
    """一个代码及其中文名称。A code with its Chinese name."""

    code: str
    name: str


class Page(BaseModel):
    """每个答复都写明数据截至何时。Every answer says how far its data reaches."""

    as_of: Instant | None = Field(description="数据截至（北京时间）。Data as of.")


class DueClock(BaseModel):
    """最近到期的时限。The clock that is due first."""

    clock: str
    rule: str | None
    name: str | None
    state: str | None
    limit: str = Field(description="期限及日的种类。", examples=["15 个工作日"])
    due: Instant = Field(description="最早的逾期时刻。The first instant too late.")
    due_date: str | None = Field(description="期限末日，当日 24:00 止。", examples=["2026-09-29"])


class InboxItem(BaseModel):
    """收件箱中的一个事项。One matter in the inbox."""

    matter: str
    part: str = Field(description="HANDLE 承办、SUPPLEMENT 待补正、RESULT 结果反馈、SENT 已移送、COPY 抄送")
    part_zh: str
    open: bool = Field(description="是否待办。")
    procedure: Named
    state: Named
    from_: Named = Field(alias="from", description="来件机关。")
    holder: Named = Field(description="承办机关。")
    domain: Named | None
    place: str | None
    urgency: str | None
    received_at: Instant
    changed_at: Instant
    due: DueClock | None
    breached: int = Field(description="已逾期的时限数。")
    missing: list[dict[str, str]]
    supplement_due: str | None
    held: bool


class InboxPage(Page):
    """收件箱的一页，最近到期的在前。A page of the inbox, the nearest due date first."""

    agency: Named
    items: list[InboxItem]
    next: str | None = Field(description="下一页的翻页标记；末页为空。Cursor of the next page.")


class ClockItem(BaseModel):
    """一个时限。One clock."""

    clock: str
    matter: str
    rule: str
    name: str
    responsible: Named
    state: Named
    limit: str
    day_kind: str
    n: int
    unit: str
    start_at: Instant
    due: Instant
    due_date: str
    paused_at: Instant | None
    reason: str | None
    met_at: Instant | None
    breached_at: Instant | None
    warned: list[str]
    calendar_version: int
    provisional: bool
    verified: bool
    citation: dict[str, Any] | None
    day_kind_basis: str


class ClockPage(Page):
    """时限的一页，最近到期的在前。A page of clocks, the nearest due date first."""

    items: list[ClockItem]
    next: str | None


class FactItem(BaseModel):
    """时间线上的一条事实。One fact of a timeline; personal fields are never in it."""

    seq: int
    fact: Named
    event_id: str
    cause: str
    agency: Named
    addressed_to: list[Named]
    copied_to: list[Named]
    received_at: Instant
    occurred_at: Instant | None
    state: Named
    rule: str
    citation: dict[str, Any] | None
    verified: bool | None
    hash: str = Field(description="链上哈希（SM3，十六进制）。")
    content: dict[str, Any]


class TimelinePage(Page):
    """时间线的一页，按序号。A page of the timeline, by number."""

    matter: str
    items: list[FactItem]
    next: str | None


class MatterAnswer(Page):
    """一个事项及其时限。A matter with its clocks."""

    matter: str
    procedure: Named
    state: Named
    originator: Named
    holder: Named | None
    part: str = Field(description="本机关与该事项的关系。", examples=["HANDLER"])
    seq: int
    opened_at: Instant
    changed_at: Instant
    domain: Named | None
    place: str | None
    urgency: str | None
    missing: list[dict[str, str]]
    supplement_due: str | None
    held: bool
    clocks: list[ClockItem]


def reach(as_of: AsOf) -> str | None:
    """The `as_of` of an answer; None before the first record."""
    return iso(beijing(as_of.received_at)) if as_of.received_at else None


def agency(code: str) -> Named:
    """An agency with its name."""
    return Named(code=code, name=agency_zh(code))


def _domain(code: str | None) -> Named | None:
    return Named(code=code, name=domain_zh(code)) if code else None


def _state(state: str) -> Named:
    return Named(code=state, name=state_zh(state))


def _procedure(procedure: str) -> Named:
    return Named(code=procedure, name=procedure_zh(procedure))


def inbox_item(item: Item) -> InboxItem:
    """An inbox row as it is answered."""
    return InboxItem.model_validate(
        {
            "matter": item.matter,
            "part": item.part,
            "part_zh": PARTS.get(item.part, item.part),
            "open": item.open,
            "procedure": _procedure(item.procedure),
            "state": _state(item.state),
            "from": agency(item.from_agency),
            "holder": agency(item.holder),
            "domain": _domain(item.domain),
            "place": item.place,
            "urgency": item.urgency,
            "received_at": iso(item.received_at),
            "changed_at": iso(item.changed_at),
            "due": _due(item),
            "breached": item.breached,
            "missing": item.missing,
            "supplement_due": item.supplement_due,
            "held": item.held,
        },
    )


def _due(item: Item) -> DueClock | None:
    if item.clock is None or item.due is None:
        return None
    return DueClock(
        clock=item.clock,
        rule=item.rule,
        name=item.rule_zh,
        state=item.clock_state,
        limit=limit_zh(item.n or 0, item.unit or "", item.day_kind or ""),
        due=iso(item.due),
        due_date=item.due_date,
    )


def clock_item(clock: Clock) -> ClockItem:
    """A clock as it is answered."""
    return ClockItem(
        clock=clock.clock,
        matter=clock.matter,
        rule=clock.rule,
        name=clock.name_zh,
        responsible=agency(clock.responsible),
        state=Named(code=clock.state, name=CLOCK_STATES[clock.state]),
        limit=limit_zh(clock.n, clock.unit, clock.day_kind),
        day_kind=clock.day_kind,
        n=clock.n,
        unit=clock.unit,
        start_at=iso(clock.start_at),
        due=iso(clock.due),
        due_date=clock.due_date,
        paused_at=iso(clock.paused_at) if clock.paused_at else None,
        reason=clock.reason_zh,
        met_at=iso(clock.met_at) if clock.met_at else None,
        breached_at=iso(clock.breached_at) if clock.breached_at else None,
        warned=clock.warned,
        calendar_version=clock.calendar_version,
        provisional=clock.provisional,
        verified=clock.verified,
        citation=clock.citation,
        day_kind_basis=clock.day_kind_basis,
    )


def fact_item(fact: Fact) -> FactItem:
    """A fact as it is answered."""
    return FactItem(
        seq=fact.seq,
        fact=Named(code=fact.fact_type, name=fact_zh(fact.fact_type)),
        event_id=fact.event_id,
        cause=fact.cause,
        agency=agency(fact.agency),
        addressed_to=[agency(code) for code in fact.addressed_to],
        copied_to=[agency(code) for code in fact.copied_to],
        received_at=iso(fact.received_at),
        occurred_at=iso(fact.occurred_at) if fact.occurred_at else None,
        state=_state(fact.state),
        rule=fact.rule,
        citation=fact.citation,
        verified=fact.verified,
        hash=fact.hash.removeprefix("\\x"),
        content=fact.content,
    )


def matter_answer(card: Card, part: str, clocks: list[Clock], as_of: AsOf) -> MatterAnswer:
    """A matter as it is answered."""
    return MatterAnswer(
        as_of=reach(as_of),
        matter=card.matter,
        procedure=_procedure(card.procedure),
        state=_state(card.state),
        originator=agency(card.originator),
        holder=agency(card.handler) if card.handler else None,
        part=part,
        seq=card.seq,
        opened_at=iso(card.opened_at),
        changed_at=iso(card.changed_at),
        domain=_domain(card.domain),
        place=card.place,
        urgency=card.urgency,
        missing=card.missing,
        supplement_due=card.supplement_due,
        held=card.held,
        clocks=[clock_item(clock) for clock in clocks],
    )
