"""The facts of a matter, made into what its page prints: days, entries, the track. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from projections.console.describe import Line, describe
from projections.console.headlines import headline
from projections.procedures import state_zh
from projections.times import BEIJING, day_zh, minute_zh
from projections.vocabulary import agency_zh, fact_zh
from schemas.agencies import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projections.api.listing import Fact
    from projections.clocks.remaining import Days
    from projections.matters.card import Card
    from projections.reveal import Place, Shown

TRACKS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "clue-transfer": (
        ("ClueTransferred", "移送"),
        ("ClueReceived", "签收"),
        ("ClueVerified", "核查"),
        ("ClueDispositionFedBack", "反馈"),
    ),
    "assistance": (
        ("AssistanceRequested", "请求"),
        ("AssistanceAccepted", "受理"),
        ("AssistanceOpinionProvided", "意见"),
    ),
    "case": (("CaseFiled", "立案"), ("PenaltyDecided", "处罚决定")),
    "penalty-digest": (
        ("PenaltyCounted", "计入"),
        ("PenaltyDigestSent", "抄送"),
        ("NotificationAcknowledged", "签收"),
    ),
}
"""The way of a matter by its procedure, as the page's track shows it."""
_ALARMS = frozenset(
    {"DeadlineBreached", "DeadlineWarned", "EscalationRaised", "RoutingDenied", "ClueReturnedForSupplement"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of the timeline."""

    seq: int
    title: str
    who: str
    time: str
    platform: bool
    alarm: bool
    sentence: str
    state_zh: str
    rule: str
    citation: Mapping[str, Any] | None
    basis: list[Mapping[str, Any]]
    verified: bool | None
    occurred_zh: str
    addressed: str
    lines: list[Line]
    cause_zh: str
    hash: str
    fact_type: str


@dataclass(frozen=True, slots=True)
class Day:
    """The facts of one day, and whether people work on it."""

    day: str
    working: bool
    entries: list[Entry]


def entry(fact: Fact, revealed: Mapping[str, Shown], procedure: str) -> Entry:
    """A fact in the timeline of a matter of that procedure; `revealed` as in `describe`."""
    meta = fact.content.get("meta", {})
    return Entry(
        seq=fact.seq,
        title=fact_zh(fact.fact_type),
        who=agency_zh(fact.agency),
        time=f"{fact.received_at.astimezone(BEIJING):%H:%M}",
        platform=fact.agency == PLATFORM,
        alarm=fact.fact_type in _ALARMS,
        sentence=headline(fact.fact_type, fact.content, fact.addressed_to),
        state_zh=state_zh(procedure, fact.state),
        rule=fact.rule,
        citation=fact.citation,
        basis=meta.get("legal_basis", [])[1:],
        verified=fact.verified,
        occurred_zh=minute_zh(fact.occurred_at) if fact.occurred_at else "",
        addressed="、".join(agency_zh(code) for code in fact.addressed_to),
        lines=describe(fact.fact_type, fact.content, revealed),
        cause_zh=_cause(meta),
        hash=fact.hash.removeprefix("\\x"),
        fact_type=fact.fact_type,
    )


def _cause(meta: Mapping[str, Any]) -> str:
    """Which fact of which other matter led to this one; empty for what was stated here."""
    if not meta.get("cause_matter"):
        return ""
    return f"{agency_zh(meta['cause_agency'])} {fact_zh(meta['cause_fact'])}（{meta['cause_matter']}）"


def days(facts: Sequence[Fact], revealed: Mapping[Place, Shown], calendar: Days, procedure: str) -> list[Day]:
    """The timeline of a matter of that procedure by days, oldest first."""
    by_fact: dict[int, dict[str, Shown]] = {}
    for (seq, path), shown in revealed.items():
        by_fact.setdefault(seq, {})[path] = shown
    return [
        Day(
            day_zh(day),
            calendar.is_working(day),
            [entry(fact, by_fact.get(fact.seq, {}), procedure) for fact in group],
        )
        for day, group in groupby(facts, key=lambda fact: fact.received_at.astimezone(BEIJING).date())
    ]


def track(facts: Sequence[Fact], card: Card) -> list[tuple[str, str]]:
    """The steps of a matter with `done`, `now` or `ahead`; empty for procedures that have no such track."""
    steps = TRACKS.get(card.procedure.partition("@")[0], ())
    told = {fact.fact_type for fact in facts}
    last = max((i for i, (fact, _) in enumerate(steps) if fact in told), default=-1)
    following = -1 if card.done else last + 1
    # A step that was skipped is over nevertheless: what comes after it has happened.
    return [
        (label, "done" if fact in told or i < last else "now" if i == following else "ahead")
        for i, (fact, label) in enumerate(steps)
    ]
