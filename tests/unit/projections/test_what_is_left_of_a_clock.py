"""Time left, in the limit's own kind of days. Dates are those of the public scenarios SC-01 and SC-02."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from projections.clocks.remaining import Remaining, remaining
from projections.testing import at
from projections.times import beijing
from schemas.calendar import CALENDAR

START, DUE = beijing(at("2026-09-08 10:00")), beijing(at("2026-09-30 00:00"))


@dataclass
class AClock:
    """PN-01 of SC-01: received 2026-09-08 10:00, 15 working days, due by the end of 09-29."""

    day_kind: str = "WORKING"
    state: str = "RUNNING"
    open: bool = True
    met_at: datetime | None = None
    breached_at: datetime | None = None
    start_at: datetime = START
    due: datetime = DUE
    pauses: list[tuple[int, int | None]] = field(default_factory=list)


def told(clock: AClock, now: str) -> Remaining:
    return remaining(clock, beijing(at(now)), CALENDAR)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-09-08 10:00", "还剩 15 个工作日"),
        # State Council notice for 2026: people work on Sunday 09-20, and 09-25 is the Mid-Autumn holiday.
        ("2026-09-18 09:00", "还剩 7 个工作日"),
        ("2026-09-19 09:00", "还剩 7 个工作日"),
        ("2026-09-20 09:00", "还剩 6 个工作日"),
        ("2026-09-25 09:00", "还剩 2 个工作日"),
        ("2026-09-28 09:00", "还剩 1 个工作日"),
        ("2026-09-29 23:59", "今天 24:00 到期"),
        ("2026-09-30 00:00", "已超期"),
        ("2026-09-30 05:00", "已超期 5 小时"),
        ("2026-10-03 09:00", "已超期 3 天"),
    ],
)
def test_working_days_left_of_scenario_one(now: str, words: str) -> None:
    assert told(AClock(), now).words == words


def test_a_paused_clock_keeps_what_was_left_when_it_was_paused() -> None:
    clock = AClock(state="PAUSED", pauses=[(at("2026-09-08 10:00"), None)])
    assert told(clock, "2026-09-08 12:00").words == "已中止，剩余 15 个工作日"
    assert told(clock, "2026-09-24 12:00") == told(clock, "2026-09-08 12:00")
    assert told(clock, "2026-09-24 12:00").tone == "paused"


def test_days_touched_by_a_pause_that_is_over_do_not_count() -> None:
    # Returned, and supplemented the day after: 09-09 does not count, the last day is 09-30 and not 09-29.
    clock = AClock(
        due=beijing(at("2026-10-01 00:00")), pauses=[(at("2026-09-08 10:00"), at("2026-09-09 10:05"))]
    )
    assert told(clock, "2026-09-09 11:00").words == "还剩 15 个工作日"
    assert told(clock, "2026-09-29 11:00").words == "还剩 1 个工作日"


def test_natural_days_count_saturdays_and_holidays() -> None:
    clock = AClock("NATURAL_ROLL", due=beijing(at("2026-09-19 00:00")))
    assert told(clock, "2026-09-11 08:00").words == "还剩 7 天"


def test_hours_count_through_the_night() -> None:
    clock = AClock("CLOCK", due=beijing(at("2026-09-09 10:00")))
    assert told(clock, "2026-09-08 22:00").words == "还剩 12 小时"
    assert told(clock, "2026-09-08 22:00").used == pytest.approx(0.5)
    assert told(clock, "2026-09-09 09:15").words == "还剩 45 分钟"


def test_what_was_done_in_time_says_so_however_late_one_looks() -> None:
    assert told(AClock(state="MET", open=False), "2027-01-01 00:00") == Remaining("已按期办结", 1.0, "met")


def test_the_tone_warns_after_half_and_on_the_last_day() -> None:
    tones = [told(AClock(), f"2026-09-{day} 09:00").tone for day in ("08", "17", "18", "28", "29", "30")]
    assert tones == ["calm", "calm", "soon", "urgent", "urgent", "late"]


def test_another_time_zone_of_the_same_instant_counts_the_same() -> None:
    now = beijing(at("2026-09-20 00:30"))
    assert remaining(AClock(), now, CALENDAR) == remaining(AClock(), now.astimezone(UTC), CALENDAR)
