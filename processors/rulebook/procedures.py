"""Procedures 程序, from checked files: states that exist, conditions compiled, each move by its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.rulebook.conditions import Expression, compile_condition, compile_expression
from processors.rulebook.parts import both, citation, cited, clauses, code, fact, validity
from processors.rulebook.shapes import (
    NEW,
    RESUME,
    SAME,
    By,
    Element,
    Elements,
    Guard,
    Procedure,
    Transition,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.rulebook.source import Place, Source

ANY = "any"
"""As `from`: every state of the procedure."""


def build_procedure(source: Source) -> Procedure:
    """Build a procedure from its file; raises BrokenPack."""
    content = source.content
    law = citation(content["source"], verified=content["verified"])
    transitions = tuple(_transition(source, ("on", i), on, cited(law)) for i, on in enumerate(content["on"]))
    moves: dict[tuple[str, str], Transition] = {}
    for index, transition in enumerate(transitions):
        for state in sorted(transition.sources):
            if moves.setdefault((transition.fact, state), transition) is not transition:
                raise source.broken(
                    ("on", index),
                    f"{transition.fact} from {state} stands twice.",
                    "Give each state one transition.",
                )
    return Procedure(
        id=content["procedure"],
        kind=content["kind"],
        name=both(content["name"]),
        citation=law,
        states=content["states"],
        elements=_elements(source),
        transitions=transitions,
        moves=moves,
        validity=validity(content),
        clauses=clauses(content),
    )


def _elements(source: Source) -> Elements | None:
    content = source.content.get("elements")
    if content is None:
        return None
    each = tuple(
        Element(e["id"], e["zh"], compile_condition(source, ("elements", "each", i, "when"), e["when"]))
        for i, e in enumerate(content["each"])
    )
    missing = fact(source, ("elements", "missing"), content["missing"])
    return Elements(each, missing, citation(content["source"], verified=content["verified"]))


def _transition(source: Source, path: Place, on: Mapping[str, Any], law: str) -> Transition:
    _check_states(source, path, on)
    if on.get("elements") and "elements" not in source.content:
        raise source.broken(
            (*path, "elements"), "the procedure has no elements.", "List them or leave this out."
        )
    by = on["by"]
    return Transition(
        fact=fact(source, (*path, "fact"), on["fact"]),
        sources=frozenset(source.content["states"] if on["from"] == ANY else on["from"]),
        to=on["to"],
        by=By(frozenset(by.get("standing", ())), by.get("party")),
        unrouted=on.get("unrouted", on["to"]),
        incomplete=on.get("incomplete", on["to"]),
        remember=on.get("remember", ""),
        routed=on.get("routed", False),
        elements=on.get("elements", False),
        tells=tuple(on.get("tells", ())),
        guards=tuple(
            _guard(source, (*path, "guards", i), g, law) for i, g in enumerate(on.get("guards", ()))
        ),
        holds=on.get("holds", ""),
    )


def _check_states(source: Source, path: Place, on: Mapping[str, Any]) -> None:
    """Every state that is named exists; nothing leads back to the state before the first fact."""
    known = set(source.content["states"])
    beside: dict[str, set[str]] = {
        "to": {RESUME, SAME},
        "unrouted": {SAME},
        "incomplete": {SAME},
        "remember": {"state"},
    }
    sources = [] if on["from"] == ANY else on["from"]
    named: list[tuple[Place, str, set[str]]] = [
        (("from", i), state, known | {NEW}) for i, state in enumerate(sources)
    ]
    named += [((key,), on[key], known | extra) for key, extra in beside.items() if key in on]
    for tail, state, allowed in named:
        if state not in allowed:
            raise source.broken(
                (*path, *tail),
                f"there is no state {state!r}.",
                "List it under `states` with its Chinese label.",
            )
    if on["to"] == SAME and NEW in sources:
        raise source.broken(
            (*path, "to"), "a fact that opens a matter leads somewhere.", "Name the state it leads to."
        )


def _guard(source: Source, path: Place, guard: Mapping[str, Any], law: str) -> Guard:
    own = guard.get("source")
    return Guard(
        when=compile_condition(source, (*path, "when"), guard["when"]),
        code=code(source, (*path, "code"), guard["code"]),
        field=guard.get("field", ""),
        text=both(guard),
        source=cited(own) if own else law,
        shows=_shows(source, path, guard),
    )


def _shows(source: Source, path: Place, guard: Mapping[str, Any]) -> tuple[Expression, Expression] | None:
    shows = guard.get("shows")
    if shows is None:
        return None
    zh, en = (
        compile_expression(source, (*path, "shows", lang), shows[lang], "string") for lang in ("zh", "en")
    )
    return zh, en
