"""What clocks say when a fact, or a new calendar, moves them: drafts of the platform's facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.clocks.alarms import Span, alarms_of, span_again, span_until, teller
from processors.drafts import Draft
from processors.model import BREACH, BREACHED, ESCALATE
from schemas.days import due

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from processors.model import Alarm, Clock, Matter, Rules
    from processors.rulebook.shapes import DeadlineRule


def met(rule: DeadlineRule, clock: Clock, at: int) -> Draft:
    """Say that the duty was done at an instant, in time or too late."""
    return _say(
        "DeadlineMet",
        rule,
        clock,
        {
            "met_at": at,
            "due": clock.due,
            "due_date": clock.due_date,
            "breached_before": clock.state == BREACHED,
        },
    )


def cancelled(rule: DeadlineRule, clock: Clock, at: int) -> Draft:
    """Say that the duty has moved to somebody else, or is gone."""
    body = {"cancelled_at": at, "reason_zh": rule.cancel_reason, "due_date": clock.due_date}
    return _say("DeadlineCancelled", rule, clock, body)


def paused(rule: DeadlineRule, clock: Clock, at: int) -> Draft:
    """Say that the clock stands still from an instant."""
    return _say("DeadlinePaused", rule, clock, {"paused_at": at, "reason_zh": rule.pause_reason})


def resumed(rule: DeadlineRule, clock: Clock, at: int, matter: Matter, rules: Rules) -> Draft:
    """Say that it goes on: counted anew around its pauses; what would have rung meanwhile is past."""
    span = span_again(clock, rules.calendar, at)
    return _say(
        "DeadlineResumed",
        rule,
        clock,
        {"resumed_at": at, **_counted(rule, clock, (matter, rules), span, at)},
    )


def extended(  # noqa: PLR0913, PLR0917 - a clock, its rule, and in what it is extended
    rule: DeadlineRule, clock: Clock, at: int, by: tuple[int, str], matter: Matter, rules: Rules
) -> Draft:
    """Say that it is longer by so many units of its own, or runs until a date; never beyond the ceiling.

    Admission refuses what lies beyond; here the ceiling holds for a pack whose guards forgot it.
    """
    more, until = by
    span = span_again(clock, rules.calendar, at, more)
    if until:
        span = span_until(span.limit, clock.start_at, until)
    ceiling = rule.counting.ceiling
    if ceiling is not None:
        latest = due(ceiling, clock.start_at, rules.calendar, span.pauses)
        if latest.due < span.ends.due:
            span = Span(span.limit, span.start, span.pauses, latest, fixed=True)
            more, until = 0, latest.due_date.isoformat()
    body = {
        "extended_at": at,
        "n": more,
        "unit": clock.unit,
        "day_kind": clock.day_kind,
        "times": clock.extended + 1,
        **_counted(rule, clock, (matter, rules), span, at),
    }
    return _say("DeadlineExtended", rule, clock, body)


def recalculated(rule: DeadlineRule, clock: Clock, matter: Matter, rules: Rules, span: Span) -> Draft:
    """Say that a published calendar moves the end of a running clock."""
    body = {
        "old_due": clock.due,
        "old_due_date": clock.due_date,
        "reason_zh": "工作日历已公布新版本，按新日历重算",
        **_counted(rule, clock, (matter, rules), span, rules.calendar_since),
    }
    return _say("DeadlineRecalculated", rule, clock, body)


def _counted(
    rule: DeadlineRule, clock: Clock, setting: tuple[Matter, Rules], span: Span, now: int
) -> dict[str, Any]:
    """Give the new end and the alarms that are still to be given."""
    matter, rules = setting
    alarms = alarms_of(rule, span, rules.calendar, teller(matter, rules, clock.responsible))
    return {
        "due": span.ends.due,
        "due_date": span.ends.due_date.isoformat(),
        "calendar_version": rules.calendar.version,
        "provisional": span.ends.provisional,
        "alarms": alarms_said(alarms, now),
    }


def alarms_said(alarms: Iterable[Alarm], now: int) -> list[dict[str, Any]]:
    """Give the alarms that are still to be given after an instant, as their contract wants them.

    A warning that lies before it is past. A breach or a rung of the ladder that does (a case may be filed in
    the books long before it is told) is given at that instant: nothing is said before what led to it.
    """
    ahead = [a for a in alarms if a.instant > now or a.kind == BREACH or a.kind.startswith(ESCALATE)]
    return [{"instant": max(a.instant, now), "kind": a.kind, "to": list(a.to)} for a in ahead]


def _say(fact: str, rule: DeadlineRule, clock: Clock, body: Mapping[str, Any]) -> Draft:
    return Draft(
        fact,
        {"clock": clock.id, "rule": clock.rule, "name_zh": clock.name_zh, **body},
        clock.rule,
        rule.citation,
        addressed_to=(clock.responsible,),
        copied_to=clock.watchers,
        key=clock.id,
    )
