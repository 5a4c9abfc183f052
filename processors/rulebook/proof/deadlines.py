"""Proof of deadlines: a clock that starts can be stopped, and is no longer than the law lets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.rulebook.expressions.values import record_of
from processors.rulebook.proof.found import Found, found_in
from processors.rulebook.proof.graph import after, reachable
from schemas.days import DayKind, Limit, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from processors.rulebook.expressions.values import Value
    from processors.rulebook.pack import Pack
    from processors.rulebook.shapes import DeadlineRule, Procedure
    from processors.rulebook.source import BrokenPack, Place

MOVES = ("stop", "cancel", "pause", "resume", "extend")


def deadline_findings(packs: Sequence[Pack]) -> Iterator[BrokenPack]:
    """Give what is wrong with the deadline rules of every pack."""
    procedures = [p for pack in packs for p in pack.procedures]
    rules = {r.id: r for pack in packs for r in pack.deadlines}
    for found in found_in(packs, "deadline"):
        yield from _heard(found, procedures)
        yield from _stoppable(found, procedures)
        yield from _ceiling(found, rules[found.id])
        yield from _extensions(found, rules[found.id])
        yield from _ladder(found, rules[found.id])
        yield from _fields(found)


def _facts(content: Mapping[str, Any], action: str) -> list[str]:
    return [item if isinstance(item, str) else item["fact"] for item in content.get(action, ())]


def _heard(found: Found, procedures: Sequence[Procedure]) -> Iterator[BrokenPack]:
    """What moves a clock belongs to a procedure that also sees the clock start.

    National law may wait for an instance that has the procedure.
    """
    starts = _facts(found.content, "start")
    everywhere = found.pack.regions == ("",)
    for index, fact in enumerate(starts):
        if not everywhere and not any(p.of(fact) for p in procedures):
            yield found.broken(
                ("start", index),
                f"{found.id} starts at {fact}, which no procedure takes.",
                "Name a fact of a procedure, or list it under `awaits`.",
            )
    seeing = [p for p in procedures if any(p.of(fact) for fact in starts)]
    for action in MOVES if seeing else ():
        for index, fact in enumerate(_facts(found.content, action)):
            if not any(p.of(fact) for p in seeing):
                yield found.broken(
                    (action, index),
                    f"{fact} never comes in {_names(seeing)}, where {found.id} starts.",
                    "Name a fact of that procedure.",
                )


def _stoppable(found: Found, procedures: Sequence[Procedure]) -> Iterator[BrokenPack]:
    """After the start there is a way to a state in which a stop may be stated."""
    stops = _facts(found.content, "stop")
    for index, fact in enumerate(_facts(found.content, "start")):
        seeing = [p for p in procedures if p.of(fact)]
        heard = [p for p in seeing if any(p.of(stop) for stop in stops)]
        if heard and not any(_can_stop(p, fact, stops) for p in heard):
            yield found.broken(
                ("start", index),
                f"after {fact} no way leads to {' or '.join(stops)}: the clock could only be breached.",
                "Start it where it can still be stopped, or name another stop.",
            )


def _can_stop(procedure: Procedure, start: str, stops: Sequence[str]) -> bool:
    coming = reachable(procedure, after(procedure, start))
    return any(coming & t.sources for stop in stops for t in procedure.of(stop))


def _names(procedures: Sequence[Procedure]) -> str:
    return ", ".join(p.id for p in procedures)


def _ceiling(found: Found, rule: DeadlineRule) -> Iterator[BrokenPack]:
    """Neither the limit nor what extends it goes beyond the ceiling."""
    ceiling = rule.counting.ceiling
    if ceiling is None:
        return
    if longer(rule.limit, ceiling):
        yield found.broken(
            ("limit",),
            f"the limit of {told(rule.limit)} is above its ceiling of {told(ceiling)}.",
            "Shorten the limit, or cite the law of a higher ceiling.",
        )
    for index, extension in enumerate(found.content.get("extend", ())):
        if "by" not in extension:
            continue
        more = _limit(extension["by"])
        together = Limit(rule.limit.n + extension["times"] * more.n, rule.limit.unit, rule.limit.day_kind)
        if _alike(more, rule.limit) and longer(together, ceiling):
            yield found.broken(
                ("extend", index),
                f"with {extension['times']} × {told(more)} it is above its ceiling of {told(ceiling)}.",
                "Shorten the extension, or let it be used less often.",
            )


def _extensions(found: Found, rule: DeadlineRule) -> Iterator[BrokenPack]:
    """An extension is counted as the limit is, or the two cannot be added."""
    for index, extension in enumerate(found.content.get("extend", ())):
        if "by" in extension and not _alike(_limit(extension["by"]), rule.limit):
            yield found.broken(
                ("extend", index, "by"),
                f"{told(_limit(extension['by']))} cannot be added to {told(rule.limit)}.",
                "Give both the same unit and day_kind.",
            )
    if rule.counting.before and "extend" in found.content:
        yield found.broken(
            ("extend",), "a limit that is counted backward is not extended.", "Leave `extend` out."
        )


def _alike(one: Limit, other: Limit) -> bool:
    return (one.unit, one.day_kind) == (other.unit, other.day_kind)


def _ladder(found: Found, rule: DeadlineRule) -> Iterator[BrokenPack]:
    """Each rung is later than the one below."""
    for index in range(1, len(rule.ladder)):
        below, above = rule.ladder[index - 1].after, rule.ladder[index].after
        if _alike(below, above) and above.n <= below.n:
            yield found.broken(
                ("escalate", index, "after"),
                f"the step of {told(above)} does not come after that of {told(below)}.",
                "Order the ladder by time.",
            )


def _fields(found: Found) -> Iterator[BrokenPack]:
    """A day or instant that a rule counts from stands in each fact that it is read from."""
    content = found.content
    named: list[tuple[Place, str, list[str]]] = []
    start = content.get("from")
    if isinstance(start, dict):
        named.append((("from", "field"), start["field"], _facts(content, "start")))
    if "before" in content and "start" in content:
        named.append((("before", "field"), content["before"]["field"], _facts(content, "start")))
    for index, extension in enumerate(content.get("extend", ())):
        if "to" in extension:
            named.append((("extend", index, "to"), extension["to"]["field"], [extension["fact"]]))
    for tail, name, facts in named:
        for fact in facts:
            value = (record_of(fact).fields or {}).get(name)
            if value is None or not _is_time(value):
                yield found.broken(
                    tail,
                    f"{fact} has no date or instant {name}.",
                    f"It has: {', '.join(_times(fact)) or 'none'}.",
                )


def _is_time(value: Value) -> bool:
    return value.kind == "int" or (value.kind == "string" and "{4}-" in value.pattern)


def _times(fact: str) -> list[str]:
    return sorted(name for name, value in (record_of(fact).fields or {}).items() if _is_time(value))


def _limit(content: Mapping[str, Any]) -> Limit:
    return Limit(content["n"], Unit(content["unit"]), DayKind(content["day_kind"]))


def told(limit: Limit) -> str:
    """Tell a length of time in words: "15 DAY WORKING"."""
    return "the same day" if limit.unit is Unit.SAME_DAY else f"{limit.n} {limit.unit} {limit.day_kind}"


_DAYS = {Unit.HOUR: (1 / 24, 1 / 24), Unit.DAY: (1, 1), Unit.MONTH: (28, 31), Unit.YEAR: (365, 366)}
_FREE = 10
"""More days in a row than any holiday has; twice the working days and these make more than enough days."""


def longer(limit: Limit, than: Limit) -> bool:
    """Say whether a limit is surely longer than another, wherever they start."""
    if Unit.SAME_DAY in {limit.unit, than.unit}:
        return limit.unit is not Unit.SAME_DAY and limit.unit is not Unit.HOUR
    working = (limit.day_kind is DayKind.WORKING, than.day_kind is DayKind.WORKING)
    if limit.unit is than.unit and working[0] == working[1]:
        return limit.n > than.n
    most = than.n * _DAYS[than.unit][1]
    return limit.n * _DAYS[limit.unit][0] > (most * 2 + _FREE if working[1] else most)
