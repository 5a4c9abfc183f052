"""The alarms of a clock: its warnings and its breach, as instants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from processors.model import Alarm, Matter
from schemas.days import Due, Pause, half_point, last_day_warning

if TYPE_CHECKING:
    from processors.rulebook.shapes import DeadlineRule
    from schemas.calendar import WorkingCalendar

BREACH = "BREACH"
_LEVELS = {"half": "WARN_HALF", "last-working-day": "WARN_LAST_DAY"}
_INSTANTS = {"half": half_point, "last-working-day": last_day_warning}


def alarms_of(
    rule: DeadlineRule,
    matter: Matter,
    start: int,
    due: Due,
    calendar: WorkingCalendar,
    pauses: Sequence[Pause] = (),
) -> tuple[Alarm, ...]:
    """Give the alarms from the start on, earliest first, the breach last.

    A warning that would lie before the clock's start is not set; the breach stands at the first instant too late.
    """
    warnings = []
    for warning in rule.warn:
        instant = _INSTANTS[warning.at](rule.limit, start, calendar, pauses)
        if instant is not None:
            warnings.append(Alarm(instant, _LEVELS[warning.at], told(rule, matter, warning.to)))
    warnings.sort(key=lambda alarm: alarm.instant)
    return (*warnings, Alarm(due.due, BREACH, told(rule, matter, rule.breach)))


def told(rule: DeadlineRule, matter: Matter, names: Sequence[str]) -> tuple[str, ...]:
    """Give the agencies that these parties are: holder, originator, or whoever is responsible."""
    return tuple(dict.fromkeys(code for name in names if (code := party(rule, matter, name))))


def party(rule: DeadlineRule, matter: Matter, name: str) -> str:
    """Give the agency that a party is, "" if the matter has none."""
    name = rule.responsible if name == "responsible" else name
    return matter.holder if name == "holder" else matter.originator
