"""A new calendar: running clocks that were counted on an older one are counted again.

At the marker's instant, before anything else happens to their matter; not for what is met, breached or
cancelled. A paused clock is counted on the calendar in force when it is resumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.clocks import said
from processors.clocks.alarms import span_again
from processors.clocks.run import rule_of
from processors.model import RUNNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.drafts import Draft
    from processors.model import Clock, Matter, Rules


def stale(matter: Matter, rules: Rules) -> bool:
    """Say whether any clock of the matter may have to be counted again."""
    return any(_is_stale(clock, rules) for clock in matter.clocks.values())


def _is_stale(clock: Clock, rules: Rules) -> bool:
    return (
        clock.state == RUNNING and clock.calendar < rules.calendar.version and clock.due > rules.calendar_from
    )


def recalculated(matter: Matter, rules: Rules) -> Iterator[Draft]:
    """Give a draft for each clock whose end or certainty is another on the calendar in force."""
    for clock in matter.clocks.values():
        if not _is_stale(clock, rules):
            continue
        rule = rule_of(clock, rules)
        span = span_again(clock, rules.calendar, rules.calendar_since)
        # What was provisional is settled now, even if no day moves.
        if span.ends.due != clock.due or clock.provisional:
            yield said.recalculated(rule, clock, matter, rules, span)
