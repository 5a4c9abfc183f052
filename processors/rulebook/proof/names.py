"""Proof of names: no rule stands twice, and whoever routes can say that nobody was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.rulebook.proof.found import found_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.rulebook.pack import Pack
    from processors.rulebook.source import BrokenPack

DENIALS = {"no-rule", "no-receiver", "to-itself"}


def name_findings(packs: Sequence[Pack]) -> Iterator[BrokenPack]:
    """Give the rules that share an id with another, whatever packs they stand in."""
    seen: dict[str, str] = {}
    for found in found_in(packs):
        if found.id in seen:
            yield found.broken(
                ("procedure",) if found.what == "procedure" else ("id",),
                f"{found.id} is already in {seen[found.id]}.",
                "Give it another id or a new version.",
            )
        seen.setdefault(found.id, found.source.file)


def denial_findings(packs: Sequence[Pack]) -> Iterator[BrokenPack]:
    """Give the packs that route, without a pack of the same region that says what is told when it fails."""
    for pack in packs:
        routed = any(t.routed for p in pack.procedures for t in p.transitions)
        beside = [p for p in packs if any(p.reach(region) >= 0 for region in pack.regions)]
        if routed and not set.union(*(set(p.denials) for p in beside)) >= DENIALS:
            yield pack.sources[0].broken(
                (),
                "a fact is routed, but no routing.yaml says what to answer when nobody is found.",
                f"Write its denials: {', '.join(sorted(DENIALS))}.",
            )
