"""What a clock's facts say in a line: the rule, the day it ends, and what makes that day surprising."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from projections.vocabulary import limit_zh
from schemas.agencies import AGENCIES
from schemas.calendar import CALENDAR

if TYPE_CHECKING:
    from collections.abc import Mapping

SATURDAY = 5
REASONED = {"DeadlinePaused", "DeadlineCancelled"}
LEVELS = {
    "WARN_HALF": "  过半",
    "WARN_LAST_DAY": "  最后一个工作日前",
    1: "  第一级",
    2: "  第二级",
    3: "  第三级",
}
ALARMS = {"DeadlineWarned", "DeadlineBreached", "EscalationRaised"}


def clock_words(kind: str, content: Mapping[str, Any]) -> str:
    """Say what a fact about a clock says."""
    rule = f"{content['rule']} {content['name_zh']}"
    if kind in REASONED:
        return f"{rule}  {content['reason_zh']}"
    told = f"{rule}  due {_day(content['due_date'])} 24:00"
    if kind == "DeadlineScheduled":
        limit = limit_zh(content["n"], content["unit"], content["day_kind"])
        provisional = " 暂定" if content["provisional"] else ""
        unverified = "" if content["verified"] else " 未核实"
        return f"{told}  ({limit}{surprise_zh(content)}){provisional}{unverified}"
    if kind == "DeadlineRecalculated":
        return f"{told}  (原 {_day(content['old_due_date'])}；{content['reason_zh']})"
    if kind in ALARMS:
        level = LEVELS.get(content.get("level", ""), "")
        return f"{told}{level}  ▸ {'、'.join(AGENCIES.name_zh(code) for code in content['to'])}"
    return told


def surprise_zh(content: Mapping[str, Any]) -> str:
    """Name what makes a count surprising: worked weekends, holidays on weekdays, a last day that rolls on."""
    first = datetime.fromisoformat(content["start_at"]).date()
    last = date.fromisoformat(content["due_date"])
    if content["day_kind"] == "NATURAL_ROLL" and content["unit"] == "DAY":
        counted = first + timedelta(days=content["n"])
        return "" if counted == last else f"；{counted:%m-%d} 休息，顺延"
    if content["day_kind"] != "WORKING":
        return ""
    days = [date.fromordinal(n) for n in range(first.toordinal() + 1, last.toordinal() + 1)]
    told = "、".join(_run(run) for run in _runs(days))
    return f"；{told}" if told else ""


def _runs(days: list[date]) -> list[list[date]]:
    """Gather the days that are not as their weekday says, those of one holiday together."""
    runs: list[list[date]] = []
    joined = False
    for day in days:
        working, weekend = CALENDAR.is_working(day), day.weekday() >= SATURDAY
        if working == weekend:
            if joined and not working:
                runs[-1].append(day)
            else:
                runs.append([day])
        joined = not working and bool(runs) and (joined or working == weekend)
    return runs


def _run(days: list[date]) -> str:
    word = "上班" if CALENDAR.is_working(days[0]) else "放假"
    until = f"…{days[-1]:%m-%d}" if len(days) > 1 else ""
    return f"{days[0]:%m-%d}{until} {word}"


def _day(text: str) -> str:
    """Leave the year out where it is the story's own."""
    return text.removeprefix("2026-")
