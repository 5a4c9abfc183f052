"""Day arithmetic: when a limit ends, when it is half over, when one working day is left.

All of it is in Asia/Shanghai, pure, with instants in microseconds since 1970 going in and out. The day of the
start is not counted (民事诉讼法 §85, 民法典 §201). `due_date` is the last day that counts; `due` is the first
instant too late: 00:00 of the day after.

A day touched by a pause is not counted [our choice]: pausing never shortens, resuming continues the count.
Months and years end on the day of the same number, or on the month's last day if it has none (民法典 §202);
where a pause lies in between, they are as many natural days as that makes [our choice].
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from schemas.beijing import SHANGHAI, day_of, instant_of
from schemas.limits import CountedDay, DayKind, Due, Limit, Pause, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemas.calendar import WorkingCalendar

__all__ = [
    "SHANGHAI",
    "CountedDay",
    "DayKind",
    "Due",
    "Limit",
    "Pause",
    "Unit",
    "day_of",
    "due",
    "due_before",
    "half_point",
    "instant_of",
    "last_day_warning",
]

_OFFICE_OPENS = 9
_ONE_DAY = timedelta(days=1)
_HOUR = 3_600_000_000
_MONTHS_A_YEAR = 12


def due(limit: Limit, start: int, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()) -> Due:
    """Return when a limit that starts at `start` ends. Raises ValueError if a pause is still open."""
    if limit.unit is Unit.HOUR:
        return _by_the_clock(start, _after(start, limit.n * _HOUR, pauses))
    return _count(limit, day_of(start), calendar, _paused_days(pauses))


def due_before(limit: Limit, before: int, calendar: WorkingCalendar) -> Due:
    """Return when an act is due that must be done so long *before* the day of `before`.

    The day that it precedes is not counted; the n-th day back is the act's last (3日前 of 06-12 is 06-09).
    A backward limit never rolls forward [our choice], so both kinds of natural day are the same here.
    """
    if limit.unit is Unit.HOUR:
        return _by_the_clock(before, before - limit.n * _HOUR)
    return _count_back(limit, day_of(before), calendar)


def half_point(
    limit: Limit, start: int, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()
) -> int | None:
    """Return when half of a limit is over: 09:00 of the day that is half of the counted days, rounded up.

    Half of the hours of a CLOCK. None if that lies before the start. Raises ValueError as `due` does.
    """
    if limit.unit is Unit.HOUR:
        return _after(start, limit.n * _HOUR // 2, pauses)
    counted = [each.day for each in due(limit, start, calendar, pauses).days if each.counted]
    return _not_before(start, instant_of(counted[(len(counted) + 1) // 2 - 1], _OFFICE_OPENS))


def last_day_warning(
    limit: Limit, start: int, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()
) -> int | None:
    """Return when one working day is left: 09:00 of the working day before the due date.

    None if that lies before the start. Raises ValueError as `due` does.
    """
    last = calendar.previous_working(due(limit, start, calendar, pauses).due_date)
    return _not_before(start, instant_of(last, _OFFICE_OPENS))


def _not_before(start: int, warning: int) -> int | None:
    return None if warning < start else warning


def _closed(pauses: Iterable[Pause]) -> Iterator[tuple[int, int]]:
    """Give the pauses in order, those that touch made one."""
    current: tuple[int, int] | None = None
    for pause in sorted(pauses, key=lambda each: each.start):
        if pause.end is None:
            raise ValueError("a clock that is paused has no due date; it gets one when it is resumed")
        if current is not None and pause.start <= current[1]:
            current = (current[0], max(current[1], pause.end))
            continue
        if current is not None:
            yield current
        current = (pause.start, pause.end)
    if current is not None:
        yield current


def _after(start: int, length: int, pauses: Sequence[Pause]) -> int:
    end = start + length
    for first, last in _closed(pauses):
        if last > start and first < end:
            end += last - max(first, start)
    return end


def _paused_days(pauses: Sequence[Pause]) -> frozenset[date]:
    touched: set[date] = set()
    for first, last in _closed(pauses):
        # A pause that ends at 00:00 does not touch the day that begins then.
        day, until = day_of(first), day_of(max(first, last - 1))
        while day <= until:
            touched.add(day)
            day += _ONE_DAY
    return frozenset(touched)


def _by_the_clock(anchor: int, instant: int) -> Due:
    last = day_of(instant - 1)
    day, step = day_of(anchor), _ONE_DAY if instant >= anchor else -_ONE_DAY
    days = [CountedDay(day, counted=True, reason="逐时连续计算")]
    while day != last:
        day += step
        days.append(CountedDay(day, counted=True, reason="逐时连续计算"))
    return Due(last, instant, provisional=False, days=tuple(days))


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 + months, _MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _natural_length(limit: Limit, start: date, sign: int) -> int:
    if limit.unit is Unit.DAY:
        return limit.n
    months = limit.n * (_MONTHS_A_YEAR if limit.unit is Unit.YEAR else 1)
    return abs((_add_months(start, sign * months) - start).days)


@lru_cache(maxsize=8192)
def _count(limit: Limit, start: date, calendar: WorkingCalendar, paused: frozenset[date]) -> Due:
    if limit.unit is Unit.SAME_DAY:
        return _ending(_same_day(start, paused), provisional=False)
    days = [CountedDay(start, counted=False, reason="起算当日，不计")]
    working = limit.day_kind is DayKind.WORKING
    left = limit.n if working else _natural_length(limit, start, 1)
    while left:
        each = _judge(days[-1].day + _ONE_DAY, calendar if working else None, paused)
        days.append(each)
        left -= each.counted
    provisional = working and any(calendar.is_provisional(each.day) for each in days[1:])
    if limit.day_kind is DayKind.NATURAL_ROLL:
        rolled = _roll(days[-1].day, calendar, paused)
        looked_at = [days[-1], *rolled]
        provisional = any(calendar.is_provisional(each.day) for each in looked_at)
        days += rolled
    return _ending(days, provisional=provisional)


@lru_cache(maxsize=8192)
def _count_back(limit: Limit, before: date, calendar: WorkingCalendar) -> Due:
    if limit.unit is Unit.SAME_DAY:
        return _ending(_same_day(before, frozenset()), provisional=False)
    days = [CountedDay(before, counted=False, reason="其前为限，当日不计")]
    working = limit.day_kind is DayKind.WORKING
    left = limit.n if working else _natural_length(limit, before, -1)
    while left:
        each = _judge(days[-1].day - _ONE_DAY, calendar if working else None, frozenset())
        days.append(each)
        left -= each.counted
    provisional = working and any(calendar.is_provisional(each.day) for each in days[1:])
    return _ending(days, provisional=provisional)


def _ending(days: list[CountedDay], *, provisional: bool) -> Due:
    last = days[-1].day
    return Due(last, instant_of(last + _ONE_DAY), provisional, tuple(days))


def _same_day(start: date, paused: frozenset[date]) -> list[CountedDay]:
    days = []
    day = start
    while day in paused:
        days.append(CountedDay(day, counted=False, reason="暂停期间，不计"))
        day += _ONE_DAY
    return [*days, CountedDay(day, counted=True, reason="当日内")]


def _judge(day: date, calendar: WorkingCalendar | None, paused: frozenset[date]) -> CountedDay:
    """Say whether a day counts; without a calendar every natural day does."""
    if day in paused:
        return CountedDay(day, counted=False, reason="暂停期间，不计")
    if calendar is None:
        return CountedDay(day, counted=True, reason="自然日")
    counted = calendar.is_working(day)
    text = calendar.describe(day)
    return CountedDay(day, counted, text if counted else f"{text}，不计")


def _roll(last: date, calendar: WorkingCalendar, paused: frozenset[date]) -> list[CountedDay]:
    """Return the days from the one after `last` to the one that the limit rolls to; none if it stays."""
    days = []
    day = last
    while not calendar.is_working(day) or day in paused:
        day += _ONE_DAY
        days.append(CountedDay(day, counted=False, reason=f"末日遇休，顺延：{calendar.describe(day)}"))
    return days
