"""Holding what is seen against what a scenario expects: one finding for each thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from deploy.deadlines import NoDeadline, Question, find_rule, work_out
from deploy.scenarios.compare import agencies, alarm, covers, flat, keys, listed, pairs
from deploy.scenarios.words import is_rule
from processors.rulebook import Rulebook
from schemas.calendar import CALENDAR
from schemas.facts.base import to_micros

if TYPE_CHECKING:
    from deploy.scenarios.eyes import Eyes, Item
    from deploy.scenarios.model import (
        Alarmed,
        Check,
        ClockSeen,
        DeadlineSeen,
        FactSeen,
        FeedSeen,
        InboxSeen,
        Routed,
    )

ALARMS = {"warned": "DeadlineWarned", "breached": "DeadlineBreached", "escalated": "EscalationRaised"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation and what was found; `what` says of what it speaks."""

    what: str
    expected: str
    found: str

    @property
    def held(self) -> bool:
        """Whether what was found is what was expected."""
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class Sight:
    """What one check looks at: a matter, seen by an agency, after a step with this receipt."""

    eyes: Eyes
    matter: str
    agency: str
    receipt: Mapping[str, Any]


Looking: TypeAlias = Callable[[Sight, Any], Awaitable[list[Finding]]]


async def look(sight: Sight, check: Check) -> list[Finding]:
    """Look at everything that a check names."""
    found: list[Finding] = []
    for name, looking in LOOKS.items():
        wanted = getattr(check, name)
        if wanted is not None:
            found += await looking(sight, wanted)
    return found


async def _state(sight: Sight, wanted: str) -> list[Finding]:
    card = await sight.eyes.matter(sight.matter, sight.agency)
    return [Finding("state 状态", wanted, _named(card, "state", wanted))]


async def _holder(sight: Sight, wanted: str) -> list[Finding]:
    card = await sight.eyes.matter(sight.matter, sight.agency)
    holder = card["holder"]["code"] if card and card["holder"] else ""
    return [Finding("holder 承办", agencies(wanted), agencies(holder))]


async def _clock(sight: Sight, wanted: ClockSeen) -> list[Finding]:
    what = f"clock 时限 {wanted.rule}"
    clock = await _last_clock(sight, wanted.rule, wanted.of)
    if clock is None:
        return [Finding(what, "runs", await _no_clock_but(sight))]
    plain = {name: str(clock[name]) for name in ("due_date", "provisional", "verified")}
    asked = {name: str(value) for name in plain if (value := getattr(wanted, name)) is not None}
    if wanted.state is not None:
        asked["state"] = wanted.state
        plain["state"] = _named(clock, "state", wanted.state)
    return [Finding(what, pairs(asked), pairs({name: plain[name] for name in asked}))]


async def _no_clock(sight: Sight, rule: str) -> list[Finding]:
    clock = await _last_clock(sight, rule, None)
    return [Finding(f"clock 时限 {rule}", "none", "none" if clock is None else f"due {clock['due_date']}")]


async def _warned(sight: Sight, wanted: Alarmed) -> list[Finding]:
    return await _alarmed(sight, "warned", wanted)


async def _breached(sight: Sight, wanted: Alarmed) -> list[Finding]:
    return await _alarmed(sight, "breached", wanted)


async def _escalated(sight: Sight, wanted: Alarmed) -> list[Finding]:
    return await _alarmed(sight, "escalated", wanted)


async def _alarmed(sight: Sight, name: str, wanted: Alarmed) -> list[Finding]:
    facts = await sight.eyes.timeline(sight.matter, sight.agency)
    told = [f for f in facts if f["fact"]["code"] == ALARMS[name] and is_rule(wanted.rule, f["rule"])]
    expected = alarm(wanted.at, wanted.to, wanted.level)
    seen = [
        alarm(
            datetime.fromisoformat(fact["received_at"]),
            fact["content"]["to"] if wanted.to is not None else None,
            fact["content"].get("level") if wanted.level is not None else None,
        )
        for fact in told
    ]
    return [Finding(f"{name} {wanted.rule}", expected, expected if expected in seen else listed(seen))]


async def _inbox(sight: Sight, wanted: InboxSeen) -> list[Finding]:
    what = f"inbox 收件箱 {agencies(wanted.of)}"
    items = [item for item in await sight.eyes.inbox(wanted.of) if item["matter"] == sight.matter]
    if not items or wanted.absent:
        return [Finding(what, "absent" if wanted.absent else "there", "there" if items else "absent")]
    asked: dict[str, str] = {}
    seen: dict[str, str] = {}
    for name in ("part", "state", "open"):
        value = getattr(wanted, name)
        if value is not None:
            asked[name] = str(value)
            seen[name] = _named(items[0], name, str(value))
    return [Finding(what, pairs(asked), pairs(seen))]


async def _routed(sight: Sight, wanted: Routed) -> list[Finding]:
    routed = sight.receipt.get("routed") or {"rule": "none", "to": [], "cc": []}
    rule = wanted.rule if is_rule(wanted.rule, routed["rule"]) else routed["rule"]
    expected = f"{wanted.rule} ▸ {agencies(wanted.to)}"
    found = f"{rule} ▸ {agencies(routed['to'])}"
    if wanted.cc is not None:
        expected += f" cc {agencies(sorted(wanted.cc))}"
        found += f" cc {agencies(sorted(routed['cc']))}"
    return [Finding("routed 路由", expected, found)]


async def _fact(sight: Sight, wanted: FactSeen) -> list[Finding]:
    facts = [
        f for f in await sight.eyes.timeline(sight.matter, sight.agency) if f["fact"]["code"] == wanted.type
    ]
    fitting = [fact for fact in facts if _fits(wanted, fact)]
    what = f"fact 事实 {wanted.type}"
    if wanted.times is not None:
        return [Finding(what, f"{wanted.times} times", f"{len(fitting)} times")]
    expected = pairs({**({"at": str(wanted.at)} if wanted.at else {}), **flat(wanted.content)}) or "there"
    found = expected if fitting else listed([pairs(_part(wanted, fact)) for fact in facts])
    return [Finding(what, expected, found)]


async def _feed(sight: Sight, wanted: FeedSeen) -> list[Finding]:
    what = f"feed {wanted.province} {wanted.type}"
    events = await sight.eyes.feed(wanted.province)
    records = [event["data"] for event in events if event["type"].endswith(f".{wanted.type}")]
    fitting = [record for record in records if covers(wanted.fields, record)]
    expected = f"{wanted.times} with {pairs(flat(wanted.fields))}"
    found = (
        expected if len(fitting) == wanted.times else f"{len(fitting)} of {listed([str(r) for r in records])}"
    )
    findings = [Finding(what, expected, found)]
    if wanted.without:
        bare = "without " + " ".join(wanted.without)
        seen = sorted({name for record in fitting for name in keys(record)} & set(wanted.without))
        findings.append(Finding(what, bare, f"with {' '.join(seen)}" if seen else bare))
    return findings


async def _deadline(sight: Sight, wanted: DeadlineSeen) -> list[Finding]:
    what = f"deadline 期限 {wanted.rule} from {wanted.start:%m-%d}"
    rulebook = Rulebook.load(sight.eyes.settings.packs)
    try:
        question = Question(
            find_rule(rulebook, wanted.rule), to_micros(wanted.start), extended=wanted.extended
        )
        ends = work_out(question, rulebook, CALENDAR).ends
    except NoDeadline as missing:
        return [Finding(what, wanted.due_date, str(missing))]
    expected, found = wanted.due_date, ends.due_date.isoformat()
    if wanted.provisional is not None:
        expected, found = (
            f"{expected} provisional {wanted.provisional}",
            f"{found} provisional {ends.provisional}",
        )
    return [Finding(what, expected, found)]


LOOKS: dict[str, Looking] = {
    "state": _state,
    "holder": _holder,
    "clock": _clock,
    "no_clock": _no_clock,
    "warned": _warned,
    "breached": _breached,
    "escalated": _escalated,
    "inbox": _inbox,
    "routed": _routed,
    "fact": _fact,
    "feed": _feed,
    "deadline": _deadline,
}
"""What may be looked at, by the key of a check."""


async def _last_clock(sight: Sight, rule: str, responsible: str | None) -> Item | None:
    card = await sight.eyes.matter(sight.matter, sight.agency)
    fitting = [
        clock
        for clock in (card["clocks"] if card else [])
        if is_rule(rule, clock["rule"]) and responsible in {None, clock["responsible"]["code"]}
    ]
    return max(fitting, key=lambda clock: str(clock["start_at"]), default=None)


async def _no_clock_but(sight: Sight) -> str:
    card = await sight.eyes.matter(sight.matter, sight.agency)
    if card is None:
        return "the matter is not to be seen"
    return "none; " + (listed([clock["rule"] for clock in card["clocks"]]))


def _fits(wanted: FactSeen, fact: Item) -> bool:
    at = datetime.fromisoformat(fact["received_at"])
    return (wanted.at is None or at == wanted.at) and covers(wanted.content, fact["content"])


def _part(wanted: FactSeen, fact: Item) -> dict[str, str]:
    seen = {"at": fact["received_at"]} if wanted.at else {}
    return seen | flat({key: fact["content"].get(key) for key in wanted.content})


def _named(item: Mapping[str, Any] | None, name: str, wanted: str) -> str:
    """Give the code or the Chinese name of a value, whichever the scenario wrote."""
    if item is None:
        return "the matter is not to be seen"
    value = item[name]
    if not isinstance(value, Mapping):
        label = item.get(f"{name}_zh")
        return str(label if label is not None and wanted != value else value)
    return str(value["code"] if wanted == value["code"] else value["name"])
