"""What was weighed when a fact was admitted: guards, elements, ways to send it, clocks that it might move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploy.explaining.story import said
from processors.clocks.alarms import span_again
from processors.clocks.start import applies
from processors.model import RUNNING
from processors.route import resolve
from processors.rulebook.shapes import Action
from schemas.days import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.explaining.then import Then
    from processors.admit import Case
    from processors.rulebook.routing import RoutingRule
    from processors.rulebook.shapes import Trigger

__all__ = ["clocks", "days", "elements", "guards", "routing"]

_DID = {
    Action.START: {"DeadlineScheduled"},
    Action.STOP: {"DeadlineMet"},
    Action.CANCEL: {"DeadlineCancelled"},
    Action.PAUSE: {"DeadlinePaused"},
    Action.RESUME: {"DeadlineResumed"},
    Action.EXTEND: {"DeadlineExtended"},
}


def guards(then: Then) -> list[dict[str, Any]]:
    """Tell every condition that the fact had to meet, and that it met it."""
    if then.transition is None or then.case is None:
        return []
    return [
        {
            "when": guard.when.text,
            "held": guard.when.holds(then.case.view),
            "otherwise": {"code": guard.code.value, "zh": guard.text.zh},
            "source": guard.source,
        }
        for guard in then.transition.guards
    ]


def elements(then: Then) -> list[dict[str, Any]]:
    """Tell which elements of the clue were there and which were asked for (五要素)."""
    procedure, transition = then.procedure, then.transition
    if procedure is None or transition is None or not transition.elements or procedure.elements is None:
        return []
    missing = {
        item["element"]
        for each in then.story.led_to
        if each.seal.matter.fact_type == procedure.elements.missing
        for item in said(each)["missing"]
    }
    asked = [e for e in procedure.elements.each if not then.before.lacking or e.id in then.before.lacking]
    return [{"element": e.id, "zh": e.zh, "there": e.id not in missing, "when": e.when.text} for e in asked]


def routing(then: Then) -> dict[str, Any] | None:
    """Tell by which rule the fact was sent to whom, and what became of every other rule for such facts."""
    case = then.case
    if case is None or then.transition is None or not then.transition.routed:
        return None
    decided = next(
        (e for e in then.story.led_to if e.seal.matter.fact_type in {"FactRouted", "RoutingDenied"}), None
    )
    rule = decided.seal.matter.rule if decided is not None else ""
    told = said(decided) if decided is not None else {}
    law = told.get("meta", {}).get("citation") or {}
    to = decided.seal.matter.addressed_to if decided is not None else ()
    considered = [_considered(each, case, rule, then) for each in case.book.routing.get(case.fact, ())]
    return {
        "event": decided.seal.matter.event_id if decided is not None else "",
        "fact": decided.seal.matter.fact_type if decided is not None else "",
        "rule": rule,
        "why_zh": told.get("why_zh", ""),
        "law": {name: law.get(name) for name in ("law", "article", "quote", "verified")},
        "to": list(to),
        "to_zh": [then.name(code) for code in to],
        "cc": list(decided.seal.matter.copied_to) if decided is not None else [],
        "meant": list(case.addressed_to),
        "differs": told.get("differs", False),
        "considered": considered,
    }


def _considered(rule: RoutingRule, case: Case, decided: str, then: Then) -> dict[str, Any]:
    today = day_of(case.incoming.received_at).isoformat()
    valid, holds = rule.validity.holds(today), rule.when.holds(case.view)
    to = resolve(case, rule.to) if holds else ()
    if rule.id == decided:
        why = "条件成立，在成立的规则中位次最前 it holds and ranks first"
    elif not valid:
        why = f"{today} 不在有效期内 not valid that day"
    elif not holds:
        why = "条件不成立 its condition does not hold"
    else:
        why = f"条件也成立，但位次在 {decided} 之后 it holds too, but ranks behind"
    return {
        "rule": rule.id,
        "rank": rule.rank,
        "held": valid and holds,
        "when": rule.when.text,
        "would_send_to": list(to),
        "would_send_to_zh": [then.name(code) for code in to],
        "name_zh": rule.why.zh,
        "why": why,
        "law": f"{rule.citation['law']} {rule.citation['article']}",
    }


def days(then: Then) -> list[dict[str, Any]]:
    """Give every day on the way to the end of the clock that the event sets, with why it counts or not."""
    record, rules = then.record, then.rules
    if rules is None or not {"clock", "due_date"} <= record.keys():
        return []
    clock = then.after.clocks.get(record["clock"])
    if clock is None or clock.state != RUNNING:
        return []
    span = span_again(clock, rules.calendar, then.story.found.seal.matter.received_at)
    return [{"date": d.day.isoformat(), "counted": d.counted, "why": d.reason} for d in span.ends.days]


def clocks(then: Then) -> list[dict[str, Any]]:
    """Tell what the fact did to clocks, and why other rules that listen to such facts did nothing."""
    if then.case is None or then.view_after is None:
        return []
    return list(_clocks(then, then.case))


def _clocks(then: Then, case: Case) -> Iterator[dict[str, Any]]:
    done = {(e.seal.matter.fact_type, e.seal.matter.rule): e for e in then.story.led_to}
    for trigger in case.book.triggers.get(case.fact, ()):
        rule = trigger.rule
        did = next((done[f, rule.id] for f in sorted(_DID[trigger.action]) if (f, rule.id) in done), None)
        holds = trigger.when is None or (then.view_after is not None and trigger.when.holds(then.view_after))
        told = said(did) if did is not None else {}
        yield {
            "rule": rule.id,
            "name_zh": rule.name.zh,
            "action": trigger.action.value,
            "when": trigger.when.text if trigger.when is not None else "",
            "did": did.seal.matter.fact_type if did is not None else "",
            "event": did.seal.matter.event_id if did is not None else "",
            "due_date": told.get("due_date", ""),
            "why": _why(trigger, then, holds=holds, did=did is not None),
            "law": f"{rule.citation['law']} {rule.citation['article']}",
            "verified": rule.citation["verified"],
        }


def _why(trigger: Trigger, then: Then, *, holds: bool, did: bool) -> str:
    if did:
        return "此类事实即触发 such facts do so" if trigger.when is None else "条件成立 its condition holds"
    if not holds:
        return "条件不成立 its condition does not hold"
    if trigger.action is not Action.START:
        return "没有此规则的时限在走 no clock of this rule runs"
    matter, rules = then.after_routing, then.rules
    responsible = matter.originator if trigger.rule.responsible == "originator" else matter.holder
    asked = trigger.rule.applies
    if rules is not None and not applies(asked, responsible, rules):
        wanted = [asked.procedure_rule_set, *sorted(asked.standing)]
        wanted += [f"非 {name}" for name in sorted(asked.not_standing)]
        told = "、".join(filter(None, wanted))
        return f"不适用于{then.name(responsible)}：规则要求 {told} not for this agency"
    return "已有此规则的时限在走，或不在有效期内 one runs already, or it is not valid then"
