"""The alarms of a clock: its warnings, its breach and the ladder behind it, as instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from processors.model import BREACH, ESCALATE, Alarm, Matter
from processors.rulebook.parts import DESK
from schemas.days import DayKind, Due, Limit, Pause, Unit, due, half_point, instant_of, last_day_warning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from processors.model import Clock, Rules
    from processors.rulebook.shapes import DeadlineRule
    from schemas.calendar import WorkingCalendar

_LEVELS = {"half": "WARN_HALF", "last-working-day": "WARN_LAST_DAY"}
_INSTANTS = {"half": half_point, "last-working-day": last_day_warning}
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch that a clock counts: its limit, its start (micros), its pauses, when it ends.

    `fixed` says that it ends on a date that was set, whatever the limit.
    """

    limit: Limit
    start: int
    pauses: Sequence[Pause]
    ends: Due
    fixed: bool = False


def span_of(limit: Limit, start: int, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()) -> Span:
    """Count a limit from a start, around closed pauses."""
    return Span(limit, start, pauses, due(limit, start, calendar, pauses))


def span_until(limit: Limit, start: int, until: str) -> Span:
    """Give the stretch that ends with a set day (ISO), which moves for no calendar."""
    last = date.fromisoformat(until)
    return Span(limit, start, (), Due(last, instant_of(last + _ONE_DAY), provisional=False, days=()), True)


def span_again(clock: Clock, calendar: WorkingCalendar, now: int, more: int = 0) -> Span:
    """Count a clock's own limit anew, with `more` units; a pause that still lasts ends at `now`."""
    limit = Limit(clock.n + more, Unit(clock.unit), DayKind(clock.day_kind))
    if clock.until:
        return span_until(limit, clock.start_at, clock.until)
    pauses = tuple(Pause(start, now if end is None else end) for start, end in clock.pauses)
    return span_of(limit, clock.start_at, calendar, pauses)


def alarms_of(
    rule: DeadlineRule,
    span: Span,
    calendar: WorkingCalendar,
    whom: Callable[[Sequence[str]], tuple[str, ...]],
) -> tuple[Alarm, ...]:
    """Give the alarms from the start on, earliest first: warnings, the breach, the ladder.

    A warning that would lie before the clock's start is not set; the breach is the first instant too late.
    A rung of the ladder counts from the last day of the limit. `whom` finds the agencies that are told.
    """
    warnings = []
    for warning in rule.warn:
        instant = _warning(warning.at, span, calendar)
        if instant is not None and instant < span.ends.due:
            warnings.append(Alarm(instant, _LEVELS[warning.at], whom(warning.to)))
    warnings.sort(key=lambda alarm: alarm.instant)
    breach = Alarm(span.ends.due, BREACH, whom(rule.breach))
    last_day = instant_of(span.ends.due_date)
    ladder = [
        Alarm(due(rung.after, last_day, calendar).due, f"{ESCALATE}{level}", whom(rung.to))
        for level, rung in enumerate(rule.ladder, 1)
    ]
    return (*warnings, breach, *sorted(ladder, key=lambda alarm: (alarm.instant, alarm.kind)))


def _warning(at: str, span: Span, calendar: WorkingCalendar) -> int | None:
    if not span.fixed:
        return _INSTANTS[at](span.limit, span.start, calendar, span.pauses)
    if at == "half":
        return None
    instant = instant_of(calendar.previous_working(span.ends.due_date), 9)
    return instant if instant >= span.start else None


def teller(matter: Matter, rules: Rules, responsible: str) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Give what finds the agencies that a clock of this matter tells, by the desks of its region."""
    desks = rules.rulebook.book(matter.region).desks
    known = {DESK + name: code for name, code in desks.items()} | _parties(matter)
    known["responsible"] = responsible
    return lambda names: _codes(known, names)


def told(matter: Matter, parties: Sequence[str]) -> tuple[str, ...]:
    """Give the agencies that are these parties of a matter."""
    return _codes(_parties(matter), parties)


def _parties(matter: Matter) -> dict[str, str]:
    return {"holder": matter.holder, "originator": matter.originator}


def _codes(known: Mapping[str, str], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for name in names if (code := known.get(name, ""))))
