"""Conditions and expressions of packs, in CEL: compiled when a pack is loaded, asked of a fact.

They see `fact` (the record, with `fact.meta`; encrypted fields are bytes, so one may ask only whether they
are there), `matter` (`processors.admit.case.view_of` lists its members), `now` (micros) and `month` (of `now`
in Beijing, "2026-10"); those of effects besides `item`, `departments`, `provinces` and `desks`. `total(list)`
adds numbers up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from cel_expr_python import cel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.rulebook.source import Source

_TEXT_TO_ANYTHING = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
_TEXT_TO_TEXT = cel.Type.Map(cel.Type.STRING, cel.Type.STRING)
VARIABLES = {
    "fact": _TEXT_TO_ANYTHING,
    "matter": _TEXT_TO_ANYTHING,
    "now": cel.Type.INT,
    "month": cel.Type.STRING,
    "item": cel.Type.STRING,
    "departments": cel.Type.List(cel.Type.STRING),
    "provinces": _TEXT_TO_TEXT,
    "desks": _TEXT_TO_TEXT,
}


def _total(numbers: Any) -> int:
    return sum(int(n) for n in plain(numbers))


_TOTAL = cel.FunctionDecl(
    "total", [cel.Overload("total_list", cel.Type.INT, [cel.Type.LIST], is_member=False, impl=_total)]
)
_ENVIRONMENT = cel.NewEnv(variables=VARIABLES, functions=[_TOTAL])


class ConditionFailed(Exception):
    """A condition of the rulebook gave no yes or no: mend the condition, then replay the matter."""


class View:
    """What conditions look at: one fact and its matter, made ready once and shared by all conditions."""

    __slots__ = ("_activation",)

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._activation: Any = _ENVIRONMENT.Activation(variables)

    def evaluate(self, expression: Any) -> Any:
        """Evaluate a compiled expression; gives CEL's value."""
        return expression.eval(self._activation)


class _Compiled(Protocol):
    def eval(self, activation: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """One compiled condition, with its text."""

    text: str
    compiled: _Compiled

    def holds(self, view: View) -> bool:
        """Say whether it holds; raises ConditionFailed if it cannot be said."""
        found = view.evaluate(self.compiled).value()
        if found is True or found is False:
            return bool(found)
        raise ConditionFailed(f"{self.text}: {found}")


@dataclass(frozen=True, slots=True)
class Expression:
    """One compiled expression, with its text."""

    text: str
    compiled: _Compiled

    def gives(self, view: View) -> Any:
        """Give its value in plain Python, lists and dicts included. Raises ConditionFailed."""
        found = view.evaluate(self.compiled)
        if found.type() == cel.Type.ERROR:
            raise ConditionFailed(f"{self.text}: {found.value()}")
        return plain(found)


def plain(value: Any) -> Any:
    """Turn CEL's value into plain Python, all the way down."""
    if isinstance(value, cel.Value):
        value = value.value()
    if isinstance(value, bytearray):
        return bytes(value)
    if isinstance(value, str | bytes | bool | int | float) or value is None:
        return value
    if isinstance(value, Mapping):
        return {plain(k): plain(v) for k, v in value.items()}
    return [plain(each) for each in value]


def compile_condition(source: Source, path: Sequence[str | int], text: str) -> Condition:
    """Compile the condition that stands at a place of a pack; raises BrokenPack.

    Whether it fits the contracts of its facts is proved when all packs are there (`proof.texts`).
    """
    return Condition(text, _compile(source, path, text, "bool"))


def compile_expression(
    source: Source, path: Sequence[str | int], text: str, gives: str = "any"
) -> Expression:
    """Compile an expression that gives a "string", "strings" or "any"; raises BrokenPack."""
    return Expression(text, _compile(source, path, text, gives))


_RESULTS = {
    "bool": ((cel.Type.BOOL,), "true or false"),
    "string": ((cel.Type.STRING,), "text"),
    "strings": ((cel.Type.List(cel.Type.STRING), cel.Type.List(cel.Type.DYN)), "a list of texts"),
}


def _compile(source: Source, path: Sequence[str | int], text: str, gives: str) -> Any:
    try:
        compiled = _ENVIRONMENT.compile(text)
    except RuntimeError as error:
        first = str(error).removeprefix("INVALID_ARGUMENT: ERROR: ").splitlines()[0]
        raise source.broken(
            path,
            f"the condition {text!r} is no CEL: {first}.",
            "Conditions may use `fact`, `matter`, `now`, `month`.",
        ) from error
    allowed, words = _RESULTS.get(gives, ((), ""))
    if allowed and compiled.return_type() not in (*allowed, cel.Type.DYN):
        raise source.broken(
            path, f"the condition {text!r} gives {compiled.return_type()}.", f"This place takes {words}."
        )
    return compiled
