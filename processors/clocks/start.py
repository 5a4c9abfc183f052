"""Starting a clock: whom a rule is for, from where it counts, how long it is."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Any

from processors.clocks.alarms import alarms_of, span_of, teller, told
from processors.clocks.said import alarms_said
from processors.drafts import Draft
from schemas.days import day_of, instant_of
from schemas.identifiers import derived_id

if TYPE_CHECKING:
    from processors.clocks.setting import Stroke
    from processors.model import Matter, Rules
    from processors.rulebook.shapes import Applies, DeadlineRule
    from schemas.days import Limit

_YEAR_MONTH = 7


def applies(to: Applies, code: str, rules: Rules) -> bool:
    """Say whether a rule is for this agency: of its procedure rules, and of its standing."""
    agency = rules.agencies.get(code)
    return agency is not None and (
        (not to.procedure_rule_set or to.procedure_rule_set == agency.procedure_rule_set)
        and (not to.standing or not to.standing.isdisjoint(agency.standing))
        and to.not_standing.isdisjoint(agency.standing)
    )


def limit_for(rule: DeadlineRule, stroke: Stroke, rules: Rules) -> Limit:
    """Give the limit: that of the catalogue item which the fact names, if the rule takes it from there."""
    code = stroke.record.get("item_code")
    if not rule.counting.from_catalogue or rules.catalogue is None or not code:
        return rule.limit
    return rules.catalogue.limit(code, day_of(stroke.instant)) or rule.limit


def begins(rule: DeadlineRule, stroke: Stroke) -> int:
    """Give the instant from which a rule counts: the receipt, the month's end, or a field of the fact."""
    where = rule.counting.start
    if where == "received":
        return stroke.instant
    if where == "month-end":
        return _month_end(stroke)
    value: Any = stroke.record[where]
    if value is None:
        return stroke.instant
    return instant_of(date.fromisoformat(value)) if isinstance(value, str) else int(value)


def _month_end(stroke: Stroke) -> int:
    """Give the last day, 00:00, of the month that the fact names, or in which it was received."""
    said = stroke.record.get("month") or day_of(stroke.instant).isoformat()[:_YEAR_MONTH]
    year, month = (int(part) for part in said.split("-"))
    return instant_of(date(year, month, monthrange(year, month)[1]))


def scheduled(rule: DeadlineRule, stroke: Stroke, matter: Matter, rules: Rules, responsible: str) -> Draft:
    """Say that a clock of this rule starts for an agency, with every alarm that it will give."""
    limit = limit_for(rule, stroke, rules)
    start = begins(rule, stroke)
    span = span_of(limit, start, rules.calendar)
    watchers = tuple(code for code in told(matter, rule.watchers) if code != responsible)
    name = f"clock:{rule.id}:{responsible}" if rule.responsible == "receivers" else f"clock:{rule.id}"
    alarms = alarms_of(rule, span, rules.calendar, teller(matter, rules, responsible))
    body = {
        "clock": derived_id(stroke.instant, f"{matter.id}/{stroke.event_id}", name, 0),
        "rule": rule.id,
        "name_zh": rule.name.zh,
        "name_en": rule.name.en,
        "start_at": start,
        "due": span.ends.due,
        "due_date": span.ends.due_date.isoformat(),
        "n": limit.n,
        "unit": limit.unit.value,
        "day_kind": limit.day_kind.value,
        "day_kind_basis": rule.basis,
        "calendar_version": rules.calendar.version,
        "provisional": span.ends.provisional,
        "verified": rule.citation["verified"],
        "responsible": responsible,
        "watchers": list(watchers),
        "alarms": alarms_said(alarms, stroke.instant),
    }
    return Draft(
        "DeadlineScheduled",
        body,
        rule.id,
        rule.citation,
        addressed_to=(responsible,),
        copied_to=watchers,
        key=responsible if rule.responsible == "receivers" else "",
    )
