"""The plan: all that the simulated agencies will state, in the order of time, from a seed alone.

The plan knows the law well enough to know who holds what: nothing is read from the platform. A day's facts
are new stories and the next chapters of old ones; so many stories are begun that the rate is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from producers.simulate import assist, cases, delta, digest, notify, stories
from producers.simulate.dice import Dice
from producers.simulate.district import District
from producers.simulate.hours import HOUR, MINUTE, SECOND, day_of, in_office, working_days_after
from producers.simulate.tale import Tale
from schemas.calendar import CALENDAR
from schemas.days import instant_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from producers.simulate.planned import Planned

__all__ = ["Plan", "plan"]

DAY: Final = 24 * HOUR
_SLOT = 5 * MINUTE
_STORIES = {
    "clue": 52.0,
    "on-the-spot": 16.0,
    "own-case": 9.0,
    "permit": 10.0,
    "inspection": 6.0,
    "outside-firm": 4.0,
    "delta-clue": 2.0,
    "warning": 1.0,
}
_HOURLY = (1, 1, 1, 1, 1, 2, 3, 6, 14, 22, 22, 14, 6, 18, 22, 22, 16, 8, 5, 4, 4, 3, 2, 1)
"""How busy the hours of a day are, from midnight on."""
_DAY_OFF = 0.3
"""How busy a day off is beside a working day."""
_LEAST = 0.1
"""What share of the rate is new stories at least, however many chapters of old ones fall due."""
_DEBT_DAYS = 3
"""For how many days' facts that came too many, after holidays for instance, fewer stories are begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to plan. `per_day`: facts on a working day; the first day begins at 00:00 in Shanghai.

    `timed`: the facts will be stated at their instants (in simulated time). Without it what needs a limit to
    run out, or a month to end, is left out, so that the facts may be stated at any pace.
    `joins`: the stack has facts of the first month already, which the plan cannot count: no digest of it.
    `catalogue`: begin by publishing the catalogue of assistance; without it no story asks for assistance
    until one is in force by other means, so leave it out only on a stack that has this very catalogue.
    """

    seed: int
    start: date = date(2026, 9, 1)
    days: float = 30
    per_day: float = 40
    timed: bool = True
    joins: bool = False
    catalogue: bool = True

    def __iter__(self) -> Iterator[Planned]:
        return _Planner(self, District(self.seed)).run()


def plan(seed: int, days: float, per_day: float, start: date) -> Iterator[Planned]:
    """Plan the facts of so many days, about `per_day` of them on a working day, in the order of time."""
    return iter(Plan(seed=seed, days=days, per_day=per_day, start=start))


@dataclass(slots=True)
class _Planner:
    """A plan while it is made: the chapters that are still to come, and what they have in common.

    `credit` is what the rate still asks for, `fresh` how many new stories are owed in any case.
    """

    order: Plan
    district: District
    months: digest.Months = field(default_factory=digest.Months)
    month: str = ""
    credit: float = 0.0
    fresh: float = 0.0
    stories: int = 0
    made: int = 0
    coming: list[tuple[int, int, Planned]] = field(default_factory=list)

    def run(self) -> Iterator[Planned]:
        """Give the facts, five minutes after five minutes."""
        begin = instant_of(self.order.start)
        end = begin + int(self.order.days * DAY)
        if self.order.catalogue:
            tale = self._tale("catalogue", begin)
            assist.catalogue(tale)
            self._keep(tale)
        for slot in range(begin, end, _SLOT):
            until = min(slot + _SLOT, end)
            self._end_month(slot)
            due = list(self._before(until))
            self._begin(slot, len(due))
            new = list(self._before(until))
            self.credit = max(self.credit - len(new), -self.order.per_day * _DEBT_DAYS)
            for planned in sorted(due + new, key=lambda each: each.at):
                self.months.observe(planned)
                yield planned

    def _begin(self, slot: int, due: int) -> None:
        """Begin as many stories as the rate leaves room for beside the chapters that are due."""
        share = self.order.per_day * _busy(slot)
        self.credit += share - due
        self.fresh += share * _LEAST
        count = max(int(self.credit), int(self.fresh))
        for _ in range(count):
            self.stories += 1
            tale = self._tale("story", slot, self.stories)
            tale.now += tale.dice.number(0, _SLOT // SECOND - 1) * SECOND
            self._tell(tale)
            self._keep(tale)
        self.fresh = max(self.fresh - count, 0.0)

    def _tell(self, tale: Tale) -> None:
        _TELLERS[tale.dice.weighted(_STORIES)](tale)

    def _end_month(self, slot: int) -> None:
        """Let the bureau send its digests in the first working days of a new month."""
        month = f"{day_of(slot):%Y-%m}"
        past, self.month = self.month, month
        if past in {"", month} or not self.order.timed:
            return
        if self.order.joins and past == f"{self.order.start:%Y-%m}":
            self.months.take(past)
            return
        for department, counted in self.months.take(past):
            tale = self._tale("digest", slot, f"{department}/{past}")
            first = working_days_after(day_of(slot), 0)
            tale.now = in_office(tale.dice, working_days_after(first, tale.dice.number(0, 3)))
            digest.send(tale, department, past, counted)
            self._keep(tale)

    def _tale(self, kind: str, now: int, name: object = "") -> Tale:
        return Tale(self.district, Dice(self.order.seed, kind, name), now, self.order.timed)

    def _keep(self, tale: Tale) -> None:
        for planned in tale.facts:
            self.made += 1
            heappush(self.coming, (planned.at, self.made, planned))

    def _before(self, until: int) -> Iterator[Planned]:
        while self.coming and self.coming[0][0] < until:
            yield heappop(self.coming)[2]


def _busy(slot: int) -> float:
    """Say which share of a working day's facts falls into the five minutes from `slot` on."""
    day = day_of(slot)
    hour = (slot - instant_of(day)) // HOUR
    share = _HOURLY[hour] / sum(_HOURLY) / (HOUR // _SLOT)
    return share if CALENDAR.is_working(day) else share * _DAY_OFF


def _notified(tale: Tale, tell: Callable[[Tale], str]) -> None:
    """Make something known to the bureau, which acknowledges it a day or two later."""
    matter = tell(tale)
    tale.wait(tale.dice.number(2, 3) if tale.dice.chance(0.05) else tale.dice.number(0, 1))
    notify.acknowledge(tale, matter)


_TELLERS: Final[Mapping[str, Callable[[Tale], None]]] = {
    "clue": stories.a_clue,
    "on-the-spot": cases.on_the_spot,
    "own-case": cases.of_its_own,
    "outside-firm": cases.of_an_outside_firm,
    "permit": lambda tale: _notified(tale, notify.permit),
    "inspection": lambda tale: _notified(tale, notify.inspection),
    "delta-clue": delta.clue,
    "warning": delta.warning,
}
