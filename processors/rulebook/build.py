"""From checked files to the shapes in use: conditions compiled, names that point at something resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.rulebook.conditions import compile_condition
from processors.rulebook.shapes import (
    RESUME,
    Action,
    Applies,
    Both,
    By,
    Citation,
    DeadlineRule,
    Denial,
    Element,
    Elements,
    Guard,
    Procedure,
    Reminder,
    RoutingRule,
    Target,
    Transition,
    Trigger,
)
from schemas.codec import CODEC
from schemas.days import DayKind, Limit, Unit
from schemas.errors import Code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from processors.rulebook.source import Place, Source

NEW = "new"
"""The state of a matter that no fact has opened yet."""


def _both(text: Mapping[str, str]) -> Both:
    return Both(text["zh"], text["en"])


def _citation(source: Mapping[str, str], *, verified: bool) -> Citation:
    return {
        "law": source["law"],
        "article": source["article"],
        "quote": source.get("quote"),
        "verified": verified,
    }


def cited(citation: Citation) -> str:
    """Give a citation as one line: law and article."""
    return f"{citation['law']} {citation['article']}"


def _fact(source: Source, path: Place, name: str) -> str:
    if name not in CODEC.names:
        raise source.broken(path, f"there is no fact {name!r}.", "Use a record name of the contracts.")
    return name


def _code(source: Source, path: Place, name: str) -> Code:
    try:
        return Code(name)
    except ValueError:
        raise source.broken(
            path, f"there is no code {name!r}.", "Use a code of the catalogue of errors."
        ) from None


def build_procedure(source: Source) -> Procedure:
    """Build a procedure from its file; raises BrokenPack."""
    content = source.content
    citation = _citation(content["source"], verified=content["verified"])
    transitions = tuple(
        _transition(source, ("on", i), on, cited(citation)) for i, on in enumerate(content["on"])
    )
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
        name=_both(content["name"]),
        citation=citation,
        states=content["states"],
        elements=_elements(source),
        transitions=transitions,
        moves=moves,
    )


def _elements(source: Source) -> Elements | None:
    content = source.content.get("elements")
    if content is None:
        return None
    each = tuple(
        Element(e["id"], e["zh"], compile_condition(source, ("elements", "each", i, "when"), e["when"]))
        for i, e in enumerate(content["each"])
    )
    missing = _fact(source, ("elements", "missing"), content["missing"])
    return Elements(each, missing, _citation(content["source"], verified=content["verified"]))


def _transition(source: Source, path: Place, on: Mapping[str, Any], law: str) -> Transition:
    _check_states(source, path, on)
    if on.get("elements") and "elements" not in source.content:
        raise source.broken(
            (*path, "elements"), "the procedure has no elements.", "List them or leave this out."
        )
    by = on["by"]
    return Transition(
        fact=_fact(source, (*path, "fact"), on["fact"]),
        sources=frozenset(on["from"]),
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
    )


def _check_states(source: Source, path: Place, on: Mapping[str, Any]) -> None:
    """Every state that is named exists; nothing leads back to the state before the first fact."""
    known = set(source.content["states"])
    beside: dict[str, set[str]] = {
        "to": {RESUME},
        "unrouted": set(),
        "incomplete": set(),
        "remember": {"state"},
    }
    named: list[tuple[Place, str, set[str]]] = [
        (("from", i), state, known | {NEW}) for i, state in enumerate(on["from"])
    ]
    named += [((key,), on[key], known | extra) for key, extra in beside.items() if key in on]
    for tail, state, allowed in named:
        if state not in allowed:
            raise source.broken(
                (*path, *tail),
                f"there is no state {state!r}.",
                "List it under `states` with its Chinese label.",
            )


def _guard(source: Source, path: Place, guard: Mapping[str, Any], law: str) -> Guard:
    own = guard.get("source")
    return Guard(
        when=compile_condition(source, (*path, "when"), guard["when"]),
        code=_code(source, (*path, "code"), guard["code"]),
        field=guard.get("field", ""),
        text=_both(guard),
        source=cited(own) if own else law,
    )


def build_routing(
    source: Source, desks: Mapping[str, str]
) -> tuple[tuple[RoutingRule, ...], Mapping[str, Denial]]:
    """Build the routing rules of a pack and its denials; raises BrokenPack."""
    rules = tuple(_routing_rule(source, i, rule, desks) for i, rule in enumerate(source.content["rules"]))
    denials = {
        name: Denial(
            _code(source, ("denials", name, "code"), denial["code"]),
            _both(denial["why"]),
            _both(denial["remedy"]),
        )
        for name, denial in source.content["denials"].items()
    }
    return rules, denials


def _routing_rule(
    source: Source, index: int, rule: Mapping[str, Any], desks: Mapping[str, str]
) -> RoutingRule:
    path: Place = ("rules", index)
    return RoutingRule(
        id=rule["id"],
        facts=frozenset(_fact(source, (*path, "facts", i), f) for i, f in enumerate(rule["facts"])),
        when=compile_condition(source, (*path, "when"), rule["when"]),
        to=_target(source, (*path, "to"), rule["to"], desks),
        cc=tuple(_target(source, (*path, "cc", i), t, desks) for i, t in enumerate(rule.get("cc", ()))),
        why=_both(rule["why"]),
        citation=_citation(rule["source"], verified=rule["verified"]),
    )


def _target(source: Source, path: Place, target: Mapping[str, str], desks: Mapping[str, str]) -> Target:
    if "site" in target:
        return Target("site", target["site"])
    if "party" in target:
        return Target("party", target["party"])
    if target["desk"] not in desks:
        raise source.broken(
            path, f"there is no desk {target['desk']!r}.", "List it under `desks` in pack.yaml."
        )
    return Target("desk", desks[target["desk"]])


def build_deadlines(source: Source) -> tuple[Trigger, ...]:
    """Build the deadline rules of a pack, as the triggers of their clocks; raises BrokenPack."""
    return tuple(
        trigger for i, content in enumerate(source.content) for trigger in _triggers(source, (i,), content)
    )


def _triggers(source: Source, path: Place, content: Mapping[str, Any]) -> Iterator[Trigger]:
    rule = _deadline_rule(content, _limit(source, (*path, "limit"), content["limit"]))
    for action in Action:
        for i, item in enumerate(content.get(action.value, ())):
            at = (*path, action.value, i)
            if isinstance(item, str):
                yield Trigger(action, _fact(source, at, item), None, rule)
            else:
                when = compile_condition(source, (*at, "when"), item["when"])
                yield Trigger(action, _fact(source, (*at, "fact"), item["fact"]), when, rule)


def _limit(source: Source, path: Place, limit: Mapping[str, Any]) -> Limit:
    try:
        return Limit(limit["n"], Unit(limit["unit"]), DayKind(limit["day_kind"]))
    except ValueError as error:
        raise source.broken(path, f"{error}.", "Let unit and day_kind go together.") from error


def _deadline_rule(content: Mapping[str, Any], limit: Limit) -> DeadlineRule:
    applies = content.get("for", {})
    return DeadlineRule(
        id=content["id"],
        name=_both(content["name"]),
        responsible=content["responsible"],
        watchers=_texts(content.get("watchers", ())),
        applies=Applies(
            applies.get("procedure_rule_set", ""),
            frozenset(applies.get("standing", ())),
            frozenset(applies.get("not_standing", ())),
        ),
        limit=limit,
        basis=content["basis"],
        pause_reason=content.get("pause_reason", {}).get("zh", ""),
        warn=tuple(Reminder(w["at"], _texts(w["to"])) for w in content.get("warn", ())),
        breach=_texts(content["breach"]["to"]),
        citation=_citation(content["source"], verified=content["verified"]),
    )


def _texts(items: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(items)
