"""What a fact does to the clocks of its matter: stop, pause, resume, start, in this order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.clocks.alarms import BREACH, alarms_of, party, span_of, told
from processors.drafts import Draft
from processors.model import PAUSED, RUNNING, Alarm, Clock, Matter, Rules
from processors.rulebook.shapes import Action, Applies, DeadlineRule, Trigger
from schemas.days import Pause, due
from schemas.identifiers import derived_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from processors.rulebook import Book
    from processors.rulebook.conditions import View
    from schemas.agencies import Agency


@dataclass(frozen=True, slots=True)
class Stroke:
    """A fact that clocks listen to: type, id, the instant (micros) from which they count, what it says."""

    fact: str
    event_id: str
    instant: int
    view: View


def run_clocks(stroke: Stroke, matter: Matter, book: Book, rules: Rules) -> Iterator[Draft]:
    """Give what the fact does to the clocks; `matter` is the one after the fact."""
    for trigger in book.triggers.get(stroke.fact, ()):
        if trigger.when is None or trigger.when.holds(stroke.view):
            yield from _pull(trigger, stroke, matter, rules)


def due_date_from(fact: str, instant: int, matter: Matter, book: Book, rules: Rules) -> str | None:
    """Give the due date (ISO) of the clock that this fact starts, or that runs already; None if none."""
    for trigger in book.triggers.get(fact, ()):
        if trigger.action is Action.START:
            running = _open_clock(trigger.rule, matter)
            if running is not None:
                return running.due_date
            return due(trigger.rule.limit, instant, rules.calendar).due_date.isoformat()
    return None


def _pull(trigger: Trigger, stroke: Stroke, matter: Matter, rules: Rules) -> Iterator[Draft]:
    rule, action = trigger.rule, trigger.action
    clock = _open_clock(rule, matter)
    if action is Action.START:
        if clock is None and _applies(rule, matter, rules):
            yield _scheduled(rule, stroke, matter, rules)
    elif clock is None:
        return
    elif action is Action.STOP:
        yield _said("DeadlineMet", rule, clock, _met(clock, stroke))
    elif action is Action.PAUSE and clock.state == RUNNING:
        yield _said(
            "DeadlinePaused", rule, clock, {"paused_at": stroke.instant, "reason_zh": rule.pause_reason}
        )
    elif action is Action.RESUME and clock.state == PAUSED:
        yield _said("DeadlineResumed", rule, clock, _resumed(clock, stroke, matter, rules))


def _open_clock(rule: DeadlineRule, matter: Matter) -> Clock | None:
    """Find the clock of this rule, in whatever version, that somebody still has to stop."""
    for clock in matter.clocks.values():
        if clock.open and clock.rule.partition("@")[0] == rule.base:
            return clock
    return None


def _applies(rule: DeadlineRule, matter: Matter, rules: Rules) -> bool:
    agency = rules.agencies.get(party(rule, matter, rule.responsible))
    return agency is not None and _fits(rule.applies, agency)


def _fits(applies: Applies, agency: Agency) -> bool:
    return (
        (not applies.procedure_rule_set or applies.procedure_rule_set == agency.procedure_rule_set)
        and (not applies.standing or not applies.standing.isdisjoint(agency.standing))
        and applies.not_standing.isdisjoint(agency.standing)
    )


def _scheduled(rule: DeadlineRule, stroke: Stroke, matter: Matter, rules: Rules) -> Draft:
    span = span_of(rule, stroke.instant, rules.calendar)
    responsible, watchers = party(rule, matter, rule.responsible), told(rule, matter, rule.watchers)
    body = {
        "clock": derived_id(stroke.instant, f"{matter.id}/{stroke.event_id}", f"clock:{rule.id}", 0),
        "rule": rule.id,
        "name_zh": rule.name.zh,
        "name_en": rule.name.en,
        "start_at": stroke.instant,
        "due": span.ends.due,
        "due_date": span.ends.due_date.isoformat(),
        "n": rule.limit.n,
        "unit": rule.limit.unit.value,
        "day_kind": rule.limit.day_kind.value,
        "day_kind_basis": rule.basis,
        "calendar_version": rules.calendar.version,
        "provisional": span.ends.provisional,
        "verified": rule.citation["verified"],
        "responsible": responsible,
        "watchers": list(watchers),
        "alarms": _said_alarms(alarms_of(rule, matter, span, rules.calendar)),
    }
    return Draft(
        "DeadlineScheduled", body, rule.id, rule.citation, addressed_to=(responsible,), copied_to=watchers
    )


def _resumed(clock: Clock, stroke: Stroke, matter: Matter, rules: Rules) -> Mapping[str, Any]:
    """Count anew around the pauses, by the rule that started the clock; what would have rung is past."""
    rule = rules.rulebook.deadline(clock.rule)
    if rule is None:
        raise LookupError(f"{clock.rule} is in no pack: carry that version on, then replay the matter")
    pauses = tuple(Pause(start, stroke.instant if end is None else end) for start, end in clock.pauses)
    span = span_of(rule, clock.start_at, rules.calendar, pauses)
    alarms = alarms_of(rule, matter, span, rules.calendar)
    ahead = [a for a in alarms if a.instant > stroke.instant or a.kind == BREACH]
    return {
        "resumed_at": stroke.instant,
        "due": span.ends.due,
        "due_date": span.ends.due_date.isoformat(),
        "calendar_version": rules.calendar.version,
        "provisional": span.ends.provisional,
        "alarms": _said_alarms(ahead),
    }


def _said_alarms(alarms: Iterable[Alarm]) -> list[dict[str, Any]]:
    return [{"instant": a.instant, "kind": a.kind, "to": list(a.to)} for a in alarms]


def _met(clock: Clock, stroke: Stroke) -> Mapping[str, Any]:
    return {"met_at": stroke.instant, "due": clock.due, "due_date": clock.due_date}


def _said(fact: str, rule: DeadlineRule, clock: Clock, body: Mapping[str, Any]) -> Draft:
    return Draft(
        fact,
        {"clock": clock.id, "rule": clock.rule, "name_zh": clock.name_zh, **body},
        clock.rule,
        rule.citation,
        addressed_to=(clock.responsible,),
        copied_to=clock.watchers,
    )
