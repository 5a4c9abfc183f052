"""Proof of routing: what is routed finds a rule, every rule can be reached, what a target names is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.rulebook.expressions.check import kept_values
from processors.rulebook.expressions.values import record_of
from processors.rulebook.pack import book_of, near
from processors.rulebook.proof.found import Found, found_in
from processors.rulebook.shapes import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from processors.rulebook.expressions.values import Value
    from processors.rulebook.pack import Pack
    from processors.rulebook.routing import RoutingRule
    from processors.rulebook.source import BrokenPack, Place

ALWAYS_HOLDS = "true"


def routing_findings(packs: Sequence[Pack]) -> Iterator[BrokenPack]:
    """Give what is wrong with the routing rules of every pack."""
    yield from _routed_somewhere(packs)
    rules = {r.id: r for pack in packs for r in pack.routing}
    routed = {t.fact for pack in packs for p in pack.procedures for t in p.transitions if t.routed}
    for found in found_in(packs, "routing"):
        yield from _reached(found, rules[found.id], packs)
        yield from _targets(found)
        for index, fact in enumerate(found.content["facts"]):
            if fact not in routed:
                yield found.broken(
                    ("facts", index),
                    f"{found.id} is for {fact}, which no procedure routes.",
                    "Let a transition of it say `routed: true`, or leave the fact out.",
                )


def _routed_somewhere(packs: Sequence[Pack]) -> Iterator[BrokenPack]:
    """A fact that is routed has a rule wherever its procedure holds."""
    for found in found_in(packs, "procedure"):
        books = [book_of(near(packs, region)) for region in _regions(packs, found.pack)]
        for index, on in enumerate(found.content["on"]):
            ruled = any(book.routing.get(on["fact"]) for book in books)
            if on.get("routed") and not ruled:
                yield found.broken(
                    ("on", index, "routed"),
                    f"{on['fact']} is routed, but no routing rule is for it.",
                    "Write one in routing.yaml, or leave `routed` out.",
                )


def _regions(packs: Sequence[Pack], pack: Pack) -> list[str]:
    """Give the regions, one for each set of packs, where a pack holds."""
    return [r for each in packs for r in each.regions if pack.reach(r) >= 0]


def _reached(found: Found, rule: RoutingRule, packs: Sequence[Pack]) -> Iterator[BrokenPack]:
    """No rule stands behind one that always holds for the same fact."""
    for index, fact in enumerate(found.content["facts"]):
        behind = [_first_that_holds(packs, region, fact, rule) for region in found.pack.regions]
        if behind and all(behind):
            yield found.broken(
                ("facts", index),
                f"{found.id} is never reached for {fact}: {behind[0]} stands before it and always holds.",
                "Give it a lower `rank`, or the other a condition.",
            )


def _first_that_holds(packs: Sequence[Pack], region: str, fact: str, rule: RoutingRule) -> str:
    for other in book_of(near(packs, region)).routing.get(fact, ()):
        if other is rule:
            return ""
        if other.when.text.strip() == ALWAYS_HOLDS and other.validity == ALWAYS:
            return other.id
    return ""


def _targets(found: Found) -> Iterator[BrokenPack]:
    targets: list[tuple[Place, Mapping[str, str]]] = [(("to",), found.content["to"])]
    targets += [(("cc", index), target) for index, target in enumerate(found.content.get("cc", ()))]
    for tail, target in targets:
        ((kind, name),) = target.items()
        for fact in found.content["facts"]:
            why = _missing(kind, name, record_of(fact).fields or {})
            if why:
                yield found.broken((*tail, kind), f"{fact} {why}.", "Name a field that says which agency.")


def _missing(kind: str, name: str, fields: Mapping[str, Any]) -> str:
    """Say what a target looks for in a fact and does not find; "" if it does."""
    if kind == "site":
        location = fields.get("location")
        return (
            "" if location is not None and "township_code9" in (location.fields or {}) else "has no location"
        )
    if kind in {"field", "catalogue"}:
        return "" if _text(fields.get(name)) else f"has no text {name}"
    if kind == "kept":
        return "" if name in fields or _texts(kept_values().get(name)) else f"keeps no {name}"
    return ""


def _text(value: Value | None) -> bool:
    return value is not None and value.kind == "string"


def _texts(value: Value | None) -> bool:
    return _text(value) or (value is not None and value.kind == "list" and _text(value.inner))
