"""Reference data 参考数据: what a published calendar, register, catalogue or rulebook changes; pure.

Each kind has one matter. A fact admitted there goes to every partition as a marker, with its own value as
content; from the marker's place on the partition decides with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from schemas.catalogue import catalogue
from schemas.contracts import contracts
from schemas.days import instant_of
from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.model import Rules
    from processors.rulebook import Rulebook

RULEBOOK = "RULEBOOK"
CALENDAR = "CALENDAR"
CATALOGUE = "CATALOGUE"


class AtHand(Protocol):
    """A fact on the table, as far as reference data are concerned."""

    @property
    def fact(self) -> str:
        """Its type."""
        ...

    @property
    def record(self) -> Mapping[str, Any]:
        """What it says."""
        ...

    @property
    def rules(self) -> Rules:
        """What is in force."""
        ...


@dataclass(frozen=True, slots=True)
class Published:
    """What a marker brings: its kind, its number within the kind, when (micros), and what was published."""

    kind: str
    seq: int
    received_at: int
    record: Mapping[str, Any]


def try_reference(case: AtHand) -> None:
    """Refuse reference data that could not take effect: the version in force stays as it is."""
    kind = contracts()[case.fact].reference
    if not kind:
        return
    if kind == RULEBOOK:
        if case.record["rulebook"] not in case.rules.carried:
            raise Refused(
                Code.RULEBOOK_NOT_CARRIED,
                "/rulebook",
                detail_zh=f"本平台的处理器未携带规则库 {case.record['rulebook'][:12]}。",
                detail_en=f"No worker carries the rulebook {case.record['rulebook'][:12]}.",
            )
        return
    if kind == CATALOGUE:
        catalogue(case.record, 0, case.rules.agencies)
    changed(case.rules, Published(kind, 0, 0, case.record))


def changed(rules: Rules, published: Published) -> Rules:
    """Give the rules with a calendar, register or catalogue in force. Raises Refused for what cannot be."""
    return _CHANGES[published.kind](rules, published)


def with_rulebook(rules: Rules, rulebook: Rulebook) -> Rules:
    """Give the rules with another edition of the rulebook in force."""
    return replace(rules, rulebook=rulebook)


def _calendar(rules: Rules, published: Published) -> Rules:
    begins = instant_of(date(published.record["year"], 1, 1))
    return replace(
        rules,
        calendar=rules.calendar.with_year(published.record),
        calendar_since=published.received_at,
        # A matter that was held meanwhile has missed the one before as well.
        calendar_from=min(begins, rules.calendar_from) if rules.calendar_since else begins,
    )


def _agencies(rules: Rules, published: Published) -> Rules:
    return replace(rules, agencies=rules.agencies.with_agency(published.record))


def _catalogue(rules: Rules, published: Published) -> Rules:
    return replace(rules, catalogue=catalogue(published.record, published.seq, _Anyone()))


class _Anyone:
    """Every code: a catalogue was checked when admitted, and markers of two kinds come in any order."""

    def __contains__(self, code: object) -> bool:
        return True


_CHANGES: dict[str, Callable[[Rules, Published], Rules]] = {
    CALENDAR: _calendar,
    "AGENCIES": _agencies,
    CATALOGUE: _catalogue,
}
