"""What an expression gives, and the first mistake in it: a walk over its tree with the contracts' types."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from processors.rulebook.expressions import operators
from processors.rulebook.expressions.known import entry_key, key_of, learned
from processors.rulebook.expressions.scope import Mistaken, Scope, constant
from processors.rulebook.expressions.syntax import Call, Fold, Items, Literal, Name, Select
from processors.rulebook.expressions.values import ANY, BOOL, DOUBLE, INT, NULL, Value, differ, join, nearest

if TYPE_CHECKING:
    from processors.rulebook.expressions.syntax import Node


def infer(node: Node, scope: Scope) -> Value:
    """Give the type of an expression; raises Mistaken."""
    if isinstance(node, Literal):
        return _literal(node)
    if isinstance(node, Name):
        return _name(node, scope)
    if isinstance(node, Select):
        return _entry(node, scope, node.operand, Literal(node.at, node.field), asks=node.asks)
    if isinstance(node, Items):
        return _items(node, scope)
    if isinstance(node, Fold):
        return _fold(node, scope)
    if isinstance(node, Call):
        return _call(node, scope)
    raise Mistaken(node.at, "maps and messages are not written out here", "Use a list.")


def solid(node: Node, scope: Scope) -> Value:
    """Give the type of what must not be null; raises Mistaken."""
    value = infer(node, scope)
    if value.nullable:
        name = key_of(node) or "this"
        raise Mistaken(node.at, f"{name} may be null", f"Ask `{name} != null &&` before it.")
    return value


def condition(node: Node, scope: Scope) -> Value:
    """Pass what is true or false; raises Mistaken."""
    value = solid(node, scope)
    if value.kind not in {"bool", "any"}:
        raise Mistaken(node.at, f"this is {value.words}, not true or false", "Compare it with something.")
    return BOOL


def _literal(node: Literal) -> Value:
    value = node.value
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT
    if isinstance(value, float):
        return DOUBLE
    return Value("string", symbols=(value,), literal=True) if isinstance(value, str) else Value("bytes")


def _name(node: Name, scope: Scope) -> Value:
    value = scope.variables.get(node.name)
    if value is None:
        names = [name for name in scope.variables if name.isidentifier()]
        raise Mistaken(node.at, f"there is no {node.name} here", nearest(node.name, names))
    if value.kind != "record" or value.fields is None:
        return value
    asked = {n for n, v in value.fields.items() if v.nullable and f"{node.name}.{n}" in scope.known}
    fields = {n: v.solid() if n in asked else v for n, v in value.fields.items()}
    return replace(value, fields=fields) if asked else value


def _entry(node: Node, scope: Scope, holder: Node, entry: Node, *, asks: bool = False) -> Value:
    """Give the type of `holder.entry` or `holder[entry]`, or BOOL for `has(holder.entry)`."""
    within = solid(holder, scope)
    if within.kind == "any":
        return BOOL if asks else ANY
    if within.kind == "list":
        return _at_index(node, within, entry)
    if isinstance(entry, Literal) and isinstance(entry.value, str):
        other = scope.elsewhere if key_of(holder) == "fact" else frozenset()
        found = _field(node, within, entry.value, other, asks=asks)
    elif within.inner is None or infer(entry, scope).kind not in {"string", "any"}:
        raise Mistaken(node.at, f"{within.words} has no such entry", "Name a field.")
    else:
        found = within.inner
    key = entry_key(holder, entry)
    if asks:
        return BOOL
    if (within.kind == "map" or found.optional) and key not in scope.known:
        shown = repr(entry.value) if isinstance(entry, Literal) else key_of(entry) or "it"
        ask = f"has({key})" if found.optional else f"{shown} in {key_of(holder) or 'it'}"
        raise Mistaken(node.at, f"{key or 'this entry'} may be absent", f"Ask `{ask} &&` before it.")
    return found.solid() if key in scope.known else found


def _field(node: Node, within: Value, name: str, elsewhere: frozenset[str], *, asks: bool) -> Value:
    """Give the type of a field; of one that only other facts of the rule have, if that was asked."""
    fields = within.fields or {}
    if within.kind == "record" and name in fields:
        if asks and name not in elsewhere and not fields[name].optional:
            raise Mistaken(
                node.at, f"{within.name} always has {name}", f"Ask whether it is null: `{name} != null`."
            )
        return fields[name]
    if within.kind == "map" and (not within.symbols or name in within.symbols):
        return fields[name] if fields else within.inner or ANY
    if within.kind not in {"record", "map"}:
        raise Mistaken(node.at, f"{within.words} has no field {name}", "Only records have fields.")
    if name in elsewhere:
        if asks:
            return BOOL
        raise Mistaken(node.at, f"{within.name} has no field {name}", f"Ask `has(fact.{name}) &&` before it.")
    known = list(fields) or list(within.symbols)
    raise Mistaken(node.at, f"{within.name or 'it'} has no field {name}", nearest(name, known))


def _at_index(node: Node, within: Value, entry: Node) -> Value:
    if not isinstance(entry, Literal) or not isinstance(entry.value, int):
        raise Mistaken(node.at, "a list has no fields", "Use exists(), all(), filter() or map() on it.")
    if not 0 <= entry.value < within.least:
        raise Mistaken(
            node.at, f"the list may have no item {entry.value}", "Use exists(), all(), filter() or map()."
        )
    return within.inner or ANY


def _items(node: Items, scope: Scope) -> Value:
    inner: Value | None = None
    for each in node.each:
        value = infer(each, scope)
        joined = value if inner is None else join(inner, value)
        if joined is None:
            raise Mistaken(each.at, "the list mixes kinds of values", "Let all be of one kind.")
        inner = joined
    return Value("list", inner=inner, least=len(node.each))


def _fold(node: Fold, scope: Scope) -> Value:
    """Type a macro: what its step gives on top of what it begins with."""
    over = solid(node.over, scope)
    if over.kind not in {"list", "map", "any"}:
        raise Mistaken(node.at, f"{over.words} holds nothing to go through", "Use it on a list.")
    each = over.inner or ANY
    if over.kind == "map":
        each = Value("string", symbols=over.symbols)
    begin = replace(infer(node.begin, scope), least=0)
    step = infer(node.step, scope.binding({node.variable: each, node.total: begin}))
    total = join(begin, step)
    if total is None:
        raise Mistaken(node.at, "the macro mixes kinds of values", "Let each step give the same kind.")
    return infer(node.result, scope.binding({node.total: total}))


def _call(node: Call, scope: Scope) -> Value:
    flow = _FLOW.get(node.function)
    if flow is not None:
        return flow(node, scope)
    if not operators.known(node.function):
        raise Mistaken(
            node.at,
            f"there is no function {operators.SIGNS.get(node.function, node.function)}",
            nearest(node.function, operators.names()),
        )
    given = [solid(argument, scope) for argument in node.arguments]
    found = operators.apply(node.function, given)
    if found is None:
        sign = operators.SIGNS.get(node.function, node.function)
        words = " and ".join(value.words for value in given)
        raise Mistaken(node.at, f"{sign} does not take {words}", "Compare and reckon with like kinds only.")
    return found


def _junction(node: Call, scope: Scope) -> Value:
    """Type `&&` and `||`: the right side is read only if the left one has not decided."""
    left, right = node.arguments
    both = node.function == "_&&_"
    condition(left, scope)
    if constant(left, scope) is not (not both):
        condition(right, scope.knowing(learned(left, holds=both)))
    return BOOL


def _not(node: Call, scope: Scope) -> Value:
    return condition(node.arguments[0], scope)


def _choice(node: Call, scope: Scope) -> Value:
    asked, *branches = node.arguments
    condition(asked, scope)
    answer = constant(asked, scope)
    found: Value | None = None
    for holds, branch in zip((True, False), branches, strict=True):
        if answer is (not holds):
            continue
        value = infer(branch, scope.knowing(learned(asked, holds=holds)))
        joined = value if found is None else join(found, value)
        if joined is None:
            raise Mistaken(node.at, "the two answers are of different kinds", "Give the same kind twice.")
        found = joined
    return found or ANY


def _equality(node: Call, scope: Scope) -> Value:
    left, right = (infer(argument, scope) for argument in node.arguments)
    why = differ(left, right)
    if why:
        raise Mistaken(node.at, why, "Compare it with what it can be.")
    return BOOL


def _membership(node: Call, scope: Scope) -> Value:
    one, many = infer(node.arguments[0], scope), solid(node.arguments[1], scope)
    if many.kind not in {"list", "map", "any"}:
        raise Mistaken(node.at, f"nothing is in {many.words}", "Ask of a list or a map.")
    within = Value("string", symbols=many.symbols) if many.kind == "map" else many.inner or ANY
    why = differ(one, within)
    if why:
        raise Mistaken(node.at, why, "Ask for what can be in it.")
    return BOOL


def _index(node: Call, scope: Scope) -> Value:
    return _entry(node, scope, *node.arguments)


_FLOW = {
    "_&&_": _junction,
    "_||_": _junction,
    "!_": _not,
    "@not_strictly_false": _not,
    "_?_:_": _choice,
    "_==_": _equality,
    "_!=_": _equality,
    "@in": _membership,
    "_[_]": _index,
}
