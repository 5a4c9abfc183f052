"""The rulebook 规则库: the packs that are in force, and which of their rules hold in a region.

A region's own pack goes before the ones that hold more widely. No code asks which instance it is: a pack says
for which regions it is, a fact where it happened.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Self

from processors.rulebook.deadlines import build_deadlines
from processors.rulebook.effects import build_effects
from processors.rulebook.pack import Book, Pack, book_of, near
from processors.rulebook.procedures import build_procedure
from processors.rulebook.proof import prove
from processors.rulebook.routing import build_routing
from processors.rulebook.source import Source, read_source
from schemas.seal import sm3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.rulebook.shapes import DeadlineRule, Procedure

PACKS = Path(__file__).with_name("packs")
DENIALS = {"no-rule", "no-receiver", "to-itself"}


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
        packs = [load_pack(root, name) for name in names]
        _check_unique(packs)
        _check_denials(packs)
        prove(packs)
        return cls(packs)

    def book(self, region: str) -> Book:
        """Give the rules that hold in a region (6, 9 or 12 digits), the closest pack first."""
        here = near(self.packs, region)
        names = tuple(p.name for p in here)
        book = self._books.get(names)
        if book is None:
            book = self._books[names] = book_of(here)
        return book

    def deadline(self, rule: str) -> DeadlineRule | None:
        """Give a deadline rule by its id with version; None if no pack has it any more."""
        return self._deadlines.get(rule)

    def procedure(self, procedure: str) -> Procedure | None:
        """Give a procedure by its id with version; None if no pack has it any more."""
        return self._procedures.get(procedure)


def load_pack(root: Path, name: str) -> Pack:
    """Load one pack, not yet proved together with others; raises BrokenPack."""
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
        beside = [p for p in packs if any(p.reach(region) >= 0 for region in pack.regions)]
        if routed and not set.union(*(set(p.denials) for p in beside)) >= DENIALS:
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
