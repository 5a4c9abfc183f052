"""The alarms of a clock: its warnings and its breach, as instants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.model import Alarm, Matter
from schemas.days import Due, Pause, due, half_point, last_day_warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.rulebook.shapes import DeadlineRule
    from schemas.calendar import WorkingCalendar

BREACH = "BREACH"
_LEVELS = {"half": "WARN_HALF", "last-working-day": "WARN_LAST_DAY"}
_INSTANTS = {"half": half_point, "last-working-day": last_day_warning}


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch that a clock counts: its start (micros), the pauses within it, when it ends."""

    start: int
    pauses: Sequence[Pause]
    ends: Due


def span_of(rule: DeadlineRule, start: int, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()) -> Span:
    """Count the limit of a rule from a start, around closed pauses."""
    return Span(start, pauses, due(rule.limit, start, calendar, pauses))


def alarms_of(rule: DeadlineRule, matter: Matter, span: Span, calendar: WorkingCalendar) -> tuple[Alarm, ...]:
    """Give the alarms from the start on, earliest first, the breach last.

    A warning that would lie before the clock's start is not set; the breach is the first instant too late.
    """
    warnings = []
    for warning in rule.warn:
        instant = _INSTANTS[warning.at](rule.limit, span.start, calendar, span.pauses)
        if instant is not None:
            warnings.append(Alarm(instant, _LEVELS[warning.at], told(rule, matter, warning.to)))
    warnings.sort(key=lambda alarm: alarm.instant)
    return (*warnings, Alarm(span.ends.due, BREACH, told(rule, matter, rule.breach)))


def told(rule: DeadlineRule, matter: Matter, names: Sequence[str]) -> tuple[str, ...]:
    """Give the agencies that these parties are: holder, originator, or whoever is responsible."""
    return tuple(dict.fromkeys(code for name in names if (code := party(rule, matter, name))))


def party(rule: DeadlineRule, matter: Matter, name: str) -> str:
    """Give the agency that a party is, "" if the matter has none."""
    name = rule.responsible if name == "responsible" else name
    return matter.holder if name == "holder" else matter.originator
