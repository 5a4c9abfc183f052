"""How much of a limit is left, in its own kind of days: pure arithmetic for whoever shows a clock.

The legal dates come from the facts; here is only counted for the eye.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from projections.times import BEIJING, beijing
from projections.vocabulary import CLOCK_STATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Tone = Literal["calm", "soon", "urgent", "paused", "met", "late", "void"]
_OVER: Mapping[str, Tone] = {"MET": "met", "BREACHED": "late"}
_SOON = 0.5
_LONGEST = 4000


class Days(Protocol):
    """The working calendar."""

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        ...


class Running(Protocol):
    """What is asked of a clock: a row of view `clocks`."""

    @property
    def day_kind(self) -> str: ...  # noqa: D102 - columns of the view
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def open(self) -> bool: ...  # noqa: D102
    @property
    def met_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def breached_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def start_at(self) -> datetime: ...  # noqa: D102
    @property
    def due(self) -> datetime: ...  # noqa: D102
    @property
    def pauses(self) -> Sequence[tuple[int, int | None]]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left: a sentence, the share of the limit that is used (0 to 1), and how it looks."""

    words: str
    used: float
    tone: Tone


def outcome_zh(clock: Running) -> str:
    """How a clock stands, in a word; it tells what was done too late from what was only told late."""
    if clock.state == "MET":
        return "按期办结，迟告" if clock.breached_at is not None else "按期办结"
    if clock.state == "BREACHED" and not clock.open:
        return "超期后办结" if clock.met_at is not None else "超期后撤销"
    return CLOCK_STATES.get(clock.state, clock.state)


def remaining(clock: Running, now: datetime, calendar: Days) -> Remaining:
    """Count what is left of a clock at an instant."""
    if not clock.open:
        words = outcome_zh(clock)
        return Remaining("已按期办结" if words == "按期办结" else words, 1.0, _OVER.get(clock.state, "void"))
    if clock.state == "BREACHED" or (clock.state == "RUNNING" and now >= clock.due):
        return Remaining(_overdue(now - clock.due), 1.0, "late")
    if clock.day_kind == "CLOCK":
        return _hours(clock, now)
    left, total = _days(clock, now, calendar)
    used = 1 - left / total if total else 1.0
    unit = "个工作日" if clock.day_kind == "WORKING" else "天"
    if clock.state == "PAUSED":
        return Remaining(f"已中止，剩余 {left} {unit}", used, "paused")
    if left == 0:
        return Remaining("今天 24:00 到期", used, "urgent")
    tone: Tone = "urgent" if left == 1 else "soon" if used >= _SOON else "calm"
    return Remaining(f"还剩 {left} {unit}", used, tone)


def _overdue(late: timedelta) -> str:
    if late < timedelta(hours=1):
        return "已超期"
    return f"已超期 {late.days} 天" if late.days else f"已超期 {late // timedelta(hours=1)} 小时"


def _hours(clock: Running, now: datetime) -> Remaining:
    left = clock.due - now
    used = min(1.0, max(0.0, 1 - left / (clock.due - clock.start_at))) if clock.due > clock.start_at else 1.0
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    words = f"还剩 {hours} 小时" if hours else f"还剩 {minutes} 分钟"
    if clock.state == "PAUSED":
        return Remaining("已中止", used, "paused")
    return Remaining(words, used, "urgent" if hours == 0 else "soon" if used >= _SOON else "calm")


def _days(clock: Running, now: datetime, calendar: Days) -> tuple[int, int]:
    """Days that still count after today, and all that count, by the days between start and last day."""
    last = (clock.due - timedelta(microseconds=1)).astimezone(BEIJING).date()
    start, today = clock.start_at.astimezone(BEIJING).date(), now.astimezone(BEIJING).date()
    paused = [(beijing(a).date(), beijing(b).date()) for a, b in clock.pauses if b is not None]
    for begun in (beijing(a).date() for a, b in clock.pauses if b is None):
        # While it is paused nothing counts, and what was left on the day before is left still.
        today = min(today, begun - timedelta(days=1))
    working = clock.day_kind == "WORKING"
    left = total = 0
    for step in range(1, min((last - start).days, _LONGEST) + 1):
        day = start + timedelta(days=step)
        if (working and not calendar.is_working(day)) or any(a <= day <= b for a, b in paused):
            continue
        total += 1
        left += day > today
    return left, total
