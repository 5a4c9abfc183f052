"""What holds of day arithmetic whatever the limit, the start and the pauses."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.calendar import CALENDAR
from schemas.days import (
    DayKind,
    Limit,
    Pause,
    Unit,
    day_of,
    due,
    due_before,
    half_point,
    instant_of,
    last_day_warning,
)

WORKING, ROLL, HARD = DayKind.WORKING, DayKind.NATURAL_ROLL, DayKind.NATURAL_HARD
HOUR_MICROS = 3_600_000_000
SAME_DAY = Limit(0, Unit.SAME_DAY, DayKind.SAME_DAY)
FIRST, LAST = instant_of(date(2004, 6, 1)), instant_of(date(2027, 12, 31))


def hours(n: int) -> Limit:
    return Limit(n, Unit.HOUR, DayKind.CLOCK)


starts = st.integers(FIRST, LAST)
day_limits = st.builds(Limit, st.integers(1, 120), st.just(Unit.DAY), st.sampled_from([WORKING, ROLL, HARD]))
hour_limits = st.builds(hours, st.integers(1, 500))
calendar_limits = st.builds(
    Limit, st.integers(1, 14), st.sampled_from([Unit.MONTH, Unit.YEAR]), st.sampled_from([ROLL, HARD])
)
limits = st.one_of(day_limits, hour_limits, calendar_limits, st.just(SAME_DAY))
pauses_after = st.lists(
    st.tuples(st.integers(0, 200 * 24 * HOUR_MICROS), st.integers(0, 20 * 24 * HOUR_MICROS)), max_size=3
)


def paused(start: int, offsets: list[tuple[int, int]]) -> list[Pause]:
    return [Pause(start + offset, start + offset + length) for offset, length in offsets]


@given(limits, starts, pauses_after)
def test_pausing_never_shortens(limit: Limit, start: int, offsets: list[tuple[int, int]]) -> None:
    pauses = paused(start, offsets)
    for fewer in range(len(pauses)):
        without = due(limit, start, CALENDAR, pauses[:fewer])
        assert due(limit, start, CALENDAR, pauses[: fewer + 1]).due >= without.due


@given(limits, starts, st.integers(0, 40 * 24 * HOUR_MICROS))
def test_a_later_start_never_gives_an_earlier_end(limit: Limit, start: int, later: int) -> None:
    assert due(limit, start + later, CALENDAR).due >= due(limit, start, CALENDAR).due


@given(st.one_of(day_limits, hour_limits), starts, st.integers(0, 40 * 24 * HOUR_MICROS), pauses_after)
def test_a_later_start_never_gives_an_earlier_end_around_pauses(
    limit: Limit, start: int, later: int, offsets: list[tuple[int, int]]
) -> None:
    pauses = paused(start + later, offsets)
    assert due(limit, start + later, CALENDAR, pauses).due >= due(limit, start, CALENDAR, pauses).due


@given(day_limits, starts, pauses_after)
def test_one_day_more_never_ends_earlier(limit: Limit, start: int, offsets: list[tuple[int, int]]) -> None:
    longer = Limit(limit.n + 1, limit.unit, limit.day_kind)
    pauses = paused(start, offsets)
    one, more = due(limit, start, CALENDAR, pauses).due, due(longer, start, CALENDAR, pauses).due
    assert more >= one
    if limit.day_kind is not ROLL:
        assert more > one


@given(limits, starts, pauses_after)
def test_due_is_the_first_instant_after_the_due_date(
    limit: Limit, start: int, offsets: list[tuple[int, int]]
) -> None:
    found = due(limit, start, CALENDAR, paused(start, offsets))
    assert found.due > start
    assert day_of(found.due - 1) == found.due_date == found.days[-1].day
    if limit.unit is not Unit.HOUR:
        assert found.due == instant_of(found.due_date + timedelta(days=1))
        assert day_of(found.due) == found.due_date + timedelta(days=1)


@given(day_limits, starts, pauses_after)
def test_as_many_days_are_counted_as_the_limit_has_and_none_is_left_out(
    limit: Limit, start: int, offsets: list[tuple[int, int]]
) -> None:
    pauses = paused(start, offsets)
    days = due(limit, start, CALENDAR, pauses).days
    assert sum(each.counted for each in days) == limit.n
    assert all(b.day - a.day == timedelta(days=1) for a, b in pairwise(days))
    touched = [(day_of(p.start), day_of(max(p.start, (p.end or 0) - 1))) for p in pauses]
    for each in days:
        if each.counted:
            assert not any(first <= each.day <= last for first, last in touched)
            assert limit.day_kind is not WORKING or CALENDAR.is_working(each.day)


@given(day_limits, starts)
def test_a_rolled_limit_ends_on_a_working_day(limit: Limit, start: int) -> None:
    found = due(limit, start, CALENDAR).due_date
    if limit.day_kind is not HARD:
        assert CALENDAR.is_working(found)


@given(st.integers(1, 60), st.sampled_from([WORKING, HARD]), starts)
def test_counting_back_and_then_forward_leads_to_the_same_day(n: int, kind: DayKind, before: int) -> None:
    assume(kind is HARD or CALENDAR.is_working(day_of(before)))
    limit = Limit(n, Unit.DAY, kind)
    back = due_before(limit, before, CALENDAR).due_date
    assert due(limit, instant_of(back, 12), CALENDAR).due_date == day_of(before)


@given(limits, starts, pauses_after)
def test_warnings_lie_between_the_start_and_the_end(
    limit: Limit, start: int, offsets: list[tuple[int, int]]
) -> None:
    pauses = paused(start, offsets)
    end = due(limit, start, CALENDAR, pauses).due
    for warning in (
        half_point(limit, start, CALENDAR, pauses),
        last_day_warning(limit, start, CALENDAR, pauses),
    ):
        assert warning is None or start <= warning < end
