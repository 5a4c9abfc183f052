"""A published year settles the calendar; a settled one is corrected only for the days to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import chinese_calendar
import pytest

from schemas.calendar import CALENDAR, WorkingCalendar
from schemas.days import DayKind, Limit, Unit, due, instant_of
from schemas.errors import Code, Refused

# The table of 2026 in the notice of the State Council's General Office: holidays, then days that are worked.
OF_2026 = (
    {
        "元旦": ((1, 1), (1, 3)),
        "春节": ((2, 15), (2, 23)),
        "清明节": ((4, 4), (4, 6)),
        "劳动节": ((5, 1), (5, 5)),
        "端午节": ((6, 19), (6, 21)),
        "中秋节": ((9, 25), (9, 27)),
        "国庆节": ((10, 1), (10, 7)),
    },
    [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
)
# 国办发明电〔2019〕16号: before the notice of 2020-01-26 that made the Spring Festival last to February 2nd.
OF_2020 = (
    {
        "元旦": ((1, 1), (1, 1)),
        "春节": ((1, 24), (1, 30)),
        "清明节": ((4, 4), (4, 6)),
        "劳动节": ((5, 1), (5, 5)),
        "端午节": ((6, 25), (6, 27)),
        "国庆节": ((10, 1), (10, 8)),
    },
    [(1, 19), (2, 1), (4, 26), (5, 9), (6, 28), (9, 27), (10, 10)],
)
CORRECTED_2020 = (
    OF_2020[0] | {"春节": ((1, 24), (2, 2))},
    [day for day in OF_2020[1] if day != (2, 1)],
)
Notice = tuple[dict[str, tuple[tuple[int, int], tuple[int, int]]], list[tuple[int, int]]]


def days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def published(year: int, notice: Notice, issued: date | None = None) -> dict[str, Any]:
    """A record of `WorkCalendarPublished`, every day off written out."""
    runs, worked = notice
    off = [
        {"date": day.isoformat(), "name": name}
        for name, (first, last) in runs.items()
        for day in days(year)
        if first <= (day.month, day.day) <= last
    ]
    doc = {"doc_no": "国办发明电〔2019〕16号", "issued_at": None if issued is None else instant_of(issued, 9)}
    make_up = [{"date": date(year, *day).isoformat(), "name": "调休"} for day in worked]
    return {"year": year, "holidays": off, "make_up": make_up, "doc": doc}


def without(year: int) -> WorkingCalendar:
    """The calendar as it was before that year's notice."""
    return replace(
        CALENDAR,
        years=CALENDAR.years - {year},
        holidays={day: name for day, name in CALENDAR.holidays.items() if day.year != year},
        make_up={day: name for day, name in CALENDAR.make_up.items() if day.year != year},
    )


class TestAYearThatIsPublished:
    before = without(2026)
    after = before.with_year(published(2026, OF_2026))

    def test_is_settled_in_the_next_version(self) -> None:
        assert self.before.is_provisional(date(2026, 10, 8))
        assert not self.after.is_provisional(date(2026, 10, 8))
        assert self.after.version == self.before.version + 1
        assert "国办发明电〔2019〕16号" in self.after.source

    def test_counts_as_its_source_does(self) -> None:
        assert sum(map(self.after.is_working, days(2026))) == 248
        for day in days(2026):
            assert self.after.is_working(day) == chinese_calendar.is_workday(day), day

    def test_leaves_every_other_year_as_it_was(self) -> None:
        for day in [*days(2025), *days(2027)]:
            assert self.after.is_working(day) == CALENDAR.is_working(day)
            assert self.after.is_provisional(day) == CALENDAR.is_provisional(day)

    def test_moves_a_deadline_that_was_provisional(self) -> None:
        start = instant_of(date(2026, 9, 8), 10)
        limit = Limit(15, Unit.DAY, DayKind.WORKING)
        # Without the notice nothing is known of Mid-Autumn or of the Sunday that is worked before it.
        assert due(limit, start, self.before).provisional
        settled = due(limit, start, self.after)
        assert (settled.due_date, settled.provisional) == (date(2026, 9, 29), False)

    def test_leaves_the_calendar_in_force_as_it_is(self) -> None:
        assert self.before.years == CALENDAR.years - {2026}
        assert not any(day.year == 2026 for day in self.before.holidays)


class TestACorrection:
    settled = without(2020).with_year(published(2020, OF_2020))

    def test_of_2020_is_taken_as_it_was_published_while_the_holiday_lasted(self) -> None:
        assert self.settled.is_working(date(2020, 1, 31))
        corrected = self.settled.with_year(published(2020, CORRECTED_2020, date(2020, 1, 26)))
        assert not corrected.is_working(date(2020, 1, 31))
        assert corrected.is_working(date(2020, 2, 3))
        for day in days(2020):
            assert corrected.is_working(day) == chinese_calendar.is_workday(day), day

    def test_that_changes_nothing_is_taken(self) -> None:
        again = self.settled.with_year(published(2020, OF_2020))
        assert again.version == self.settled.version + 1
        assert [again.is_working(d) for d in days(2020)] == [self.settled.is_working(d) for d in days(2020)]

    @pytest.mark.parametrize(
        ("issued", "field"),
        [(None, "/doc/issued_at"), (date(2020, 1, 31), "/year"), (date(2020, 6, 1), "/year")],
    )
    def test_of_what_has_passed_is_refused(self, issued: date | None, field: str) -> None:
        with pytest.raises(Refused) as refusal:
            self.settled.with_year(published(2020, CORRECTED_2020, issued))
        assert (refusal.value.code, refusal.value.field) == (Code.BAD_REFERENCE, field)


def broken(**changed: Any) -> dict[str, Any]:
    return {**published(2027, ({"元旦": ((1, 1), (1, 3))}, [])), **changed}


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (broken(year=2003, holidays=[{"date": "2003-01-01", "name": "元旦"}]), "/year"),
        (broken(holidays=[{"date": "2026-12-31", "name": "元旦"}]), "/holidays/0/date"),
        (broken(holidays=[{"date": "2027-01-01", "name": "元旦"}] * 2), "/holidays/1/date"),
        (broken(make_up=[{"date": "2028-01-08", "name": "元旦"}]), "/make_up/0/date"),
        (broken(make_up=[{"date": "2027-01-09", "name": "元旦"}] * 2), "/make_up/1/date"),
        (broken(make_up=[{"date": "2027-01-02", "name": "元旦"}]), "/make_up/0/date"),  # a holiday too
        (broken(make_up=[{"date": "2027-01-04", "name": "元旦"}]), "/make_up/0/date"),  # a Monday
    ],
)
def test_a_year_that_cannot_be_is_refused_by_field(record: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        CALENDAR.with_year(record)
    assert (refusal.value.code, refusal.value.field) == (Code.BAD_REFERENCE, field)
    assert refusal.value.detail_zh
    assert refusal.value.detail_en
