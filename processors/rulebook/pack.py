"""A pack 规则包 as it was loaded, and a book: the rules of the packs that hold in one region.

The closest pack comes first, and what it says of a rule takes the place of what a wider one says of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from processors.rulebook.effects import EffectRule
from processors.rulebook.routing import Denial, RoutingRule
from processors.rulebook.shapes import Action, DeadlineRule, Procedure, Trigger, base_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.rulebook.source import Source

ACTIONS = tuple(Action)

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


def near(packs: Sequence[Pack], region: str) -> list[Pack]:
    """Give the packs that hold in a region, the closest first."""
    return sorted((p for p in packs if p.reach(region) >= 0), key=lambda p: -p.reach(region))


def book_of(packs: Sequence[Pack]) -> Book:
    """Lay packs over each other, the closest first."""
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
