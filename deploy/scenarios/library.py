"""What the rule library computes for a start, for rules whose facts come with a later version too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.rulebook import Rulebook
from schemas.calendar import CALENDAR
from schemas.days import due, due_before

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from processors.rulebook.shapes import DeadlineRule
    from schemas.days import Due


class NoSuchRule(LookupError):
    """No pack in force has this deadline rule: see `deadlines.yaml` of the packs."""


def computed(packs: Sequence[str], rule: str, start: datetime) -> Due:
    """Count a rule's limit from an instant, by the working calendar. Raises NoSuchRule, BrokenPack."""
    found = _rule(Rulebook.load(packs), rule)
    instant = round(start.timestamp() * 1_000_000)
    count = due_before if found.counting.before else due
    return count(found.limit, instant, CALENDAR)


def _rule(rulebook: Rulebook, rule: str) -> DeadlineRule:
    for pack in reversed(rulebook.packs):
        for each in pack.deadlines:
            if rule in {each.id, each.base}:
                return each
    raise NoSuchRule(f"no pack has the deadline rule {rule}")
