"""Rows of the views, made into what the query API answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from projections.api.answers import (
    ClockItem,
    DigestCase,
    DigestItem,
    DueClock,
    FactItem,
    InboxItem,
    MatterAnswer,
    Named,
    Subtotal,
)
from projections.clocks.remaining import outcome_zh
from projections.procedures import procedure_zh, state_zh
from projections.times import beijing, iso
from projections.vocabulary import (
    PARTS,
    agency_zh,
    domain_zh,
    fact_zh,
    limit_zh,
)

if TYPE_CHECKING:
    from projections.api.listing import Case, Digest, Fact, Item
    from projections.api.views import AsOf
    from projections.clocks.project import Clock, Extension
    from projections.matters.card import Card


def reach(as_of: AsOf) -> str | None:
    """The `as_of` of an answer; None before the first record."""
    return iso(beijing(as_of.received_at)) if as_of.received_at else None


def agency(code: str) -> Named:
    """An agency with its name."""
    return Named(code=code, name=agency_zh(code))


def _domain(code: str | None) -> Named | None:
    return Named(code=code, name=domain_zh(code)) if code else None


def _state(procedure: str, state: str) -> Named:
    return Named(code=state, name=state_zh(procedure, state))


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
            "state": _state(item.procedure, item.state),
            "from": agency(item.from_agency),
            "holder": agency(item.holder) if item.holder else None,
            "about": item.about,
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


def _extension(extension: Extension) -> dict[str, Any]:
    by = limit_zh(extension.n, extension.unit, extension.day_kind) if extension.n else ""
    return {"at": iso(beijing(extension.at)), "by": by, "due_date": extension.due_date}


def clock_item(clock: Clock) -> ClockItem:
    """A clock as it is answered."""
    return ClockItem(
        clock=clock.clock,
        matter=clock.matter,
        rule=clock.rule,
        name=clock.name_zh,
        responsible=agency(clock.responsible),
        state=Named(code=clock.state, name=outcome_zh(clock)),
        limit=limit_zh(clock.n, clock.unit, clock.day_kind),
        day_kind=clock.day_kind,
        n=clock.n,
        unit=clock.unit,
        start_at=iso(clock.start_at),
        due=iso(clock.due),
        due_date=clock.due_date,
        paused_at=iso(clock.paused_at) if clock.paused_at else None,
        open=clock.open,
        reason=clock.reason_zh,
        extensions=[_extension(each) for each in clock.extensions],
        met_at=iso(clock.met_at) if clock.met_at else None,
        breached_at=iso(clock.breached_at) if clock.breached_at else None,
        cancelled_at=iso(clock.cancelled_at) if clock.cancelled_at else None,
        escalated=clock.escalated,
        warned=clock.warned,
        calendar_version=clock.calendar_version,
        provisional=clock.provisional,
        verified=clock.verified,
        citation=clock.citation,
        day_kind_basis=clock.day_kind_basis,
    )


def fact_item(fact: Fact, procedure: str) -> FactItem:
    """A fact of a matter of that procedure as it is answered."""
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
        state=_state(procedure, fact.state),
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
        state=_state(card.procedure, card.state),
        originator=agency(card.originator),
        holder=agency(card.handler) if card.handler else None,
        part=part,
        seq=card.seq,
        opened_at=iso(card.opened_at),
        changed_at=iso(card.changed_at),
        done=card.done,
        about=card.about,
        domain=_domain(card.domain),
        place=card.place,
        urgency=card.urgency,
        missing=card.missing,
        supplement_due=card.supplement_due,
        held=card.held,
        receivers=[agency(code) for code in card.receivers],
        acknowledged=[agency(code) for code in card.acknowledged],
        clocks=[clock_item(clock) for clock in clocks],
    )


def digest_item(digest: Digest, cases: list[Case]) -> DigestItem:
    """A digest as it is answered, in the words in which it is to be stated."""
    return DigestItem(
        matter=digest.matter,
        month=digest.month,
        department=agency(digest.department),
        totals=Subtotal(key="all", count=digest.count, amount=digest.amount),
        by_cause=[Subtotal(**each) for each in digest.by_cause],
        by_township=[Subtotal(**each) for each in digest.by_township],
        event_count=digest.event_count,
        cases=[_case(case) for case in cases],
        omitted=digest.count - len(cases),
        digest_no=digest.digest_no,
        sent_by=agency(digest.sent_by) if digest.sent_by else None,
        sent_at=iso(digest.sent_at) if digest.sent_at else None,
    )


def _case(case: Case) -> DigestCase:
    return DigestCase(
        case_no=case.case_no,
        decision_no=case.decision_no,
        party_token=case.party_token,
        uscc=case.uscc,
        cause_code=case.cause_code,
        penalty_kinds=case.penalty_kinds,
        amount=case.amount,
        decided_at=iso(case.decided_at),
    )
