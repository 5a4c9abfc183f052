"""The words of day arithmetic: what a limit is, what a pause is, when something is due."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

__all__ = ["CountedDay", "DayKind", "Due", "Limit", "Pause", "Unit"]

MAX_N = 9999


class Unit(StrEnum):
    """What a limit is counted in."""

    HOUR = "HOUR"
    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"
    SAME_DAY = "SAME_DAY"


class DayKind(StrEnum):
    """Which days count, and whether the last one may move. The kind is in the rule, never guessed from n."""

    WORKING = "WORKING"
    """Working days by the calendar in force, make-up Saturdays and Sundays included."""
    NATURAL_ROLL = "NATURAL_ROLL"
    """Natural days; when the last is no working day, it moves to the next one (民事诉讼法 §85)."""
    NATURAL_HARD = "NATURAL_HARD"
    """Natural days; the last never moves."""
    CLOCK = "CLOCK"
    """Hours, through nights and holidays."""
    SAME_DAY = "SAME_DAY"
    """The end of the day of the start."""


_NATURAL = frozenset({DayKind.NATURAL_ROLL, DayKind.NATURAL_HARD})
_KINDS = {
    Unit.HOUR: frozenset({DayKind.CLOCK}),
    Unit.DAY: _NATURAL | {DayKind.WORKING},
    Unit.MONTH: _NATURAL,
    Unit.YEAR: _NATURAL,
    Unit.SAME_DAY: frozenset({DayKind.SAME_DAY}),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take: 15 DAY WORKING. `n` says nothing for SAME_DAY.

    Raises ValueError if the unit does not go with the kind of day, or n is not 1..9999.
    """

    n: int
    unit: Unit
    day_kind: DayKind

    def __post_init__(self) -> None:
        """Check that the limit means something."""
        if self.day_kind not in _KINDS[self.unit]:
            allowed = ", ".join(sorted(_KINDS[self.unit]))
            raise ValueError(f"a limit in {self.unit} is {allowed}, not {self.day_kind}")
        if self.unit is not Unit.SAME_DAY and not 1 <= self.n <= MAX_N:
            raise ValueError(f"a limit is 1 to {MAX_N} of its unit, not {self.n}")


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a clock stands still, in microseconds; `end` is None while it lasts.

    Raises ValueError if it ends before it begins.
    """

    start: int
    end: int | None = None

    def __post_init__(self) -> None:
        """Check the order of the two."""
        if self.end is not None and self.end < self.start:
            raise ValueError(f"a pause ends at {self.end}, before it begins at {self.start}")


class CountedDay(NamedTuple):
    """One day on the way to the due date: whether it counts, and why, in Chinese."""

    day: date
    counted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends. `provisional`: a day was looked at whose year has no calendar yet.

    `days` begins with the day of the start (backward: the day it precedes) and ends with `due_date`.
    """

    due_date: date
    due: int
    provisional: bool
    days: tuple[CountedDay, ...]
