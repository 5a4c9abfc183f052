"""The row of a clock through all that may befall it. Dates are those of SC-01, SC-02 and SC-04."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from projections.clocks.project import Clock, evolve, scheduled
from projections.clocks.remaining import outcome_zh, remaining
from projections.testing import LAW, SCHEDULED, at
from projections.times import beijing
from schemas.calendar import CALENDAR

if TYPE_CHECKING:
    from collections.abc import Iterable

TOWN = "310120-JD11"
START, DUE = "2026-09-08 10:00", "2026-09-30 00:00"
ALARMS: dict[str, Any] = {"alarms": [], "calendar_version": 1, "provisional": False}


def a_clock() -> Clock:
    record = SCHEDULED | {"clock": "c", "start_at": at(START), "responsible": TOWN, "meta": {"citation": LAW}}
    return scheduled("XS-1", record)


def after(told: Iterable[tuple[str, dict[str, Any]]]) -> Clock:
    clock = a_clock()
    for fact_type, record in told:
        evolve(clock, fact_type, record)
    return clock


def breached() -> tuple[str, dict[str, Any]]:
    return "DeadlineBreached", {"due": at(DUE)}


def met(when: str) -> tuple[str, dict[str, Any]]:
    return "DeadlineMet", {"met_at": at(when), "due": at(DUE), "due_date": "2026-09-29"}


@dataclass(frozen=True)
class Ending:
    """What was told of a clock, and how people read it then."""

    told: tuple[tuple[str, dict[str, Any]], ...]
    state: str
    words: str


ENDINGS = {
    "met in time": Ending((met("2026-09-29 23:59"),), "MET", "按期办结"),
    "met in time and told after the breach": Ending(
        (breached(), met("2026-09-29 17:00")), "MET", "按期办结，迟告"
    ),
    "met at the first instant too late": Ending((breached(), met(DUE)), "BREACHED", "超期后办结"),
    "met days after the breach": Ending((breached(), met("2026-10-08 09:00")), "BREACHED", "超期后办结"),
    "cancelled": Ending(
        (("DeadlineCancelled", {"cancelled_at": at("2026-09-10 09:00"), "reason_zh": "职责已移转"}),),
        "CANCELLED",
        "已撤销",
    ),
    "released after the breach": Ending(
        (
            breached(),
            ("DeadlineCancelled", {"cancelled_at": at("2026-10-08 09:00"), "reason_zh": "职责已移转"}),
        ),
        "BREACHED",
        "超期后撤销",
    ),
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_a_clock_that_is_over_says_how_it_ended_however_late_one_looks(ending: Ending) -> None:
    clock = after(ending.told)
    assert (clock.open, clock.state, outcome_zh(clock)) == (False, ending.state, ending.words)
    told = remaining(clock, beijing(at("2027-01-01 00:00")), CALENDAR)
    assert ending.words in told.words
    assert told.used == 1.0


def test_a_breach_is_open_until_somebody_makes_it_good_or_is_released() -> None:
    clock = after([breached()])
    assert (clock.open, clock.state) == (True, "BREACHED")
    assert remaining(clock, beijing(at("2026-10-03 09:00")), CALENDAR).words == "已超期 3 天"


def test_an_extension_moves_the_last_day_and_leaves_the_limit_of_the_law_as_it_is() -> None:
    # SC-01: 10 working days more, from 2026-09-29 to 10-19.
    extended = ALARMS | {
        "extended_at": at("2026-09-24 10:00"),
        "n": 10,
        "unit": "DAY",
        "day_kind": "WORKING",
        "times": 1,
        "due": at("2026-10-20 00:00"),
        "due_date": "2026-10-19",
    }
    clock = after([("DeadlineExtended", extended)])
    assert (clock.due_date, clock.due, clock.n) == ("2026-10-19", beijing(at("2026-10-20 00:00")), 15)
    assert [(e.n, e.due_date) for e in clock.extensions] == [(10, "2026-10-19")]
    assert remaining(clock, beijing(at("2026-10-16 09:00")), CALENDAR).words == "还剩 1 个工作日"


def test_a_clock_that_is_extended_while_it_is_paused_is_counted_when_it_is_resumed() -> None:
    paused = {"paused_at": at("2026-09-09 10:00"), "reason_zh": "退回补正"}
    extended = ALARMS | {
        "extended_at": at("2026-09-10 10:00"),
        "n": 10,
        "unit": "DAY",
        "day_kind": "WORKING",
        "times": 1,
        "due": at(DUE),
        "due_date": "2026-09-29",
    }
    resumed = ALARMS | {
        "resumed_at": at("2026-09-10 15:00"),
        "due": at("2026-10-22 00:00"),
        "due_date": "2026-10-21",
    }
    clock = after([("DeadlinePaused", paused), ("DeadlineExtended", extended)])
    assert (clock.state, clock.due_date) == ("PAUSED", "2026-09-29")
    evolve(clock, "DeadlineResumed", resumed)
    assert (clock.state, clock.due_date, clock.reason_zh, clock.paused_at) == (
        "RUNNING",
        "2026-10-21",
        None,
        None,
    )


def test_a_new_calendar_moves_the_last_day_and_is_named() -> None:
    recalculated = ALARMS | {
        "old_due": at(DUE),
        "old_due_date": "2026-09-29",
        "due": at("2026-10-01 00:00"),
        "due_date": "2026-09-30",
        "calendar_version": 2,
        "reason_zh": "2026 年放假安排公布",
    }
    clock = after([("DeadlineRecalculated", recalculated)])
    assert (clock.due_date, clock.calendar_version, clock.reason_zh) == ("2026-09-30", 2, None)


def test_the_highest_rung_that_was_reached_is_kept() -> None:
    rungs = [("EscalationRaised", {"level": level}) for level in (1, 2)]
    assert after([breached(), *rungs]).escalated == 2


def test_a_pause_ends_with_the_clock() -> None:
    pause = ("DeadlinePaused", {"paused_at": at("2026-09-09 10:00"), "reason_zh": "退回补正"})
    cancelled = ("DeadlineCancelled", {"cancelled_at": at("2026-09-10 09:00"), "reason_zh": "职责已移转"})
    assert after([pause, cancelled]).pauses == [(at("2026-09-09 10:00"), at("2026-09-10 09:00"))]
