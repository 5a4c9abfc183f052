"""Effect rules 效果规则, from checked files: what a fact owes other matters, and which fields go with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.rulebook.conditions import Condition, Expression, compile_condition, compile_expression
from processors.rulebook.parts import both, citation, clauses, fact, validity
from processors.rulebook.shapes import ALWAYS, Both, Citation, Validity
from schemas.contracts import contracts
from schemas.identifiers import MatterKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.rulebook.source import Place, Source


@dataclass(frozen=True, slots=True)
class EffectRule:
    """One effect 效果: what a fact owes another matter. `take` and `sets` are the allow-list of its fields.

    The matter is named by `matter_id`, or derived from kind, agency and key.
    """

    id: str
    name: Both
    on: str
    when: Condition | None
    each: Expression | None
    matter_id: Expression | None
    kind: str
    agency: Expression | None
    key: Expression | None
    fact: str
    take: tuple[str, ...]
    sets: Mapping[str, Expression]
    citation: Citation
    validity: Validity = ALWAYS
    clauses: tuple[str, ...] = ()


def build_effects(source: Source) -> tuple[EffectRule, ...]:
    """Build the effect rules of a pack; raises BrokenPack."""
    return tuple(_rule(source, (i,), content) for i, content in enumerate(source.content))


def _rule(source: Source, path: Place, content: Mapping[str, Any]) -> EffectRule:
    on = fact(source, (*path, "on"), content["on"])
    owed = fact(source, (*path, "fact"), content["fact"])
    if not contracts()[owed].effect:
        raise source.broken(
            (*path, "fact"), f"{owed} is no effect.", "Name a contract that is marked as an effect."
        )

    def expression(key: Place, text: str, gives: str = "any") -> Expression:
        return compile_expression(source, (*path, *key), text, gives)

    matter = content["matter"]
    kind = matter.get("kind", "")
    if kind and kind not in set(MatterKind):
        raise source.broken((*path, "matter", "kind"), f"there is no kind {kind!r}.", "See MatterKind.")
    return EffectRule(
        id=content["id"],
        name=both(content["name"]),
        on=on,
        when=compile_condition(source, (*path, "when"), content["when"]) if "when" in content else None,
        each=expression(("each",), content["each"], "strings") if "each" in content else None,
        matter_id=expression(("matter", "id"), matter["id"], "string") if "id" in matter else None,
        kind=kind,
        agency=expression(("matter", "agency"), matter["agency"], "string") if kind else None,
        key=expression(("matter", "key"), matter["key"], "string") if kind else None,
        fact=owed,
        take=_taken(source, path, content, on, owed),
        sets={
            name: expression(("set", name), text)
            for name, text in content.get("set", {}).items()
            if _has(source, (*path, "set", name), name, owed)
        },
        citation=citation(content["source"], verified=content["verified"]),
        validity=validity(content),
        clauses=clauses(content),
    )


def _taken(source: Source, path: Place, content: Mapping[str, Any], on: str, owed: str) -> tuple[str, ...]:
    """Pass fields that both facts have: what is not in the effect's contract goes nowhere."""
    for index, name in enumerate(content.get("take", ())):
        for record in (on, owed):
            _has(source, (*path, "take", index), name, record)
    return tuple(content.get("take", ()))


def _has(source: Source, path: Place, name: str, record: str) -> bool:
    fields = [f["name"] for f in contracts()[record].schema["fields"]]
    if name not in fields or name == "meta":
        raise source.broken(path, f"{record} has no field {name!r}.", f"It has: {', '.join(fields[1:])}.")
    return True
