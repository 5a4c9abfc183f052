"""The functions and operators that packs may use, over types: what each takes and gives.

Null goes into none of them; whoever calls has asked for it before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from processors.rulebook.expressions.values import ANY, BOOL, DOUBLE, INT, TEXT, Value, join

if TYPE_CHECKING:
    from collections.abc import Mapping

Operator: TypeAlias = Callable[[Sequence[Value]], "Value | None"]

SIGNS: Final = {
    "_+_": "+",
    "_-_": "-",
    "_*_": "*",
    "_/_": "/",
    "_%_": "%",
    "-_": "-",
    "_<_": "<",
    "_<=_": "<=",
    "_>_": ">",
    "_>=_": ">=",
    "_==_": "==",
    "_!=_": "!=",
    "_&&_": "&&",
    "_||_": "||",
    "!_": "!",
    "@in": "in",
    "_[_]": "[ ]",
    "_?_:_": "? :",
}


def apply(function: str, given: Sequence[Value]) -> Value | None:
    """Give what a function makes of these; None if it does not take them. KeyError if there is none."""
    operator = _OPERATORS[function]
    if any(value.kind == "any" for value in given):
        return ANY
    return operator(given)


def known(function: str) -> bool:
    """Say whether packs may use this function."""
    return function in _OPERATORS


def names() -> list[str]:
    """Name the functions that are written as words."""
    return sorted(name for name in _OPERATORS if name.isidentifier())


def _kinds(given: Sequence[Value], *kinds: str) -> bool:
    return len(given) == len(kinds) and all(v.kind == kind for v, kind in zip(given, kinds, strict=True))


def _plus(given: Sequence[Value]) -> Value | None:
    if _kinds(given, "string", "string"):
        return TEXT
    if _kinds(given, "list", "list"):
        return join(given[0], given[1])
    return _reckon(given)


def _reckon(given: Sequence[Value]) -> Value | None:
    if not all(value.number() for value in given):
        return None
    return INT if all(value.kind == "int" for value in given) else DOUBLE


def _whole(given: Sequence[Value]) -> Value | None:
    return INT if all(value.kind == "int" for value in given) else None


def _order(given: Sequence[Value]) -> Value | None:
    ordered = _kinds(given, "string", "string") or all(value.number() for value in given)
    return BOOL if ordered else None


def _size(given: Sequence[Value]) -> Value | None:
    sized = len(given) == 1 and given[0].kind in {"string", "list", "map"}
    return INT if sized else None


def _asks_text(given: Sequence[Value]) -> Value | None:
    return BOOL if _kinds(given, "string", "string") else None


def _to_text(given: Sequence[Value]) -> Value | None:
    told = len(given) == 1 and given[0].kind in {"string", "int", "double", "bool"}
    return TEXT if told else None


def _to_number(gives: Value) -> Operator:
    def operator(given: Sequence[Value]) -> Value | None:
        return gives if len(given) == 1 and given[0].number() else None

    return operator


def _total(given: Sequence[Value]) -> Value | None:
    if not _kinds(given, "list"):
        return None
    inner = given[0].inner
    summed = inner is None or (inner.kind in {"int", "any"} and not inner.nullable)
    return INT if summed else None


_OPERATORS: Final[Mapping[str, Operator]] = {
    "_+_": _plus,
    "_-_": _reckon,
    "_*_": _reckon,
    "_/_": _reckon,
    "_%_": _whole,
    "-_": _reckon,
    "_<_": _order,
    "_<=_": _order,
    "_>_": _order,
    "_>=_": _order,
    "size": _size,
    "startsWith": _asks_text,
    "endsWith": _asks_text,
    "contains": _asks_text,
    "matches": _asks_text,
    "string": _to_text,
    "int": _to_number(INT),
    "double": _to_number(DOUBLE),
    "total": _total,
}
