"""The rulebook 规则库: the packs that are in force, and which of their rules hold in a region.

A region's own pack goes before the ones that hold more widely. No code asks which instance it is: a pack says
for which regions it is, a fact where it happened.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from processors.rulebook.build import build_deadlines, build_procedure, build_routing
from processors.rulebook.shapes import Action, DeadlineRule, Denial, Procedure, RoutingRule, Trigger
from processors.rulebook.source import Source, read_source
from schemas.seal import sm3

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PACKS = Path(__file__).with_name("packs")
ACTIONS = tuple(Action)


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack: for the regions whose code begins with one of `regions`."""

    name: str
    regions: tuple[str, ...]
    procedures: tuple[Procedure, ...]
    routing: tuple[RoutingRule, ...]
    denials: Mapping[str, Denial]
    triggers: tuple[Trigger, ...]
    sources: tuple[Source, ...]

    def reach(self, region: str) -> int:
        """Say how closely the pack fits a region: the length of what they share, -1 if it is not for it."""
        return max((len(prefix) for prefix in self.regions if region.startswith(prefix)), default=-1)


@dataclass(frozen=True, slots=True)
class Book:
    """The rules that hold in one region: procedures by id and by fact, routing in order, triggers by fact."""

    procedures: Mapping[str, Procedure]
    by_fact: Mapping[str, tuple[Procedure, ...]]
    routing: Mapping[str, tuple[RoutingRule, ...]]
    denials: Mapping[str, Denial]
    triggers: Mapping[str, tuple[Trigger, ...]]


class Rulebook:
    """Every pack that was loaded, and `hash`: SM3 (hex) over what they say, without comments and layout."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.packs = tuple(packs)
        self.hash = _hash_of(self.packs)
        self._books: dict[tuple[str, ...], Book] = {}
        self._deadlines = {t.rule.id: t.rule for pack in packs for t in pack.triggers}
        self._procedures = {p.id: p for pack in packs for p in pack.procedures}

    @classmethod
    def load(cls, names: Sequence[str], root: Path = PACKS) -> Self:
        """Load packs by name; raises BrokenPack, which names file, line, mistake and remedy."""
        packs = [_load_pack(root, name) for name in names]
        _check_unique(packs)
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
    procedures = [p for pack in packs for p in pack.procedures]
    routing = [r for pack in packs for r in pack.routing]
    triggers = sorted((t for pack in packs for t in pack.triggers), key=lambda t: ACTIONS.index(t.action))
    denials: dict[str, Denial] = {}
    for pack in reversed(packs):
        denials.update(pack.denials)
    facts = {t.fact for p in procedures for t in p.transitions}
    return Book(
        procedures={p.id: p for p in procedures},
        by_fact={f: tuple(p for p in procedures if p.of(f)) for f in facts},
        routing={f: tuple(r for r in routing if f in r.facts) for f in facts},
        denials=denials,
        triggers={f: tuple(t for t in triggers if t.fact == f) for f in facts},
    )


def _load_pack(root: Path, name: str) -> Pack:
    folder = root / name
    head = read_source(root, f"{name}/pack.yaml", "pack")
    sources = [head]
    procedures = []
    for path in sorted(folder.glob("procedures/*.yaml")):
        sources.append(read_source(root, f"{name}/procedures/{path.name}", "procedure"))
        procedures.append(build_procedure(sources[-1]))
    routing: tuple[RoutingRule, ...] = ()
    denials: Mapping[str, Denial] = {}
    if (folder / "routing.yaml").exists():
        sources.append(read_source(root, f"{name}/routing.yaml", "routing"))
        routing, denials = build_routing(sources[-1], head.content["desks"])
    if not denials and any(t.routed for p in procedures for t in p.transitions):
        raise head.broken(
            (), "a fact is routed, but no routing.yaml says to whom.", "Write it, with its denials."
        )
    triggers: tuple[Trigger, ...] = ()
    if (folder / "deadlines.yaml").exists():
        sources.append(read_source(root, f"{name}/deadlines.yaml", "deadlines"))
        triggers = build_deadlines(sources[-1])
    return Pack(
        name=head.content["pack"],
        regions=tuple(head.content["regions"]),
        procedures=tuple(procedures),
        routing=routing,
        denials=denials,
        triggers=triggers,
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
