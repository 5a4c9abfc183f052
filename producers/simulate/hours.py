"""When people do things: working days, office hours, the nights in which rubbish is dumped.

Instants are microseconds since 1970, days those of Shanghai by the calendar of this release.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.calendar import CALENDAR
from schemas.days import day_of, instant_of
from schemas.facts.base import from_micros

if TYPE_CHECKING:
    from datetime import date

    from producers.simulate.dice import Dice

__all__ = ["MINUTE", "after", "day_of", "in_office", "iso", "text_day", "working_days_after"]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
_MORNING = (8 * 60 + 40, 11 * 60 + 30)
_AFTERNOON = (13 * 60 + 5, 17 * 60)
_LAST_START = 16 * 60
_MORNING_SHARE = 0.5


def iso(instant: int) -> str:
    """Write an instant as agencies' systems do: Beijing time, to the second."""
    return from_micros(instant).isoformat(timespec="seconds")


def text_day(day: date) -> str:
    """Write a day: 2026-09-29."""
    return day.isoformat()


def in_office(dice: Dice, day: date) -> int:
    """Give an instant in the office hours of a day, to the second."""
    low, high = _MORNING if dice.chance(_MORNING_SHARE) else _AFTERNOON
    return instant_of(day) + dice.number(low * 60, high * 60 - 1) * SECOND


def working_days_after(day: date, count: int) -> date:
    """Give the `count`-th working day after a day; for 0 the day itself, or the next one that is worked."""
    if count == 0:
        return day if CALENDAR.is_working(day) else CALENDAR.next_working(day)
    for _ in range(count):
        day = CALENDAR.next_working(day)
    return day


def after(dice: Dice, instant: int, days: int) -> int:
    """Give an instant in office hours so many working days later, and after `instant` in any case.

    For 0 days it is some ten minutes to two hours later if the office is still open then.
    """
    day = day_of(instant)
    if days == 0:
        minutes = (instant - instant_of(day)) // MINUTE
        if CALENDAR.is_working(day) and _MORNING[0] <= minutes <= _LAST_START - 120:
            return instant + dice.number(10 * 60, 119 * 60) * SECOND
        if CALENDAR.is_working(day) and minutes < _MORNING[0]:
            return max(in_office(dice, day), instant + MINUTE)
        days = 1
    return in_office(dice, working_days_after(day, days))


def night_before(dice: Dice, instant: int) -> int:
    """Give an instant of the night or the day before: when what is found now may have been done."""
    return instant - dice.number(2 * 60, 30 * 60) * MINUTE // 1


def plus_days(day: date, count: int) -> date:
    """Give a day so many natural days later."""
    return day + timedelta(days=count)
