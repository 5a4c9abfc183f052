"""The rule behind an event, and the article behind the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from projections.vocabulary import limit_zh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.explaining.then import Then
    from processors.rulebook.shapes import Citation

__all__ = ["law_of", "rule_of"]


def law_of(then: Then) -> list[dict[str, Any]]:
    """Give the provisions that the decision rests on: its own citation, its rule's, its procedure's."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for citation in _citations(then):
        entry = {name: citation.get(name) for name in ("law", "article", "quote", "verified")}
        told.setdefault((str(entry["law"]), str(entry["article"])), entry)
    return list(told.values())


def _citations(then: Then) -> Iterator[Citation]:
    meta = then.record.get("meta", {})
    if meta.get("citation"):
        yield meta["citation"]
    rules, name = then.rules, then.story.found.seal.matter.rule
    if rules is not None and (found := rules.rulebook.deadline(name)) is not None:
        yield found.citation
    elif then.book is not None:
        yield from (rule.citation for of in then.book.routing.values() for rule in of if rule.id == name)
    procedure, fact = then.procedure, then.story.found.seal.matter.fact_type
    if procedure is not None and procedure.elements is not None and fact == procedure.elements.missing:
        yield procedure.elements.citation
    elif procedure is not None and name in {"", procedure.id}:
        yield procedure.citation


def rule_of(then: Then) -> dict[str, Any] | None:
    """Give the rule that the seal names, in its own words; None where no rule was needed."""
    name = then.story.found.seal.matter.rule
    rules = then.rules
    if not name or rules is None:
        return None
    if (deadline := rules.rulebook.deadline(name)) is not None:
        limit = deadline.limit
        return {
            "id": name,
            "kind": "deadline",
            "name_zh": deadline.name.zh,
            "limit_zh": limit_zh(limit.n, limit.unit, limit.day_kind),
            "basis": deadline.basis,
            "clauses": list(deadline.clauses),
        }
    if (procedure := rules.rulebook.procedure(name)) is not None:
        return {
            "id": name,
            "kind": "procedure",
            "name_zh": procedure.name.zh,
            "clauses": list(procedure.clauses),
        }
    return _of_the_book(then, name)


def _of_the_book(then: Then, name: str) -> dict[str, Any]:
    """Give a routing or effect rule of the region; the bare id if it is neither."""
    book = then.book
    for rule in (r for of in (book.routing.values() if book else ()) for r in of):
        if rule.id == name:
            told = {"id": name, "kind": "routing", "name_zh": rule.why.zh, "when": rule.when.text}
            return {**told, "clauses": list(rule.clauses)}
    for effect in (e for of in (book.effects.values() if book else ()) for e in of):
        if effect.id == name:
            told = {"id": name, "kind": "effect", "name_zh": effect.name.zh}
            return {**told, "clauses": list(effect.clauses)}
    return {"id": name, "kind": "", "name_zh": ""}
