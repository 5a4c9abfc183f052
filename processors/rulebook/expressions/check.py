"""Expressions of packs against the contracts of the facts that they will be asked of.

`check_condition(text, facts)` is the one entry: it gives the first mistake, or None. Fields, symbols of
enums, patterns and null are those of the Avro contracts; the members of `matter` are those of
`processors.admit.case.matter_seen`. What it lets pass can be answered for every fact that is admitted: a
condition that can not would hold the matter. Rulebook.load asks it of every expression of every pack, through
`processors.rulebook.proof`; evaluation itself stays with `processors.rulebook.conditions`.

A rule for several facts is asked of each of them. A field that only some of them have is guarded:
`has(fact.designated_agency) && fact.designated_agency != …`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from processors.rulebook.expressions.inference import infer
from processors.rulebook.expressions.known import NOTHING, learned
from processors.rulebook.expressions.scope import Mistaken, Scope
from processors.rulebook.expressions.syntax import Call, Fold, Name, NotCel, parse
from processors.rulebook.expressions.values import (
    BOOL,
    INT,
    MONTH,
    TEXT,
    Value,
    fits,
    list_of,
    map_of,
    map_with,
    one_of,
    record_of,
    record_with,
)
from schemas.contracts import contracts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from processors.rulebook.expressions.syntax import Node

CLOCK_STATES: Final = ("RUNNING", "PAUSED", "MET", "BREACHED", "CANCELLED")
GIVES: Final[Mapping[str, Value]] = {"bool": BOOL, "string": TEXT, "strings": list_of(TEXT)}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with an expression, from the character `at` on (0 is the first), and how to mend it."""

    message: str
    at: int
    remedy: str


@dataclass(frozen=True, slots=True)
class Around:
    """What the pack says around an expression, as far as it is known; the empty Around knows nothing.

    `states` of the matter, `rules` that may have a clock (without version), `desks` of the pack; `known` are
    keys (`matter.kept.month`, `provinces[item]`) that are surely there and not null; `effect` says that it
    stands in an effect rule; `derived` that the platform itself may state the fact, and then without `meta`.
    """

    states: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    desks: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    effect: bool = False
    derived: bool = False


NOWHERE: Final = Around()


def check_condition(
    text: str, facts: Collection[str], gives: str | Value = "bool", around: Around = NOWHERE
) -> Mistake | None:
    """Give the first mistake of an expression about these facts, None if it is sound.

    `gives` is what its place takes: "bool", "string", "strings", "any", or the type of a field.
    """
    try:
        node = parse(text)
    except NotCel as error:
        return Mistake(f"is no CEL: {error.message}", error.position, "Mend the syntax.")
    for fact in facts:
        mistake = _check(node, fact, facts, gives, around)
        if mistake is not None:
            return mistake
    return None


def learned_from(text: str, *, holds: bool) -> frozenset[str]:
    """Give the keys that are known once this condition is known to hold, or not to; none if it is no CEL."""
    try:
        return learned(parse(text), holds=holds)
    except NotCel:
        return NOTHING


def drawn_from(text: str) -> frozenset[str]:
    """Give the keys that are known of each `item` of this list: that it is in the map it was drawn from."""
    try:
        node = parse(text)
    except NotCel:
        return NOTHING
    if not isinstance(node, Fold) or not isinstance(node.step, Call) or node.step.function != "_?_:_":
        return NOTHING
    over = {f"{node.over.name}[item]"} if isinstance(node.over, Name) else set()
    asked = learned(node.step.arguments[0], holds=True)
    of_each = f"[{node.variable}]"
    return frozenset(over | {f"{k.removesuffix(of_each)}[item]" for k in asked if k.endswith(of_each)})


def _check(
    node: Node, fact: str, facts: Collection[str], gives: str | Value, around: Around
) -> Mistake | None:
    each = [frozenset(record_of(name).fields or ()) for name in facts]
    some = frozenset.union(*each) - frozenset.intersection(*each)
    scope = Scope(_variables(fact, around), around.known, some)
    try:
        found = infer(node, scope)
    except Mistaken as error:
        about = f" ({fact})" if len(facts) > 1 else ""
        return Mistake(f"{error.message}{about}", error.at, error.remedy)
    place = gives if isinstance(gives, Value) else GIVES.get(gives)
    if place is None or fits(found, place):
        return None
    return Mistake(f"it gives {found.words}", 0, f"This place takes {place.words}.")


def _variables(fact: str, around: Around) -> dict[str, Value]:
    seen = {"fact": _fact(fact, around), "matter": _matter(around), "now": INT, "month": MONTH}
    if around.effect:
        seen |= {
            "item": TEXT,
            "departments": list_of(TEXT),
            "provinces": map_of(TEXT),
            "desks": record_with("desks", dict.fromkeys(around.desks, TEXT)),
        }
    return seen


def _fact(name: str, around: Around) -> Value:
    record = record_of(name)
    if not around.derived or record.fields is None or contracts()[name].stated != "BOTH":
        return record
    meta = replace(record.fields["meta"], optional=True)
    return replace(record, fields={**record.fields, "meta": meta})


def _matter(around: Around) -> Value:
    """Type the matter, member by member; as `matter_seen` shows it."""
    state = one_of("matter.state", around.states)
    subtotal = record_of("Subtotal")
    totals = {
        "all": subtotal,
        "by_cause": list_of(subtotal),
        "by_township": list_of(subtotal),
        "event_count": INT,
    }
    clock = {"state": one_of("the state of a clock", CLOCK_STATES), "due_date": TEXT, "extended": INT}
    members = {
        "id": TEXT,
        "state": state,
        "resume": one_of("matter.resume", {*around.states, ""} if around.states else ()),
        "holder": TEXT,
        "originator": TEXT,
        "handlers": list_of(TEXT),
        "seq": INT,
        "hand_overs": INT,
        "lacking": list_of(TEXT),
        "tally": map_of(INT, _facts()),
        "kept": map_with(kept_values()),
        "clocks": map_of(record_with("the clock", clock), around.rules),
        "totals": record_with("matter.totals", totals),
    }
    return record_with("matter", members)


def _facts() -> set[str]:
    return {each.name for each in contracts().on_the_wire()}


def kept_values() -> dict[str, Value]:
    """Give the type of every field that some contract marks with `keep`; what is kept is never null."""
    found: dict[str, Value] = {}
    for contract in contracts().on_the_wire():
        fields: list[dict[str, Any]] = contract.schema["fields"]
        for each in fields:
            if each.get("keep"):
                types = record_of(contract.name).fields or {}
                found.setdefault(each["name"], types[each["name"]].solid())
    return found
