"""The working calendar is that of its source, and says where it has none."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files

import chinese_calendar
import pytest

from schemas.calendar import CALENDAR
from schemas.reference.generate_calendar import from_package


def days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def test_the_file_is_what_its_source_gives() -> None:
    kept = files("schemas.reference").joinpath("calendar.yaml").read_text(encoding="utf-8")
    assert kept == from_package()


@pytest.mark.parametrize("year", range(2004, 2027))
def test_every_day_is_the_same_in_the_calendar_and_in_its_source(year: int) -> None:
    for day in days(year):
        assert CALENDAR.is_working(day) == chinese_calendar.is_workday(day), day
        assert not CALENDAR.is_provisional(day)


def test_2026_has_248_working_days() -> None:
    assert sum(CALENDAR.is_working(day) for day in days(2026)) == 248


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ((1, 1), (1, 3)),
        ((2, 15), (2, 23)),
        ((4, 4), (4, 6)),
        ((5, 1), (5, 5)),
        ((6, 19), (6, 21)),
        ((9, 25), (9, 27)),
        ((10, 1), (10, 7)),
    ],
)
def test_nobody_works_on_the_holidays_of_2026(first: tuple[int, int], last: tuple[int, int]) -> None:
    day = date(2026, *first)
    while day <= date(2026, *last):
        assert not CALENDAR.is_working(day)
        day += timedelta(days=1)


@pytest.mark.parametrize("day", [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)])
def test_people_work_on_the_make_up_days_of_2026(day: tuple[int, int]) -> None:
    assert date(2026, *day).weekday() >= 5
    assert CALENDAR.is_working(date(2026, *day))


def test_a_year_without_a_notice_is_provisional_and_knows_the_fixed_holidays_only() -> None:
    assert CALENDAR.is_provisional(date(2027, 3, 1))
    assert CALENDAR.is_provisional(date(2003, 3, 3))
    assert not CALENDAR.is_working(date(2027, 1, 1))  # 元旦, a Friday
    assert CALENDAR.is_working(date(2027, 1, 4))
    assert not CALENDAR.is_working(date(2027, 1, 9))  # a Saturday
    assert not CALENDAR.is_working(date(2027, 10, 1))  # 国庆节, a Friday


def test_the_next_and_the_previous_working_day_step_over_a_holiday() -> None:
    assert CALENDAR.next_working(date(2026, 9, 30)) == date(2026, 10, 8)
    assert CALENDAR.previous_working(date(2026, 10, 8)) == date(2026, 9, 30)
    assert CALENDAR.next_working(date(2026, 9, 18)) == date(2026, 9, 20)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 9, 8), "周二"),
        (date(2026, 9, 12), "周六"),
        (date(2026, 9, 20), "周日上班（国庆节调休）"),
        (date(2026, 9, 25), "周五（中秋放假）"),
        (date(2027, 1, 1), "周五（元旦放假），放假安排未公布，暂定"),
    ],
)
def test_a_day_is_described_in_chinese(day: date, expected: str) -> None:
    assert CALENDAR.describe(day) == expected


def test_the_calendar_has_a_version_and_names_its_source() -> None:
    assert CALENDAR.version == 1
    assert "国务院办公厅" in CALENDAR.source
