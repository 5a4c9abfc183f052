"""The rulebook 规则库: the packs that are in force, and which of their rules hold in a region.

A region's own pack goes before the ones that hold more widely. No code asks which instance it is: a pack says
for which regions it is, a fact where it happened.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from processors.rulebook.deadlines import build_deadlines
from processors.rulebook.effects import build_effects
from processors.rulebook.procedures import build_procedure
from processors.rulebook.routing import build_routing
from processors.rulebook.shapes import (
    Action,
    DeadlineRule,
    Denial,
    EffectRule,
    Procedure,
    RoutingRule,
    Trigger,
    base_of,
)
from processors.rulebook.source import Source, read_source
from schemas.seal import sm3

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PACKS = Path(__file__).with_name("packs")
ACTIONS = tuple(Action)
DENIALS = {"no-rule", "no-receiver", "to-itself"}

RuleT = TypeVar("RuleT", Procedure, RoutingRule, DeadlineRule, EffectRule)


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack: for the regions whose code begins with one of `regions`; `desks` names agencies."""

    name: str
    regions: tuple[str, ...]
    desks: Mapping[str, str]
    procedures: tuple[Procedure, ...]
    routing: tuple[RoutingRule, ...]
    denials: Mapping[str, Denial]
    deadlines: tuple[DeadlineRule, ...]
    triggers: tuple[Trigger, ...]
    effects: tuple[EffectRule, ...]
    sources: tuple[Source, ...]

    def reach(self, region: str) -> int:
        """Say how closely the pack fits a region: the length of what they share, -1 if it is not for it."""
        return max((len(prefix) for prefix in self.regions if region.startswith(prefix)), default=-1)


@dataclass(frozen=True, slots=True)
class Book:
    """The rules that hold in one region: procedures by id and by fact, routing in order, the rest by fact."""

    packs: tuple[str, ...]
    desks: Mapping[str, str]
    procedures: Mapping[str, Procedure]
    by_fact: Mapping[str, tuple[Procedure, ...]]
    routing: Mapping[str, tuple[RoutingRule, ...]]
    denials: Mapping[str, Denial]
    deadlines: tuple[DeadlineRule, ...]
    triggers: Mapping[str, tuple[Trigger, ...]]
    effects: Mapping[str, tuple[EffectRule, ...]]


class Rulebook:
    """Every pack that was loaded, and `hash`: SM3 (hex) over what they say, without comments and layout."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.packs = tuple(packs)
        self.hash = _hash_of(self.packs)
        self._books: dict[tuple[str, ...], Book] = {}
        self._deadlines = {r.id: r for pack in packs for r in pack.deadlines}
        self._procedures = {p.id: p for pack in packs for p in pack.procedures}

    @classmethod
    def load(cls, names: Sequence[str], root: Path = PACKS) -> Self:
        """Load packs by name; raises BrokenPack, which names file, line, mistake and remedy."""
        packs = [_load_pack(root, name) for name in names]
        _check_unique(packs)
        _check_denials(packs)
        return cls(packs)

    def book(self, region: str) -> Book:
        """Give the rules that hold in a region (6, 9 or 12 digits), the closest pack first."""
        near = sorted((p for p in self.packs if p.reach(region) >= 0), key=lambda p: -p.reach(region))
        names = tuple(p.name for p in near)
        book = self._books.get(names)
        if book is None:
            book = self._books[names] = _book(near)
        return book

    def deadline(self, rule: str) -> DeadlineRule | None:
        """Give a deadline rule by its id with version; None if no pack has it any more."""
        return self._deadlines.get(rule)

    def procedure(self, procedure: str) -> Procedure | None:
        """Give a procedure by its id with version; None if no pack has it any more."""
        return self._procedures.get(procedure)


def _book(packs: Sequence[Pack]) -> Book:
    """Lay the packs of a region over each other, the closest first."""
    procedures = _nearest([p.procedures for p in packs])
    routing = sorted(_nearest([p.routing for p in packs]), key=lambda rule: rule.rank)
    deadlines = _nearest([p.deadlines for p in packs])
    effects = _nearest([p.effects for p in packs])
    held = {rule.id for rule in deadlines}
    triggers = [t for pack in packs for t in pack.triggers if t.rule.id in held]
    triggers.sort(key=lambda t: ACTIONS.index(t.action))
    denials: dict[str, Denial] = {}
    desks: dict[str, str] = {}
    for pack in reversed(packs):
        denials.update(pack.denials)
        desks.update(pack.desks)
    facts = {t.fact for p in procedures for t in p.transitions}
    return Book(
        packs=tuple(p.name for p in packs),
        desks=desks,
        procedures={p.id: p for p in procedures},
        by_fact={f: tuple(p for p in procedures if p.of(f)) for f in facts},
        routing={f: tuple(r for r in routing if f in r.facts) for f in facts},
        denials=denials,
        deadlines=tuple(deadlines),
        triggers={f: tuple(t for t in triggers if t.fact == f) for f in facts},
        effects={f: tuple(e for e in effects if e.on == f) for f in facts},
    )


def _nearest(rules: Sequence[Sequence[RuleT]]) -> list[RuleT]:
    """Keep of each rule, whatever its version, what the closest pack says of it."""
    kept: list[RuleT] = []
    taken: set[str] = set()
    for of_pack in rules:
        kept += [rule for rule in of_pack if base_of(rule.id) not in taken]
        taken |= {base_of(rule.id) for rule in of_pack}
    return kept


def _load_pack(root: Path, name: str) -> Pack:
    folder = root / name
    head = read_source(root, f"{name}/pack.yaml", "pack")
    desks = head.content["desks"]
    sources = [head]

    def read(file: str, definition: str) -> Source | None:
        if not (folder / file).exists():
            return None
        sources.append(read_source(root, f"{name}/{file}", definition))
        return sources[-1]

    procedures = [
        build_procedure(source)
        for path in sorted(folder.glob("procedures/*.yaml"))
        if (source := read(f"procedures/{path.name}", "procedure")) is not None
    ]
    routing = read("routing.yaml", "routing")
    deadlines = read("deadlines.yaml", "deadlines")
    effects = read("effects.yaml", "effects")
    rules, denials = build_routing(routing, desks) if routing else ((), {})
    limits, triggers = build_deadlines(deadlines, desks) if deadlines else ((), ())
    return Pack(
        name=head.content["pack"],
        regions=tuple(head.content["regions"]),
        desks=desks,
        procedures=tuple(procedures),
        routing=rules,
        denials=denials,
        deadlines=limits,
        triggers=triggers,
        effects=build_effects(effects) if effects else (),
        sources=tuple(sources),
    )


def _check_unique(packs: Sequence[Pack]) -> None:
    """No two rules share an id, whatever packs they stand in."""
    seen: dict[str, str] = {}
    for pack in packs:
        for source in pack.sources:
            for path, rule in _ids(source):
                if rule in seen:
                    raise source.broken(
                        path, f"{rule} is already in {seen[rule]}.", "Give it another id or a new version."
                    )
                seen[rule] = source.file


def _check_denials(packs: Sequence[Pack]) -> None:
    """Whoever routes must be able to say that nobody was found; some pack of the same region says how."""
    for pack in packs:
        routed = any(t.routed for p in pack.procedures for t in p.transitions)
        near = [p for p in packs if any(p.reach(region) >= 0 for region in pack.regions)]
        if routed and not set.union(*(set(p.denials) for p in near)) >= DENIALS:
            raise pack.sources[0].broken(
                (),
                "a fact is routed, but no routing.yaml says what to answer when nobody is found.",
                f"Write its denials: {', '.join(sorted(DENIALS))}.",
            )


def _ids(source: Source) -> list[tuple[tuple[str | int, ...], str]]:
    content = source.content
    if isinstance(content, list):
        return [((i, "id"), rule["id"]) for i, rule in enumerate(content)]
    if "rules" in content:
        return [(("rules", i, "id"), rule["id"]) for i, rule in enumerate(content["rules"])]
    return [(("procedure",), content["procedure"])] if "procedure" in content else []


def _hash_of(packs: Sequence[Pack]) -> str:
    content = [{source.file: source.content for source in pack.sources} for pack in packs]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sm3(text.encode()).hex()
