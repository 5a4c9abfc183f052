"""The explanation of one event as data: what was decided, by what, from what, what else there was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploy.explaining.refused import refusal
from deploy.explaining.rule import law_of, rule_of
from deploy.explaining.story import said
from deploy.explaining.then import Then
from deploy.explaining.weighed import clocks, days, elements, guards, routing
from processors.admit.case import matter_seen
from projections.content import split
from projections.vocabulary import fact_zh
from schemas.facts.base import from_micros
from schemas.seal import SealKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backbone.records import LedgerRecord
    from deploy.explaining.story import Story
    from processors.owner.force import Base

__all__ = ["explain"]

_KINDS_ZH = {
    SealKind.ADMITTED: "已登记 admitted",
    SealKind.DERIVED: "平台作出 stated by the platform",
    SealKind.REFUSED: "被拒 refused",
    SealKind.HELD: "待处理 held",
    SealKind.MARKER: "参考数据生效 reference data took effect",
    SealKind.MEND: "修复 mend",
    SealKind.UNKNOWN: "未知 unknown",
}


def explain(story: Story, base: Base) -> dict[str, Any]:
    """Explain an event: ready for JSON, with instants in Beijing time and no personal content."""
    then = Then.of(story, base)
    event = story.found
    seal = event.seal.matter
    told: dict[str, Any] = {
        "event": _event(event, then),
        "in_force": _in_force(event, then),
        "caused_by": _cause(then),
        "law": law_of(then),
        "rule": rule_of(then),
        "inputs": {"fact": _content(event), "matter": _matter(then)},
        "caused": [_line(each, then) for each in story.led_to],
        "also_under_this_id": [_line(each, then) for each in story.others],
    }
    if seal.kind is SealKind.ADMITTED:
        told["admission"] = {**_moved(then), "guards": guards(then), "elements": elements(then)}
        told["routing"] = routing(then)
        told["clocks"] = clocks(then)
        told["effects"] = _effects(then)
    if seal.kind is SealKind.DERIVED:
        told |= _derived(story, then, base)
    if seal.kind is SealKind.REFUSED:
        told["refusal"] = refusal(then)
    return told


def _derived(story: Story, then: Then, base: Base) -> dict[str, Any]:
    """Tell of a fact of the platform's own what was weighed when its cause was admitted."""
    seal = story.found.seal.matter
    told: dict[str, Any] = {"days": days(then)}
    of_cause = story.of_cause()
    if of_cause is None:
        return told
    cause = Then.of(of_cause, base)
    if seal.fact_type in {"FactRouted", "RoutingDenied"}:
        told["routing"] = routing(cause)
    if seal.fact_type == "ClueReturnedForSupplement":
        told["elements"] = elements(cause)
    told["clocks"] = [each for each in clocks(cause) if each["event"] == seal.event_id]
    return told


def _iso(instant: int) -> str:
    return from_micros(instant).isoformat(timespec="milliseconds")


def _event(event: LedgerRecord, then: Then) -> dict[str, Any]:
    seal, place = event.seal.matter, event.seal.partition
    return {
        "event_id": seal.event_id,
        "fact": seal.fact_type,
        "fact_zh": fact_zh(seal.fact_type),
        "kind": seal.kind.value,
        "kind_zh": _KINDS_ZH[seal.kind],
        "matter": seal.matter,
        "seq": seal.seq,
        "hash": f"sm3:{place.hash.hex()}",
        "received_at": _iso(seal.received_at),
        "agency": seal.agency,
        "agency_zh": then.name(seal.agency),
        "addressed_to": list(seal.addressed_to),
        "addressed_to_zh": [then.name(code) for code in seal.addressed_to],
        "copied_to": list(seal.copied_to),
        "rule": seal.rule,
        "partition": event.partition,
        "number": place.number,
    }


def _in_force(event: LedgerRecord, then: Then) -> dict[str, Any]:
    """Say which editions the seal names, and whether this release could look at them."""
    seal, rules = event.seal.matter, then.rules
    told: dict[str, Any] = {
        "rulebook": seal.rulebook,
        "calendar": seal.calendar,
        "agencies": seal.agencies,
        "catalogue": 0,
        "packs": [],
        "carried": rules is not None,
        "missing": then.missing,
    }
    if rules is not None:
        told["packs"] = [pack.name for pack in rules.rulebook.packs]
        told["catalogue"] = rules.catalogue.version if rules.catalogue is not None else 0
    return told


def _cause(then: Then) -> dict[str, Any] | None:
    story = then.story
    seal = story.found.seal.matter
    if story.cause is not None:
        return _line(story.cause, then)
    clock = then.before.clocks.get(seal.cause)
    if clock is not None:
        return {"clock": clock.id, "rule": clock.rule, "name_zh": clock.name_zh, "due_date": clock.due_date}
    meta = then.record.get("meta", {})
    if meta.get("cause_matter"):
        return {"event_id": meta["cause"], "matter": meta["cause_matter"], "fact": meta["cause_fact"]}
    return {"event_id": seal.cause} if seal.cause and seal.kind is SealKind.DERIVED else None


def _line(record: LedgerRecord, then: Then) -> dict[str, Any]:
    """Give one record in short."""
    seal, content = record.seal.matter, said(record)
    return {
        "event_id": seal.event_id,
        "fact": seal.fact_type,
        "fact_zh": fact_zh(seal.fact_type),
        "kind": seal.kind.value,
        "matter": seal.matter,
        "seq": seal.seq,
        "received_at": _iso(seal.received_at),
        "agency_zh": then.name(seal.agency),
        "rule": seal.rule,
        "due_date": content.get("due_date", ""),
    }


def _content(event: LedgerRecord) -> dict[str, Any]:
    """Give what the event says, without its personal content; of encrypted fields the path alone."""
    clear, personal = split(event.seal.matter.fact_type, said(event))
    return {"clear": clear, "encrypted": [field.path for field in personal]}


def _matter(then: Then) -> dict[str, Any]:
    """Give all that conditions may know of the matter as it was before."""
    return matter_seen(then.before)


def _moved(then: Then) -> dict[str, Any]:
    """Say from which state to which, by which step of which procedure, and who may take it."""
    seal, procedure, step = then.story.found.seal.matter, then.procedure, then.transition
    states: Mapping[str, str] = procedure.states if procedure is not None else {}
    by: dict[str, Any] = {}
    if step is not None:
        by = {"standing": sorted(step.by.standing), "party": step.by.party or ""}
    return {
        "procedure": seal.procedure,
        "procedure_zh": procedure.name.zh if procedure is not None else "",
        "from": then.before.state,
        "from_zh": states.get(then.before.state, "新事项" if then.before.seq == 0 else ""),
        "to": seal.state,
        "to_zh": states.get(seal.state, ""),
        "holder": seal.holder,
        "holder_zh": then.name(seal.holder) if seal.holder else "",
        "by": by,
    }


def _effects(then: Then) -> list[dict[str, Any]]:
    """Tell what the fact owed other matters, by which rule, and whether it has arrived there."""
    told = []
    for event_id, owed in then.story.owed.items():
        arrival = then.story.arrivals.get(event_id)
        entry = next((e for e in then.story.led_to if said(e).get("effect_event") == event_id), None)
        told.append(
            {
                "event_id": event_id,
                "fact": owed["fact"],
                "fact_zh": fact_zh(owed["fact"]),
                "kind": owed["kind"],
                "target": owed["target"],
                "rule": entry.seal.matter.rule if entry is not None else "",
                "arrived": None if arrival is None else _line(arrival, then),
            }
        )
    return told
