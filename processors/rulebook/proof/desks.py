"""Proof of desks: a clock tells desks that some pack has; which agency one is, the matter's region says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.rulebook.proof.found import Found, found_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.rulebook.pack import Pack
    from processors.rulebook.source import BrokenPack, Place


def desk_findings(packs: Sequence[Pack]) -> Iterator[BrokenPack]:
    """Give the desks that deadline rules tell and that no pack has; national law alone has none."""
    known = {name for pack in packs for name in pack.desks}
    if not known:
        return
    for found in found_in(packs, "deadline"):
        for place, name in _told(found):
            if name not in known:
                yield found.broken(
                    place, f"there is no desk {name!r}.", "List it under `desks` in a pack.yaml."
                )


def _told(found: Found) -> Iterator[tuple[Place, str]]:
    """Give the desks that a rule tells, each with its place."""
    content = found.content
    steps: list[tuple[Place, Any]] = [(("breach",), content.get("breach", {}))]
    for key in ("warn", "escalate"):
        steps += [((key, index), step) for index, step in enumerate(content.get(key, ()))]
    for place, step in steps:
        for index, item in enumerate(step.get("to", ())):
            if not isinstance(item, str):
                yield (*place, "to", index), item["desk"]
