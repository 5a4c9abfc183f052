"""Days are counted as the law and the published scenarios count them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from schemas.calendar import CALENDAR
from schemas.days import (
    SHANGHAI,
    DayKind,
    Limit,
    Pause,
    Unit,
    due,
    due_before,
    half_point,
    instant_of,
    last_day_warning,
)

WORKING, ROLL, HARD = DayKind.WORKING, DayKind.NATURAL_ROLL, DayKind.NATURAL_HARD
HOUR_MICROS = 3_600_000_000
SAME_DAY = Limit(0, Unit.SAME_DAY, DayKind.SAME_DAY)


def working(n: int) -> Limit:
    return Limit(n, Unit.DAY, WORKING)


def natural(n: int, kind: DayKind = ROLL) -> Limit:
    return Limit(n, Unit.DAY, kind)


def hours(n: int) -> Limit:
    return Limit(n, Unit.HOUR, DayKind.CLOCK)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()) * 1_000_000


def due_date(limit: Limit, start: str, *pauses: tuple[str, str]) -> str:
    closed = [Pause(at(first), at(last)) for first, last in pauses]
    return due(limit, at(start), CALENDAR, closed).due_date.isoformat()


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-04-29", working(3), "2026-05-07"),
        ("2026-04-29", working(5), "2026-05-09"),  # a Saturday that is worked
        ("2026-04-29", working(7), "2026-05-12"),
        ("2026-04-29", working(10), "2026-05-15"),
        ("2026-04-29", working(15), "2026-05-22"),
        ("2026-04-29", natural(3), "2026-05-06"),
        ("2026-04-29", natural(10), "2026-05-09"),
        ("2026-09-18", working(3), "2026-09-22"),
        ("2026-09-18", working(5), "2026-09-24"),
        ("2026-09-18", working(7), "2026-09-29"),
        ("2026-09-18", working(10), "2026-10-09"),
        ("2026-09-18", working(15), "2026-10-15"),
        ("2026-09-18", natural(3), "2026-09-21"),
        ("2026-09-18", natural(10), "2026-09-28"),
        ("2026-11-27", working(7), "2026-12-08"),  # SC-06, service and publication
        ("2026-12-01", natural(15), "2026-12-16"),  # SC-06, payment
        ("2026-11-21", working(29), "2026-12-31"),
    ],
)
def test_the_vectors_of_the_working_calendar_hold(start: str, limit: Limit, expected: str) -> None:
    assert due_date(limit, f"{start} 10:00") == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (working(1), "2026-09-09"),  # sign for it
        (working(15), "2026-09-29"),  # verify it
        (working(25), "2026-10-19"),  # with the extension of ten
        (working(2), "2026-09-10"),  # triage (SC-03)
        (working(7), "2026-09-17"),  # triage by negotiation (SC-03)
    ],
)
def test_a_clue_received_on_8_september_2026_falls_due_as_published(limit: Limit, expected: str) -> None:
    assert due_date(limit, "2026-09-08 10:00") == expected


def test_a_case_filed_on_29_september_is_decided_within_90_days_by_28_december() -> None:
    assert due_date(natural(90), "2026-09-29 10:00") == "2026-12-28"


def test_the_warning_of_one_working_day_for_29_september_is_on_the_28th_at_nine() -> None:
    assert last_day_warning(working(15), at("2026-09-08 10:00"), CALENDAR) == at("2026-09-28 09:00")


def test_a_request_for_assistance_of_22_september_rolls_over_the_national_day() -> None:
    start = at("2026-09-22 10:00")
    assert due_date(natural(10), "2026-09-22 10:00") == "2026-10-08"
    assert last_day_warning(natural(10), start, CALENDAR) == at("2026-09-30 09:00")
    assert due_date(working(15), "2026-09-22 10:00") == "2026-10-20"
    assert due_date(natural(10, HARD), "2026-09-22 10:00") == "2026-10-02"


@pytest.mark.parametrize(
    ("last_of_month", "expected"), [("2026-09-30", "2026-10-13"), ("2026-10-31", "2026-11-06")]
)
def test_the_digest_is_due_on_the_fifth_working_day_of_the_next_month(
    last_of_month: str, expected: str
) -> None:
    assert due_date(working(5), f"{last_of_month} 12:00") == expected


@pytest.mark.parametrize("kind", [WORKING, ROLL, HARD])
def test_three_days_before_12_june_is_the_9th(kind: DayKind) -> None:
    found = due_before(Limit(3, Unit.DAY, kind), at("2026-06-12 09:00"), CALENDAR)
    assert found.due_date == date(2026, 6, 9)
    assert found.due == at("2026-06-10 00:00")


def test_a_backward_limit_never_rolls() -> None:
    # Three natural days before 28 September is the 25th, Mid-autumn; three working days before it the 22nd.
    before = at("2026-09-28 09:00")
    assert due_before(natural(3), before, CALENDAR).due_date == date(2026, 9, 25)
    assert due_before(working(3), before, CALENDAR).due_date == date(2026, 9, 22)
    assert due_before(Limit(1, Unit.MONTH, ROLL), at("2026-03-31 09:00"), CALENDAR).due_date == date(
        2026, 2, 28
    )


def test_help_asked_for_at_half_past_nine_in_the_evening_is_due_at_midnight() -> None:
    found = due(SAME_DAY, at("2026-09-08 21:30"), CALENDAR)  # SC-11
    assert found.due_date == date(2026, 9, 8)
    assert found.due == at("2026-09-09 00:00")


def test_24_hours_run_through_nights_and_holidays() -> None:
    found = due(hours(24), at("2026-10-01 21:30"), CALENDAR)
    assert found.due == at("2026-10-02 21:30")
    assert found.due_date == date(2026, 10, 2)
    assert due_before(hours(24), at("2026-10-01 21:30"), CALENDAR).due == at("2026-09-30 21:30")


def test_hours_that_end_at_midnight_have_the_day_before_as_their_last() -> None:
    assert due(hours(3), at("2026-09-08 21:00"), CALENDAR).due_date == date(2026, 9, 8)


@pytest.mark.parametrize(
    ("start", "n", "unit", "expected"),
    [
        ("2026-01-31", 1, Unit.MONTH, "2026-02-28"),  # 民法典 §202: 没有对应日的，月末日为期间的最后一日
        ("2024-01-31", 1, Unit.MONTH, "2024-02-29"),
        ("2026-09-08", 3, Unit.MONTH, "2026-12-08"),  # 到期月的对应日为期间的最后一日
        ("2024-02-29", 1, Unit.YEAR, "2025-02-28"),
        ("2024-09-08", 2, Unit.YEAR, "2026-09-08"),
    ],
)
def test_months_and_years_end_on_the_day_of_the_same_number(
    start: str, n: int, unit: Unit, expected: str
) -> None:
    assert due_date(Limit(n, unit, HARD), f"{start} 10:00") == expected


def test_a_month_that_ends_on_a_saturday_rolls_to_monday() -> None:
    assert due_date(Limit(1, Unit.MONTH, ROLL), "2026-07-08 10:00") == "2026-08-10"


def test_due_is_the_first_instant_too_late_midnight_in_shanghai() -> None:
    assert due(working(15), at("2026-09-08 10:00"), CALENDAR).due == at("2026-09-30 00:00")
    assert instant_of(date(2026, 9, 30)) == 1_790_697_600_000_000  # 2026-09-29T16:00:00Z


def test_the_hour_of_the_start_does_not_matter() -> None:
    assert (
        due_date(working(1), "2026-09-08 00:00") == due_date(working(1), "2026-09-08 23:59") == "2026-09-09"
    )


def test_every_day_on_the_way_says_why_it_counts_or_not() -> None:
    days = due(working(15), at("2026-09-08 10:00"), CALENDAR).days
    reasons = {each.day: (each.counted, each.reason) for each in days}
    assert reasons[date(2026, 9, 8)] == (False, "起算当日，不计")
    assert reasons[date(2026, 9, 9)] == (True, "周三")
    assert reasons[date(2026, 9, 12)] == (False, "周六，不计")
    assert reasons[date(2026, 9, 20)] == (True, "周日上班（国庆节调休）")
    assert reasons[date(2026, 9, 25)] == (False, "周五（中秋放假），不计")
    assert days[-1].day == date(2026, 9, 29)
    assert sum(each.counted for each in days) == 15


def test_a_rolled_limit_says_over_which_days_it_rolled() -> None:
    days = due(natural(10), at("2026-09-22 10:00"), CALENDAR).days
    assert [each.day.day for each in days if "顺延" in each.reason] == [3, 4, 5, 6, 7, 8]
    assert sum(each.counted for each in days) == 10


def test_a_limit_that_reaches_a_year_without_a_calendar_is_provisional() -> None:
    start = at("2026-11-21 10:00")
    assert not due(working(29), start, CALENDAR).provisional
    assert due(working(30), start, CALENDAR).provisional
    assert not due(natural(40), start, CALENDAR).provisional
    assert due(natural(41), start, CALENDAR).provisional
    assert not due(natural(41, HARD), start, CALENDAR).provisional
    assert not due(hours(24 * 60), start, CALENDAR).provisional
    assert due_before(working(5), at("2027-01-04 10:00"), CALENDAR).provisional


def test_half_of_15_days_is_over_at_nine_of_the_eighth() -> None:
    # 9, 10, 11, 14, 15, 16, 17, 18 September
    assert half_point(working(15), at("2026-09-08 10:00"), CALENDAR) == at("2026-09-18 09:00")


def test_half_of_ten_natural_days_is_over_at_nine_of_the_fifth_wherever_the_last_rolls_to() -> None:
    assert half_point(natural(10), at("2026-09-22 10:00"), CALENDAR) == at("2026-09-27 09:00")


def test_half_of_one_day_is_that_day_at_nine() -> None:
    assert half_point(working(1), at("2026-09-08 10:00"), CALENDAR) == at("2026-09-09 09:00")


def test_half_of_24_hours_is_twelve_hours_later() -> None:
    assert half_point(hours(24), at("2026-09-08 10:00"), CALENDAR) == at("2026-09-08 22:00")


def test_a_warning_that_would_lie_before_the_start_is_not_set() -> None:
    start = at("2026-09-08 10:00")
    assert last_day_warning(working(1), start, CALENDAR) is None
    assert half_point(SAME_DAY, start, CALENDAR) is None
    assert last_day_warning(working(1), at("2026-09-08 08:00"), CALENDAR) == at("2026-09-08 09:00")
    assert half_point(SAME_DAY, at("2026-09-08 08:00"), CALENDAR) == at("2026-09-08 09:00")


def test_a_day_touched_by_a_pause_is_not_counted() -> None:
    # Returned at once on the 8th, supplemented on the 10th: the 11th is the first day that counts.
    assert due_date(working(15), "2026-09-08 10:00", ("2026-09-08 10:00", "2026-09-10 15:00")) == "2026-10-08"


def test_a_pause_that_ends_at_midnight_does_not_touch_the_day_that_begins() -> None:
    assert due_date(working(1), "2026-09-08 10:00", ("2026-09-08 10:00", "2026-09-10 00:00")) == "2026-09-10"


def test_a_pause_of_an_instant_costs_its_day() -> None:
    assert due_date(working(1), "2026-09-08 10:00", ("2026-09-09 10:00", "2026-09-09 10:00")) == "2026-09-10"


def test_a_pause_over_a_weekend_costs_a_working_limit_nothing() -> None:
    paused = due_date(working(5), "2026-09-08 10:00", ("2026-09-12 08:00", "2026-09-13 20:00"))
    assert paused == due_date(working(5), "2026-09-08 10:00")


def test_pauses_that_overlap_are_one() -> None:
    once = due_date(working(5), "2026-09-08 10:00", ("2026-09-09 08:00", "2026-09-11 20:00"))
    twice = due_date(
        working(5),
        "2026-09-08 10:00",
        ("2026-09-10 08:00", "2026-09-11 20:00"),
        ("2026-09-09 08:00", "2026-09-10 09:00"),
    )
    assert once == twice


def test_hours_are_paused_by_the_instant() -> None:
    pauses = [Pause(at("2026-09-08 12:00"), at("2026-09-08 13:30"))]
    assert due(hours(24), at("2026-09-08 10:00"), CALENDAR, pauses).due == at("2026-09-09 11:30")


def test_the_end_of_the_same_day_moves_to_the_day_after_the_pause() -> None:
    assert due_date(SAME_DAY, "2026-09-08 10:00", ("2026-09-08 11:00", "2026-09-09 08:00")) == "2026-09-10"


def test_a_paused_clock_has_no_due_date() -> None:
    with pytest.raises(ValueError, match="paused"):
        due(working(5), at("2026-09-08 10:00"), CALENDAR, [Pause(at("2026-09-09 10:00"))])


@pytest.mark.parametrize(
    ("n", "unit", "kind"),
    [
        (1, Unit.HOUR, WORKING),
        (1, Unit.DAY, DayKind.CLOCK),
        (1, Unit.MONTH, WORKING),
        (1, Unit.SAME_DAY, HARD),
        (0, Unit.DAY, WORKING),
        (-3, Unit.DAY, HARD),
        (10_000, Unit.DAY, HARD),
    ],
)
def test_a_limit_that_means_nothing_is_refused(n: int, unit: Unit, kind: DayKind) -> None:
    with pytest.raises(ValueError, match="a limit"):
        Limit(n, unit, kind)


def test_a_pause_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Pause(2, 1)
