"""Which days are working days: reference data with a version, provisional where no notice is out yet.

The State Council's General Office publishes next year's holidays and make-up days each November. A year that
has no notice yet counts Monday to Friday without the statutory days of fixed date, and whatever rests on it
is provisional.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from schemas.reference import load

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CALENDAR", "WorkingCalendar", "working_calendar"]

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, eq=False)
class WorkingCalendar:
    """One version of the calendar. Dates are those of Asia/Shanghai.

    `years` are the settled ones; `holidays` and `make_up` give the name of the holiday that a day is, or is
    worked for; `statutory` gives the name of a holiday by (month, day), for the other years.
    """

    version: int
    years: frozenset[int]
    holidays: Mapping[date, str]
    make_up: Mapping[date, str]
    statutory: Mapping[tuple[int, int], str]
    source: str

    def is_working(self, day: date) -> bool:
        """Whether people work on that day, make-up Saturdays and Sundays included."""
        if day in self.make_up:
            return True
        return day.weekday() < _SATURDAY and self._holiday(day) is None

    def is_provisional(self, day: date) -> bool:
        """Whether the year of that day has no notice yet."""
        return day.year not in self.years

    def next_working(self, day: date) -> date:
        """Return the first working day after `day`."""
        day += _ONE_DAY
        while not self.is_working(day):
            day += _ONE_DAY
        return day

    def previous_working(self, day: date) -> date:
        """Return the last working day before `day`."""
        day -= _ONE_DAY
        while not self.is_working(day):
            day -= _ONE_DAY
        return day

    def describe(self, day: date) -> str:
        """Say in Chinese what kind of day it is: 周一, 周日上班（国庆节调休）, 周五（中秋放假）."""
        weekday = _WEEKDAYS_ZH[day.weekday()]
        if day in self.make_up:
            text = f"{weekday}上班（{self.make_up[day]}调休）"
        else:
            holiday = self._holiday(day)
            text = f"{weekday}（{holiday}放假）" if holiday else weekday
        return f"{text}，放假安排未公布，暂定" if self.is_provisional(day) else text

    def _holiday(self, day: date) -> str | None:
        if day.year in self.years:
            return self.holidays.get(day)
        return self.statutory.get((day.month, day.day))


def working_calendar(content: Mapping[str, Any]) -> WorkingCalendar:
    """Build a calendar from the content of a reference file."""
    holidays: dict[date, str] = {}
    make_up: dict[date, str] = {}
    for year in content["years"].values():
        for run in year["holidays"]:
            length = (run["to"] - run["from"]).days + 1
            holidays.update((run["from"] + timedelta(days=offset), run["zh"]) for offset in range(length))
        make_up.update((each["day"], each["zh"]) for each in year["make_up"])
    statutory = {(each["month"], each["day"]): each["zh"] for each in content["statutory"]["days"]}
    years = frozenset(content["years"])
    return WorkingCalendar(content["version"], years, holidays, make_up, statutory, content["source"])


CALENDAR: WorkingCalendar = working_calendar(load("calendar.yaml"))
