"""What is known where one stands in an expression: what was asked before, so is neither null nor absent.

A part has a key: `fact.party.note`, `matter.kept.department`, `matter.clocks[r]`. To ask `x != null`,
`'k' in m` or `has(m.k)` makes the key of `x` or `m.k` known in what is read only if the answer was yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.rulebook.expressions.syntax import Call, Items, Literal, Name, Select

if TYPE_CHECKING:
    from processors.rulebook.expressions.syntax import Node

NOTHING: frozenset[str] = frozenset()


def key_of(node: Node) -> str:
    """Give the key of a part; "" for what has none."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Select) and not node.asks:
        return entry_key(node.operand, Literal(node.at, node.field))
    if isinstance(node, Call) and node.function == "_[_]":
        return entry_key(*node.arguments)
    return ""


def entry_key(holder: Node, entry: Node) -> str:
    """Give the key of an entry of a record or map; "" if either has none."""
    key = key_of(holder)
    if key and isinstance(entry, Literal) and isinstance(entry.value, str):
        return f"{key}.{entry.value}"
    if key and isinstance(entry, Name):
        return f"{key}[{entry.name}]"
    return ""


def learned(node: Node, *, holds: bool) -> frozenset[str]:
    """Give the keys that are known once a condition is known to hold, or not to hold."""
    if isinstance(node, Select) and node.asks:
        return _one(entry_key(node.operand, Literal(node.at, node.field))) if holds else NOTHING
    return _of_call(node, holds=holds) if isinstance(node, Call) else NOTHING


def _of_call(node: Call, *, holds: bool) -> frozenset[str]:
    match node.function:
        case "!_":
            return learned(node.arguments[0], holds=not holds)
        case "_&&_" | "_||_":
            left, right = (learned(part, holds=holds) for part in node.arguments)
            return left | right if holds == (node.function == "_&&_") else left & right
        case "@in" if holds:
            return _one(entry_key(node.arguments[1], node.arguments[0])) | _listed(*node.arguments)
        case "_==_" | "_!=_":
            return _compared(*node.arguments, equal=holds == (node.function == "_==_"))
    return NOTHING


def _listed(left: Node, right: Node) -> frozenset[str]:
    """Learn from `x in ['A', 'B']`."""
    written = isinstance(right, Items) and all(_is_value(each) for each in right.each)
    return _one(key_of(left)) if written else NOTHING


def _compared(left: Node, right: Node, *, equal: bool) -> frozenset[str]:
    """Learn from `x == 'A'` and `x != null`."""
    for one, other in ((left, right), (right, left)):
        if _is_value(other) if equal else _is_null(other):
            return _one(key_of(one))
    return NOTHING


def _is_value(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is not None


def _is_null(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


def _one(key: str) -> frozenset[str]:
    return frozenset({key}) if key else NOTHING
