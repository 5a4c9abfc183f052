"""Proof of effects: they never chase each other, are taken where they arrive, and bring what they must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.rulebook.expressions.values import fits, record_of
from processors.rulebook.proof.found import Found, found_in
from processors.rulebook.proof.procedures import opens
from schemas.contracts import contracts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.rulebook.pack import Pack
    from processors.rulebook.shapes import Procedure
    from processors.rulebook.source import BrokenPack


def effect_findings(packs: Sequence[Pack]) -> Iterator[BrokenPack]:
    """Give what is wrong with the effect rules of every pack."""
    rules = list(found_in(packs, "effect"))
    procedures = [p for pack in packs for p in pack.procedures]
    owed: dict[str, set[str]] = {}
    for rule in rules:
        owed.setdefault(rule.content["on"], set()).add(rule.content["fact"])
    for found in rules:
        yield from _loop(found, owed)
        yield from _caused(found, procedures)
        yield from _arrives(found, procedures)
        yield from _whole(found)
        yield from _alike(found)


def _loop(found: Found, owed: dict[str, set[str]]) -> Iterator[BrokenPack]:
    """No fact owes, however many effects later, the fact that it follows from."""
    on, way = found.content["on"], [found.content["fact"]]
    seen = set(way)
    ways = [way]
    while ways:
        way = ways.pop()
        if way[-1] == on:
            yield found.broken(
                ("fact",),
                f"{found.id} goes round in a loop: {' ▸ '.join((on, *way))}.",
                "Leave out one of the effects, so that the chain has an end.",
            )
            return
        for fact in sorted(owed.get(way[-1], set()) - seen):
            seen.add(fact)
            ways.append([*way, fact])


def _caused(found: Found, procedures: Sequence[Procedure]) -> Iterator[BrokenPack]:
    on = found.content["on"]
    if not any(p.of(on) for p in procedures):
        yield found.broken(
            ("on",), f"{found.id} follows from {on}, which no procedure takes.", "Name a fact of a procedure."
        )


def _arrives(found: Found, procedures: Sequence[Procedure]) -> Iterator[BrokenPack]:
    """A procedure takes the effect from the platform; one of its kind opens with it, if the id is derived."""
    fact, kind = found.content["fact"], found.content["matter"].get("kind", "")
    taking = [p for p in procedures if any(t.by.party == "platform" for t in p.of(fact))]
    if kind:
        taking = [p for p in taking if p.kind == kind and opens(p, fact)]
    if not taking:
        place = f"no procedure of kind {kind} opens with" if kind else "no procedure takes"
        yield found.broken(
            ("fact",),
            f"{place} {fact} from the platform.",
            "Give a procedure the transition, `by: {party: platform}`.",
        )


def _whole(found: Found) -> Iterator[BrokenPack]:
    """Every field of the effect that has no default is taken or set."""
    content = found.content
    brought = {*content.get("take", ()), *content.get("set", ()), "meta"}
    for field in contracts()[content["fact"]].schema["fields"]:
        if "default" not in field and field["name"] not in brought:
            yield found.broken(
                ("fact",),
                f"{content['fact']} must bring {field['name']}, and {found.id} neither takes nor sets it.",
                "Take it from the fact, or set it.",
            )


def _alike(found: Found) -> Iterator[BrokenPack]:
    """A field that is taken as it is fits into the effect: not null where it must not be, not encrypted."""
    on, owed = (record_of(found.content[name]) for name in ("on", "fact"))
    for index, name in enumerate(found.content.get("take", ())):
        value, place = (on.fields or {})[name], (owed.fields or {})[name]
        if not fits(value, place):
            yield found.broken(
                ("take", index),
                f"{name} is {value.words} in {on.name}, but {place.words} in {owed.name}.",
                "Set it with an expression that gives what the effect takes.",
            )
