"""Which days are working days: reference data with a version, provisional where no notice is out yet.

The State Council's General Office publishes next year's holidays and make-up days each November. A year that
has no notice yet counts Monday to Friday without the statutory days of fixed date, and whatever rests on it
is provisional.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from schemas.beijing import day_of
from schemas.errors import Code, Refused
from schemas.reference import load

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CALENDAR", "WorkingCalendar", "working_calendar"]

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_FIRST_YEAR = 2004
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

    def with_year(self, record: Mapping[str, Any]) -> WorkingCalendar:
        """Return the next version, with the year that a `WorkCalendarPublished` settles.

        A settled year may be published again as a correction, as in 2020 when a holiday was prolonged while
        it lasted: the notice then bears its date of issue, and no day up to that date changes, because what
        has passed was counted by what was in force. Raises Refused, BAD_REFERENCE: for a year before 2004, a
        date outside the year, a day named twice, a make-up day from Monday to Friday, any other correction.
        """
        year = record["year"]
        if year < _FIRST_YEAR:
            raise _bad("/year", f"工作日历从 {_FIRST_YEAR} 年起。", f"The calendar begins in {_FIRST_YEAR}.")
        holidays = _days_of(record, "holidays", {})
        make_up = _days_of(record, "make_up", holidays)
        weekday = next((day for day in make_up if day.weekday() < _SATURDAY), None)
        if weekday is not None:
            place = list(make_up).index(weekday)
            zh, en = (
                f"{weekday} 是{_WEEKDAYS_ZH[weekday.weekday()]}，本就上班。",
                f"{weekday} is no Saturday or Sunday.",
            )
            raise _bad(f"/make_up/{place}/date", zh, en)
        published = replace(
            self,
            version=self.version + 1,
            years=self.years | {year},
            holidays={d: name for d, name in self.holidays.items() if d.year != year} | holidays,
            make_up={d: name for d, name in self.make_up.items() if d.year != year} | make_up,
            source=f"{self.source}；{year}：{record['doc']['doc_no']}",
        )
        if year in self.years:
            _check_correction(self, published, record)
        return published

    def _holiday(self, day: date) -> str | None:
        if day.year in self.years:
            return self.holidays.get(day)
        return self.statutory.get((day.month, day.day))


def _days_of(record: Mapping[str, Any], field: str, others: Mapping[date, str]) -> dict[date, str]:
    """Read a list of days; none may lie outside the year, or stand twice here or among the others."""
    found: dict[date, str] = {}
    for place, entry in enumerate(record[field]):
        day, where = date.fromisoformat(entry["date"]), f"/{field}/{place}/date"
        if day.year != record["year"]:
            raise _bad(where, f"{day} 不在 {record['year']} 年。", f"{day} is not in {record['year']}.")
        if day in found or day in others:
            raise _bad(where, f"{day} 出现了两次。", f"{day} is named twice.")
        found[day] = entry["name"]
    return found


def _check_correction(before: WorkingCalendar, after: WorkingCalendar, record: Mapping[str, Any]) -> None:
    year, issued = record["year"], record["doc"]["issued_at"]
    named = {*before.holidays, *before.make_up, *after.holidays, *after.make_up}
    days = sorted(day for day in named if day.year == year)
    changed = [day for day in days if before.is_working(day) != after.is_working(day)]
    if not changed:
        return
    if issued is None:
        raise _bad(
            "/doc/issued_at",
            f"{year} 年已公布，更正须写明通知的签发时间。",
            f"{year} is settled; a correction must bear its date of issue.",
        )
    if changed[0] <= day_of(issued):
        raise _bad(
            "/year",
            f"{year} 年已公布，{changed[0]} 不晚于通知签发之日，不得更改。",
            f"{year} is settled, and {changed[0]} is not after the day of the notice.",
        )


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
