"""Which days are working days: reference data with a version, provisional where no notice is out yet.

The State Council's General Office publishes next year's holidays and make-up days each November. A year that
has no notice yet counts Monday to Friday without the statutory days of fixed date, and whatever rests on it
is provisional.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from schemas.errors import Code, Refused
from schemas.reference import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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

    def with_year(self, record: Mapping[str, Any]) -> WorkingCalendar:
        """Return the next version, with the year that a `WorkCalendarPublished` record settles.

        A year that was settled before is settled anew (a correction). Raises Refused, BAD_REFERENCE: a date
        outside the year or twice, a make-up day that nobody would have had off, or that is a holiday.
        """
        year = record["year"]
        holidays = _named(record["holidays"], year, "holidays")
        make_up = _named(record["make_up"], year, "make_up")
        for index, day in enumerate(make_up):
            if day.weekday() < _SATURDAY or day in holidays:
                raise _bad(
                    f"/make_up/{index}/date",
                    f"{day} 不是可调休上班的周末。",
                    f"{day} is no weekend day that could be worked.",
                )
        kept_holidays = {day: name for day, name in self.holidays.items() if day.year != year}
        kept_make_up = {day: name for day, name in self.make_up.items() if day.year != year}
        return replace(
            self,
            version=self.version + 1,
            years=self.years | {year},
            holidays=kept_holidays | holidays,
            make_up=kept_make_up | make_up,
            source=record["doc"]["doc_no"],
        )

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


def _named(days: Sequence[Mapping[str, str]], year: int, field: str) -> dict[date, str]:
    named: dict[date, str] = {}
    for index, each in enumerate(days):
        day = date.fromisoformat(each["date"])
        if day.year != year or day in named:
            raise _bad(
                f"/{field}/{index}/date",
                f"{day} 不在 {year} 年内或重复。",
                f"{day} is not in {year}, or stands twice.",
            )
        named[day] = each["name"]
    return named


def _bad(field: str, zh: str, en: str) -> Refused:
    return Refused(Code.BAD_REFERENCE, field, detail_zh=zh, detail_en=en)


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
